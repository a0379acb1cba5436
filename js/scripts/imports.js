// Who may import what: every layer sees those below it and nothing else. Tests are free.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = 'github.com/maskloss/maskloss/';

/** What would tie the mathematics to a host, or to a format other than the manifest's. */
const impure = /^(net|os|syscall|unsafe|embed|plugin|io\/fs|database)(\/|$)|^encoding\/(?!json$)/;

/**
 * The layers of Go, the inner ones first: the packages of ours that each may import, and which of the standard library.
 * @type {{ folder: string, ours: string[], standard: (path: string) => boolean }[]}
 */
const layers = [
  {
    folder: 'losses/internal/vec',
    ours: [],
    standard: (path) => ['math', 'math/bits', 'simd/archsimd'].includes(path),
  },
  { folder: 'losses/internal/grid', ours: ['losses/internal/vec'], standard: (path) => !impure.test(path) },
  {
    folder: 'losses',
    ours: ['losses/internal/vec', 'losses/internal/grid'],
    standard: (path) => !impure.test(path) && path !== 'simd/archsimd',
  },
  { folder: 'wasm/api', ours: ['losses'], standard: (path) => path !== 'syscall/js' },
  { folder: 'wasm/gen', ours: ['losses'], standard: (path) => path !== 'syscall/js' },
  { folder: 'wasm', ours: ['losses', 'wasm/api'], standard: () => true },
];

/** What one file alone may import. */
const kept = /** @type {Record<string, RegExp>} */ ({
  unsafe: /^wasm\/arena\.go$/,
  'github.com/norunners/vert': /^wasm\/codec\.go$/,
  'github.com/syumai/workers': /^wasm\/\w+_edge\.go$/,
});

/** @param {string} source of a Go file @returns {string[]} */
export function goImports(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*/g, '');
  const clauses = [...code.matchAll(/^import\s+(\([^)]*\)|[^\n]*)/gm)].map((match) => match[1] ?? '');
  return clauses.flatMap((clause) => [...clause.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''));
}

/**
 * What is wrong with the imports of a Go file; nothing for tests.
 * @param {string} file
 * @param {string} source
 * @returns {string[]}
 */
export function goFaults(file, source) {
  if (file.endsWith('_test.go')) return [];
  const layer = layers.find(({ folder }) => file.startsWith(`${folder}/`));
  if (!layer) return [`${file}: no layer holds this folder`];
  return goImports(source).flatMap((path) => {
    const [, only] = Object.entries(kept).find(([name]) => path === name || path.startsWith(`${name}/`)) ?? [];
    if (only) return only.test(file) ? [] : [`${file} imports ${path}, which only ${only} may`];
    if (path.startsWith(home)) {
      return layer.ours.includes(path.slice(home.length))
        ? []
        : [`${file} imports ${path}, which lies above or beside it`];
    }
    if (path.split('/')[0]?.includes('.')) return [`${file} imports ${path}, which the design does not name`];
    return layer.standard(path) ? [] : [`${file} imports ${path}, which ${layer.folder} may not`];
  });
}

/**
 * The height of a file of js/: it may import what lies as high or lower. What is not named stands beside the instance.
 * @param {string} file
 */
function height(file) {
  if (file === 'js/error.js') return 0;
  if (file === 'js/mask.js' || file.startsWith('js/adapters/')) return 1;
  if (file === 'js/worker.js' || file === 'js/pool.js') return 3;
  return file === 'js/index.js' ? 4 : 2;
}

/** @param {string} source of a JavaScript file @returns {{ path: string, dynamic: boolean }[]} */
export function jsImports(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*/g, '$1');
  const still = [...code.matchAll(/(?:^|;)\s*(?:import|export)\b(?!\s*\()(?:[^'"();]*?\bfrom)?\s*['"]([^'"]+)['"]/gm)];
  const dynamic = [...code.matchAll(/\bimport\s*\(\s*['"]([^'"]+)['"]/g)];
  return [
    ...still.map((match) => ({ path: match[1] ?? '', dynamic: false })),
    ...dynamic.map((match) => ({ path: match[1] ?? '', dynamic: true })),
  ];
}

/** What pages may import: the package's own entries. */
const entries = ['js/index.js', 'js/adapters/index.js'];

/**
 * What is wrong with the imports of a JavaScript file of js/ or www/.
 * @param {string} file
 * @param {string} source
 * @returns {string[]}
 */
export function jsFaults(file, source) {
  const page = file.startsWith('www/');
  return jsImports(source).flatMap(({ path, dynamic }) => {
    if (path.startsWith('node:')) {
      return dynamic && !page ? [] : [`${file} imports ${path}, which no browser has: import() it where it is needed`];
    }
    if (!/^\.\.?\//.test(path)) return [`${file} imports ${path}: the package has no dependency`];
    const target = normalize(join(dirname(file), path));
    if (page) {
      const fits = target.startsWith('www/') || entries.includes(target);
      return fits ? [] : [`${file} imports ${path}: a page may import ${entries.join(' and ')} only`];
    }
    if (!target.startsWith('js/')) return [`${file} imports ${path}, which is no part of the package`];
    return height(target) <= height(file) ? [] : [`${file} imports ${path}, which lies above it`];
  });
}

/**
 * The circles among modules, each once as the chain of its files.
 * @param {Map<string, string>} sources by file
 * @returns {string[]}
 */
export function circles(sources) {
  /** @type {string[]} */
  const found = [];
  const done = new Set();
  /** @param {string} file @param {string[]} chain */
  const visit = (file, chain) => {
    const at = chain.indexOf(file);
    if (at >= 0) found.push([...chain.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const { path } of jsImports(sources.get(file) ?? '')) {
      if (path.startsWith('.')) visit(normalize(join(dirname(file), path)), [...chain, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

/**
 * The files below a folder with an ending; folders of dependencies and hidden ones left out.
 * @param {string} folder @param {string} ending
 * @returns {Map<string, string>} source by file
 */
function read(folder, ending) {
  /** @type {Map<string, string>} */
  const sources = new Map();
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'testdata') continue;
    if (entry.isDirectory()) for (const [file, source] of read(path, ending)) sources.set(file, source);
    else if (entry.name.endsWith(ending)) sources.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return sources;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const go = new Map([...read('losses', '.go'), ...read('wasm', '.go')]);
  const developers = /^js\/(scripts|test|bench)\/|\.test\.js$|^js\/wasm_exec\.js$/;
  const js = new Map([...read('js', '.js'), ...read('www', '.js')].filter(([file]) => !developers.test(file)));
  const faults = [
    ...[...go].flatMap(([file, source]) => goFaults(file, source)),
    ...[...js].flatMap(([file, source]) => jsFaults(file, source)),
    ...circles(js).map((chain) => `imports in a circle: ${chain}`),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`imports: ${go.size} Go and ${js.size} JavaScript files keep to their layers`);
}
