/** Texts of a page: typed keys, places to fill in, direction, and the test's pseudo-locale. */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import pseudoTables from 'huiyin:pseudo';

export type Language = 'zh' | 'en' | 'xr';
export type Places = Record<string, string | number>;
export type LocalText = { zh?: string; en?: string };

/** What `lang` and `dir` of an element in this language are. xr is the right-to-left pseudo-locale. */
export function htmlLanguage(language: Language): { lang: string; dir: 'ltr' | 'rtl' } {
  if (language === 'zh') return { lang: 'zh-Hans', dir: 'ltr' };
  return language === 'en' ? { lang: 'en', dir: 'ltr' } : { lang: 'ug', dir: 'rtl' };
}

/** Fills `{name}` places; a place without a value stays visible, so that a mistake is seen. */
export function fill(text: string, places: Places): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

export interface Texts<Key extends string> {
  /** The language shown; setting it repaints everything that called `t`. */
  language: Signal<Language>;
  t: (key: Key, places?: Places) => string;
  /** The text in one given language, whatever is shown. */
  tIn: (language: Language, key: Key, places?: Places) => string;
  /** A name that the office wrote in several languages; the other one when ours is missing. */
  local: (text: LocalText | null | undefined) => string;
  pseudo: boolean;
}

/** `zh` and `en` are the same namespace in each language; the build has compared their keys. */
export function makeTexts<Key extends string>(
  namespace: string,
  zh: Record<Key, string>,
  en: Record<Key, string>,
  first: Language = 'zh',
): Texts<Key> {
  const language = signal<Language>(first);
  const pseudo = pseudoTables?.[namespace] as Record<Key, string> | undefined;
  const table = (which: Language) => (which === 'zh' ? zh : which === 'xr' && pseudo ? pseudo : en);
  const tIn = (which: Language, key: Key, places?: Places) =>
    places ? fill(table(which)[key], places) : table(which)[key];
  return {
    language,
    tIn,
    t: (key, places) => tIn(language.value, key, places),
    local: (text) => {
      if (!text) return '';
      return (language.value === 'zh' ? (text.zh ?? text.en) : (text.en ?? text.zh)) ?? '';
    },
    pseudo: pseudo !== undefined,
  };
}
