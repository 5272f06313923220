/** The daemon's local API (kiosk/API.md): typed calls, problems by type, one reload on 401. */
import type { LocalText } from '../../shared/web/core/i18n.ts';

export type Link = 'never' | 'offline' | 'online';

export interface Status {
  state: 'unenrolled' | 'ready';
  device?: { name: string; id: string };
  place?: { village: LocalText; town: LocalText };
  office?: { name: LocalText };
  link?: Link;
  last_contact?: string | null;
  unsent?: number;
  can_save?: boolean;
  problem: string | null;
  idle_seconds?: number;
  warn_seconds?: number;
  languages: string[];
  version: string;
}

export interface Category {
  code: number;
  kind: string;
  names: LocalText;
  hint?: LocalText;
  picture: string;
  confidential: boolean;
}

export interface Saved {
  receipt: { groups: string[]; qr: { size: number; rows: string[] } };
  saved: boolean;
  link: Link;
  answer_by_days: number;
}

export interface Reply {
  text: string;
  language: string;
  unit: LocalText;
  kind: string;
  date: string;
  version: number;
}

export type Answer =
  | { found: false }
  | { found: true; corrected: boolean; reply: Reply; can_rate: boolean; rated: boolean };

export type Solved = 'yes' | 'partly' | 'no';

export interface StaffState {
  device: { name: string; id: string };
  office: { name: LocalText; address: string; pin: string };
  link: Link;
  last_contact: string | null;
  last_problem: string | null;
  records: { saved: number; unsent: number; acknowledged: number; backed_up: number };
  verdicts: { seq: number; verdict: string; reason: string }[];
  replies: number;
  disk: { used_bytes: number; free_bytes: number };
  receipts_ready: number;
  version: string;
  started: string;
}

/** Why a call failed. `type` is the problem's, without "huiyin:"; "busy" when nobody answered. */
export class Trouble extends Error {
  constructor(
    readonly type: string,
    readonly detail = '',
    readonly retryAfter = 0,
  ) {
    super(`${type} ${detail}`);
  }
}

const token = () =>
  document.querySelector<HTMLMetaElement>('meta[name="huiyin-token"]')?.content ?? '';

/** Tells whether the page may load itself again now; a receipt on the screen must not vanish. */
export const reloading = { allowed: () => true };

/** A daemon that restarts gives 401; a daemon that always gives it must not make us spin. */
const reloadPauseMs = 5000;

function reloadOnce(): void {
  // The next poll is refused as well, and asks again.
  if (!reloading.allowed()) return;
  if (performance.now() > reloadPauseMs) location.reload();
  else setTimeout(() => location.reload(), reloadPauseMs - performance.now());
}

async function troubleOf(response: Response): Promise<Trouble> {
  try {
    const problem = (await response.json()) as {
      type?: string;
      detail?: string;
      retry_after_seconds?: number;
    };
    const type = (problem.type ?? 'other').replace(/^huiyin:/, '');
    return new Trouble(type, problem.detail ?? '', problem.retry_after_seconds ?? 0);
  } catch {
    // Not a problem document, so not our daemon's words: only the number is known.
    return new Trouble('other', `HTTP ${response.status}`);
  }
}

/** Requests that hang are given up; the daemon reaches the office for at most a minute to enrol. */
const patienceMs = 20_000;
const enrolPatienceMs = 120_000;

async function call<T>(
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  staff?: string,
): Promise<T> {
  const headers: Record<string, string> = { 'X-Huiyin-Token': token() };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (staff !== undefined) headers['X-Huiyin-Staff'] = staff;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      signal: AbortSignal.timeout(path === '/api/enrol' ? enrolPatienceMs : patienceMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (problem) {
    throw new Trouble('busy', String(problem));
  }
  if (!response.ok) {
    const trouble = await troubleOf(response);
    if (trouble.type === 'reload') reloadOnce();
    throw trouble;
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** For a call whose failure the visitor need not know of; the caller says why. */
export function quietly(call: Promise<unknown>): void {
  call.catch((problem: unknown) => {
    if (!(problem instanceof Trouble)) throw problem;
  });
}

export const api = {
  status: () => call<Status>('GET', '/api/status'),
  enrol: (line: string) => call<{ state: string }>('POST', '/api/enrol', { line }),
  categories: () => call<{ categories: Category[] }>('GET', '/api/categories'),
  feedback: (said: { category: number; feeling: number; text: string; language: string }) =>
    call<Saved>('POST', '/api/feedback', said),
  answer: (code: string) => call<Answer>('POST', '/api/answer', { code }),
  rating: (code: string, solved: Solved, stars: number) =>
    call<{ saved: boolean }>('POST', '/api/rating', { code, solved, stars }),
  endSession: () => call<void>('POST', '/api/session/end', {}),
  staffSignIn: (pin: string) => call<{ staff: string }>('POST', '/api/staff/sign-in', { pin }),
  staffState: (staff: string) => call<StaffState>('GET', '/api/staff', undefined, staff),
  staffSignOut: (staff: string) => call<void>('POST', '/api/staff/sign-out', {}, staff),
};
