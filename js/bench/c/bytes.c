// Masks of bytes. n is a multiple of 16.

#include "lanes.h"

INLINE uint32_t bytesOf(lanes x) {
  lanes s = wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(x));
  return wasm_i32x4_extract_lane(s, 0) + wasm_i32x4_extract_lane(s, 1) + wasm_i32x4_extract_lane(s, 2) +
         wasm_i32x4_extract_lane(s, 3);
}

// Hits, predicted and true pixels of two masks of 0 and 1. A byte holds 255 turns.
EXPORT void confusion(const uint8_t *p, const uint8_t *t, int n, double *out) {
  uint32_t hits = 0, predicted = 0, truth = 0;
  for (int i = 0; i < n;) {
    int end = i + 252 * 16 < n ? i + 252 * 16 : n;
    lanes a = I(0), b = I(0), c = I(0);
    for (; i < end; i += 16) {
      lanes q = wasm_v128_load(p + i), r = wasm_v128_load(t + i);
      a = wasm_i8x16_add(a, wasm_v128_and(q, r));
      b = wasm_i8x16_add(b, q);
      c = wasm_i8x16_add(c, r);
    }
    hits += bytesOf(a), predicted += bytesOf(b), truth += bytesOf(c);
  }
  out[0] = hits, out[1] = predicted, out[2] = truth;
}

// 1 where alpha is above 0.
EXPORT void alphaMask(const uint8_t *rgba, int n, uint8_t *mask) {
  for (int i = 0; i < n; i += 16) {
    lanes a = wasm_v128_load(rgba + 4 * i), b = wasm_v128_load(rgba + 4 * i + 16), c = wasm_v128_load(rgba + 4 * i + 32),
          d = wasm_v128_load(rgba + 4 * i + 48);
    lanes lo = wasm_i8x16_shuffle(a, b, 3, 7, 11, 15, 19, 23, 27, 31, 0, 0, 0, 0, 0, 0, 0, 0);
    lanes hi = wasm_i8x16_shuffle(c, d, 3, 7, 11, 15, 19, 23, 27, 31, 0, 0, 0, 0, 0, 0, 0, 0);
    lanes alpha = wasm_i64x2_shuffle(lo, hi, 0, 2);
    wasm_v128_store(mask + i, wasm_v128_and(wasm_u8x16_gt(alpha, I(0)), wasm_i8x16_const_splat(1)));
  }
}
