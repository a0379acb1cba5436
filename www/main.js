// The demo: two layers to paint on, one loss to look at closely, all of them in a table. This file ties the parts together;
// each part is a file of its own.

import { fromImageData, load } from '../js/index.js';
import { Board, families } from './board.js';
import { gradient, meaning, paintShares } from './colour.js';
import { fill } from './controls.js';
import { drawErrors } from './errors.js';
import { change, interval, milliseconds, number, verdict } from './format.js';
import { formula } from './formula.js';
import { History } from './history.js';
import { confidence, Layer } from './layer.js';
import { draw, scenes } from './scene.js';
import { mapped, Scorer } from './score.js';
import { listen } from './stage.js';

const part = (id) => document.getElementById(id);
const main = document.querySelector('main');
const WAIT = 1200; // milliseconds of quiet before a screen reader is told

const ml = await load({
  onProgress: (loaded, total) => {
    const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
    part('status').textContent = `Loading ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ''} MB…`;
  },
});

// --- the two masks ---------------------------------------------------------------------------------------------------

const layers = {
  target: new Layer(part('target'), meaning.falseNegative),
  prediction: new Layer(part('prediction'), meaning.falsePositive),
};
const history = new History();
const scan = part('scan').getContext('2d');
const errors = part('errors').getContext('2d');
const heat = part('heat').getContext('2d');
let picture; // of the errors
let shares; // the heat map's pixels
let size = 0;

function resize(pixels) {
  if (pixels === size) return;
  size = pixels;
  for (const context of [scan, errors, heat]) context.canvas.width = context.canvas.height = size;
  picture = new ImageData(size, size);
  shares = new ImageData(size, size);
  part('brush-size').max = size / 4;
}

function openScene(name, pixels) {
  resize(pixels);
  const drawn = draw(scenes[name], size);
  const image = new ImageData(size, size);
  drawn.scan.forEach((grey, i) => {
    image.data.set([grey, grey, grey, 255], 4 * i);
  });
  scan.putImageData(image, 0, 0);
  history.clear();
  show(drawn);
  remember();
}

/** Puts painted bytes on both layers and scores them. */
function show({ target, prediction }) {
  layers.target.load(target, size);
  layers.prediction.load(prediction, size);
  layers.prediction.tone(tone());
  scorer.hold(layers);
}

/** Adds the masks as they are to what can be undone. */
function remember() {
  history.push({ target: layers.target.painted, prediction: layers.prediction.painted });
  showHistory();
}

function showHistory() {
  part('undo').disabled = !history.undoable;
  part('redo').disabled = !history.redoable;
}

function travel(direction) {
  if (!history[`${direction}able`]) return;
  scorer.mark();
  show(history[direction]());
  showHistory();
}

/** The slider runs over log-odds, its last step is certainty. */
function sure() {
  const slider = part('confidence');
  const at = Number(slider.value) / (Number(slider.max) - 1);
  return at > 1 ? 1 : 1 / (1 + 254 ** -at);
}

function tone() {
  return confidence(sure());
}

// --- scores ----------------------------------------------------------------------------------------------------------

const scorer = new Scorer(ml, fromImageData, {
  waiting: () => main.setAttribute('aria-busy', 'true'),
  scored(row) {
    board.show(row);
    if (row === scorer.chosen) showChosen(row);
  },
  settled() {
    main.setAttribute('aria-busy', 'false');
    announce();
  },
});
const board = new Board(part('board'), scorer.rows.values(), choose);

function choose(name) {
  scorer.choose(name);
  board.mark(name);
  describe(scorer.chosen);
}

/** What does not change with the masks: words, formula, controls. */
function describe({ entry, options }) {
  part('loss').value = entry.name;
  part('detail-title').textContent = entry.title;
  part('doc').textContent = entry.doc;
  part('source').textContent = entry.source;
  part('better').textContent = entry.better === 'lower' ? '↓ lower is better' : '↑ higher is better';
  part('range').textContent = interval(entry.range);
  part('formula').replaceChildren(typeset(entry.formula));
  part('formula').tabIndex = part('formula').scrollWidth > part('formula').clientWidth ? 0 : -1; // so that keys can scroll it
  const changed = (next) => {
    scorer.configure(entry.name, next);
    showOptions(entry.name, next);
  };
  fill({ own: part('own'), shared: part('shared') }, entry.params, options, changed);
  part('conventions').hidden = part('shared').childElementCount === 0;
  showOptions(entry.name, options);
}

function typeset(tex) {
  try {
    return formula(tex);
  } catch (error) {
    console.warn(error.message);
    return Object.assign(document.createElement('code'), { textContent: tex });
  }
}

