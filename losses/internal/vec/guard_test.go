package vec

import (
	"math"
	"testing"
)

// fence is what stands around a guarded slice: a NaN of its own.
const fence = 0x7fc0feed

// guarded is n numbers between fences, and a check that the fences stand.
func guarded(n int) ([]float32, func(t *testing.T, name string)) {
	const margin = 20
	whole := make([]float32, n+2*margin)
	for i := range whole {
		whole[i] = math.Float32frombits(fence)
	}
	return whole[margin : margin+n : margin+n], func(t *testing.T, name string) {
		t.Helper()
		for i, v := range whole {
			if (i < margin || i >= margin+n) && math.Float32bits(v) != fence {
				t.Errorf("%s: element %d of %d was written", name, i-margin, n)
				return
			}
		}
	}
}

// lengths are those a block may have: none, one turn, odd numbers of turns and of runs, all.
var lengths = []int{0, 16, 48, 240, 256, 272, 1008, Block}

// equal fails at the first element of got whose bits are not those of want.
func equal(t *testing.T, name string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Errorf("%s: element %d of %d is %v, want %v", name, i, len(want), got[i], want[i])
			return
		}
	}
}

// near fails at the first element of got that is not within limit of want, relatively.
func near(t *testing.T, name string, got []float32, want []float64, limit float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= limit*math.Abs(w)) {
			t.Errorf("%s: element %d of %d is %v, want %v within %g", name, i, len(want), got[i], w, limit)
			return
		}
	}
}

// TestLengths asks that lengths which differ or are no block's panic with a sentence.
func TestLengths(t *testing.T) {
	x, l := make([]float32, 32), make([]int32, 32)
	long := make([]float32, Block+Step)
	for _, row := range []struct {
		name, want string
		run        func()
	}{
		{"short source", badLength, func() { Exp(x, x[:16]) }},
		{"short result", badLength, func() { Sigmoid(x[:16], x, x) }},
		{"short label", badLength, func() { Overlap(x, x, l[:16], 1, nil) }},
		{"short weight", badLength, func() { Overlap(x, x, l, 1, x[:16]) }},
		{"not whole turns", badBlock, func() { Log(x[:15], x[:15]) }},
		{"above a block", badBlock, func() { Sum(long) }},
		{"result is source", badAlias, func() { LogSigmoid(make([]float32, 32), x, x) }},
		{"short plane", badPlane, func() { GatherTrue(x, [][]float32{x, x[:16]}, l) }},
		{"more labels than block", badLength, func() { Labels8(l, make([]uint8, 33), nil) }},
		{"masks of two lengths", badLength, func() { Confusion8(make([]uint8, 3), make([]uint8, 4)) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != row.want {
					t.Errorf("panic is %v, want %q", got, row.want)
				}
			}()
			row.run()
		})
	}
}
