// What the case list and the reply editor decide, without a page: pure functions.
import { kReplyLimit, lengthOf } from './text';
import { between, parseStamp, spanOf, type Span } from './time';
import type { Case, CaseDetail, CaseEvent, CaseState, Filter, NextState, ReplyKind } from './types';

/** The tabs of the inbox; "todo" is everything somebody still waits for. */
export type Tab = 'todo' | 'new' | 'answered' | 'closed' | 'all';
export const kTabs: readonly Tab[] = ['todo', 'new', 'answered', 'closed', 'all'];

export function filtersOf(tab: Tab): Filter[] {
  return tab === 'todo' ? ['new', 'open'] : [tab];
}

/** "open" may or may not hold the new ones: what waits is counted from what does not. */
export function countOf(tab: Tab, counts: Record<Filter, number>): number {
  return tab === 'todo' ? counts.all - counts.answered - counts.closed : counts[tab];
}

export function waits(state: CaseState): boolean {
  return state !== 'answered' && state !== 'closed';
}

export type Urgency = {
  level: 'late' | 'soon' | 'calm' | 'none';
  /** How far the due time is away, or how long it has passed. */
  span: Span | null;
  /** Share of the time that has gone, 0 to 1. */
  gone: number;
};

const kSoonShare = 0.8;
const kSoonMs = 2 * 86_400_000;

export function urgencyOf(c: Case, asOf: string): Urgency {
  if (!waits(c.state) || c.due === null || parseStamp(c.due) === null)
    return { level: 'none', span: null, gone: 0 };
  const left = between(asOf, c.due);
  const whole = between(c.received, c.due);
  const gone = whole > 0 ? Math.min(1, Math.max(0, 1 - left / whole)) : left <= 0 ? 1 : 0;
  if (left < 0) return { level: 'late', span: spanOf(-left), gone: 1 };
  const soon = gone >= kSoonShare || left <= kSoonMs;
  return { level: soon ? 'soon' : 'calm', span: spanOf(left), gone };
}

/** Most urgent first: who still waits, by due time; then the rest, newest received first. */
export function byUrgency(cases: readonly Case[]): Case[] {
  const due = (c: Case): number => (c.due === null ? Number.MAX_SAFE_INTEGER : Date.parse(c.due));
  return [...cases].sort((a, b) => {
    const waiting = Number(waits(b.state)) - Number(waits(a.state));
    if (waiting !== 0) return waiting;
    if (waits(a.state) && due(a) !== due(b)) return due(a) - due(b);
    return Date.parse(b.received) - Date.parse(a.received);
  });
}

/** The case `step` rows away; when the selected one has left the list, the row it stood in. */
export function neighbour(
  ids: readonly string[],
  selected: string | null,
  lastIndex: number,
  step: 1 | -1,
): string | null {
  if (ids.length === 0) return null;
  const at = selected === null ? -1 : ids.indexOf(selected);
  const wanted = at >= 0 ? at + step : selected === null ? 0 : lastIndex + (step === 1 ? 0 : -1);
  return ids[Math.min(ids.length - 1, Math.max(0, wanted))] ?? null;
}

const kNext: Record<CaseState, readonly NextState[]> = {
  new: ['accepted', 'in-progress', 'closed'],
  accepted: ['in-progress', 'closed'],
  'in-progress': ['closed'],
  answered: ['in-progress', 'closed'],
  closed: [],
  reopened: ['in-progress', 'closed'],
};

/** Which buttons make sense; the office decides and says what it allows. */
export function nextStates(state: CaseState): readonly NextState[] {
  return kNext[state] ?? [];
}

export type Draft = {
  kind: ReplyKind | null;
  unit: number | null;
  text: string;
  /** The case as the writer last saw it. */
  version: number;
  entry: number;
};

export function lastEntry(events: readonly CaseEvent[]): number {
  return events.reduce((max, e) => Math.max(max, e.entry), 0);
}

/** What others did since `me` last looked. Openings change nothing that a reply rests on. */
export function newsSince(detail: CaseDetail, entry: number, me: string): CaseEvent[] {
  return detail.events.filter((e) => e.entry > entry && e.what !== 'opened' && e.who !== me);
}

export function isUnsent(draft: Draft | undefined): boolean {
  return draft !== undefined && draft.text.trim() !== '';
}

export type Missing = 'kind' | 'unit' | 'text' | 'too-long';

/** What keeps a draft from being sent; empty when it is ready. */
export function missingIn(draft: Draft): Missing[] {
  const out: Missing[] = [];
  if (draft.kind === null) out.push('kind');
  if (draft.unit === null) out.push('unit');
  if (draft.text.trim() === '') out.push('text');
  if (lengthOf(draft.text) > kReplyLimit) out.push('too-long');
  return out;
}
