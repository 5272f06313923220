/** Hear my answer: the receipt's digits, the answer, solved?, content? */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { api } from '../api.ts';
import type { Solved } from '../api.ts';
import { sayDate } from '../logic/dates.ts';
import { codeLength, digitsOf, press } from '../logic/digits.ts';
import { CodeBlock, Pad } from '../parts/digits.tsx';
import { Face, Picture } from '../parts/pictures.tsx';
import { Ask, Back, Choice, Foot, FootMiddle, Head, Next } from '../parts/shell.tsx';
import {
  act,
  busy,
  forget,
  leaveTask,
  notice,
  settling,
  show,
  status,
  update,
  visit,
} from '../state.ts';
import { language, local, maybeKey, t } from '../texts.ts';
import type { Key } from '../texts.ts';

/** Seconds left to wait, counted down once a second; 0 when one may try. */
function useCountdown(): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (until <= now) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [until, now]);
  const start = (seconds: number) => {
    const at = performance.now();
    setNow(at);
    setUntil(at + seconds * 1000);
  };
  return [Math.max(0, Math.ceil((until - now) / 1000)), start];
}

/** Digits that come as a paste or from a scanner that types text. */
function usePaste(take: (digits: string) => void) {
  useEffect(() => {
    function onPaste(event: ClipboardEvent) {
      const digits = digitsOf(event.clipboardData?.getData('text') ?? '');
      if (digits) take(digits);
    }
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  });
}

export function EnterCode() {
  const { code } = visit.value;
  const [pause, startPause] = useCountdown();
  const [mistyped, setMistyped] = useState(false);
  usePaste(change);

  function change(next: string) {
    setMistyped(false);
    notice.value = null;
    update({ code: next });
  }

  async function open() {
    if (visit.value.code.length < codeLength || pause > 0) return;
    const answer = await act(
      () => api.answer(visit.value.code),
      (trouble) => {
        if (trouble.type === 'code-mistyped') setMistyped(true);
        if (trouble.type === 'slow-down') startPause(trouble.retryAfter);
        return trouble.type === 'code-mistyped' || trouble.type === 'slow-down';
      },
    );
    if (!answer) return;
    if (answer.found) update({ answer });
    show(answer.found ? 'answer' : 'waiting');
  }

  const missing =
    pause > 0
      ? t('code.slow', { n: pause })
      : code.length < codeLength
        ? t('code.missing', { n: codeLength - code.length })
        : null;
  const hint = pause > 0 ? 'code.slow.hint' : mistyped ? 'code.mistyped.hint' : 'code.hint';
  const title = mistyped ? 'code.mistyped' : 'code.title';
  return (
    <main class="screen screen--pad">
      <Head />
      <CodeAsk title={t(title)} hint={t(hint)} warn={mistyped || pause > 0} />
      <div class="main entry">
        <CodeBlock
          typing
          digits={code}
          test="code"
          label={t('code.progress', { n: code.length })}
        />
      </div>
      <Pad
        onKey={(key) => change(press(visit.value.code, key))}
        onEnter={() => void open()}
        clear={t('code.clear')}
        erase={t('code.delete')}
      />
      <Foot>
        <Back onPress={leaveTask} />
        <Next
          test="open"
          missing={missing}
          waiting={busy.value || settling.value}
          words={t(busy.value ? 'code.opening' : 'code.open')}
          onPress={() => void open()}
        />
      </Foot>
    </main>
  );
}

/** The question, which turns into kind words about a mistake; said aloud when it changes. */
function CodeAsk({ title, hint, warn }: { title: string; hint: string; warn: boolean }) {
  return (
    <div class={`ask-place${warn ? ' ask-place--warn' : ''}`} aria-live="polite">
      <Ask title={title} hint={hint} />
    </div>
  );
}

/** No reply here, or nobody's code: told apart by nobody, so the words cover both. */
export function Waiting() {
  const last = status.value?.last_contact;
  const date = last ? sayDate(last, language.value === 'zh') : null;
  function again() {
    update({ code: '' });
    show('code');
  }
  function done() {
    forget();
    show('home');
  }
  return (
    <main class="screen">
      <Head />
      <Ask title={t('waiting.title')} />
      <div class="main aside" data-test="no-answer">
        <Picture name="wait" />
        <div>
          <p>{t('waiting.text')}</p>
          {date && <p class="aside__note">{t('waiting.contact', { date })}</p>}
        </div>
      </div>
      <Foot>
        <Back onPress={again} words={t('waiting.again')} />
        <FootMiddle />
        <Next test="finish" tick words={t('answer.finish')} onPress={done} />
      </Foot>
    </main>
  );
}

/** From here on a text is set smaller, in UTF-16 units. */
const longText = 200;

/**
 * A long text a page at a time: set in columns as wide as the box, of which one is shown. The whole
 * text is there for a screen reader.
 */
