// Words that others wrote: shown as text only, and never allowed to steer the page.

export type Piece = { text: string } | { mark: string };

// Embeddings, overrides and isolates turn the order of everything around them.
const kSteering = /[\u202A-\u202E\u2066-\u2069]/u;

/** Cuts a text at the marks that would steer its direction; each mark becomes a visible name. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let plain = '';
  for (const c of text) {
    if (!kSteering.test(c)) {
      plain += c;
      continue;
    }
    if (plain) out.push({ text: plain });
    plain = '';
    out.push({ mark: `U+${c.codePointAt(0)!.toString(16).toUpperCase()}` });
  }
  if (plain) out.push({ text: plain });
  return out;
}

export const kReplyLimit = 1000;

/** Characters as the office counts them: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let n = 0;
  for (const _ of text) n += 1;
  return n;
}

/** The sixteen digits of a case in two readable halves of four and four. */
export function shortId(id: string): string {
  return `${id.slice(0, 4)} ${id.slice(4, 8)}`;
}

/** Groups the middle of an enrolment line, so that it can be read aloud and typed. */
export function readableLine(line: string): string[] {
  return line.split('/');
}
