/** The frame of every screen: head, question, middle, foot; four corners that never move. */
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

import { comeBack, leaveTask, notice, screen, status, visitAside, wipe } from '../state.ts';
import { local, t } from '../texts.ts';
import { Icon, Mark } from './pictures.tsx';
import { Press } from './press.tsx';

/** The screen's question. It takes the focus when the screen comes, so that it is read out. */
export function Title({ children }: { children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Brand() {
  const place = status.value?.place;
  return (
    <div class="brand">
      <Mark />
      <div>
        <b>{t('brand')}</b>
        {place && (
          <span>{t('place', { town: local(place.town), village: local(place.village) })}</span>
        )}
      </div>
    </div>
  );
}

export function Steps({ now, of }: { now: number; of: number }) {
  const words = t('step', { n: now, of });
  return (
    <div class="steps">
      {Array.from({ length: of }, (_, at) => (
        <i key={at} class={at + 1 < now ? 'done' : at + 1 === now ? 'now' : ''} />
      ))}
      <span>{words}</span>
    </div>
  );
}

/** Help and language; language stands in the corner. */
function HeadKeys() {
  return (
    <>
      {screen.value !== 'help' && (
        <Press class="key key--quiet" test="help" onPress={() => visitAside('help')}>
          <Icon name="help" />
          <span>{t('key.help')}</span>
        </Press>
      )}
      {screen.value !== 'language' && (
        <Press class="key key--home" test="language" onPress={() => visitAside('language')}>
          <span class="langmark" aria-hidden="true">
            文<i>A</i>
          </span>
          <span>{t('key.language')}</span>
        </Press>
      )}
    </>
  );
}

interface HeadProps {
  /** The middle: steps, or the question itself when the screen is full. */
  middle?: ComponentChildren;
  start?: 'home' | 'brand' | 'none';
}

export function Head({ middle, start = 'home' }: HeadProps) {
  return (
    <header class="head">
      {start === 'brand' && <Brand />}
      {start === 'home' && (
        <Press class="key key--home" test="home" onPress={leaveTask}>
          <Icon name="home" />
          <span>{t('key.home')}</span>
        </Press>
      )}
      <div class="head__mid">{middle}</div>
      {start === 'brand' && screen.value === 'home' && (
        <Press class="key key--quiet" test="leave" onPress={wipe}>
          <Icon name="leave" />
          <span>{t('key.leave')}</span>
        </Press>
      )}
      <HeadKeys />
    </header>
  );
}

/** What went wrong, beside what it is about, in words with an icon; read out at once. */
export function Notice() {
  return (
    <div class="notice-place" aria-live="assertive">
      {notice.value && (
        <p class="notice" data-test="notice">
          <Icon name="warn" />
          <span>{notice.value}</span>
        </p>
      )}
    </div>
  );
}

interface AskProps {
  title: string;
  hint?: string | undefined;
  tick?: boolean;
}

export function Ask({ title, hint, tick }: AskProps) {
  return (
    <div class="ask">
      {tick && (
        <span class="ask__tick">
          <Icon name="tick" />
        </span>
      )}
      <div class="ask__text">
        <Title>{title}</Title>
        {hint && !notice.value && <p>{hint}</p>}
        <Notice />
      </div>
    </div>
  );
}

export function Back({ onPress = comeBack, words }: { onPress?: () => void; words?: string }) {
  return (
    <Press class="btn btn--back" test="back" onPress={onPress}>
      <Icon name="back" />
      <span>{words ?? t('back')}</span>
    </Press>
  );
}

interface NextProps {
  onPress: () => void;
  words?: string;
  test?: string;
  /** An arrow leads on, a tick ends something. */
  tick?: boolean;
  /** What is missing before it can be pressed; it says so instead of its own words. */
  missing?: string | null;
  waiting?: boolean;
}

export function Next({ onPress, words, test = 'next', tick, missing, waiting }: NextProps) {
  if (missing)
    return (
      <button type="button" class="btn btn--next btn--wait" data-test={test} disabled>
        <span>{missing}</span>
      </button>
    );
  return (
    <Press class="btn btn--next" test={test} waiting={waiting} onPress={onPress}>
      {tick && <Icon name="tick" />}
      <span>{words ?? t('next')}</span>
      {!tick && <Icon name="next" />}
    </Press>
  );
}

export function Quiet(props: { onPress: () => void; test: string; words: string; icon?: string }) {
  return (
    <Press class="btn btn--quiet" test={props.test} onPress={props.onPress}>
      {props.icon && <Icon name={props.icon} />}
      <span>{props.words}</span>
    </Press>
  );
}

export function Foot({ children }: { children: ComponentChildren }) {
  return <footer class="foot">{children}</footer>;
}

export function FootMiddle({ children }: { children?: ComponentChildren }) {
  return <div class="foot__mid">{children}</div>;
}

/** A card that can be chosen: thick edge, tick and tint say which one is. */
export function Choice(props: {
  chosen: boolean;
  onPress: () => void;
  test: string;
  class: string;
  children: ComponentChildren;
}) {
  return (
    <Press
      class={`card ${props.class}${props.chosen ? ' is-on' : ''}`}
      test={props.test}
      checked={props.chosen}
      onPress={props.onPress}
    >
      {props.children}
      <span class="mark">
        <Icon name="tick" />
      </span>
    </Press>
  );
}
