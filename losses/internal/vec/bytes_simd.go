//go:build goexperiment.simd && go1.27

package vec

import "simd/archsimd"

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
