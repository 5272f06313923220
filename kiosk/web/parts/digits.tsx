/** A receipt's digits, the same block everywhere, and the pad that types digits. */
import { useLayoutEffect } from 'preact/hooks';

import { grid, rows } from '../logic/digits.ts';
import { Icon } from './pictures.tsx';
import { Press } from './press.tsx';

/** Five rows of four. `typing` marks the place where the next digit goes. */
export function CodeBlock(props: {
  digits: string;
  typing?: boolean;
  label: string;
  test: string;
}) {
  const at = props.digits.length;
  const now = Math.min(Math.floor(at / 4), rows - 1);
  return (
    <div class="code-place" role="img" aria-label={props.label}>
      <ol
        class={`code num${props.typing ? ' code--entry' : ''}`}
        aria-hidden="true"
        data-test={props.test}
        dir="ltr"
      >
        {grid(props.digits).map((row, line) => (
          <li key={line} class={props.typing && line === now && at < 20 ? 'now' : undefined}>
            {row.map((digit, place) =>
              digit ? (
                <span key={place}>{digit}</span>
              ) : (
                <u key={place} class={line * 4 + place === at ? 'cur' : undefined} />
              ),
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

interface PadProps {
  /** A digit, "delete" or "clear". The caller applies it to what is there now: keys come fast. */
  onKey: (key: string) => void;
  /** Enter on a real keyboard. */
  onEnter: () => void;
  clear: string;
  erase: string;
}

export function Pad({ onKey, onEnter, clear, erase }: PadProps) {
  // With the first paint, so that a scanner which types at once loses nothing.
  useLayoutEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const onButton = event.target instanceof HTMLButtonElement;
      if (/^[0-9]$/.test(event.key)) onKey(event.key);
      else if (event.key === 'Backspace') onKey('delete');
      // Enter on a focused button is that button's.
      else if (event.key === 'Enter' && !onButton) onEnter();
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
  const key = (name: string) => (
    <Press key={name} padKey class="num" test={`pad-${name}`} onPress={() => onKey(name)}>
      {name}
    </Press>
  );
  return (
    <div class="pad" dir="ltr">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(key)}
      <Press padKey class="soft" test="pad-clear" onPress={() => onKey('clear')}>
        {clear}
      </Press>
      {key('0')}
      <Press padKey class="soft" test="pad-delete" label={erase} onPress={() => onKey('delete')}>
        <Icon name="erase" />
      </Press>
    </div>
  );
}
