//go:build goexperiment.simd && go1.27 && wasm

package vec

import "simd/archsimd"

// widen8 is sixteen bytes as int32, each half in one instruction of wasm.
func widen8(s *[16]uint8) (a, b, c, d I32) {
	x := archsimd.LoadUint8x16Array(s)
	lo, hi := x.ExtendLo8ToUint16(), x.ExtendHi8ToUint16()
	return lo.ExtendLo4ToUint32().BitsToInt32(), lo.ExtendHi4ToUint32().BitsToInt32(),
		hi.ExtendLo4ToUint32().BitsToInt32(), hi.ExtendHi4ToUint32().BitsToInt32()
}

// widen16 is eight uint16 as int32.
func widen16(s *[8]uint16) (a, b I32) {
	x := archsimd.LoadUint16x8Array(s)
	return x.ExtendLo4ToUint32().BitsToInt32(), x.ExtendHi4ToUint32().BitsToInt32()
}

// masks8 is all bits where a byte is 1 and none where it is another.
func masks8(s *[16]uint8) (a, b, c, d I32) {
	x := archsimd.LoadUint8x16Array(s).Equal(archsimd.BroadcastUint8x16(1)).ToInt8x16()
	lo, hi := x.ExtendLo8ToInt16(), x.ExtendHi8ToInt16()
	return lo.ExtendLo4ToInt32(), lo.ExtendHi4ToInt32(), hi.ExtendLo4ToInt32(), hi.ExtendHi4ToInt32()
}
