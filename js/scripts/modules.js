// What a module imports, straight or through others: a page that names it all early fetches it all at once.

import { posix } from 'node:path';
import { jsImports } from './imports.js';

/**
 * A module and all that it imports at once, each before those that only it imports.
 * @param {import('./serve.js').Read} read
 * @param {string} path
 * @returns {Promise<string[]>}
 */
export async function modulesOf(read, path) {
  const found = new Set([path]);
  for (const file of found) {
    const source = await read(file);
    if (!source) throw new Error(`${file}: there is no such module`);
    for (const { path: to, dynamic } of jsImports(String(source))) {
      if (!dynamic && to.startsWith('.')) found.add(posix.join(posix.dirname(file), to));
    }
  }
  return [...found];
}

/**
 * A page that asks early not only for the modules it names but for all that they import.
 * @param {import('./serve.js').Read} read
 * @param {string} path of the page
 * @param {string} html
 */
export async function preload(read, path, html) {
  const folder = posix.dirname(path);
  /** @type {Set<string>} */
  const named = new Set();
  const link = /^( *)<link rel="modulepreload" href="([^"]*)">\n/gm;
  const lists = new Map();
  for (const [, , href] of html.matchAll(link)) {
    const modules = (await modulesOf(read, posix.join(folder, href))).filter((file) => !named.has(file));
    for (const file of modules) named.add(file);
    lists.set(href, modules);
  }
  return html.replace(link, (_, indent, href) =>
    lists
      .get(href)
      .map((/** @type {string} */ file) => posix.relative(folder, file).replace(/^(?!\.)/, './'))
      .map((/** @type {string} */ to) => `${indent}<link rel="modulepreload" href="${to}">\n`)
      .join(''),
  );
}
