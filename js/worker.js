// The other side of pool.js: an instance in a Web Worker or a worker thread, which does one task after the other.

import { MasklossError } from './error.js';
import { IN, Instance, OUT } from './instance.js';
import { builtin } from './loader.js';
import { copyTile, narrow, pixelsOf, single, total, viewsOf } from './tiles.js';

/**
 * @typedef {import('./instance.js').Job} Job
 * @typedef {import('./instance.js').KeptInput} KeptInput
 * @typedef {import('./request.js').Request} Request
 * @typedef {import('./tiles.js').Frame} Frame
 * @typedef {import('./tiles.js').Tile} Tile
 *
 * Sums over tiles.
 *
 * @typedef {object} Sums
 * @property {Request} request
 * @property {Frame} frame of the whole input
 * @property {number} size pixels of a tile, but for the last ones
 * @property {boolean} last whether nobody needs the tiles after this
 * @property {Map<number, Job>} jobs by the pixels of their tiles, the largest first
 * @property {Map<number, ReturnType<Instance['finish']>>} finished
 * @property {Tile[]} kept tiles that are needed again
 *
 * Images of a batch, scored apart from each other.
 *
 * @typedef {object} Apart
 * @property {Request} request
 * @property {Frame} frame of the whole input
 * @property {Job} [job] of one image
 * @property {Tile[][]} kept the tiles of each
 * @property {Tile[]} [written] those in memory
 */

/** @type {Instance} */
let instance;
/** @type {Sums | undefined} */
let sums;
/** @type {Apart | undefined} */
let apart;
/** @type {KeptInput | undefined} */
let held;
/** Shares of held inputs, by the numbers that pool.js gives them. @type {Map<number, KeptInput>} */
const keeps = new Map();
/** @type {Set<Transferable>} */
let transfer = new Set();

