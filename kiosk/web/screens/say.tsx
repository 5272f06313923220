/** Say something: topic, feeling, words, who will read it, receipt. */
import { useEffect, useState } from 'preact/hooks';

import { api } from '../api.ts';
import { lengthOf } from '../logic/keyboard.ts';
import { pagesOf } from '../logic/pages.ts';
import { qrPath } from '../logic/qr.ts';
import { CodeBlock } from '../parts/digits.tsx';
import { Keyboard, KeyboardFoot, useLayer } from '../parts/keyboard.tsx';
import { Face, Picture } from '../parts/pictures.tsx';
import {
  Ask,
  Back,
  Choice,
  Foot,
  FootMiddle,
  Head,
  Next,
  Quiet,
  Steps,
  Title,
} from '../parts/shell.tsx';
import { useWriting } from '../parts/writing.tsx';
import {
  act,
  busy,
  categories,
  leaveTask,
  loadCategories,
  poll,
  polls,
  show,
  status,
  update,
  visit,
  wipe,
} from '../state.ts';
import { language, local, t } from '../texts.ts';
import type { Key } from '../texts.ts';

const steps = 4;
const topicsPerPage = 8;
const textMax = 1000;
/** From here on the characters left are shown. */
const nearFull = 200;

export function ChooseCategory() {
  useEffect(() => {
    if (!categories.value.length) void act(loadCategories);
  }, []);
  const pages = pagesOf(categories.value, topicsPerPage);
  const at = Math.min(visit.value.categoryPage, pages.length - 1);
  const here = pages[at] ?? [];
  const chosen = visit.value.category;
  const many = pages.length > 1;
  const columns = Math.max(2, Math.ceil((pages[0]?.length ?? 0) / 2));
  return (
    <main class="screen">
      <Head middle={<Steps now={1} of={steps} />} />
      <Ask title={t('category.title')} hint={t(many ? 'category.hint.paged' : 'category.hint')} />
      <div
        class={`main topics topics--${columns}`}
        role="radiogroup"
        aria-label={t('category.title')}
      >
        {here.map((one) => (
          <Choice
            key={one.code}
            class="topic"
            test={`category-${one.code}`}
            chosen={chosen?.code === one.code}
            onPress={() => update({ category: one })}
          >
            <Picture name={one.picture} />
            <span class="card__label">{local(one.names)}</span>
          </Choice>
        ))}
        {!here.length && !busy.value && <p class="empty">{t('category.none')}</p>}
      </div>
      <Foot>
        <Back onPress={leaveTask} />
        <FootMiddle>
          {many && (
            <Quiet
              test="more"
              icon="more"
              words={`${t(at + 1 < pages.length ? 'category.more' : 'category.again')} ${at + 1}/${pages.length}`}
              onPress={() => update({ categoryPage: (at + 1) % pages.length })}
            />
          )}
        </FootMiddle>
        <Next missing={chosen ? null : t('choose.first')} onPress={() => show('feeling')} />
      </Foot>
    </main>
  );
}

export function ChooseFeeling() {
  const { feeling } = visit.value;
  function skip() {
    update({ feeling: 0 });
    show('text');
  }
  return (
    <main class="screen">
      <Head middle={<Steps now={2} of={steps} />} />
      <Ask title={t('feeling.title')} hint={t('feeling.hint')} />
      <div class="main faces" role="radiogroup" aria-label={t('feeling.title')}>
        {[1, 2, 3, 4, 5].map((level) => (
          <Choice
            key={level}
            class="face"
            test={`feeling-${level}`}
            chosen={feeling === level}
            onPress={() => update({ feeling: level })}
          >
            <Face level={level} />
            <span class="card__label">{t(`feeling.${level}` as Key)}</span>
          </Choice>
        ))}
      </div>
      <Foot>
        <Back onPress={() => show('category')} />
        <FootMiddle>
          <Quiet test="feeling-0" words={t('feeling.skip')} onPress={skip} />
        </FootMiddle>
        <Next missing={feeling ? null : t('choose.first')} onPress={() => show('text')} />
      </Foot>
    </main>
  );
}

export function WriteText() {
  const { text, feeling } = visit.value;
  // The glass keys write Latin letters only, so a Chinese writer is not shown them unasked.
  const [keys, setKeys] = useState(language.value !== 'zh');
  const layer = useLayer(text === '' ? 'capitals' : 'letters');
  const writing = useWriting<HTMLTextAreaElement>(text, textMax, (next) => update({ text: next }));
  const left = textMax - lengthOf(text);
  const required = !feeling;
  const count = left === 0 ? t('text.full') : t('text.left', { n: left });
  const missing = required && text.trim() === '' ? t('text.first') : null;
  const progress = <Steps now={3} of={steps} />;
  return (
    <main class={`screen screen--write${keys ? ' screen--keys' : ''}`}>
      <Head middle={keys ? <Title key="head">{t('text.title')}</Title> : progress} />
      {!keys && (
        <Ask
          title={t('text.title')}
          hint={t(required ? 'text.hint.required' : 'text.hint')}
          key="ask"
        />
      )}
      <div class="main write">
        <div class="write__field">
          <textarea
            ref={writing.field}
            data-test="text"
            aria-label={t('text.label')}
            placeholder={t(required ? 'text.placeholder.required' : 'text.placeholder')}
            value={text}
            onInput={writing.onInput}
            spellcheck={false}
            autocomplete="off"
            dir="auto"
            inputMode={keys ? 'none' : 'text'}
          />
          <p class="write__left" aria-live="polite">
            {left <= nearFull ? count : ''}
          </p>
        </div>
        {keys && <Keyboard onKey={writing.onKey} onErase={writing.onErase} {...layer} />}
      </div>
      <Foot>
        <Back onPress={() => show('feeling')} />
        <FootMiddle>
          {keys && <KeyboardFoot onKey={writing.onKey} lines {...layer} />}
          <Quiet
            test="keyboard"
            icon="keys"
            words={t(keys ? 'text.keys.hide' : 'text.keys')}
            onPress={() => setKeys(!keys)}
          />
        </FootMiddle>
        <Next missing={missing} onPress={() => show('confirm')} />
      </Foot>
    </main>
  );
}

