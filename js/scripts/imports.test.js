import assert from 'node:assert/strict';
import test from 'node:test';
import { circles, goFaults, goImports, jsFaults, jsImports } from './imports.js';

test('reads the imports of Go', () => {
  const source = `// import "comment"
package p
import "fmt"
import (
	js "syscall/js" // why
	/* "no" */
	_ "embed"
)
var s = "import"`;
  assert.deepEqual(goImports(source), ['fmt', 'syscall/js', 'embed']);
});

test('reads the imports of JavaScript, still and dynamic', () => {
  const source = `
import a, { b } from './a.js';
import {
  c,
} from "./c.js";
import './side.js';
export * from './d.js';
/** @type {import('./type.js').T} */
// import './comment.js';
const e = await import('./e.js');
export const text = 'from ./no.js';
export function f() { return g('./no.js'); }`;
  assert.deepEqual(
    jsImports(source).map(({ path, dynamic }) => (dynamic ? `(${path})` : path)),
    ['./a.js', './c.js', './side.js', './d.js', '(./e.js)'],
  );
});

const home = 'github.com/maskloss/maskloss';
const go = [
  { file: 'losses/internal/vec/exp.go', path: 'simd/archsimd', fits: true },
  { file: 'losses/internal/vec/exp.go', path: 'fmt', fits: false },
  { file: 'losses/internal/vec/exp_test.go', path: 'fmt', fits: true },
  { file: 'losses/internal/grid/edt.go', path: `${home}/losses/internal/vec`, fits: true },
  { file: 'losses/internal/grid/edt.go', path: `${home}/losses`, fits: false },
  { file: 'losses/schema.go', path: 'encoding/json', fits: true },
  { file: 'losses/schema.go', path: 'encoding/binary', fits: false },
  { file: 'losses/dice.go', path: 'os', fits: false },
  { file: 'losses/dice.go', path: 'net/http', fits: false },
  { file: 'losses/dice.go', path: 'syscall/js', fits: false },
  { file: 'losses/dice.go', path: 'simd/archsimd', fits: false },
  { file: 'wasm/api/evaluate.go', path: 'net/http', fits: true },
  { file: 'wasm/api/evaluate.go', path: 'syscall/js', fits: false },
  { file: 'wasm/api/evaluate.go', path: `${home}/losses/internal/vec`, fits: false },
  { file: 'wasm/gen/main.go', path: `${home}/losses`, fits: true },
  { file: 'wasm/arena.go', path: 'unsafe', fits: true },
  { file: 'wasm/bind.go', path: 'unsafe', fits: false },
  { file: 'wasm/codec.go', path: 'github.com/norunners/vert', fits: true },
  { file: 'wasm/bind.go', path: 'github.com/norunners/vert', fits: false },
  { file: 'wasm/serve_edge.go', path: 'github.com/syumai/workers/cloudflare/r2', fits: true },
  { file: 'wasm/main.go', path: 'github.com/syumai/workers', fits: false },
  { file: 'wasm/main.go', path: 'github.com/other/module', fits: false },
];
for (const { file, path, fits } of go) {
  test(`${file} ${fits ? 'may' : 'may not'} import ${path}`, () => {
    assert.equal(goFaults(file, `package p\nimport "${path}"\n`).length, fits ? 0 : 1);
  });
}

const js = [
  { file: 'js/adapters/png.js', path: '../error.js', fits: true },
  { file: 'js/adapters/png.js', path: '../instance.js', fits: false },
  { file: 'js/error.js', path: './mask.js', fits: false },
  { file: 'js/instance.js', path: './pool.js', fits: false },
  { file: 'js/pool.js', path: './instance.js', fits: true },
  { file: 'js/index.js', path: './pool.js', fits: true },
  { file: 'js/index.js', path: '../www/board.js', fits: false },
  { file: 'js/index.js', path: 'comlink', fits: false },
  { file: 'js/index.js', path: 'node:fs', fits: false },
  { file: 'www/app.js', path: '../js/index.js', fits: true },
  { file: 'www/parts/app.js', path: '../../js/adapters/index.js', fits: true },
  { file: 'www/app.js', path: '../js/loader.js', fits: false },
  { file: 'www/app.js', path: './board.js', fits: true },
];
for (const { file, path, fits } of js) {
  test(`${file} ${fits ? 'may' : 'may not'} import ${path}`, () => {
    assert.equal(jsFaults(file, `import '${path}';\n`).length, fits ? 0 : 1);
  });
}

test('Node is reached by import() alone', () => {
  assert.deepEqual(jsFaults('js/loader.js', `const fs = await import('node:fs/promises');`), []);
});

test('names a circle once', () => {
  const sources = new Map([
    ['js/a.js', `import './b.js';`],
    ['js/b.js', `import './c.js';`],
    ['js/c.js', `import './b.js';`],
  ]);
  assert.deepEqual(circles(sources), ['js/b.js -> js/c.js -> js/b.js']);
});
