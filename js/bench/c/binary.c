// Losses of one channel: logits x and labels t of 0 and 1. n is a multiple of 128.
//
// With z = -x where t is 1 and x elsewhere, the cross entropy is softplus(z) = max(z, 0) + log(1 + e^-|z|) and its slope
// sigma(z), with the sign of z.

#include "lanes.h"

INLINE lanes signOf(lanes label) { return wasm_i32x4_shl(label, 31); }

// The logarithm of a product is the sum of logarithms: w is prod(1 + e) - 1 of 32 vectors, which keeps small e exact.
EXPORT void bce(const float *x, const uint8_t *t, int n, double *out) {
  double sum = 0;
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes acc = F(0), logs = F(0);
    while (i < end) {
      lanes w = F(0);
      for (int k = 0; k < 8; k++, i += 16) {
        labels16 l = loadLabels(t + i);
        for (int j = 0; j < 4; j++) {
          lanes z = wasm_v128_xor(load(x + i + 4 * j), signOf(l.v[j]));
          lanes u = fade(z);
          w = ADD(w, ADD(u, MUL(w, u)));
          acc = ADD(acc, positive(z));
        }
      }
      logs = ADD(logs, log1pLanes(w));
    }
    sum += total(acc) + total(logs);
  }
  out[0] = sum / n;
}

EXPORT void bceGradient(const float *x, const uint8_t *t, int n, double *out, float *gradient) {
  double sum = 0;
  lanes scale = wasm_f32x4_splat(1.0f / n);
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes acc = F(0), logs = F(0);
    while (i < end) {
      lanes w = F(0);
      for (int k = 0; k < 8; k++, i += 16) {
        labels16 l = loadLabels(t + i);
        for (int j = 0; j < 4; j++) {
          lanes flip = signOf(l.v[j]);
          lanes z = wasm_v128_xor(load(x + i + 4 * j), flip);
          lanes u = fade(z);
          w = ADD(w, ADD(u, MUL(w, u)));
          acc = ADD(acc, positive(z));
          lanes s = DIV(scale, ADD(u, F(1.0f)));
          s = wasm_v128_bitselect(MUL(u, s), s, wasm_i32x4_shr(z, 31));
          store(gradient + i + 4 * j, wasm_v128_xor(s, flip));
        }
      }
      logs = ADD(logs, log1pLanes(w));
    }
    sum += total(acc) + total(logs);
  }
  out[0] = sum / n;
}

// Intersection, prediction and truth: sums of p t, p and t.
EXPORT void diceSums(const float *p, const uint8_t *t, int n, double *out) {
  double both = 0, predicted = 0, truth = 0;
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes b = F(0), a = F(0), c = I(0);
    for (; i < end; i += 16) {
      labels16 l = loadLabels(t + i);
      for (int j = 0; j < 4; j++) {
        lanes q = load(p + i + 4 * j);
        b = ADD(b, where(q, l.v[j]));
        a = ADD(a, q);
        c = wasm_i32x4_add(c, l.v[j]);
      }
    }
    both += total(b), predicted += total(a), truth += total(wasm_f32x4_convert_i32x4(c));
  }
  out[0] = both, out[1] = predicted, out[2] = truth;
}

INLINE lanes sigmoid(lanes x) {
  lanes u = fade(x), s = DIV(F(1.0f), ADD(u, F(1.0f)));
  return wasm_v128_bitselect(MUL(u, s), s, wasm_i32x4_shr(x, 31));
}

EXPORT void tverskySums(const float *x, const uint8_t *t, int n, double *out) {
  double both = 0, predicted = 0, truth = 0, squares = 0;
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes b = F(0), a = F(0), s = F(0), c = I(0);
    for (; i < end; i += 16) {
      labels16 l = loadLabels(t + i);
      for (int j = 0; j < 4; j++) {
        lanes q = sigmoid(load(x + i + 4 * j));
        b = ADD(b, where(q, l.v[j]));
        a = ADD(a, q);
        s = ADD(s, MUL(q, q));
        c = wasm_i32x4_add(c, l.v[j]);
      }
    }
    both += total(b), predicted += total(a), squares += total(s), truth += total(wasm_f32x4_convert_i32x4(c));
  }
  out[0] = both, out[1] = predicted, out[2] = truth, out[3] = squares;
}

// Focal loss with the exponent 2: sigma(z)^2 softplus(z).
EXPORT void focal2(const float *x, const uint8_t *t, int n, double *out) {
  double sum = 0;
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes acc = F(0);
    for (; i < end; i += 16) {
      labels16 l = loadLabels(t + i);
      for (int j = 0; j < 4; j++) {
        lanes z = wasm_v128_xor(load(x + i + 4 * j), signOf(l.v[j]));
        lanes u = fade(z), s = DIV(F(1.0f), ADD(u, F(1.0f)));
        s = wasm_v128_bitselect(MUL(u, s), s, wasm_i32x4_shr(z, 31));
        acc = ADD(acc, MUL(MUL(s, s), ADD(positive(z), log1pUnit(u))));
      }
    }
    sum += total(acc);
  }
  out[0] = sum / n;
}

// Any exponent: sigma(z)^gamma is e^(gamma log sigma(z)), and log sigma(z) = min(z, 0) - log(1 + e^-|z|).
EXPORT void focal(const float *x, const uint8_t *t, int n, double *out, float gamma) {
  double sum = 0;
  lanes g = wasm_f32x4_splat(gamma);
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes acc = F(0);
    for (; i < end; i += 16) {
      labels16 l = loadLabels(t + i);
      for (int j = 0; j < 4; j++) {
        lanes z = wasm_v128_xor(load(x + i + 4 * j), signOf(l.v[j]));
        lanes u = log1pUnit(fade(z)), up = positive(z);
        lanes power = wasm_f32x4_pmax(F(-87.0f), MUL(g, SUB(SUB(z, up), u)));
        acc = ADD(acc, MUL(expLanes(power), ADD(up, u)));
      }
    }
    sum += total(acc);
  }
  out[0] = sum / n;
}

