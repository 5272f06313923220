// The inbox: what waits on the left, the selected case beside it.
import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { countOf, isUnsent, kTabs, neighbour, urgencyOf } from '../core/cases';
import { t, tMaybe } from '../core/i18n';
import {
  chooseTab,
  list,
  listProblem,
  loadCase,
  loadList,
  loadMore,
  more,
  sorted,
  tab,
} from '../core/inbox';
import { go, hashOf, route } from '../core/route';
import { asOf, drafts, ledgerTick, overview } from '../core/store';
import type { Case } from '../core/types';
import { Icon } from '../ui/icon';
import { useKey } from '../ui/keys';
import {
  categoryName,
  kindWords,
  kStateIcons,
  Note,
  placeName,
  ProblemNote,
  spanWords,
} from '../ui/pieces';
import { CasePane } from './case';
import { Shell } from './shell';

function Due({ one }: { one: Case }) {
  const u = urgencyOf(one, asOf.value ?? one.received);
  if (u.span === null) return <span>{t(`state.${one.state}`)}</span>;
  if (u.level === 'late')
    return (
      <span class="i-lead late">
        <Icon name="alert" />
        {t('due.late', { span: spanWords(u.span) })}
      </span>
    );
  return (
    <span class={u.level === 'soon' ? 'i-lead soon' : 'i-lead'}>
      {u.level === 'soon' && <Icon name="hour" />}
      {t('due.left', { span: spanWords(u.span) })}
    </span>
  );
}

function MiniClock({ one }: { one: Case }) {
  const u = urgencyOf(one, asOf.value ?? one.received);
  if (u.level === 'none') return null;
  return (
    <svg class="mini" aria-hidden="true">
      <rect class="track" width="100%" height="5" rx="2.5" />
      <rect
        class={u.level}
        width={`${Math.max(4, Math.round(u.gone * 100))}%`}
        height="5"
        rx="2.5"
      />
      <rect class="notch" x="80%" width="1.5" height="5" />
    </svg>
  );
}

function Row({ one, selected }: { one: Case; selected: boolean }) {
  const place = { page: 'inbox', caseId: one.id } as const;
  const drafted = isUnsent(drafts.value[one.id]);
  return (
    <li>
      <a
        class={one.state === 'new' ? 'it new' : 'it'}
        href={hashOf(place)}
        aria-current={selected ? 'true' : undefined}
        data-test={`case-${one.id}`}
        onClick={(e) => {
          e.preventDefault();
          go(place);
        }}
      >
        <Icon name={kStateIcons[one.state] ?? 'circle'} />
        <span class="h">
          {categoryName(one.category)}
          <span class="h-place"> {placeName(one.area)}</span>
        </span>
        <span class="d">
          <Due one={one} />
        </span>
        <span class="m">
          {kindWords(one.kind)} · {t(`state.${one.state}`)}
          {one.feeling > 0 && ` · ${tMaybe(`feeling.${one.feeling}`, String(one.feeling))}`}
          {drafted && <b class="soon"> · {t('draft.here')}</b>}
        </span>
        <span class="e">
          <MiniClock one={one} />
        </span>
      </a>
    </li>
  );
}

function Tabs() {
  const counts = overview.value?.counts;
  return (
    <div class="tabs" role="group" aria-label={t('inbox.tabs')}>
      {kTabs.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={tab.value === one}
          data-test={`tab-${one}`}
          onClick={() => chooseTab(one)}
        >
          {t(`tab.${one}`)} {counts && <small>{countOf(one, counts)}</small>}
        </button>
      ))}
    </div>
  );
}

function List() {
  const rows = sorted.value;
  const selected = route.value.caseId;
  return (
    <section class="list" aria-label={t('inbox.list')}>
      <div class="list-head">
        <Tabs />
      </div>
      {listProblem.value && <ProblemNote problem={listProblem.value} />}
      {list.value === null && !listProblem.value && <p class="empty">{t('loading')}</p>}
      {list.value?.length === 0 && <p class="empty">{t(`empty.${tab.value}`)}</p>}
      <ul>
        {rows.map((one) => (
          <Row key={one.id} one={one} selected={one.id === selected} />
        ))}
      </ul>
      {more.value && tab.value !== 'todo' && (
        <p class="more">
          <button type="button" class="btn" onClick={loadMore}>
            {t('inbox.more')}
          </button>
        </p>
      )}
      {more.value && tab.value === 'todo' && <Note>{t('inbox.cut', { n: rows.length })}</Note>}
    </section>
  );
}

/** J and K move along the list; the page remembers the row when its case leaves the list. */
function useMoves(): void {
  const lastIndex = useRef(0);
  const ids = useComputed(() => sorted.value.map((c) => c.id));
  useEffect(() => {
    const at = route.value.caseId === null ? -1 : ids.value.indexOf(route.value.caseId);
    if (at >= 0) lastIndex.current = at;
  });
  const move = (step: 1 | -1): void => {
    const next = neighbour(ids.value, route.value.caseId, lastIndex.current, step);
    if (next === null) return;
    go({ page: 'inbox', caseId: next }, true);
    document.querySelector(`[data-test="case-${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  useKey('j', () => move(1));
  useKey('k', () => move(-1));
}

export function Inbox() {
  const caseId = route.value.caseId;
  const grown = ledgerTick.value;
  useMoves();
  useEffect(() => void loadList(), [grown]);
  useEffect(() => void loadCase(caseId), [caseId, grown]);
  const keys = (
    <>
      <span>
        <kbd>J</kbd>
        <kbd>K</kbd> {t('keys.move')}
      </span>
      <span>
        <kbd>O</kbd> {t('keys.open')}
      </span>
      <span>
        <kbd>E</kbd> {t('keys.reply')}
      </span>
      <span>
        <kbd>?</kbd> {t('keys.all')}
      </span>
    </>
  );
  return (
    <Shell
      title={t('nav.inbox')}
      sub={t(`inbox.sub.${tab.value === 'todo' ? 'urgent' : 'newest'}`)}
      keys={keys}
    >
      <div class={caseId === null ? 'split inbox' : 'split inbox chosen'}>
        <List />
        {caseId === null ? (
          <section class="case-none">
            <p class="muted">{t('inbox.choose')}</p>
          </section>
        ) : (
          <CasePane key={caseId} id={caseId} />
        )}
      </div>
    </Shell>
  );
}
