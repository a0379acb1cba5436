package vec

import (
	"math"
	"testing"
)

func TestGrow(t *testing.T) {
	c := newCorpus(41)
	for _, n := range lengths {
		for _, reach := range []int32{1, 6, 40} {
			z := c.between(n, -reach, reach)
			want := make([]float64, n)
			for i, x := range z {
				want[i] = math.Exp(float64(x))
			}
			e, stand := guarded(n)
			if !Grow(e, z) {
				t.Errorf("%d logits within %d: false", n, reach)
			}
			stand(t, "Grow")
			near(t, "Grow", e, want, 1.9e-7)
		}
		for i := range n {
			for _, bad := range []float32{40.000004, -40.000004, float32(math.NaN()), float32(math.Copysign(math.NaN(), -1)), float32(math.Inf(1)), float32(math.Inf(-1))} {
				z := make([]float32, n)
				z[i] = bad
				if Grow(make([]float32, n), z) {
					t.Fatalf("lets %v at %d of %d pass", bad, i, n)
				}
			}
		}
	}
}

// parts is own and rest of the e^z of some classes by the definition, three at a
// time.
func parts(e [][]float32, label []int32) (own, rest []float32) {
	own, rest = make([]float32, len(label)), make([]float32, len(label))
	for i, l := range label {
		for c := 0; c < len(e); c += 3 {
			var sum float32
			for k := c; k < c+3; k++ {
				if int(l) == k {
					own[i] = e[k][i]
				} else {
					sum += e[k][i]
				}
			}
			rest[i] += sum
		}
	}
	return own, rest
}

func TestPart(t *testing.T) {
	c := newCorpus(42)
	for _, n := range lengths {
		e := make([][]float32, 9)
		for k := range e {
			e[k] = c.between(n, 0, 100)
		}
		label := c.labels(n, 6) // classes 6 to 8 are true nowhere
		wantOwn, wantRest := parts(e, label)
		own, standOwn := guarded(n)
		rest, standRest := guarded(n)
		Part(own, rest, e[0], e[1], e[2], label, 0)
		PartMore(own, rest, e[3], e[4], e[5], label, 3)
		alone := append([]float32(nil), rest...)
		PartMore(own, rest, e[6], e[7], e[8], label, 6)
		PartOthers(alone, e[6], e[7], e[8])
		standOwn(t, "own")
		standRest(t, "rest")
		equal(t, "own", own, wantOwn)
		equal(t, "rest", rest, wantRest)
		equal(t, "PartOthers", alone, wantRest)
	}
}

func TestOfParts(t *testing.T) {
	c := newCorpus(43)
	for _, n := range lengths {
		for _, reach := range []int32{1, 6, 40} {
			own, rest, slope, e := make([]float32, n), make([]float32, n), c.between(n, -2, 2), c.between(n, 0, 9)
			Grow(own, c.between(n, -reach, reach))
			Grow(rest, c.between(n, -reach, reach))
			wantU, wantQ := make([]float64, n), make([]float64, n)
			for i := range own {
				a, b := float64(own[i]), float64(rest[i])
				wantU[i], wantQ[i] = -math.Log1p(b/a), b/(a+b)
			}
			u, standU := guarded(n)
			q, standQ := guarded(n)
			LogPart(u, own, rest)
			LackPart(q, own, rest)
			standU(t, "LogPart")
			standQ(t, "LackPart")
			near(t, "LogPart", u, wantU, 4e-7)
			near(t, "LackPart", q, wantQ, 1.3e-7)

			f, standF := guarded(n)
			hit, standHit := guarded(n)
			ChainPart(f, hit, own, rest, slope)
			label := c.labels(n, 3)
			wantF, wantHit, wantD := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range own {
				x := slope[i] / (own[i] + rest[i])
				wantF[i], wantHit[i] = -x, float32(rest[i]*x)
				wantD[i] = float32(e[i] * wantF[i])
				if label[i] == 1 {
					wantD[i] = wantHit[i]
				}
			}
			d, standD := guarded(n)
			MulUnless(d, e, f, hit, label, 1)
			standF(t, "f")
			standHit(t, "hit")
			standD(t, "MulUnless")
			equal(t, "f", f, wantF)
			equal(t, "hit", hit, wantHit)
			equal(t, "MulUnless", d, wantD)
			three := [][]float32{c.between(n, 0, 9), append([]float32(nil), e...), c.between(n, 0, 9)}
			wantThree, scaled := make([][]float32, 3), make([][]float32, 3)
			for k, x := range three {
				wantThree[k], scaled[k] = make([]float32, n), make([]float32, n)
				MulUnless(wantThree[k], x, f, hit, label, int32(k))
				Mul(scaled[k], x, f)
			}
			plain := [][]float32{append([]float32(nil), three[0]...), append([]float32(nil), three[1]...), append([]float32(nil), three[2]...)}
			ChainThree(three[0], three[1], three[2], f, hit, label, 0)
			MulThree(plain[0], plain[1], plain[2], f)
			for k := range three {
				equal(t, "ChainThree", three[k], wantThree[k])
				equal(t, "MulThree", plain[k], scaled[k])
			}
		}
	}
}