function Pages(props: {
  text: string;
  lang: string;
  at: number;
  onCount: (pages: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    function measure() {
      const here = box.current;
      if (!here) return;
      const gap = parseFloat(getComputedStyle(here).columnGap) || 0;
      // Measured as columns; a text of one page is then set in the middle instead.
      here.classList.remove('pages--one');
      const pages = Math.round((here.scrollWidth + gap) / (here.clientWidth + gap));
      here.classList.toggle('pages--one', pages <= 1);
      props.onCount(Math.max(1, pages));
      const step = (here.clientWidth + gap) * props.at;
      here.scrollLeft = getComputedStyle(here).direction === 'rtl' ? -step : step;
    }
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  });
  return (
    <div
      class={`pages${props.text.length > longText ? ' pages--long' : ''}`}
      ref={box}
      lang={props.lang}
      dir="auto"
      data-test="answer-text"
    >
      {props.text}
    </div>
  );
}

export function ShowAnswer() {
  const [at, setAt] = useState(0);
  const [count, setCount] = useState(1);
  const answer = visit.value.answer;
  if (!answer) return null;
  const { reply } = answer;
  const unit = local(reply.unit);
  const kind = maybeKey(`answer.kind.${reply.kind}`);
  const last = at >= count - 1;
  function finish() {
    forget();
    show('home');
  }
  const onward = answer.can_rate ? () => show('solved') : finish;
  return (
    <main class="screen">
      <Head middle={count > 1 && <span>{t('answer.page', { n: at + 1, of: count })}</span>} />
      <Ask
        title={unit ? t('answer.from', { unit }) : t('answer.title')}
        hint={answer.corrected ? t('answer.corrected') : undefined}
      />
      <div class="main reply">
        <article class="reply__text">
          <div class="reply__from">
            <Picture name="office" />
            {kind && <b data-test="answer-kind">{t(kind)}</b>}
            <span>{t('answer.date', { date: sayDate(reply.date, language.value === 'zh') })}</span>
          </div>
          <Pages
            text={reply.text}
            lang={reply.language === 'zh' ? 'zh-Hans' : reply.language}
            at={at}
            onCount={(pages) => pages !== count && setCount(pages)}
          />
        </article>
      </div>
      <Foot>
        <Back onPress={at > 0 ? () => setAt(at - 1) : leaveTask} />
        <FootMiddle>{answer.rated && <p class="facts">{t('answer.rated')}</p>}</FootMiddle>
        {last ? (
          <Next
            words={t(answer.can_rate ? 'next' : 'answer.finish')}
            tick={!answer.can_rate}
            onPress={onward}
          />
        ) : (
          <Next test="read-on" words={t('answer.more')} onPress={() => setAt(at + 1)} />
        )}
      </Foot>
    </main>
  );
}

const solvedWays: { value: Solved; picture: string }[] = [
  { value: 'yes', picture: 'yes' },
  { value: 'partly', picture: 'partly' },
  { value: 'no', picture: 'no' },
];

export function AskSolved() {
  const { solved } = visit.value;
  return (
    <main class="screen">
      <Head />
      <Ask title={t('solved.title')} hint={t('solved.hint')} />
      <div class="main ways" role="radiogroup" aria-label={t('solved.title')}>
        {solvedWays.map(({ value, picture }) => (
          <Choice
            key={value}
            class="way"
            test={`solved-${value}`}
            chosen={solved === value}
            onPress={() => update({ solved: value })}
          >
            <Picture name={picture} />
            <span class="way__words">
              <b>{t(`solved.${value}`)}</b>
              <span class="card__hint">{t(`solved.${value}.hint`)}</span>
            </span>
          </Choice>
        ))}
      </div>
      <Foot>
        <Back onPress={() => show('answer')} />
        <FootMiddle />
        <Next missing={solved ? null : t('choose.first')} onPress={() => show('rating')} />
      </Foot>
    </main>
  );
}

export function AskRating() {
  const { stars, solved, code } = visit.value;
  async function send() {
    if (!solved || !stars) return;
    const done = await act(() => api.rating(code, solved, stars));
    if (!done) return;
    forget();
    show('thanks');
  }
  return (
    <main class="screen">
      <Head />
      <Ask title={t('rating.title')} hint={t('rating.hint')} />
      <div class="main faces" role="radiogroup" aria-label={t('rating.title')}>
        {[1, 2, 3, 4, 5].map((level) => (
          <Choice
            key={level}
            class="face"
            test={`star-${level}`}
            chosen={stars === level}
            onPress={() => update({ stars: level })}
          >
            <Face level={level} />
            <span class="card__label">{t(`rating.${level}` as Key)}</span>
          </Choice>
        ))}
      </div>
      <Foot>
        <Back onPress={() => show('solved')} />
        <FootMiddle />
        <Next
          test="send-rating"
          tick
          missing={stars ? null : t('choose.first')}
          waiting={busy.value}
          words={t(busy.value ? 'rating.sending' : 'rating.send')}
          onPress={() => void send()}
        />
      </Foot>
    </main>
  );
}
