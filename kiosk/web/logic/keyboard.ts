/** The on-screen keyboard: which keys there are, and what a key does to a text. */

export type Layer = 'letters' | 'capitals' | 'signs';

const layers: Record<Layer, string[]> = {
  letters: ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'],
  capitals: ['QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'],
  signs: ['1234567890', '-/:;()@“”', '.,?!’+%'],
};

export function keyRows(layer: Layer): string[][] {
  return layers[layer].map((row) => [...row]);
}

export interface Edit {
  text: string;
  /** UTF-16 position of the caret, as a text area counts. */
  caret: number;
}

/** Code points, as the daemon counts them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** Cuts to `max` code points. */
export function clip(text: string, max: number): string {
  return lengthOf(text) <= max ? text : [...text].slice(0, max).join('');
}

/** Only what can be saved: tabs become blanks, other control characters but new lines go. */
export function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');
}

/** Puts `what` in place of the selection; nothing changes when it does not fit. */
export function insert(text: string, from: number, to: number, what: string, max: number): Edit {
  const next = text.slice(0, from) + what + text.slice(to);
  if (lengthOf(next) > max) return { text, caret: to };
  return { text: next, caret: from + what.length };
}

/** Deletes the selection, or the character (a whole code point) before the caret. */
export function erase(text: string, from: number, to: number): Edit {
  if (from !== to) return { text: text.slice(0, from) + text.slice(to), caret: from };
  const before = [...text.slice(0, from)];
  before.pop();
  const head = before.join('');
  return { text: head + text.slice(from), caret: head.length };
}
