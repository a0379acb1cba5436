//go:build goexperiment.simd && go1.27

package vec

import "simd/archsimd"

// The lanes of this build are the processor's. On amd64 they need AVX2 (lanes_amd64.go asks for it).
type (
	F32 = archsimd.Float32x4 // four float32
	I32 = archsimd.Int32x4   // four int32
	M32 = archsimd.Mask32x4  // four times yes or no
	U8  = archsimd.Uint8x16  // sixteen bytes
)

func splat(x float32) F32  { return archsimd.BroadcastFloat32x4(x) }
func splatI(x int32) I32   { return archsimd.BroadcastInt32x4(x) }
func load(s []float32) F32 { return archsimd.LoadFloat32x4(s) }
func loadI(s []int32) I32  { return archsimd.LoadInt32x4(s) }
func loadU8(s []uint8) U8  { return archsimd.LoadUint8x16(s) }

// bits and float are the same bits in the other type, not a conversion.
func bits(x F32) I32  { return x.ToBits().BitsToInt32() }
func float(x I32) F32 { return x.ToBits().BitsToFloat32() }

// minUnsigned compares as uint32: of two negative floats it takes the one nearer zero, and any other before a negative one.
func minUnsigned(x, y I32) I32 { return x.ToBits().Min(y.ToBits()).BitsToInt32() }

// maxUnsigned compares as uint32: any negative float before a positive one.
func maxUnsigned(x, y I32) I32 { return x.ToBits().Max(y.ToBits()).BitsToInt32() }

// words is sixteen bytes as two numbers.
func words(x U8) (lo, hi uint64) {
	w := x.ReshapeToUint64s()
	return w.GetElem(0), w.GetElem(1)
}

// wordsAt is words of bytes in memory, whence two numbers come quicker than out of a vector.
func wordsAt(s *[Step]uint8) (lo, hi uint64) {
	var w [2]uint64
	loadU8(s[:]).ReshapeToUint64s().StoreArray(&w)
	return w[0], w[1]
}
