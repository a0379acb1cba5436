package vec

import (
	"math"
	"slices"
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

func TestGrowTwo(t *testing.T) {
	c := newCorpus(50)
	for _, n := range lengths {
		z := [2][]float32{c.between(n, -40, 40), c.between(n, -6, 6)}
		var e [2][]float32
		var stand [2]func(*testing.T, string)
		for k := range e {
			e[k], stand[k] = guarded(n)
		}
		if !GrowTwo(e[0], e[1], z[0], z[1]) {
			t.Errorf("%d logits within 40: false", n)
		}
		for k := range e {
			want := make([]float32, n)
			Grow(want, z[k])
			stand[k](t, "GrowTwo")
			equal(t, "GrowTwo", e[k], want)
			for i := range n {
				old := z[k][i]
				for _, bad := range []float32{40.000004, -40.000004, float32(math.NaN()), float32(math.Inf(-1))} {
					if z[k][i] = bad; GrowTwo(e[0], e[1], z[0], z[1]) {
						t.Fatalf("lets %v at %d of %d pass", bad, i, n)
					}
				}
				z[k][i] = old
			}
		}
	}
}

func TestPart(t *testing.T) {
	c := newCorpus(42)
	for _, n := range lengths {
		e := [][]float32{c.between(n, 0, 100), c.between(n, 0, 100), c.between(n, 0, 100)}
		label := c.labels(n, 3)
		wantOwn, wantRest := make([]float32, n), make([]float32, n)
		for i, l := range label {
			for k := range e {
				if int(l) == k {
					wantOwn[i] = e[k][i]
				} else {
					wantRest[i] += e[k][i]
				}
			}
		}
		own, standOwn := guarded(n)
		rest, standRest := guarded(n)
		Part(own, rest, e[0], e[1], e[2], label)
		standOwn(t, "own")
		standRest(t, "rest")
		equal(t, "own", own, wantOwn)
		equal(t, "rest", rest, wantRest)
	}
}

// sixteens are labels of classes whose turns are all that there are: of one class, of none, on an edge, and of anything.
func (c corpus) sixteens(n, classes int) []int32 {
	label := c.labels(n, classes)
	for i := range label {
		switch i / Step % 6 {
		case 0, 1:
			label[i] = int32(i / (2 * Step) % classes)
		case 2:
			label[i] = -1
		case 3:
			label[i] = int32(1 + (i%Step+i/Step)/10%2) // one object or two, sooner or later
		case 4:
			if i%Step > 6 { // the edge of what is ignored
				label[i] = -1
			} else {
				label[i] = 2
			}
		}
	}
	return label
}

func TestTurns(t *testing.T) {
	c := newCorpus(44)
	const classes = 7
	found := map[int32]int{}
	for _, n := range lengths {
		label := c.sixteens(n, classes)
		turn, got, want := make([]int32, n/Step+1), make([]int32, classes+1), make([]int32, classes+1)
		for _, l := range label {
			want[l+1]++
		}
		turn[n/Step] = 77
		Turns(turn, got, label)
		if !slices.Equal(got, want) {
			t.Errorf("%d labels: counts are %v, want %v", n, got, want)
		}
		if turn[n/Step] != 77 {
			t.Errorf("%d labels: a turn behind them was written", n)
		}
		for k, is := range turn[:n/Step] {
			s := label[k*Step:][:Step]
			kinds := slices.Compact(slices.Sorted(slices.Values(s)))
			want := int32(Mixed)
			switch {
			case len(kinds) == 1:
				want = kinds[0]
			case len(kinds) == 2 && kinds[0] >= 0 && s[0] != s[Step-1]:
				want = Edge
			}
			if is != want {
				t.Errorf("%v is %d, want %d", s, is, want)
			}
			found[min(want, 0)]++
		}
	}
	for _, want := range []int32{0, -1, Mixed, Edge} {
		if found[want] == 0 {
			t.Errorf("no turn is %d", want)
		}
	}
}

// What is made of the labels by turns is what it is one by one.
func TestByTurns(t *testing.T) {
	c := newCorpus(47)
	const classes = 6
	for _, n := range lengths {
		label := c.sixteens(n, classes)
		turn := make([]int32, n/Step)
		Turns(turn, make([]int32, classes+1), label)
		e, wantPut := make([][]float32, classes), make([][]float32, classes)
		for k := range e {
			e[k] = c.between(n, 1, 100)
			wantPut[k] = slices.Clone(e[k])
		}
		wantOwn, hit := make([]float32, n), c.between(n, -2, -1)
		for i, l := range label {
			if l >= 0 {
				wantOwn[i], wantPut[l][i] = e[l][i], hit[i]
			}
		}
		own, stand := guarded(n)
		OwnOf(own, e, label, turn)
		stand(t, "OwnOf")
		equal(t, "OwnOf", own, wantOwn)
		Put(e, hit, label, turn)
		for k := range e {
			equal(t, "Put", e[k], wantPut[k])
		}

		seen, sum, lane := []int32{}, make([]float64, classes), make([][4]float32, classes)
		for k := range int32(classes) {
			if slices.Contains(label, k) {
				seen = append(seen, k)
			}
		}
		SumByClass(sum, lane, hit, label, turn, seen)
		for k := range sum {
			if want, _ := SumByHit(hit, label, int32(k)); sum[k] != want {
				t.Errorf("%d pixels: the sum of class %d is %v, want %v", n, k, sum[k], want)
			}
			if lane[k] != [4]float32{} {
				t.Errorf("%d pixels: %v is left of class %d", n, lane[k], k)
			}
		}
	}
}

// The largest of all, the sum of the others, and what is made of them.
func TestTopFour(t *testing.T) {
	c := newCorpus(48)
	for _, n := range lengths {
		e := make([][]float32, 12)
		for k := range e {
			e[k] = c.between(n, 0, 1)
			for i, x := range e[k] {
				e[k][i] = float32(math.Exp(float64(40*x - 20)))
			}
		}
		for i := range n / 2 { // as large as another
			e[7][i] = e[2][i]
		}
		label := c.labels(n, 12)
		wantTop, wantLow, all := make([]float32, n), make([]float64, n), make([]float64, n)
		for i := range n {
			for k := range e {
				wantTop[i] = max(wantTop[i], e[k][i])
				all[i] += float64(e[k][i])
			}
			led := false
			for k := range e {
				if !led && e[k][i] == wantTop[i] {
					led = true
				} else {
					wantLow[i] += float64(e[k][i])
				}
			}
		}
		top, standTop := guarded(n)
		low, standLow := guarded(n)
		clear(top)
		clear(low)
		TopFour(top, low, e[0], e[1], e[2], e[3])
		TopFour(top, low, e[4], e[5], e[6], e[7])
		TopFour(top, low, e[8], e[9], e[10], e[11])
		standTop(t, "top")
		standLow(t, "low")
		equal(t, "top", top, wantTop)
		near(t, "low", low, wantLow, 4e-7)

		own, wantRest := make([]float32, n), make([]float64, n)
		for i, l := range label {
			wantRest[i] = all[i]
			if l >= 0 {
				own[i] = e[l][i]
				wantRest[i] = 0
				for k := range e {
					if k != int(l) {
						wantRest[i] += float64(e[k][i])
					}
				}
			}
		}
		rest, standRest := guarded(n)
		Split(rest, own, top, low)
		standRest(t, "Split")
		near(t, "Split", rest, wantRest, 6e-7)

		arg, wantArg := make([]int32, n), make([]int32, n)
		for i := range arg {
			arg[i] = -1
			for wantArg[i] = 0; e[wantArg[i]][i] != top[i]; wantArg[i]++ {
			}
		}
		for k := range e {
			TopClass(arg, e[k], top, int32(k))
			wantP, wantQ := make([]float64, n), make([]float64, n)
			for i := range n {
				wantP[i] = float64(e[k][i]) / all[i]
				for l := range e {
					if l != k {
						wantQ[i] += float64(e[l][i]) / all[i]
					}
				}
			}
			p, standP := guarded(n)
			q, standQ := guarded(n)
			PartSoftmax(p, q, e[k], top, low)
			standP(t, "p")
			standQ(t, "q")
			near(t, "p", p, wantP, 6e-7)
			near(t, "q", q, wantQ, 6e-7)
			alone := append([]float32(nil), e[k]...)
			PartSoftmax(alone, nil, alone, top, low)
			equal(t, "p alone", alone, p)
		}
		for i := range arg {
			if arg[i] != wantArg[i] {
				t.Errorf("%d pixels: class %d leads at %d, want %d", n, arg[i], i, wantArg[i])
				break
			}
		}
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
			top, low := make([]float32, n), make([]float32, n)
			TopFour(top, low, own, rest, make([]float32, n), make([]float32, n))
			ChainMost(f, hit, own, rest, top, low, slope)
			for i := range own {
				x := slope[i] / (top[i] + low[i])
				wantF[i], wantHit[i] = -x, float32(rest[i]*x)
				if rest[i] > own[i] {
					wantHit[i] = slope[i] - float32(x*own[i])
				}
			}
			standF(t, "f of ChainMost")
			standHit(t, "hit of ChainMost")
			equal(t, "f of ChainMost", f, wantF)
			equal(t, "hit of ChainMost", hit, wantHit)
			four, scaled := [][]float32{c.between(n, 0, 9), append([]float32(nil), e...), c.between(n, 0, 9), c.between(n, 0, 9)}, make([][]float32, 4)
			for k, x := range four {
				scaled[k] = make([]float32, n)
				Mul(scaled[k], x, f)
			}
			MulFour(four[0], four[1], four[2], four[3], f)
			for k := range four {
				equal(t, "MulFour", four[k], scaled[k])
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

func TestCountPairs(t *testing.T) {
	c := newCorpus(49)
	var row [256]int32
	for label := range row {
		row[label] = int32(label%5) * 256
	}
	for n := range 100 {
		truth, answer := c.bytes(n, 256), c.bytes(n, 256)
		for i := range n / 2 {
			truth[i], answer[i] = 200, 3
		}
		got, want := make([]uint32, 5*256), make([]uint32, 5*256)
		for i, l := range truth {
			want[int(l)%5*256+int(answer[i])]++
		}
		CountPairs(got, &row, truth, answer)
		if !slices.Equal(got, want) {
			t.Errorf("%d pairs are not counted as they are", n)
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
		Part(own, rest, e[0], e[1], e[2], label)
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
		want := make([][]float32, 3)
		for k := range want {
			want[k] = make([]float32, n)
			MulUnless(want[k], e[k], f, hit, label, int32(k))
		}
		if again := ChainThreeLogs(e[0], e[1], e[2], label, worth); again != got {
			t.Errorf("%d pixels: ChainThreeLogs gives %v, LogThree %v", n, again, got)
		}
		for k := range e {
			equal(t, "ChainThreeLogs", e[k], want[k])
		}
	}
}
