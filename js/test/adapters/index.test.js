import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import * as adapters from '../../adapters/index.js';
import * as mask from '../../mask.js';

test('every adapter has its two names', () => {
  for (const [name, file] of Object.entries({
    cornerstone: 'Cornerstone',
    cvat: 'Cvat',
    labelme: 'Labelme',
    labelStudio: 'LabelStudio',
    npy: 'Npy',
    png: 'Png',
    sam: 'Sam',
    via: 'Via',
  })) {
    const space = /** @type {any} */ (adapters)[name];
    assert.equal(space.from, /** @type {any} */ (adapters)[`from${file}`]);
    assert.equal(space.to, /** @type {any} */ (adapters)[`to${file}`]);
    assert.equal(typeof space.from, 'function');
    assert.equal(typeof space.to, 'function');
  }
  assert.equal(adapters.sam.stability, adapters.samStability);
  const core = [
    'fromArray',
    'fromCanvas',
    'fromCocoRLE',
    'fromImageData',
    'fromPolygons',
    'fromTensor',
    'pixelBuffer',
    'toArray',
    'toCocoRLE',
    'toImageData',
    'toPolygons',
  ];
  assert.deepEqual(Object.keys(mask).sort(), core);
});

test('adapters import each other and the error, nothing else', () => {
  const folder = new URL('../../adapters/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    for (const [, from] of readFileSync(new URL(file, folder), 'utf8').matchAll(
      /^(?:import|export) .*? from '([^']+)'/gm,
    )) {
      assert.match(from, /^(\.\/[a-zA-Z]+\.js|\.\.\/error\.js)$/, `${file} imports ${from}`);
    }
  }
});
