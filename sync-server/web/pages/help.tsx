// Every key that does something, and nothing else.
import { useSignal } from '@preact/signals';
import { t, type Key } from '../core/i18n';
import { go, route } from '../core/route';
import { useKey } from '../ui/keys';
import { Dialog } from '../ui/pieces';

const kKeys: readonly (readonly [readonly string[], Key])[] = [
  [['J', 'K'], 'help.move'],
  [['O'], 'help.open'],
  [['E'], 'help.reply'],
  [['Ctrl ↵'], 'help.send'],
  [['1'], 'help.inbox'],
  [['2'], 'help.devices'],
  [['Esc'], 'help.escape'],
  [['?'], 'help.help'],
];

export function Help() {
  const open = useSignal(false);
  useKey('?', () => (open.value = true));
  useKey('1', () => go({ page: 'inbox', caseId: route.value.caseId }));
  useKey('2', () => go({ page: 'devices', caseId: null }));
  if (!open.value) return null;
  return (
    <Dialog title={t('help.title')} onClose={() => (open.value = false)} test="help">
      <dl class="keylist">
        {kKeys.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((k) => (
                <kbd key={k}>{k}</kbd>
              ))}
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-acts">
        <button type="button" class="btn p" onClick={() => (open.value = false)}>
          {t('close')}
        </button>
      </div>
    </Dialog>
  );
}
