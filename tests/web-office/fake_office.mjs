// A fake office for tests of the page: the calls of sync-server/api/API.md over sample data, kept
// in memory. By hand: node tests/web-office/fake_office.mjs [--port 7080] [--pages DIR]
//   then sign in as zhoumin / huiyin-demo-1 (administrator) or lijianguo / first-time-1 (must change).
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { buildPage, contentSecurityPolicy, filesIn } from './page.mjs';
import {
  areas,
  categories,
  kNow,
  makeCases,
  makeCodes,
  makeDevices,
  units,
  ago,
} from './sample.mjs';

const kPolicy = contentSecurityPolicy();
const kBodyLimit = 256 * 1024;

class Refusal extends Error {
  constructor(status, type, detail = '') {
    super(type);
    Object.assign(this, { status, type: `huiyin:${type}`, detail });
  }
}

function emptyState() {
  return {
    people: [
      {
        name: 'zhoumin',
        display: '周敏',
        role: 'administrator',
        password: 'huiyin-demo-1',
        must: false,
      },
      { name: 'lijianguo', display: '李建国', role: 'clerk', password: 'first-time-1', must: true },
    ],
    sessions: new Map(),
    cases: makeCases(),
    devices: makeDevices(),
    codes: makeCodes(),
    ledger: 51_877,
    locked: false,
    failures: 0,
    /** Every call that changed something, for tests to look at. */
    calls: [],
  };
}

// As the office counts: what is new is open too.
const open = (c) => !['answered', 'closed'].includes(c.shown.state);
const filters = {
  new: (c) => c.shown.state === 'new',
  open,
  answered: (c) => c.shown.state === 'answered',
  closed: (c) => c.shown.state === 'closed',
  all: () => true,
};

const allowed = {
  new: ['accepted', 'in-progress', 'closed'],
  accepted: ['in-progress', 'closed'],
  'in-progress': ['closed'],
  answered: ['in-progress', 'closed'],
  closed: [],
  reopened: ['in-progress', 'closed'],
};

