package vec

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"
)

// TestBits asks every build for the same bits: run it natively and for GOOS=js GOARCH=wasm, each with and without
// GOEXPERIMENT=simd. After a change that means to change bits, take the number that it prints.
func TestBits(t *testing.T) {
	const want = 0x508117cf12e76fd2
	h := fnv.New64a()
	var buffer [8]byte
	floats := func(xs ...[]float32) {
		for _, x := range xs {
			for _, v := range x {
				binary.LittleEndian.PutUint32(buffer[:4], math.Float32bits(v))
				h.Write(buffer[:4])
			}
		}
	}
	integers := func(x []int32) {
		for _, v := range x {
			binary.LittleEndian.PutUint32(buffer[:4], uint32(v))
			h.Write(buffer[:4])
		}
	}
	numbers := func(xs ...float64) {
		for _, v := range xs {
			binary.LittleEndian.PutUint64(buffer[:], math.Float64bits(v))
			h.Write(buffer[:])
		}
	}
	// say prints the hash so far: the first stage that differs is the culprit.
	say := func(stage string) { t.Logf("%-12s %#016x", stage, h.Sum64()) }

	c := newCorpus(8)
	for _, n := range lengths {
		a, b := make([]float32, n), make([]float32, n)
		for _, reach := range []int32{1, 20, 200} {
			x, label := c.between(n, -reach, reach), c.labels(n, 2)
			Exp(a, x)
			floats(a)
			Sigmoid(a, b, x)
			floats(a, b)
			LogSigmoid(a, b, x)
			floats(a, b)
			TrueSigmoid(a, b, x, label)
			floats(a, b)

			z := [][]float32{x, c.between(n, -reach, reach), c.between(n, -reach, reach)}
			m, rest, arg, zt := make([]float32, n), make([]float32, n), make([]int32, n), make([]float32, n)
			MaxInit(m, arg, x)
			MaxStep(m, arg, z[1], 1)
			MaxStep(m, arg, z[2], 2)
			for k := range z {
				RestStep(rest, z[k], m, arg, int32(k))
			}
			floats(m, rest)
			integers(arg)
			whole := make([]float32, len(rest))
			Log1p(whole, rest)
			for k := range z {
				SoftmaxClass(a, b, z[k], m, rest)
				floats(a, b)
				LogSoftmaxClass(a, z[k], m, whole)
				floats(a)
			}
			GatherTrue(zt, z, label)
			Drop(a, zt, m)
			Others(b, a, rest)
			floats(zt, a, b)

			if Grow(m, z[0]) && Grow(rest, z[1]) && Grow(zt, z[2]) {
				floats(m, rest, zt)
				top, low := make([]float32, n), make([]float32, n)
				TopFour(top, low, m, rest, zt, zt)
				TopFour(top, low, zt, rest, m, rest)
				Split(a, m, top, low)
				floats(top, low, a)
				PartSoftmax(a, b, m, top, low)
				floats(a, b)
				Part(a, b, m, rest, zt, label)
				floats(a, b)
				LogPart(m, a, b)
				LackPart(rest, a, b)
				floats(m, rest)
				ChainPart(m, rest, a, b, zt)
				floats(m, rest)
				ChainMost(m, rest, a, b, top, low, zt)
				MulUnless(zt, a, m, rest, label, 1)
				floats(m, rest, zt)
			}
		}
		Log(a, c.positive(n))
		Log1p(b, c.between(n, 0, 1<<10))
		floats(a, b)
	}
	for _, n := range lengths {
		e, p, q, u, d := c.between(n, 0, 1), make([]float32, n), c.between(n, 0, 1), c.between(n, -9, 0), make([]float32, n)
		FadedPart(p, e, q)
		PowerLack(d, e, u, 1.7)
		floats(d, e)
		PowerPull(d, q, e, p, q, u, 1.7)
		Lack(u, p, q)
		Settle8(q, p, c.bytes(n, 3))
		floats(q)
		floats(p, d, u)
	}
	for _, n := range lengths {
		x, log, y := c.positive(n), make([]float32, n), make([]float32, n)
		Log2(log, x)
		Power(y, log, 0.3)
		floats(log, y)
		(&Curve{0.9, 2, -0.1, 1e-7, 16, -23.25, 4}).Of(y, x, log)
		floats(y)
	}
	say("functions")
	for _, n := range lengths {
		p, q, s, w, label := c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, 0, 1), c.between(n, 0, 3), c.labels(n, 2)
		numbers(Sum(p), Dot(p, q))
		hit, miss := SumByHit(p, label, 1)
		numbers(hit, miss)
		for _, weight := range [][]float32{nil, w} {
			x, y, z := Overlap(p, q, label, 1, weight)
			numbers(x, y, z)
			x, y, z = OverlapSoft(p, q, s, weight)
			numbers(x, y, z)
			numbers(SumSquares(p, weight))
			x, y, z = SquaresSoft(p, s, weight)
			numbers(x, y, z)
		}
	}
	say("sums")
	for _, n := range lengths {
		x, y, dst := c.between(n, -9, 9), c.between(n, -9, 9), make([]float32, n)
		label := c.labels(n, 2)
		Mul(dst, x, y)
		MulAddTo(dst, x, y)
		AddScaled(dst, x, 0.7)
		floats(dst)
		Add(dst, dst, y)
		Sub(dst, dst, x)
		Scale(dst, dst, 0.3)
		floats(dst)
		Hits(dst, label, 1)
		floats(dst)
		wide := make([]int32, n)
		lo, hi := Labels8(wide, c.bytes(n, 5), []int32{3})
		integers(append(wide, lo, hi))
	}
	say("all")
	if got := h.Sum64(); got != want {
		t.Errorf("hash is %#x, want %#x", got, uint64(want))
	}
}
