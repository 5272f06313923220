// The devices, worst first, and the codes that let new ones in.
import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { api } from '../core/api';
import { needsPerson, troubleOf, worstFirst, type Trouble } from '../core/devices';
import { lang, nameOf, t } from '../core/i18n';
import { areas, asOf, poll, session, tick } from '../core/store';
import { between, fullWords, spanOf } from '../core/time';
import type { Area, Code, Device, DeviceList, IssuedCode } from '../core/types';
import { Icon, type IconName } from '../ui/icon';
import {
  CopyButton,
  Dialog,
  Moment,
  Note,
  placeName,
  placePath,
  ProblemNote,
  Said,
  spanWords,
  Tag,
  useAct,
} from '../ui/pieces';
import { Shell } from './shell';

const kLook: Record<Trouble, { icon: IconName; tone: 'late' | 'soon' | 'ok' | 'plain' }> = {
  forked: { icon: 'alert', tone: 'late' },
  quarantined: { icon: 'alert', tone: 'late' },
  never: { icon: 'hour', tone: 'soon' },
  silent: { icon: 'alert', tone: 'late' },
  unsent: { icon: 'route', tone: 'plain' },
  fine: { icon: 'done', tone: 'ok' },
  revoked: { icon: 'x', tone: 'plain' },
};

/** Offline for less than a day is how villages are: said, not flagged. */
const kAway = { icon: 'half', tone: 'plain' } as const;

function State({ device, now }: { device: Device; now: string }) {
  const trouble = troubleOf(device, now);
  const away = trouble === 'fine' && !device.connected;
  const look = away ? kAway : kLook[trouble];
  const quiet = spanWords(spanOf(between(device.last_contact, now)));
  const words =
    trouble === 'silent'
      ? t('trouble.silent', { span: quiet })
      : away
        ? t('trouble.away', { span: quiet })
        : t(`trouble.${trouble}`);
  return (
    <Tag icon={look.icon} tone={look.tone}>
      {words}
    </Tag>
  );
}

function DeviceRow({
  device,
  now,
  onRevoke,
}: {
  device: Device;
  now: string;
  onRevoke: ((d: Device) => void) | null;
}) {
  return (
    <tr class={device.state === 'revoked' ? 'quiet' : ''} data-test={`device-${device.id}`}>
      <th scope="row">
        <span class="two">
          <b>
            <Said text={device.name} />
          </b>
          <small>{placePath(device.area)}</small>
        </span>
      </th>
      <td>
        <State device={device} now={now} />
      </td>
      <td>{device.connected ? t('device.now') : <Moment at={device.last_contact} />}</td>
      <td class="num">
        {device.unsent > 0 ? <b>{device.unsent}</b> : <span class="faint">0</span>}
        {!device.connected && device.unsent > 0 && <small> {t('device.known')}</small>}
      </td>
      <td class="num">{device.records}</td>
      <td class="num">
        {device.quarantined > 0 ? (
          <b class="late">{device.quarantined}</b>
        ) : (
          <span class="faint">0</span>
        )}
      </td>
      <td class="num">
        {onRevoke && device.state === 'enrolled' && (
          <button
            type="button"
            class="btn q"
            data-test={`revoke-${device.id}`}
            aria-label={t('revoke.of', { name: device.name })}
            onClick={() => onRevoke(device)}
          >
            {t('revoke')}
          </button>
        )}
      </td>
    </tr>
  );
}

