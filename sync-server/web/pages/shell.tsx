// The frame around every page: where one is, what is true now, and what is not sent yet.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { nameOf, t, type Key } from '../core/i18n';
import { countOf } from '../core/cases';
import { go, hashOf, route, type Page } from '../core/route';
import { link, overview, session, signOut, unsentDrafts } from '../core/store';
import { Icon, Mark, type IconName } from '../ui/icon';
import { Dialog, LangButton, Moment, ProblemNote, Said, useAct } from '../ui/pieces';
import { PasswordForm } from './sign_in';

type Item = { page: Page; icon: IconName; key: Key; n: number | null };

function items(): Item[] {
  const o = overview.value;
  const out: Item[] = [
    { page: 'inbox', icon: 'inbox', key: 'nav.inbox', n: o && countOf('todo', o.counts) },
    { page: 'devices', icon: 'kiosk', key: 'nav.devices', n: o && o.devices.enrolled },
  ];
  if (session.value?.person.role === 'administrator')
    out.push({ page: 'people', icon: 'users', key: 'nav.people', n: null });
  return out;
}

function NavLink({ item, prefix }: { item: Item; prefix: string }) {
  const here = route.value.page === item.page;
  return (
    <a
      href={hashOf({ page: item.page, caseId: null })}
      aria-current={here ? 'page' : undefined}
      data-test={`${prefix}${item.page}`}
      onClick={(e) => {
        e.preventDefault();
        go({ page: item.page, caseId: null });
      }}
    >
      <Icon name={item.icon} />
      <span>{t(item.key)}</span>
      {item.n !== null && <span class="n">{item.n}</span>}
    </a>
  );
}

/** Signing out throws drafts away: whoever has one is asked first. */
function Me() {
  const asking = useSignal(false);
  const changing = useSignal(false);
  const { problem, run, busy } = useAct();
  const person = session.value?.person;
  if (!person) return null;
  const leave = (): void => {
    asking.value = false;
    void run(() => signOut());
  };
  return (
    <div class="me">
      <div class="row">
        <span class="ava" aria-hidden="true">
          {[...person.display][0]}
        </span>
        <span class="grow cut">
          <b class="sm">
            <Said text={person.display} />
          </b>
          <small>{t(`role.${person.role}`)}</small>
        </span>
      </div>
      <div class="me-acts">
        <LangButton />
        <button type="button" class="btn q" onClick={() => (changing.value = true)}>
          {t('password.change')}
        </button>
        <button
          type="button"
          class="btn q"
          data-test="sign-out"
          disabled={busy.value}
          onClick={() => (unsentDrafts.value.length > 0 ? (asking.value = true) : leave())}
        >
          {t('signout')}
        </button>
      </div>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      {asking.value && (
        <Dialog title={t('signout.title')} onClose={() => (asking.value = false)}>
          <p>{t('signout.drafts', { n: unsentDrafts.value.length })}</p>
          <div class="dialog-acts">
            <button type="button" class="btn" onClick={() => (asking.value = false)}>
              {t('stay')}
            </button>
            <button type="button" class="btn p" data-test="sign-out-anyway" onClick={leave}>
              {t('signout.anyway')}
            </button>
          </div>
        </Dialog>
      )}
      {changing.value && (
        <Dialog title={t('password.change')} onClose={() => (changing.value = false)}>
          <PasswordForm first={false} onDone={() => (changing.value = false)} />
          <div class="dialog-acts">
            <button type="button" class="btn" onClick={() => (changing.value = false)}>
              {t('cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Connection() {
  const o = overview.value;
  const words =
    link.value === 'starting'
      ? 'status.starting'
      : link.value === 'up'
        ? 'status.up'
        : 'status.down';
  return (
    <span class={`i-lead ${link.value === 'down' ? 'late' : ''}`} role="status">
      {link.value === 'down' ? <Icon name="alert" /> : <span class={`dot ${link.value}`} />}
      {t(words)}
      {o?.locked && (
        <span class="i-lead soon">
          <Icon name="lock" />
          {t('status.locked')}
        </span>
      )}
    </span>
  );
}

function StatusBar({ keys }: { keys: ComponentChildren }) {
  const o = overview.value;
  const drafts = unsentDrafts.value.length;
  return (
    <footer class="status">
      <Connection />
      {o && (
        <>
          <span class="sep" />
          <span>
            {t('status.asof')} <Moment at={o.as_of} />
          </span>
          <span class="sep" />
          <span data-test="status-kiosks">
            {t('status.kiosks', { n: o.devices.connected, all: o.devices.enrolled })}
            {o.devices.enrolled > o.devices.connected && (
              <>
                {t('comma')}
                <b>{t('status.silent', { n: o.devices.enrolled - o.devices.connected })}</b>
              </>
            )}
          </span>
          {o.devices.unsent > 0 && (
            <>
              <span class="sep opt" />
              <span class="opt">{t('status.unsent', { n: o.devices.unsent })}</span>
            </>
          )}
        </>
      )}
      {drafts > 0 && (
        <>
          <span class="sep" />
          <span class="i-lead soon" data-test="status-drafts">
            <Icon name="hour" />
            {t('status.drafts', { n: drafts })}
          </span>
        </>
      )}
      <span class="keys">{keys}</span>
    </footer>
  );
}

export function Shell({
  title,
  sub,
  acts,
  keys,
  children,
}: {
  title: string;
  sub: string;
  acts?: ComponentChildren;
  keys?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class="app">
      <aside class="side" aria-label={t('side')}>
        <div class="brand">
          <Mark />
          <span>
            <b>{t('brand')}</b>
            <small>{nameOf(overview.value?.office.name, t('office'))}</small>
          </span>
        </div>
        <nav class="nav" aria-label={t('nav.label')}>
          {items().map((item) => (
            <NavLink key={item.page} item={item} prefix="nav-" />
          ))}
        </nav>
        <div class="foot">
          <Me />
        </div>
      </aside>
      <div class="main">
        <header class="top">
          <h1>{title}</h1>
          <span class="sub">{sub}</span>
          <div class="top-acts">{acts}</div>
        </header>
        <main class="view">{children}</main>
        <StatusBar keys={keys} />
      </div>
      <nav class="tabbar" aria-label={t('nav.label.short')}>
        {items().map((item) => (
          <NavLink key={item.page} item={item} prefix="bar-" />
        ))}
        <MoreMenu />
      </nav>
    </div>
  );
}

/** On a phone the side is away: the person's own acts live behind one button. */
function MoreMenu() {
  const open = useSignal(false);
  return (
    <>
      <button type="button" onClick={() => (open.value = true)} data-test="bar-me">
        <Icon name="user" />
        <span>{t('nav.me')}</span>
      </button>
      {open.value && (
        <Dialog title={t('nav.me')} onClose={() => (open.value = false)}>
          <Me />
          <div class="dialog-acts">
            <button type="button" class="btn" onClick={() => (open.value = false)}>
              {t('close')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