function Recap() {
  const { category, feeling, text } = visit.value;
  return (
    <section class="panel">
      <h2>{t('confirm.yours')}</h2>
      <div class="recap">
        <span>
          <Picture name={category?.picture ?? 'other'} />
          <b>{local(category?.names)}</b>
        </span>
        {feeling ? (
          <span>
            <Face level={feeling} />
            <b>{t(`feeling.${feeling}` as Key)}</b>
          </span>
        ) : (
          <span class="recap__none">{t('confirm.unfelt')}</span>
        )}
      </div>
      <p class={`recap__text${text.trim() ? '' : ' recap__none'}`} data-test="recap-text">
        {text.trim() || t('confirm.nothing')}
      </p>
    </section>
  );
}

export function Confirm() {
  const office = local(status.value?.office?.name) || t('confirm.office');
  async function send() {
    const { category, feeling, text } = visit.value;
    if (!category) return;
    const said = await act(() =>
      api.feedback({
        category: category.code,
        feeling: feeling ?? 0,
        text: text.trim(),
        language: language.value === 'zh' ? 'zh' : 'en',
      }),
    );
    if (!said) return;
    // From here on the words are in the daemon's journal; the page has no use for them.
    update({ saved: said, text: '' });
    show('receipt');
    void poll();
  }
  return (
    <main class="screen">
      <Head middle={<Steps now={4} of={steps} />} />
      <Ask title={t('confirm.title')} hint={t('confirm.hint')} />
      <div class="main who">
        <Recap />
        <section class="panel panel--open">
          <h2>{t('confirm.readers')}</h2>
          <div class="reader">
            <Picture name="office" />
            <b class="who__sentence">{t('confirm.sentence', { office })}</b>
          </div>
          <div class="reader">
            <Picture name="unseen" />
            <b>{t('confirm.villagers')}</b>
          </div>
          <div class="reader">
            <Picture name="person" />
            <b>{t('confirm.unnamed')}</b>
          </div>
        </section>
      </div>
      <Foot>
        <Back onPress={() => show('text')} />
        <FootMiddle>
          <Quiet test="drop" words={t('confirm.drop')} onPress={leaveTask} />
        </FootMiddle>
        <Next
          test="send"
          tick
          words={t(busy.value ? 'confirm.sending' : 'confirm.send')}
          waiting={busy.value}
          onPress={() => void send()}
        />
      </Foot>
    </main>
  );
}

/** Where the record is now; "the office has it" only after news that is newer than the record. */
function whereWords(sincePoll: number): Key {
  if (status.value?.link !== 'online') return 'receipt.here.wait';
  const arrived = polls.value > sincePoll && status.value.unsent === 0;
  return arrived ? 'receipt.here.arrived' : 'receipt.here.sending';
}

export function Receipt() {
  const [sincePoll] = useState(polls.value);
  const { saved } = visit.value;
  if (!saved) return null;
  const { groups, qr } = saved.receipt;
  const office = local(status.value?.office?.name) || t('confirm.office');
  return (
    <main class="screen">
      <Head />
      <Ask tick title={t('receipt.title')} hint={t('receipt.hint')} />
      <div class="main receipt">
        <section class="slip">
          <CodeBlock
            digits={groups.join('')}
            test="receipt-digits"
            label={`${t('receipt.digits')}: ${groups.join(' ')}`}
          />
          <div class="slip__qr">
            <svg
              class="qr"
              viewBox={`-2 -2 ${qr.size + 4} ${qr.size + 4}`}
              role="img"
              aria-label={t('receipt.qr')}
              shape-rendering="crispEdges"
              data-test="receipt-qr"
            >
              <path d={qrPath(qr.rows)} />
            </svg>
            <p>{t('receipt.note')}</p>
          </div>
        </section>
        <ol class="then">
          <li>
            <Picture name="kiosk" />
            <div role="status">
              <b>{t('receipt.here')}</b>
              <span>{t(whereWords(sincePoll))}</span>
            </div>
          </li>
          <li>
            <Picture name="office" />
            <div>
              <b>{t('receipt.works')}</b>
              <span>{t('receipt.works.hint', { office, n: saved.answer_by_days })}</span>
            </div>
          </li>
          <li>
            <Picture name="ear" />
            <div>
              <b>{t('receipt.answer')}</b>
              <span>{t('receipt.answer.hint')}</span>
            </div>
          </li>
        </ol>
      </div>
      <Foot>
        <FootMiddle />
        <Next test="have-it" tick words={t('receipt.have')} onPress={wipe} />
      </Foot>
    </main>
  );
}
