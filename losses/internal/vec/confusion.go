package vec

// Confusion8 counts two masks of zeros and ones: a the answer, b the truth. ok is false where one of them holds anything else:
// then the counts say nothing. Any length.
func Confusion8(a, b []uint8) (tp, fp, fn, tn int, ok bool) {
	check8(len(a), len(b))
	n := len(a)
	var both, as, bs int
	var seen uint64
	for len(a) >= turn8 {
		m := min(most8, len(a)-len(a)%turn8)
		x, y, z, s := confusion(a[:m], b[:m])
		both, as, bs, seen = both+x, as+y, bs+z, seen|s
		a, b = a[m:], b[m:]
	}
	for i, v := range a {
		both, as, bs, seen = both+int(v&b[i]), as+int(v), bs+int(b[i]), seen|uint64(v|b[i])
	}
	return both, as - both, bs - both, n - as - bs + both, seen&^lowest8 == 0
}

// Ones8 counts the ones of a mask of zeros and ones. ok is false where it holds anything else. Any length.
func Ones8(a []uint8) (n int, ok bool) {
	var seen uint64
	for len(a) >= turn8 {
		m := min(most8, len(a)-len(a)%turn8)
		x, s := ones(a[:m])
		n, seen = n+x, seen|s
		a = a[m:]
	}
	for _, v := range a {
		n, seen = n+int(v), seen|uint64(v)
	}
	return n, seen&^lowest8 == 0
}

func check8(n, m int) {
	if n != m {
		panic(badLength)
	}
}

const (
	turn8 = 256 // pixels of a turn: sixteen ones for each byte of a vector
	most8 = 15 * turn8
	// lowest8 is the lowest bit of each byte.
	lowest8 = 0x0101010101010101
)

// confusion is Σ a b, Σ a and Σ b of at most most8 pixels, in whole turns, and all bits that are set in any of eight bytes.
func confusion(a, b []uint8) (both, as, bs int, seen uint64) {
	var ab, aa, bb, all U8
	for len(a) >= turn8 && len(b) >= turn8 {
		s, t := (*[turn8]uint8)(a), (*[turn8]uint8)(b)
		a, b = a[turn8:], b[turn8:]
		ab, aa, bb, all = confuse4((*[64]uint8)(s[0:64]), (*[64]uint8)(t[0:64]), ab, aa, bb, all)
		ab, aa, bb, all = confuse4((*[64]uint8)(s[64:128]), (*[64]uint8)(t[64:128]), ab, aa, bb, all)
		ab, aa, bb, all = confuse4((*[64]uint8)(s[128:192]), (*[64]uint8)(t[128:192]), ab, aa, bb, all)
		ab, aa, bb, all = confuse4((*[64]uint8)(s[192:256]), (*[64]uint8)(t[192:256]), ab, aa, bb, all)
	}
	lo, hi := words(all)
	return count(ab), count(aa), count(bb), lo | hi
}

// confuse4 adds four vectors of a and b to the sums, and their bits to all.
func confuse4(s, t *[64]uint8, ab, aa, bb, all U8) (U8, U8, U8, U8) {
	a0, a1, a2, a3 := loadU8(s[0:16]), loadU8(s[16:32]), loadU8(s[32:48]), loadU8(s[48:64])
	b0, b1, b2, b3 := loadU8(t[0:16]), loadU8(t[16:32]), loadU8(t[32:48]), loadU8(t[48:64])
	return ab.Add(a0.And(b0).Add(a1.And(b1)).Add(a2.And(b2).Add(a3.And(b3)))),
		aa.Add(a0.Add(a1).Add(a2.Add(a3))),
		bb.Add(b0.Add(b1).Add(b2.Add(b3))),
		all.Or(a0.Or(a1).Or(a2.Or(a3))).Or(b0.Or(b1).Or(b2.Or(b3)))
}

// ones is Σ a of at most most8 pixels, in whole turns, and the bits of them.
func ones(a []uint8) (n int, seen uint64) {
	var aa, all U8
	for len(a) >= turn8 {
		s := (*[turn8]uint8)(a)
		a = a[turn8:]
		aa, all = ones4((*[64]uint8)(s[0:64]), aa, all)
		aa, all = ones4((*[64]uint8)(s[64:128]), aa, all)
		aa, all = ones4((*[64]uint8)(s[128:192]), aa, all)
		aa, all = ones4((*[64]uint8)(s[192:256]), aa, all)
	}
	lo, hi := words(all)
	return count(aa), lo | hi
}

func ones4(s *[64]uint8, aa, all U8) (U8, U8) {
	a, b, c, d := loadU8(s[0:16]), loadU8(s[16:32]), loadU8(s[32:48]), loadU8(s[48:64])
	return aa.Add(a.Add(b).Add(c.Add(d))), all.Or(a.Or(b).Or(c.Or(d)))
}

// count adds up sixteen bytes.
func count(x U8) int {
	const even = 0x00ff00ff00ff00ff
	lo, hi := words(x)
	pairs := lo&even + lo>>8&even + hi&even + hi>>8&even // four sums of four bytes
	return int(pairs * 0x0001000100010001 >> 48)
}
