import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { files, rewrite, site } from './site.js';

const rewrites = [
  { path: 'index.html', text: `<script src="../js/index.js">`, want: `<script src="./js/index.js">` },
  { path: 'main.js', text: `import '../js/index.js'`, want: `import './js/index.js'` },
  { path: 'main.css', text: 'url(../js/x.svg)', want: 'url(./js/x.svg)' },
  { path: 'a/deep.js', text: `import '../../js/index.js'`, want: `import '../js/index.js'` },
  { path: 'a/deep.js', text: `import '../js/own.js'`, want: `import '../js/own.js'` },
  { path: 'a/b/c.js', text: `f('../../../js/x.js')`, want: `f('../../js/x.js')` },
  { path: 'main.js', text: 'a/../js/ and x.../js/', want: 'a/../js/ and x.../js/' },
];

for (const { path, text, want } of rewrites) {
  test(`${path}: ${text}`, () => assert.equal(rewrite(path, text), want));
}

test('an address outside of the site is an error that names it', () => {
  assert.throws(
    () => rewrite('main.js', `import '../losses/x.js'`),
    /www\/main\.js: \.\.\/losses\/x\.js leads outside/,
  );
  assert.throws(() => rewrite('a/deep.js', `import '../../www/x.js'`), /leads outside/);
});

/** @param {Record<string, string>} tree */
async function repository(tree) {
  const root = await mkdtemp(join(tmpdir(), 'site-'));
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test('holds the pages and what the package ships, nothing of its development', async (t) => {
  const root = await repository({
    'www/index.html': `import '../js/index.js'`,
    'www/.draft.html': '',
    'www/art/a.png': '../js/',
    'js/index.js': '',
    'js/maskloss.wasm': '',
    'js/adapters/index.js': '',
    'js/adapters/index.d.ts': '',
    'js/package.json': '{}',
    'js/test/x.js': '',
    'js/node_modules/x/index.js': '',
  });
  t.after(() => rm(root, { recursive: true }));
  const want = ['art/a.png', 'index.html', 'js/adapters/index.js', 'js/index.js', 'js/maskloss.wasm'];
  assert.deepEqual([...(await files(root)).keys()].sort(), want);

  const read = site(root);
  assert.equal(String(await read('index.html')), `import './js/index.js'`);
  assert.equal(String(await read('art/a.png')), '../js/', 'pictures stay as they are');
  assert.equal(await read('js/package.json'), undefined);
  assert.equal(await read('../go.mod'), undefined);
});

test('a page where the package goes is an error', async (t) => {
  const root = await repository({ 'www/js/own.js': '', 'js/index.js': '' });
  t.after(() => rm(root, { recursive: true }));
  await assert.rejects(files(root), /www\/js\/own\.js/);
});
