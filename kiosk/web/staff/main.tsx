/** The staff page: a PIN, then what the machine knows about itself. Nothing of a resident. */
import '../../../shared/web/ui/tokens.css';
import '../css/base.css';
import '../css/shell.css';
import '../css/screens.css';
import '../css/pictures.css';
import '../css/languages.css';
import './staff.css';

import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';

import { htmlLanguage } from '../../../shared/web/core/i18n.ts';
import { api, quietly, Trouble } from '../api.ts';
import type { StaffState } from '../api.ts';
import { press } from '../logic/digits.ts';
import { Pad } from '../parts/digits.tsx';
import { Icon } from '../parts/pictures.tsx';
import { Press } from '../parts/press.tsx';
import { Next, Title } from '../parts/shell.tsx';
import { gaugesOf } from './gauges.ts';
import { language, local, maybeKey, t } from './texts.ts';

const pinLength = 6;
const readEveryMs = 5000;
const lockAfterMs = 120_000;
const verdictsShown = 4;

const pin = signal('');
const words = signal<string | null>(null);
const busy = signal(false);
/** Seconds until the PIN may be tried again. */
const pause = signal(0);
const staff = signal<string | null>(null);
const state = signal<StaffState | null>(null);

let lastTouch = performance.now();

function wordsOf(trouble: Trouble): string {
  if (trouble.type === 'busy') return t('trouble.busy');
  if (trouble.type === 'not-enrolled') return t('trouble.not-enrolled');
  return t('trouble.other', { detail: trouble.detail || trouble.type });
}

async function enter() {
  if (busy.value || pin.value.length < pinLength || pause.value > 0) return;
  busy.value = true;
  words.value = null;
  try {
    staff.value = (await api.staffSignIn(pin.value)).staff;
    lastTouch = performance.now();
    await read();
  } catch (problem) {
    if (!(problem instanceof Trouble)) throw problem;
    if (problem.retryAfter > 0) pause.value = problem.retryAfter;
    else words.value = problem.type === 'pin-wrong' ? t('pin.wrong') : wordsOf(problem);
  } finally {
    pin.value = '';
    busy.value = false;
  }
}

function lock() {
  const mine = staff.value;
  staff.value = null;
  state.value = null;
  words.value = null;
  // A daemon that does not answer has no sign-in to end.
  if (mine) quietly(api.staffSignOut(mine));
}

async function read() {
  const mine = staff.value;
  if (!mine) return;
  try {
    const news = await api.staffState(mine);
    if (staff.value !== mine) return;
    state.value = news;
    words.value = null;
  } catch (problem) {
    if (!(problem instanceof Trouble)) throw problem;
    if (problem.type === 'staff-sign-in') lock();
    else words.value = wordsOf(problem);
  }
}

function everySecond() {
  if (pause.value > 0) pause.value -= 1;
  if (staff.value && performance.now() - lastTouch > lockAfterMs) lock();
}

function LanguageKey() {
  return (
    <Press
      class="key key--home"
      test="language"
      label={t('language.label')}
      onPress={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}
    >
      <span class="langmark" aria-hidden="true">
        文<i>A</i>
      </span>
      <span>{t('language')}</span>
    </Press>
  );
}

function ToPage({ words }: { words: string }) {
  return (
    <Press
      class="btn btn--back"
      test="to-page"
      onPress={() => {
        lock();
        location.assign('/');
      }}
    >
      <Icon name="leave" />
      <span>{words}</span>
    </Press>
  );
}

