import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test, { after, before } from 'node:test';
import { findChromium } from './chromium.js';

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  for (const name of ['chromium-browser', 'google-chrome', 'own']) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, 'chromium'), 'not executable');
});
after(() => rmSync(folder, { recursive: true }));

test('CHROME_PATH comes first, and must be executable', () => {
  assert.equal(findChromium({ CHROME_PATH: join(folder, 'own'), PATH: folder }), join(folder, 'own'));
  assert.throws(() => findChromium({ CHROME_PATH: '/nowhere', PATH: folder }), /CHROME_PATH is \/nowhere/);
});

test('else the first name on the PATH that is executable', () => {
  const PATH = ['/nowhere', folder].join(delimiter);
  assert.equal(findChromium({ PATH }), join(folder, 'chromium-browser'));
});
