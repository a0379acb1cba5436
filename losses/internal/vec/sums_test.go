package vec

import (
	"math"
	"testing"
)

// TestSums compares each sum with a plain loop in float64.
func TestSums(t *testing.T) {
	c := newCorpus(4)
	for _, n := range lengths {
		p, q, g, w := c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, 0, 3)
		label := c.labels(n, 2)
		ones := make([]float32, n)
		Fill(ones, 1)
		hit := make([]float32, n)
		Hits(hit, label, 1)
		// sum adds term in float64.
		sum := func(term func(i int) float64) float64 {
			s := 0.0
			for i := range n {
				s += term(i)
			}
			return s
		}
		f := func(x []float32, i int) float64 { return float64(x[i]) }
		is := func(name string, got, want float64) {
			t.Helper()
			if !(math.Abs(got-want) <= 3e-7*want) {
				t.Errorf("%s of %d is %v, want %v", name, n, got, want)
			}
		}
		is("Sum", Sum(p), sum(func(i int) float64 { return f(p, i) }))
		is("Dot", Dot(p, q), sum(func(i int) float64 { return f(p, i) * f(q, i) }))
		a, b := SumByHit(p, label, 1)
		is("SumByHit hit", a, sum(func(i int) float64 { return f(p, i) * f(hit, i) }))
		is("SumByHit miss", b, sum(func(i int) float64 { return f(p, i) * (1 - f(hit, i)) }))
		for _, weight := range [][]float32{nil, w} {
			v := weight
			if v == nil {
				v = ones
			}
			is("SumSquares", SumSquares(p, weight), sum(func(i int) float64 { return f(v, i) * f(p, i) * f(p, i) }))
			for _, truth := range []struct {
				name    string
				t       []float32
				overlap func() (tp, fp, fn float64)
			}{
				{"label", hit, func() (tp, fp, fn float64) { return Overlap(p, q, label, 1, weight) }},
				{"soft", g, func() (tp, fp, fn float64) { return OverlapSoft(p, q, g, weight) }},
			} {
				tp, fp, fn := truth.overlap()
				is(truth.name+" tp", tp, sum(func(i int) float64 { return f(v, i) * f(p, i) * f(truth.t, i) }))
				is(truth.name+" fp", fp, sum(func(i int) float64 { return f(v, i) * f(p, i) * (1 - f(truth.t, i)) }))
				is(truth.name+" fn", fn, sum(func(i int) float64 { return f(v, i) * f(q, i) * f(truth.t, i) }))
			}
			pp, tt, d := SquaresSoft(p, g, weight)
			is("SquaresSoft pp", pp, sum(func(i int) float64 { return f(v, i) * f(p, i) * f(p, i) }))
			is("SquaresSoft tt", tt, sum(func(i int) float64 { return f(v, i) * f(g, i) * f(g, i) }))
			is("SquaresSoft d", d, sum(func(i int) float64 { return f(v, i) * math.Abs(f(p, i)-f(g, i)) }))
		}
	}
}

// TestSumOfEqualTerms tries terms whose rounding errors all point one way. The first is the worst there is.
func TestSumOfEqualTerms(t *testing.T) {
	x := make([]float32, Block)
	worst := 0.0
	for bits := uint32(0x3f800000); bits < 0x40000000; bits += 1009 {
		for _, v := range []float32{1.7777796, math.Float32frombits(bits)} {
			Fill(x, v)
			worst = max(worst, math.Abs(Sum(x)/(Block*float64(v))-1))
		}
	}
	t.Logf("error %.3g", worst)
	if worst > 3e-7 {
		t.Errorf("error %.3g, want at most 3e-7", worst)
	}
}