function PinEntry() {
  const missing =
    pause.value > 0
      ? t('pin.pause', { n: pause.value })
      : pin.value.length < pinLength
        ? t('pin.missing', { n: pinLength - pin.value.length })
        : null;
  return (
    <main class="screen screen--pad">
      <header class="head">
        <div class="head__mid">
          <b>{t('title')}</b>
        </div>
        <LanguageKey />
      </header>
      <div class="ask">
        <div class="ask__text">
          <Title>{t('pin.title')}</Title>
          <p aria-live="assertive" class={words.value ? 'pin__wrong' : undefined}>
            {words.value ?? t('pin.hint')}
          </p>
        </div>
      </div>
      <div
        class="main pin"
        role="img"
        aria-label={t('pin.progress', { n: pin.value.length, of: pinLength })}
      >
        {Array.from({ length: pinLength }, (_, at) => (
          <i key={at} class={at < pin.value.length ? 'is-typed' : undefined} />
        ))}
      </div>
      <Pad
        onKey={(key) => (pin.value = press(pin.value, key, pinLength))}
        onEnter={() => void enter()}
        clear={t('pin.clear')}
        erase={t('pin.delete')}
      />
      <footer class="foot">
        <ToPage words={t('leave')} />
        <Next
          test="enter"
          tick
          missing={missing}
          waiting={busy.value}
          words={t(busy.value ? 'pin.entering' : 'pin.enter')}
          onPress={() => void enter()}
        />
      </footer>
    </main>
  );
}

/** A newer office may say what this page has no words for: then its own. */
function verdictWords(verdict: string): string {
  const key = maybeKey(`verdict.${verdict}`);
  return key ? t(key) : verdict;
}

function Verdicts({ rows }: { rows: StaffState['verdicts'] }) {
  const shown = rows.slice(-verdictsShown).reverse();
  return (
    <section class="sheet" data-test="verdicts">
      <h2>{t('verdicts')}</h2>
      {!rows.length && <p>{t('verdicts.none')}</p>}
      <ul>
        {shown.map((row) => (
          <li key={row.seq}>
            <b class="num">{t('verdict.row', { n: row.seq })}</b>
            <span>{verdictWords(row.verdict)}</span>
            <small>{row.reason}</small>
          </li>
        ))}
      </ul>
      {rows.length > shown.length && <p>{t('verdicts.more', { n: rows.length - shown.length })}</p>}
    </section>
  );
}

function Board({ now }: { now: StaffState }) {
  useEffect(() => {
    const timer = setInterval(() => void read(), readEveryMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <main class="screen screen--staff">
      <header class="head">
        <Press class="key key--home" test="lock" onPress={lock}>
          <Icon name="lock" />
          <span>{t('lock')}</span>
        </Press>
        <div class="head__mid">
          <div class="staff__who">
            <Title>{now.device.name}</Title>
            <span>
              {t('title')} · {local(now.office.name)}
            </span>
          </div>
        </div>
        <LanguageKey />
      </header>
      <div class="main staff">
        <section class="gauges" data-test="gauges">
          {gaugesOf(now).map((gauge) => (
            <div
              key={gauge.name}
              class={`gauge${gauge.lead ? ' gauge--lead' : ''}${gauge.warn ? ' gauge--warn' : ''}`}
              data-test={`gauge-${gauge.name}`}
            >
              <Icon name={gauge.icon} />
              <div>
                <b>{gauge.line}</b>
                <span>{gauge.under}</span>
              </div>
            </div>
          ))}
        </section>
        <div class="sheets">
          <section class="sheet" data-test="last-problem">
            <h2>{t('problem')}</h2>
            <p>{now.last_problem ?? t('problem.none')}</p>
          </section>
          <Verdicts rows={now.verdicts} />
          <section class="sheet sheet--ids">
            <p class="num">{t('device', { id: now.device.id })}</p>
            <p class="num">{t('office', { address: now.office.address })}</p>
            <p class="num">{t('pin', { pin: now.office.pin })}</p>
          </section>
        </div>
      </div>
      <footer class="foot">
        <ToPage words={t('to.page')} />
        <div class="foot__mid">
          <p class="facts" aria-live="polite">
            {words.value ?? t('lock.note')}
          </p>
        </div>
      </footer>
    </main>
  );
}

function Page() {
  if (!staff.value) return <PinEntry />;
  return state.value ? <Board now={state.value} /> : <PinEntry />;
}

effect(() => {
  const { lang, dir } = htmlLanguage(language.value);
  document.documentElement.lang = lang;
  document.documentElement.dir = dir;
});
for (const name of ['pointerdown', 'keydown'] as const)
  window.addEventListener(name, () => (lastTouch = performance.now()), { capture: true });
setInterval(everySecond, 1000);
render(<Page />, document.getElementById('app')!);
