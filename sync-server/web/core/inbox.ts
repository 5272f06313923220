// The case list and the selected case, kept fresh while the ledger grows.
import { batch, computed, signal } from '@preact/signals';
import { api, Problem } from './api';
import { byUrgency, filtersOf, lastEntry, newsSince, waits, type Draft, type Tab } from './cases';
import { asOf, drafts, me, opened, overview, setDraft } from './store';
import type { Case, CaseDetail, Filter } from './types';

const kPage = 50;
/** What waits is loaded whole, oldest included, up to this many; beyond it the list says so. */
const kMostWaiting = 500;

export const tab = signal<Tab>('todo');
export const list = signal<readonly Case[] | null>(null);
export const more = signal(false);
export const listProblem = signal<Problem | null>(null);
export const current = signal<CaseDetail | null>(null);
export const caseProblem = signal<Problem | null>(null);

const pages = signal(1);
let listAsked = 0;
let caseAsked = 0;

export const sorted = computed<readonly Case[]>(() =>
  tab.value === 'todo' ? byUrgency(list.value ?? []) : (list.value ?? []),
);

export function chooseTab(next: Tab): void {
  if (next === tab.value) return;
  batch(() => {
    tab.value = next;
    list.value = null;
    more.value = false;
    pages.value = 1;
  });
  void loadList();
}

export function loadMore(): void {
  pages.value += 1;
  void loadList();
}

async function loadFilter(filter: Filter, most: number): Promise<{ cases: Case[]; more: boolean }> {
  const cases: Case[] = [];
  let after: string | null = null;
  do {
    const page = await api.cases(filter, after, kPage);
    cases.push(...page.cases);
    after = page.next;
  } while (after !== null && cases.length < most);
  return { cases, more: after !== null };
}

export async function loadList(): Promise<void> {
  const asked = ++listAsked;
  const wanted = tab.value;
  const most = wanted === 'todo' ? kMostWaiting : pages.value * kPage;
  try {
    const parts = await Promise.all(filtersOf(wanted).map((f) => loadFilter(f, most)));
    if (asked !== listAsked) return;
    batch(() => {
      // A new case may be counted as open too, and one may move between two answers.
      const seen = new Map<string, Case>();
      for (const c of parts.flatMap((p) => p.cases)) seen.set(c.id, c);
      list.value = [...seen.values()].filter((c) => wanted !== 'todo' || waits(c.state));
      more.value = parts.some((p) => p.more);
      listProblem.value = null;
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (asked === listAsked) listProblem.value = error;
  }
}

/** A draft follows the case as long as nobody else did anything that a reply rests on. */
function keepDraftCurrent(detail: CaseDetail): void {
  const draft = drafts.value[detail.id];
  if (!draft || draft.version === detail.version) return;
  if (newsSince(detail, draft.entry, me.value).length === 0) sawCase(detail, draft);
}

export function sawCase(detail: CaseDetail, draft: Draft): void {
  setDraft(detail.id, {
    ...draft,
    version: detail.version,
    entry: lastEntry(detail.events),
  });
}

export async function loadCase(id: string | null): Promise<CaseDetail | null> {
  const asked = ++caseAsked;
  if (id === null || (current.value && current.value.id !== id))
    batch(() => {
      current.value = null;
      caseProblem.value = null;
    });
  if (id === null) return null;
  try {
    const detail = await api.caseOf(id);
    if (asked !== caseAsked) return null;
    batch(() => {
      current.value = detail;
      caseProblem.value = null;
      keepDraftCurrent(detail);
    });
    return detail;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (asked === caseAsked) caseProblem.value = error;
    return null;
  }
}

/** Opens the sealed text: the office writes the opening to its ledger before it answers. */
export async function openText(id: string, reason: string): Promise<void> {
  const answer = await api.open(id, reason);
  const detail = await loadCase(id);
  const event = detail?.events.find((e) => e.entry === answer.entry);
  opened.value = {
    ...opened.value,
    [id]: { ...answer, reason, at: event?.at ?? asOf.value ?? '' },
  };
}

export const locked = computed(() => overview.value?.locked === true);
