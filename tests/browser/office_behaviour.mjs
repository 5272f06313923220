// What the office page does, at a fake office, with the hands of a person: node --test.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildPage } from '../web-office/page.mjs';
import { launch, Visit } from './office_browser.mjs';

const kCase = '7f3a91c204d5e6f8';
let browser;
let pages;
before(async () => {
  pages = await buildPage();
  browser = await launch();
});
after(() => browser.close());

/** A visit that is always ended, and whose end asserts that the browser saw no error. */
async function visiting(act, options) {
  const v = await Visit.begin(browser, pages, options);
  try {
    await act(v);
  } catch (error) {
    await v.context.close();
    await v.office.close();
    throw error;
  }
  await v.end();
}

const changes = (v, path) => v.office.state.calls.filter((c) => c.path.endsWith(path));

test('SignIn_wrongPassword_saysSoAndKeepsTheName', () =>
  visiting(async (v) => {
    await v.signIn('zhoumin', 'nonsense');
    await v.at('sign-in-problem').waitFor();
    assert.match(await v.at('sign-in-problem').innerText(), /账号或密码不对/);
    assert.equal(await v.at('name').inputValue(), 'zhoumin');
    assert.equal(await v.at('password').inputValue(), '');
  }));

test('SignIn_firstPassword_mustBeChangedBeforeAnythingElse', () =>
  visiting(async (v) => {
    await v.signIn('lijianguo', 'first-time-1');
    await v.at('new-password').fill('a much better one');
    assert.equal(await v.at('nav-inbox').count(), 0);
    await v.at('change-password').click();
    await v.at('nav-inbox').waitFor();
    assert.equal(await v.at('nav-people').count(), 0, 'a clerk sees no people page');
    assert.deepEqual(changes(v, '/session/password')[0].body, {
      old: 'first-time-1',
      new: 'a much better one',
    });
  }));

test('Language_switched_isKeptOverAReload', () =>
  visiting(async (v) => {
    await v.at('lang').click();
    assert.equal(await v.page.getAttribute('html', 'lang'), 'en');
    await v.page.reload();
    await v.at('name').waitFor();
    assert.equal(await v.page.getAttribute('html', 'lang'), 'en');
  }));

test('List_todo_putsTheLatestDueFirstAndHidesWhatIsAnswered', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).waitFor();
    const ids = await v.page
      .locator('[data-test^="case-"].it')
      .evaluateAll((rows) => rows.map((r) => r.dataset.test.slice(5)));
    assert.equal(ids[0], '1c02bb7790aa4411');
    assert.equal(ids[1], 'a0b1c2d3e4f50617');
    assert.ok(!ids.includes('4242424242424242'));
    await v.at('tab-answered').click();
    await v.at('case-4242424242424242').waitFor();
  }));

test('Open_sealedText_isRecordedWithItsReasonAndShowsTheEntry', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('open-reason').selectOption('check');
    assert.equal(await v.at('case-text').count(), 0);
    await v.at('open-text').click();
    await v.at('case-text').waitFor();
    assert.match(await v.at('case-text').innerText(), /奶娃/);
    assert.match(await v.at('opened-by').innerText(), /周敏.*核对答复.*#51878/);
    assert.deepEqual(changes(v, '/open')[0].body, { reason: 'check' });
  }));

test('Text_withMarkupAndSteeringMarks_isShownAsTextWithTheMarksNamed', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.openCase('deadbeef00112233');
    await v.at('open-text').click();
    const text = await v.at('case-text').innerText();
    assert.ok(text.includes('<b>不是标签</b>'));
    assert.ok(text.includes('U+202E') && text.includes('U+2066'));
    assert.ok(!/[\u202A-\u202E\u2066-\u2069]/u.test(text));
    assert.equal(await v.at('case-text').locator('b').count(), 0);
  }));

test('Text_ofALockedOffice_cannotBeOpenedAndSaysWhatToDo', () =>
  visiting(async (v) => {
    v.office.state.locked = true;
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('sealed').waitFor();
    assert.ok(await v.at('open-text').isDisabled());
    assert.match(await v.page.locator('.case-main').innerText(), /huiyin office unlock/);
    await v.page.keyboard.press('o');
    assert.equal(changes(v, '/open').length, 0);
  }));

test('Reply_incomplete_isNotSentAndSaysWhatIsMissing', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-text').fill('长'.repeat(1001));
    await v.at('reply-send').click();
    const bar = await v.page.locator('.bar').innerText();
    assert.match(bar, /请选答复的种类/);
    assert.match(bar, /超过 1,000 字/);
    assert.equal(changes(v, '/reply').length, 0);
  }));

