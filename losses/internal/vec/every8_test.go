package vec

import "testing"

func TestUnitSums8(t *testing.T) {
	c := newCorpus(48)
	for k := range 3 * len(lengths) {
		n, mixed := lengths[k/3], []int{0, 1, 10}[k%3]
		x, bytes := c.between(n, -9, 9), c.mask(n, mixed)
		e, p, label := make([]float32, n), make([]float32, n), make([]int32, n)
		u, q := make([]float32, n), make([]float32, n)
		var want UnitSums
		want.Ones, _ = ReadUnit8(e, label, x, bytes)
		want.Of[UnitCross] = FadedCrossEntropy(e, x, label)
		FadedLog(u, e, x, label, 1)
		FadedLack(q, e, x, label)
		Scale(u, u, -1)
		want.Of[UnitLogHit], want.Of[UnitLogMiss] = SumByHit(u, label, 1)
		Mul(q, q, q)
		Mul(q, q, u)
		want.Of[UnitSquareHit], want.Of[UnitSquareMiss] = SumByHit(q, label, 1)
		want.Of[UnitSquare] = Sum(q)
		o := FadedOverlap(p, e, x, label)
		copy(want.Of[UnitTP:], []float64{o.TP, o.FP, o.FN, o.Squares, o.FP + o.FN})
		want.Hits, want.Positives = OutcomesUnit(p, 0.25, label)
		logs, stand := guarded(n)
		if got, ok := UnitSums8(logs, x, bytes, 0.25, true); !ok || got != want {
			t.Errorf("%d pixels: %+v, want %+v", n, got, want)
		}
		stand(t, "UnitSums8")
		equal(t, "UnitSums8 -log p", logs, u)
		want.Of[UnitSquares], want.Hits, want.Positives = 0, 0, 0
		if got, ok := UnitSums8(logs, x, bytes, 0.25, false); !ok || got != want {
			t.Errorf("%d pixels, not all: %+v, want %+v", n, got, want)
		}
	}
}
