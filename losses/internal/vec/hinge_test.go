package vec

import (
	"math"
	"testing"
)

// TestHingeKeys compares with the definition of an error and its key.
func TestHingeKeys(t *testing.T) {
	c := newCorpus(11)
	for _, n := range lengths {
		x, mask, key := c.between(n, -3, 3), masks(c, n), make([]int32, n)
		for i := 0; i < n; i += 7 {
			x[i] = float32(1 - i%3) // errors of 0, 1 and 2
		}
		if !HingeKeys(key, x, mask) {
			t.Errorf("HingeKeys of %d finds numbers that are not finite", n)
		}
		for i, k := range key {
			e := 1 + x[i]
			if mask[i] == 1 {
				e = 1 - x[i]
			}
			checkKey(t, k, e, mask[i])
		}
		for i := range n {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				was := x[i]
				x[i] = float32(bad)
				if HingeKeys(key, x, mask) {
					t.Fatalf("HingeKeys of %d takes %v at %d", n, bad, i)
				}
				x[i] = was
			}
		}
	}
}

// TestMissKeys compares with the definition.
func TestMissKeys(t *testing.T) {
	c := newCorpus(12)
	for _, n := range lengths {
		p, q, mask, key := c.between(n, 0, 1), c.between(n, 0, 1), masks(c, n), make([]int32, n)
		for i := 0; i < n; i += 5 {
			p[i] = float32(math.Copysign(0, -1))
		}
		MissKeys(key, p, q, mask)
		for i, k := range key {
			e := p[i]
			if mask[i] == 1 {
				e = q[i]
			}
			checkKey(t, k, e, mask[i])
		}
	}
}

// masks is n of 0, 1 and 255.
func masks(c corpus, n int) []uint8 {
	mask := c.bytes(n, 3)
	for i, m := range mask {
		if m == 2 {
			mask[i] = 255
		}
	}
	return mask
}

func checkKey(t *testing.T, key int32, e float32, mask uint8) {
	t.Helper()
	switch k := uint32(key); {
	case e > 0 && mask != 255:
		if want := math.Float32bits(e)<<1 | uint32(mask); k != want {
			t.Fatalf("key of error %v, mask %d is %#x, want %#x", e, mask, k, want)
		}
	case k > 1:
		t.Fatalf("key of error %v, mask %d is %#x, want 0 or 1", e, mask, k)
	}
}
