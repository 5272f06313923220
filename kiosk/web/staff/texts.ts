/** The staff page's texts. */
import { makeTexts } from '../../../shared/web/core/i18n.ts';
import { staff as en } from '../../../shared/web/i18n/en.json';
import { staff as zh } from '../../../shared/web/i18n/zh.json';

export type Key = keyof typeof zh;
export const { t, local, language } = makeTexts<Key>('staff', zh, en);

export function maybeKey(key: string): Key | null {
  return Object.hasOwn(zh, key) ? (key as Key) : null;
}
