/** Before a task: attract, language, home, and the ways aside (help, wiped, still there?). */
import { useEffect, useRef } from 'preact/hooks';

import type { Language } from '../../../shared/web/core/i18n.ts';
import { quietly } from '../api.ts';
import { sayDate } from '../logic/dates.ts';
import { Icon, Picture } from '../parts/pictures.tsx';
import { Press } from '../parts/press.tsx';
import { Ask, Back, Brand, Foot, FootMiddle, Head, Next, Quiet, Title } from '../parts/shell.tsx';
import {
  canSave,
  comeBack,
  forget,
  largeText,
  loadCategories,
  lost,
  moreContrast,
  secondsLeft,
  show,
  status,
  stillHere,
  wipe,
} from '../state.ts';
import { language, maybeKey, pseudo, t, tIn } from '../texts.ts';

/** The whole screen is the button. */
export function Attract() {
  return (
    <main class="attract">
      <Press
        class="attract__all"
        test="start"
        label={startWords()}
        onPress={() => show('language')}
      >
        <span class="attract__touch" aria-hidden="true">
          <svg class="rings" viewBox="0 0 600 600" preserveAspectRatio="xMidYMid meet">
            {[122, 64, 0].map((at) => (
              <rect
                key={at}
                x={at}
                y={at}
                width={600 - 2 * at}
                height={600 - 2 * at}
                rx={(600 - 2 * at) / 4}
              />
            ))}
            <rect class="rings__heart" x="176" y="176" width="248" height="248" rx="66" />
          </svg>
          <span class="attract__go">
            <Picture name="touch" />
            <b>{t('attract.touch')}</b>
          </span>
        </span>
        <span class="attract__say" aria-hidden="true">
          <Brand />
          <span class="attract__title">
            {t('attract.say.1')}
            <br />
            {t('attract.say.2')}
          </span>
          <span class="tongues">
            <span lang="zh-Hans">{tIn('zh', 'attract.start')}</span>
            <span lang="en">{tIn('en', 'attract.start')}</span>
          </span>
        </span>
      </Press>
      <h1 class="unseen">{t('brand')}</h1>
    </main>
  );
}

const startWords = () => `${tIn('zh', 'attract.start')} / ${tIn('en', 'attract.start')}`;

interface LanguageCard {
  code: Language;
  name: string;
  under: string;
  lang: string;
}

const languageCards: LanguageCard[] = [
  { code: 'zh', name: '中文', under: 'Pǔtōnghuà', lang: 'zh-Hans' },
  { code: 'en', name: 'English', under: '英语', lang: 'en' },
  ...(pseudo ? [{ code: 'xr' as const, name: 'العكس', under: 'pseudo', lang: 'ug' }] : []),
];

export function ChooseLanguage() {
  const offered = languageCards.filter(
    (card) => card.code === 'xr' || (status.value?.languages ?? ['zh', 'en']).includes(card.code),
  );
  function choose(code: Language) {
    language.value = code;
    comeBack();
  }
  return (
    <main class="screen">
      <Head start="brand" />
      <Ask title={t('language.title')} hint={t('language.hint')} />
      <div class="main langs">
        {offered.map((card) => (
          <Press
            key={card.code}
            class={`card lang${language.value === card.code ? ' is-now' : ''}`}
            test={`language-${card.code}`}
            lang={card.lang}
            onPress={() => choose(card.code)}
          >
            <b>{card.name}</b>
            <span class="under">{card.under}</span>
          </Press>
        ))}
      </div>
      <Foot>
        <Back />
        <FootMiddle>
          <Press
            class="btn btn--quiet btn--switch"
            test="large-text"
            pressed={largeText.value}
            onPress={() => (largeText.value = !largeText.value)}
          >
            <Icon name="large" />
            <span>{t('language.large')}</span>
          </Press>
          <Press
            class="btn btn--quiet btn--switch"
            test="more-contrast"
            pressed={moreContrast.value}
            onPress={() => (moreContrast.value = !moreContrast.value)}
          >
            <Icon name="contrast" />
            <span>{t('language.contrast')}</span>
          </Press>
        </FootMiddle>
      </Foot>
    </main>
  );
}

/** Two lines about where what is said here goes now: never "sent" when it is only kept. */
export function statusWords(): { icon: string; line: string; under: string } {
  const now = status.value;
  if (lost.value || !now) return { icon: 'warn', line: t('status.lost'), under: '' };
  if (now.problem) {
    const key = maybeKey(`trouble.${now.problem.replace(/^huiyin:/, '')}`) ?? 'status.problem';
    return { icon: 'warn', line: t('status.problem'), under: t(key) };
  }
  const n = now.unsent ?? 0;
  if (now.link === 'online')
    return {
      icon: 'online',
      line: t('status.online'),
      under: n ? t('status.online.unsent', { n }) : t('status.online.clear'),
    };
  const date = now.last_contact && sayDate(now.last_contact, language.value === 'zh');
  if (date)
    return {
      icon: 'offline',
      line: t('status.offline'),
      under: t(n ? 'status.offline.unsent' : 'status.offline.since', { date, n }),
    };
  return {
    icon: 'offline',
    line: t('status.never'),
    under: t(n ? 'status.never.unsent' : 'status.never.clear', { n }),
  };
}

