//go:build goexperiment.simd && go1.27

package vec

import "simd/archsimd"

// Bytes are picked by lookup: lane i of the result is the byte whose number stands in lane i of the index, and 0 where that
// is negative.

// no is an index of nothing, also with a channel added.
const no = -128

var (
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

// mark8 is Mark8 for whole turns, without the number.
func mark8(dst, label []uint8, class uint8) {
	k, one := archsimd.BroadcastUint8x16(class), archsimd.BroadcastUint8x16(1)
	for len(dst) >= 4*Step && len(label) >= 4*Step {
		d, s := (*[4 * Step]uint8)(dst), (*[4 * Step]uint8)(label)
		dst, label = dst[4*Step:], label[4*Step:]
		loadU8(s[0:16]).Equal(k).ToInt8x16().ToBits().And(one).Store(d[0:16])
		loadU8(s[16:32]).Equal(k).ToInt8x16().ToBits().And(one).Store(d[16:32])
		loadU8(s[32:48]).Equal(k).ToInt8x16().ToBits().And(one).Store(d[32:48])
		loadU8(s[48:64]).Equal(k).ToInt8x16().ToBits().And(one).Store(d[48:64])
	}
	for len(dst) >= Step && len(label) >= Step {
		loadU8(label).Equal(k).ToInt8x16().ToBits().And(one).Store(dst)
		dst, label = dst[Step:], label[Step:]
	}
}

// largest8 is Largest8 for whole turns.
func largest8(x []uint8) uint8 {
	var top U8
	for len(x) >= 8*Step {
		s := (*[8 * Step]uint8)(x)
		x = x[8*Step:]
		a, b := loadU8(s[0:16]).Max(loadU8(s[16:32])), loadU8(s[32:48]).Max(loadU8(s[48:64]))
		c, d := loadU8(s[64:80]).Max(loadU8(s[80:96])), loadU8(s[96:112]).Max(loadU8(s[112:128]))
		top = top.Max(a.Max(b)).Max(c.Max(d))
	}
	for ; len(x) >= Step; x = x[Step:] {
		top = top.Max(loadU8(x))
	}
	var list [16]uint8
	top.StoreArray(&list)
	most := uint8(0)
	for _, v := range list {
		most = max(most, v)
	}
	return most
}
