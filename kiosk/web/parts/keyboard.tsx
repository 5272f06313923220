/** Keys on the glass: kiosks have no keyboard and Chromium brings none. Latin letters and signs. */
import { useState } from 'preact/hooks';

import { keyRows } from '../logic/keyboard.ts';
import type { Layer } from '../logic/keyboard.ts';
import { t } from '../texts.ts';
import { Icon } from './pictures.tsx';
import { Press } from './press.tsx';

interface KeyboardProps {
  /** A character, or what stands for one. */
  onKey: (what: string) => void;
  onErase: () => void;
  /** Start with capitals, for a sentence. */
  first?: Layer;
}

const testNames: Record<string, string> = { ' ': 'space', '\n': 'enter' };

/** Three rows of keys; the caller puts `KeyboardFoot` into the foot. */
export function Keyboard({ onKey, onErase, layer, setLayer }: KeyboardProps & Layered) {
  const [first, second, third] = keyRows(layer);
  const type = (what: string) => {
    onKey(what);
    if (layer === 'capitals') setLayer('letters');
  };
  const letter = (what: string) => (
    <Press
      key={what}
      padKey
      class="kbd__key"
      test={`key-${testNames[what] ?? what}`}
      onPress={() => type(what)}
    >
      {what}
    </Press>
  );
  const signs = layer === 'signs';
  return (
    <div class="kbd" dir="ltr" role="group" aria-label={t('keys.label')}>
      <div class="kbd__row">{first?.map(letter)}</div>
      <div class="kbd__row kbd__row--in">{second?.map(letter)}</div>
      <div class="kbd__row">
        {!signs && (
          <Press
            padKey
            class="kbd__key kbd__key--wide soft"
            test="key-shift"
            label={t('keys.shift')}
            pressed={layer === 'capitals'}
            onPress={() => setLayer(layer === 'capitals' ? 'letters' : 'capitals')}
          >
            <Icon name="shift" />
          </Press>
        )}
        {third?.map(letter)}
        <Press
          padKey
          class="kbd__key kbd__key--wide soft"
          test="key-delete"
          label={t('keys.delete')}
          onPress={onErase}
        >
          <Icon name="erase" />
        </Press>
      </div>
    </div>
  );
}

export interface Layered {
  layer: Layer;
  setLayer: (layer: Layer) => void;
}

export function useLayer(first: Layer): Layered {
  const [layer, setLayer] = useState<Layer>(first);
  return { layer, setLayer };
}

/** The keyboard's last row, in the foot's middle: signs, blank, new line. */
export function KeyboardFoot({
  onKey,
  lines,
  layer,
  setLayer,
}: Layered & { onKey: (what: string) => void; lines: boolean }) {
  const signs = layer === 'signs';
  return (
    <div class="kbd__row" dir="ltr">
      <Press
        padKey
        class="kbd__key kbd__key--wide soft"
        test="key-signs"
        label={t(signs ? 'keys.letters' : 'keys.digits')}
        onPress={() => setLayer(signs ? 'letters' : 'signs')}
      >
        {signs ? 'abc' : '123'}
      </Press>
      <Press
        padKey
        class="kbd__key kbd__key--space"
        test="key-space"
        label={t('keys.space')}
        onPress={() => onKey(' ')}
      >
        {t('keys.space')}
      </Press>
      {lines && (
        <Press
          padKey
          class="kbd__key soft"
          test="key-enter"
          label={t('keys.enter')}
          onPress={() => onKey('\n')}
        >
          <Icon name="enter" />
        </Press>
      )}
    </div>
  );
}
