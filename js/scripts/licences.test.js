import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { allowed, recognise } from './licences.js';

const rows = [
  { expression: 'MIT', name: 'x', want: true },
  { expression: 'MIT OR GPL-3.0-only', name: 'x', want: true },
  { expression: '(MIT OR Apache-2.0)', name: 'x', want: true },
  { expression: 'Apache-2.0 AND MIT', name: 'x', want: true },
  { expression: 'Apache-2.0 AND GPL-3.0-only', name: 'x', want: false },
  { expression: 'GPL-3.0-only', name: 'x', want: false },
  { expression: 'MPL-2.0', name: 'axe-core', want: true },
  { expression: 'MPL-2.0', name: 'other', want: false },
  { expression: 'Apache-2.0 AND LGPL-3.0-or-later', name: '@img/sharp-win32-x64', want: true },
  { expression: 'none named', name: 'x', want: false },
  { expression: 'SEE LICENSE IN x', name: 'x', want: false },
];
for (const { expression, name, want } of rows) {
  test(`${name} under ${expression}`, () => assert.equal(allowed(expression, name), want));
}

test('knows the text of our own licence, and does not guess', () => {
  assert.equal(recognise(readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8')), 'MIT');
  assert.equal(recognise('All rights reserved.'), undefined);
});
