// The small parts every page is made of.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Problem } from '../core/api';
import { lang, nameOf, setLang, t, tMaybe } from '../core/i18n';
import { areaPath, areas, asOf, categories } from '../core/store';
import { pieces } from '../core/text';
import type { CaseState } from '../core/types';
import { fullWords, momentWords, type Span } from '../core/time';
import { Icon, type IconName } from './icon';

/** Words that somebody typed: text only, steering marks shown instead of obeyed. */
export function Said({ text }: { text: string }) {
  return (
    <bdi dir="auto" class="said">
      {pieces(text).map((p) =>
        'text' in p ? (
          p.text
        ) : (
          <span class="steer" title={t('text.steering')}>
            {p.mark}
          </span>
        ),
      )}
    </bdi>
  );
}

export function Moment({ at }: { at: string | null }) {
  if (at === null) return <span>{t('never')}</span>;
  return (
    <time dateTime={at} title={fullWords(at, lang.value)}>
      {momentWords(at, asOf.value, lang.value)}
    </time>
  );
}

export function spanWords(span: Span): string {
  if (span.unit === 'minute' && span.n < 1) return t('span.moment');
  return t(`span.${span.unit}`, { n: span.n });
}

/** The village by its own name. */
export function placeName(area: number): string {
  return nameOf(areas.value.get(area)?.names, t('area.unknown', { id: area }));
}

/** Town and village, as far as the area file knows them. */
export function placePath(area: number): string {
  const path = areaPath(area).filter((a) => a.level !== 'county');
  if (path.length === 0) return placeName(area);
  return path.map((a) => nameOf(a.names, String(a.id))).join(' ');
}

export function problemWords(problem: unknown): string {
  if (!(problem instanceof Problem)) return t('problem.other', { detail: String(problem) });
  const key = `problem.${problem.type.replace(/^huiyin:/, '')}`;
  return tMaybe(key, t('problem.other', { detail: problem.detail || problem.type }));
}

const kWithDetail: ReadonlySet<string> = new Set([
  'huiyin:not-allowed',
  'huiyin:invalid',
  'huiyin:cannot-open',
]);

export function ProblemNote({ problem, test }: { problem: unknown; test?: string }) {
  // What is allowed instead stands in the office's own words; other details repeat what we say.
  const detail = problem instanceof Problem && kWithDetail.has(problem.type) ? problem.detail : '';
  return (
    <div class="note late" role="alert" data-test={test ?? 'problem'}>
      <Icon name="alert" />
      <span>
        {problemWords(problem)}
        {detail && (
          <>
            {' '}
            <Said text={detail} />
          </>
        )}
      </span>
    </div>
  );
}

export const kStateIcons: Record<CaseState, IconName> = {
  new: 'circle',
  accepted: 'check',
  'in-progress': 'half',
  answered: 'msg',
  closed: 'done',
  reopened: 'ret',
};

export function categoryName(code: number): string {
  return nameOf(categories.value.get(code)?.names, t('category.unknown', { code }));
}

export function kindWords(kind: string | null): string {
  return kind === null ? t('kind.unknown') : tMaybe(`kind.${kind}`, kind);
}

type Tone = 'plain' | 'late' | 'soon' | 'ok' | 'info';
export function Tag({
  icon,
  tone,
  children,
}: {
  icon?: IconName;
  tone: Tone;
  children: ComponentChildren;
}) {
  return (
    <span class={`tag ${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

export function Note({
  icon = 'info',
  tone = 'plain',
  children,
}: {
  icon?: IconName;
  tone?: Tone;
  children: ComponentChildren;
}) {
  return (
    <div class={`note ${tone}`}>
      <Icon name={icon} />
      <div class="grow">{children}</div>
    </div>
  );
}

/** One button that always names the other language in its own words. */
export function LangButton() {
  const zh = lang.value === 'zh';
  return (
    <button
      type="button"
      class="btn q"
      data-test="lang"
      lang={zh ? 'en' : 'zh-Hans'}
      onClick={() => setLang(zh ? 'en' : 'zh')}
    >
      {zh ? 'English' : '中文'}
    </button>
  );
}

/** A modal dialog of the browser's own: focus stays inside and Escape closes it. */
export function Dialog({
  title,
  wide,
  onClose,
  children,
  test,
}: {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
  test?: string;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby="dialog-title"
      data-test={test}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** Runs one act at a time and keeps its problem: {busy, problem, run}. */
export function useAct() {
  const busy = useSignal(false);
  const problem = useSignal<unknown>(null);
  const run = async (act: () => Promise<void>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      problem.value = error;
      // Anything but an answer of the office is our own bug: shown, and in the console too.
      if (!(error instanceof Problem)) console.error(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, run };
}

export function CopyButton({ text }: { text: string }) {
  const said = useSignal<'' | 'copied' | 'failed'>('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'copied';
    } catch {
      // Browsers refuse without a gesture or on plain addresses: say so instead of pretending.
      said.value = 'failed';
    }
  };
  return (
    <button type="button" class="btn" onClick={() => void copy()} data-test="copy">
      <Icon name={said.value === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{t(said.value === '' ? 'copy' : `copy.${said.value}`)}</span>
    </button>
  );
}
