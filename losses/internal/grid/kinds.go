package grid

import "math/bits"

// kinds says of each pixel of a mask whether it is zero, 64 pixels a word, lowest bit first. Each plane begins a word of
// its own; the bits after its last pixel are 0.
type kinds struct {
	words    []uint64
	perPlane int
}

// pack reads a mask.
func (k *kinds) pack(mask []uint8, planes, plane int) {
	k.perPlane = (plane + 63) / 64
	k.words = grow(k.words, planes*k.perPlane)
	for z := range planes {
		here := mask[z*plane : (z+1)*plane]
		words := k.plane(z)
		for i := range words {
			words[i] = packWord(here[i*64 : min(i*64+64, plane)])
		}
	}
}

func (k *kinds) plane(z int) []uint64 { return k.words[z*k.perPlane : (z+1)*k.perPlane] }

// packWord is the word of up to 64 pixels.
func packWord(mask []uint8) uint64 {
	var word uint64
	at := 0
	for ; at+8 <= len(mask); at += 8 {
		m := (*[8]uint8)(mask[at:])
		v := uint64(m[0]) | uint64(m[1])<<8 | uint64(m[2])<<16 | uint64(m[3])<<24 |
			uint64(m[4])<<32 | uint64(m[5])<<40 | uint64(m[6])<<48 | uint64(m[7])<<56
		word |= highBits(v) << at
	}
	for ; at < len(mask); at++ {
		if mask[at] != 0 {
			word |= 1 << at
		}
	}
	return word
}

// highBits is one bit for each byte of v, set where it is not zero. A byte but for its high bit, plus 127, carries into the
// high bit unless it is zero. The product then moves the high bits of all bytes, shifted to the lowest, to the top byte.
func highBits(v uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	high := (v&low + low | v) &^ low
	return high >> 7 * 0x0102040810204080 >> 56
}

// is reports the kind of pixel i as 0 or 1.
func is(words []uint64, i int) uint64 { return words[uint(i)/64] >> (uint(i) % 64) & 1 }

// runEnd is the end of the run of pixels of one kind that begins at from, to at most.
func runEnd(words []uint64, from, to int) int {
	same := -is(words, from)
	at := from
	differ := (words[uint(at)/64] ^ same) >> (uint(at) % 64)
	for differ == 0 {
		at = (at | 63) + 1
		if at >= to {
			return to
		}
		differ = words[uint(at)/64] ^ same
	}
	return min(to, at+bits.TrailingZeros64(differ))
}