// Where no class is true, as at an ignored pixel, there is some number.
func TestLogPartOfNothing(t *testing.T) {
	own, rest, u := make([]float32, Step), make([]float32, Step), make([]float32, Step)
	for i := range rest {
		rest[i] = float32(math.Exp(float64(5*i - 40)))
	}
	LogPart(u, own, rest)
	for i, x := range u {
		if x != x || math.IsInf(float64(x), 0) {
			t.Errorf("u is %v where rest is %v", x, rest[i])
		}
	}
}

func TestCountEach(t *testing.T) {
	c := newCorpus(44)
	for _, n := range lengths {
		label := c.labels(n, 7)
		for i := range n / 2 { // runs of one class
			label[i] = int32(i / 50 % 7)
		}
		got, want := make([]int32, 8), make([]int32, 8)
		for _, l := range label {
			want[l+1]++
		}
		CountEach(got, label)
		for k := range want {
			if got[k] != want[k] {
				t.Errorf("%d labels: counts are %v, want %v", n, got, want)
				break
			}
		}
	}
}

func TestCountBytes(t *testing.T) {
	c := newCorpus(45)
	for n := range 100 {
		label := c.bytes(n, 256)
		for i := range n / 2 {
			label[i] = 200
		}
		var got, want [256]int
		for _, l := range label {
			want[l]++
		}
		CountBytes(&got, label)
		if got != want {
			t.Errorf("counts of %d are %v, want %v", n, got, want)
		}
	}
}

func TestLogThree(t *testing.T) {
	c := newCorpus(46)
	for _, n := range lengths {
		e, label := [][]float32{c.between(n, 0, 9), c.between(n, 0, 9), c.between(n, 0, 9)}, c.labels(n, 3)
		for i, l := range label {
			label[i] = max(l, 0)
		}
		own, rest, u := make([]float32, n), make([]float32, n), make([]float32, n)
		Part(own, rest, e[0], e[1], e[2], label, 0)
		LogPart(u, own, rest)
		got := LogThree(e[0], e[1], e[2], label)
		for k := range got {
			if want, _ := SumByHit(u, label, int32(k)); got[k] != want {
				t.Errorf("%d pixels: %v of class %d, want %v", n, got[k], k, want)
			}
		}

		worth := [3]float32{0.5, 3, 0.1}
		slope, f, hit := make([]float32, n), make([]float32, n), make([]float32, n)
		for i, l := range label {
			slope[i] = -worth[l]
		}
		ChainPart(f, hit, own, rest, slope)
		want := [][]float32{append([]float32(nil), e[0]...), append([]float32(nil), e[1]...), append([]float32(nil), e[2]...)}
		ChainThree(want[0], want[1], want[2], f, hit, label, 0)
		if again := ChainThreeLogs(e[0], e[1], e[2], label, worth); again != got {
			t.Errorf("%d pixels: ChainThreeLogs gives %v, LogThree %v", n, again, got)
		}
		for k := range e {
			equal(t, "ChainThreeLogs", e[k], want[k])
		}
	}
}
