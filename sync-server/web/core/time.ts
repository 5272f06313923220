// Times are shown as the office wrote them: the digits of the ISO text in the office's own offset.
// The browser's zone and clock are never asked; "now" is the as-of time of the last answer.
import type { Lang } from './types';

export type Stamp = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  /** Milliseconds since 1970, for differences only. */
  ms: number;
  /** Whether the text carried a time of day. */
  timed: boolean;
};

const kIso = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const kEnglishMonths = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function parseStamp(iso: string): Stamp | null {
  const m = kIso.exec(iso);
  if (!m) return null;
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return null;
  return {
    year: Number(m[1]),
    month: Number(m[2]),
    day: Number(m[3]),
    hour: Number(m[4] ?? 0),
    minute: Number(m[5] ?? 0),
    ms,
    timed: m[4] !== undefined,
  };
}

const two = (n: number): string => String(n).padStart(2, '0');
const clock = (s: Stamp): string => `${two(s.hour)}:${two(s.minute)}`;
const sameDay = (a: Stamp, b: Stamp): boolean =>
  a.year === b.year && a.month === b.month && a.day === b.day;

export function dayWords(s: Stamp, now: Stamp | null, lang: Lang): string {
  const year = now && now.year === s.year ? '' : String(s.year);
  if (lang === 'zh') return `${year ? `${year}年` : ''}${s.month}月${s.day}日`;
  return `${s.day} ${kEnglishMonths[s.month - 1]}${year ? ` ${year}` : ''}`;
}

/** "14:20" today, "11月18日 14:20" this year, with the year otherwise. */
export function momentWords(iso: string | null, asOf: string | null, lang: Lang): string {
  const s = iso === null ? null : parseStamp(iso);
  if (!s) return iso ?? '';
  const now = asOf === null ? null : parseStamp(asOf);
  if (!s.timed) return dayWords(s, now, lang);
  if (now && sameDay(s, now)) return clock(s);
  return `${dayWords(s, now, lang)} ${clock(s)}`;
}

/** Always with the day, for status lines and printed sheets. */
export function fullWords(iso: string, lang: Lang): string {
  const s = parseStamp(iso);
  if (!s) return iso;
  return s.timed ? `${dayWords(s, null, lang)} ${clock(s)}` : dayWords(s, null, lang);
}

export type Interval =
  | { form: 'at'; at: string }
  | { form: 'day'; day: string }
  | { form: 'by'; to: string }
  | { form: 'between'; from: string; to: string };

const kDayMs = 86_400_000;
const kMinuteMs = 60_000;

/** The capture interval in the plainest form that is still true. */
export function intervalOf(
  captured: { from: string | null; to: string },
  asOf: string | null,
  lang: Lang,
): Interval {
  if (captured.from === null) return { form: 'by', to: momentWords(captured.to, asOf, lang) };
  const from = parseStamp(captured.from);
  const to = parseStamp(captured.to);
  const now = asOf === null ? null : parseStamp(asOf);
  if (!from || !to) return { form: 'between', from: captured.from, to: captured.to };
  if (Math.abs(to.ms - from.ms) < kMinuteMs)
    return { form: 'at', at: momentWords(captured.from, asOf, lang) };
  const midnight = from.hour === 0 && from.minute === 0;
  const span = to.ms - from.ms;
  if (midnight && span <= kDayMs && span >= kDayMs - kMinuteMs)
    return { form: 'day', day: dayWords(from, now, lang) };
  const start = momentWords(captured.from, asOf, lang);
  const end = sameDay(from, to) ? clock(to) : momentWords(captured.to, asOf, lang);
  return { form: 'between', from: start, to: end };
}

export type Span = { n: number; unit: 'day' | 'hour' | 'minute' };

/** A length of time in the one unit a person would use, rounded down. */
export function spanOf(ms: number): Span {
  const whole = Math.max(0, ms);
  if (whole >= kDayMs) return { n: Math.floor(whole / kDayMs), unit: 'day' };
  if (whole >= 3_600_000) return { n: Math.floor(whole / 3_600_000), unit: 'hour' };
  return { n: Math.floor(whole / kMinuteMs), unit: 'minute' };
}

/** Milliseconds from `from` to `to`; zero when one of them cannot be read. */
export function between(from: string | null, to: string | null): number {
  if (from === null || to === null) return 0;
  const a = parseStamp(from);
  const b = parseStamp(to);
  return a && b ? b.ms - a.ms : 0;
}