export function makeOffice() {
  const state = emptyState();

  const record = (one, who, what, note = '') => {
    state.ledger += 1;
    one.events.push({ at: kNow, who, what, entry: state.ledger, note });
    one.shown.version = one.events.length;
    return state.ledger;
  };
  const find = (id) => {
    const one = state.cases.find((c) => c.shown.id === id);
    if (!one) throw new Refusal(404, 'not-found', 'no such case');
    return one;
  };
  const checkVersion = (one, version) => {
    if (one.shown.version !== version)
      throw new Refusal(409, 'conflict', `version is ${one.shown.version}`);
  };
  const sessionBody = (s) => ({
    person: { name: s.person.name, display: s.person.display, role: s.person.role },
    must_change_password: s.person.must,
  });
  const administrator = (s) => {
    if (s.person.role !== 'administrator') throw new Refusal(403, 'refused', 'administrators only');
  };
  const detailOf = (one, s) => ({
    ...one.shown,
    events: one.events,
    replies: one.replies.map((r) => ({ ...r, text: s.opened.has(one.shown.id) ? r.text : null })),
  });

  function signIn({ name, password }) {
    if (state.failures >= 5) throw new Refusal(429, 'slow-down');
    const person = state.people.find((p) => p.name === name && p.password === password);
    if (!person) {
      state.failures += 1;
      throw new Refusal(401, 'wrong-password');
    }
    state.failures = 0;
    const token = randomBytes(16).toString('hex');
    const session = { person, opened: new Set() };
    state.sessions.set(token, session);
    return { status: 200, body: sessionBody(session), cookie: token };
  }

  function changePassword(s, { old, new: next }) {
    if (s.person.password !== old) throw new Refusal(401, 'wrong-password');
    if (next.length < 10 || next === s.person.name) throw new Refusal(422, 'password-weak');
    Object.assign(s.person, { password: next, must: false });
    return { status: 204 };
  }

  const overview = () => ({
    office: { name: { zh: '栖云县群众诉求中心', en: 'Qiyun County Office' } },
    locked: state.locked,
    as_of: kNow,
    counts: Object.fromEntries(
      Object.entries(filters).map(([name, test]) => [name, state.cases.filter(test).length]),
    ),
    devices: {
      enrolled: state.devices.filter((d) => d.state === 'enrolled').length,
      connected: state.devices.filter((d) => d.connected).length,
      unsent: state.devices.reduce((sum, d) => sum + d.unsent, 0),
    },
    ledger: { size: state.ledger, root: '00'.repeat(32) },
  });

  function listCases(query) {
    const rows = state.cases
      .filter(filters[query.get('state') ?? 'all'])
      .map((c) => c.shown)
      .sort((a, b) => b.received.localeCompare(a.received));
    const after = query.get('after');
    const start = after ? rows.findIndex((c) => c.id === after) + 1 : 0;
    const limit = Number(query.get('limit') ?? 50);
    const page = rows.slice(start, start + limit);
    const next = start + limit < rows.length ? page[page.length - 1].id : null;
    return { cases: page, next, as_of: kNow };
  }

  function openText(s, one, { reason }) {
    if (state.locked) throw new Refusal(423, 'locked');
    if (!one.shown.readable) throw new Refusal(410, 'erased');
    s.opened.add(one.shown.id);
    const entry = record(one, s.person.display, 'opened', reason);
    return { status: 200, body: { text: one.text, language: 'zh', replies: one.replies, entry } };
  }

  function reply(s, one, { text, kind, unit, version }) {
    checkVersion(one, version);
    const first = one.replies.length === 0;
    one.replies.push({
      version: one.replies.length + 1,
      date: kNow,
      kind,
      unit,
      person: s.person.display,
      text,
    });
    one.shown.replies = one.replies.length;
    one.shown.state = 'answered';
    record(one, s.person.display, first ? 'replied' : 'corrected');
    return { status: 201, body: { version: one.shown.version } };
  }

  function setState(s, one, { state: wanted, note, version }) {
    checkVersion(one, version);
    const may = allowed[one.shown.state];
    if (!may.includes(wanted))
      throw new Refusal(422, 'not-allowed', `allowed: ${may.join(', ') || 'nothing'}`);
    one.shown.state = wanted;
    record(one, s.person.display, wanted, note);
    return { status: 200, body: { version: one.shown.version } };
  }

  function issueCode(s, { name, area }) {
    administrator(s);
    if (!name || !areas.some((a) => a.id === area))
      throw new Refusal(422, 'invalid', 'name or area');
    const id = Math.max(0, ...state.codes.map((c) => c.id)) + 1;
    state.codes.unshift({ id, name, area, issued: kNow, expires: ago(-72), state: 'open' });
    state.ledger += 1;
    const line = `127.0.0.1:7443/K7QM2XW9RTB4HNC6PD3VJ8FYGA/${randomBytes(16).toString('hex')}`;
    return { status: 201, body: { line, expires: ago(-72), staff_pin: '482913' } };
  }

  function revoke(s, id, { reason }) {
    administrator(s);
    const one = state.devices.find((d) => d.id === id);
    if (!one) throw new Refusal(404, 'not-found');
    if (!reason) throw new Refusal(422, 'invalid', 'reason');
    Object.assign(one, { state: 'revoked', connected: false, unsent: 0 });
    state.ledger += 1;
    return { status: 204 };
  }

  function addPerson(s, { name, display, role }) {
    administrator(s);
    if (state.people.some((p) => p.name === name))
      throw new Refusal(409, 'conflict', 'take another one');
    const password = randomBytes(9).toString('base64url');
    state.people.push({ name, display, role, password, must: true });
    state.ledger += 1;
    return { status: 201, body: { first_password: password } };
  }

  function people(s) {
    administrator(s);
    return {
      people: state.people.map((p) => ({
        name: p.name,
        display: p.display,
        role: p.role,
        since: ago(3000),
        must_change_password: p.must,
      })),
    };
  }

  const ok = (body) => ({ status: 200, body });

  function route(method, path, query, body, s) {
    const key = `${method} ${path}`;
    if (key === 'GET /session') return ok(sessionBody(s));
    if (key === 'POST /session/password') return changePassword(s, body);
    if (s.person.must) throw new Refusal(403, 'change-password');
    const simple = {
      'GET /overview': () => ok(overview()),
      'GET /areas': () => ok({ areas }),
      'GET /categories': () => ok({ categories }),
      'GET /units': () => ok({ units }),
      'GET /cases': () => ok(listCases(query)),
      'GET /devices': () =>
        ok({ devices: state.devices, codes: state.codes, address: '127.0.0.1:7443' }),
      'POST /devices/codes': () => issueCode(s, body),
      'GET /people': () => ok(people(s)),
      'POST /people': () => addPerson(s, body),
    }[key];
    if (simple) return simple();
    const [, kind, id, act] = path.split('/');
    if (kind === 'devices' && act === 'revoke') return revoke(s, id, body);
    if (kind !== 'cases') throw new Refusal(404, 'not-found');
    const one = find(id);
    if (method === 'GET' && !act) return ok(detailOf(one, s));
    const acts = { open: openText, reply, state: setState };
    if (method === 'POST' && acts[act]) return acts[act](s, one, body);
    throw new Refusal(404, 'not-found');
  }

  /** One call, from method, path and cookie to {status, body?, cookie?}. */
  function answer(method, url, body, token, headers) {
    const path = url.pathname.slice('/api/v1'.length);
    if (path === '/health') return ok({ status: 'ok' });
    if (method !== 'GET' && headers['x-huiyin'] !== '1') throw new Refusal(403, 'foreign');
    if (method !== 'GET') state.calls.push({ method, path, body });
    if (method === 'POST' && path === '/session') return signIn(body);
    const session = state.sessions.get(token);
    if (!session) throw new Refusal(401, 'sign-in');
    if (method === 'DELETE' && path === '/session') {
      state.sessions.delete(token);
      return { status: 204 };
    }
    return route(method, path, url.searchParams, body, session);
  }

  /** Somebody else replies at the same time. */
  const rival = (id) => {
    const one = find(id);
    reply({ person: { display: '王芳' } }, one, {
      text: '另一位同事的答复。',
      kind: 'will-do',
      unit: 3,
      version: one.shown.version,
    });
  };
  return { state, answer, rival };
}

