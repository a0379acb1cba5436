//go:build goexperiment.simd && go1.27

package vec

import "simd/archsimd"

// Bytes are picked by lookup: lane i of the result is the byte whose number stands in lane i of the index, and 0 where that
// is negative.

// no is an index of nothing, also with a channel added.
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
	// fourths pick channel 0 of four pixels into bytes 0-3, 4-7, 8-11 and 12-15.
	fourths = [4][16]int8{
		{0, 4, 8, 12, no, no, no, no, no, no, no, no, no, no, no, no},
		{no, no, no, no, 0, 4, 8, 12, no, no, no, no, no, no, no, no},
		{no, no, no, no, no, no, no, no, 0, 4, 8, 12, no, no, no, no},
		{no, no, no, no, no, no, no, no, no, no, no, no, 0, 4, 8, 12},
	}
	// pixels picks channel 0 of four pixels, each into the lowest byte of an int32.
	pixels = [16]int8{0, no, no, no, 4, no, no, no, 8, no, no, no, 12, no, no, no}
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

// alphaMask is AlphaMask for whole turns.
func alphaMask(dst, rgba []uint8, channel int, threshold uint8) {
	c := archsimd.BroadcastUint8x16(uint8(channel)).BitsToInt8()
	i0, i1 := archsimd.LoadInt8x16Array(&fourths[0]).Add(c), archsimd.LoadInt8x16Array(&fourths[1]).Add(c)
	i2, i3 := archsimd.LoadInt8x16Array(&fourths[2]).Add(c), archsimd.LoadInt8x16Array(&fourths[3]).Add(c)
	limit, one := archsimd.BroadcastUint8x16(threshold), archsimd.BroadcastUint8x16(1)
	for len(dst) >= Step && len(rgba) >= 4*Step {
		d, s := (*[Step]uint8)(dst), (*[4 * Step]uint8)(rgba)
		dst, rgba = dst[Step:], rgba[4*Step:]
		a := lookup(loadU8(s[0:16]).BitsToInt8(), i0).Or(lookup(loadU8(s[16:32]).BitsToInt8(), i1))
		b := lookup(loadU8(s[32:48]).BitsToInt8(), i2).Or(lookup(loadU8(s[48:64]).BitsToInt8(), i3))
		a.Or(b).ToBits().SubSaturated(limit).Min(one).StoreArray(d)
	}
}

// alphaUnit is AlphaUnit for whole turns.
func alphaUnit(dst []float32, rgba []uint8, channel int) {
	index := archsimd.LoadInt8x16Array(&pixels).Add(archsimd.BroadcastUint8x16(uint8(channel)).BitsToInt8())
	whole := splat(255)
	for len(dst) >= Step && len(rgba) >= 4*Step {
		d, s := (*[Step]float32)(dst), (*[4 * Step]uint8)(rgba)
		dst, rgba = dst[Step:], rgba[4*Step:]
		pick(loadU8(s[0:16]).BitsToInt8(), index).ConvertToFloat32().Div(whole).Store(d[0:4])
		pick(loadU8(s[16:32]).BitsToInt8(), index).ConvertToFloat32().Div(whole).Store(d[4:8])
		pick(loadU8(s[32:48]).BitsToInt8(), index).ConvertToFloat32().Div(whole).Store(d[8:12])
		pick(loadU8(s[48:64]).BitsToInt8(), index).ConvertToFloat32().Div(whole).Store(d[12:16])
	}
}
