import { MasklossError } from '../error.js';

/**
 * A closed ring of corners, flat: x0, y0, x1, y1, ... Pixel (0, 0) covers [0, 1) x [0, 1).
 * @typedef {ArrayLike<number>} Ring
 */

/**
 * Fills rings by the pixel centres inside: `evenodd`, those that a ray leaves an odd number of times, or `nonzero`, those the
 * rings wind around. Polygons that share an edge share no pixel and leave no gap: a centre on a left or top edge is inside, on
 * a right or bottom edge outside.
 *
 * @param {readonly Ring[]} rings
 * @param {number} width
 * @param {number} height
 * @param {'evenodd' | 'nonzero'} rule
 * @returns {Uint8Array} 0 or 1 per pixel
 */
export function fillRings(rings, width, height, rule) {
  const bits = new Uint8Array(width * height);
  /** @type {Edge[][]} the edges by the first row whose centres they cross */
  const startingAt = Array.from({ length: height }, () => []);
  for (const edge of edgesOf(rings)) {
    const first = Math.max(0, Math.ceil(edge.top - 0.5));
    if (first < height && edge.bottom > first + 0.5) startingAt[first].push(edge);
  }
  /** @type {Edge[]} */
  let active = [];
  for (let y = 0; y < height; y++) {
    const centre = y + 0.5;
    active = active.filter((edge) => edge.bottom > centre).concat(startingAt[y]);
    for (const edge of active) edge.x = edge.topX + (centre - edge.top) * edge.slope;
    active.sort((a, b) => a.x - b.x);
    let winding = 0;
    for (let i = 0; i + 1 < active.length; i++) {
      winding += rule === 'evenodd' ? 1 : active[i].turn;
      if (rule === 'evenodd' ? winding % 2 === 0 : winding === 0) continue;
      const from = Math.max(0, Math.ceil(active[i].x - 0.5));
      const to = Math.min(width, Math.ceil(active[i + 1].x - 0.5));
      if (from < to) bits.fill(1, y * width + from, y * width + to);
    }
  }
  return bits;
}

/**
 * @typedef {{top: number, bottom: number, topX: number, slope: number, turn: 1 | -1, x: number}} Edge
 */

/**
 * The edges that are not level, from top to bottom; turn tells which way the ring went.
 *
 * @param {readonly Ring[]} rings
 * @returns {Generator<Edge>}
 */
function* edgesOf(rings) {
  for (const ring of rings) {
    for (let i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
      const down = ring[last + 1] < ring[i + 1];
      const [a, b] = down ? [last, i] : [i, last];
      if (ring[a + 1] === ring[b + 1]) continue;
      const slope = (ring[b] - ring[a]) / (ring[b + 1] - ring[a + 1]);
      yield { top: ring[a + 1], bottom: ring[b + 1], topX: ring[a], slope, turn: down ? 1 : -1, x: 0 };
    }
  }
}

/** Rings may not be longer than this many fifths of a pixel: about a second of walking. */
const LONGEST_WALK = 2 ** 28;

/**
 * Fills the union of rings as COCO does: corners are rounded to a grid five times finer, every edge is walked on it, and where
 * the walk passes the middle of a column the row is noted, rounded down the image; between odd and even notes of a column lies
 * the inside. Areas equal those of pycocotools, which no rule of pixel centres gives.
 *
 * @param {readonly Ring[]} rings
 * @param {number} width
 * @param {number} height
 * @param {string} adapter
 * @returns {Uint8Array} 0 or 1 per pixel
 */
export function fillRingsAsCoco(rings, width, height, adapter) {
  let walk = 0;
  const bits = new Uint8Array(width * height);
  for (const ring of rings) {
    const corners = Array.from(ring, (v) => Math.trunc(5 * v + 0.5));
    walk += walkLength(corners);
    // Written so that the length of endless coordinates, Infinity or NaN, is too long as well.
    if (!(walk <= LONGEST_WALK)) {
      throw new MasklossError(
        'domain',
        'rings',
        `${adapter}: rings are ${walk / 5} pixels long, must be at most ${LONGEST_WALK / 5} for rasterizer 'coco'`,
      );
    }
    const crossings = columnCrossings(corners, width, height).sort((a, b) => a - b);
    for (let i = 0; i < crossings.length; i += 2) {
      const end = i + 1 < crossings.length ? crossings[i + 1] : width * height;
      for (let k = crossings[i]; k < end; k++) bits[(k % height) * width + Math.floor(k / height)] = 1;
    }
  }
  return bits;
}

/** @param {readonly number[]} corners */
function walkLength(corners) {
  let length = 0;
  for (let i = 0, last = corners.length - 2; i < corners.length; last = i, i += 2) {
    length += Math.max(Math.abs(corners[i] - corners[last]), Math.abs(corners[i + 1] - corners[last + 1])) + 1;
  }
  return length;
}

/**
 * Where the walk along a ring passes the middle of a column, as column * height + row.
 *
 * @param {readonly number[]} corners on the grid of fifths
 * @param {number} width
 * @param {number} height
 * @returns {Float64Array}
 */
function columnCrossings(corners, width, height) {
  /** @type {number[]} */
  const crossings = [];
  let lastU = Number.NaN;
  let lastV = Number.NaN;
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    const [x0, y0, x1, y1] = [corners[i], corners[i + 1], corners[next], corners[next + 1]];
    const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
    const steps = flat ? Math.abs(x1 - x0) : Math.abs(y1 - y0);
    const backwards = flat ? x0 > x1 : y0 > y1;
    // Every edge is rounded as if walked towards growing coordinates, so that both neighbours of an edge see the same steps.
    const [xs, ys, xe, ye] = backwards ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
    const slope = flat ? (ye - ys) / steps : (xe - xs) / steps;
    for (let d = 0; d <= steps; d++) {
      const t = backwards ? steps - d : d;
      const u = flat ? xs + t : Math.trunc(xs + slope * t + 0.5);
      const v = flat ? Math.trunc(ys + slope * t + 0.5) : ys + t;
      if (u !== lastU && lastU === lastU) note(u < lastU ? u : u - 1, Math.min(v, lastV));
      lastU = u;
      lastV = v;
    }
  }
  return Float64Array.from(crossings);

  /**
   * @param {number} u
   * @param {number} v
   */
  function note(u, v) {
    const column = (u + 0.5) / 5 - 0.5;
    if (!Number.isInteger(column) || column < 0 || column > width - 1) return;
    crossings.push(column * height + Math.ceil(Math.min(Math.max((v + 0.5) / 5 - 0.5, 0), height)));
  }
}
