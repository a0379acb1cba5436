package vec

import (
	"math"
	"testing"
)

// What is made once for many losses must have the bits of what each would make
// for itself.

func TestFaded(t *testing.T) {
	c := newCorpus(31)
	for _, n := range lengths {
		x, label := c.between(n, -90, 90), c.labels(n, 2)
		e, stand := guarded(n)
		Fade(e, x)
		stand(t, "Fade")
		p, q := make([]float32, n), make([]float32, n)
		Sigmoid(p, q, x)
		gotP, standP := guarded(n)
		gotQ, standQ := guarded(n)
		FadedSigmoid(gotP, gotQ, e, x)
		equal(t, "FadedSigmoid p", gotP, p)
		equal(t, "FadedSigmoid q", gotQ, q)
		FadedSigmoid(gotP, nil, e, x)
		equal(t, "FadedSigmoid p alone", gotP, p)
		TrueSigmoid(p, q, x, label)
		FadedLog(gotP, e, x, label, 1)
		FadedLack(gotQ, e, x, label)
		equal(t, "FadedLog", gotP, p)
		equal(t, "FadedLack", gotQ, q)
		standP(t, "faded p")
		standQ(t, "faded q")
	}
}

// The product of FadedCrossEntropy against a sum of logarithms in float64: for
// logits of any size, right and wrong.
func TestFadedCrossEntropy(t *testing.T) {
	c := newCorpus(32)
	for _, n := range lengths {
		for _, most := range []int32{1, 6, 14, 20, 60} {
			for _, right := range []bool{false, true} {
				x, label := c.between(n, -most, most), c.labels(n, 2)
				want := 0.0
				for i := range x {
					side := label[i] == 1
					if right && (x[i] > 0) != side {
						x[i] = -x[i]
					}
					y := float64(x[i])
					if !side {
						y = -y
					}
					want += math.Max(-y, 0) + math.Log1p(math.Exp(-math.Abs(y)))
				}
				e := make([]float32, n)
				Fade(e, x)
				got := FadedCrossEntropy(e, x, label)
				if math.Abs(got-want) > 6e-7*want {
					t.Errorf("%d logits within %v, right %v: %v, want %v", n, most, right, got, want)
				}
			}
		}
	}
}

func TestKept(t *testing.T) {
	c := newCorpus(33)
	for _, n := range lengths {
		const classes = 5
		var z [classes][]float32
		m, arg, gotM, gotArg := make([]float32, n), make([]int32, n), make([]float32, n), make([]int32, n)
		rest, gotRest := make([]float32, n), make([]float32, n)
		for k := range z {
			z[k] = c.between(n, -30, 30)
		}
		MaxInit(m, arg, z[0])
		MaxInit(gotM, gotArg, z[0])
		for k := 1; k < classes; k++ {
			MaxStep(m, arg, z[k], int32(k))
			if !MaxStepFinite(gotM, gotArg, z[k], int32(k)) {
				t.Fatal("MaxStepFinite says that z is not finite")
			}
		}
		equal(t, "MaxStepFinite", gotM, m)
		for k := range z {
			RestStep(rest, z[k], m, arg, int32(k))
			e, stand := guarded(n)
			KeepStep(gotRest, e, z[k], gotM, gotArg, int32(k))
			stand(t, "KeepStep")
		}
		equal(t, "KeepStep rest", gotRest, rest)
		for k := range z {
			e, p, q, gotP, gotQ := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
			KeepStep(make([]float32, n), e, z[k], m, arg, int32(k))
			SoftmaxClass(p, q, z[k], m, rest)
			KeptSoftmax(gotP, gotQ, e, rest)
			equal(t, "KeptSoftmax p", gotP, p)
			equal(t, "KeptSoftmax q", gotQ, q)
		}
		for i := range n {
			for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
				old := z[1][i]
				z[1][i] = bad
				if MaxStepFinite(gotM, gotArg, z[1], 1) {
					t.Fatalf("MaxStepFinite lets %v at %d of %d pass", bad, i, n)
				}
				z[1][i] = old
			}
		}
	}
}

