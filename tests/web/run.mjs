// Bundles each *.test.ts here and runs them all under node --test (Node 18 reads no TypeScript).
// HUIYIN_WEB_WORK is the folder for the bundles; a temporary one otherwise.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, '../../shared/web');
const require = createRequire(join(web, 'package.json'));
const esbuild = require('esbuild');

const tests = readdirSync(here).filter((name) => name.endsWith('.test.ts'));
if (!tests.length) throw new Error('no *.test.ts found: the run would prove nothing');

const work = mkdtempSync(join(process.env.HUIYIN_WEB_WORK ?? tmpdir(), 'web-logic-'));
try {
  await esbuild.build({
    entryPoints: tests.map((name) => join(here, name)),
    outdir: work,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    nodePaths: [join(web, 'node_modules')],
    // Tests of the build scripts run them as they are.
    external: ['*.mjs'],
    alias: { 'huiyin:pseudo': join(here, 'no_pseudo.ts') },
    define: { HUIYIN_ROOT: JSON.stringify(join(here, '../..')) },
    logLevel: 'warning',
  });
  const files = tests.map((name) => join(work, name.replace(/\.ts$/, '.mjs')));
  const done = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
