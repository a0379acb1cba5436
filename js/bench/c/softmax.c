// Cross entropy of exclusive classes: logits in planes [C, n], labels of 0 to C-1. n is a multiple of 1024.
//
// Blocks of 1024 pixels stay in the first-level cache while the planes pass. A softmax is the same for any shift that is used
// consistently; none is needed while the logits are within 40 of zero, which the pass finds out itself. The largest e^x is kept
// apart from the sum of the others, so that neither a p near 1 nor what is left of it loses digits.

#include "lanes.h"

#define BLOCK 1024
#define CLASSES 256

static float kept[CLASSES * BLOCK], top[BLOCK], low[BLOCK], own[BLOCK], rest[BLOCK];

// Adds e^x of up to four classes, a stride apart, to top and low.
INLINE void add(const float *e, int stride, int classes, int first) {
  for (int i = 0; i < BLOCK; i += 4) {
    lanes a = load(e + i);
    lanes b = classes > 1 ? load(e + stride + i) : F(0);
    lanes c = classes > 2 ? load(e + 2L * stride + i) : F(0);
    lanes d = classes > 3 ? load(e + 3L * stride + i) : F(0);
    lanes t = first ? F(0) : load(top + i), l = first ? F(0) : load(low + i);
    lanes p = wasm_i32x4_max(a, b), q = wasm_i32x4_max(c, d), m = wasm_i32x4_max(p, q);
    l = ADD(l, ADD(ADD(wasm_i32x4_min(a, b), wasm_i32x4_min(c, d)), wasm_i32x4_min(p, q)));
    store(top + i, wasm_i32x4_max(m, t));
    store(low + i, ADD(l, wasm_i32x4_min(m, t)));
  }
}

static void addAll(const float *e, int stride, int classes) {
  for (int c = 0; c < classes; c += 4) {
    const float *from = e + (long)c * stride;
    switch (classes - c) {
      case 1: add(from, stride, 1, c == 0); break;
      case 2: add(from, stride, 2, c == 0); break;
      case 3: add(from, stride, 3, c == 0); break;
      default: add(from, stride, 4, c == 0);
    }
  }
}

// e^x of the classes, a stride apart in e. Returns whether all logits were small.
static int plainSums(const float *x, int classes, int n, float *e, int stride) {
  lanes most = I(0);
  for (int c = 0; c < classes; c++) {
    const float *plane = x + (long)c * n;
    float *to = e + (long)c * stride;
    for (int i = 0; i < BLOCK; i += 16) {
      for (int j = i; j < i + 16; j += 4) {
        lanes y = load(plane + j);
        most = wasm_i32x4_max(most, absolute(y));
        store(to + j, bareExpLanes(y));
      }
    }
  }
  if (wasm_v128_any_true(wasm_i32x4_gt(most, I(0x42200000)))) return 0;
  addAll(e, stride, classes);
  return 1;
}

static void shiftedSums(const float *x, int classes, int n, float *e, int stride) {
  for (int i = 0; i < BLOCK; i += 4) {
    lanes m = load(x + i);
    for (int c = 1; c < classes; c++) m = wasm_f32x4_pmax(m, load(x + (long)c * n + i));
    for (int c = 0; c < classes; c++) {
      store(e + (long)c * stride + i, bareExpLanes(wasm_f32x4_pmax(F(-87.0f), SUB(load(x + (long)c * n + i), m))));
    }
  }
  addAll(e, stride, classes);
}

// The loss of a block: log(1 + rest/own), of the true class and the sum of the others.
static double blockLoss(const float *e, int stride, const uint8_t *t) {
  for (int i = 0; i < BLOCK; i++) own[i] = e[(long)t[i] * stride + i];
  lanes acc = F(0);
  for (int i = 0; i < BLOCK; i += 4) {
    lanes o = load(own + i), a = load(top + i), b = load(low + i);
    lanes r = wasm_v128_bitselect(b, ADD(a, SUB(b, o)), wasm_i32x4_eq(o, a));
    store(rest + i, r);
    acc = ADD(acc, log1pLanes(DIV(r, o)));
  }
  return total(acc);
}

EXPORT void softmax(const float *x, const uint8_t *t, int n, int classes, double *out) {
  double sum = 0;
  for (int i = 0; i < n; i += BLOCK) {
    if (!plainSums(x + i, classes, n, kept, BLOCK)) shiftedSums(x + i, classes, n, kept, BLOCK);
    sum += blockLoss(kept, BLOCK, t + i);
  }
  out[0] = sum / n;
}

EXPORT void softmaxGradient(const float *x, const uint8_t *t, int n, int classes, double *out, float *gradient) {
  double sum = 0;
  float scale = 1.0f / n;
  for (int i = 0; i < n; i += BLOCK) {
    float *e = gradient + i;
    if (!plainSums(x + i, classes, n, e, n)) shiftedSums(x + i, classes, n, e, n);
    sum += blockLoss(e, n, t + i);
    for (int j = 0; j < BLOCK; j += 4) {
      lanes each = DIV(wasm_f32x4_splat(scale), ADD(load(top + j), load(low + j)));
      store(low + j, each);
      store(rest + j, MUL(load(rest + j), each));
    }
    for (int c = 0; c < classes; c++) {
      float *plane = e + (long)c * n;
      for (int j = 0; j < BLOCK; j += 4) store(plane + j, MUL(load(plane + j), load(low + j)));
    }
    for (int j = 0; j < BLOCK; j++) e[(long)t[i + j] * n + j] = -rest[j];
  }
  out[0] = sum / n;
}
