/** Dates as people say them. The day is the office's: the offset in the text is kept. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "2026-11-20" or "2026-11-20T09:12:00+08:00" as 11月20日 or 20 Nov; with the clock if asked. */
export function sayDate(iso: string, chinese: boolean, withClock = false): string {
  const hit = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?/.exec(iso);
  if (!hit) return iso;
  const [, , month, day, clock] = hit;
  const said = chinese
    ? `${Number(month)}月${Number(day)}日`
    : `${Number(day)} ${months[Number(month) - 1] ?? month}`;
  return withClock && clock ? `${said} ${clock}` : said;
}

/** 1,204 in both languages. */
export function sayNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Bytes in the unit people know from memory sticks. */
export function saySize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value >= 100 || at === 0 ? Math.round(value) : Number(value.toFixed(1))} ${units[at]}`;
}
