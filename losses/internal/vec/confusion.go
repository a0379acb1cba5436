package vec

// Confusion8 counts two masks of zeros and ones: a the answer, b the truth. Any length.
func Confusion8(a, b []uint8) (tp, fp, fn, tn int) {
	check8(len(a), len(b))
	n := len(a)
	var both, as, bs int
	// A byte holds 63 turns of four ones.
	const most = 63 * 4 * 16
	for len(a) >= 64 {
		m := min(most, len(a)-len(a)%64)
		x, y, z := confusion(a[:m], b[:m])
		both, as, bs = both+x, as+y, bs+z
		a, b = a[m:], b[m:]
	}
	for i, v := range a {
		both, as, bs = both+int(v&b[i]), as+int(v), bs+int(b[i])
	}
	return both, as - both, bs - both, n - as - bs + both
}

func check8(n, m int) {
	if n != m {
		panic(badLength)
	}
}

// confusion is Σ a b, Σ a and Σ b of at most 63 turns of 64 pixels.
func confusion(a, b []uint8) (both, as, bs int) {
	var ab, aa, bb U8
	for len(a) >= 64 && len(b) >= 64 {
		s, t := (*[64]uint8)(a), (*[64]uint8)(b)
		a, b = a[64:], b[64:]
		a0, a1, a2, a3 := loadU8(s[0:16]), loadU8(s[16:32]), loadU8(s[32:48]), loadU8(s[48:64])
		b0, b1, b2, b3 := loadU8(t[0:16]), loadU8(t[16:32]), loadU8(t[32:48]), loadU8(t[48:64])
		ab = ab.Add(a0.And(b0).Add(a1.And(b1)).Add(a2.And(b2).Add(a3.And(b3))))
		aa = aa.Add(a0.Add(a1).Add(a2.Add(a3)))
		bb = bb.Add(b0.Add(b1).Add(b2.Add(b3)))
	}
	return count(ab), count(aa), count(bb)
}

// count adds up sixteen bytes.
func count(x U8) int {
	const even = 0x00ff00ff00ff00ff
	lo, hi := words(x)
	pairs := lo&even + lo>>8&even + hi&even + hi>>8&even // four sums of four bytes
	return int(pairs * 0x0001000100010001 >> 48)
}

// Ones8 counts the bytes that are 1. ok is false where one is neither 0 nor 1. Any length.
func Ones8(t []uint8) (ones int, ok bool) {
	var seen U8
	for len(t) >= 64 {
		m := min(63*64, len(t)-len(t)%64) // a byte holds 63 turns of four ones
		var count8 U8
		for u := t[:m]; len(u) >= 64; u = u[64:] {
			s := (*[64]uint8)(u)
			a, b, c, d := loadU8(s[0:16]), loadU8(s[16:32]), loadU8(s[32:48]), loadU8(s[48:64])
			count8 = count8.Add(a.Add(b).Add(c.Add(d)))
			seen = seen.Or(a.Or(b).Or(c.Or(d)))
		}
		ones += count(count8)
		t = t[m:]
	}
	odd := uint8(0)
	for _, x := range t {
		ones += int(x)
		odd |= x
	}
	return ones, units(seen) && odd <= 1
}
