/** When a visitor has gone: quiet for `idle` seconds, then a countdown of `warn` seconds. */

export type Idle = { phase: 'here' } | { phase: 'warn'; left: number } | { phase: 'gone' };

/** Times in milliseconds of one clock that never goes back; `left` in whole seconds, never 0. */
export function idleAt(
  now: number,
  lastTouch: number,
  idleSeconds: number,
  warnSeconds: number,
): Idle {
  const quiet = now - lastTouch;
  const warnFrom = idleSeconds * 1000;
  const goneFrom = warnFrom + warnSeconds * 1000;
  if (quiet < warnFrom) return { phase: 'here' };
  if (quiet >= goneFrom) return { phase: 'gone' };
  return { phase: 'warn', left: Math.ceil((goneFrom - quiet) / 1000) };
}
