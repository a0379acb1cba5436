// The section of the README that a whole run writes: the figures as ratios, as machines differ.

/** @typedef {import('./run.js').Results} Results */

const BEGIN = '<!-- speed -->';
const END = '<!-- /speed -->';

/** @param {number} x */
const short = (x) => (x >= 10 ? x.toFixed(0) : x.toFixed(x >= 3 ? 1 : 2));

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

/** A row a case: our milliseconds, and how many times as long the others take. @param {Results} results */
function table({ environments }) {
  const heads = environments.map(({ version }) => version.split('.')[0]);
  const rows = [
    ['', ...heads.flatMap((head) => [`${head}: ms`, 'plain JS', 'TF.js wasm', 'C'])],
    ['---', ...heads.flatMap(() => ['--:', '--:', '--:', '--:'])],
  ];
  for (const [i, { title, pixels, classes }] of environments[0].outcomes.entries()) {
    const side = Math.sqrt(pixels);
    const row = [side === 1024 && classes === 1 ? title : `${title}${side === 1024 ? '' : `, ${side} x ${side}`}`];
    for (const { outcomes } of environments) {
      const median = (/** @type {string} */ name) => outcomes[i].standings.find((s) => s.name === name)?.median;
      const ours = median('maskloss');
      row.push(ours ? short(ours) : '');
      for (const name of ['plain', 'tf-wasm', 'c']) {
        const theirs = median(name);
        row.push(ours && theirs ? `${short(theirs / ours)}x` : '');
      }
    }
    rows.push(row);
  }
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** @param {Results} results */
function facts({ environments, wire, machine }) {
  const page = environments.find(({ first }) => first);
  const first = new Map(page?.first?.map(({ name, median }) => [name, median.toFixed(0)]));
  const wasm = wire?.[0];
  const shared = environments.flatMap(({ version, pool }) =>
    (pool?.contests ?? [])
      .filter(({ least }) => least)
      .map(({ title, one, pool }) => `${title} ${short(one.median / pool.median)}x in ${version.split(' ')[0]}`),
  );
  const lines = [
    `Medians of interleaved rounds, each called from another depth of the stack, 1024 x 1024 pixels unless said, one thread each, inputs held, on ${machine.cpu} with ${machine.cores} cores, ${machine.date.slice(0, 10)}.`,
    wasm &&
      `Everything a page loads is ${megabytes(wasm.brotli)} in brotli. From a cold page to the first number: ${first.get('maskloss')} ms, TensorFlow.js wasm with one loss ${first.get('tf-wasm')} ms.`,
    shared.length > 0 &&
      `Two workers against one thread, big inputs, copied to them or held by them: ${shared.join(', ')}.`,
  ];
  return lines.filter(Boolean).join('\n');
}

/**
 * A README with the section of these results.
 *
 * @param {string} text
 * @param {Results} results
 */
export function withSpeed(text, results) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`README.md has no ${BEGIN} and ${END}`);
  const picture = '![Nanoseconds a pixel of each contestant, by case](js/bench/speed.svg)';
  return `${before}${BEGIN}\n\n${picture}\n\n${table(results)}\n\n${facts(results)}\n\n${END}${after}`;
}
