// Two languages, one set of keys: a key that is missing in one of them does not compile.
import { signal } from '@preact/signals';
import { en } from '../i18n/en';
import { zh, type Key } from '../i18n/zh';
import type { Lang, Names } from './types';

const kTexts: Record<Lang, Record<Key, string>> = { zh, en };
const kStored = 'huiyin-office-lang';

export type { Key };
export type Params = Record<string, string | number>;

/** Fills `{name}`; `{n|case|cases}` takes the first word when n is 1. */
export function fill(pattern: string, params: Params): string {
  return pattern.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, other?: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      if (one === undefined) return String(value);
      return (value === 1 ? one : other) ?? '';
    },
  );
}

function firstLang(): Lang {
  try {
    const kept = localStorage.getItem(kStored);
    if (kept === 'zh' || kept === 'en') return kept;
  } catch {
    // Storage may be switched off; the browser's language is a good answer then.
  }
  const wanted = typeof navigator === 'undefined' ? 'zh' : navigator.language;
  return wanted.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

export const lang = signal<Lang>(firstLang());

export function setLang(next: Lang): void {
  lang.value = next;
  try {
    localStorage.setItem(kStored, next);
  } catch {
    // Not kept over a reload, nothing else is lost.
  }
}

export function t(key: Key, params: Params = {}): string {
  return fill(kTexts[lang.value][key], params);
}

/** A key put together at run time, with words for what a newer office may say. */
export function tMaybe(key: string, fallback: string): string {
  const texts = kTexts[lang.value] as Record<string, string>;
  return Object.hasOwn(texts, key) ? texts[key]! : fallback;
}

export function nameOf(names: Names | undefined, fallback: string): string {
  if (!names) return fallback;
  return names[lang.value] || names.zh || names.en || fallback;
}
