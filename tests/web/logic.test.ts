import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fill } from '../../shared/web/core/i18n.ts';
import { sayDate, sayNumber, saySize } from '../../kiosk/web/logic/dates.ts';
import { digitsOf, grid, press } from '../../kiosk/web/logic/digits.ts';
import { idleAt } from '../../kiosk/web/logic/idle.ts';
import { cleaned, clip, erase, insert, keyRows, lengthOf } from '../../kiosk/web/logic/keyboard.ts';
import { pagesOf } from '../../kiosk/web/logic/pages.ts';
import { qrPath } from '../../kiosk/web/logic/qr.ts';

test('digits: a full code takes no more, delete and clear work', () => {
  const full = '48271936550271843069';
  assert.equal(press('48', '2'), '482');
  assert.equal(press(full, '7'), full);
  assert.equal(press('123456', '7', 6), '123456');
  assert.equal(press('48', 'delete'), '4');
  assert.equal(press('', 'delete'), '');
  assert.equal(press('48', 'clear'), '');
  assert.equal(press('48', 'x'), '48');
});

test('digits: a pasted code keeps its digits only, twenty at most', () => {
  assert.equal(digitsOf('4827-1936 5502\n7184 3069 11'), '48271936550271843069');
  assert.equal(digitsOf('no digits'), '');
});

test('digits: five rows of four, empty places stay', () => {
  const rows = grid('48271');
  assert.equal(rows.length, 5);
  assert.deepEqual(rows[0], ['4', '8', '2', '7']);
  assert.deepEqual(rows[1], ['1', '', '', '']);
  assert.deepEqual(rows[4], ['', '', '', '']);
});

test('idle: quiet, then a countdown in whole seconds, then gone', () => {
  assert.deepEqual(idleAt(59_999, 0, 60, 20), { phase: 'here' });
  assert.deepEqual(idleAt(60_000, 0, 60, 20), { phase: 'warn', left: 20 });
  assert.deepEqual(idleAt(60_001, 0, 60, 20), { phase: 'warn', left: 20 });
  assert.deepEqual(idleAt(79_999, 0, 60, 20), { phase: 'warn', left: 1 });
  assert.deepEqual(idleAt(80_000, 0, 60, 20), { phase: 'gone' });
  assert.deepEqual(idleAt(100_000, 99_000, 60, 20), { phase: 'here' });
});

test('keyboard: insert replaces the selection and moves the caret', () => {
  assert.deepEqual(insert('abcd', 1, 3, 'X', 10), { text: 'aXd', caret: 2 });
  assert.deepEqual(insert('ab', 2, 2, 'c', 10), { text: 'abc', caret: 3 });
});

test('keyboard: what does not fit changes nothing', () => {
  assert.deepEqual(insert('abc', 3, 3, 'd', 3), { text: 'abc', caret: 3 });
  assert.deepEqual(insert('abc', 0, 3, 'd', 3), { text: 'd', caret: 1 });
});

test('keyboard: delete takes a whole character, also one of two code units', () => {
  assert.deepEqual(erase('水😀', 3, 3), { text: '水', caret: 1 });
  assert.deepEqual(erase('abc', 1, 2), { text: 'ac', caret: 1 });
  assert.deepEqual(erase('abc', 0, 0), { text: 'abc', caret: 0 });
});

test('keyboard: characters are counted and cut as code points', () => {
  assert.equal(lengthOf('水😀'), 2);
  assert.equal(clip('水😀火', 2), '水😀');
  assert.equal(clip('水', 2), '水');
});

test('keyboard: control characters that cannot be saved are left out', () => {
  assert.equal(cleaned('a\tb\r\nc\u0000d\u007fe\u0085f'), 'a b\ncdef');
});

test('keyboard: every layer has three rows and no key twice', () => {
  for (const layer of ['letters', 'capitals', 'signs'] as const) {
    const keys = keyRows(layer).flat();
    assert.equal(keyRows(layer).length, 3);
    assert.equal(new Set(keys).size, keys.length, layer);
  }
  // An enrolment line can be typed with them.
  const keys = new Set(
    (['letters', 'capitals', 'signs'] as const).flatMap((layer) => keyRows(layer).flat()),
  );
  for (const sign of [...'0123456789:/.-abcdefABCXYZ']) assert.ok(keys.has(sign), sign);
});

test('pages: few things are one page, many are even pages', () => {
  const things = (count: number) => Array.from({ length: count }, (_, at) => at);
  const sizes = (count: number) => pagesOf(things(count), 8).map((page) => page.length);
  assert.deepEqual(sizes(0), [0]);
  assert.deepEqual(sizes(8), [8]);
  assert.deepEqual(sizes(9), [6, 3]);
  assert.deepEqual(sizes(18), [6, 6, 6]);
  assert.deepEqual(sizes(20), [8, 8, 4]);
  for (let count = 1; count < 200; count += 1) {
    assert.deepEqual(pagesOf(things(count), 8).flat(), things(count));
    assert.ok(sizes(count).every((size) => size >= 1 && size <= 8));
  }
});

test('qr: every dark square is covered once', () => {
  const rows = ['1101', '0000', '1011'];
  assert.equal(qrPath(rows), 'M0 0h2v1h-2zM3 0h1v1h-1zM0 2h1v1h-1zM2 2h2v1h-2z');
});

test('dates: said in both languages, in the office’s day', () => {
  assert.equal(sayDate('2026-11-20', true), '11月20日');
  assert.equal(sayDate('2026-11-20T23:59:00+08:00', false), '20 Nov');
  assert.equal(sayDate('2026-01-05T09:12:00+08:00', true, true), '1月5日 09:12');
  assert.equal(sayDate('soon', true), 'soon');
});

test('numbers and sizes: as people read them', () => {
  assert.equal(sayNumber(1204), '1,204');
  assert.equal(sayNumber(12), '12');
  assert.equal(saySize(999), '999 B');
  assert.equal(saySize(4_200_000), '4.2 MB');
  assert.equal(saySize(219_000_000_000), '219 GB');
});

test('texts: places are filled, an unknown place stays visible', () => {
  assert.equal(fill('{n} of {of}', { n: 1, of: 4 }), '1 of 4');
  assert.equal(fill('{n} {what}', { n: 0 }), '0 {what}');
});