const tasks = {
  /** @param {{module: WebAssembly.Module}} task */
  start({ module }) {
    instance = new Instance(module);
  },

  /** @param {{request: Request, frame: Frame, size: number, last: boolean}} task */
  begin({ request, frame, size, last }) {
    tasks.forget();
    sums = { request, frame, size, last, jobs: new Map(), finished: new Map(), kept: [] };
  },

  /**
   * Adds a tile to the sums. It goes back at once where nothing but numbers is wanted.
   *
   * @param {Tile} tile
   */
  scan(tile) {
    const work = current();
    work.kept.push(tile);
    const job = jobOf(work, tile.pixels);
    write(work, job, tile);
    const [from, to] = blocksOf(work, job, tile);
    instance.scan(job, from, to);
    return job.planes ? undefined : giveBack(/** @type {Tile} */ (work.kept.pop()));
  },

  /** The sums of our tiles or images; nothing where there were none. */
  state() {
    const jobs = apart ? [jobOfImage(apart)] : current().jobs.values();
    return total([...jobs].map((job) => instance.state(job)));
  },

  /**
   * The numbers, of the sums of all tiles. Planes come tile by tile.
   *
   * @param {{state: Float64Array}} task
   */
  finish({ state }) {
    const { frame, jobs, finished, kept } = current();
    let results;
    for (const [pixels, job] of jobs) {
      const end = instance.finish(job, state);
      finished.set(pixels, end);
      results ??= end.take((view, _plane, _name, shape) => (shape && shape.length < 4 ? view.slice() : undefined));
    }
    for (const result of Object.values(results ?? {})) {
      const { valuesShape } = result;
      if (valuesShape && !result.values) result.valuesShape = [...valuesShape.slice(0, -2), ...frame.shape.slice(2)];
    }
    return { results, tiles: kept.length };
  },

  /** The planes of the next tile. A gradient takes the place of the prediction that it is of, where nobody needs this after. */
  spread() {
    const work = current();
    const tile = /** @type {Tile} */ (work.kept.shift());
    const job = jobOf(work, tile.pixels);
    const { spread, take } = /** @type {ReturnType<Instance['finish']>} */ (work.finished.get(tile.pixels));
    write(work, job, tile);
    spread(...blocksOf(work, job, tile));
    const [room] = viewsOf(work.frame, tile);
    let free = work.last;
    /** @type {{name: string, plane: string, data: Float32Array}[]} */
    const planes = [];
    take((view, plane, name, shape) => {
      if (plane === 'values' && shape && shape.length < 4) return;
      const length = view.length / work.frame.shape[0];
      let data = view.subarray(tile.image * length, (tile.image + 1) * length);
      if (free && plane === 'gradient') {
        free = false;
        room.set(data);
        data = /** @type {Float32Array} */ (room);
      } else {
        data = data.slice();
        transfer.add(data.buffer);
      }
      planes.push({ name, plane, data });
    });
    return { tile: giveBack(tile), planes };
  },

  /** Ends the sums, or the images, and gives back what is left of them. */
  forget() {
    const jobs = apart?.job ? [apart.job] : (sums?.jobs.values() ?? []);
    const kept = apart?.kept.flat() ?? sums?.kept ?? [];
    sums = apart = undefined;
    for (const job of jobs) instance.end(job);
    return kept.map(giveBack);
  },

  /** @param {{request: Request, frame: Frame}} task */
  beginApart({ request, frame }) {
    tasks.forget();
    apart = { request, frame, kept: [] };
  },

  /**
   * Counts what all have to know of an image, and keeps it.
   *
   * @param {{tiles: Tile[]}} task
   */
  count({ tiles }) {
    const work = apartNow();
    work.kept.push(tiles);
    const job = jobOfImage(work);
    writeImage(work, job, tiles);
    instance.scan(job, 0, job.blocks);
  },

  /**
   * Scores the next image.
   *
   * @param {{state: Float64Array}} task what was counted of all images
   */
  score({ state }) {
    const work = apartNow();
    const tiles = /** @type {Tile[]} */ (work.kept.at(-1)); // the last one is in memory
    const job = jobOfImage(work);
    writeImage(work, job, tiles);
    /** @type {{name: string, plane: string, data: Float32Array}[]} */
    const planes = [];
    const results = instance.finish(job, state).take((view, plane, name) => {
      const data = view.slice();
      transfer.add(data.buffer);
      planes.push({ name, plane, data });
    });
    work.kept.pop();
    return { image: tiles[0].image, tiles: tiles.map(giveBack), results, planes };
  },

  /**
   * Puts the input as a whole into memory, for evaluations.
   *
   * @param {{frame: Frame, tiles: Tile[]}} task
   */
  load({ frame, tiles }) {
    tasks.unload();
    const each = pixelsOf(frame);
    const [prediction, target, weight = null] = frame.parts.map(({ type, planes }, k) => ({
      type,
      length: planes * frame.shape[0] * each,
      fill(/** @type {any} */ whole) {
        for (const tile of tiles) copyTile('out', tile, viewsOf(frame, tile)[k], whole, each);
      },
    }));
    held = instance.hold(/** @type {any} */ ({ ...frame, prediction, target, weight }), IN);
    return tiles.map(giveBack);
  },

  /**
   * Losses on the input in memory.
   *
   * @param {{request: Request}} task
   */
  evaluate({ request }) {
    const results = instance.evaluate(request, /** @type {KeptInput} */ (held));
    for (const { gradient, heatmap, values } of Object.values(results)) {
      for (const plane of [gradient, heatmap, values]) if (plane) transfer.add(plane.buffer);
    }
    return results;
  },

  /** Keeps room for a share of a held input. @param {{id: number, frame: Frame}} task */
  keep({ id, frame }) {
    keeps.set(id, instance.hold(emptyInput(frame, pixelsOf(frame))));
  },

  /** @param {{id: number, part: number, at: number, data: import('./input.js').Elements}} task */
  write({ id, part, at, data }) {
    instance.write(keepOf(id), part, at, data);
    if (!(data.buffer instanceof ArrayBuffer)) return undefined;
    transfer.add(data.buffer);
    return data.buffer;
  },

  /** The sums of a share. @param {{id: number, request: Request}} task */
  sumKept({ id, request }) {
    const job = instance.begin(request, keepOf(id), { in: IN, out: OUT });
    try {
      instance.scan(job, 0, job.blocks);
      return instance.state(job);
    } finally {
      instance.end(job);
    }
  },

  /** @param {{id: number}} task */
  drop({ id }) {
    const kept = keeps.get(id);
    if (kept) instance.drop('input', kept.handle, kept.block);
    keeps.delete(id);
  },

  unload() {
    if (held) instance.drop('input', held.handle);
    held = undefined;
  },
};

