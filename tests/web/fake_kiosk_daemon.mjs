// Speaks kiosk/API.md without a journal, an office or a disk, for tests of the page and for work on
// it:  node tests/web/fake_kiosk_daemon.mjs [--port 0] [--pages DIR]
// DIR is the build's output folder with kiosk/ in it; without it the pages are built to a
// temporary folder. Tests change `machine` to bring about what a machine can be in.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from '../../shared/web/build.mjs';

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

const category = (code, kind, picture, zh, en) => ({
  code,
  kind,
  names: { zh, en },
  hint: { zh: '', en: '' },
  picture,
  confidential: false,
});

export const categories = [
  category(101, 'complaint', 'water', '饮水与灌溉', 'Drinking water and irrigation'),
  category(102, 'complaint', 'road', '道路与桥梁', 'Roads and bridges'),
  category(103, 'complaint', 'power', '用电', 'Electricity'),
  category(104, 'complaint', 'waste', '垃圾与环境', 'Rubbish and surroundings'),
  category(105, 'complaint', 'clinic', '看病与医保', 'Clinic and health insurance'),
  category(106, 'complaint', 'school', '学校与孩子', 'School and children'),
  category(107, 'complaint', 'land', '土地与山林', 'Land and forest'),
  category(108, 'complaint', 'house', '住房与宅基地', 'Housing and house plots'),
  category(109, 'complaint', 'bus', '班车与出行', 'Buses and getting about'),
  category(110, 'complaint', 'phone', '电话与网络', 'Phone and internet'),
  category(111, 'complaint', 'shop', '买卖与食品', 'Shops and food'),
  category(201, 'help', 'help', '我有困难', 'I need help'),
  category(202, 'help', 'care', '老人与残疾人', 'Older and disabled people'),
  category(203, 'help', 'safety', '安全隐患', 'Something dangerous'),
  category(301, 'consult', 'money', '补贴与低保', 'Benefits and allowances'),
  category(302, 'consult', 'farm', '种地与养殖', 'Crops and animals'),
  category(401, 'suggestion', 'idea', '我有建议', 'I have an idea'),
  category(501, 'thanks', 'thanks', '表扬与感谢', 'Thanks'),
  category(601, 'report', 'people', '公开与公平', 'Openness and fairness'),
  category(901, 'consult', 'no-such-picture', '别的事情', 'Something else'),
];

export const answeredCode = '48271936550271843069';
export const enrolLine =
  '127.0.0.1:7443/0123456789ABCDEFGHJKMNPQRS/00112233445566778899aabbccddeeff';
export const staffPin = '482913';

/** A fresh machine: enrolled, offline, nothing wrong. */
export function freshMachine() {
  return {
    status: {
      state: 'ready',
      device: { name: '柳树湾 1 号', id: '9f00112233445566' },
      place: {
        village: { zh: '柳树湾村', en: 'Liushuwan' },
        town: { zh: '三合镇', en: 'Sanhe' },
      },
      office: { name: { zh: '栖云县群众诉求中心', en: 'Qiyun County Office' } },
      link: 'offline',
      last_contact: '2026-11-18T09:12:00+08:00',
      unsent: 3,
      can_save: true,
      problem: null,
      idle_seconds: 60,
      warn_seconds: 20,
      languages: ['zh', 'en'],
      version: '0.1.0',
    },
    reply: {
      text: '停水是因为二号水泵坏了。11月22日已经换上新泵，现在早晚都有水。以后要检修，会提前一天在广播里说。给您添麻烦了。',
      language: 'zh',
      unit: { zh: '县水务局', en: 'Water bureau' },
      kind: 'done',
      date: '2026-11-24',
      version: 1,
    },
    corrected: false,
    rated: false,
    feedbackProblem: null,
    wrongCodes: 0,
    wrongPins: 0,
    // What the page did, for tests to look at.
    feedback: [],
    ratings: [],
    sessionsEnded: 0,
    calls: [],
  };
}