function DeviceTable({
  devices,
  now,
  onRevoke,
}: {
  devices: readonly Device[];
  now: string;
  onRevoke: ((d: Device) => void) | null;
}) {
  const rows = worstFirst(devices, now);
  const firstFine = rows.findIndex((d) => !needsPerson(troubleOf(d, now)));
  const fine = rows.filter((d) => d.state === 'enrolled' && !needsPerson(troubleOf(d, now))).length;
  return (
    <div class="panel scroll" tabIndex={0} role="region" aria-label={t('devices.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('col.device')}</th>
            <th scope="col">{t('col.state')}</th>
            <th scope="col">{t('col.contact')}</th>
            <th scope="col" class="num">
              {t('col.unsent')}
            </th>
            <th scope="col" class="num">
              {t('col.records')}
            </th>
            <th scope="col" class="num">
              {t('col.quarantined')}
            </th>
            <th scope="col" class="num">
              <span class="vh">{t('col.acts')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((d, i) => (
            <Fragment key={d.id}>
              {i === firstFine && fine > 0 && (
                <tr class="fold">
                  <td colSpan={7}>
                    {t(i === 0 ? 'devices.all.fine' : 'devices.fine', { n: fine })}
                  </td>
                </tr>
              )}
              <DeviceRow device={d} now={now} onRevoke={onRevoke} />
            </Fragment>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{t('devices.none')}</p>}
    </div>
  );
}

function Codes({ codes }: { codes: readonly Code[] }) {
  const open = codes.filter((c) => c.state === 'open');
  const past = codes.filter((c) => c.state !== 'open');
  if (codes.length === 0) return null;
  return (
    <div class="panel scroll" tabIndex={0} role="region" aria-label={t('codes.title')}>
      <table>
        <caption>
          {t('codes.title')} <small>{t('codes.open', { n: open.length })}</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('col.device')}</th>
            <th scope="col">{t('col.code')}</th>
            <th scope="col">{t('col.issued')}</th>
            <th scope="col">{t('col.expires')}</th>
          </tr>
        </thead>
        <tbody>
          {[...open, ...past].map((c) => (
            <tr key={c.id} class={c.state === 'open' ? '' : 'quiet'}>
              <th scope="row">
                <span class="two">
                  <b>
                    <Said text={c.name} />
                  </b>
                  <small>{placePath(c.area)}</small>
                </span>
              </th>
              <td>
                <Tag
                  tone={c.state === 'open' ? 'info' : 'plain'}
                  icon={c.state === 'open' ? 'key' : c.state === 'used' ? 'check' : 'hour'}
                >
                  {t(`code.${c.state}`)}
                </Tag>
              </td>
              <td>
                <Moment at={c.issued} />
              </td>
              <td>
                <Moment at={c.expires} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Villages under their towns, in the order of the area file. */
function villagesByTown(): { town: Area | undefined; villages: Area[] }[] {
  const groups = new Map<number, { town: Area | undefined; villages: Area[] }>();
  for (const area of areas.value.values()) {
    if (area.level !== 'village') continue;
    const parent = area.parent ?? 0;
    const group = groups.get(parent) ?? { town: areas.value.get(parent), villages: [] };
    group.villages.push(area);
    groups.set(parent, group);
  }
  return [...groups.values()];
}

function Sheet({
  issued,
  name,
  area,
  onClose,
}: {
  issued: IssuedCode;
  name: string;
  area: number;
  onClose: () => void;
}) {
  return (
    <Dialog title={t('sheet.title')} wide onClose={onClose} test="code-sheet">
      <Note icon="alert" tone="soon">
        {t('sheet.once')}
      </Note>
      <dl class="sheet-facts">
        <dt>{t('sheet.device')}</dt>
        <dd>
          <Said text={name} /> · {placePath(area)}
        </dd>
        <dt>{t('sheet.line')}</dt>
        <dd>
          <code class="line" data-test="code-line">
            {issued.line}
          </code>
        </dd>
        <dt>{t('sheet.pin')}</dt>
        <dd>
          <code class="pin" data-test="staff-pin">
            {issued.staff_pin}
          </code>
        </dd>
        <dt>{t('sheet.expires')}</dt>
        <dd>{fullWords(issued.expires, lang.value)}</dd>
      </dl>
      <ol class="steps">
        <li>{t('sheet.step.1')}</li>
        <li>{t('sheet.step.2')}</li>
        <li>{t('sheet.step.3')}</li>
      </ol>
      <div class="dialog-acts no-print">
        <CopyButton text={issued.line} />
        <button type="button" class="btn" onClick={() => window.print()}>
          <Icon name="print" />
          {t('print')}
        </button>
        <button type="button" class="btn p" data-test="sheet-close" onClick={onClose}>
          {t('sheet.done')}
        </button>
      </div>
    </Dialog>
  );
}

function IssueForm({ onIssued }: { onIssued: () => void }) {
  const name = useSignal('');
  const area = useSignal('');
  const issued = useSignal<{ code: IssuedCode; name: string; area: number } | null>(null);
  const { busy, problem, run } = useAct();
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    const wanted = { name: name.value.trim(), area: Number(area.value) };
    const done = await run(async () => {
      issued.value = { code: await api.issueCode(wanted.name, wanted.area), ...wanted };
    });
    if (!done) return;
    name.value = '';
    area.value = '';
    onIssued();
  };
  return (
    <section class="panel" aria-labelledby="issue-title">
      <header>
        <h2 id="issue-title">{t('issue.title')}</h2>
      </header>
      <form class="body inline-form" onSubmit={(e) => void submit(e)}>
        <div class="f">
          <label for="code-name">{t('issue.name')}</label>
          <input
            id="code-name"
            class="in"
            type="text"
            required
            maxLength={60}
            data-test="code-name"
            placeholder={t('issue.name.like')}
            value={name.value}
            onInput={(e) => (name.value = e.currentTarget.value)}
          />
        </div>
        <div class="f">
          <label for="code-area">{t('issue.area')}</label>
          <select
            id="code-area"
            class="in"
            required
            data-test="code-area"
            value={area.value}
            onChange={(e) => (area.value = e.currentTarget.value)}
          >
            <option value="">{t('issue.area.choose')}</option>
            {villagesByTown().map(({ town, villages }) => (
              <optgroup key={town?.id ?? 0} label={nameOf(town?.names, t('area.other'))}>
                {villages.map((v) => (
                  <option key={v.id} value={String(v.id)}>
                    {nameOf(v.names, String(v.id))}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </div>
        <button type="submit" class="btn p" data-test="code-issue" disabled={busy.value}>
          <Icon name="key" />
          {t('issue.do')}
        </button>
        <p class="xs faint">{t('issue.say')}</p>
        {problem.value !== null && <ProblemNote problem={problem.value} />}
      </form>
      {issued.value && (
        <Sheet
          issued={issued.value.code}
          name={issued.value.name}
          area={issued.value.area}
          onClose={() => (issued.value = null)}
        />
      )}
    </section>
  );
}

function Revoke({ device, onClose }: { device: Device; onClose: (done: boolean) => void }) {
  const reason = useSignal('');
  const { busy, problem, run } = useAct();
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (await run(() => api.revoke(device.id, reason.value.trim()))) onClose(true);
  };
  return (
    <Dialog title={t('revoke.title')} onClose={() => onClose(false)}>
      <form class="stack" onSubmit={(e) => void submit(e)}>
        <p>
          <b>
            <Said text={device.name} />
          </b>{' '}
          · {placeName(device.area)}
        </p>
        <Note icon="alert" tone="late">
          {t('revoke.say')}
          {device.unsent > 0 && <b> {t('revoke.unsent', { n: device.unsent })}</b>}
        </Note>
        <div class="f">
          <label for="revoke-reason">{t('revoke.reason')}</label>
          <input
            id="revoke-reason"
            class="in"
            type="text"
            required
            maxLength={60}
            data-test="revoke-reason"
            value={reason.value}
            onInput={(e) => (reason.value = e.currentTarget.value)}
          />
        </div>
        {problem.value !== null && <ProblemNote problem={problem.value} />}
        <div class="dialog-acts">
          <button type="button" class="btn" onClick={() => onClose(false)}>
            {t('cancel')}
          </button>
          <button type="submit" class="btn danger" data-test="revoke-confirm" disabled={busy.value}>
            {t('revoke.do')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function Devices() {
  const data = useSignal<DeviceList | null>(null);
  const problem = useSignal<unknown>(null);
  const revoking = useSignal<Device | null>(null);
  const load = async (): Promise<void> => {
    try {
      data.value = await api.devices();
      problem.value = null;
    } catch (error) {
      problem.value = error;
    }
  };
  const beat = tick.value;
  useEffect(() => void load(), [beat]);
  const fresh = (): void => {
    void load();
    void poll();
  };
  const administrator = session.value?.person.role === 'administrator';
  const now = asOf.value ?? '';
  const list = data.value;
  const bad = list?.devices.filter((d) => needsPerson(troubleOf(d, now))).length ?? 0;
  const sub = list
    ? t('devices.sub', {
        n: list.devices.filter((d) => d.state === 'enrolled').length,
        bad,
      })
    : '';
  return (
    <Shell title={t('nav.devices')} sub={sub}>
      <div class="pad stack wide">
        {problem.value !== null && <ProblemNote problem={problem.value} />}
        {list === null ? (
          problem.value === null && <p class="empty">{t('loading')}</p>
        ) : (
          <>
            <DeviceTable
              devices={list.devices}
              now={now}
              onRevoke={administrator ? (d) => (revoking.value = d) : null}
            />
            {administrator ? (
              <IssueForm onIssued={fresh} />
            ) : (
              <Note icon="info">{t('issue.admins')}</Note>
            )}
            <Codes codes={list.codes} />
            <p class="xs faint">{t('devices.address', { address: list.address })}</p>
          </>
        )}
      </div>
      {revoking.value && (
        <Revoke
          device={revoking.value}
          onClose={(done) => {
            revoking.value = null;
            if (done) fresh();
          }}
        />
      )}
    </Shell>
  );
}
