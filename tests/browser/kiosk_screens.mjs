// Walks every screen of the kiosk's pages with a real browser and looks at each:
//   node tests/browser/kiosk_screens.mjs [--out DIR] [--only zh-800x480]
// Every screen must have no axe violation, nothing outside the panel, nothing that scrolls, every
// target at least 60 px both ways, one heading with the focus, no console error, no CSP violation.
// DIR gets a picture of each. Exit code 1 and a list when something is wrong.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from '../../shared/web/build.mjs';
import {
  answeredCode,
  enrolLine,
  freshMachine,
  staffPin,
  startFakeDaemon,
} from '../web/fake_kiosk_daemon.mjs';

const require = createRequire(new URL('../../shared/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const targetMin = 60;
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const out = option('--out');
const only = option('--only');
if (out) mkdirSync(out, { recursive: true });

const wrong = [];

/** Runs in the page: what does not fit, what is too small, what scrolls. */
function inspect(least) {
  const found = [];
  const name = (element) =>
    element.dataset?.test ?? `${element.tagName.toLowerCase()}.${element.getAttribute('class')}`;
  const { innerWidth: width, innerHeight: height } = window;
  const root = document.documentElement;
  if (root.scrollWidth > width || root.scrollHeight > height) found.push('the page scrolls');
  for (const element of document.querySelectorAll('#app *')) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest('.unseen')) continue;
    const style = getComputedStyle(element);
    // Drawings inside an svg and what a page of a long text hides are not laid out by us.
    if (!(element instanceof SVGElement) || element.tagName === 'svg')
      if (box.left < -1 || box.top < -1 || box.right > width + 1 || box.bottom > height + 1)
        found.push(`${name(element)} is outside: ${JSON.stringify(box.toJSON())}`);
    if (element instanceof SVGElement) continue;
    const clips = element.matches('.pages, .recap__text, .rings, textarea, input, small');
    const deeper =
      element.scrollWidth > element.clientWidth + 1 ||
      element.scrollHeight > element.clientHeight + 2;
    const block = style.display !== 'inline' && element.children.length + element.innerText.length;
    // A tight line box sticks out of its block by nature; text outside its parent is caught below.
    if (block && deeper && !clips && style.overflow !== 'visible')
      found.push(`${name(element)} is cut off`);
    if (element.matches('button, a, input, textarea') && (box.width < least || box.height < least))
      found.push(`${name(element)} is ${Math.round(box.width)}×${Math.round(box.height)}`);
  }
  // Text must lie within the card, key or panel that it belongs to, and panels within the screen.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || node.parentElement.closest('.pages, .recap__text, .unseen, small'))
      continue;
    const holder = node.parentElement.closest(
      'button, .card, .panel, .slip, .status, .gauge, .sheet, .reader, .recap > span, .then li, .ask, .foot, .head, .main',
    );
    if (!holder) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const inner = range.getBoundingClientRect();
    const outer = holder.getBoundingClientRect();
    // The box of a CJK font is 1.45 letters high and its ink at most one.
    const slack = parseFloat(getComputedStyle(node.parentElement).fontSize) * 0.3;
    if (
      inner.left < outer.left - 1 ||
      inner.right > outer.right + 1 ||
      inner.top < outer.top - slack ||
      inner.bottom > outer.bottom + slack
    )
      found.push(`“${node.data.slice(0, 30)}” sticks out of ${name(holder)}`);
  }
  const texts = [...document.querySelectorAll('h1, h2, p, b, .card__label, button > span')]
    .filter((element) => element.innerText?.trim() && !element.closest('.unseen'))
    .map((element) => ({ element, box: element.getBoundingClientRect() }));
  for (const [at, one] of texts.entries())
    for (const other of texts.slice(at + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      const across =
        Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down =
        Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > 2 && down > 4)
        found.push(
          `“${one.element.innerText.slice(0, 20)}” lies on “${other.element.innerText.slice(0, 20)}”`,
        );
    }
  const boxes = [...document.querySelectorAll('button:not(.attract__all)')].map((button) => ({
    button,
    box: button.getBoundingClientRect(),
  }));
  for (const [at, one] of boxes.entries())
    for (const other of boxes.slice(at + 1)) {
      const across =
        Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down =
        Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > 1 && down > 1) found.push(`${name(one.button)} lies on ${name(other.button)}`);
    }
  if (document.querySelectorAll('h1').length !== 1) found.push('not exactly one h1');
  if (!document.documentElement.lang || !document.documentElement.dir) found.push('no lang or dir');
  return found;
}

