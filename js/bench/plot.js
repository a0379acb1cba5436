// The races as a picture: a row a case, a dot a contestant on a logarithmic axis of nanoseconds per pixel, its line the quartiles.

/** @typedef {import('./run.js').Results} Results */

/** Contestants in the picture, with colours that the colour-blind tell apart (Okabe and Ito), light and dark. */
const DRAWN =
  /** @type {Record<string, { light: string, dark: string, shape: 'dot' | 'square' | 'diamond' | 'triangle' | 'ring' }>} */ ({
    maskloss: { light: '#0072b2', dark: '#56b4e9', shape: 'dot' },
    c: { light: '#767676', dark: '#a0a0a0', shape: 'ring' },
    plain: { light: '#d55e00', dark: '#e69f00', shape: 'square' },
    'tf-wasm': { light: '#007a5a', dark: '#2fcf9f', shape: 'diamond' },
    ort: { light: '#a3497a', dark: '#e79cc5', shape: 'triangle' },
  });

const ROW = 26;
const TOP = 84;
const LEFT = 250;
const PANEL = 400;
const GAP = 56;

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** @param {string} name @param {number} x @param {number} y */
function mark(name, x, y) {
  const at = `class="${name}" transform="translate(${x.toFixed(1)} ${y})"`;
  switch (DRAWN[name].shape) {
    case 'square':
      return `<rect ${at} x="-4" y="-4" width="8" height="8"/>`;
    case 'diamond':
      return `<path ${at} d="M0-5.5 5.5 0 0 5.5-5.5 0z"/>`;
    case 'triangle':
      return `<path ${at} d="M0-5.5 5 4-5 4z"/>`;
    case 'ring':
      return `<circle ${at} r="4.5" style="fill:none;stroke-width:2"/>`;
    default:
      return `<circle ${at} r="5.5"/>`;
  }
}

/** @param {Results} results */
export function plotOf({ environments, machine }) {
  const all = environments
    .flatMap(({ outcomes }) =>
      outcomes.flatMap(({ standings, pixels }) =>
        standings.filter(({ name }) => DRAWN[name]).map(({ q1, q3 }) => [(q1 * 1e6) / pixels, (q3 * 1e6) / pixels]),
      ),
    )
    .flat();
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const cases = environments[0].outcomes;
  const width = LEFT + environments.length * (PANEL + GAP);
  const bottom = TOP + cases.length * ROW;
  const height = bottom + 58;
  const rules = Object.entries(DRAWN);
  const colours = (/** @type {'light' | 'dark'} */ theme) =>
    rules.map(([name, { [theme]: colour }]) => `.${name}{fill:${colour};stroke:${colour}}`).join('');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">Nanoseconds per pixel of each loss, by contestant: less is better</title>',
    `<style>text{font:13px system-ui,sans-serif;fill:#1f2328}.faint{fill:#59636e}.grid{stroke:#d1d9e0}.row{fill:#f6f8fa}svg{background:#fff}${colours('light')}@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.faint{fill:#9198a1}.grid{stroke:#3d444d}.row{fill:#151b23}svg{background:#0d1117}${colours('dark')}}</style>`,
  ];
  const titles = Object.assign({}, ...environments.map((environment) => environment.titles));
  let at = LEFT;
  for (const [name] of rules) {
    if (!titles[name]) continue;
    parts.push(mark(name, at, 20), `<text x="${at + 12}" y="24">${escaped(titles[name])}</text>`);
    at += 32 + 7.2 * titles[name].length;
  }
  cases.forEach(({ title }, row) => {
    const y = TOP + row * ROW;
    if (row % 2 === 0) parts.push(`<rect class="row" x="0" y="${y}" width="${width}" height="${ROW}"/>`);
    parts.push(`<text x="12" y="${y + 17}">${escaped(title)}</text>`);
  });
  environments.forEach(({ version, outcomes }, column) => {
    const left = LEFT + column * (PANEL + GAP);
    const x = (/** @type {number} */ nanos) => left + ((Math.log10(nanos) - low) / (high - low)) * PANEL;
    parts.push(`<text x="${left}" y="52" style="font-weight:600">${escaped(version)}</text>`);
    for (let power = low; power <= high; power++) {
      const place = x(10 ** power).toFixed(1);
      const label = power >= 0 ? String(10 ** power) : (10 ** power).toFixed(-power);
      parts.push(
        `<path class="grid" d="M${place} ${TOP - 8}V${bottom}"/><text class="faint" x="${place}" y="${TOP - 14}" text-anchor="middle">${label}</text>`,
      );
    }
    cases.forEach(({ name }, row) => {
      const outcome = outcomes.find((other) => other.name === name);
      const y = TOP + row * ROW + ROW / 2;
      for (const { name: contestant, median, q1, q3 } of [...(outcome?.standings ?? [])].reverse()) {
        if (!outcome || !DRAWN[contestant]) continue;
        const nanos = (/** @type {number} */ ms) => x((ms * 1e6) / outcome.pixels);
        parts.push(
          `<path class="${contestant}" d="M${nanos(q1).toFixed(1)} ${y}H${nanos(q3).toFixed(1)}" stroke-width="2"/>`,
          mark(contestant, nanos(median), y),
        );
      }
    });
  });
  parts.push(
    `<text class="faint" x="${LEFT}" y="${bottom + 24}">nanoseconds per pixel, logarithmic: further left is faster; lines are quartiles</text>`,
    `<text class="faint" x="${LEFT}" y="${bottom + 44}">${escaped(machine.cpu)}, one thread each</text>`,
    '</svg>',
  );
  return `${parts.join('\n')}\n`;
}
