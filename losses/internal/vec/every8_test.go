package vec

import "testing"

func TestUnitSums8(t *testing.T) {
	c := newCorpus(48)
	for k := range 3 * len(lengths) {
		n, mixed := lengths[k/3], []int{0, 1, 10}[k%3]
		x, bytes := c.between(n, -9, 9), c.mask(n, mixed)
		e, p, label := make([]float32, n), make([]float32, n), make([]int32, n)
		var want UnitSums
		want.Ones, _ = ReadUnit8(e, label, x, bytes)
		want.Cross = FadedCrossEntropy(e, x, label)
		want.TrueSums = FadedTrueSums(e, x, label)
		want.Overlaps = FadedOverlap(p, e, x, label)
		want.Hits, want.Positives = OutcomesUnit(p, 0.25, label)
		if got, ok := UnitSums8(e, x, bytes, 0.25); !ok || got != want {
			t.Errorf("%d pixels: %+v, want %+v", n, got, want)
		}
	}
}
