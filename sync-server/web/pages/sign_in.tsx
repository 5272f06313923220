// Signing in, and the first password that must be changed.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../core/i18n';
import {
  changePassword,
  expired,
  knowsFirst,
  session,
  signIn,
  signOut,
  unsentDrafts,
} from '../core/store';
import { Icon, Mark, type IconName } from '../ui/icon';
import { LangButton, Note, ProblemNote, useAct } from '../ui/pieces';

const kRings = [8, 15, 22, 29, 36, 43];

function Gate({ children }: { children: ComponentChildren }) {
  return (
    <div class="gate">
      <section class="gate-a" aria-label={t('brand')}>
        <div class="gate-brand">
          <Mark />
          <b>{t('brand')}</b>
          <span>{t('brand.other')}</span>
        </div>
        <div class="gate-words">
          <p class="motto">
            {t('motto.1')}
            <br />
            {t('motto.2')}
          </p>
          <p class="gate-say">{t('motto.say')}</p>
        </div>
        <svg class="rings" viewBox="0 0 100 100" aria-hidden="true">
          {kRings.map((r, i) => (
            <rect
              key={r}
              x={50 - r}
              y={50 - r}
              width={2 * r}
              height={2 * r}
              rx={r * 0.42}
              stroke-opacity={0.9 - i * 0.14}
            />
          ))}
          <rect class="core" x="46" y="46" width="8" height="8" rx="2.4" />
        </svg>
      </section>
      <main class="gate-b">
        <div class="gate-lang">
          <LangButton />
        </div>
        {children}
      </main>
    </div>
  );
}

function Secret({
  label,
  test,
  value,
  onInput,
  complete,
  icon,
  hint,
}: {
  label: string;
  test: string;
  value: string;
  onInput: (value: string) => void;
  complete: 'current-password' | 'new-password';
  icon: IconName;
  hint?: string;
}) {
  const shown = useSignal(false);
  const common = {
    id: test,
    value,
    'data-test': test,
    autoComplete: complete,
    required: true,
    spellcheck: false,
    'aria-describedby': hint ? `${test}-hint` : undefined,
    onInput: (e: Event) => onInput((e.target as HTMLInputElement).value),
  } as const;
  return (
    <div class="f">
      <label for={test}>{label}</label>
      <div class="in">
        <Icon name={icon} />
        {shown.value ? <input type="text" {...common} /> : <input type="password" {...common} />}
        <button
          type="button"
          class="peek"
          aria-pressed={shown.value}
          onClick={() => (shown.value = !shown.value)}
        >
          {t(shown.value ? 'password.hide' : 'password.show')}
        </button>
      </div>
      {hint && <small id={`${test}-hint`}>{hint}</small>}
    </div>
  );
}

export function SignIn() {
  const name = useSignal('');
  const password = useSignal('');
  const { busy, problem, run } = useAct();
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    const done = await run(() => signIn(name.value.trim(), password.value));
    if (!done) password.value = '';
  };
  return (
    <Gate>
      <form onSubmit={(e) => void submit(e)}>
        <div>
          <h1>{t('signin.title')}</h1>
          <p class="muted sm gap-1">{location.host}</p>
        </div>
        {expired.value && (
          <Note icon="hour" tone="soon">
            {t('signin.expired')}
            {unsentDrafts.value.length > 0 &&
              ` ${t('signin.drafts', { n: unsentDrafts.value.length })}`}
          </Note>
        )}
        <div class="f">
          <label for="name">{t('signin.name')}</label>
          <div class="in">
            <Icon name="user" />
            <input
              id="name"
              type="text"
              data-test="name"
              autoComplete="username"
              autoCapitalize="none"
              spellcheck={false}
              required
              value={name.value}
              onInput={(e) => (name.value = e.currentTarget.value)}
            />
          </div>
        </div>
        <Secret
          label={t('signin.password')}
          test="password"
          icon="key"
          complete="current-password"
          value={password.value}
          onInput={(v) => (password.value = v)}
        />
        {problem.value !== null && <ProblemNote problem={problem.value} test="sign-in-problem" />}
        <button type="submit" class="btn p lg" data-test="sign-in" disabled={busy.value}>
          {t(busy.value ? 'signin.busy' : 'signin.do')} <kbd>Enter</kbd>
        </button>
        <Note icon="lock">{t('signin.sealed')}</Note>
        <p class="xs faint">{t('signin.forgot')}</p>
      </form>
    </Gate>
  );
}

/** The three fields and their button; also used inside a dialog by people who want a new one. */
export function PasswordForm({ first, onDone }: { first: boolean; onDone: () => void }) {
  const old = useSignal('');
  const next = useSignal('');
  const { busy, problem, run } = useAct();
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (await run(() => changePassword(old.value, next.value))) onDone();
  };
  return (
    <form onSubmit={(e) => void submit(e)}>
      {!knowsFirst.value && (
        <Secret
          label={t(first ? 'newpass.first' : 'newpass.old')}
          test="old-password"
          icon="key"
          complete="current-password"
          value={old.value}
          onInput={(v) => (old.value = v)}
        />
      )}
      <Secret
        label={t('newpass.new')}
        test="new-password"
        icon="lock"
        complete="new-password"
        hint={t('newpass.hint')}
        value={next.value}
        onInput={(v) => (next.value = v)}
      />
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <button type="submit" class="btn p lg" data-test="change-password" disabled={busy.value}>
        {t('newpass.do')}
      </button>
    </form>
  );
}

export function FirstPassword() {
  const { problem, run } = useAct();
  return (
    <Gate>
      <div class="gate-form">
        <div>
          <h1>{t('newpass.title')}</h1>
          <p class="muted sm gap-1">
            {t('newpass.why', { name: session.value?.person.display ?? '' })}
          </p>
        </div>
        <PasswordForm first onDone={() => {}} />
        {problem.value !== null && <ProblemNote problem={problem.value} />}
        <button
          type="button"
          class="btn q"
          data-test="sign-out"
          onClick={() => void run(() => signOut())}
        >
          {t('signout')}
        </button>
      </div>
    </Gate>
  );
}
