//go:build goexperiment.simd && go1.27 && !wasm

package vec

import "simd/archsimd"

// Bytes are picked by lookup: lane i of the result is the byte whose number stands in lane i of the index, and 0 where that
// is negative.

// no is an index of nothing.
const no = -128

var (
	// quarters pick bytes 0-3, 4-7, 8-11 and 12-15, each into the lowest byte of an int32.
	quarters = [4][16]int8{
		{0, no, no, no, 1, no, no, no, 2, no, no, no, 3, no, no, no},
		{4, no, no, no, 5, no, no, no, 6, no, no, no, 7, no, no, no},
		{8, no, no, no, 9, no, no, no, 10, no, no, no, 11, no, no, no},
		{12, no, no, no, 13, no, no, no, 14, no, no, no, 15, no, no, no},
	}
	// halves pick the first and the last four uint16.
	halves = [2][16]int8{
		{0, 1, no, no, 2, 3, no, no, 4, 5, no, no, 6, 7, no, no},
		{8, 9, no, no, 10, 11, no, no, 12, 13, no, no, 14, 15, no, no},
	}
)

// pick is the bytes of x that index says, as int32.
func pick(x, index archsimd.Int8x16) I32 {
	return lookup(x, index).ToBits().ReshapeToUint32s().BitsToInt32()
}

// widen8 is sixteen bytes as int32.
func widen8(s *[16]uint8) (a, b, c, d I32) {
	x := archsimd.LoadUint8x16Array(s).BitsToInt8()
	return pick(x, archsimd.LoadInt8x16Array(&quarters[0])), pick(x, archsimd.LoadInt8x16Array(&quarters[1])),
		pick(x, archsimd.LoadInt8x16Array(&quarters[2])), pick(x, archsimd.LoadInt8x16Array(&quarters[3]))
}

// widen16 is eight uint16 as int32.
func widen16(s *[8]uint16) (a, b I32) {
	x := archsimd.LoadUint16x8Array(s).ReshapeToUint8s().BitsToInt8()
	return pick(x, archsimd.LoadInt8x16Array(&halves[0])), pick(x, archsimd.LoadInt8x16Array(&halves[1]))
}

// masks8 is all bits where a byte is 1 and none where it is another.
func masks8(s *[16]uint8) (a, b, c, d I32) {
	k, l, m, n := widen8(s)
	o := splatI(1)
	return k.Equal(o).ToInt32x4(), l.Equal(o).ToInt32x4(), m.Equal(o).ToInt32x4(), n.Equal(o).ToInt32x4()
}
