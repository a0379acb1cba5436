package vec

import (
	"math"
	"math/rand/v2"
)

// corpus makes inputs whose bits depend on nothing but the seed: integers are drawn and scaled by powers of two.
type corpus struct{ *rand.Rand }

func newCorpus(seed uint64) corpus { return corpus{rand.New(rand.NewPCG(seed, 1))} }

// between is n numbers of [low, high], which are integers, in steps of 2^-20.
func (c corpus) between(n int, low, high int32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(float64(low) + float64(c.Int64N(int64(high-low)<<20+1))/(1<<20))
	}
	return x
}

// positive is n numbers above zero of any exponent, denormals too.
func (c corpus) positive(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(1 + c.Uint32N(0x7f7fffff))
	}
	return x
}

// labels is n labels of -1 to classes-1.
func (c corpus) labels(n int, classes int) []int32 {
	l := make([]int32, n)
	for i := range l {
		l[i] = int32(c.IntN(classes+1)) - 1
	}
	return l
}

// bytes is n bytes below limit.
func (c corpus) bytes(n, limit int) []uint8 {
	b := make([]uint8, n)
	for i := range b {
		b[i] = uint8(c.IntN(limit))
	}
	return b
}

// mask is n labels of 0 and 1 of which so many turns in ten are of both, others of one or the other.
func (c corpus) mask(n, mixed int) []uint8 {
	b := c.bytes(n, 2)
	for i := 0; i+Step <= n; i += Step {
		if c.IntN(10) < mixed {
			continue
		}
		label := uint8(c.IntN(2))
		for k := range Step {
			b[i+k] = label
		}
	}
	return b
}

// spread is every step-th float32 from low to high of one sign, and their number cut to whole blocks.
func spread(low, high float32, step uint32) [][]float32 {
	a, b := math.Float32bits(low), math.Float32bits(high)
	if a > b {
		a, b = b, a
	}
	var blocks [][]float32
	for v := uint64(a); v <= uint64(b); {
		x := make([]float32, Block)
		for i := range x {
			x[i] = math.Float32frombits(uint32(min(v, uint64(b))))
			v += uint64(step)
		}
		blocks = append(blocks, x)
	}
	return blocks
}
