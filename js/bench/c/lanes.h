// Four float32 lanes and the functions that every loss is made of. The coefficients are minimax fits of the relative error
// (own Remez exchange): those of the package for e^r, 1.7e-7 and 1.2e-7 for the logarithms.

#ifndef LANES_H
#define LANES_H

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

typedef v128_t lanes;

#define F(x) wasm_f32x4_const_splat(x)
#define I(x) wasm_i32x4_const_splat(x)
#define ADD wasm_f32x4_add
#define SUB wasm_f32x4_sub
#define MUL wasm_f32x4_mul
#define DIV wasm_f32x4_div

INLINE lanes load(const float *p) { return wasm_v128_load(p); }
INLINE void store(float *p, lanes x) { wasm_v128_store(p, x); }

// Adding 1.5*2^23 rounds to an integer k, which then stands in the lowest bits: shifted, these are the exponent. k ln 2 is taken
// away in two parts, of which the first is exact, as a product with log2 e would cost up to 1.1e-6 of e^-20.
#define REDUCED(x)                                          \
  lanes t = ADD(MUL(x, F(1.44269504f)), F(12582912.0f));    \
  lanes k = SUB(t, F(12582912.0f));                         \
  lanes r = SUB(SUB(x, MUL(k, F(0.693359375f))), MUL(k, F(-2.12194440e-4f)))

// e^x, within 8e-8 of itself.
INLINE lanes expLanes(lanes x) {
  REDUCED(x);
  lanes rr = MUL(r, r), p = ADD(MUL(F(0.0013814595f), r), F(0.008368717f)), q = ADD(MUL(F(0.04166839f), r), F(0.16666521f));
  p = ADD(MUL(p, rr), q);
  p = ADD(MUL(p, r), F(0.49999994f));
  p = ADD(ADD(MUL(p, rr), r), F(1.0f));
  return wasm_i32x4_add(p, wasm_i32x4_shl(t, 23));
}

// e^x for a softmax, where the 1.1e-7 that it is off cancel.
INLINE lanes bareExpLanes(lanes x) {
  REDUCED(x);
  lanes p = ADD(MUL(F(0.008312489837408066f), r), F(0.04189044237136841f));
  p = ADD(MUL(p, r), F(0.16667115688323975f));
  p = ADD(MUL(p, r), F(0.4999922811985016f));
  p = ADD(ADD(MUL(p, MUL(r, r)), r), F(1.0f));
  return wasm_i32x4_add(p, wasm_i32x4_shl(t, 23));
}

INLINE lanes absolute(lanes x) { return wasm_v128_and(x, I(0x7fffffff)); }

// max(x, 0) by the order of the bits.
INLINE lanes positive(lanes x) { return wasm_i32x4_max(x, I(0)); }

// e^-|x|, for |x| up to 86. The bits of negative numbers are ordered the other way around.
INLINE lanes fade(lanes x) {
  return expLanes(wasm_u32x4_min(wasm_v128_or(x, I(0x80000000)), I(0xc2ac0000)));
}

// log(1+e) for e in [0, 1].
INLINE lanes log1pUnit(lanes e) {
  lanes s = DIV(e, ADD(e, F(2.0f))), z = MUL(s, s);
  lanes p = ADD(MUL(F(0.342260503f), z), F(0.395894613f));
  p = ADD(MUL(p, z), F(0.666760029f));
  p = ADD(MUL(p, z), F(1.99999967f));
  return MUL(p, s);
}

// log y for a normal y > 0.
INLINE lanes logLanes(lanes y) {
  lanes k = wasm_i32x4_shr(wasm_i32x4_sub(y, I(0x3f3504f3)), 23);
  lanes f = SUB(wasm_i32x4_sub(y, wasm_i32x4_shl(k, 23)), F(1.0f));
  lanes s = DIV(f, ADD(f, F(2.0f))), z = MUL(s, s);
  lanes p = ADD(MUL(F(0.412992125f), z), F(0.666521609f));
  p = MUL(ADD(MUL(p, z), F(2.00000024f)), s);
  return ADD(MUL(wasm_f32x4_convert_i32x4(k), F(0.693147181f)), p);
}

// log(1+w) for w >= 0, with what 1+w loses put back.
INLINE lanes log1pLanes(lanes w) {
  lanes y = ADD(w, F(1.0f));
  return ADD(logLanes(y), DIV(SUB(w, SUB(y, F(1.0f))), y));
}

INLINE double total(lanes x) {
  return (double)wasm_f32x4_extract_lane(x, 0) + wasm_f32x4_extract_lane(x, 1) + wasm_f32x4_extract_lane(x, 2) +
         wasm_f32x4_extract_lane(x, 3);
}

// Sixteen labels as 32-bit lanes.
typedef struct { lanes v[4]; } labels16;

INLINE labels16 loadLabels(const uint8_t *t) {
  lanes b = wasm_v128_load(t);
  lanes lo = wasm_u16x8_extend_low_u8x16(b), hi = wasm_u16x8_extend_high_u8x16(b);
  return (labels16){{wasm_u32x4_extend_low_u16x8(lo), wasm_u32x4_extend_high_u16x8(lo), wasm_u32x4_extend_low_u16x8(hi),
                     wasm_u32x4_extend_high_u16x8(hi)}};
}

// x where the label is 1, else 0.
INLINE lanes where(lanes x, lanes label) { return wasm_v128_and(x, wasm_i32x4_neg(label)); }

#endif