function current() {
  if (!sums) throw new MasklossError('internal', '', 'there is no sum that this belongs to');
  return sums;
}

/**
 * The job of the tiles of a size. The largest is begun first, so that its blocks do for all.
 *
 * @param {Sums} work
 * @param {number} pixels
 * @returns {Job}
 */
function jobOf(work, pixels) {
  if (work.jobs.size === 0 && pixels !== work.size) jobOf(work, work.size);
  let job = work.jobs.get(pixels);
  if (!job) {
    job = beginEmpty(work.request, narrow(work.frame, pixels), pixels);
    work.jobs.set(pixels, job);
  }
  return job;
}

/**
 * A job whose input is written later.
 *
 * @param {Request} request
 * @param {Frame} frame
 * @param {number} pixels of an image
 */
function beginEmpty(request, frame, pixels) {
  return instance.begin(request, emptyInput(frame, pixels), { in: IN, out: OUT });
}

/**
 * An input that is written later.
 *
 * @param {Frame} frame
 * @param {number} pixels of an image
 * @returns {any}
 */
function emptyInput(frame, pixels) {
  const [prediction, target, weight = null] = frame.parts.map(({ type, planes }) => ({
    type,
    length: planes * frame.shape[0] * pixels,
    fill() {},
  }));
  return { ...frame, prediction, target, weight };
}

/** @param {number} id */
function keepOf(id) {
  const kept = keeps.get(id);
  if (!kept) throw new MasklossError('memory', '', 'the share of this input is not there');
  return kept;
}

function apartNow() {
  if (!apart) throw new MasklossError('internal', '', 'there are no images that this belongs to');
  return apart;
}

/** @param {Apart} work */
function jobOfImage(work) {
  work.job ??= beginEmpty(work.request, single(work.frame), pixelsOf(work.frame));
  return work.job;
}

/** Writes an image into its job, unless it is there. @param {Apart} work @param {Job} job @param {Tile[]} tiles */
function writeImage(work, job, tiles) {
  if (work.written === tiles) return;
  work.written = tiles;
  const { parts } = work.frame;
  const each = pixelsOf(work.frame);
  for (const tile of tiles) {
    viewsOf(work.frame, tile).forEach((part, k) => {
      for (let plane = 0; plane < parts[k].planes; plane++) {
        const data = part.subarray(plane * tile.pixels, (plane + 1) * tile.pixels);
        instance.write(job, k, plane * each + tile.from, data);
      }
    });
  }
}

/** @param {Sums} work @param {Job} job @param {Tile} tile */
function write({ frame }, job, tile) {
  viewsOf(frame, tile).forEach((part, k) => {
    instance.write(job, k, tile.image * part.length, part);
  });
}

/** The blocks of a job that a tile is. @param {Sums} work @param {Job} job @param {Tile} tile @returns {[number, number]} */
function blocksOf({ frame }, { blocks }, { image }) {
  const each = blocks / frame.shape[0];
  return [image * each, (image + 1) * each];
}

/** @param {Tile} tile @returns {import('./tiles.js').Returned} */
function giveBack({ buffer, ...place }) {
  if (!(buffer instanceof ArrayBuffer)) return place;
  transfer.add(buffer);
  return { ...place, buffer };
}

/**
 * @param {{post(message: unknown, transfer: Transferable[]): void, listen(listener: (message: any) => void): void}} host
 */
function serve(host) {
  host.listen(({ id, name, task }) => {
    transfer = new Set();
    try {
      const value = tasks[/** @type {keyof typeof tasks} */ (name)](task);
      host.post({ id, value, memory: instance.memory }, [...transfer]);
    } catch (error) {
      const { code, field, message } =
        error instanceof MasklossError ? error : { code: 'internal', field: '', message: String(error) };
      host.post({ id, error: { code, field, message }, memory: instance?.memory ?? 0 }, []);
    }
  });
}

if (typeof globalThis.postMessage === 'function') {
  const scope = /** @type {any} */ (globalThis);
  serve({
    post: (message, transfer) => scope.postMessage(message, transfer),
    listen: (listener) => scope.addEventListener('message', (/** @type {MessageEvent} */ { data }) => listener(data)),
  });
} else {
  const { parentPort } = await builtin('node:worker_threads');
  serve({
    post: (message, transfer) => parentPort.postMessage(message, transfer),
    listen: (listener) => parentPort.on('message', listener),
  });
}
