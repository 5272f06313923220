/** What can be pressed: acts on release, once, however much the hand trembles. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

import { keyRepeatMs, repeatMs } from '../logic/press.ts';
import { settling } from '../state.ts';

interface PressProps {
  children: ComponentChildren;
  onPress: () => void;
  test: string;
  class?: string | undefined;
  label?: string | undefined;
  pressed?: boolean | undefined;
  /** One of several of which one is chosen. */
  checked?: boolean | undefined;
  lang?: string | undefined;
  /** A key of a pad or keyboard: may be wanted twice in a row, and leaves the focus where it is. */
  padKey?: boolean | undefined;
  waiting?: boolean | undefined;
}

/**
 * A button. While it rests after a press, or the screen has just changed, it says so
 * (aria-disabled) and does nothing, so that a second press of a trembling hand is nobody's wish.
 */
export function Press(props: PressProps) {
  const [resting, setResting] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const still = resting || settling.value || props.waiting === true;

  function press() {
    if (still) return;
    setResting(true);
    timer.current = setTimeout(() => setResting(false), props.padKey ? keyRepeatMs : repeatMs);
    props.onPress();
  }

  return (
    <button
      type="button"
      class={props.class}
      data-test={props.test}
      aria-label={props.label}
      aria-pressed={props.pressed}
      role={props.checked === undefined ? undefined : 'radio'}
      aria-checked={props.checked}
      aria-disabled={still || undefined}
      lang={props.lang}
      onClick={press}
      onPointerDown={props.padKey ? (event) => event.preventDefault() : undefined}
      // A key held down is one press.
      onKeyDown={(event) => event.repeat && event.preventDefault()}
    >
      {props.children}
    </button>
  );
}
