/** Before enrolment a kiosk takes nothing: staff paste or scan one line here. */
import { useState } from 'preact/hooks';

import { api } from '../api.ts';
import { Keyboard, KeyboardFoot, useLayer } from '../parts/keyboard.tsx';
import { Foot, FootMiddle, Head, Next, Notice, Quiet, Title } from '../parts/shell.tsx';
import { useWriting } from '../parts/writing.tsx';
import { act, busy, notice, poll } from '../state.ts';
import { t } from '../texts.ts';

const lineMax = 400;

export function SetUp() {
  const [line, setLine] = useState('');
  const layer = useLayer('signs');
  const writing = useWriting<HTMLInputElement>(line, lineMax, setLine);
  const ready = line.trim() !== '';

  async function enrol() {
    if (!ready) return;
    const done = await act(() => api.enrol(line.trim()));
    // The next state comes with the status, as it does after a restart.
    if (done) await poll();
  }

  return (
    <main class="screen screen--write screen--keys">
      <Head start="none" middle={<Title>{t('setup.title')}</Title>} />
      <div class="main write">
        <div class="setup">
          <label class="setup__field">
            {!notice.value && (
              <span aria-live="polite">{t(busy.value ? 'setup.doing.hint' : 'setup.hint')}</span>
            )}
            <Notice />
            <input
              ref={writing.field}
              data-test="enrol-line"
              aria-label={t('setup.label')}
              placeholder={t('setup.placeholder')}
              value={line}
              onInput={writing.onInput}
              onKeyDown={(event) => event.key === 'Enter' && void enrol()}
              spellcheck={false}
              autocomplete="off"
              autocapitalize="off"
              inputMode="none"
              dir="ltr"
            />
          </label>
        </div>
        <Keyboard onKey={writing.onKey} onErase={writing.onErase} {...layer} />
      </div>
      <Foot>
        <Quiet test="clear-line" words={t('setup.clear')} onPress={() => setLine('')} />
        <FootMiddle>
          <KeyboardFoot onKey={writing.onKey} lines={false} {...layer} />
        </FootMiddle>
        <Next
          test="enrol"
          tick
          missing={ready ? null : t('setup.first')}
          waiting={busy.value}
          words={t(busy.value ? 'setup.doing' : 'setup.go')}
          onPress={() => void enrol()}
        />
      </Foot>
    </main>
  );
}
