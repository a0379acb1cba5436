// The Lovász hinge of logits x and labels t of 0 and 1: errors e = 1 - s x, the largest first, each times its share of the
// Jaccard gradient. Errors of 0 or less add nothing and are not sorted. A key is the bits of e with the label as the lowest: a
// positive float32 has 31 bits.

#include "lanes.h"

static uint32_t count[2048];

// One stable pass of a radix sort by the bits from shift on, the largest digit first.
static void pass(const uint32_t *from, uint32_t *to, int n, int shift, int bits) {
  int buckets = 1 << bits;
  uint32_t mask = buckets - 1;
  for (int i = 0; i < buckets; i++) count[i] = 0;
  for (int i = 0; i < n; i++) count[from[i] >> shift & mask]++;
  uint32_t at = 0;
  for (int i = buckets - 1; i >= 0; i--) {
    uint32_t here = count[i];
    count[i] = at, at += here;
  }
  for (int i = 0; i < n; i++) to[count[from[i] >> shift & mask]++] = from[i];
}

EXPORT void lovasz(const float *x, const uint8_t *t, int n, double *out, uint32_t *keys, uint32_t *more) {
  int kept = 0, truth = 0;
  for (int i = 0; i < n; i++) {
    union { float f; uint32_t bits; } e;
    e.f = 1.0f + (t[i] ? -x[i] : x[i]);
    keys[kept] = e.bits << 1 | t[i];
    kept += e.f > 0;
    truth += t[i];
  }
  pass(keys, more, kept, 1, 10);
  pass(more, keys, kept, 11, 10);
  pass(keys, more, kept, 21, 11);
  double sum = 0, left = truth, all = truth;
  if (truth == 0 && kept > 0) left = 1, all = 1; // the largest error alone
  for (int i = 0; i < kept; i++) {
    union { uint32_t bits; float f; } e;
    e.bits = more[i] >> 1;
    double hit = more[i] & 1, next = all + 1 - hit;
    sum += e.f * (hit + (1 - hit) * left / next) / all;
    left -= hit, all = next;
  }
  out[0] = sum;
}