/** What follows from the options: the address to share and the code to copy. */
function showOptions(name, options) {
  const set = Object.keys(options).length > 0;
  part('defaults').hidden = !set;
  const words = set
    ? `?${new URLSearchParams(Object.entries(options).map(([key, value]) => [key, JSON.stringify(value)]))}`
    : '';
  window.history.replaceState(null, '', `#${name}${words}`);
  part('code').textContent = `import { load, fromCanvas } from 'maskloss';

const ml = await load();
const prediction = fromCanvas(modelCanvas, { as: 'probs', channel: 'alpha' });
const target = fromCanvas(paintedCanvas, { as: '${kind(name)}', channel: '${kind(name) === 'labels' ? 'alpha' : 'red'}' });
const result = await ml.evaluate('${name}', { prediction, target }${set ? `, ${JSON.stringify(options)}` : ''});
console.log(result.value);`;
}

/** What a loss takes as the target: the labels painted, or objects by number. */
function kind(name) {
  const { targets } = scorer.rows.get(name).entry;
  return targets.includes('labels') ? 'labels' : targets[0];
}

/** What changes with every evaluation. */
function showChosen({ entry, options, result, error, before, ms }) {
  const value = part('value');
  value.textContent = result ? number(result.value) : '–';
  value.dataset.name = entry.name;
  value.dataset.options = JSON.stringify(options);
  value.dataset.value = result ? String(result.value) : '';
  part('ms').textContent = milliseconds(ms);
  part('delta').textContent = change(before, result?.value);
  part('delta').className = `delta ${verdict(before, result?.value, entry.better)}`;
  showClasses(result?.perClass);
  const told = error ? [error] : (result.warnings ?? []);
  part('trouble').replaceChildren(
    ...told.map(({ message }) => Object.assign(document.createElement('p'), { textContent: message })),
  );
  for (const box of document.querySelectorAll('.param')) {
    const wrong = error?.code === 'option' && box.dataset.param === error.field;
    for (const input of box.querySelectorAll('input, select')) input.setAttribute('aria-invalid', String(wrong));
  }
  showErrors();
  showHeat(entry, result?.heatmap);
}

function showClasses(perClass) {
  const list = [...(perClass ?? [])];
  part('classes').hidden = list.length === 0;
  part('classes').replaceChildren(
    ...list.flatMap((value, i) => {
      const name = list.length === 1 ? 'foreground' : `class ${i}`;
      return [
        Object.assign(document.createElement('dt'), { textContent: name }),
        Object.assign(document.createElement('dd'), { textContent: number(value) }),
      ];
    }),
  );
}

const grouped = new Intl.NumberFormat('en');

function showErrors() {
  const counts = drawErrors(picture, layers.target.image, layers.prediction.image);
  errors.putImageData(picture, 0, 0);
  part('true-positive').textContent = grouped.format(counts.truePositive);
  part('false-positive').textContent = grouped.format(counts.falsePositive);
  part('false-negative').textContent = grouped.format(counts.falseNegative);
}

let map; // the heat map as last drawn

function showHeat(entry, heatmap) {
  map = heatmap;
  part('scale').hidden = !heatmap;
  if (!heatmap) {
    heat.clearRect(0, 0, size, size);
    part('heat-note').textContent = mapped(entry)
      ? ''
      : `${entry.title} is a number of the whole mask; no pixel has a share of it.`;
    return;
  }
  let [least, most] = [0, 0];
  for (const share of heatmap) {
    if (share < least) least = share;
    if (share > most) most = share;
  }
  const reach = Math.max(-least, most);
  paintShares(new Uint32Array(shares.data.buffer), heatmap, reach || 1);
  heat.putImageData(shares, 0, 0);
  const [low, high] = [least < 0 ? -reach : 0, most > 0 || least === 0 ? reach : 0];
  part('scale-low').textContent = number(low, 3);
  part('scale-high').textContent = number(high, 3);
  part('scale-bar').style.background = gradient(low < 0 ? -1 : 0, high > 0 ? 1 : 0);
  part('heat-note').textContent = 'Each pixel has its share of the value; together they make it up. Black is zero.';
  probe();
}

let under = null; // the pixel under the pointer

function probe() {
  if (!under) {
    part('probe').textContent = '';
    return;
  }
  const i = under.y * size + under.x;
  const p = layers.prediction.image.data[4 * i + 3] / 255;
  const t = layers.target.image.data[4 * i + 3] > 0 ? 1 : 0;
  const share = map ? `, share ${number(map[i], 3)}` : '';
  part('probe').textContent = `x ${under.x}, y ${under.y}: prediction ${p.toFixed(3)}, target ${t}${share}`;
}

function hover(point) {
  const inside = point && point.x >= 0 && point.y >= 0 && point.x < size && point.y < size;
  under = inside ? { x: Math.floor(point.x), y: Math.floor(point.y) } : null;
  probe();
}

// What a screen reader hears: the value, once things are quiet.
let timer;

function announce() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { entry, result, before } = scorer.chosen;
    if (!result) return;
    const moved = verdict(before, result.value, entry.better);
    const words = moved && `, ${moved} than before`;
    part('live').textContent = `${entry.title} ${number(result.value, 4)}${words}`;
  }, WAIT);
}

