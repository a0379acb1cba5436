package vec

// Errors in [0, ∞) are sorted by keys: the bits of the error, which order such numbers as they order integers, above one bit that
// tells whether the pixel is of the class. A key of 0 or 1 has no error, or is of a pixel that does not count. A mask has 1
// where a pixel is of the class, 0 where it is not and 255 where it does not count.

// HingeKeys is the keys of the hinge errors 1 - s x, s being 1 where mask is 1 and -1 where it is 0; a negative error is none.
// ok is false where x holds a NaN or an infinity.
func HingeKeys(key []int32, x []float32, mask []uint8) (ok bool) {
	n := len(key)
	checkBlock(n)
	if len(x) != n || len(mask) != n {
		panic(badLength)
	}
	x, mask = x[:n], mask[:n]
	var worst I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		worst = worst.Max(bits(size(a)).Max(bits(size(b))).Max(bits(size(c)).Max(bits(size(d)))))
		k, l, m, n := widen8(at(mask, i))
		storeI4(at(key, i), errorKey(hinge(a, k), k), errorKey(hinge(b, l), l), errorKey(hinge(c, m), m), errorKey(hinge(d, n), n))
	}
	return largest(worst) < infinite
}

// hinge is 1 - s x. The sign of x is turned where the mask is odd.
func hinge(x F32, mask I32) F32 { return every(&one).Add(float(bits(x).Xor(mask.ShiftAllLeft(31)))) }

// errorKey puts an error and its mask together: no bits of a negative error, and none of one that does not count.
func errorKey(e F32, mask I32) I32 {
	k := bits(e)
	k = k.AndNot(k.ShiftAllRight(31)).ShiftAllLeft(1).Or(mask)
	return k.AndNot(mask.ShiftAllLeft(24).ShiftAllRight(31))
}

// MissKeys is the keys of the errors of probabilities p with complements q: q where mask is 1, p where it is 0.
func MissKeys(key []int32, p, q []float32, mask []uint8) {
	n := len(key)
	checkBlock(n)
	if len(p) != n || len(q) != n || len(mask) != n {
		panic(badLength)
	}
	p, q, mask = p[:n], q[:n], mask[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(q, i))
		k, l, m, n := widen8(at(mask, i))
		storeI4(at(key, i), errorKey(lack(a, e, k), k), errorKey(lack(b, f, l), l), errorKey(lack(c, g, m), m), errorKey(lack(d, h, n), n))
	}
}

// lack is q where the mask is odd, else p.
func lack(p, q F32, mask I32) F32 {
	odd := mask.ShiftAllLeft(31).ShiftAllRight(31)
	return float(bits(p).Xor(bits(p).Xor(bits(q)).And(odd)))
}
