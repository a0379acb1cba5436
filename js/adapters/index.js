/**
 * The formats of annotation tools and files, each under two names: `fromCvat` and `toCvat`, or `cvat.from` and `cvat.to`. PNG
 * and labelme are asynchronous, because the host inflates asynchronously.
 */

import { fromCornerstone, toCornerstone } from './cornerstone.js';
import { fromCvat, toCvat } from './cvat.js';
import { fromLabelme, toLabelme } from './labelme.js';
import { fromLabelStudio, toLabelStudio } from './labelStudio.js';
import { fromNpy, toNpy } from './npy.js';
import { fromPng, toPng } from './png.js';
import { fromSam, samStability, toSam } from './sam.js';
import { fromVia, toVia } from './via.js';

export {
  fromCornerstone,
  fromCvat,
  fromLabelme,
  fromLabelStudio,
  fromNpy,
  fromPng,
  fromSam,
  fromVia,
  samStability,
  toCornerstone,
  toCvat,
  toLabelme,
  toLabelStudio,
  toNpy,
  toPng,
  toSam,
  toVia,
};

export const cvat = Object.freeze({ from: fromCvat, to: toCvat });
export const labelStudio = Object.freeze({ from: fromLabelStudio, to: toLabelStudio });
export const labelme = Object.freeze({ from: fromLabelme, to: toLabelme });
export const via = Object.freeze({ from: fromVia, to: toVia });
export const cornerstone = Object.freeze({ from: fromCornerstone, to: toCornerstone });
export const sam = Object.freeze({ from: fromSam, to: toSam, stability: samStability });
export const png = Object.freeze({ from: fromPng, to: toPng });
export const npy = Object.freeze({ from: fromNpy, to: toNpy });
