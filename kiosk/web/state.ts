/**
 * What the page knows: the machine's state, and one visitor's visit. Everything of a visit is in
 * `visit` and is replaced as a whole when the visitor leaves; nothing is kept anywhere else.
 */
import { batch, computed, signal } from '@preact/signals';

import { api, quietly, reloading, Trouble } from './api.ts';
import type { Answer, Category, Saved, Solved, Status } from './api.ts';
import { idleAt } from './logic/idle.ts';
import { repeatMs } from './logic/press.ts';
import { language, maybeKey, t } from './texts.ts';

export type Screen =
  | 'setup'
  | 'attract'
  | 'language'
  | 'home'
  | 'help'
  | 'category'
  | 'feeling'
  | 'text'
  | 'confirm'
  | 'receipt'
  | 'keep'
  | 'code'
  | 'waiting'
  | 'answer'
  | 'solved'
  | 'rating'
  | 'thanks'
  | 'drop';

export interface Visit {
  category: Category | null;
  categoryPage: number;
  /** 1 to 5; 0 is "rather not say"; null is not chosen yet. */
  feeling: number | null;
  text: string;
  saved: Saved | null;
  code: string;
  answer: Extract<Answer, { found: true }> | null;
  solved: Solved | null;
  stars: number;
}

const freshVisit = (): Visit => ({
  category: null,
  categoryPage: 0,
  feeling: null,
  text: '',
  saved: null,
  code: '',
  answer: null,
  solved: null,
  stars: 0,
});

export const status = signal<Status | null>(null);
/** The daemon does not answer. */
export const lost = signal(false);
export const categories = signal<Category[]>([]);
export const visit = signal<Visit>(freshVisit());
export const screen = signal<Screen>('attract');
export const largeText = signal(false);
export const moreContrast = signal(false);
/** Seconds left until the visit is wiped, while the page asks whether somebody is there. */
export const secondsLeft = signal<number | null>(null);
/** What went wrong with the last act, in words; gone with the next act or screen. */
export const notice = signal<string | null>(null);
export const busy = signal(false);
/** The screen has just changed: a second, trembling press must not act on the new one. */
export const settling = signal(false);
/** Where help, language and "throw away?" lead back to. */
const returnTo = signal<Screen>('home');

export const canSave = computed(() => status.value?.can_save === true);

export function update(change: Partial<Visit>): void {
  visit.value = { ...visit.value, ...change };
}

let settled: ReturnType<typeof setTimeout> | undefined;

export function show(next: Screen): void {
  batch(() => {
    if (next !== screen.value) {
      settling.value = true;
      clearTimeout(settled);
      settled = setTimeout(() => (settling.value = false), repeatMs);
    }
    notice.value = null;
    screen.value = next;
  });
}

/** A side way that comes back: help, language, "throw away?". */
export function visitAside(next: Screen): void {
  if (next === screen.value) return;
  const aside: Screen[] = ['help', 'language', 'drop', 'keep'];
  if (!aside.includes(screen.value)) returnTo.value = screen.value;
  show(next);
}

export function comeBack(): void {
  show(returnTo.value === 'attract' ? 'home' : returnTo.value);
}

/** Words for a problem type; `{n}` is the seconds to wait. */
export function troubleWords(trouble: Trouble): string {
  return t(maybeKey(`trouble.${trouble.type}`) ?? 'trouble.other', { n: trouble.retryAfter });
}

/**
 * Runs one call of the visitor's: one at a time, with the problem said in words, unless `handled`
 * says that the screen shows it in its own way.
 */
export async function act<T>(
  run: () => Promise<T>,
  handled: (trouble: Trouble) => boolean = () => false,
): Promise<T | undefined> {
  if (busy.value) return undefined;
  const mine = visitNumber;
  busy.value = true;
  notice.value = null;
  try {
    const result = await run();
    // The visitor may have left while the daemon worked: the answer is nobody's then.
    return mine === visitNumber ? result : undefined;
  } catch (problem) {
    if (!(problem instanceof Trouble)) throw problem;
    if (mine === visitNumber && !handled(problem)) notice.value = troubleWords(problem);
    return undefined;
  } finally {
    busy.value = false;
  }
}

/** Counts visits, so that an answer which comes too late is nobody's. */
let visitNumber = 0;

/** Forgets the visit's contents here and in the daemon. Language and switches stay. */
export function forget(): void {
  visitNumber += 1;
  visit.value = freshVisit();
  notice.value = null;
  // A daemon that does not answer has nothing to forget: what it knew ended with it.
  quietly(api.endSession());
}

/** The visitor has gone: nothing of the visit is left, not even the language. */
export function wipe(): void {
  batch(() => {
    forget();
    secondsLeft.value = null;
    language.value = 'zh';
    largeText.value = false;
    moreContrast.value = false;
    returnTo.value = 'home';
    show(status.value?.state === 'unenrolled' ? 'setup' : 'attract');
  });
}

/** Home or back out of a task; asks first when something was written. */
export function leaveTask(): void {
  if (screen.value === 'receipt') return visitAside('keep');
  if (visit.value.text.trim() !== '' && !visit.value.saved) return visitAside('drop');
  forget();
  show('home');
}

// ---- the machine's state

/** The digits are nowhere else: neither a restart nor silence of the daemon takes them away. */
export const showsReceipt = () => screen.value === 'receipt' || screen.value === 'keep';
reloading.allowed = () => !showsReceipt();

/** How many polls have been answered; a screen compares it to know that news is newer than it. */
export const polls = signal(0);
export const pollMs = 5000;

export async function poll(): Promise<void> {
  try {
    const news = await api.status();
    batch(() => {
      lost.value = false;
      const was = status.value?.state;
      status.value = news;
      polls.value += 1;
      if (news.state === 'unenrolled' && was !== 'unenrolled') show('setup');
      // The staff's language and the way back to the set-up screen are not the first visitor's.
      if (news.state === 'ready' && was === 'unenrolled') wipe();
    });
    if (news.state === 'ready' && screen.value === 'attract') await loadCategories();
  } catch (problem) {
    if (!(problem instanceof Trouble)) throw problem;
    lost.value = true;
  }
}

export async function loadCategories(): Promise<void> {
  categories.value = (await api.categories()).categories;
}

// ---- who is there

let lastTouch = performance.now();

export function touched(): void {
  // While the page asks, only its two buttons answer: a sleeve on the glass is nobody's yes.
  if (secondsLeft.value === null) lastTouch = performance.now();
}

export function stillHere(): void {
  lastTouch = performance.now();
  secondsLeft.value = null;
}

/** Whether there is anything that the next person must not find. */
const somebody = () => screen.value !== 'attract' && screen.value !== 'setup';

export function checkIdle(): void {
  if (!somebody()) return;
  // Waiting for the daemon is not the visitor's silence.
  if (busy.value) lastTouch = performance.now();
  const { idle_seconds = 60, warn_seconds = 20 } = status.value ?? {};
  const idle = idleAt(performance.now(), lastTouch, idle_seconds, warn_seconds);
  if (idle.phase === 'gone') wipe();
  else secondsLeft.value = idle.phase === 'warn' ? idle.left : null;
}
