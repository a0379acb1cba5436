package vec

import (
	"math"
	"testing"
)

// The passes over logits and byte labels must have the bits of the passes over blocks, and refuse what is odd.
func TestUnit8OfLogits(t *testing.T) {
	c := newCorpus(36)
	for _, n := range lengths {
		for i, most := range []int32{1, 6, 20, 90, 1000, 1, 6, 20, 90, 1000} {
			x, bytes := c.between(n, -most, most), c.mask(n, i)
			label, ones := make([]int32, n), 0
			for i, b := range bytes {
				label[i] = int32(b)
				ones += int(b)
			}
			e, u, v, q, p, loss, slope := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
			Fade(e, x)
			FadedLog(u, e, x, label, 1)
			FadedLog(v, e, x, label, 0)
			FadedLack(q, e, x, label)
			FadedSigmoid(p, nil, e, x)
			equals := func(name string, got, want float64, count int, ok bool) {
				t.Helper()
				if got != want || count != ones || !ok {
					t.Errorf("%s of %d within %d: %v %v %v, want %v %v true", name, n, most, got, count, ok, want, ones)
				}
			}

			sum, count, ok := CrossEntropyUnit8(x, bytes)
			equals("CrossEntropyUnit8", sum, FadedCrossEntropy(e, x, label), count, ok)

			dx, stand := guarded(n)
			sum, count, ok = CrossEntropySlopeUnit8(dx, x, bytes, -0.3, 0.7)
			equals("CrossEntropySlopeUnit8", sum, FadedCrossEntropy(e, x, label), count, ok)
			stand(t, "CrossEntropySlopeUnit8")
			Choose(slope, label, 1, -0.3, -0.7)
			want := make([]float32, n)
			TwoChain(want, slope, q, label, 1)
			equal(t, "CrossEntropySlopeUnit8", dx, want)

			wantFN, wantFP := SumByHit(q, label, 1)
			for _, g := range guesses {
				fn, fp, count, ok := SigmoidErrorsUnit8(&g, make([]float32, len(x)), x, bytes)
				equals("SigmoidErrorsUnit8 false negatives", fn, wantFN, count, ok)
				equals("SigmoidErrorsUnit8 false positives", fp, wantFP, count, ok)
			}

			room, stand := guarded(n)
			Mul(loss, q, q)
			MulNeg(loss, loss, u)
			sum, count, ok = Focal2Unit8(room, x, bytes)
			equals("Focal2Unit8", sum, Sum(loss), count, ok)
			Scale(loss, v, 1.7)
			Exp(loss, loss)
			MulNeg(loss, loss, u)
			sum, count, ok = FocalUnit8(room, x, bytes, 1.7)
			equals("FocalUnit8", sum, Sum(loss), count, ok)
			stand(t, "focal")

			Mul(loss, q, q)
			MulNeg(loss, loss, u)
			dx, stand = guarded(n)
			cross, standCross := guarded(n)
			short, standShort := guarded(n)
			square, power := make([]float32, n), make([]float32, n)
			sums, count, ok := Focal2SlopeUnit8(dx, cross, short, x, bytes, -0.3, 0.7)
			equals("Focal2SlopeUnit8", sums.All, Sum(loss), count, ok)
			hit, miss := SumByHit(loss, label, 1)
			equals("Focal2SlopeUnit8 hit", sums.Hit, hit, count, ok)
			equals("Focal2SlopeUnit8 miss", sums.Miss, miss, count, ok)
			for _, stand := range []func(*testing.T, string){stand, standCross, standShort} {
				stand(t, "Focal2SlopeUnit8")
			}
			Mul(square, q, q)
			FadedPart(power, e, q)
			MulNeg(short, power, power)
			Scale(cross, power, 2)
			Add(cross, cross, short)
			PowerPull(slope, square, cross, power, q, u, 2)
			Choose(want, label, 1, 0.3, 0.7)
			Mul(slope, slope, want)
			Fill(short, 1)
			TwoChain(want, slope, short, label, 1)
			equal(t, "Focal2SlopeUnit8", dx, want)

			lack := make([]float32, n)
			FadedSigmoid(p, lack, e, x)
			made, stand := guarded(n)
			o := FadedOverlap(made, e, x, label)
			stand(t, "FadedOverlap")
			equal(t, "FadedOverlap", made, p)
			tp, fp, fn := Overlap(p, lack, label, 1, nil)
			equals("FadedOverlap false negatives", fn, wantFN, ones, true)
			equals("FadedOverlap false positives", fp, wantFP, ones, true)
			overlaps := Overlaps{TP: tp, FP: fp, FN: fn, Squares: Dot(p, p)}
			if o != overlaps {
				t.Errorf("FadedOverlap of %d within %d: %v, want %v", n, most, o, overlaps)
			}
			positives, tps := 0, 0
			for i, v := range p {
				if v >= 0.5 {
					positives++
					tps += int(label[i])
				}
			}
			if gotTP, got := OutcomesUnit(p, 0.5, label); gotTP != tps || got != positives {
				t.Errorf("OutcomesUnit of %d within %d: %d %d, want %d %d", n, most, gotTP, got, tps, positives)
			}

			dx, stand = guarded(n)
			if !SigmoidSlopeUnit8(dx, x, bytes, -0.3, 0.7) {
				t.Errorf("SigmoidSlopeUnit8 refuses %d within %d", n, most)
			}
			stand(t, "SigmoidSlopeUnit8")
			SigmoidSlope(want, p, lack, label, 1, -0.3, 0.7)
			equal(t, "SigmoidSlopeUnit8", dx, want)

			wide := make([]int32, n)
			gotE, stand := guarded(n)
			count, ok = ReadUnit8(gotE, wide, x, bytes)
			equals("ReadUnit8", 0, 0, count, ok)
			stand(t, "ReadUnit8")
			equal(t, "ReadUnit8", gotE, e)
			for i := range wide {
				if wide[i] != label[i] {
					t.Fatalf("ReadUnit8: label %d is %d, want %d", i, wide[i], label[i])
				}
			}
			if count, ok := Ones8(bytes); count != ones || !ok {
				t.Errorf("Ones8 of %d: %v %v, want %v true", n, count, ok, ones)
			}
		}
	}
}

