// Whether everything derived is up to date, and whether the build is reproducible: in a copy of the tree elsewhere on
// the disk, the generator must change no file, and the compiler must give the same module byte for byte.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What belongs to the tree, committed or not yet. @param {string} folder */
function sources(folder) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const paths = execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).split('\0');
  return paths.filter((path) => path && existsSync(join(folder, path)) && lstatSync(join(folder, path)).isFile());
}

const copy = mkdtempSync(join(tmpdir(), 'maskloss-'));
try {
  for (const path of sources(root)) cpSync(join(root, path), join(copy, path));
  execFileSync('git', ['init', '-q'], { cwd: copy });
  execFileSync('make', ['build'], { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });

  const stale = sources(copy).filter((path) => {
    const original = join(root, path);
    return !existsSync(original) || !readFileSync(original).equals(readFileSync(join(copy, path)));
  });
  for (const path of stale) console.error(`${path}: not up to date, make build writes it`);
  const module = (/** @type {string} */ folder) => readFileSync(join(folder, 'js/maskloss.wasm'));
  const same = module(root).equals(module(copy));
  if (!same) console.error('js/maskloss.wasm: another folder gives other bytes, or it is not up to date (make build)');
  if (stale.length > 0 || !same) process.exitCode = 1;
  else console.log('derived: files up to date, the build is reproducible');
} finally {
  rmSync(copy, { recursive: true, force: true });
}