// What a dozen losses are made of, in one pass, in the order of dozen.js: cross entropy and focal loss, each of all and of the
// true pixels, intersection, prediction and its squares, truth, hits, predicted pixels.
EXPORT void tenSums(const float *x, const uint8_t *t, int n, double *out) {
  double s[10] = {0};
  for (int i = 0; i < n;) {
    int end = i + 4096 < n ? i + 4096 : n;
    lanes ce = F(0), ceTrue = F(0), fo = F(0), foTrue = F(0), both = F(0), a = F(0), squares = F(0);
    lanes truth = I(0), hits = I(0), predicted = I(0);
    for (; i < end; i += 16) {
      labels16 l = loadLabels(t + i);
      for (int j = 0; j < 4; j++) {
        lanes y = load(x + i + 4 * j), label = l.v[j], flip = signOf(label);
        lanes z = wasm_v128_xor(y, flip), u = fade(z), h = DIV(F(1.0f), ADD(u, F(1.0f))), low = MUL(u, h);
        lanes wrong = wasm_v128_bitselect(low, h, wasm_i32x4_shr(z, 31));
        lanes p = wasm_v128_bitselect(low, h, wasm_i32x4_shr(y, 31));
        lanes loss = ADD(positive(z), log1pUnit(u)), f = MUL(MUL(wrong, wrong), loss);
        lanes over = wasm_i32x4_shr(wasm_i32x4_sub(I(0), wasm_i32x4_max(y, I(0))), 31);
        ce = ADD(ce, loss), ceTrue = ADD(ceTrue, where(loss, label));
        fo = ADD(fo, f), foTrue = ADD(foTrue, where(f, label));
        both = ADD(both, where(p, label)), a = ADD(a, p), squares = ADD(squares, MUL(p, p));
        truth = wasm_i32x4_add(truth, label);
        hits = wasm_i32x4_sub(hits, where(over, label));
        predicted = wasm_i32x4_sub(predicted, over);
      }
    }
    s[0] += total(ce), s[1] += total(ceTrue), s[2] += total(fo), s[3] += total(foTrue), s[4] += total(both);
    s[5] += total(a), s[6] += total(squares), s[7] += total(wasm_f32x4_convert_i32x4(truth));
    s[8] += total(wasm_f32x4_convert_i32x4(hits)), s[9] += total(wasm_f32x4_convert_i32x4(predicted));
  }
  for (int k = 0; k < 10; k++) out[k] = s[k];
}

// What all losses that are sums are made of, in the order of allSums: cross entropy of all and of the true pixels, focal loss,
// intersection, prediction, truth, the cross entropy of a pixel to the power of 0.3 of all and of the true ones, and the conservative
// loss. In short loops over a few pixels, one after the other: in a single one most vectors would have to leave their registers.
#define FEW 512
EXPORT void nineSums(const float *x, const uint8_t *t, int n, double *out) {
  double s[9] = {0};
  float losses[FEW], logs[FEW], roots[FEW];
  for (int i = 0; i < n; i += FEW) {
    int few = n - i < FEW ? n - i : FEW;
    lanes ce = F(0), ceTrue = F(0), fo = F(0), both = F(0), a = F(0), root = F(0), rootTrue = F(0), far = F(0), truth = I(0);
    for (int k = 0; k < few; k += 4) store(losses + k, fade(load(x + i + k)));
    for (int k = 0; k < few; k += 16) {
      labels16 l = loadLabels(t + i + k);
      for (int j = 0; j < 4; j++) {
        lanes y = load(x + i + k + 4 * j), label = l.v[j], z = wasm_v128_xor(y, signOf(label)), u = load(losses + k + 4 * j);
        lanes h = DIV(F(1.0f), ADD(u, F(1.0f))), low = MUL(u, h);
        lanes wrong = wasm_v128_bitselect(low, h, wasm_i32x4_shr(z, 31));
        lanes p = wasm_v128_bitselect(low, h, wasm_i32x4_shr(y, 31));
        lanes loss = ADD(positive(z), log1pUnit(u));
        store(losses + k + 4 * j, loss);
        ce = ADD(ce, loss), ceTrue = ADD(ceTrue, where(loss, label));
        fo = ADD(fo, MUL(MUL(wrong, wrong), loss));
        both = ADD(both, where(p, label)), a = ADD(a, p);
        truth = wasm_i32x4_add(truth, label);
      }
    }
    for (int k = 0; k < few; k += 4) {
      lanes loss = load(losses + k), log = logLanes(loss), side = SUB(F(1.0f), loss);
      store(logs + k, log);
      far = ADD(far, MUL(MUL(side, side), log));
    }
    for (int k = 0; k < few; k += 4) store(roots + k, expLanes(MUL(F(0.3f), load(logs + k))));
    for (int k = 0; k < few; k += 16) {
      labels16 l = loadLabels(t + i + k);
      for (int j = 0; j < 4; j++) {
        lanes r = load(roots + k + 4 * j);
        root = ADD(root, r), rootTrue = ADD(rootTrue, where(r, l.v[j]));
      }
    }
    s[0] += total(ce), s[1] += total(ceTrue), s[2] += total(fo), s[3] += total(both), s[4] += total(a);
    s[5] += total(wasm_f32x4_convert_i32x4(truth)), s[6] += total(root), s[7] += total(rootTrue), s[8] += 5 * total(far);
  }
  for (int k = 0; k < 9; k++) out[k] = s[k];
}
