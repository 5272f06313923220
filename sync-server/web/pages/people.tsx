// Who works at the office. Only administrators come here.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, Problem } from '../core/api';
import { t } from '../core/i18n';
import { ledgerTick, session } from '../core/store';
import type { Person, Role } from '../core/types';
import { Icon } from '../ui/icon';
import { CopyButton, Dialog, Moment, Note, ProblemNote, Said, Tag, useAct } from '../ui/pieces';
import { Shell } from './shell';

function Table({ people }: { people: readonly Person[] }) {
  return (
    <div class="panel scroll" tabIndex={0} role="region" aria-label={t('people.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('col.display')}</th>
            <th scope="col">{t('col.name')}</th>
            <th scope="col">{t('col.role')}</th>
            <th scope="col">{t('col.since')}</th>
            <th scope="col">{t('col.password')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map((p) => (
            <tr key={p.name} data-test={`person-${p.name}`}>
              <th scope="row">
                <span class="row">
                  <span class="ava s" aria-hidden="true">
                    {[...p.display][0]}
                  </span>
                  <b>
                    <Said text={p.display} />
                  </b>
                  {p.name === session.value?.person.name && (
                    <Tag tone="plain">{t('people.you')}</Tag>
                  )}
                </span>
              </th>
              <td class="mono">
                <Said text={p.name} />
              </td>
              <td>{t(`role.${p.role}`)}</td>
              <td>
                <Moment at={p.since} />
              </td>
              <td>
                {p.must_change_password ? (
                  <Tag tone="soon" icon="hour">
                    {t('people.first')}
                  </Tag>
                ) : (
                  <Tag tone="plain" icon="check">
                    {t('people.own')}
                  </Tag>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AddForm({ onAdded }: { onAdded: () => void }) {
  const name = useSignal('');
  const display = useSignal('');
  const role = useSignal<Role>('clerk');
  const made = useSignal<{ name: string; display: string; password: string } | null>(null);
  const { busy, problem, run } = useAct();
  const taken = problem.value instanceof Problem && problem.value.status === 409;
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    const who = { name: name.value.trim(), display: display.value.trim() };
    const done = await run(async () => {
      const answer = await api.addPerson(who.name, who.display, role.value);
      made.value = { ...who, password: answer.first_password };
    });
    if (!done) return;
    name.value = '';
    display.value = '';
    onAdded();
  };
  return (
    <section class="panel" aria-labelledby="add-title">
      <header>
        <h2 id="add-title">{t('add.title')}</h2>
      </header>
      <form class="body inline-form" onSubmit={(e) => void submit(e)}>
        <div class="f">
          <label for="person-display">{t('add.display')}</label>
          <input
            id="person-display"
            class="in"
            type="text"
            required
            maxLength={40}
            data-test="person-display"
            value={display.value}
            onInput={(e) => (display.value = e.currentTarget.value)}
          />
        </div>
        <div class="f">
          <label for="person-name">{t('add.name')}</label>
          <input
            id="person-name"
            class="in"
            type="text"
            required
            maxLength={40}
            pattern="[a-z][a-z0-9.\-]{1,39}"
            title={t('add.name.rule')}
            autoCapitalize="none"
            autoComplete="off"
            spellcheck={false}
            data-test="person-name"
            value={name.value}
            onInput={(e) => (name.value = e.currentTarget.value)}
          />
        </div>
        <div class="f">
          <label for="person-role">{t('add.role')}</label>
          <select
            id="person-role"
            class="in"
            data-test="person-role"
            value={role.value}
            onChange={(e) => (role.value = e.currentTarget.value as Role)}
          >
            <option value="clerk">{t('role.clerk')}</option>
            <option value="administrator">{t('role.administrator')}</option>
          </select>
        </div>
        <button type="submit" class="btn p" data-test="person-add" disabled={busy.value}>
          <Icon name="plus" />
          {t('add.do')}
        </button>
        <p class="xs faint">
          {t('add.name.rule')} {t('add.say')}
        </p>
        {taken ? (
          <Note icon="alert" tone="late">
            {t('add.taken')}
          </Note>
        ) : (
          problem.value !== null && <ProblemNote problem={problem.value} />
        )}
      </form>
      {made.value && (
        <Dialog title={t('made.title')} wide onClose={() => (made.value = null)} test="first-sheet">
          <Note icon="alert" tone="soon">
            {t('made.once')}
          </Note>
          <dl class="sheet-facts">
            <dt>{t('made.who')}</dt>
            <dd>
              <Said text={made.value.display} />
            </dd>
            <dt>{t('made.name')}</dt>
            <dd class="mono">{made.value.name}</dd>
            <dt>{t('made.password')}</dt>
            <dd>
              <code class="line" data-test="first-password">
                {made.value.password}
              </code>
            </dd>
          </dl>
          <div class="dialog-acts no-print">
            <CopyButton text={made.value.password} />
            <button type="button" class="btn" onClick={() => window.print()}>
              <Icon name="print" />
              {t('print')}
            </button>
            <button
              type="button"
              class="btn p"
              data-test="sheet-close"
              onClick={() => (made.value = null)}
            >
              {t('sheet.done')}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

export function People() {
  const people = useSignal<readonly Person[] | null>(null);
  const problem = useSignal<unknown>(null);
  const load = async (): Promise<void> => {
    try {
      people.value = (await api.people()).people;
      problem.value = null;
    } catch (error) {
      problem.value = error;
    }
  };
  const grown = ledgerTick.value;
  useEffect(() => void load(), [grown]);
  return (
    <Shell
      title={t('nav.people')}
      sub={people.value ? t('people.sub', { n: people.value.length }) : ''}
    >
      <div class="pad stack wide">
        {problem.value !== null && <ProblemNote problem={problem.value} />}
        {people.value && <Table people={people.value} />}
        <AddForm onAdded={() => void load()} />
        <Note icon="shield">{t('people.note')}</Note>
      </div>
    </Shell>
  );
}
