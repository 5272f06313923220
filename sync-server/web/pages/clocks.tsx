// One time axis, two clocks: how long the resident waits, and how much of it was the road.
import { urgencyOf } from '../core/cases';
import { lang, t } from '../core/i18n';
import { asOf } from '../core/store';
import { between, dayWords, momentWords, parseStamp, spanOf } from '../core/time';
import type { Case } from '../core/types';
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
const day = (iso: string): string => {
  const s = parseStamp(iso);
  return s ? dayWords(s, null, lang.value).replace(/^\d+年|\s\d{4}$/, '') : iso;
};

export function Clocks({ one }: { one: Case }) {
  const now = asOf.value ?? one.received;
  if (one.due === null) return null;
  const due = one.due;
  const u = urgencyOf(one, now);
  // The end of the interval that favours the resident.
  const said = one.captured.from;
  const end = later(later(due, now), one.received);
  const axis = axisOf(said, end);
  const road = spanOf(between(said, one.received));
  const answeredWords =
    u.span === null
      ? t(`state.${one.state}`)
      : u.level === 'late'
        ? t('due.late', { span: spanWords(u.span) })
        : t('due.left', { span: spanWords(u.span) });
  const nowShare = parseFloat(axis.at(now));
  const summary = t('clocks.words', {
    wait: spanWords(spanOf(between(said, now))),
    road: spanWords(road),
    due: momentWords(due, now, lang.value),
  });
  return (
    <div class="panel clocks">
      <div>
        <div class="ax-h" />
        <div class="lb">
          <b class="i-lead">
            <i class="key k1" />
            {t('clocks.wait')}
          </b>
          <small>{t('clocks.wait.from')}</small>
        </div>
        <div class="lb">
          <b class="i-lead">
            <i class="key k4" />
            {t('clocks.road')}
          </b>
          <small>{t('clocks.road.from')}</small>
        </div>
      </div>
      <div>
        <svg class="chart" height="92" role="img" aria-label={summary}>
          <text class="x" x="0" y="14">
            {day(said)}
          </text>
          {nowShare > 22 && nowShare < 72 && (
            <text class="v" x={axis.at(now)} y="14" text-anchor="middle">
              {t('clocks.now')}
            </text>
          )}
          <text class="x" x="100%" y="14" text-anchor="end">
            {end === due ? t('clocks.due', { day: day(due) }) : t('clocks.now')}
          </text>
          <rect
            class="rest"
            x={axis.at(said)}
            width={axis.wide(said, later(due, now))}
            y="31.5"
            height="13"
            rx="3"
          />
          <rect
            class="s1"
            x={axis.at(said)}
            width={axis.wide(said, now)}
            y="31"
            height="14"
            rx="3"
          />
          <rect
            class="s4"
            x={axis.at(said)}
            width={axis.wide(said, one.received)}
            y="67"
            height="14"
            rx="3"
          />
          <line class="due" x1={axis.at(due)} x2={axis.at(due)} y1="22" y2="92" />
          <line class="now" x1={axis.at(now)} x2={axis.at(now)} y1="18" y2="92" />
        </svg>
      </div>
      <div>
        <div class="ax-h" />
        <div class="vl">
          <b class={u.level === 'late' ? 'late' : ''}>{answeredWords}</b>
          <small>{t('clocks.due', { day: momentWords(due, now, lang.value) })}</small>
        </div>
        <div class="vl">
          <b>{spanWords(road)}</b>
          <small>{t('clocks.most')}</small>
        </div>
      </div>
    </div>
  );
}
