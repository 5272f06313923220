// One time axis, two clocks: how long the resident waits, and how much of it was the road.
import { urgencyOf, waits } from '../core/cases';
import { lang, t } from '../core/i18n';
import { asOf } from '../core/store';
import { between, dayWords, momentWords, parseStamp, spanOf } from '../core/time';
import type { CaseDetail } from '../core/types';
import { spanWords } from '../ui/pieces';

type Axis = { at: (iso: string) => string; wide: (from: string, to: string) => string };

function axisOf(from: string, to: string): Axis {
  const whole = Math.max(1, between(from, to));
  const share = (iso: string): number => Math.min(1, Math.max(0, between(from, iso) / whole)) * 100;
  return {
    at: (iso) => `${share(iso).toFixed(2)}%`,
    wide: (a, b) => `${Math.max(0.6, share(b) - share(a)).toFixed(2)}%`,
  };
}

const later = (a: string, b: string): string => (between(a, b) > 0 ? b : a);
const dayOf = (iso: string): string => {
  const s = parseStamp(iso);
  return s ? dayWords(s, s, lang.value) : iso;
};

/** When the waiting ended: at the last reply of a case nobody waits for any more, else now. */
function waitedUntil(one: CaseDetail, now: string): { until: string; ended: boolean } {
  const last = one.replies[one.replies.length - 1];
  const ended = !waits(one.state) && last !== undefined && parseStamp(last.date) !== null;
  return ended ? { until: last.date, ended } : { until: now, ended };
}

/** Nobody knows how long the road was when nothing vouches for the time it was said. */
function roadWords(one: CaseDetail): string {
  const said = one.captured.from;
  return said === null ? t('clocks.unknown') : spanWords(spanOf(between(said, one.received)));
}

function Drawing({ one, now }: { one: CaseDetail; now: string }) {
  const { until, ended } = waitedUntil(one, now);
  // The end of the interval that favours the resident.
  const said = one.captured.from ?? one.received;
  const due = one.due ?? now;
  const end = later(later(due, until), one.received);
  const axis = axisOf(said, end);
  const share = parseFloat(axis.at(until));
  const summary = t('clocks.words', {
    wait: spanWords(spanOf(between(said, until))),
    road: roadWords(one),
    due: momentWords(due, now, lang.value),
  });
  const untilWords = ended ? t('clocks.answered', { day: dayOf(until) }) : t('clocks.now');
  return (
    <svg class="chart" height="92" role="img" aria-label={summary}>
      <text class="x" x="0" y="14">
        {dayOf(said)}
      </text>
      {share > 25 && share < (ended ? 56 : 68) && (
        <text class="v" x={axis.at(until)} y="14" text-anchor="middle">
          {untilWords}
        </text>
      )}
      <text class="x" x="100%" y="14" text-anchor="end">
        {end === due ? t('clocks.due', { day: dayOf(due) }) : untilWords}
      </text>
      <rect
        class="rest"
        x="0"
        width={axis.wide(said, later(due, until))}
        y="31.5"
        height="13"
        rx="3"
      />
      <rect class="s1" x="0" width={axis.wide(said, until)} y="31" height="14" rx="3" />
      {one.captured.from !== null && (
        <rect class="s4" x="0" width={axis.wide(said, one.received)} y="67" height="14" rx="3" />
      )}
      <line class="due" x1={axis.at(due)} x2={axis.at(due)} y1="22" y2="92" />
      <line class="now" x1={axis.at(until)} x2={axis.at(until)} y1="18" y2="92" />
    </svg>
  );
}

export function Clocks({ one }: { one: CaseDetail }) {
  const now = asOf.value ?? one.received;
  if (one.due === null || parseStamp(one.due) === null) return null;
  const { until, ended } = waitedUntil(one, now);
  const u = urgencyOf(one, now);
  const known = one.captured.from !== null;
  const waited = spanWords(spanOf(between(one.captured.from ?? one.received, until)));
  const left =
    u.span === null
      ? t(`state.${one.state}`)
      : t(u.level === 'late' ? 'due.late' : 'due.left', { span: spanWords(u.span) });
  return (
    <div class="panel clocks">
      <div>
        <div class="ax-h" />
        <div class="lb">
          <b class="i-lead">
            <i class="key k1" />
            {t('clocks.wait')}
          </b>
          <small>{t(known ? 'clocks.wait.from' : 'clocks.wait.received')}</small>
        </div>
        <div class="lb">
          <b class="i-lead">
            <i class="key k4" />
            {t('clocks.road')}
          </b>
          <small>{t('clocks.road.from')}</small>
        </div>
      </div>
      <div class="drawing">
        <Drawing one={one} now={now} />
      </div>
      <div>
        <div class="ax-h" />
        <div class="vl">
          <b>{t(ended ? 'clocks.took' : 'clocks.waited', { span: waited })}</b>
          <small class={u.level === 'late' ? 'late' : u.level === 'soon' ? 'soon' : ''}>
            {left}
          </small>
        </div>
        <div class="vl">
          <b>{roadWords(one)}</b>
          {known && <small>{t('clocks.most')}</small>}
        </div>
      </div>
    </div>
  );
}
