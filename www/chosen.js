// The chosen loss at close range: its words and formula, its controls, its value.

import * as address from './address.js';
import { fill } from './controls.js';
import { element, part } from './element.js';
import { change, interval, milliseconds, number, verdict } from './format.js';
import { formula } from './formula.js';

/**
 * Shows what does not change with the masks.
 *
 * @param {import('./score.js').Row} row
 * @param {(options: Record<string, unknown>) => void} configure called when a control was moved
 */
export function describe({ entry, options }, configure) {
  part('loss').value = entry.name;
  part('detail-title').textContent = entry.title;
  part('doc').textContent = entry.doc;
  part('source').textContent = entry.source;
  part('better').textContent = entry.better === 'lower' ? '↓ lower is better' : '↑ higher is better';
  part('range').textContent = interval(entry.range);
  part('formula').replaceChildren(typeset(entry.formula));
  part('formula').tabIndex = part('formula').scrollWidth > part('formula').clientWidth ? 0 : -1; // so that keys can scroll it
  fill({ own: part('own'), shared: part('shared') }, entry.params, options, (next) => {
    configure(next);
    showOptions(entry, next);
  });
  part('conventions').hidden = part('shared').childElementCount === 0;
  showOptions(entry, options);
}

/** Shows what an evaluation gave. */
export function show({ entry, options, result, error, before, ms }) {
  const value = part('value');
  value.textContent = result ? number(result.value) : '–';
  value.dataset.name = entry.name;
  value.dataset.options = JSON.stringify(options);
  value.dataset.value = result ? String(result.value) : '';
  part('ms').textContent = milliseconds(ms);
  part('delta').textContent = change(before, result?.value);
  part('delta').className = `delta ${verdict(before, result?.value, entry.better)}`;
  showClasses(result?.perClass ?? []);
  showTrouble(error, result?.warnings ?? []);
}

function typeset(tex) {
  try {
    return formula(tex);
  } catch (error) {
    console.warn(error.message);
    return element('code', { textContent: tex });
  }
}

/** What follows from the options: the address to share and the code to copy. */
function showOptions({ name, targets }, options) {
  const set = Object.keys(options).length > 0;
  part('defaults').hidden = !set;
  address.write(name, options);
  const target = targets.includes('labels')
    ? "{ as: 'labels', channel: 'alpha' }"
    : `{ as: '${targets[0]}', channel: 'red' }`;
  part('code').textContent = `import { load, fromCanvas } from 'maskloss';

const ml = await load();
const prediction = fromCanvas(modelCanvas, { as: 'probs', channel: 'alpha' });
const target = fromCanvas(paintedCanvas, ${target});
const result = await ml.evaluate('${name}', { prediction, target }${set ? `, ${literal(options)}` : ''});
console.log(result.value);`;
}

/** Options as one writes them in JavaScript. */
function literal(options) {
  return `{ ${Object.entries(options)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ')} }`;
}

function showClasses(values) {
  const words = [...values].flatMap((value, i) => [
    element('dt', { textContent: values.length === 1 ? 'foreground' : `class ${i}` }),
    element('dd', { textContent: number(value) }),
  ]);
  part('classes').hidden = words.length === 0;
  part('classes').replaceChildren(...words);
}

/** An error with the control it names, or the warnings. */
function showTrouble(error, warnings) {
  const told = (error ? [error] : warnings).map(({ message }) => message);
  if (told.join('\n') !== [...part('trouble').children].map(({ textContent }) => textContent).join('\n')) {
    part('trouble').replaceChildren(...told.map((textContent) => element('p', { textContent })));
  }
  for (const box of part('params').querySelectorAll('.param')) {
    const wrong = error?.code === 'option' && box.dataset.param === error.field;
    for (const input of box.querySelectorAll('input, select')) input.setAttribute('aria-invalid', String(wrong));
  }
}