/** Stands in for a real code: the same size and look, made of the data's bits. */
function squares(size) {
  const finder = (x, y) => {
    const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
    return ring === 3 || ring <= 1;
  };
  const dark = (x, y) => {
    if (x < 8 && y < 8) return x < 7 && y < 7 && finder(x, y);
    if (x >= size - 8 && y < 8) return x >= size - 7 && y < 7 && finder(x - size + 7, y);
    if (x < 8 && y >= size - 8) return x < 7 && y >= size - 7 && finder(x, y - size + 7);
    return ((x * 7 + y * 13 + x * y * 5) % 11) % 2 === 0;
  };
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (__, x) => (dark(x, y) ? '1' : '0')).join(''),
  );
}

class Refused extends Error {
  constructor(status, type, more = {}) {
    super(type);
    this.status = status;
    this.problem = { type: `huiyin:${type}`, title: type, status, detail: type, ...more };
  }
}

const hasControls = (text) => /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text);

/** The digits' sum must divide by 3: stands in for the receipt's check. */
const looksRight = (code) => [...code].reduce((sum, digit) => sum + Number(digit), 0) % 3 === 0;

function saveFeedback(machine, said) {
  if (machine.feedbackProblem) throw new Refused(...machine.feedbackProblem);
  if (machine.status.state !== 'ready') throw new Refused(409, 'not-enrolled');
  if (!categories.some((one) => one.code === said.category))
    throw new Refused(422, 'no-such-category');
  if ([...said.text].length > 1000) throw new Refused(422, 'text-too-long');
  if (hasControls(said.text)) throw new Refused(422, 'text-refused');
  if (said.text.trim() === '' && said.feeling === 0) throw new Refused(422, 'nothing-said');
  machine.feedback.push(said);
  machine.status.unsent += 1;
  return {
    receipt: {
      groups: answeredCode.match(/.{4}/g),
      qr: { size: 25, rows: squares(25) },
    },
    saved: true,
    link: machine.status.link,
    answer_by_days: 13,
  };
}

function openAnswer(machine, { code }) {
  if (!/^[0-9]{20}$/.test(code) || !looksRight(code)) throw new Refused(422, 'code-mistyped');
  if (machine.wrongCodes >= 5) throw new Refused(429, 'slow-down', { retry_after_seconds: 3 });
  if (code !== answeredCode) {
    machine.wrongCodes += 1;
    return { found: false };
  }
  return {
    found: true,
    corrected: machine.corrected,
    reply: machine.reply,
    can_rate: !machine.rated,
    rated: machine.rated,
  };
}

function enrol(machine, { line }) {
  const parts = line.split('/');
  if (parts.length !== 3) throw new Refused(422, 'line-mistyped');
  if (line.startsWith('192.0.2.')) throw new Refused(502, 'unreachable');
  if (line !== enrolLine) throw new Refused(403, 'code-refused');
  machine.status = { ...freshMachine().status, unsent: 0 };
  return { state: 'ready' };
}

function signIn(machine, { pin }) {
  if (machine.wrongPins >= 5) throw new Refused(429, 'slow-down', { retry_after_seconds: 30 });
  if (pin !== staffPin) {
    machine.wrongPins += 1;
    throw new Refused(403, 'pin-wrong');
  }
  machine.staff = randomBytes(12).toString('hex');
  return { staff: machine.staff };
}

function staffState(machine) {
  const { status } = machine;
  return {
    device: status.device,
    office: {
      name: status.office.name,
      address: '127.0.0.1:7443',
      pin: '00112233445566778899aabbccddeeff',
    },
    link: status.link,
    last_contact: status.last_contact,
    last_problem: 'connection refused by 127.0.0.1:7443',
    records: { saved: 1207, unsent: status.unsent, acknowledged: 1204, backed_up: 1100 },
    verdicts: [
      { seq: 41, verdict: 'quarantined', reason: 'category 777 is unknown' },
      { seq: 57, verdict: 'duplicate', reason: 'seen before' },
    ],
    replies: 7,
    disk: { used_bytes: 4_200_000, free_bytes: 21_900_000_000 },
    receipts_ready: 4,
    epoch: 'e1',
    boot: 'b1',
    version: status.version,
    started: '2026-11-21T07:30:00+08:00',
  };
}

