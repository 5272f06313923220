// Runs `npm ci` unless what is installed is exactly what the lockfile says.
// Time stamps are not trusted: a fresh clone, a copied folder and a switched branch all lie.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(here, file), 'utf8')).packages ?? {};
  } catch (problem) {
    if (problem.code === 'ENOENT') return null;
    throw problem;
  }
}

/** Why the installed packages differ from the lockfile, or null when they do not. */
function difference() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!wanted) throw new Error('shared/web/package-lock.json is missing');
  if (!installed) return 'nothing is installed';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const there = installed[path];
    // Packages for other machines are optional and absent here.
    if (!there && !entry.optional) return `${path} is not installed`;
    if (there && there.version !== entry.version)
      return `${path} is ${there.version}, not ${entry.version}`;
  }
  for (const path of Object.keys(installed))
    if (!(path in wanted)) return `${path} is not in the lockfile`;
  return null;
}

const reason = difference();
if (!reason) {
  console.log('npm packages: as the lockfile says');
} else {
  console.log(`npm packages: ${reason}; running npm ci`);
  const done = spawnSync('npm', ['ci'], { cwd: here, stdio: 'inherit' });
  if (done.error) throw done.error;
  process.exit(done.status ?? 1);
}
