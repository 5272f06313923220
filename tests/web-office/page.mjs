// Builds the office page alone, as the project's build does, for tests that need nothing else.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

/** The page in a folder of its own; returns the folder, which the fake office can serve. */
export async function buildPage() {
  const folder = tempFolder('office-page');
  await bundle({
    entryPoints: ['sync-server/web/main.tsx'],
    outdir: folder,
    platform: 'browser',
    minify: true,
  });
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>回音 Huiyin</title>
<link rel="stylesheet" href="/main.css"><script type="module" src="/main.js"></script></head>
<body><div id="app"></div></body></html>\n`,
  );
  return folder;
}

/** One TypeScript module of the page, loaded into node. */
export async function loadModule(path) {
  const folder = tempFolder('office-module');
  const outfile = join(folder, 'module.mjs');
  await bundle({ entryPoints: [path], outfile, platform: 'neutral', mainFields: ['module'] });
  return import(pathToFileURL(outfile).href);
}

/** Served files by address: from the project's build when it wrote an index, else by name. */
export function filesIn(folder) {
  try {
    const rows = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
    return new Map(rows.map((row) => [row.url, join(folder, row.file)]));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return new Map([
      ['/', join(folder, 'index.html')],
      ['/main.js', join(folder, 'main.js')],
      ['/main.css', join(folder, 'main.css')],
    ]);
  }
}
