// Compiles the kernels in C where there is a clang that knows wasm.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('c/', import.meta.url));

const FLAGS = [
  '--target=wasm32',
  '-O3',
  '-msimd128',
  '-mbulk-memory',
  '-nostdlib',
  '-fvisibility=hidden',
  '-Wl,--no-entry',
  '-Wl,--export-dynamic',
  '-Wl,--export=__heap_base',
];

/**
 * @param {string} file where it goes
 * @returns {{ compiler: string, failure?: undefined } | { compiler?: undefined, failure: string }}
 */
export function compileTwins(file) {
  const clang = process.env.CLANG || 'clang';
  const version = spawnSync(clang, ['--version'], { encoding: 'utf8' });
  if (version.error) return { failure: `no ${clang} on this machine` };
  mkdirSync(dirname(file), { recursive: true });
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  const result = spawnSync(clang, [...FLAGS, '-o', file, ...files.map((name) => join(sources, name))], {
    encoding: 'utf8',
  });
  if (result.status !== 0) return { failure: `${clang} cannot compile for wasm: ${result.stderr.split('\n', 1)[0]}` };
  return { compiler: version.stdout.split('\n', 1)[0] };
}
