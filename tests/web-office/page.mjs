// The office page and its modules, built for tests.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const packages = join(root, 'shared/web/node_modules');
export const require = createRequire(join(root, 'shared/web/package.json'));

export function tempFolder(name) {
  return mkdtempSync(join(tmpdir(), `huiyin-${name}-`));
}

function bundle(options) {
  return require('esbuild').build({
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    nodePaths: [packages],
    logLevel: 'warning',
    ...options,
  });
}

/** The page exactly as the project's build makes it; returns its folder, which the fake serves. */
export async function buildPage() {
  const folder = tempFolder('office-page');
  const { build } = await import(pathToFileURL(join(root, 'shared/web/build.mjs')).href);
  await build(folder);
  return join(folder, 'office');
}

/** The policy that the server sends, taken from its source so that the two cannot differ. */
export function contentSecurityPolicy() {
  const source = readFileSync(join(root, 'shared/web/serve.cpp'), 'utf8');
  const found = /kContentSecurityPolicy[^=]*=\s*((?:"[^"]*"\s*)+);/.exec(source);
  if (!found) throw new Error('shared/web/serve.cpp: kContentSecurityPolicy was not found');
  return found[1].replace(/"\s*"/g, '').trim().slice(1, -1);
}

/** One TypeScript module of the page, loaded into node. */
export async function loadModule(path) {
  const folder = tempFolder('office-module');
  const outfile = join(folder, 'module.mjs');
  await bundle({ entryPoints: [path], outfile, platform: 'neutral', mainFields: ['module'] });
  return import(pathToFileURL(outfile).href);
}

/** Served files by address, from the index that the build wrote. */
export function filesIn(folder) {
  const rows = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  return new Map(rows.map((row) => [row.url, { file: join(folder, row.file), type: row.type }]));
}
