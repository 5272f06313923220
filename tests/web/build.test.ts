import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

declare const HUIYIN_ROOT: string;
const web = join(HUIYIN_ROOT, 'shared/web');
const i18n = await import(pathToFileURL(join(web, 'i18n.mjs')).href);

test('texts: a missing, superfluous or empty key and another place are found', () => {
  const compare = (zh: object, en: object) => i18n.differences('page', zh, en, 'en.json');
  assert.deepEqual(compare({ a: '一' }, { a: 'one' }), []);
  assert.equal(compare({ a: '一', b: '二' }, { a: 'one' }).length, 1);
  assert.equal(compare({ a: '一' }, { a: 'one', b: 'two' }).length, 1);
  assert.equal(compare({ a: '一' }, { a: ' ' }).length, 1);
  assert.equal(compare({ a: '{n} 个' }, { a: '{m} of them' }).length, 1);
});

test('texts: the pseudo-locale keeps places and length', () => {
  const text = i18n.pseudo('Page {n} of {of}');
  assert.equal(text.length, 'Page {n} of {of}'.length);
  assert.match(text, /\{n\}.*\{of\}/);
  assert.doesNotMatch(text.replace(/\{\w+\}/g, ''), /[a-z]/i);
});

/** Every script of the touch and staff pages as one text. */
function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.tsx?$/.test(entry.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

test('texts: every text of the kiosk pages is used', () => {
  const code = sources(join(HUIYIN_ROOT, 'kiosk/web'));
  const all = JSON.parse(readFileSync(join(web, 'i18n/zh.json'), 'utf8'));
  // Keys put together at run time, by their beginning.
  const families = [...code.matchAll(/`([a-z.]+)\$\{/g)].map((hit) => hit[1]!);
  for (const space of ['kiosk', 'staff'])
    for (const key of Object.keys(all[space])) {
      const used = code.includes(`'${key}'`) || families.some((start) => key.startsWith(start));
      assert.ok(used, `${space}.${key} is used nowhere`);
    }
});

test('pages: nothing of a visit is kept in the browser', () => {
  const code = sources(join(HUIYIN_ROOT, 'kiosk/web'));
  assert.doesNotMatch(code, /localStorage|sessionStorage|indexedDB|document\.cookie|caches\./);
  assert.doesNotMatch(code, /dangerouslySetInnerHTML|innerHTML/);
});

test('install: packages as the lockfile says need no npm', () => {
  const done = spawnSync(process.execPath, [join(web, 'install.mjs')], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /as the lockfile says/);
});
