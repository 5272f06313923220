// Walks every screen of the office page at four sizes in two languages: no axe violation, no
// console error, nothing wider than the window; a picture of each with --out DIR.
//   node tests/browser/office_screens.mjs [--out DIR] [--pages DIR] [--only 1440x900-zh]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from '../web-office/page.mjs';
import { launch, Visit } from './office_browser.mjs';

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const out = option('--out');
const only = option('--only');
const kSizes = [
  [1440, 900],
  [1920, 1080],
  [800, 480],
  [390, 844],
];
const kLocales = { zh: 'zh-CN', en: 'en-GB' };
const kCase = '7f3a91c204d5e6f8';

async function signInScreens(v, look) {
  await look('sign-in');
  await v.signIn('zhoumin', 'wrong-password');
  await v.at('sign-in-problem').waitFor();
  await look('sign-in-wrong');
  await v.signIn('lijianguo', 'first-time-1');
  await v.at('new-password').fill('short');
  await v.at('change-password').click();
  await v.at('problem').waitFor();
  await look('first-password');
  await v.at('sign-out').click();
  await v.at('name').waitFor();
}

async function caseScreens(v, look) {
  await v.signIn();
  await v.at(`case-${kCase}`).waitFor();
  await look('inbox');
  await v.at(`case-${kCase}`).click();
  await v.at('reply-text').waitFor();
  await look('case-sealed');
  await v.at('open-text').click();
  await v.at('case-text').waitFor();
  await v.at('reply-kind-will-do').click();
  await v
    .at('reply-text')
    .fill(
      '您好。11月13日我们取了三处水样，原因是滤池没有反冲洗。12月5日前换完滤料，结果贴在村口。',
    );
  await look('case-draft');
  await v.meanwhile((office) => office.rival(kCase));
  await v.at('reply-conflict').waitFor();
  await look('case-conflict');
  await v.at('reply-seen').click();
  await v.at('reply-send').click();
  await v.at('reply-confirm').waitFor();
  await look('case-correction');
  await v.at('reply-confirm').click();
  await v.at('reply-sent').waitFor();
  await look('case-sent');
  await v.at('state-closed').click();
  await v.at('state-confirm').waitFor();
  await look('case-close');
  await v.page.keyboard.press('Escape');
}

async function specialCases(v, look) {
  await v.openCase('deadbeef00112233');
  await v.at('open-text').click();
  await v.at('case-text').waitFor();
  await v.at('reply-send').click();
  await look('case-steering');
  await v.openCase('0123456789abcdef');
  await v.at('open-text').click();
  await v.at('case-text').waitFor();
  await look('case-long-word');
  await v.openCase('abcdabcdabcdabcd');
  await v.at('rating').waitFor();
  await look('case-rated');
  await v.openCase('4242424242424242');
  await look('case-unknown-clock');
  await v.openCase('7070707070707070');
  await look('case-erased');
  await v.meanwhile((office) => {
    office.state.locked = true;
    office.state.ledger += 1;
  });
  await v.openCase('1c02bb7790aa4411');
  await look('case-locked');
  await v.page.keyboard.press('?');
  await v.at('help').waitFor();
  await look('help');
  await v.page.keyboard.press('Escape');
}

async function deviceScreens(v, look) {
  await v.page.evaluate(() => (location.hash = '#/devices'));
  await v.at('code-name').waitFor();
  await look('devices');
  await v.at('code-name').fill('柳树湾 2 号');
  await v.at('code-area').selectOption('30101');
  await v.at('code-issue').click();
  await v.at('code-line').waitFor();
  await look('code-sheet');
  await v.page.emulateMedia({ media: 'print' });
  await look('code-sheet-printed');
  await v.page.emulateMedia({ media: null });
  await v.at('sheet-close').click();
  await v.at('revoke-00000000000000a3').click();
  await v.at('revoke-confirm').waitFor();
  await look('revoke');
  await v.page.keyboard.press('Escape');
}

async function peopleScreens(v, look) {
  await v.page.evaluate(() => (location.hash = '#/people'));
  await v.at('person-lijianguo').waitFor();
  await v.at('person-display').fill('苏晓燕');
  await v.at('person-name').fill('suxiaoyan');
  await look('people');
  await v.at('person-add').click();
  await v.at('first-password').waitFor();
  await look('person-added');
  await v.at('sheet-close').click();
  await v.context.setOffline(true);
  await v.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await v.page.locator('.status .late').waitFor();
  await look('offline');
  await v.context.setOffline(false);
}

async function walk(browser, pages, [width, height], lang, colorScheme) {
  const name = `${width}x${height}-${lang}${colorScheme === 'dark' ? '-dark' : ''}`;
  if (only && only !== name) return 0;
  const locale = kLocales[lang];
  const v = await Visit.begin(browser, pages, { width, height, locale, colorScheme });
  let n = 0;
  const look = async (screen) => {
    n += 1;
    const label = `${name}-${String(n).padStart(2, '0')}-${screen}`;
    if (out) await v.page.screenshot({ path: join(out, `${label}.png`) });
    await v.axe(label);
    await v.fits(label);
  };
  for (const part of [signInScreens, caseScreens, specialCases, deviceScreens, peopleScreens])
    await part(v, look);
  await v.end();
  console.log(`${name}: ${n} screens`);
  return n;
}

if (out) mkdirSync(out, { recursive: true });
const pages = option('--pages') ?? (await buildPage());
const browser = await launch();
const walks = kSizes.flatMap((size) => Object.keys(kLocales).map((lang) => [size, lang, 'light']));
walks.push([[1440, 900], 'zh', 'dark']);
let seen = 0;
/** Two windows at a time: a walk mostly waits. */
const worker = async () => {
  for (let next = walks.shift(); next; next = walks.shift()) {
    const walked = await walk(browser, pages, ...next);
    seen += walked;
  }
};
try {
  await Promise.all([worker(), worker()]);
} finally {
  await browser.close();
}
if (seen === 0) throw new Error('no screen was walked: is --only spelled as WIDTHxHEIGHT-LANG?');
console.log(`office pages: ${seen} screens, no violation, no error, no overflow`);
