// The results as text.

import { gatesOf } from './gates.js';

/** @typedef {import('./run.js').Results} Results */

/** @param {number} ms */
const time = (ms) => (ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3));

/** Rows in columns: the first to the left, the others to the right. @param {string[][]} rows */
function columns(rows) {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  return rows.map((row) => row.map((cell, k) => (k ? cell.padStart(widths[k]) : cell.padEnd(widths[k]))).join('  '));
}

/** @param {import('./suite.js').Outcome[]} outcomes @param {Record<string, string>} titles */
function races(outcomes, titles) {
  const rows = [['', 'ns/px', 'median', 'quartiles', 'least', 'rounds', 'x ours', 'error']];
  for (const { title, pixels, classes, standings, failures } of outcomes) {
    const side = Math.sqrt(pixels);
    rows.push([`${title} (${side} x ${side}${classes > 1 ? ` x ${classes}` : ''})`, '', '', '', '', '', '', '']);
    const ours = standings.find(({ name }) => name === 'maskloss');
    for (const { name, nanosPerPixel, median, q1, q3, min, rounds, error, arrayError } of standings) {
      const ratio = ours ? `${(median / ours.median).toPrecision(3)}` : '';
      const worst = Math.max(error, arrayError ?? 0);
      rows.push([
        `  ${titles[name]}`,
        time(nanosPerPixel),
        time(median),
        `${time(q1)}-${time(q3)}`,
        time(min),
        String(rounds),
        ratio,
        worst === 0 ? 'exact' : worst.toExponential(1),
      ]);
    }
    for (const [name, message] of Object.entries(failures)) {
      rows.push([`  ${titles[name]}: ${message}`.slice(0, 60), '', '', '', '', '', '', 'failed']);
    }
  }
  return columns(rows);
}

/** @param {import('./growth.js').Growth} growth */
function curves({ overhead, curves }) {
  const rows = [['', 'time grows as', 'memory as', 'bytes/px', 'points (ms, fastest)']];
  for (const { by, work, points, slope, memorySlope, grown } of curves) {
    const list = points
      .map(({ size, ms }) => `${by === 'pixels' ? `${Math.sqrt(size)}²` : size}: ${time(ms)}`)
      .join(', ');
    rows.push([
      `${work} by ${by}`,
      `${by}^${slope.toFixed(2)}`,
      memorySlope === undefined ? '-' : `${by}^${memorySlope.toFixed(2)}`,
      by === 'pixels' ? grown.toFixed(1) : '-',
      list,
    ]);
  }
  return [...columns(rows), `A call for four pixels: ${(overhead * 1000).toFixed(0)} µs.`];
}

/** @param {import('./pool.js').PoolResults} pool */
function workers({ workers, contests, autos }) {
  const rows = [['', 'one thread', 'least', 'pool', 'least', 'x as fast', 'by least', 'bytes/px', 'pool']];
  const add = (/** @type {import('./pool.js').Contest[]} */ list, /** @type {string} */ how) => {
    for (const { title, pixels, classes, one, pool, oneBytes, poolBytes } of list) {
      rows.push([
        `${how}${title}, ${(pixels / 2 ** 20).toPrecision(3)} Mpx${classes > 1 ? ` x ${classes}` : ''}`,
        time(one.median),
        time(one.min),
        time(pool.median),
        time(pool.min),
        (one.median / pool.median).toPrecision(3),
        (one.min / pool.min).toPrecision(3),
        (oneBytes / pixels).toFixed(1),
        (poolBytes / pixels).toFixed(1),
      ]);
    }
  };
  add(contests, `${workers}: `);
  add(autos, 'auto: ');
  return columns(rows);
}

/** @param {Results} results */
export function tableOf({ machine, environments, wire, notes }) {
  const lines = [`${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)}; ${machine.date}`, ...notes];
  for (const { version, outcomes, titles, growth, pool, first } of environments) {
    lines.push('', `== ${version}: milliseconds a call, median of interleaved rounds ==`);
    if (outcomes.length > 0) lines.push('', ...races(outcomes, titles));
    if (growth) lines.push('', `-- ${version}: growth --`, '', ...curves(growth));
    if (pool) lines.push('', `-- ${version}: workers --`, '', ...workers(pool));
    if (first) {
      lines.push('', `-- ${version}: from nothing to the first number, milliseconds --`, '');
      lines.push(
        ...columns([
          ['', 'median', 'quartiles', 'least'],
          ...first.map(({ title, median, q1, q3, min }) => [title, time(median), `${time(q1)}-${time(q3)}`, time(min)]),
        ]),
      );
    }
  }
  if (wire) {
    const kB = (/** @type {number} */ bytes) => (bytes / 1000).toFixed(0);
    lines.push('', '-- over the wire, kB --', '');
    lines.push(
      ...columns([
        ['', 'files', 'raw', 'gzip', 'brotli'],
        ...wire.map(({ title, files, raw, gzip, brotli }) => [title, String(files), kB(raw), kB(gzip), kB(brotli)]),
      ]),
    );
  }
  for (const environment of environments) {
    lines.push('', `-- ${environment.version}: gates --`, '');
    lines.push(...gatesOf(environment).map(({ pass, text }) => `${pass ? 'pass' : 'FAIL'}  ${text}`));
  }
  return lines.join('\n');
}
