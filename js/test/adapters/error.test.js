import assert from 'node:assert/strict';
import test from 'node:test';
import { MasklossError } from '../../error.js';

test('an error carries code, field, message and cause', () => {
  const cause = new TypeError('inner');
  const error = new MasklossError('shape', 'target', 'target: width is 3, must be 4', { cause });
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'MasklossError');
  assert.equal(error.code, 'shape');
  assert.equal(error.field, 'target');
  assert.equal(String(error), 'MasklossError: target: width is 3, must be 4');
  assert.equal(error.cause, cause);
});
