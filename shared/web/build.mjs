// Builds every page: node build.mjs --out DIR [--pseudo]
//   --out DIR   where hashed files, .gz copies, html, metafile, assets.S and assets.cpp go
//   --pseudo    also builds in the right-to-left pseudo-locale (for tests, never shipped)
// Fails when texts differ between languages or a page is heavier than its budget.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';

import { writeEmbedding } from './embed.mjs';
import { checkTexts, pseudoTables } from './i18n.mjs';
import { bundles } from './pages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.woff2': 'font/woff2',
};

function pseudoPlugin(tables) {
  return {
    name: 'pseudo',
    setup(build) {
      build.onResolve({ filter: /^huiyin:pseudo$/ }, () => ({
        path: 'pseudo',
        namespace: 'pseudo',
      }));
      build.onLoad({ filter: /.*/, namespace: 'pseudo' }, () => ({
        contents: `export default ${JSON.stringify(tables)}`,
        loader: 'js',
      }));
    },
  };
}

async function bundle(pages, folder, tables) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: pages.map((page) => ({ in: page.entry, out: page.name })),
    outdir: join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    nodePaths: [join(here, 'node_modules')],
    metafile: true,
    logLevel: 'warning',
    plugins: [pseudoPlugin(tables)],
  });
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(result.metafile));
  return result.metafile.outputs;
}

/** The page's own files: its script, everything it imports at once, its style sheet. */
function filesOf(page, outputs) {
  const entry = Object.keys(outputs).find((path) => outputs[path].entryPoint === page.entry);
  const scripts = new Set([entry]);
  for (const path of scripts)
    for (const part of outputs[path].imports)
      if (part.kind === 'import-statement') scripts.add(part.path);
  return { entry, scripts: [...scripts], style: outputs[entry].cssBundle };
}

function html(page, files, folder) {
  const url = (path) => `/${relative(folder, resolve(root, path))}`;
  const token = page.token ? '<meta name="huiyin-token" content="{{token}}">\n' : '';
  const preload = files.scripts
    .filter((path) => path !== files.entry)
    .map((path) => `<link rel="modulepreload" href="${url(path)}">\n`)
    .join('');
  const style = files.style ? `<link rel="stylesheet" href="${url(files.style)}">\n` : '';
  return `<!doctype html>
<html lang="zh-Hans" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${token}<title>${page.title}</title>
<link rel="icon" href="data:,">
${style}${preload}<script type="module" src="${url(files.entry)}"></script>
</head>
<body><div id="app"></div></body>
</html>
`;
}

/** Writes the .gz copy and returns the row of the embedded table. */
function row(folder, bundleName, file, url) {
  const raw = readFileSync(file);
  const page = extname(file) === '.html';
  // A page with a token differs at every start of the daemon: no stored copy, no tag.
  const template = page && raw.includes('{{token}}');
  const gzip = gzipSync(raw, { level: 9 });
  const useful = !template && gzip.length < raw.length;
  if (useful) writeFileSync(`${file}.gz`, gzip);
  const name = relative(folder, file).replace(/\W/g, '_');
  return {
    symbol: `huiyin_web_${bundleName}_${name}`,
    file,
    url,
    type: types[extname(file)] ?? 'application/octet-stream',
    etag: template ? '' : `"${createHash('sha256').update(raw).digest('hex').slice(0, 32)}"`,
    rawSize: raw.length,
    gzipSize: useful ? gzip.length : 0,
    weight: Math.min(raw.length, gzip.length),
    immutable: !page,
  };
}

function weigh(page, files, rows) {
  const weightOf = (path) => rows.find((one) => one.file === resolve(root, path)).weight;
  const parts = [...files.scripts, ...(files.style ? [files.style] : [])];
  const total =
    rows.find((one) => basename(one.file) === `${page.name}.html`).weight +
    parts.map(weightOf).reduce((sum, one) => sum + one, 0);
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log(`${page.name.padEnd(8)} ${kib(total).padStart(10)} gzip of ${kib(page.budget)}`);
  for (const path of parts)
    console.log(`           ${kib(weightOf(path)).padStart(9)} ${basename(path)}`);
  if (total > page.budget) throw new Error(`${page.name} is heavier than its budget`);
}

async function buildBundle({ name, pages }, out, tables) {
  const present = pages.filter((page) => existsSync(join(root, page.entry)));
  if (!present.length) {
    console.log(`${name}: no pages yet`);
    return { name, rows: [] };
  }
  const folder = join(out, name);
  mkdirSync(join(folder, 'assets'), { recursive: true });
  const outputs = await bundle(present, folder, tables);
  const rows = [];
  for (const path of Object.keys(outputs)) {
    const file = resolve(root, path);
    rows.push(row(folder, name, file, `/${relative(folder, file)}`));
  }
  for (const page of present) {
    const files = filesOf(page, outputs);
    const file = join(folder, `${page.name}.html`);
    writeFileSync(file, html(page, files, folder));
    rows.push(row(folder, name, file, page.url));
    weigh(page, files, rows);
  }
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify(
      rows.map(({ file, url, type }) => ({ file: relative(folder, file), url, type })),
    ),
  );
  return { name, rows };
}

export async function build(outFolder, { withPseudo = false } = {}) {
  const out = resolve(outFolder);
  const english = checkTexts(root);
  const tables = withPseudo ? pseudoTables(english) : null;
  for (const { name } of bundles) rmSync(join(out, name), { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const made = [];
  for (const one of bundles) made.push(await buildBundle(one, out, tables));
  writeEmbedding(out, made);
}

// Through links too: import.meta.url is the real path.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--out');
  const out = at > 0 ? process.argv[at + 1] : undefined;
  if (!out) {
    console.error('usage: node build.mjs --out DIR [--pseudo]');
    process.exit(2);
  }
  try {
    await build(out, { withPseudo: process.argv.includes('--pseudo') });
  } catch (problem) {
    console.error(`web build: ${problem.message}`);
    process.exit(1);
  }
}
