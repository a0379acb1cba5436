//go:build !(goexperiment.simd && go1.27)

package vec

// widen8 is sixteen bytes as int32.
func widen8(s *[16]uint8) (a, b, c, d I32) {
	return I32{int32(s[0]), int32(s[1]), int32(s[2]), int32(s[3])}, I32{int32(s[4]), int32(s[5]), int32(s[6]), int32(s[7])},
		I32{int32(s[8]), int32(s[9]), int32(s[10]), int32(s[11])}, I32{int32(s[12]), int32(s[13]), int32(s[14]), int32(s[15])}
}

// widen16 is eight uint16 as int32.
func widen16(s *[8]uint16) (a, b I32) {
	return I32{int32(s[0]), int32(s[1]), int32(s[2]), int32(s[3])}, I32{int32(s[4]), int32(s[5]), int32(s[6]), int32(s[7])}
}

// masks8 is all bits where a byte is 1 and none where it is another.
func masks8(s *[16]uint8) (a, b, c, d I32) {
	k, l, m, n := widen8(s)
	o := splatI(1)
	return k.Equal(o).ToInt32x4(), l.Equal(o).ToInt32x4(), m.Equal(o).ToInt32x4(), n.Equal(o).ToInt32x4()
}

// mark8 is Mark8 for whole turns, without the number.
func mark8(dst, label []uint8, class uint8) {
	for i, l := range label {
		// The difference less one borrows from above where the label is the class.
		dst[i] = uint8((uint32(l^class) - 1) >> 31)
	}
}

// largest8 is Largest8 for whole turns.
func largest8(x []uint8) (top uint8) {
	for _, v := range x {
		top = max(top, v)
	}
	return top
}
