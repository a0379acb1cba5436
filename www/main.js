// The demo: two masks to paint, one loss at close range, all of them in a table. This file ties the parts together.

import { fromImageData, load } from '../js/index.js';
import * as address from './address.js';
import { Board, families } from './board.js';
import * as chosen from './chosen.js';
import { element, part } from './element.js';
import { drawErrors } from './errors.js';
import { number, verdict } from './format.js';
import { HeatMap } from './heatmap.js';
import { scenes } from './scene.js';
import { mapped, Scorer } from './score.js';
import { listen } from './stage.js';
import { Studio } from './studio.js';

const main = document.querySelector('main');
const WAIT = 1200; // milliseconds of quiet before a screen reader is told

const ml = await load({
  onProgress: (loaded, total) => {
    const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
    part('status').textContent = `Loading ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ''} MB…`;
  },
});

const studio = new Studio({
  replaced: (layers) => scorer.hold(layers),
  touched: (layer, rect) => scorer.touch(layer, rect),
  travelled({ undoable, redoable }) {
    part('undo').disabled = !undoable;
    part('redo').disabled = !redoable;
  },
});
const scorer = new Scorer(ml, fromImageData, {
  waiting: () => main.setAttribute('aria-busy', 'true'),
  scored(row) {
    board.show(row);
    if (row !== scorer.chosen) return;
    chosen.show(row);
    showErrors();
    const { entry, result } = row;
    const reason = mapped(entry) ? '' : `${entry.title} is a number of the whole mask; no pixel has a share of it.`;
    heatmap.show(result?.heatmap, studio.size, reason);
    probe();
  },
  settled() {
    main.setAttribute('aria-busy', 'false');
    announce();
  },
});
const board = new Board(part('board'), scorer.rows.values(), choose);
const heatmap = new HeatMap();

// --- what is shown ---------------------------------------------------------------------------------------------------

function choose(name) {
  scorer.choose(name);
  board.mark(name);
  chosen.describe(scorer.chosen, (options) => scorer.configure(name, options));
}

/** Chooses what the address names, or the first loss of all. */
function follow() {
  const { name, options } = address.read();
  const known = scorer.rows.has(name);
  if (known) scorer.configure(name, options);
  choose(known ? name : scorer.rows.has('dice') ? 'dice' : scorer.rows.keys().next().value);
}

const errors = part('errors').getContext('2d');
const grouped = new Intl.NumberFormat('en');

function showErrors() {
  const { target, prediction } = studio.layers;
  if (errors.canvas.width !== studio.size) errors.canvas.width = errors.canvas.height = studio.size;
  const picture = errors.createImageData(studio.size, studio.size);
  const counts = drawErrors(picture, target.image, prediction.image);
  errors.putImageData(picture, 0, 0);
  part('true-positive').textContent = grouped.format(counts.truePositive);
  part('false-positive').textContent = grouped.format(counts.falsePositive);
  part('false-negative').textContent = grouped.format(counts.falseNegative);
}

let under = null; // the pixel under the pointer

function hover(point) {
  const inside = point && Math.min(point.x, point.y) >= 0 && Math.max(point.x, point.y) < studio.size;
  under = inside ? { x: Math.floor(point.x), y: Math.floor(point.y) } : null;
  probe();
}

/** Says what is under the pointer. */
function probe() {
  let words = '';
  if (under) {
    const { x, y } = under;
    const { prediction, target } = studio.at(x, y);
    const share = heatmap.at(y * studio.size + x);
    words = `x ${x}, y ${y}: prediction ${prediction.toFixed(3)}, target ${target}`;
    if (share !== undefined) words += `, share ${number(share, 3)}`;
  }
  part('probe').textContent = words;
}

let timer;

