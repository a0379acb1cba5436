package vec

import (
	"math"
	"testing"
)

// TestElementwise compares with plain loops, bit by bit, also where dst is a source.
func TestElementwise(t *testing.T) {
	c := newCorpus(1)
	for _, n := range lengths {
		x, y, old, label := c.between(n, -9, 9), c.between(n, -9, 9), c.between(n, -9, 9), c.labels(n, 3)
		for _, row := range []struct {
			name string
			run  func(dst []float32)
			want func(i int) float32
		}{
			{"Mul", func(dst []float32) { Mul(dst, x, y) }, func(i int) float32 { return x[i] * y[i] }},
			{"Mul onto itself", func(dst []float32) { Mul(dst, dst, y) }, func(i int) float32 { return old[i] * y[i] }},
			{"Add", func(dst []float32) { Add(dst, x, y) }, func(i int) float32 { return x[i] + y[i] }},
			{"Add onto itself", func(dst []float32) { Add(dst, x, dst) }, func(i int) float32 { return x[i] + old[i] }},
			{"Sub", func(dst []float32) { Sub(dst, x, y) }, func(i int) float32 { return x[i] - y[i] }},
			{"Scale", func(dst []float32) { Scale(dst, x, 1.7) }, func(i int) float32 { return x[i] * 1.7 }},
			{"AddScaled", func(dst []float32) { AddScaled(dst, x, 1.7) }, func(i int) float32 { return old[i] + float32(x[i]*1.7) }},
			{"MulAddTo", func(dst []float32) { MulAddTo(dst, x, y) }, func(i int) float32 { return old[i] + float32(x[i]*y[i]) }},
			{"Fill", func(dst []float32) { Fill(dst, 0.3) }, func(i int) float32 { return 0.3 }},
			{"Hits", func(dst []float32) { Hits(dst, label, 1) }, func(i int) float32 {
				if label[i] == 1 {
					return 1
				}
				return 0
			}},
		} {
			dst, standing := guarded(n)
			copy(dst, old)
			row.run(dst)
			want := make([]float32, n)
			for i := range want {
				want[i] = row.want(i)
			}
			equal(t, row.name, dst, want)
			standing(t, row.name)
		}
	}
}

// TestSqrt compares with the root in float64, rounded.
func TestSqrt(t *testing.T) {
	c := newCorpus(13)
	for n := range 100 {
		x := c.positive(n)
		want := make([]float32, n)
		for i := range x {
			if i%11 == 0 {
				x[i] = []float32{0, 1, 4, float32(math.Inf(1))}[i%4]
			}
			want[i] = float32(math.Sqrt(float64(x[i])))
		}
		Sqrt(x)
		equal(t, "Sqrt", x, want)
	}
}