async function look(page, label, { focus = true } = {}) {
  await page.waitForFunction(() => !document.querySelector('[aria-disabled="true"]'));
  await page.evaluate(() => document.fonts.ready);
  if (out) await page.screenshot({ path: join(out, `${label}.png`) });
  const found = await page.evaluate(inspect, targetMin);
  if (focus) {
    const onHeading = await page.evaluate(() => document.activeElement?.tagName);
    if (onHeading !== 'H1') found.push(`the focus is on ${onHeading}, not on the heading`);
  }
  const violations = await page.evaluate(async () => {
    // eslint-disable-next-line no-undef
    const result = await axe.run(document, { resultTypes: ['violations'] });
    return result.violations.map(
      (one) => `axe ${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`,
    );
  });
  for (const problem of [...found, ...violations]) wrong.push(`${label}: ${problem}`);
}

/** A press as a finger makes it; waits until the control would act. */
const press = (page, test) => page.locator(`[data-test="${test}"]`).click();

const expect = (label, condition, words) => {
  if (!condition) wrong.push(`${label}: ${words}`);
};

async function openPage(browser, daemon, size, label) {
  const context = await browser.newContext({ viewport: size, hasTouch: true, locale: 'zh-CN' });
  const page = await context.newPage();
  page.on('console', (message) => {
    // A refused request is a console error of the browser's own; the page says it in words.
    const expected = /status of (4\d\d|5\d\d)/.test(message.text());
    if (message.type() === 'error' && !expected) wrong.push(`${label}: console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`${label}: page error: ${error.message}`));
  await page.addInitScript(() => {
    window.addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  // Through the debugger, so that the page's own policy stays as strict as it is.
  await page.addInitScript({ content: axeSource });
  await page.goto(daemon.url);
  return { context, page };
}

async function walkStart(page, language, name) {
  await page.locator('[data-test="start"]').waitFor();
  await look(page, name('01-attract'), { focus: false });
  await press(page, 'start');
  await look(page, name('02-language'));
  await press(page, `language-${language}`);
  await look(page, name('03-home'));
  await press(page, 'help');
  await look(page, name('03-help'));
  await press(page, 'back');
}

const words = {
  zh: '三组路口的路灯坏了两个星期，晚上孩子放学走路看不见，请来修一修。',
  en: 'The street lamp at the crossing has been dark for two weeks. Children walk home at night.',
};

/** A daemon that starts again while digits are being copied must not take them away. */
async function restartUnderReceipt(page, daemon, name) {
  daemon.token = 'started-again';
  await page.waitForTimeout(6000);
  const there = await page.locator('[data-test="receipt-digits"]').count();
  expect(name('08-receipt'), there === 1, 'a restart of the daemon took the receipt away');
}

/** The page has loaded itself again, since the daemon's token is another. */
const waitForToken = (page, token) =>
  page.waitForFunction(
    (wanted) => document.querySelector('meta[name="huiyin-token"]').content === wanted,
    token,
    { timeout: 15_000 },
  );

async function walkSay(page, daemon, language, name) {
  await press(page, 'task-say');
  await look(page, name('04-category'));
  await press(page, 'more');
  await press(page, 'more');
  await look(page, name('04-category-last'), { focus: false });
  await press(page, 'more');
  await press(page, 'category-102');
  await look(page, name('04-category-chosen'), { focus: false });
  await press(page, 'next');
  await press(page, 'feeling-2');
  await look(page, name('05-feeling'), { focus: false });
  await press(page, 'next');
  await look(page, name('06-text'));
  if (language === 'zh') await press(page, 'keyboard');
  await press(page, 'key-H');
  await press(page, 'key-i');
  await press(page, 'key-signs');
  await press(page, 'key-2');
  await press(page, 'key-2');
  const typed = await page.locator('[data-test="text"]').inputValue();
  expect(name('06-keys'), typed === 'Hi22', `the keys typed “${typed}”`);
  await page.locator('[data-test="text"]').fill('x'.repeat(1200));
  const kept = await page.locator('[data-test="text"]').inputValue();
  expect(name('06-keys'), kept.length === 1000, `the field keeps ${kept.length} characters`);
  await page.locator('[data-test="text"]').fill(words[language] ?? words.en);
  await look(page, name('06-text-keys'), { focus: false });
  await press(page, 'home');
  await look(page, name('06-drop'));
  await press(page, 'drop-no');
  await press(page, 'next');
  await look(page, name('07-confirm'));
  await press(page, 'send');
  await look(page, name('08-receipt'));
  const digits = await page.locator('[data-test="receipt-digits"]').innerText();
  expect(name('08-receipt'), digits.replace(/\D/g, '') === answeredCode, `digits ${digits}`);
  await press(page, 'help');
  await press(page, 'back');
  await page.locator('[data-test="receipt-digits"]').waitFor();
  const restarts = name('').startsWith('zh-800x480');
  if (restarts) await restartUnderReceipt(page, daemon, name);
  await press(page, 'home');
  await look(page, name('08-keep'));
  await press(page, 'have-it');
  if (restarts) await waitForToken(page, 'started-again');
  await page.locator('[data-test="start"]').waitFor();
  expect(name('08-receipt'), daemon.machine.feedback.length === 1, 'not exactly one was saved');
}

/** On a real keyboard, or with a scanner that is one; the screen must be there. */
async function typeDigits(page, digits) {
  await page.locator('[data-test="pad-1"]').waitFor();
  await page.keyboard.type(digits);
}

async function typeCode(page, code) {
  for (const digit of code) await press(page, `pad-${digit}`);
}

async function walkHear(page, daemon, language, name) {
  await press(page, 'start');
  await press(page, `language-${language}`);
  await press(page, 'task-hear');
  await look(page, name('10-code'));
  await typeCode(page, '4827193655');
  await look(page, name('10-code-half'), { focus: false });
  await press(page, 'pad-clear');
  await typeCode(page, '48271936550271843068');
  await press(page, 'open');
  await look(page, name('10-code-mistyped'), { focus: false });
  await press(page, 'pad-clear');
  await typeDigits(page, '48271936550271843096');
  await press(page, 'open');
  await look(page, name('11-waiting'));
  await press(page, 'back');
  daemon.machine.wrongCodes = 5;
  await typeDigits(page, answeredCode);
  await press(page, 'open');
  await page.locator('[data-test="open"]:disabled').waitFor();
  await look(page, name('10-code-slow'), { focus: false });
  daemon.machine.wrongCodes = 0;
  await page.locator('[data-test="open"]:enabled').waitFor();
  await press(page, 'open');
  await look(page, name('12-answer'));
  await press(page, 'next');
  await look(page, name('13-solved'));
  await press(page, 'solved-partly');
  await press(page, 'next');
  await press(page, 'star-4');
  await look(page, name('14-rating'), { focus: false });
  await press(page, 'send-rating');
  await look(page, name('15-thanks'));
  await press(page, 'finish');
}

async function walkLongAnswer(page, daemon, language, name) {
  daemon.machine.corrected = true;
  daemon.machine.rated = true;
  const sentence =
    language === 'zh' ? '二号水泵已经换好，现在早晚都有水。' : 'The pump was replaced. ';
  daemon.machine.reply.text = sentence.repeat(60).slice(0, 1000);
  daemon.machine.reply.language = language === 'zh' ? 'zh' : 'en';
  await press(page, 'start');
  await press(page, `language-${language}`);
  await press(page, 'task-hear');
  await typeDigits(page, answeredCode);
  await press(page, 'open');
  await look(page, name('12-answer-long'));
  let pages = 1;
  while (await page.locator('[data-test="read-on"]').count()) {
    await press(page, 'read-on');
    pages += 1;
    if (pages > 30) break;
  }
  expect(name('12-answer-long'), pages > 1 && pages <= 30, `${pages} pages for 1,000 characters`);
  await look(page, name('12-answer-last'), { focus: false });
  await press(page, 'next');
  await page.locator('[data-test="leave"]').waitFor();
}

/** Without a finger: Tab, Enter and digits are enough, and the focus is always to be seen. */
async function walkKeyboard(page, name) {
  const tabTo = async (test) => {
    for (let steps = 0; steps < 30; steps += 1) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => document.activeElement?.dataset?.test);
      if (here !== test) continue;
      const ring = await page.evaluate(() => getComputedStyle(document.activeElement).boxShadow);
      expect(name('keyboard'), ring.includes('rgb'), `no focus to be seen on ${test}`);
      await page.waitForFunction(() => !document.querySelector('[aria-disabled="true"]'));
      // A new screen takes the focus to its heading a moment after it is there: tab again then.
      if ((await page.evaluate(() => document.activeElement?.dataset?.test)) !== test) continue;
      return page.keyboard.press('Enter');
    }
    throw new Error(`Tab never reaches ${test}`);
  };
  await tabTo('start');
  await page.locator('[data-test="language-en"]').waitFor();
  await tabTo('language-en');
  await page.locator('[data-test="task-hear"]').waitFor();
  await tabTo('task-hear');
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await typeDigits(page, answeredCode);
  await page.waitForFunction(() => !document.querySelector('[aria-disabled="true"]'));
  await page.keyboard.press('Enter');
  await page.locator('[data-test="answer-text"]').waitFor();
  await tabTo('home');
  await page.locator('[data-test="leave"]').waitFor();
  await tabTo('leave');
  await page.locator('[data-test="start"]').waitFor();
}

async function walkTroubles(page, daemon, name) {
  const { status } = daemon.machine;
  Object.assign(status, { link: 'never', last_contact: null, unsent: 0 });
  await page.waitForFunction(() => document.querySelector('[data-test="status"]'));
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  Object.assign(status, { problem: 'huiyin:storage-full', can_save: false });
  await page.locator('[data-test="cannot-save"]').waitFor({ timeout: 8000 });
  await look(page, name('03-home-full'), { focus: false });
  Object.assign(status, { problem: null, can_save: true, link: 'online', unsent: 0 });
  await page.locator('[data-test="task-say"]').waitFor({ timeout: 8000 });
  await look(page, name('03-home-online'), { focus: false });
}

/** Nobody there: the countdown, "yes", and the wipe that leaves nothing. */
async function walkIdle(page, daemon, language, name) {
  await press(page, 'language');
  await press(page, 'large-text');
  await press(page, 'more-contrast');
  await look(page, name('02-language-switched'), { focus: false });
  await press(page, `language-${language}`);
  await look(page, name('03-home-contrast'));
  await press(page, 'task-say');
  await press(page, 'category-101');
  await press(page, 'next');
  await press(page, 'feeling-0');
  await page.locator('[data-test="text"]').fill('canary-phrase');
  await look(page, name('06-text-contrast'), { focus: false });
  await press(page, 'next');
  await look(page, name('07-confirm-contrast'));
  Object.assign(daemon.machine.status, { idle_seconds: 0, warn_seconds: 12 });
  await page.locator('[data-test="still-yes"]').waitFor({ timeout: 8000 });
  await look(page, name('16-still'), { focus: false });
  daemon.machine.status.idle_seconds = 1;
  await page.waitForTimeout(5200);
  await press(page, 'still-yes');
  await page.locator('[data-test="send"]').waitFor();
  const before = daemon.machine.sessionsEnded;
  daemon.machine.status.warn_seconds = 1;
  await page.locator('[data-test="start"]').waitFor({ timeout: 20_000 });
  Object.assign(daemon.machine.status, { idle_seconds: 60, warn_seconds: 20 });
  const left = await page.evaluate(() => ({
    html: document.documentElement.outerHTML,
    text: document.documentElement.dataset.text,
    contrast: document.documentElement.dataset.contrast,
    lang: document.documentElement.lang,
    stored: localStorage.length + sessionStorage.length,
    places: document.cookie,
  }));
  const at = name('16-wiped');
  expect(at, !left.html.includes('canary'), 'typed text is still in the page');
  expect(at, left.text === 'normal' && left.contrast === 'normal', 'the switches were not reset');
  expect(at, left.lang === 'zh-Hans', 'the language was not reset');
  expect(at, left.stored === 0 && left.places === '', 'something is in the browser’s storage');
  expect(at, daemon.machine.sessionsEnded > before, 'the daemon was not told');
}

async function walkSetUp(page, daemon, name) {
  daemon.machine = freshMachine();
  daemon.machine.status.state = 'unenrolled';
  await page.reload();
  await page.locator('[data-test="enrol-line"]').waitFor();
  await look(page, name('00-setup'));
  await page.locator('[data-test="enrol-line"]').fill('192.0.2.1:7443/x/y');
  await press(page, 'enrol');
  await page.locator('[data-test="notice"]').waitFor();
  await look(page, name('00-setup-unreachable'), { focus: false });
  await press(page, 'clear-line');
  await page.locator('[data-test="enrol-line"]').fill(enrolLine);
  await press(page, 'enrol');
  await page.locator('[data-test="start"]').waitFor();
}

async function walkStaff(page, daemon, language, name) {
  await page.goto(`${daemon.url}/staff`);
  if (language !== 'zh') await press(page, 'language');
  await look(page, name('20-staff-pin'), { focus: language === 'zh' });
  await typeDigits(page, '000000');
  await press(page, 'enter');
  await page.locator('.pin__wrong').waitFor();
  for (const digit of staffPin) await press(page, `pad-${digit}`);
  await press(page, 'enter');
  await page.locator('[data-test="gauges"]').waitFor();
  await look(page, name('21-staff'));
  await press(page, 'lock');
  await page.locator('[data-test="pad-1"]').waitFor();
}

/** A restarted daemon has another token: the page loads itself again and works. */
async function walkRestart(page, daemon) {
  daemon.token = 'another-start';
  await waitForToken(page, 'another-start');
  await page.locator('[data-test="start"]').waitFor();
}

async function walk(browser, pages, language, size) {
  const label = `${language}-${size.width}x${size.height}`;
  if (only && only !== label) return;
  const name = (screen) => `${label}-${screen}`;
  const daemon = await startFakeDaemon({ pages });
  const { context, page } = await openPage(browser, daemon, size, label);
  page.setDefaultTimeout(10_000);
  try {
    await walkStart(page, language, name);
    await walkSay(page, daemon, language, name);
    await walkHear(page, daemon, language, name);
    await walkLongAnswer(page, daemon, language, name);
    await walkTroubles(page, daemon, name);
    await walkIdle(page, daemon, language, name);
    await walkSetUp(page, daemon, name);
    await walkRestart(page, daemon);
    await walkKeyboard(page, name);
    if (language !== 'xr') await walkStaff(page, daemon, language, name);
  } catch (problem) {
    if (out) await page.screenshot({ path: join(out, `${label}-FAILED.png`) });
    wrong.push(`${label}: ${problem.message}`);
  } finally {
    await context.close();
    await daemon.stop();
  }
  console.log(`${label}: walked`);
}

const small = { width: 800, height: 480 };
const large = { width: 1920, height: 1080 };
const folder = mkdtempSync(join(tmpdir(), 'huiyin-kiosk-screens-'));
await build(join(folder, 'shipped'));
await build(join(folder, 'pseudo'), { withPseudo: true });
const browser = await chromium.launch({
  executablePath: process.env.HUIYIN_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--font-render-hinting=none',
  ],
});
try {
  for (const size of [small, large])
    for (const language of ['zh', 'en'])
      await walk(browser, join(folder, 'shipped'), language, size);
  await walk(browser, join(folder, 'pseudo'), 'xr', small);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
if (wrong.length) {
  console.error(`${wrong.length} things are wrong:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log('kiosk screens: every screen looked at, nothing wrong');
