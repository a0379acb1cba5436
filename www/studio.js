// The studio holds the two masks that are painted, over the scan of a scene, and what was painted before.

import { meaning } from './colour.js';
import { part } from './element.js';
import { History } from './history.js';
import { confidence, Layer } from './layer.js';
import { draw, scenes } from './scene.js';

export class Studio {
  layers = {
    target: new Layer(part('target'), meaning.falseNegative),
    prediction: new Layer(part('prediction'), meaning.falsePositive),
  };
  /** Pixels along a side. */
  size = 0;

  #scan = part('scan').getContext('2d');
  #history = new History();
  #sure = 1;
  #events;

  /**
   * @param {object} events `replaced(layers)` where both masks may have changed altogether, `touched(layer, rect)` where one
   *   changed inside a rectangle, `travelled({undoable, redoable})` whenever what can be undone changed
   */
  constructor(events) {
    this.#events = events;
  }

  /** Begins anew with a scene at a size. */
  open(name, size) {
    this.size = size;
    const { scan, ...masks } = draw(scenes[name], size);
    const image = new ImageData(size, size);
    scan.forEach((grey, i) => {
      image.data.set([grey, grey, grey, 255], 4 * i);
    });
    this.#scan.canvas.width = this.#scan.canvas.height = size;
    this.#scan.putImageData(image, 0, 0);
    this.#history.clear();
    this.#show(masks);
    this.keep();
  }

  /** Makes a layer ready for a stroke. */
  begin(layer) {
    this.layers[layer].fork();
  }

  /** Goes on with a stroke. */
  stroke(layer, from, to, brush) {
    this.#events.touched(layer, this.layers[layer].stroke(from, to, brush));
  }

  /** Adds the masks as they are to what can be undone. */
  keep() {
    this.#history.push(this.#painted);
    this.#events.travelled(this.#history);
  }

  clear(layer) {
    this.#show({ ...this.#painted, [layer]: new Uint8Array(this.size * this.size) });
    this.keep();
  }

  undo() {
    this.#show(this.#history.undo());
    this.#events.travelled(this.#history);
  }

  redo() {
    this.#show(this.#history.redo());
    this.#events.travelled(this.#history);
  }

  get undoable() {
    return this.#history.undoable;
  }

  get redoable() {
    return this.#history.redoable;
  }

  /** Sets how sure the prediction is of its fully painted pixels: a probability above one half, at most 1. */
  trust(sure) {
    this.#sure = sure;
    if (this.size === 0) return;
    this.layers.prediction.tone(confidence(sure));
    this.#events.touched('prediction', { x: 0, y: 0, width: this.size, height: this.size });
  }

  /** What both masks say of a pixel. */
  at(x, y) {
    const alpha = 4 * (y * this.size + x) + 3;
    const { target, prediction } = this.layers;
    return { target: target.image.data[alpha] > 0 ? 1 : 0, prediction: prediction.image.data[alpha] / 255 };
  }

  get #painted() {
    return { target: this.layers.target.painted, prediction: this.layers.prediction.painted };
  }

  #show({ target, prediction }) {
    this.layers.target.load(target, this.size);
    this.layers.prediction.load(prediction, this.size);
    this.layers.prediction.tone(confidence(this.#sure));
    this.#events.replaced(this.layers);
  }
}