export function Home() {
  useEffect(() => {
    // The list may have changed since the last visitor; an old one still works if this fails.
    quietly(loadCategories());
  }, []);
  const words = statusWords();
  const bad = status.value?.problem || !canSave.value;
  return (
    <main class="screen">
      <Head start="brand" />
      <Ask title={t('home.title')} />
      <div class="main tasks">
        {canSave.value ? (
          <Press class="card task task--say" test="task-say" onPress={() => show('category')}>
            <span class="task__art">
              <Picture name="say" />
            </span>
            <span class="task__text">
              <b>{t('home.say')}</b>
              <span>{t('home.say.hint')}</span>
            </span>
          </Press>
        ) : (
          <section class="card task task--shut" data-test="cannot-save">
            <span class="task__art">
              <Picture name="safety" />
            </span>
            <div class="task__text">
              <b>{t('problem.say')}</b>
              <span>{t('problem.say.hint')}</span>
            </div>
          </section>
        )}
        <Press class="card task task--hear" test="task-hear" onPress={() => show('code')}>
          <span class="task__art">
            <Picture name="ear" />
          </span>
          <span class="task__text">
            <b>{t('home.hear')}</b>
            <span>{t('home.hear.hint')}</span>
          </span>
        </Press>
      </div>
      <Foot>
        <div class={`status${bad ? ' status--warn' : ''}`} role="status" data-test="status">
          <Icon name={words.icon} />
          <p>
            {words.line}
            <small>{words.under}</small>
          </p>
        </div>
      </Foot>
    </main>
  );
}

/** A screen of a picture, a few lines and at most two ways on. */
function Aside(props: {
  picture: string;
  title: string;
  text: string;
  note?: string;
  children: preact.ComponentChildren;
}) {
  return (
    <main class="screen">
      <Head start="brand" />
      <Ask title={props.title} />
      <div class="main aside">
        <Picture name={props.picture} />
        <div>
          <p>{props.text}</p>
          {props.note && <p class="aside__note">{props.note}</p>}
        </div>
      </div>
      <Foot>{props.children}</Foot>
    </main>
  );
}

export function Help() {
  return (
    <Aside picture="helper" title={t('help.title')} text={t('help.text')} note={t('help.note')}>
      <FootMiddle />
      <Next test="back" words={t('help.back')} tick onPress={comeBack} />
    </Aside>
  );
}

export function Drop() {
  function drop() {
    forget();
    show('home');
  }
  return (
    <Aside picture="waste" title={t('drop.title')} text={t('drop.text')}>
      <Press class="btn btn--back btn--danger" test="drop-yes" onPress={drop}>
        <Icon name="cross" />
        <span>{t('drop.yes')}</span>
      </Press>
      <FootMiddle />
      <Next test="drop-no" words={t('drop.no')} tick onPress={comeBack} />
    </Aside>
  );
}

/** Asked before the digits disappear for ever. */
export function Keep() {
  return (
    <Aside picture="pen" title={t('receipt.leave.title')} text={t('receipt.leave.text')}>
      <Back words={t('receipt.leave.no')} />
      <FootMiddle />
      <Next test="have-it" words={t('receipt.have')} tick onPress={wipe} />
    </Aside>
  );
}

export function Thanks() {
  function again() {
    forget();
    show('home');
  }
  return (
    <Aside picture="thanks" title={t('thanks.title')} text={t('thanks.text')}>
      <FootMiddle>
        <Quiet test="say-more" words={t('thanks.more')} onPress={again} />
      </FootMiddle>
      <Next test="finish" words={t('thanks.leave')} tick onPress={wipe} />
    </Aside>
  );
}

/** Twenty seconds to say "I am here"; then everything of the visit is wiped. */
export function StillThere() {
  const yes = useRef<HTMLDivElement>(null);
  const left = secondsLeft.value ?? 0;
  const whole = status.value?.warn_seconds ?? 20;
  const circle = 2 * Math.PI * 44;
  useEffect(() => yes.current?.querySelector('button')?.focus(), []);
  return (
    <main>
      <div
        class="screen screen--idle"
        role="alertdialog"
        aria-labelledby="still"
        aria-describedby="stilltext"
      >
        <header class="head">
          <Brand />
        </header>
        <div class="main still">
          <div class="ring">
            <svg viewBox="0 0 100 100" aria-hidden="true">
              <circle class="ring__all" cx="50" cy="50" r="44" />
              <circle
                class="ring__left"
                cx="50"
                cy="50"
                r="44"
                stroke-dasharray={`${(circle * Math.min(left, whole)) / whole} ${circle}`}
              />
            </svg>
            <b class="num" data-test="seconds-left">
              {left}
            </b>
          </div>
          <div>
            <h1 id="still">{t('still.title')}</h1>
            <p id="stilltext">{t('still.text', { n: left })}</p>
          </div>
        </div>
        <footer class="foot">
          <Press class="btn btn--back" test="still-no" onPress={wipe}>
            <Icon name="cross" />
            <span>{t('still.no')}</span>
          </Press>
          <div class="foot__mid" />
          <div class="still__yes" ref={yes}>
            <Press class="btn btn--next" test="still-yes" onPress={stillHere}>
              <Icon name="tick" />
              <span>{t('still.yes')}</span>
            </Press>
          </div>
        </footer>
      </div>
    </main>
  );
}

/** The daemon does not answer: what was typed is kept, nothing can be pressed until it is back. */
export function Lost() {
  return (
    <main class="screen">
      <header class="head">
        <Brand />
      </header>
      <div class="ask">
        <div class="ask__text">
          <Title>{t('status.lost')}</Title>
        </div>
      </div>
      <div class="main aside">
        <Picture name="wait" />
      </div>
    </main>
  );
}