test('Reply_first_goesOutWithKindUnitAndVersion', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-kind-done').click();
    await v.at('reply-unit').selectOption('4');
    await v.at('reply-text').fill('路灯修好了。');
    assert.match(await v.page.locator('.bar').innerText(), /送到上河镇的终端/);
    await v.at('reply-text').press('Control+Enter');
    await v.at('reply-sent').waitFor();
    const { version, ...body } = changes(v, '/reply')[0].body;
    assert.deepEqual(body, { kind: 'done', unit: 4, text: '路灯修好了。' });
    assert.ok(version > 0);
    assert.equal(await v.at('case-state').innerText(), '已答复');
    assert.equal(await v.at('reply-text').inputValue(), '');
  }));

test('Reply_second_isCalledACorrectionAndAsksFirst', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.openCase('4242424242424242');
    await v.at('reply-kind-done').click();
    await v.at('reply-text').fill('更正：已换新表。');
    await v.at('reply-send').click();
    await v.at('reply-confirm').waitFor();
    assert.equal(changes(v, '/reply').length, 0);
    await v.at('reply-confirm').click();
    await v.at('reply-sent').waitFor();
    assert.equal(changes(v, '/reply').length, 1);
  }));

test('Conflict_seenByThePoll_holdsTheReplyUntilSomebodyLooked', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-kind-done').click();
    await v.at('reply-text').fill('我的草稿');
    await v.meanwhile((office) => office.rival(kCase));
    await v.at('reply-conflict').waitFor();
    assert.match(await v.at('reply-conflict').innerText(), /王芳/);
    assert.ok(await v.at('reply-send').isDisabled());
    assert.equal(await v.at('reply-text').inputValue(), '我的草稿');
    await v.at('reply-seen').click();
    assert.ok(await v.at('reply-send').isEnabled());
  }));

test('Conflict_answeredByTheOffice_keepsTheDraftAndShowsTheNewerCase', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-kind-done').click();
    await v.at('reply-text').fill('我的草稿');
    // Between two polls: only the office's 409 can tell.
    v.office.rival(kCase);
    await v.at('reply-send').click();
    await v.at('reply-conflict').waitFor();
    assert.equal(await v.at('reply-text').inputValue(), '我的草稿');
    assert.equal(v.office.state.cases.find((c) => c.shown.id === kCase).replies.length, 1);
    await v.at('reply-seen').click();
    await v.at('reply-send').click();
    await v.at('reply-confirm').click();
    await v.at('reply-sent').waitFor();
    assert.equal(v.office.state.cases.find((c) => c.shown.id === kCase).replies.length, 2);
  }));

test('Draft_overAnEndedSession_comesBackForTheSamePersonOnly', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-text').fill('没写完的');
    await v.meanwhile((office) => office.state.sessions.clear());
    await v.at('name').waitFor();
    assert.match(await v.page.locator('form').innerText(), /1 份答复草稿还在/);
    await v.signIn();
    await v.at('reply-text').waitFor();
    assert.equal(await v.at('reply-text').inputValue(), '没写完的');
    await v.meanwhile((office) => office.state.sessions.clear());
    await v.at('name').waitFor();
    v.office.state.people[1].must = false;
    await v.signIn('lijianguo', 'first-time-1');
    await v.at('reply-text').waitFor();
    assert.equal(await v.at('reply-text').inputValue(), '');
  }));

test('Draft_unsent_isWarnedAboutBeforeSigningOutAndBeforeLeaving', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('reply-text').fill('没发出的');
    const [dialog] = await Promise.all([
      v.page.waitForEvent('dialog'),
      v.page.close({ runBeforeUnload: true }),
    ]);
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await v.page.locator('.side [data-test="sign-out"]').click();
    await v.at('sign-out-anyway').click();
    await v.at('name').waitFor();
    assert.equal(v.office.state.sessions.size, 0);
  }));

test('Storage_afterReadingAndWriting_holdsNothingButTheLanguage', () =>
  visiting(async (v) => {
    await v.page.locator('[data-test="lang"]').click();
    await v.signIn();
    await v.at(`case-${kCase}`).click();
    await v.at('open-text').click();
    await v.at('case-text').waitFor();
    await v.at('reply-text').fill('secret draft');
    const kept = await v.page.evaluate(async () => ({
      local: Object.entries(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));
    assert.deepEqual(kept, {
      local: [['huiyin-office-lang', 'en']],
      session: [],
      databases: 0,
      caches: 0,
    });
  }));

test('Keys_everyHint_doesWhatItSays', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).waitFor();
    await v.page.keyboard.press('j');
    await v.page.locator('[data-test="case-1c02bb7790aa4411"][aria-current]').waitFor();
    await v.page.keyboard.press('j');
    await v.page.locator('[data-test="case-a0b1c2d3e4f50617"][aria-current]').waitFor();
    await v.page.keyboard.press('k');
    await v.page.locator('[data-test="case-1c02bb7790aa4411"][aria-current]').waitFor();
    await v.at('open-text').waitFor();
    await v.page.keyboard.press('o');
    await v.at('case-text').waitFor();
    await v.page.keyboard.press('e');
    await v.page.keyboard.type('jk?');
    assert.equal(await v.at('reply-text').inputValue(), 'jk?', 'keys are letters while typing');
    await v.at('reply-text').evaluate((e) => e.blur());
    await v.page.keyboard.press('?');
    await v.at('help').waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.keyboard.press('2');
    await v.at('code-name').waitFor();
    await v.page.keyboard.press('1');
    await v.at(`case-${kCase}`).waitFor();
  }));

