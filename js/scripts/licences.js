// Checks the licence of everything the project builds on: npm packages by the lock files, whatever the platform, and
// Go modules by the text of their LICENSE.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Ask for nothing but their own notice. */
const permissive = new Set(
  '0BSD Apache-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause CC0-1.0 ISC MIT MIT-0 Unlicense'.split(' '),
);

/** Weak copyleft, used unchanged while developing and never shipped: an injected test script, and what miniflare's image binding loads. */
const tools = /** @type {Record<string, RegExp>} */ ({
  'MPL-2.0': /^axe-core$/,
  'LGPL-3.0-or-later': /^@img\/sharp-/,
});

/**
 * Whether an SPDX expression allows use of a package. `AND` binds closer than `OR`; brackets stand outermost only.
 * @param {string} expression
 * @param {string} name
 */
export function allowed(expression, name) {
  const one = (/** @type {string} */ id) => permissive.has(id) || tools[id]?.test(name) === true;
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((all) => all.split(' AND ').every((id) => one(id.trim())));
}

/**
 * The SPDX name of a licence text, by the sentence that tells it apart; undefined for any other text.
 * @param {string} text
 */
export function recognise(text) {
  const flat = text.replace(/\s+/g, ' ');
  if (/Apache License,? Version 2\.0/i.test(flat)) return 'Apache-2.0';
  if (/Permission is hereby granted, free of charge, to any person obtaining a copy/.test(flat)) return 'MIT';
  if (/Redistribution and use in source and binary forms/.test(flat)) {
    return /Neither the name|may not be used to endorse/.test(flat) ? 'BSD-3-Clause' : 'BSD-2-Clause';
  }
  if (/Permission to use, copy, modify, and(\/or)? distribute this software/.test(flat)) return 'ISC';
  if (/This is free and unencumbered software/.test(flat)) return 'Unlicense';
  return undefined;
}

/** @typedef {{ name: string, licence: string }} Dependency */

/** @param {string} lock @returns {Dependency[]} */
function npmPackages(lock) {
  const { packages } = JSON.parse(readFileSync(join(root, lock), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      licence: license ?? 'none named',
    }));
}

/** The modules that the page, the worker, the tests and the tools of go.mod are built from. @returns {Dependency[]} */
function goModules() {
  const env = { ...process.env, GOOS: 'js', GOARCH: 'wasm' };
  const format = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}';
  const list = (/** @type {string[]} */ args) =>
    execFileSync('go', ['list', '-deps', '-f', format, ...args], { cwd: root, env, encoding: 'utf8' });
  const lines = new Set(`${list(['-test', '-tags', 'edge', './...'])}${list(['tool'])}`.split('\n'));
  return [...lines]
    .filter((line) => line.includes('\t'))
    .map((line) => {
      const [name = '', folder = ''] = line.split('\t');
      const file = readdirSync(folder).find((entry) => /^(LICEN[CS]E|COPYING)/i.test(entry));
      const licence = file && recognise(readFileSync(join(folder, file), 'utf8'));
      return { name, licence: licence ?? 'none recognised' };
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = /** @type {[string, Dependency[]][]} */ ([
    ...['js', 'js/bench', 'wasm/worker'].map((folder) => [folder, npmPackages(`${folder}/package-lock.json`)]),
    ['go.mod', goModules()],
  ]);
  for (const [source, dependencies] of sources) {
    const refused = dependencies.filter(({ name, licence }) => !allowed(licence, name));
    for (const { name, licence } of refused) {
      console.error(`${source}: the licence of ${name} is ${licence}, must be one of ${[...permissive].join(', ')}`);
      process.exitCode = 1;
    }
    console.log(`licences: ${source}: ${dependencies.length} packages, ${refused.length} refused`);
  }
}
