// The layout of the static demo: www/ at the root and the npm package below js/.
//
// In the repository a page imports '../js/index.js', beside its own folder. On a site www/ is the root, so the pages'
// '../js/' becomes './js/' on the way (one '../' less, at any depth). Every address stays relative: the site works in
// any folder of any host. Written to a folder, the package is the one as built, of few files, and pages ask for all of
// them at once.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preload } from './modules.js';

/** What holds addresses that may lead to js/. */
const rewritten = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg', '.webmanifest']);

/**
 * The paths of all files below a folder, hidden ones left out.
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function walk(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .map(async (entry) => {
        if (!entry.isDirectory()) return [entry.name];
        return (await walk(join(folder, entry.name))).map((path) => `${entry.name}/${path}`);
      }),
  );
  return lists.flat().sort();
}

/**
 * A page's text with its addresses of the package as they are on the site.
 * @param {string} path below www/
 * @param {string} text
 */
export function rewrite(path, text) {
  const depth = path.split('/').length - 1;
  const out = `(?<![\\w./-])(?:\\.\\./){${depth + 1}}`;
  const result = text.replace(new RegExp(`${out}js/`, 'g'), `${'../'.repeat(depth) || './'}js/`);
  const outside = result.match(new RegExp(`${out}[\\w./-]*`));
  if (outside) throw new Error(`www/${path}: ${outside[0]} leads outside of the site, only js/ may`);
  return result;
}

/**
 * Reads the site's files straight from the repository.
 * @param {string} root the repository
 * @param {string} [from] the folder of the package in it
 * @returns {import('./serve.js').Read}
 */
export function site(root, from) {
  return async (path) => {
    const source = (await files(root, from)).get(path);
    if (source === undefined) return undefined;
    const body = await readFile(join(root, source));
    if (!source.startsWith('www/') || !rewritten.has(extname(source))) return body;
    return Buffer.from(rewrite(path, body.toString()));
  };
}

/**
 * Path on the site -> path in the repository.
 * @param {string} root
 * @param {string} [from] the folder of the package
 * @returns {Promise<Map<string, string>>}
 */
export async function files(root, from = 'js') {
  const pages = await walk(join(root, 'www'));
  const clash = pages.find((path) => path.startsWith('js/'));
  if (clash) throw new Error(`www/${clash}: js/ is the place of the package on the site`);
  const top = (await readdir(join(root, from))).filter((name) => /\.(js|wasm)$/.test(name));
  const adapters = (await walk(join(root, from, 'adapters'))).filter((path) => path.endsWith('.js'));
  const shipped = [...top, ...adapters.map((path) => `adapters/${path}`)].sort();
  return new Map([
    ...pages.map((path) => /** @type {const} */ ([path, `www/${path}`])),
    ...shipped.map((path) => /** @type {const} */ ([`js/${path}`, `${from}/${path}`])),
  ]);
}

/** Writes the site to a folder, which it replaces. @param {string} root @param {string} out */
async function write(root, out) {
  const from = 'build/package';
  const paths = await files(root, from);
  const missing = ['index.html', 'js/index.js', 'js/maskloss.wasm', 'js/wasm_exec.js'].filter((p) => !paths.has(p));
  if (missing.length > 0)
    throw new Error(`missing: ${missing.map((p) => p.replace(/^index/, 'www/index')).join(', ')}`);
  const read = site(root, from);
  await rm(out, { recursive: true, force: true });
  for (const path of paths.keys()) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    const body = /** @type {Uint8Array} */ (await read(path));
    await writeFile(join(out, path), path.endsWith('.html') ? await preload(read, path, String(body)) : body);
  }
  return paths.size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const out = process.argv[2] ?? join(root, 'build/site');
  try {
    console.log(`${await write(root, out)} files in ${out}`);
  } catch (error) {
    console.error(`site: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
