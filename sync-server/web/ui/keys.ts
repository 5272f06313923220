// Single keys that do something, while nobody types and no dialog is open.
import { useEffect, useRef } from 'preact/hooks';

const handlers = new Map<string, () => void>();

/** The newest component that asks for a key has it until it goes. */
export function useKey(key: string, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const handler = (): void => latest.current();
    handlers.set(key, handler);
    return () => {
      if (handlers.get(key) === handler) handlers.delete(key);
    };
  }, [key]);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function listenForKeys(): void {
  document.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (typing(e.target) || document.querySelector('dialog[open]')) return;
    const act = handlers.get(e.key.length === 1 ? e.key.toLowerCase() : e.key);
    if (!act) return;
    e.preventDefault();
    act();
  });
}
