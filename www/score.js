// Scoring while the brush moves. The masks are held in wasm memory once; a stroke writes only what it touched, straight into
// it. Each frame scores the chosen loss first, and then as many others as the frame has time for, those that waited longest
// first. So painting stays smooth on a slow phone, and everything is up to date shortly after the brush rests.

import { union } from './layer.js';
import { suit } from './suit.js';

const PROBABILITY = Float32Array.from({ length: 256 }, (_, alpha) => alpha / 255);
const FRAME = { painting: 6, resting: 12 }; // milliseconds a frame may spend on scores
const SAMPLES = 7; // of the time an evaluation takes: the first ones run before the browser has compiled the code well

/**
 * One loss or metric and how it stands.
 *
 * @typedef {object} Row
 * @property {object} entry of the manifest
 * @property {Record<string, unknown>} options that differ from the defaults
 * @property {object} [result] the last one; none where the library refused
 * @property {Error} [error] why it refused
 * @property {number} [before] the value before the last stroke
 * @property {boolean} [logits] whether it takes no probabilities
 * @property {number[]} took what the last evaluations took, in milliseconds
 * @property {number} [ms] the median of these
 */

export class Scorer {
  /** @type {Map<string, Row>} */
  rows;
  /** Whether the brush is down. */
  painting = false;

  #ml;
  #adapt;
  #events;
  #chosen;
  #held;
  #suited = new Map(); // the same masks in other forms, made when wanted
  #layers;
  #size = 0;
  #touched = {};
  #stale = new Set();
  #frame = 0;

  /**
   * @param {object} ml
   * @param {(image: ImageData, options: object) => object} adapt `fromImageData` of the library
   * @param {object} events `waiting()` when there is something to score, `scored(row)` after each evaluation, `settled()` once nothing is left
   */
  constructor(ml, adapt, events) {
    this.#ml = ml;
    this.#adapt = adapt;
    this.#events = events;
    this.rows = new Map(ml.describe().losses.map((entry) => [entry.name, { entry, options: {}, took: [] }]));
  }

  get chosen() {
    return this.rows.get(this.#chosen);
  }

  choose(name) {
    this.#chosen = name;
    this.#expect([name]);
  }

  /** Scores one row with other options from now on. */
  configure(name, options) {
    const row = this.rows.get(name);
    row.options = options;
    row.before = undefined;
    this.#expect([name]);
  }

  /** Copies both masks into wasm memory, once, and scores everything anew. */
  hold(layers) {
    this.#held?.dispose();
    if (layers.target.size !== this.#size) for (const row of this.rows.values()) row.took = [];
    this.#size = layers.target.size;
    this.#layers = layers;
    this.#touched = {};
    this.#suited.clear();
    this.#held = this.#ml.hold(this.#adapted());
    this.#expect(this.rows.keys());
  }

  /** Tells that a rectangle of a layer changed. */
  touch(layer, rect) {
    this.#touched[layer] = union(this.#touched[layer], rect);
    this.#expect(this.rows.keys());
  }

  /** Remembers the values as they are, to show how a stroke changes them. */
  mark() {
    for (const row of this.rows.values()) row.before = row.result?.value;
  }

  /** Forgets them: what comes next is no change of what was. */
  forget() {
    for (const row of this.rows.values()) row.before = undefined;
  }

  #expect(names) {
    for (const name of names) this.#stale.add(name);
    this.#events.waiting();
    this.#request();
  }

  #request() {
    if (this.#held && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#run());
  }

  async #run() {
    this.#write();
    const end = performance.now() + (this.painting ? FRAME.painting : FRAME.resting);
    let some = false;
    if (this.#stale.has(this.#chosen)) {
      await this.#score(this.#chosen);
      some = true;
    }
    for (const name of [...this.#stale]) {
      const { ms = 0 } = this.rows.get(name);
      const fits = performance.now() + ms <= end;
      if (!fits && (this.painting || some)) continue;
      await this.#score(name);
      some = true;
    }
    this.#frame = 0;
    if (this.#stale.size > 0) this.#request();
    else if (this.chosen.took.length < SAMPLES) this.#expect([this.#chosen]);
    else this.#events.settled();
  }

  /** Brings what was painted since the last frame into wasm memory, by the rule of the adapters: alpha/255, and alpha > 0. */
  #write() {
    for (const [name, rect] of Object.entries(this.#touched)) {
      this.#suited.clear();
      const alpha = this.#layers[name].image.data;
      const size = this.#layers[name].size;
      const view = this.#held[name];
      for (let y = rect.y; y < rect.y + rect.height; y++) {
        for (let i = y * size + rect.x, end = i + rect.width; i < end; i++) {
          const a = alpha[4 * i + 3];
          view[i] = name === 'prediction' ? PROBABILITY[a] : a > 0 ? 1 : 0;
        }
      }
    }
    this.#touched = {};
  }

  /** The masks as a loss takes them: those held, wherever they will do. */
  #input({ entry: { targets }, logits }) {
    const numbered = !targets.includes('labels');
    if (!numbered && !logits) return this.#held;
    const form = JSON.stringify([numbered, logits]);
    if (!this.#suited.has(form)) this.#suited.set(form, suit(this.#adapted(), { numbered, logits }));
    return this.#suited.get(form);
  }

  #adapted() {
    return {
      prediction: this.#adapt(this.#layers.prediction.image, { as: 'probs', channel: 'alpha' }),
      target: this.#adapt(this.#layers.target.image, { as: 'labels', channel: 'alpha' }),
    };
  }

  async #score(name) {
    const row = this.rows.get(name);
    const heatmap = name === this.#chosen && mapped(row.entry);
    this.#stale.delete(name);
    const start = performance.now();
    try {
      const options = heatmap ? { ...row.options, heatmap } : row.options;
      row.result = await this.#ml.evaluate(name, this.#input(row), options);
      row.error = undefined;
    } catch (error) {
      if (error.field === 'prediction.form' && !row.logits) {
        row.logits = true;
        return this.#score(name);
      }
      row.result = undefined;
      row.error = error;
    }
    row.took = [performance.now() - start, ...row.took].slice(0, SAMPLES);
    row.ms = row.took.toSorted((a, b) => a - b)[Math.floor(row.took.length / 2)];
    this.#events.scored(row);
  }
}

/** Whether a loss can say which pixel costs what. */
export function mapped(entry) {
  return entry.params.some(({ name }) => name === 'heatmap');
}