// guesses are one and the other.
var guesses = []Guess{{}, {masks: 1}}

func TestGuess(t *testing.T) {
	var g Guess
	for _, step := range []struct {
		mixed int
		alike int // blocks guessed alike of the next sixteen
	}{{0, 16}, {21, 16}, {22, 1}, {64, 1}, {0, 16}} {
		g.learn(step.mixed, 64)
		alike := 0
		for range 16 {
			if g.alike() {
				alike++
			}
		}
		if alike != step.alike {
			t.Errorf("after %d of 64 turns mixed %d blocks of 16 are guessed alike, want %d", step.mixed, alike, step.alike)
		}
	}
}

func TestUnit8Refuses(t *testing.T) {
	c := newCorpus(37)
	n := 272
	x, bytes, room, wide := c.between(n, -9, 9), c.mask(n, 5), make([]float32, n), make([]int32, n)
	passes := map[string]func() bool{
		"CrossEntropyUnit8":      func() bool { _, _, ok := CrossEntropyUnit8(x, bytes); return ok },
		"CrossEntropySlopeUnit8": func() bool { _, _, ok := CrossEntropySlopeUnit8(room, x, bytes, 1, 1); return ok },
		"SigmoidErrorsUnit8":     func() bool { _, _, _, ok := SigmoidErrorsUnit8(&Guess{}, room, x, bytes); return ok },
		"SigmoidErrorsUnit8 by masks": func() bool {
			_, _, _, ok := SigmoidErrorsUnit8(&Guess{masks: 1}, room, x, bytes)
			return ok
		},
		"Focal2Unit8": func() bool { _, _, ok := Focal2Unit8(room, x, bytes); return ok },
		"Focal2SlopeUnit8": func() bool {
			_, _, ok := Focal2SlopeUnit8(room, make([]float32, n), make([]float32, n), x, bytes, 1, 1)
			return ok
		},
		"FocalUnit8": func() bool { _, _, ok := FocalUnit8(room, x, bytes, 1.5); return ok },
		"ReadUnit8":  func() bool { _, ok := ReadUnit8(room, wide, x, bytes); return ok },
	}
	for name, pass := range passes {
		for i := range n {
			old := x[i]
			for _, bad := range []float32{float32(math.NaN()), float32(math.Copysign(math.NaN(), -1)), float32(math.Inf(1)), float32(math.Inf(-1))} {
				if x[i] = bad; pass() {
					t.Fatalf("%s lets %v at %d pass, label %d", name, bad, i, bytes[i])
				}
			}
			x[i] = old
			bytes[i] += 2
			if pass() {
				t.Fatalf("%s lets the label %d at %d pass", name, bytes[i], i)
			}
			bytes[i] -= 2
		}
		if !pass() {
			t.Errorf("%s refuses what is right", name)
		}
	}
	for i := range bytes {
		for _, bad := range []uint8{2, 128, 255} {
			old := bytes[i]
			bytes[i] = bad
			if _, ok := Ones8(bytes); ok {
				t.Fatalf("Ones8 lets %d at %d pass", bad, i)
			}
			bytes[i] = old
		}
	}
}

// The limit is only brought to a block that needs it, to the same bits.
func TestFade(t *testing.T) {
	c := newCorpus(41)
	got, want := make([]float32, Block), make([]float32, Block)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, row := range []struct {
		far float32
		ok  bool
	}{{9, true}, {87.33, true}, {87.34, true}, {100, true}, {1e30, true}, {math.MaxFloat32 / run, true}, {math.MaxFloat32 / (run / 2), false}, {inf, false}, {nan, false}} {
		for i, far := range []float32{row.far, -row.far} {
			x := c.between(Block, -9, 9)
			x[17+i*(Block-18)] = far
			if ok := fade(got, x); ok != row.ok {
				t.Errorf("with %v it is %v, want %v", far, ok, row.ok)
			}
			if row.ok {
				for k, v := range x {
					want[k] = float32(-math.Abs(float64(v)))
				}
				Exp(want, want)
				equal(t, "fade", got, want)
			}
		}
	}
}
