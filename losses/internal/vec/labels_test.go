package vec

import (
	"math"
	"slices"
	"testing"
)

// TestLabels compares the three widths with a plain loop, with none to three ignored values and tails of any length.
func TestLabels(t *testing.T) {
	c := newCorpus(5)
	for _, ignore := range [][]int32{nil, {3}, {0}, {3, 7}, {7, 250, 3}, {-1}, {1 << 20}} {
		for n := 0; n <= 80; n++ {
			length := (n + Step - 1) / Step * Step
			for _, limit := range []int{1, 4, 256} {
				bytes := c.bytes(n, limit)
				words, longs := make([]uint16, n), make([]int32, n)
				for i, v := range bytes {
					words[i], longs[i] = uint16(v)*257, int32(v)-2
				}
				dst := make([]int32, length)
				lo, hi := Labels8(dst, bytes, ignore)
				checkLabels(t, "Labels8", dst, bytes, ignore, lo, hi)
				lo, hi = Labels16(dst, words, ignore)
				checkLabels(t, "Labels16", dst, words, ignore, lo, hi)
				lo, hi = Labels32(dst, longs, ignore)
				checkLabels(t, "Labels32", dst, longs, ignore, lo, hi)
			}
		}
	}
}

func checkLabels[T uint8 | uint16 | int32](t *testing.T, name string, got []int32, src []T, ignore []int32, lo, hi int32) {
	t.Helper()
	wantLo, wantHi := int32(math.MaxInt32), int32(math.MinInt32)
	for i := range got {
		want := int32(-1)
		if i < len(src) && !slices.Contains(ignore, int32(src[i])) {
			want = int32(src[i])
			wantLo, wantHi = min(wantLo, want), max(wantHi, want)
		}
		if got[i] != want {
			t.Fatalf("%s of %d without %v: element %d is %d, want %d", name, len(src), ignore, i, got[i], want)
		}
	}
	if lo != wantLo || hi != wantHi {
		t.Fatalf("%s of %d without %v: range is %d to %d, want %d to %d", name, len(src), ignore, lo, hi, wantLo, wantHi)
	}
}
