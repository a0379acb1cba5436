// Reporter of node --test: one JSON line per test that has no tests of its own, and per line that a test file prints.
// A parent counts only where it fails by itself.

import { relative } from 'node:path';

/**
 * @param {AsyncIterable<{ type: string, data: any }>} source
 * @returns {AsyncGenerator<string>}
 */
export default async function* reporter(source) {
  /** @type {string[]} the names above the test at hand */
  const names = [];
  // Whether the test of each depth has tests of its own; a test reports after its children.
  /** @type {boolean[]} */
  const parent = [];
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') yield `${JSON.stringify({ output: data.message })}\n`;
    if (type === 'test:start') {
      names.length = data.nesting;
      names.push(data.name);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;

    const { nesting } = data;
    const leaf = !parent[nesting];
    parent[nesting] = false;
    if (nesting > 0) parent[nesting - 1] = true;

    const file = data.file ? relative('', data.file) : '';
    // A file without a test reports itself as one that passed.
    const empty = data.name === data.file && type === 'test:pass';
    const error = data.details?.error;
    if (type === 'test:pass' && !leaf) continue;
    if (type === 'test:fail' && !leaf && error?.failureType === 'subtestsFailed') continue;

    const name = data.name === data.file ? file : [file, ...names.slice(0, nesting), data.name].join(' > ');
    const cause = error?.cause ?? error;
    yield `${JSON.stringify({
      name,
      result: empty ? 'fail' : data.skip || data.todo ? 'skip' : type.slice('test:'.length),
      message: empty ? 'holds no test' : error && (cause?.stack ?? String(cause)),
    })}\n`;
  }
}
