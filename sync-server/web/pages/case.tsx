// One case: what was said, how long somebody has waited, the reply, and what happened so far.
import { useSignal } from '@preact/signals';
import { api, Problem } from '../core/api';
import { nextStates } from '../core/cases';
import { lang, nameOf, t, tMaybe } from '../core/i18n';
import { caseProblem, current, loadCase, loadList, locked, openText } from '../core/inbox';
import { go } from '../core/route';
import { asOf, categories, opened, poll, session, units } from '../core/store';
import { shortId } from '../core/text';
import { intervalOf } from '../core/time';
import type { CaseDetail, CaseEvent, NextState, Reply } from '../core/types';
import { Icon, type IconName } from '../ui/icon';
import { useKey } from '../ui/keys';
import {
  categoryName,
  Dialog,
  kindWords,
  kStateIcons,
  Moment,
  Note,
  placeName,
  placePath,
  ProblemNote,
  Said,
  Tag,
  useAct,
} from '../ui/pieces';
import { Clocks } from './clocks';
import { ReplyEditor } from './reply';

const kReasons = ['answer', 'assign', 'check'] as const;

function Sealed({ detail }: { detail: CaseDetail }) {
  const reason = useSignal<string>('answer');
  const { busy, problem, run } = useAct();
  const can = detail.readable && !locked.value;
  const open = (): void => {
    if (can) void run(() => openText(detail.id, reason.value));
  };
  useKey('o', open);
  const gone =
    !detail.readable ||
    detail.erased === true ||
    (problem.value instanceof Problem && problem.value.status === 410);
  if (gone)
    return (
      <Note icon="info">
        <b>{t('sealed.gone')}</b> {t('sealed.gone.say')}
      </Note>
    );
  return (
    <>
      <div class="sealed" data-test="sealed">
        <Icon name="lock" />
        <span class="grow">
          <b class="sm">{t('sealed.title')}</b>
          <small>{t('sealed.say')}</small>
        </span>
        <label class="reason">
          <span class="vh">{t('sealed.reason')}</span>
          <select
            class="in soft"
            data-test="open-reason"
            value={reason.value}
            disabled={!can}
            onChange={(e) => (reason.value = e.currentTarget.value)}
          >
            {kReasons.map((r) => (
              <option key={r} value={r}>
                {t('sealed.for', { reason: t(`reason.${r}`) })}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="btn"
          data-test="open-text"
          disabled={busy.value || !can}
          onClick={open}
        >
          <Icon name="unlock" />
          {t(busy.value ? 'sealed.opening' : 'sealed.open')} <kbd>O</kbd>
        </button>
      </div>
      {locked.value && (
        <Note icon="lock" tone="soon">
          <b>{t('locked.title')}</b> {t('locked.say')}
        </Note>
      )}
      {problem.value !== null && <ProblemNote problem={problem.value} />}
    </>
  );
}

function Voice({ detail }: { detail: CaseDetail }) {
  const text = opened.value[detail.id];
  return (
    <section class="stack tight" aria-label={t('voice.title')}>
      <div class="row between wrap">
        <h3>{t('voice.title')}</h3>
        {text && (
          <span class="opened" data-test="opened-by">
            <Icon name="unlock" />
            {t('opened.by', {
              who: session.value?.person.display ?? '',
              reason: tMaybe(`reason.${text.reason}`, text.reason),
            })}{' '}
            <Moment at={text.at} /> · {t('opened.entry', { n: text.entry })}
          </span>
        )}
      </div>
      {text ? (
        <p class="voice" data-test="case-text" lang={text.language}>
          {text.text === '' ? (
            <span class="muted">{t('voice.empty')}</span>
          ) : (
            <Said text={text.text} />
          )}
        </p>
      ) : (
        <Sealed detail={detail} />
      )}
    </section>
  );
}

function unitName(id: number): string {
  return nameOf(units.value.find((u) => u.id === id)?.names, t('unit.unknown', { id }));
}

function Replies({ detail }: { detail: CaseDetail }) {
  const texts = opened.value[detail.id]?.replies;
  if (detail.replies.length === 0) return null;
  const textOf = (r: Reply): string | null =>
    r.text ?? texts?.find((x) => x.version === r.version)?.text ?? null;
  return (
    <section class="stack tight" aria-label={t('replies.title')}>
      <h3>{t('replies.title')}</h3>
      <ol class="replies">
        {[...detail.replies].reverse().map((r, i) => (
          <li key={r.version} class={i === 0 ? 'latest' : ''}>
            <div class="row wrap xs faint">
              <Tag tone={i === 0 ? 'ok' : 'plain'} icon={i === 0 ? 'msg' : 'ret'}>
                {t(`reply.${r.kind}`)}
              </Tag>
              <span>
                {unitName(r.unit)} · <Said text={r.person} /> · <Moment at={r.date} />
                {i > 0 && ` · ${t('replies.corrected')}`}
              </span>
            </div>
            <p class="voice">
              {textOf(r) === null ? (
                <span class="sm faint">{t('replies.sealed')}</span>
              ) : (
                <Said text={textOf(r) ?? ''} />
              )}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Captured({ detail }: { detail: CaseDetail }) {
  const span = intervalOf(detail.captured, asOf.value, lang.value);
  if (span.form === 'by')
    return (
      <>
        {t('captured.by', { to: span.to })}
        <small>{t('captured.by.why')}</small>
      </>
    );
  if (span.form === 'at') return <>{span.at}</>;
  if (span.form === 'day') return <>{t('captured.day', { day: span.day })}</>;
  return (
    <>
      {t('captured.between', { from: span.from, to: span.to })}
      <small>{t('captured.why')}</small>
    </>
  );
}

function Facts({ detail }: { detail: CaseDetail }) {
  const category = categories.value.get(detail.category);
  return (
    <dl class="kv">
      <dt>{t('fact.state')}</dt>
      <dd>
        <Tag
          tone={detail.state === 'answered' || detail.state === 'closed' ? 'ok' : 'info'}
          icon={kStateIcons[detail.state] ?? 'circle'}
        >
          <span data-test="case-state">{t(`state.${detail.state}`)}</span>
        </Tag>
      </dd>
      <dt>{t('fact.category')}</dt>
      <dd>
        {kindWords(detail.kind)} · {categoryName(detail.category)}
        {category?.confidential && (
          <>
            {' '}
            <Tag tone="soon" icon="lock">
              {t('confidential')}
            </Tag>
          </>
        )}
      </dd>
      <dt>{t('fact.place')}</dt>
      <dd>{placePath(detail.area)}</dd>
      <dt>{t('fact.device')}</dt>
      <dd>
        <Said text={detail.device} />
      </dd>
      <dt>{t('fact.feeling')}</dt>
      <dd>{tMaybe(`feeling.${detail.feeling}`, String(detail.feeling))}</dd>
      <dt>{t('fact.captured')}</dt>
      <dd>
        <Captured detail={detail} />
      </dd>
      <dt>{t('fact.received')}</dt>
      <dd>
        <Moment at={detail.received} />
      </dd>
      <dt>{t('fact.due')}</dt>
      <dd>{detail.due === null ? t('due.none') : <Moment at={detail.due} />}</dd>
      <dt>{t('fact.number')}</dt>
      <dd class="mono">{detail.id.replace(/(.{4})(?=.)/g, '$1 ')}</dd>
    </dl>
  );
}

function RatingBox({ detail }: { detail: CaseDetail }) {
  const r = detail.rating;
  if (!r) return null;
  return (
    <section class="rating" aria-label={t('rating.title')} data-test="rating">
      <h3>{t('rating.title')}</h3>
      <p>
        {t(`solved.${r.solved}`)}
        <span class="stars" role="img" aria-label={t('rating.stars', { n: r.stars })}>
          {[1, 2, 3, 4, 5].map((n) => (
            <Icon key={n} name="star" tone={n <= r.stars ? 'on' : ''} />
          ))}
        </span>
        <span class="sm">{t('rating.of', { n: r.stars })}</span>
      </p>
      <small class="faint">
        <Moment at={r.date} />
      </small>
    </section>
  );
}

const kEventIcons: Record<string, IconName> = {
  received: 'inbox',
  opened: 'unlock',
  accepted: 'check',
  'in-progress': 'half',
  replied: 'msg',
  corrected: 'ret',
  rated: 'star',
  closed: 'done',
  reopened: 'ret',
};

function Timeline({ events }: { events: readonly CaseEvent[] }) {
  const newest = [...events].sort((a, b) => b.entry - a.entry);
  return (
    <section class="past" aria-label={t('timeline')}>
      <h3>{t('timeline')}</h3>
      <ol class="tl">
        {newest.map((e) => (
          <li key={e.entry}>
            <Icon name={kEventIcons[e.what] ?? 'circle'} tone={e.what === 'replied' ? 'ok' : ''} />
            <span>
              {e.what !== 'received' && (
                <>
                  {e.who === null ? t('resident') : <Said text={e.who} />}
                  {t('colon')}
                </>
              )}
              {tMaybe(`event.${e.what}`, e.what)}
              {e.note !== '' && (
                <>
                  {t('comma')}
                  {e.what === 'opened' ? (
                    <Said text={tMaybe(`reason.${e.note}`, e.note)} />
                  ) : (
                    <Said text={e.note} />
                  )}
                </>
              )}
              <small>
                <Moment at={e.at} /> · #{e.entry}
              </small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Changing the state; closing asks for a word why, and a conflict shows the newer case. */
function StateActs({ detail }: { detail: CaseDetail }) {
  const asking = useSignal<NextState | null>(null);
  const note = useSignal('');
  const { busy, problem, run } = useAct();
  const silent = detail.replies.length === 0;
  const set = async (state: NextState): Promise<void> => {
    asking.value = null;
    const done = await run(() =>
      api
        .setState(detail.id, { state, note: note.value.trim(), version: detail.version })
        .then(() => undefined),
    );
    if (done) note.value = '';
    if (done || (problem.value instanceof Problem && problem.value.status === 409)) {
      await Promise.all([loadCase(detail.id), loadList()]);
      void poll();
    }
  };
  return (
    <>
      <div class="row wrap acts-state">
        {nextStates(detail.state).map((state) => (
          <button
            key={state}
            type="button"
            class="btn"
            disabled={busy.value}
            data-test={`state-${state}`}
            onClick={() => (state === 'closed' ? (asking.value = state) : void set(state))}
          >
            {t(`do.${state}`)}
          </button>
        ))}
      </div>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      {asking.value !== null && (
        <Dialog title={t('close.title')} onClose={() => (asking.value = null)}>
          <p>{t('close.say')}</p>
          {silent && (
            <Note icon="alert" tone="soon">
              {t('close.silent')}
            </Note>
          )}
          <div class="f">
            <label for="close-note">{t(silent ? 'close.note.must' : 'close.note')}</label>
            <textarea
              id="close-note"
              class="area"
              rows={3}
              maxLength={200}
              data-test="state-note"
              value={note.value}
              onInput={(e) => (note.value = e.currentTarget.value)}
            />
          </div>
          <div class="dialog-acts">
            <button type="button" class="btn" onClick={() => (asking.value = null)}>
              {t('cancel')}
            </button>
            <button
              type="button"
              class="btn p"
              data-test="state-confirm"
              disabled={silent && note.value.trim() === ''}
              onClick={() => void set('closed')}
            >
              {t('do.closed')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function CasePane({ id }: { id: string }) {
  const detail = current.value;
  const back = (
    <button
      type="button"
      class="btn q back"
      data-test="case-back"
      onClick={() => go({ page: 'inbox', caseId: null })}
    >
      <Icon name="back" />
      {t('case.back')}
    </button>
  );
  if (!detail || detail.id !== id)
    return (
      <section class="case-none">
        {back}
        {caseProblem.value ? (
          <ProblemNote problem={caseProblem.value} />
        ) : (
          <p class="muted">{t('loading')}</p>
        )}
      </section>
    );
  return (
    <article class="case" aria-label={t('case.label', { id: shortId(id) })}>
      <div class="case-main">
        <header>
          {back}
          <div class="row between wrap">
            <span class="kicker">
              {kindWords(detail.kind)} · <span class="mono">{shortId(id)}</span>
            </span>
            <StateActs detail={detail} />
          </div>
          <h2>
            {categoryName(detail.category)}
            <span class="h-place"> {placeName(detail.area)}</span>
          </h2>
        </header>
        {caseProblem.value && <ProblemNote problem={caseProblem.value} />}
        <Clocks one={detail} />
        <Voice detail={detail} />
        <Replies detail={detail} />
        {detail.readable ? (
          <ReplyEditor detail={detail} />
        ) : (
          <Note icon="msg">{t('reply.none')}</Note>
        )}
      </div>
      <aside class="case-side" aria-label={t('case.facts')} tabIndex={0}>
        <Facts detail={detail} />
        <RatingBox detail={detail} />
        <Timeline events={detail.events} />
      </aside>
    </article>
  );
}