/** Tells a screen reader the value, once things are quiet. */
function announce() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { entry, result, before } = scorer.chosen;
    if (!result) return;
    const moved = verdict(before, result.value, entry.better);
    part('live').textContent = `${entry.title} ${number(result.value, 4)}${moved && `, ${moved} than before`}`;
  }, WAIT);
}

// --- hands and keys --------------------------------------------------------------------------------------------------

const selected = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const pick = (name, value) => document.querySelector(`input[name=${name}][value=${value}]`).click();

const stage = listen(part('stage'), part('ring'), {
  resolution: () => studio.size,
  size: () => Number(part('brush-size').value),
  begin() {
    scorer.mark();
    scorer.painting = true;
    studio.begin(selected('layer'));
  },
  draw(from, to, { pressure, erase }) {
    const layer = selected('layer');
    studio.stroke(layer, from, to, {
      size: Number(part('brush-size').value) * pressure,
      softness: layer === 'target' ? 0 : Number(part('softness').value) / 100,
      erase: erase || selected('tool') === 'eraser',
    });
  },
  end() {
    scorer.painting = false;
    studio.keep();
  },
  hover,
});

part('stage').addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || scorer.painting) return;
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
  const typing = event.target.matches('input:not([type=range], [type=radio], [type=checkbox])');
  if (!(event.ctrlKey || event.metaKey) || typing) return;
  const key = event.key.toLowerCase();
  if (key !== 'z' && key !== 'y') return;
  event.preventDefault();
  if (key === 'y' || event.shiftKey) redo();
  else undo();
});

function undo() {
  if (scorer.painting || !studio.undoable) return;
  scorer.mark();
  studio.undo();
}

function redo() {
  if (scorer.painting || !studio.redoable) return;
  scorer.mark();
  studio.redo();
}

part('undo').addEventListener('click', undo);
part('redo').addEventListener('click', redo);
part('clear').addEventListener('click', () => {
  scorer.mark();
  studio.clear(selected('layer'));
});

part('heat').addEventListener('pointermove', ({ offsetX, offsetY }) => {
  const scale = studio.size / part('heat').clientWidth;
  hover({ x: offsetX * scale, y: offsetY * scale });
});
part('heat').addEventListener('pointerleave', () => hover(null));

/** The slider runs over log-odds; its last step is certainty. */
function sure() {
  const slider = part('confidence');
  const at = Number(slider.value) / (Number(slider.max) - 1);
  return at > 1 ? 1 : 1 / (1 + 254 ** -at);
}

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

function showView() {
  part('stage').dataset.view = selected('view');
}

function open() {
  const size = Number(part('size').value);
  part('brush-size').max = size / 4;
  showSliders();
  scorer.forget();
  studio.open(part('scene').value, size);
}

for (const id of ['brush-size', 'softness', 'confidence']) part(id).addEventListener('input', showSliders);
part('confidence').addEventListener('input', () => studio.trust(sure()));
part('view').addEventListener('change', showView);
part('scene').addEventListener('change', open);
part('size').addEventListener('change', open);
part('loss').addEventListener('change', () => choose(part('loss').value));
part('defaults').addEventListener('click', () => {
  const { name } = scorer.chosen.entry;
  scorer.configure(name, {});
  choose(name);
});
part('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(part('code').textContent);
  part('copy').textContent = 'Copied';
  setTimeout(() => {
    part('copy').textContent = 'Copy';
  }, 1500);
});
window.addEventListener('hashchange', follow);

// --- the first sight -------------------------------------------------------------------------------------------------

for (const [name, { title }] of Object.entries(scenes)) part('scene').append(new Option(title, name));
for (const [label, members] of families(scorer.rows.values())) {
  const options = members.map(({ entry }) => new Option(entry.title, entry.name));
  part('loss').append(element('optgroup', { label }, ...options));
}
part('version').textContent = `Maskloss ${ml.version}, Go in WebAssembly.`;
showView();
follow();
studio.trust(sure());
open();
part('status').hidden = true;
main.dataset.ready = 'true';
