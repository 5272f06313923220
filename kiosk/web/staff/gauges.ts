/** What the machine knows about itself as two lines each, what is not right first. */
import type { StaffState } from '../api.ts';
import { sayDate, sayNumber, saySize } from '../logic/dates.ts';
import { language, t } from './texts.ts';

export interface Gauge {
  name: string;
  icon: string;
  line: string;
  under: string;
  lead?: boolean;
  warn?: boolean;
}

/** Below this the disk is worth a look: about a thousand days of a busy kiosk. */
const littleDiskBytes = 500_000_000;

export function gaugesOf(now: StaffState): Gauge[] {
  const { records } = now;
  const date = (iso: string) => sayDate(iso, language.value === 'zh', true);
  const linkLine = { online: 'link.online', offline: 'link.offline', never: 'link.never' } as const;
  return [
    {
      name: 'unsent',
      icon: 'box',
      lead: true,
      warn: records.unsent > 0,
      line: records.unsent ? t('unsent', { n: sayNumber(records.unsent) }) : t('unsent.none'),
      under: t('saved', { n: sayNumber(records.saved) }),
    },
    {
      name: 'link',
      icon: now.link === 'online' ? 'online' : 'offline',
      warn: now.link !== 'online',
      line: t(linkLine[now.link]),
      under: now.last_contact ? t('contact', { date: date(now.last_contact) }) : t('contact.never'),
    },
    {
      name: 'acknowledged',
      icon: 'shield',
      line: t('acknowledged', { n: sayNumber(records.acknowledged) }),
      under: t('backed', { n: sayNumber(records.backed_up) }),
    },
    {
      name: 'replies',
      icon: 'mail',
      line: t('replies', { n: sayNumber(now.replies) }),
      under: t('replies.hint'),
    },
    {
      name: 'receipts',
      icon: 'slip',
      warn: now.receipts_ready === 0,
      line: t('receipts', { n: sayNumber(now.receipts_ready) }),
      under: t('receipts.hint'),
    },
    {
      name: 'disk',
      icon: 'disk',
      warn: now.disk.free_bytes < littleDiskBytes,
      line: t('disk', { free: saySize(now.disk.free_bytes) }),
      under: t('disk.hint', { used: saySize(now.disk.used_bytes) }),
    },
    {
      name: 'started',
      icon: 'clock',
      line: t('started', { date: date(now.started) }),
      under: t('version', { version: now.version }),
    },
  ];
}
