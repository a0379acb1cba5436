// Cross entropy of exclusive classes: logits in planes [C, n], labels of 0 to C-1. n is a multiple of 1024.
//
// Blocks of 1024 pixels stay in the first-level cache while the planes pass. A softmax is the same for any shift that is used
// consistently; none is needed while the logits are within 40 of zero, which the pass finds out itself.

#include "lanes.h"

#define BLOCK 1024

static float shift[BLOCK], sums[BLOCK];

INLINE lanes expLanes(lanes x) { return exp2lanes(MUL(x, F(1.44269504f))); }

// The sums of e^x over the classes; keep is where each e^x goes, or null. Returns whether all logits were small.
static int plainSums(const float *x, int classes, int n, float *keep) {
  lanes most = I(0);
  for (int c = 0; c < classes; c++) {
    const float *plane = x + (long)c * n;
    for (int i = 0; i < BLOCK; i += 16) {
      for (int j = i; j < i + 16; j += 4) {
        lanes y = load(plane + j);
        most = wasm_i32x4_max(most, absolute(y));
        lanes e = expLanes(y);
        if (keep) store(keep + (long)c * n + j, e);
        store(sums + j, c ? ADD(load(sums + j), e) : e);
      }
    }
  }
  return !wasm_v128_any_true(wasm_i32x4_gt(most, I(0x42200000)));
}

static void shiftedSums(const float *x, int classes, int n, float *keep) {
  for (int i = 0; i < BLOCK; i += 4) {
    lanes m = load(x + i);
    for (int c = 1; c < classes; c++) m = wasm_f32x4_pmax(m, load(x + (long)c * n + i));
    store(shift + i, m);
    lanes s = F(0);
    for (int c = 0; c < classes; c++) {
      lanes e = exp2lanes(wasm_f32x4_pmax(F(-125.0f), MUL(SUB(load(x + (long)c * n + i), m), F(1.44269504f))));
      if (keep) store(keep + (long)c * n + i, e);
      s = ADD(s, e);
    }
    store(sums + i, s);
  }
}

// The loss of a block: the log of the sums, less the logit of each true class.
static double blockLoss(const float *x, const uint8_t *t, int n, int shifted) {
  lanes acc = F(0);
  for (int i = 0; i < BLOCK; i += 4) acc = ADD(acc, logLanes(load(sums + i)));
  double loss = total(acc), own = 0;
  for (int i = 0; i < BLOCK; i++) own += x[(long)t[i] * n + i];
  if (shifted) for (int i = 0; i < BLOCK; i++) loss += shift[i];
  return loss - own;
}

EXPORT void softmax(const float *x, const uint8_t *t, int n, int classes, double *out) {
  double sum = 0;
  for (int i = 0; i < n; i += BLOCK) {
    int small = plainSums(x + i, classes, n, 0);
    if (!small) shiftedSums(x + i, classes, n, 0);
    sum += blockLoss(x + i, t + i, n, !small);
  }
  out[0] = sum / n;
}

EXPORT void softmaxGradient(const float *x, const uint8_t *t, int n, int classes, double *out, float *gradient) {
  double sum = 0;
  float scale = 1.0f / n;
  for (int i = 0; i < n; i += BLOCK) {
    int small = plainSums(x + i, classes, n, gradient + i);
    if (!small) shiftedSums(x + i, classes, n, gradient + i);
    sum += blockLoss(x + i, t + i, n, !small);
    for (int j = 0; j < BLOCK; j += 4) store(sums + j, DIV(wasm_f32x4_splat(scale), load(sums + j)));
    for (int c = 0; c < classes; c++) {
      float *plane = gradient + i + (long)c * n;
      for (int j = 0; j < BLOCK; j += 4) store(plane + j, MUL(load(plane + j), load(sums + j)));
    }
    for (int j = 0; j < BLOCK; j++) gradient[(long)t[i + j] * n + i + j] -= scale;
  }
  out[0] = sum / n;
}
