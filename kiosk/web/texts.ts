/** The touch page's texts. */
import { makeTexts } from '../../shared/web/core/i18n.ts';
import { kiosk as en } from '../../shared/web/i18n/en.json';
import { kiosk as zh } from '../../shared/web/i18n/zh.json';

export type Key = keyof typeof zh;
export const { t, tIn, local, language, pseudo } = makeTexts<Key>('kiosk', zh, en);

/** A key put together at run time, when there is one. */
export function maybeKey(key: string): Key | null {
  return Object.hasOwn(zh, key) ? (key as Key) : null;
}
