// The reply editor: an answer of one of four kinds, sent to the kiosks of a town.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, Problem } from '../core/api';
import { kReplyLimit, lengthOf } from '../core/text';
import { isUnsent, lastEntry, missingIn, newsSince, type Draft } from '../core/cases';
import { nameOf, t, tMaybe } from '../core/i18n';
import { loadCase, loadList, sawCase } from '../core/inbox';
import { areas, categories, drafts, me, poll, setDraft, townOf, units } from '../core/store';
import type { CaseDetail, ReplyKind } from '../core/types';
import { Icon } from '../ui/icon';
import { useKey } from '../ui/keys';
import { Dialog, Moment, Note, ProblemNote, Said, useAct } from '../ui/pieces';

const kKinds: readonly ReplyKind[] = ['done', 'will-do', 'cannot', 'need-more'];

function firstUnit(detail: CaseDetail): number | null {
  const last = detail.replies[detail.replies.length - 1];
  const wanted = [last?.unit, categories.value.get(detail.category)?.unit, units.value[0]?.id];
  return wanted.find((id) => units.value.some((u) => u.id === id)) ?? null;
}

function draftOf(detail: CaseDetail): Draft {
  return (
    drafts.value[detail.id] ?? {
      kind: null,
      unit: firstUnit(detail),
      text: '',
      version: detail.version,
      entry: lastEntry(detail.events),
    }
  );
}

