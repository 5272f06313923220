// Every call to the office, typed; errors come as Problem and never as anything else.
import type {
  Area,
  CaseDetail,
  CaseList,
  Category,
  DeviceList,
  Filter,
  IssuedCode,
  NextState,
  Opened,
  Overview,
  Person,
  ReplyKind,
  Role,
  Session,
  Unit,
} from './types';

const kBase = '/api/v1';
const kTimeoutMs = 15_000;

/** An RFC 9457 problem, or "huiyin:unreachable" when no answer came. */
export class Problem extends Error {
  constructor(
    readonly type: string,
    readonly status: number,
    readonly detail: string,
  ) {
    super(`${type}: ${detail}`);
  }
}

type Listener = (problem: Problem) => void;
let onProblem: Listener = () => {};

/** The store hears of every 401 and of the order to change a password. */
export function watchProblems(listener: Listener): void {
  onProblem = listener;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = `huiyin:http-${response.status}`;
  try {
    const body = (await response.json()) as {
      type?: unknown;
      detail?: unknown;
      title?: unknown;
    };
    const type = typeof body.type === 'string' ? body.type : fallback;
    const detail = [body.detail, body.title].find((s) => typeof s === 'string' && s !== '');
    return new Problem(type, response.status, typeof detail === 'string' ? detail : '');
  } catch {
    return new Problem(fallback, response.status, '');
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Huiyin'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(kBase + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(kTimeoutMs),
    });
  } catch (error) {
    throw new Problem('huiyin:unreachable', 0, String(error));
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    onProblem(problem);
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new Problem('huiyin:unreachable', 0, String(error));
  }
}

const id = encodeURIComponent;

export const api = {
  session: () => call<Session>('GET', '/session'),
  signIn: (name: string, password: string) => call<Session>('POST', '/session', { name, password }),
  signOut: () => call<void>('DELETE', '/session'),
  changePassword: (old: string, next: string) =>
    call<void>('POST', '/session/password', { old, new: next }),

  overview: () => call<Overview>('GET', '/overview'),
  areas: () => call<{ areas: Area[] }>('GET', '/areas'),
  categories: () => call<{ categories: Category[] }>('GET', '/categories'),
  units: () => call<{ units: Unit[] }>('GET', '/units'),

  cases: (state: Filter, after: string | null, limit: number) =>
    call<CaseList>(
      'GET',
      `/cases?state=${state}&limit=${limit}${after === null ? '' : `&after=${id(after)}`}`,
    ),
  caseOf: (caseId: string) => call<CaseDetail>('GET', `/cases/${id(caseId)}`),
  open: (caseId: string, reason: string) =>
    call<Opened>('POST', `/cases/${id(caseId)}/open`, { reason }),
  reply: (caseId: string, body: { text: string; kind: ReplyKind; unit: number; version: number }) =>
    call<{ version: number }>('POST', `/cases/${id(caseId)}/reply`, body),
  setState: (caseId: string, body: { state: NextState; note: string; version: number }) =>
    call<unknown>('POST', `/cases/${id(caseId)}/state`, body),

  devices: () => call<DeviceList>('GET', '/devices'),
  issueCode: (name: string, area: number) =>
    call<IssuedCode>('POST', '/devices/codes', { name, area }),
  revoke: (deviceId: string, reason: string) =>
    call<void>('POST', `/devices/${id(deviceId)}/revoke`, { reason }),

  people: () => call<{ people: Person[] }>('GET', '/people'),
  addPerson: (name: string, display: string, role: Role) =>
    call<{ first_password: string }>('POST', '/people', {
      name,
      display,
      role,
    }),
};
