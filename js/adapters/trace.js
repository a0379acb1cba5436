/**
 * The outlines of a region along the edges of its pixels: rings of corners, x0, y0, x1, y1, ... with the region on the right
 * hand, so that outer rings run clockwise on the screen and holes the other way. Corners only, none on a straight line. Pixels
 * that touch at a corner alone are apart. Filling the rings by either rule gives back the region, exactly.
 *
 * @param {Uint8Array} bits 0 or 1 per pixel
 * @param {number} width
 * @param {number} height
 * @returns {Outline[]} in the order of their topmost, then leftmost edge
 *
 * @typedef {{ring: number[], pixel: number, hole: boolean}} Outline pixel: one of the region that the ring passes
 */
export function traceOutlines(bits, width, height) {
  /** @type {Outline[]} */
  const outlines = [];
  const passed = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    // Every ring goes east somewhere, above a pixel of the region and below one outside.
    if (bits[i] && !passed[i] && !(i >= width && bits[i - width])) {
      const ring = follow(bits, passed, width, height, i);
      outlines.push({ ring, pixel: i, hole: area(ring) < 0 });
    }
  }
  return outlines;
}

/**
 * The outlines again, every outer ring with its holes.
 *
 * @param {Uint8Array} bits
 * @param {number} width
 * @param {number} height
 * @returns {{outer: number[], holes: number[][]}[]}
 */
export function traceParts(bits, width, height) {
  const outlines = traceOutlines(bits, width, height);
  const part = new Int32Array(bits.length).fill(-1);
  /** @type {{outer: number[], holes: number[][]}[]} */
  const parts = [];
  for (const { ring, pixel, hole } of outlines) {
    // The topmost edge of a part is on its outer ring, which therefore comes before its holes.
    if (hole) parts[part[pixel]].holes.push(ring);
    else flood(bits, part, width, pixel, parts.push({ outer: ring, holes: [] }) - 1);
  }
  return parts;
}

const EAST = 0;
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];
// The pixels ahead of a corner, left and right of the way, as offsets from the corner, by direction: east, south, west, north.
const LEFT = [
  [0, -1],
  [0, 0],
  [-1, 0],
  [-1, -1],
];
const RIGHT = [
  [0, 0],
  [-1, 0],
  [-1, -1],
  [0, -1],
];

/**
 * @param {Uint8Array} bits
 * @param {Uint8Array} passed
 * @param {number} width
 * @param {number} height
 * @param {number} start
 */
function follow(bits, passed, width, height, start) {
  /** @type {number[]} */
  const ring = [];
  const startX = start % width;
  const startY = Math.floor(start / width);
  let [x, y, way] = [startX, startY, EAST];
  do {
    if (way === EAST) passed[y * width + x] = 1;
    x += STEP_X[way];
    y += STEP_Y[way];
    const turn = !inside(RIGHT[way]) ? 1 : inside(LEFT[way]) ? 3 : 0;
    if (turn) ring.push(x, y);
    way = (way + turn) % 4;
  } while (x !== startX || y !== startY || way !== EAST);
  // The start is the last corner found.
  return [...ring.slice(-2), ...ring.slice(0, -2)];

  /** @param {number[]} offset */
  function inside([dx, dy]) {
    const px = x + dx;
    const py = y + dy;
    return px >= 0 && px < width && py >= 0 && py < height && bits[py * width + px] === 1;
  }
}

/**
 * Twice the signed area, positive for clockwise on the screen.
 *
 * @param {readonly number[]} ring
 */
function area(ring) {
  let sum = 0;
  for (let i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
    sum += ring[last] * ring[i + 1] - ring[i] * ring[last + 1];
  }
  return sum;
}

/**
 * Marks the pixels that hang together with the first, edge to edge.
 *
 * @param {Uint8Array} bits
 * @param {Int32Array} part
 * @param {number} width
 * @param {number} first
 * @param {number} id
 */
function flood(bits, part, width, first, id) {
  const queue = [first];
  part[first] = id;
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    visit(i - width);
    visit(i + width);
  }

  /** @param {number} i */
  function visit(i) {
    if (bits[i] === 1 && part[i] === -1) {
      part[i] = id;
      queue.push(i);
    }
  }
}
