// What a run of tests came to, read from the JSON lines of `go test -json` or of reporter.js.
// Only leaves count: a test with subtests adds nothing but a failure of its own.

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {{ name: string, message: string }[]} failures
 * @property {string[]} notes lines that tests print for the reader: the totals of the golden files, sizes and rates of the edge
 */

/** @returns {Tally} */
const nothing = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], notes: [] });

const isNote = /^\s*((?:golden|edge): .*)$/;

/** The values of the lines that are JSON objects, and the text of those that are not. @param {string} text */
function parse(text) {
  /** @type {any[]} */
  const events = [];
  const other = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) {
      if (line) other.push(line);
      continue;
    }
    try {
      events.push(JSON.parse(line));
    } catch {
      other.push(line);
    }
  }
  return { events, other: other.join('\n') };
}

/**
 * @param {string} text the output of reporter.js
 * @returns {Tally}
 */
export function tallyNode(text) {
  const tally = nothing();
  for (const { name, result, message, output } of parse(text).events) {
    if (output !== undefined) {
      const note = isNote.exec(output.trimEnd());
      if (note?.[1]) tally.notes.push(note[1]);
    } else if (result === 'pass') tally.passed++;
    else if (result === 'skip') tally.skipped++;
    else {
      tally.failed++;
      tally.failures.push({ name, message: message ?? '' });
    }
  }
  return tally;
}

/**
 * @param {string} text the output of go test -json
 * @returns {Tally}
 */
export function tallyGo(text) {
  const tally = nothing();
  const { events } = parse(text);
  /** @type {Map<string, string>} */
  const output = new Map();
  /** @type {Map<string, string>} */
  const results = new Map();
  /** @type {Map<string, string>} package -> import path of the build that failed */
  const builds = new Map();
  for (const { Action, Package, ImportPath, Test, Output, FailedBuild } of events) {
    const key = Action.startsWith('build-') ? ImportPath : Test ? `${Package} ${Test}` : Package;
    if (Output !== undefined) {
      output.set(key, (output.get(key) ?? '') + Output);
      const note = isNote.exec(Output.trimEnd());
      if (note?.[1]) tally.notes.push(note[1]);
    }
    if (FailedBuild) builds.set(key, FailedBuild);
    if (['pass', 'fail', 'skip'].includes(Action)) results.set(key, Action);
    // A panic or a time-out ends the program before its tests report.
    if (Action === 'run') results.set(key, 'fail');
  }

  const above = (/** @type {string} */ key) => key.slice(0, Math.max(0, key.lastIndexOf('/')));
  /** @type {Set<string>} */
  const parents = new Set();
  /** @type {Set<string>} tests and packages that hold a failure counted already */
  const explained = new Set();
  for (const key of results.keys()) {
    if (key.includes(' ')) for (let up = above(key); up.includes(' '); up = above(up)) parents.add(up);
  }
  // Deepest first, packages last, so that what failed by itself is known before what failed by it.
  const depth = (/** @type {string} */ key) => (key.includes(' ') ? key.split('/').length : 0);
  for (const [key, result] of [...results].sort(([a], [b]) => depth(b) - depth(a))) {
    const isTest = key.includes(' ');
    if (result === 'fail' && !explained.has(key)) {
      const message = (output.get(builds.get(key) ?? key) ?? '').trim();
      tally.failed++;
      tally.failures.push({ name: key, message });
    }
    if (result === 'fail') {
      explained.add(key.split(' ', 1)[0] ?? '');
      for (let up = above(key); up.includes(' '); up = above(up)) explained.add(up);
    }
    if (isTest && !parents.has(key)) {
      if (result === 'pass') tally.passed++;
      if (result === 'skip') tally.skipped++;
    }
  }
  return tally;
}
