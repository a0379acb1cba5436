//go:build goexperiment.simd && go1.27

package vec

import "simd/archsimd"

// A program built with GOEXPERIMENT=simd contains AVX2 instructions without an alternative: better a sentence now than
// an illegal instruction later. Every x86-64 processor since 2013 (Intel) and 2015 (AMD) has them but the smallest.
func init() {
	if !archsimd.X86.AVX2() {
		panic("vec: built with GOEXPERIMENT=simd for amd64, which needs a processor with AVX2; build without it")
	}
}

func lookup(x, index archsimd.Int8x16) archsimd.Int8x16 { return x.PermuteOrZero(index) }
