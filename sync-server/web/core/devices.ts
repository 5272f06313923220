// Which device needs a person, and in which order they are shown.
import { between } from './time';
import type { Device } from './types';

export type Trouble = 'forked' | 'quarantined' | 'never' | 'silent' | 'unsent' | 'fine' | 'revoked';

/** A device that was quiet for a day may hold voices nobody has heard. */
export const kSilentMs = 86_400_000;

const kOrder: readonly Trouble[] = [
  'forked',
  'quarantined',
  'silent',
  'never',
  'unsent',
  'fine',
  'revoked',
];

export function troubleOf(d: Device, asOf: string): Trouble {
  if (d.state === 'revoked') return 'revoked';
  // A branch beside the first means two journals speak in this device's name.
  if (d.branches > 0) return 'forked';
  if (d.quarantined > 0) return 'quarantined';
  if (!d.connected && d.last_contact === null) return 'never';
  if (!d.connected && between(d.last_contact, asOf) >= kSilentMs) return 'silent';
  if (d.unsent > 0) return 'unsent';
  return 'fine';
}

export function needsPerson(t: Trouble): boolean {
  return t !== 'fine' && t !== 'revoked' && t !== 'unsent';
}

export function worstFirst(devices: readonly Device[], asOf: string): Device[] {
  const rank = (d: Device): number => kOrder.indexOf(troubleOf(d, asOf));
  return [...devices].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    const quiet = between(b.last_contact, asOf) - between(a.last_contact, asOf);
    if (!a.connected && !b.connected && quiet !== 0) return quiet;
    if (a.unsent !== b.unsent) return b.unsent - a.unsent;
    return a.name.localeCompare(b.name);
  });
}
