package vec

import "testing"

// TestSpread compares with plain loops, bit by bit.
func TestSpread(t *testing.T) {
	c := newCorpus(10)
	for _, n := range lengths {
		p, q, g, r, x, old := c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, -3, 3), c.between(n, -3, 3), c.between(n, -3, 3)
		label := c.labels(n, 3)
		if n > 0 {
			g[0] = p[0] // where |p-t| has no slope
		}
		pick := func(i int, hit, miss float32) float32 {
			if label[i] == 1 {
				return hit
			}
			return miss
		}
		sign := func(d float32) float32 {
			switch {
			case d > 0:
				return 1
			case d < 0:
				return -1
			}
			return 0
		}
		for _, row := range []struct {
			name string
			run  func(dst []float32)
			want func(i int) float32
		}{
			{"Choose", func(dst []float32) { Choose(dst, label, 1, 0.3, -2) }, func(i int) float32 { return pick(i, 0.3, -2) }},
			{"TwoChain", func(dst []float32) { TwoChain(dst, x, q, label, 1) }, func(i int) float32 { return pick(i, x[i]*q[i], -(x[i] * q[i])) }},
			{"Share", func(dst []float32) { Share(dst, p, q, label, 1, 0.7, 1.1, 0.01) }, func(i int) float32 {
				return old[i] + (0.01 + pick(i, float32(q[i]*1.1), float32(p[i]*0.7)))
			}},
			{"ShareSoft", func(dst []float32) { ShareSoft(dst, p, q, g, 0.7, 1.1, 0.01) }, func(i int) float32 {
				a, b := float32(p[i]*0.7), float32(q[i]*1.1)
				return old[i] + (0.01 + (float32(a*(1-g[i])) + float32(b*g[i])))
			}},
			{"Mix", func(dst []float32) { Mix(dst, g, 0.3, -2) }, func(i int) float32 { return float32(g[i]*0.3) + float32(-2*(1-g[i])) }},
			{"AddSquare", func(dst []float32) { AddSquare(dst, p, g, 0.3, 0.7) }, func(i int) float32 {
				return old[i] + float32(p[i]*float32(2*float32(0.3))) + 0.7*sign(p[i]-g[i])
			}},
			{"SoftmaxChain", func(dst []float32) { SoftmaxChain(dst, p, q, x, r, label, 1) }, func(i int) float32 {
				return pick(i, float32(x[i]*q[i])-r[i], old[i]-float32(p[i]*x[i]))
			}},
			{"ChainSum all", func(dst []float32) { ChainSum(dst, make([]float32, n), x, label, 1) }, func(i int) float32 { return old[i] + x[i] }},
			{"ChainSum rest", func(dst []float32) { ChainSum(make([]float32, n), dst, x, label, 1) }, func(i int) float32 { return old[i] + pick(i, 0, x[i]) }},
			{"Ratio", func(dst []float32) { Ratio(dst, p, x, 0.5) }, func(i int) float32 { return p[i] / max(x[i], 0.5) }},
			{"AtLeast", func(dst []float32) { AtLeast(dst, x, 0.5) }, func(i int) float32 { return max(x[i], 0.5) }},
			{"Accumulate", func(dst []float32) { Accumulate(dst, x) }, func(i int) float32 { return old[i] + x[i] }},
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

// TestAccumulate puts blocks of any length into a plane.
func TestAccumulate(t *testing.T) {
	c := newCorpus(11)
	for n := range 70 {
		x, old := c.between(n, -3, 3), c.between(n, -3, 3)
		dst, standing := guarded(n)
		copy(dst, old)
		Accumulate(dst, x)
		for i := range old {
			old[i] += x[i]
		}
		equal(t, "Accumulate", dst, old)
		standing(t, "Accumulate")
	}
}

// TestOutcomes counts with a plain loop.
func TestOutcomes(t *testing.T) {
	c := newCorpus(12)
	for _, n := range lengths {
		p, label := c.between(n, 0, 1), c.labels(n, 3)
		if n > 0 {
			p[0] = 0.5
		}
		tp, fp, hits, all := Outcomes(p, 0.5, label, 1)
		var want [4]int
		for i, l := range label {
			if l < 0 {
				continue
			}
			want[3]++
			if l == 1 {
				want[2]++
			}
			if p[i] >= 0.5 {
				if l == 1 {
					want[0]++
				} else {
					want[1]++
				}
			}
		}
		if got := [4]int{tp, fp, hits, all}; got != want {
			t.Errorf("outcomes of %d are %v, want %v", n, got, want)
		}
	}
}
