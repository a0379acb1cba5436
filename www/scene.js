// Scenes to start from: a made-up scan, the mask an expert would draw on it and the soft mask a network might give.
// Shapes are fields over the unit square: about the signed distance to their edge, positive inside.

/** @typedef {(x: number, y: number) => number} Field */

const union =
  (...fields) =>
  (x, y) =>
    Math.max(...fields.map((field) => field(x, y)));
const moved = (field, dx, dy) => (x, y) => field(x - dx, y - dy);
const grown = (field, by) => (x, y) => field(x, y) + by;
const nothing = () => -1;

const disc = (cx, cy, radius) => (x, y) => radius - Math.hypot(x - cx, y - cy);

/** A disc with waves on its edge: [how many, how high, where they start]. */
const blob = (cx, cy, radius, waves) => (x, y) => {
  const angle = Math.atan2(y - cy, x - cx);
  let edge = 1;
  for (const [count, height, phase] of waves) edge += height * Math.sin(count * angle + phase);
  return radius * edge - Math.hypot(x - cx, y - cy);
};

/** A tube through points. */
const tube =
  (radius, ...points) =>
  (x, y) => {
    let nearest = Infinity;
    for (let i = 1; i < points.length; i++) {
      const [[ax, ay], [bx, by]] = [points[i - 1], points[i]];
      const [dx, dy] = [bx - ax, by - ay];
      const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
      nearest = Math.min(nearest, Math.hypot(x - ax - along * dx, y - ay - along * dy));
    }
    return radius - nearest;
  };

const organ = blob(0.47, 0.5, 0.25, [
  [2, 0.16, 0.6],
  [3, 0.09, 2.1],
  [5, 0.025, 0.4],
]);
const organGuess = blob(0.505, 0.525, 0.242, [
  [2, 0.13, 0.75],
  [3, 0.11, 2.3],
  [4, 0.04, 1.2],
]);
const lesion = blob(0.56, 0.42, 0.034, [
  [2, 0.15, 1],
  [3, 0.1, 0],
]);
const trunk = tube(0.017, [0.08, 0.92], [0.24, 0.74], [0.36, 0.55], [0.52, 0.44], [0.74, 0.36], [0.94, 0.14]);
const branches = union(
  tube(0.011, [0.36, 0.55], [0.33, 0.36], [0.22, 0.2], [0.2, 0.06]),
  tube(0.012, [0.52, 0.44], [0.66, 0.58], [0.74, 0.76], [0.9, 0.88]),
  tube(0.008, [0.66, 0.58], [0.84, 0.6], [0.95, 0.54]),
  tube(0.008, [0.33, 0.36], [0.46, 0.26], [0.52, 0.1]),
);
const gap = disc(0.43, 0.5, 0.045);
const cells = [
  [0.3, 0.32, 0.12],
  [0.52, 0.27, 0.1],
  [0.71, 0.42, 0.125],
  [0.34, 0.66, 0.115],
  [0.56, 0.62, 0.105],
  [0.76, 0.74, 0.09],
].map(([x, y, radius], i) =>
  blob(x, y, radius, [
    [2, 0.08, i],
    [3, 0.05, 2 * i],
  ]),
);

/** Each: a title, what it shows, its shapes, how blurred the prediction's edge is, and how bright the shape is in the scan. */
export const scenes = {
  organ: {
    title: 'Organ, a little off',
    target: organ,
    prediction: union(organGuess, disc(0.83, 0.22, 0.03)),
    blur: 0.012,
  },
  lesion: { title: 'Small lesion', target: lesion, prediction: moved(grown(lesion, 0.006), 0.022, 0.012), blur: 0.007 },
  vessels: {
    title: 'Thin vessels, one cut',
    target: union(trunk, branches),
    prediction: (x, y) => Math.min(union(grown(trunk, 0.003), branches)(x, y), -gap(x, y)),
    blur: 0.004,
  },
  cells: {
    title: 'Touching cells',
    target: union(...cells),
    prediction: union(
      ...cells.slice(0, 5).map((cell) => moved(cell, 0.008, -0.006)),
      tube(0.05, [0.34, 0.66], [0.56, 0.62]),
    ),
    blur: 0.008,
  },
  exact: { title: 'Exact match', target: organ, prediction: organ, blur: 0 },
  missed: { title: 'Nothing predicted', target: organ, prediction: nothing, blur: 0 },
  phantom: { title: 'Nothing there', target: nothing, prediction: organGuess, blur: 0.012 },
};

/** A scene as bytes for a square of so many pixels: the scan in grey, both masks as 0..255. */
export function draw({ target, prediction, blur }, size) {
  const scan = new Uint8Array(size * size);
  const masks = { target: new Uint8Array(size * size), prediction: new Uint8Array(size * size) };
  const speckle = noise(7);
  for (let row = 0, i = 0; row < size; row++) {
    for (let column = 0; column < size; column++, i++) {
      const [x, y] = [(column + 0.5) / size, (row + 0.5) / size];
      const inside = target(x, y);
      masks.target[i] = inside > 0 ? 255 : 0;
      const guess = prediction(x, y);
      masks.prediction[i] =
        blur === 0 ? (guess > 0 ? 255 : 0) : Math.round(255 / (1 + Math.exp((-1.5 * guess) / blur)));
      const body = Math.min(1, Math.max(0, 9 * (0.47 - Math.hypot((x - 0.5) / 1.02, (y - 0.5) / 0.96))));
      const texture = 0.55 * speckle(6 * x, 6 * y) + 0.3 * speckle(19 * x, 19 * y) + 0.3 * speckle(75 * x, 75 * y);
      const tissue = body * (52 + 62 / (1 + Math.exp(-inside / 0.006)));
      scan[i] = Math.min(255, Math.max(0, 14 + tissue + (14 + 22 * body) * (texture - 0.5)));
    }
  }
  return { scan, ...masks };
}

/** Smooth noise in 0..1, the same for the same seed. */
function noise(seed) {
  const at = (x, y) => {
    let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
  const ease = (t) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [right, down] = [ease(x - column), ease(y - row)];
    const above = at(column, row) * (1 - right) + at(column + 1, row) * right;
    const below = at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right;
    return above * (1 - down) + below * down;
  };
}
