import assert from 'node:assert/strict';
import test from 'node:test';
import { modulesOf, preload } from './modules.js';

const tree = /** @type {Record<string, string>} */ ({
  'main.js': `import { a } from './js/a.js';\nimport './own.js';\n`,
  'own.js': `import { b } from './js/b.js';\n`,
  'js/a.js': `import{b}from"./b.js";import{c}from"./deep/c.js";const late=()=>import("./late.js");export{b as a};`,
  'js/b.js': 'export const b = 1;',
  'js/deep/c.js': `export * from '../b.js';`,
  'js/late.js': '',
});
const read = async (/** @type {string} */ path) => (path in tree ? Buffer.from(tree[path]) : undefined);

test('a module and all that it imports at once', async () => {
  assert.deepEqual(await modulesOf(read, 'js/late.js'), ['js/late.js']);
  assert.deepEqual(await modulesOf(read, 'js/a.js'), ['js/a.js', 'js/b.js', 'js/deep/c.js']);
  await assert.rejects(modulesOf(read, 'js/d.js'), /js\/d\.js/);
});

test('a page asks for each once, by its address from the page', async () => {
  const html = `<head>\n  <link rel="modulepreload" href="./main.js">\n  <link rel="modulepreload" href="./js/a.js">\n</head>`;
  const want = ['./main.js', './js/a.js', './own.js', './js/b.js', './js/deep/c.js'];
  const links = want.map((href) => `  <link rel="modulepreload" href="${href}">\n`).join('');
  assert.equal(await preload(read, 'index.html', html), `<head>\n${links}</head>`);
  const below = '<link rel="modulepreload" href="../own.js">\n';
  assert.equal(await preload(read, 'a/index.html', below), `${below}<link rel="modulepreload" href="../js/b.js">\n`);
});