func TestHitAll(t *testing.T) {
	c := newCorpus(34)
	for k := range 6 * len(lengths) {
		n, mixed := lengths[k/6], []int{0, 1, 10}[k/2%3]
		p, w, bytes := c.between(n, 0, 1), c.between(n, 0, 2), c.mask(n, mixed)
		label, ones := make([]int32, n), 0
		for i, b := range bytes {
			label[i] = int32(b)
			ones += int(b)
		}
		weighted := make([]float32, n)
		Mul(weighted, p, w)
		for _, row := range []struct {
			name    string
			x, w    []float32
			hit, at float64
		}{{name: "plain", x: p}, {name: "weighted", x: weighted, w: w}} {
			wantHit, _ := SumByHit(row.x, label, 1)
			hit, all := HitAll(p, label, 1, row.w)
			if hit != wantHit || all != Sum(row.x) {
				t.Errorf("HitAll %s of %d: %v %v, want %v %v", row.name, n, hit, all, wantHit, Sum(row.x))
			}
		}
		wantHit, wantMiss := SumByHit(weighted, label, 1)
		if hit, miss := SumByHit8(weighted, bytes); hit != wantHit || miss != wantMiss {
			t.Errorf("SumByHit8 of %d: %v %v, want %v %v", n, hit, miss, wantHit, wantMiss)
		}
		wantHit, wantAll := HitAll(p, label, 1, nil)
		g := guesses[k%2]
		hit, all, count, ok := HitAllUnit8(&g, p, bytes)
		if hit != wantHit || all != wantAll || count != ones || !ok || Count(label, 1) != ones {
			t.Errorf("HitAllUnit8 of %d: %v %v %v %v, want %v %v %v true", n, hit, all, count, ok, wantHit, wantAll, ones)
		}
		for i := range n {
			for _, bad := range []float32{-1e-9, float32(math.Copysign(0, -1)), 1.0000001, float32(math.NaN()), float32(math.Inf(1))} {
				old := p[i]
				p[i] = bad
				if _, _, _, ok := HitAllUnit8(&g, p, bytes); ok {
					t.Fatalf("HitAllUnit8 lets %v at %d of %d pass", bad, i, n)
				}
				p[i] = old
			}
			bytes[i] += 2
			if _, _, _, ok := HitAllUnit8(&g, p, bytes); ok {
				t.Fatalf("HitAllUnit8 lets the label %d at %d of %d pass", bytes[i], i, n)
			}
			bytes[i] -= 2
		}
	}
}

func TestShaped(t *testing.T) {
	c := newCorpus(35)
	for _, n := range lengths {
		x, y, q, label := c.between(n, -3, 3), c.between(n, -3, 3), c.between(n, 0, 1), c.labels(n, 2)
		limit := float32(0.25)
		if n > 0 {
			limit = y[n/2] // which is reached
		}
		for _, row := range []struct {
			name string
			run  func(dst []float32)
			want func(i int) float32
		}{
			{"Within", func(dst []float32) { Within(dst, x, -1, 0.5) }, func(i int) float32 { return min(max(x[i], -1), 0.5) }},
			{"Abs", func(dst []float32) { Abs(dst, x) }, func(i int) float32 { return max(x[i], -x[i]) }},
			{"Line", func(dst []float32) { Line(dst, x, 0.3, -2) }, func(i int) float32 { return float32(x[i]*0.3) - 2 }},
			{"PowerPull", func(dst []float32) { PowerPull(dst, x, y, x, q, y, 1.5) }, func(i int) float32 {
				g := float32(float32(-1.5*x[i]) * y[i])
				b, m := g-x[i], 1-y[i]
				switch {
				case !(q[i] > 0.5):
					return -float32((g + q[i]) * x[i])
				case y[i] > 0.5:
					return -(m + float32(b*m))
				}
				return -(b - y[i] - float32(b*y[i]) + 1)
			}},
			{"Lack", func(dst []float32) { Lack(dst, x, q) }, func(i int) float32 {
				if q[i] > 0.5 {
					return 1 - x[i]
				}
				return q[i]
			}},
			{"FadedPart", func(dst []float32) { FadedPart(dst, x, q) }, func(i int) float32 {
				if q[i] > 0.5 {
					return float32(x[i] * q[i])
				}
				return 1 - q[i]
			}},
			{"MulNeg", func(dst []float32) { MulNeg(dst, x, y) }, func(i int) float32 { return -(x[i] * y[i]) }},
			{"Above", func(dst []float32) { Above(dst, x, y, 0.25) }, func(i int) float32 {
				if y[i] > 0.25 {
					return x[i]
				}
				return 0
			}},
			{"Reaching", func(dst []float32) { Reaching(dst, x, y, limit) }, func(i int) float32 {
				if y[i] >= limit {
					return x[i]
				}
				return 0
			}},
			{"TrueOfTwo p", func(dst []float32) { TrueOfTwo(dst, make([]float32, len(dst)), x, label, 1) }, func(i int) float32 {
				if label[i] == 1 {
					return x[i]
				}
				return 1 - x[i]
			}},
			{"TrueOfTwo q", func(dst []float32) { TrueOfTwo(make([]float32, len(dst)), dst, x, label, 1) }, func(i int) float32 {
				if label[i] == 1 {
					return 1 - x[i]
				}
				return x[i]
			}},
		} {
			got, stand := guarded(n)
			row.run(got)
			stand(t, row.name)
			want := make([]float32, n)
			for i := range want {
				want[i] = row.want(i)
			}
			equal(t, row.name, got, want)
		}
	}
}
