// Package vec holds the arithmetic of a block: short loops over float32, int32 and uint8 slices, four lanes at a time.
//
// One number everywhere: each kernel is written once against F32 and I32. With GOEXPERIMENT=simd these are vectors of
// the processor, without it structs of four numbers with the same methods, so lanes, order and rounding are the same by
// construction, and so are the bits: natively and in WebAssembly, with SIMD or without. Only the IEEE operations +, -, *, /,
// comparison, integer arithmetic and the conversion of integers are used: no fused multiply-add, no math.Exp or math.Log.
//
// Shapes: unless said otherwise the slices of a call have one length, a multiple of Step and at most Block; dst comes first.
// Of the elementwise functions, Exp, Log and Log1p dst may be a source; elsewhere results and sources are apart. Slices never
// overlap otherwise. NaN is nowhere meant: test with Finite.
package vec

const (
	// Block is the number of pixels a kernel is made for: three float32 planes of it fit in the smallest L1 cache beside the code.
	Block = 1024
	// Step is the number of pixels a loop turn handles: four vectors, one load of byte labels.
	Step = 16
)

const (
	badLength = "vec: lengths differ"
	badBlock  = "vec: length is not a multiple of 16, or above 1024"
	badAlias  = "vec: a result is also a source"
	badPlane  = "vec: a plane is shorter than the block"
)

// checkBlock panics unless n is the length of a block.
func checkBlock(n int) {
	if n%Step != 0 || n > Block {
		panic(badBlock)
	}
}

// check panics unless the length of each operand, others, is the length n of a block.
func check(n int, others ...int) {
	checkBlock(n)
	for _, m := range others {
		if m != n {
			panic(badLength)
		}
	}
}

// apart panics if the result dst is the source x.
func apart(dst, x []float32) {
	if len(dst) > 0 && len(x) > 0 && &dst[0] == &x[0] {
		panic(badAlias)
	}
}