test('State_accepted_isSentWithTheVersionAndShown', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.openCase('55aa66bb77cc88dd');
    await v.at('state-accepted').click();
    await v.page.locator('[data-test="case-state"]', { hasText: '已受理' }).waitFor();
    assert.equal(changes(v, '/state')[0].body.state, 'accepted');
  }));

test('State_closingAnUnansweredCase_asksForAReason', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.openCase('55aa66bb77cc88dd');
    await v.at('state-closed').click();
    assert.ok(await v.at('state-confirm').isDisabled());
    await v.at('state-note').fill('重复来件');
    await v.at('state-confirm').click();
    await v.page.locator('[data-test="case-state"]', { hasText: '已办结' }).waitFor();
    assert.equal(changes(v, '/state')[0].body.note, '重复来件');
  }));

test('Devices_code_isShownOnceWithLineAndPin', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at('nav-devices').click();
    await v.at('code-name').fill('柳树湾 2 号');
    await v.at('code-area').selectOption('30101');
    await v.at('code-issue').click();
    assert.match(
      await v.at('code-line').innerText(),
      /^127\.0\.0\.1:7443\/[0-9A-Z]{26}\/[0-9a-f]{32}$/,
    );
    assert.equal(await v.at('staff-pin').innerText(), '482913');
    assert.match(await v.at('code-sheet').innerText(), /只显示这一次/);
    await v.at('sheet-close').click();
    assert.equal(await v.at('staff-pin').count(), 0);
    assert.deepEqual(changes(v, '/codes')[0].body, { name: '柳树湾 2 号', area: 30101 });
  }));

test('Devices_revoke_needsAReasonAndShowsTheNewState', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at('nav-devices').click();
    await v.at('revoke-00000000000000a3').click();
    await v.at('revoke-reason').fill('设备丢失');
    await v.at('revoke-confirm').click();
    await v.page.locator('[data-test="device-00000000000000a3"]', { hasText: '已吊销' }).waitFor();
    assert.deepEqual(changes(v, '/revoke')[0].body, { reason: '设备丢失' });
  }));

test('Devices_forAClerk_canBeReadButNotChanged', () =>
  visiting(async (v) => {
    v.office.state.people[1].must = false;
    await v.signIn('lijianguo', 'first-time-1');
    await v.at('nav-devices').click();
    await v.at('device-00000000000000a3').waitFor();
    assert.equal(await v.at('code-issue').count(), 0);
    assert.equal(await v.at('revoke-00000000000000a3').count(), 0);
  }));

test('People_takenName_isSaidInPlainWords', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at('nav-people').click();
    await v.at('person-display').fill('李建国');
    await v.at('person-name').fill('lijianguo');
    await v.at('person-add').click();
    await v.page.getByText('这个账号已经有人用了').waitFor();
  }));

test('People_added_showsTheFirstPasswordOnce', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at('nav-people').click();
    await v.at('person-display').fill('苏晓燕');
    await v.at('person-name').fill('suxiaoyan');
    await v.at('person-add').click();
    const password = await v.at('first-password').innerText();
    assert.equal(password, v.office.state.people[2].password);
    await v.at('sheet-close').click();
    assert.equal(await v.at('first-password').count(), 0);
    await v.at('person-suxiaoyan').waitFor();
  }));

test('Office_outOfReach_isSaidAndHealsByItself', () =>
  visiting(async (v) => {
    await v.signIn();
    await v.at(`case-${kCase}`).waitFor();
    await v.context.setOffline(true);
    await v.meanwhile(() => {});
    await v.page.locator('.status .late').waitFor();
    assert.match(await v.page.locator('.status').innerText(), /连不上中心/);
    await v.context.setOffline(false);
    await v.meanwhile(() => {});
    await v.page.locator('.status .dot.up').waitFor();
  }));

test('Poll_everyFiveSeconds_restsWhileNobodyLooks', () =>
  visiting(async (v) => {
    let asked = 0;
    v.page.on('request', (r) => (asked += r.url().endsWith('/overview') ? 1 : 0));
    await v.page.clock.install();
    await v.signIn();
    await v.at(`case-${kCase}`).waitFor();
    const beat = async () => {
      const answered = v.page.waitForResponse((r) => r.url().endsWith('/overview'));
      await v.page.clock.runFor(5_000);
      await answered;
      // The page arms its next timer once it has read the answer.
      await v.page.evaluate(() => new Promise((resolve) => queueMicrotask(resolve)));
    };
    await beat();
    const before = asked;
    await v.page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await v.page.clock.runFor(60_000);
    assert.equal(asked, before, 'a hidden page asks nothing');
    const atOnce = v.page.waitForRequest((r) => r.url().endsWith('/overview'));
    await v.page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await atOnce;
  }));