async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > kBodyLimit) throw new Refusal(413, 'too-large');
    parts.push(part);
  }
  return size === 0 ? {} : JSON.parse(Buffer.concat(parts).toString('utf8'));
}

async function answerApi(office, request, url, response) {
  const token = /huiyin_office=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  const headers = { 'Cache-Control': 'no-store' };
  try {
    const body = await readBody(request);
    const made = office.answer(request.method, url, body, token, request.headers);
    if (made.cookie)
      headers['Set-Cookie'] = `huiyin_office=${made.cookie}; HttpOnly; SameSite=Strict; Path=/`;
    if (made.body) headers['Content-Type'] = 'application/json';
    response.writeHead(made.status, headers);
    response.end(made.body ? JSON.stringify(made.body) : undefined);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    response.writeHead(error.status, { ...headers, 'Content-Type': 'application/problem+json' });
    const { type, status, detail } = error;
    response.end(JSON.stringify({ type, title: type, status, detail }));
  }
}

/** Starts the fake office with the page's files; returns {url, state, rival, close}. */
export async function startOffice({ port = 0, pages } = {}) {
  const office = makeOffice();
  const files = filesIn(pages ?? (await buildPage()));
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    if (url.pathname.startsWith('/api/v1/')) {
      answerApi(office, request, url, response).catch((error) => {
        console.error(error);
        response.destroy();
      });
      return;
    }
    const found = files.get(url.pathname);
    if (!found) {
      response.writeHead(url.pathname === '/favicon.ico' ? 204 : 404);
      response.end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': found.type,
      'Content-Security-Policy': kPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    });
    response.end(readFileSync(found.file));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
  return { url: `http://127.0.0.1:${server.address().port}`, ...office, close };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = (name) => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : undefined;
  };
  const office = await startOffice({
    port: Number(option('--port') ?? 0),
    pages: option('--pages'),
  });
  console.log(`fake office at ${office.url}: zhoumin / huiyin-demo-1, lijianguo / first-time-1`);
}
