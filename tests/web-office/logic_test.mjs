// The office page's decisions, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModule } from './page.mjs';
import { ago, kNow, makeCases, makeDevices } from './sample.mjs';

const core = (name) => loadModule(`sync-server/web/core/${name}.ts`);
const text = await core('text');
const time = await core('time');
const cases = await core('cases');
const devices = await core('devices');
const route = await core('route');
const { fill } = await core('i18n');
const { zh } = await loadModule('sync-server/web/i18n/zh.ts');
const { en } = await loadModule('sync-server/web/i18n/en.ts');

test('pieces_steeringMarks_becomeNames', () => {
  assert.deepEqual(text.pieces('a\u202Eb\u2069'), [
    { text: 'a' },
    { mark: 'U+202E' },
    { text: 'b' },
    { mark: 'U+2069' },
  ]);
});

test('pieces_everyMarkOfBothRanges_isCaughtAndNothingBeside', () => {
  const marks = [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];
  for (const code of marks)
    assert.deepEqual(text.pieces(String.fromCodePoint(code)), [
      { mark: `U+${code.toString(16).toUpperCase()}` },
    ]);
  for (const code of [0x2029, 0x202f, 0x2065, 0x206a, 0x61, 0x1f600])
    assert.deepEqual(text.pieces(String.fromCodePoint(code)), [
      { text: String.fromCodePoint(code) },
    ]);
});

test('lengthOf_rareHanAndEmoji_countAsOne', () => {
  assert.equal(text.lengthOf('水𠮷😀'), 3);
});

test('momentWords_sameDay_isTheClockOnly', () => {
  assert.equal(time.momentWords('2026-11-18T09:05:00+08:00', kNow, 'zh'), '09:05');
});

test('momentWords_otherDays_showTheOfficesOwnDigits', () => {
  // 23:59 at the office is another day in UTC: the text decides, not the browser.
  assert.equal(time.momentWords('2026-11-17T23:59:00+08:00', kNow, 'zh'), '11月17日 23:59');
  assert.equal(time.momentWords('2026-11-18T00:01:00+08:00', kNow, 'en'), '00:01');
  assert.equal(time.momentWords('2025-03-02T08:00:00+08:00', kNow, 'en'), '2 Mar 2025 08:00');
  assert.equal(time.momentWords('2026-11-20', kNow, 'zh'), '11月20日');
});

test('momentWords_notATime_isShownAsItIs', () => {
  assert.equal(time.momentWords('yesterday', kNow, 'en'), 'yesterday');
  assert.equal(time.momentWords(null, kNow, 'en'), '');
});

test('intervalOf_exactMinute_isOneMoment', () => {
  const at = '2026-11-09T08:12:00+08:00';
  assert.deepEqual(time.intervalOf({ from: at, to: at }, kNow, 'zh'), {
    form: 'at',
    at: '11月9日 08:12',
  });
});

test('intervalOf_wholeDay_isTheDay', () => {
  const captured = { from: '2026-11-09T00:00:00+08:00', to: '2026-11-10T00:00:00+08:00' };
  assert.deepEqual(time.intervalOf(captured, kNow, 'en'), { form: 'day', day: '9 Nov' });
});

test('intervalOf_hoursAcrossMidnight_namesBothEnds', () => {
  const captured = { from: '2026-11-09T22:00:00+08:00', to: '2026-11-10T03:00:00+08:00' };
  assert.deepEqual(time.intervalOf(captured, kNow, 'zh'), {
    form: 'between',
    from: '11月9日 22:00',
    to: '11月10日 03:00',
  });
});

test('intervalOf_withoutABeginning_saysTheLatest', () => {
  const captured = { from: null, to: '2026-11-18T09:00:00+08:00' };
  assert.deepEqual(time.intervalOf(captured, kNow, 'zh'), { form: 'by', to: '09:00' });
});

test('spanOf_always_roundsDownInTheLargestUnit', () => {
  const hour = 3_600_000;
  assert.deepEqual(time.spanOf(47.9 * hour), { n: 1, unit: 'day' });
  assert.deepEqual(time.spanOf(23.9 * hour), { n: 23, unit: 'hour' });
  assert.deepEqual(time.spanOf(59_000), { n: 0, unit: 'minute' });
  assert.deepEqual(time.spanOf(-5), { n: 0, unit: 'minute' });
});

const aCase = (more) => ({ ...makeCases()[0].shown, state: 'new', received: ago(100), ...more });

test('urgencyOf_pastDue_isLateByTheTimeSince', () => {
  const u = cases.urgencyOf(aCase({ due: ago(6) }), kNow);
  assert.equal(u.level, 'late');
  assert.deepEqual(u.span, { n: 6, unit: 'hour' });
});