// --- hands and keys --------------------------------------------------------------------------------------------------

const selected = (name) => document.querySelector(`input[name=${name}]:checked`).value;

function pick(name, value) {
  document.querySelector(`input[name=${name}][value=${value}]`).click();
}

const stage = listen(part('stage'), part('ring'), {
  resolution: () => size,
  size: () => Number(part('brush-size').value),
  begin() {
    scorer.mark();
    scorer.painting = true;
    layers[selected('layer')].fork();
  },
  draw(from, to, { pressure, erase }) {
    const name = selected('layer');
    const brush = {
      size: Number(part('brush-size').value) * pressure,
      softness: name === 'target' ? 0 : Number(part('softness').value) / 100,
      erase: erase || selected('tool') === 'eraser',
    };
    scorer.touch(name, layers[name].stroke(from, to, brush));
  },
  end() {
    scorer.painting = false;
    remember();
  },
  hover,
});

part('stage').addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = {
    b: () => pick('tool', 'brush'),
    e: () => pick('tool', 'eraser'),
    t: () => pick('layer', 'target'),
    p: () => pick('layer', 'prediction'),
    '[': () => grow(-2),
    ']': () => grow(2),
  };
  actions[event.key.toLowerCase()]?.();
});

document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches('input:not([type=range], [type=radio]), textarea'))
    return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  event.preventDefault();
  travel(key === 'y' || event.shiftKey ? 'redo' : 'undo');
});

part('heat').addEventListener('pointermove', (event) => {
  const box = part('heat').getBoundingClientRect();
  hover({ x: ((event.clientX - box.left) / box.width) * size, y: ((event.clientY - box.top) / box.height) * size });
});
part('heat').addEventListener('pointerleave', () => hover(null));

function grow(by) {
  part('brush-size').valueAsNumber += by;
  showSliders();
  stage.redraw();
}

function showSliders() {
  part('brush-size-text').textContent = `${part('brush-size').value} px`;
  part('softness-text').textContent = `${part('softness').value} %`;
  const percent = 100 * sure();
  const words = percent === 100 ? 'certain' : `${percent.toFixed(percent < 99 ? 0 : 1)} %`;
  part('confidence-text').textContent = words;
  part('confidence').setAttribute('aria-valuetext', words);
}

for (const id of ['brush-size', 'softness']) part(id).addEventListener('input', showSliders);
part('confidence').addEventListener('input', () => {
  showSliders();
  layers.prediction.tone(tone());
  scorer.touch('prediction', { x: 0, y: 0, width: size, height: size });
});
part('undo').addEventListener('click', () => travel('undo'));
part('redo').addEventListener('click', () => travel('redo'));
part('clear').addEventListener('click', () => {
  const name = selected('layer');
  scorer.mark();
  const blank = {
    target: layers.target.painted,
    prediction: layers.prediction.painted,
    [name]: new Uint8Array(size * size),
  };
  show(blank);
  remember();
});
const showView = () => {
  part('stage').dataset.view = selected('view');
};
part('view').addEventListener('change', showView);
const open = () => openScene(part('scene').value, Number(part('size').value));
part('scene').addEventListener('change', open);
part('size').addEventListener('change', open);
part('loss').addEventListener('change', () => choose(part('loss').value));
part('defaults').addEventListener('click', () => {
  const row = scorer.chosen;
  scorer.configure(row.entry.name, {});
  describe(row);
});
part('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(part('code').textContent);
  part('copy').textContent = 'Copied';
  setTimeout(() => {
    part('copy').textContent = 'Copy';
  }, 1500);
});

// --- the first sight -------------------------------------------------------------------------------------------------

/** The loss and options that an address such as #tversky?fpWeight=0.3 asks for. */
function addressed() {
  const [name, query] = location.hash.slice(1).split('?');
  if (!scorer.rows.has(name))
    return { name: scorer.rows.has('dice') ? 'dice' : [...scorer.rows.keys()][0], options: {} };
  try {
    return {
      name,
      options: Object.fromEntries([...new URLSearchParams(query)].map(([key, value]) => [key, JSON.parse(value)])),
    };
  } catch {
    return { name, options: {} };
  }
}

function go() {
  const { name, options } = addressed();
  scorer.configure(name, options);
  choose(name);
}

for (const [name, { title }] of Object.entries(scenes)) part('scene').append(new Option(title, name));
for (const [label, members] of families(scorer.rows.values())) {
  const group = Object.assign(document.createElement('optgroup'), { label });
  for (const { entry } of members) group.append(new Option(entry.title, entry.name));
  part('loss').append(group);
}
part('version').textContent = `Maskloss ${ml.version}, Go in WebAssembly.`;
showView();
showSliders();
go();
open();
window.addEventListener('hashchange', go);
part('status').hidden = true;
main.dataset.ready = 'true';
