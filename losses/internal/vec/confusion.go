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
	turn8 = 64         // pixels of a turn: four ones for each byte of a vector
	most8 = 63 * turn8 // pixels whose ones a byte can count
	// lowest8 is the lowest bit of each byte.
	lowest8 = 0x0101010101010101
)

// confusion is Σ a b, Σ a and Σ b of at most most8 pixels, in whole turns, and all bits that are set in any of eight bytes.
func confusion(a, b []uint8) (both, as, bs int, seen uint64) {
	n := len(a)
	b = b[:n]
	var ab, aa, bb, all U8
	for i := 0; i <= n-turn8; i += turn8 {
		s, t := (*[turn8]uint8)(a[i:i+turn8:i+turn8]), (*[turn8]uint8)(b[i:i+turn8:i+turn8])
		ab, aa, bb, all = confuse2(loadU8(s[0:16]), loadU8(s[16:32]), loadU8(t[0:16]), loadU8(t[16:32]), ab, aa, bb, all)
		ab, aa, bb, all = confuse2(loadU8(s[32:48]), loadU8(s[48:64]), loadU8(t[32:48]), loadU8(t[48:64]), ab, aa, bb, all)
	}
	lo, hi := words(all)
	return count(ab), count(aa), count(bb), lo | hi
}

// confuse2 adds two vectors of each mask to the sums, and their bits to all.
func confuse2(a, b, c, d, ab, aa, bb, all U8) (U8, U8, U8, U8) {
	return ab.Add(a.And(c).Add(b.And(d))), aa.Add(a.Add(b)), bb.Add(c.Add(d)), all.Or(a.Or(b).Or(c.Or(d)))
}

// ones is Σ a of at most most8 pixels, in whole turns, and the bits of them.
func ones(a []uint8) (n int, seen uint64) {
	var aa, all U8
	for i := 0; i <= len(a)-turn8; i += turn8 {
		s := (*[turn8]uint8)(a[i : i+turn8 : i+turn8])
		b, c, d, e := loadU8(s[0:16]), loadU8(s[16:32]), loadU8(s[32:48]), loadU8(s[48:64])
		aa, all = aa.Add(b.Add(c).Add(d.Add(e))), all.Or(b.Or(c).Or(d.Or(e)))
	}
	lo, hi := words(all)
	return count(aa), lo | hi
}

// count adds up sixteen bytes.
func count(x U8) int {
	const even = 0x00ff00ff00ff00ff
	lo, hi := words(x)
	pairs := lo&even + lo>>8&even + hi&even + hi>>8&even // four sums of four bytes
	return int(pairs * 0x0001000100010001 >> 48)
}