test('urgencyOf_fourFifthsGone_isSoon', () => {
  assert.equal(cases.urgencyOf(aCase({ received: ago(800), due: ago(-190) }), kNow).level, 'soon');
  assert.equal(cases.urgencyOf(aCase({ received: ago(100), due: ago(-190) }), kNow).level, 'calm');
});

test('urgencyOf_answeredOrWithoutDeadline_isNone', () => {
  assert.equal(cases.urgencyOf(aCase({ state: 'answered', due: ago(6) }), kNow).level, 'none');
  assert.equal(cases.urgencyOf(aCase({ due: null }), kNow).level, 'none');
});

test('byUrgency_mixedCases_putsWhoWaitsLongestOverdueFirst', () => {
  const sorted = cases.byUrgency(makeCases().map((c) => c.shown));
  const states = sorted.map((c) => c.state);
  assert.equal(sorted[0].id, '1c02bb7790aa4411');
  assert.deepEqual(states.slice(-2), ['answered', 'closed']);
  assert.equal(sorted.length, makeCases().length);
});

test('countOf_todo_isEverythingNotAnsweredOrClosed', () => {
  const counts = { new: 3, open: 12, answered: 4, closed: 1, all: 17 };
  assert.equal(cases.countOf('todo', counts), 12);
  assert.equal(cases.countOf('all', counts), 17);
});

test('neighbour_selectedLeftTheList_goesOnFromItsRow', () => {
  const ids = ['a', 'b', 'd'];
  assert.equal(cases.neighbour(ids, 'b', 1, 1), 'd');
  assert.equal(cases.neighbour(ids, 'c', 2, 1), 'd');
  assert.equal(cases.neighbour(ids, 'c', 2, -1), 'b');
  assert.equal(cases.neighbour(ids, null, 0, 1), 'a');
  assert.equal(cases.neighbour(ids, 'd', 2, 1), 'd');
  assert.equal(cases.neighbour([], 'a', 0, 1), null);
});

test('newsSince_openingsAndOwnActs_areNoNews', () => {
  const event = (entry, who, what) => ({ at: kNow, who, what, entry, note: '' });
  const detail = {
    ...aCase({}),
    replies: [],
    events: [
      event(1, null, 'received'),
      event(2, '周敏', 'opened'),
      event(3, '我', 'accepted'),
      event(4, '王芳', 'replied'),
      event(5, null, 'rated'),
    ],
  };
  const news = cases.newsSince(detail, 1, '我').map((e) => e.entry);
  assert.deepEqual(news, [4, 5]);
});

test('missingIn_drafts_namesEveryGap', () => {
  const draft = { kind: null, unit: null, text: ' ', version: 1, entry: 1 };
  assert.deepEqual(cases.missingIn(draft), ['kind', 'unit', 'text']);
  const full = { ...draft, kind: 'done', unit: 1, text: '𠮷'.repeat(1000) };
  assert.deepEqual(cases.missingIn(full), []);
  assert.deepEqual(cases.missingIn({ ...full, text: `${full.text}一` }), ['too-long']);
});

test('worstFirst_aFleet_isOrderedByWhoNeedsAPerson', () => {
  const order = devices.worstFirst(makeDevices(), kNow).map((d) => devices.troubleOf(d, kNow));
  assert.deepEqual(order, ['quarantined', 'silent', 'never', 'unsent', 'fine', 'fine', 'revoked']);
});

test('troubleOf_branches_outweighEverythingElse', () => {
  const forked = { ...makeDevices()[3], branches: 1 };
  assert.equal(devices.troubleOf(forked, kNow), 'forked');
});

test('parseRoute_strangeAddresses_fallBackToTheInbox', () => {
  assert.deepEqual(route.parseRoute('#/devices'), { page: 'devices', caseId: null });
  assert.deepEqual(route.parseRoute('#/inbox/7f3a91c204d5e6f8').caseId, '7f3a91c204d5e6f8');
  assert.deepEqual(route.parseRoute('#/inbox/<script>'), { page: 'inbox', caseId: null });
  assert.deepEqual(route.parseRoute(''), { page: 'inbox', caseId: null });
});

test('fill_numbers_chooseTheWord', () => {
  assert.equal(fill('{n} {n|day|days}', { n: 1 }), '1 day');
  assert.equal(fill('{n} {n|day|days}', { n: 0 }), '0 days');
  assert.equal(fill('{x}', {}), '{x}');
});

test('texts_bothLanguages_haveTheSameKeysAndFillTheSamePlaces', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  const places = (s) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort();
  for (const key of Object.keys(zh)) {
    assert.notEqual(en[key].trim(), '', key);
    assert.deepEqual(places(en[key]), places(zh[key]), key);
  }
});