function Kinds({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  return (
    <fieldset class="types">
      <legend class="vh">{t('reply.kind')}</legend>
      {kKinds.map((kind) => (
        <label key={kind} data-test={`reply-kind-${kind}`}>
          <input
            type="radio"
            name="reply-kind"
            checked={draft.kind === kind}
            onChange={() => change({ kind })}
          />
          <span class="radio" />
          <b>{t(`reply.${kind}`)}</b>
          <small>{t(`reply.${kind}.hint`)}</small>
        </label>
      ))}
    </fieldset>
  );
}

/** Somebody else changed the case under the draft: say what, keep the draft, ask for one look. */
function News({ detail, draft }: { detail: CaseDetail; draft: Draft }) {
  const news = newsSince(detail, draft.entry, me.value);
  return (
    <div class="note soon conflict" role="alert" data-test="reply-conflict">
      <Icon name="alert" />
      <div class="grow stack">
        <b>{t('conflict.title')}</b>
        <ul>
          {news.map((e) => (
            <li key={e.entry}>
              <Moment at={e.at} /> {e.who === null ? t('resident') : <Said text={e.who} />}
              {t('colon')}
              {tMaybe(`event.${e.what}`, e.what)}
              {e.note && (
                <>
                  {' '}
                  <Said text={e.note} />
                </>
              )}
            </li>
          ))}
          {detail.replies
            .filter((r) => r.text !== null)
            .slice(-1)
            .map((r) => (
              <li key="text">
                {t('conflict.latest')} <Said text={r.text ?? ''} />
              </li>
            ))}
        </ul>
        <p>{t('conflict.kept')}</p>
        <button
          type="button"
          class="btn start"
          data-test="reply-seen"
          onClick={() => sawCase(detail, draft)}
        >
          {t('conflict.seen')}
        </button>
      </div>
    </div>
  );
}

function missingWords(draft: Draft): string {
  const missing = missingIn(draft);
  if (missing.length === 0) return '';
  return missing.map((m) => t(`missing.${m}`)).join(t('comma'));
}

export function ReplyEditor({ detail }: { detail: CaseDetail }) {
  const draft = draftOf(detail);
  const { busy, problem, run } = useAct();
  const confirming = useSignal(false);
  const tried = useSignal(false);
  const sent = useSignal(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const town = areas.value.get(detail.zone ?? 0) ?? townOf(detail.area);
  const townName = nameOf(town?.names, t('area.unknown', { id: detail.area }));
  const count = lengthOf(draft.text);
  const missing = missingIn(draft);
  const stale =
    draft.version !== detail.version && newsSince(detail, draft.entry, me.value).length > 0;
  const correcting = detail.replies.length > 0;

  const change = (part: Partial<Draft>): void => {
    sent.value = false;
    setDraft(detail.id, { ...draftOf(detail), ...part });
  };
  const send = async (): Promise<void> => {
    confirming.value = false;
    const { kind, unit, text, version } = draft;
    if (kind === null || unit === null) return;
    const done = await run(() =>
      api.reply(detail.id, { text: text.trim(), kind, unit, version }).then(() => undefined),
    );
    if (done) {
      setDraft(detail.id, null);
      sent.value = true;
      tried.value = false;
    }
    // After success and after a conflict alike, what the office now knows is shown.
    if (done || (problem.value instanceof Problem && problem.value.status === 409)) {
      await Promise.all([loadCase(detail.id), loadList()]);
      void poll();
    }
  };
  const ask = (): void => {
    tried.value = true;
    if (missing.length > 0 || stale || busy.value) return;
    if (correcting) confirming.value = true;
    else void send();
  };
  useKey('e', () => box.current?.focus());
  useEffect(() => {
    if (sent.value) box.current?.blur();
  }, [sent.value]);

  const conflict = problem.value instanceof Problem && problem.value.type === 'huiyin:conflict';
  return (
    <>
      <section class="reply" aria-label={t('reply.title')}>
        <div class="row between">
          <h3>{t(correcting ? 'reply.correct' : 'reply.title')}</h3>
          <span class="xs faint">{isUnsent(draft) ? t('draft.unsent') : ''}</span>
        </div>
        {stale && <News detail={detail} draft={draft} />}
        <Kinds draft={draft} change={change} />
        <div class="f">
          <label for="reply-text" class="vh">
            {t('reply.text')}
          </label>
          <textarea
            id="reply-text"
            ref={box}
            class="area"
            dir="auto"
            rows={6}
            data-test="reply-text"
            aria-describedby="reply-count"
            aria-invalid={count > kReplyLimit}
            placeholder={t('reply.placeholder')}
            value={draft.text}
            onInput={(e) => change({ text: e.currentTarget.value })}
            onKeyDown={(e) => {
              if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
              e.preventDefault();
              ask();
            }}
          />
        </div>
        <div class="row between wrap">
          <label class="unit">
            <span class="sm faint">{t('reply.unit')}</span>
            <select
              class="in soft"
              data-test="reply-unit"
              value={draft.unit === null ? '' : String(draft.unit)}
              onChange={(e) => change({ unit: Number(e.currentTarget.value) })}
            >
              {units.value.map((u) => (
                <option key={u.id} value={String(u.id)}>
                  {nameOf(u.names, String(u.id))}
                </option>
              ))}
            </select>
          </label>
          <span id="reply-count" class={count > kReplyLimit ? 'sm late' : 'sm faint'}>
            {t('reply.count', { n: count, most: kReplyLimit })}
          </span>
        </div>
        {confirming.value && (
          <Dialog title={t('correct.title')} onClose={() => (confirming.value = false)}>
            <p>{t('correct.say', { n: detail.replies.length, town: townName })}</p>
            <blockquote class="voice">
              <Said text={draft.text.trim()} />
            </blockquote>
            <div class="dialog-acts">
              <button type="button" class="btn" onClick={() => (confirming.value = false)}>
                {t('cancel')}
              </button>
              <button
                type="button"
                class="btn p"
                data-test="reply-confirm"
                onClick={() => void send()}
              >
                {t('reply.correct.do')}
              </button>
            </div>
          </Dialog>
        )}
      </section>
      <div class="bar stack tight" role="group" aria-label={t('reply.send')}>
        {tried.value && missing.length > 0 && (
          <Note icon="alert" tone="soon">
            <span role="alert">{missingWords(draft)}</span>
          </Note>
        )}
        {problem.value !== null && !(conflict && stale) && <ProblemNote problem={problem.value} />}
        <div class="bar-row">
          {sent.value ? (
            <span class="sm ok i-wrap" role="status" data-test="reply-sent">
              <Icon name="check" />
              {t('reply.sent', { town: townName })}
            </span>
          ) : (
            <span class="xs muted i-wrap">
              <Icon name="route" />
              {t('reply.goes', { town: townName })}
            </span>
          )}
          <button
            type="button"
            class="btn p"
            data-test="reply-send"
            disabled={busy.value || stale}
            onClick={ask}
          >
            {t(busy.value ? 'reply.sending' : correcting ? 'reply.correct.do' : 'reply.do')}{' '}
            <kbd>Ctrl ↵</kbd>
          </button>
        </div>
      </div>
    </>
  );
}