const needStaff = (machine, request) => {
  if (!machine.staff || request.headers['x-huiyin-staff'] !== machine.staff)
    throw new Refused(401, 'staff-sign-in');
};

/** The answer's body, or undefined for 204. */
function answerCall(machine, name, body, request) {
  const before = () => {
    const { state, problem, languages, version } = machine.status;
    return { state, problem, languages, version };
  };
  switch (name) {
    case 'GET /api/status':
      return machine.status.state === 'ready' ? machine.status : before();
    case 'GET /api/categories':
      return { categories };
    case 'POST /api/enrol':
      return enrol(machine, body);
    case 'POST /api/feedback':
      return saveFeedback(machine, body);
    case 'POST /api/answer':
      return openAnswer(machine, body);
    case 'POST /api/rating':
      machine.ratings.push(body);
      return { saved: true };
    case 'POST /api/session/end':
      machine.sessionsEnded += 1;
      return undefined;
    case 'POST /api/staff/sign-in':
      return signIn(machine, body);
    case 'GET /api/staff':
      needStaff(machine, request);
      return staffState(machine);
    case 'POST /api/staff/sign-out':
      machine.staff = undefined;
      return undefined;
    default:
      throw new Refused(404, 'not-found');
  }
}

const created = new Set(['POST /api/feedback', 'POST /api/rating']);

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

/** Starts the daemon; `pages` is the build's output folder. Port 0 takes any free one. */
export async function startFakeDaemon({ pages, port = 0 }) {
  const folder = join(pages, 'kiosk');
  const files = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  const daemon = { machine: freshMachine(), token: randomBytes(16).toString('hex') };
  const cookie = randomBytes(16).toString('hex');

  function page(response, url) {
    const one = files.find((file) => file.url === url);
    if (!one) return void response.writeHead(404).end();
    let body = readFileSync(join(folder, one.file));
    const headers = { 'Content-Type': one.type, 'Content-Security-Policy': policy };
    if (one.file.endsWith('.html')) {
      body = body.toString('utf8').replace('{{token}}', daemon.token);
      headers['Set-Cookie'] = `huiyin=${cookie}; SameSite=Strict; HttpOnly; Path=/`;
      headers['Cache-Control'] = 'no-store';
    }
    response.writeHead(200, headers).end(body);
  }

  async function api(request, response, url) {
    const name = `${request.method} ${url}`;
    daemon.machine.calls.push(name);
    const send = (status, type, body) =>
      response
        .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
        .end(body === undefined ? undefined : JSON.stringify(body));
    try {
      const known = (request.headers.cookie ?? '').includes(`huiyin=${cookie}`);
      if (!known || request.headers['x-huiyin-token'] !== daemon.token)
        throw new Refused(401, 'reload');
      const body = answerCall(daemon.machine, name, await bodyOf(request), request);
      const status = body === undefined ? 204 : created.has(name) ? 201 : 200;
      send(status, 'application/json', body);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      send(problem.status, 'application/problem+json', problem.problem);
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1').pathname;
    if (url.startsWith('/api/')) void api(request, response, url);
    else page(response, url);
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  daemon.url = `http://127.0.0.1:${server.address().port}`;
  daemon.stop = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return daemon;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : otherwise;
  };
  let pages = option('--pages', '');
  if (!pages) {
    pages = mkdtempSync(join(tmpdir(), 'huiyin-pages-'));
    await build(pages, { withPseudo: true });
  }
  const daemon = await startFakeDaemon({ pages, port: Number(option('--port', '0')) });
  console.log(`${daemon.url}/  code ${answeredCode}  staff ${staffPin}`);
}
