// What the pages share: who is signed in, what the office last said, and the one poll that keeps
// it fresh. Nothing here is ever written to browser storage: it is residents' data.
import { batch, computed, signal } from '@preact/signals';
import { api, Problem, watchProblems } from './api';
import { isUnsent, type Draft } from './cases';
import type { Area, Category, Opened, Overview, Session, Unit } from './types';

/** Undefined until the office said whether this browser is signed in. */
export const session = signal<Session | null | undefined>(undefined);
/** True when a session ended under the person's hands rather than by signing out. */
export const expired = signal(false);
export const overview = signal<Overview | null>(null);
export const link = signal<'starting' | 'up' | 'down'>('starting');
/** Grows with every answered poll; pages whose data is not in the ledger follow it. */
export const tick = signal(0);
/** Grows when the ledger has grown: only then can a case have changed. */
export const ledgerTick = signal(0);

export const areas = signal<ReadonlyMap<number, Area>>(new Map());
export const categories = signal<ReadonlyMap<number, Category>>(new Map());
export const units = signal<readonly Unit[]>([]);

export const drafts = signal<Readonly<Record<string, Draft>>>({});
/** Opened texts, with when and why; gone with the session. */
export type OpenedHere = Opened & { at: string; reason: string };
export const opened = signal<Readonly<Record<string, OpenedHere>>>({});

export const unsentDrafts = computed(() =>
  Object.keys(drafts.value).filter((id) => isUnsent(drafts.value[id])),
);
export const asOf = computed(() => overview.value?.as_of ?? null);
/** The display name that events of the signed-in person carry. */
export const me = computed(() => session.value?.person.display ?? '');
export const signedIn = computed(() => !!session.value && !session.value.must_change_password);

export function setDraft(caseId: string, draft: Draft | null): void {
  const next = { ...drafts.value };
  if (draft) next[caseId] = draft;
  else delete next[caseId];
  drafts.value = next;
}

export function areaPath(id: number): Area[] {
  const path: Area[] = [];
  let at = areas.value.get(id);
  // A broken area file could point in a circle.
  while (at && path.length < 8) {
    path.unshift(at);
    at = at.parent === null ? undefined : areas.value.get(at.parent);
  }
  return path;
}

/** The town whose kiosks hear a reply; the area itself when it has no town above it. */
export function townOf(id: number): Area | undefined {
  const path = areaPath(id);
  return path.find((a) => a.level === 'town') ?? path[path.length - 1];
}

// ── the poll ─────────────────────────────────────────────

const kPollMs = 5_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let again = false;
let ledgerSeen = '';

async function loadNames(): Promise<void> {
  const [a, c, u] = await Promise.all([api.areas(), api.categories(), api.units()]);
  batch(() => {
    areas.value = new Map(a.areas.map((x) => [x.id, x]));
    categories.value = new Map(c.categories.map((x) => [x.code, x]));
    units.value = u.units;
  });
}

async function pollOnce(): Promise<void> {
  try {
    if (areas.value.size === 0) await loadNames();
    const next = await api.overview();
    const ledger = `${next.ledger.size}/${next.ledger.root}`;
    batch(() => {
      overview.value = next;
      link.value = 'up';
      tick.value += 1;
      if (ledger !== ledgerSeen) ledgerTick.value += 1;
      ledgerSeen = ledger;
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // A refused call is an answer: only silence and failure mean "not connected".
    if (error.status === 0 || error.status >= 500) link.value = 'down';
  }
}

/** Asks now and every five seconds from then on, while somebody looks and is signed in. */
export async function poll(): Promise<void> {
  if (running) {
    again = true;
    return;
  }
  clearTimeout(timer);
  if (document.hidden || !signedIn.value) return;
  running = true;
  try {
    await pollOnce();
  } finally {
    running = false;
    const now = again;
    again = false;
    clearTimeout(timer);
    timer = setTimeout(() => void poll(), now ? 0 : kPollMs);
  }
}

// ── the session ──────────────────────────────────────────

let lastPerson: string | null = null;

function forgetTexts(): void {
  batch(() => {
    keepFirst(null);
    opened.value = {};
    overview.value = null;
    link.value = 'starting';
    ledgerSeen = '';
  });
}

function setSession(next: Session): void {
  batch(() => {
    // Another person must not find the first one's unsent words.
    if (lastPerson !== null && lastPerson !== next.person.name) drafts.value = {};
    lastPerson = next.person.name;
    session.value = next;
    expired.value = false;
  });
  void poll();
}

/** The first password, kept from sign-in until it is changed: nobody has to type it twice. */
let firstPassword: string | null = null;
export const knowsFirst = signal(false);

function keepFirst(password: string | null): void {
  firstPassword = password;
  knowsFirst.value = password !== null;
}

export async function signIn(name: string, password: string): Promise<void> {
  const next = await api.signIn(name, password);
  keepFirst(next.must_change_password ? password : null);
  setSession(next);
}

export async function signOut(): Promise<void> {
  try {
    await api.signOut();
  } catch (error) {
    // An expired session is signed out already; anything else the person must hear about.
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
  batch(() => {
    drafts.value = {};
    lastPerson = null;
    forgetTexts();
    session.value = null;
    expired.value = false;
  });
}

export async function changePassword(old: string, next: string): Promise<void> {
  await api.changePassword(firstPassword ?? old, next);
  keepFirst(null);
  if (session.value) session.value = { ...session.value, must_change_password: false };
  void poll();
}

function hear(problem: Problem): void {
  if (problem.status === 401 && problem.type !== 'huiyin:wrong-password') {
    batch(() => {
      expired.value = !!session.value;
      forgetTexts();
      session.value = null;
    });
  }
  if (problem.type === 'huiyin:change-password' && session.value)
    session.value = { ...session.value, must_change_password: true };
}

export async function start(): Promise<void> {
  watchProblems(hear);
  document.addEventListener('visibilitychange', () => void poll());
  window.addEventListener('beforeunload', (event) => {
    if (unsentDrafts.value.length > 0) event.preventDefault();
  });
  try {
    setSession(await api.session());
  } catch {
    // Not signed in, or no office: the sign-in page says which at the first try.
    session.value = null;
  }
}
