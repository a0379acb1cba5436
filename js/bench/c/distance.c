// The exact Euclidean distance of each pixel of a mask to the nearest pixel outside (Felzenszwalb and Huttenlocher, Theory of
// Computing 2012): distances down the columns, then the lower envelope of a parabola per pixel along each row.

#include "lanes.h"

#define FAR 1e20

EXPORT void distance(const uint8_t *mask, int w, int h, float *out, float *near, double *between, int32_t *top) {
  for (int i = 0; i < w; i++) near[i] = mask[i] ? 1e10f : 0;
  for (int y = 1; y < h; y++) {
    const uint8_t *m = mask + y * w;
    float *row = near + y * w, *above = row - w;
    for (int i = 0; i < w; i++) row[i] = m[i] ? above[i] + 1 : 0;
  }
  for (int y = h - 2; y >= 0; y--) {
    float *row = near + y * w, *below = row + w;
    for (int i = 0; i < w; i++) row[i] = below[i] + 1 < row[i] ? below[i] + 1 : row[i];
  }
  for (int y = 0; y < h; y++) {
    float *row = near + y * w;
    int k = -1;
    for (int q = 0; q < w; q++) {
      if (row[q] >= 1e9f) continue;
      double height = (double)row[q] * row[q] + (double)q * q, s = -FAR;
      while (k >= 0) {
        int p = top[k];
        s = (height - ((double)row[p] * row[p] + (double)p * p)) / (2 * (q - p));
        if (s > between[k]) break;
        k--;
      }
      k++;
      top[k] = q;
      between[k] = k == 0 ? -FAR : s;
    }
    float *o = out + y * w;
    if (k < 0) {
      for (int i = 0; i < w; i++) o[i] = __builtin_inff();
      continue;
    }
    between[k + 1] = FAR;
    for (int i = 0, at = 0; i < w; i++) {
      while (between[at + 1] < i) at++;
      float d = i - top[at], v = row[top[at]];
      o[i] = d * d + v * v;
    }
    for (int i = 0; i < w; i += 4) store(o + i, wasm_f32x4_sqrt(load(o + i)));
  }
}
