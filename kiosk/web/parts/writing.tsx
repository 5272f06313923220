/** A field and the glass keyboard that writes into it, caret and selection included. */
import { useLayoutEffect, useRef } from 'preact/hooks';

import { cleaned, clip, erase, insert } from '../logic/keyboard.ts';
import type { Edit } from '../logic/keyboard.ts';

type Field = HTMLTextAreaElement | HTMLInputElement;

export interface Writing<F extends Field> {
  field: { current: F | null };
  onInput: (event: { currentTarget: F }) => void;
  onKey: (what: string) => void;
  onErase: () => void;
}

/** `max` in code points; `write` stores the new text, which comes back as `text`. */
export function useWriting<F extends Field>(
  text: string,
  max: number,
  write: (text: string) => void,
): Writing<F> {
  const field = useRef<F>(null);
  const caret = useRef<number | null>(null);

  useLayoutEffect(() => {
    const at = caret.current;
    if (at === null || !field.current) return;
    caret.current = null;
    field.current.setSelectionRange(at, at);
  });

  function apply(edit: Edit) {
    caret.current = edit.caret;
    write(edit.text);
    field.current?.focus({ preventScroll: true });
  }
  const selection = (): [number, number] => {
    const here = field.current;
    return [here?.selectionStart ?? text.length, here?.selectionEnd ?? text.length];
  };
  return {
    field,
    onInput: (event) => {
      const next = clip(cleaned(event.currentTarget.value), max);
      // What the field shows must be what is stored, also when nothing changed for us.
      if (next !== event.currentTarget.value) event.currentTarget.value = next;
      write(next);
    },
    onKey: (what) => apply(insert(text, ...selection(), what, max)),
    onErase: () => apply(erase(text, ...selection())),
  };
}
