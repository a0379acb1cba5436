package vec

// e^x = 2^k e^r with k the integer nearest to x/ln 2 and |r| <= ln(2)/2. e^r is a polynomial of degree 6 that begins 1 + r,
// so that e^0 is exactly 1; its other coefficients are a minimax fit of the relative error, 3e-9 (own Remez exchange).
var (
	exp2 = four(0.49999994)
	exp3 = four(0.16666521)
	exp4 = four(0.04166839)
	exp5 = four(0.008368717)
	exp6 = four(0.0013814595)

	log2e = four(1.442695040888963)
	// Cody and Waite: ln 2 in two parts. The first has 9 bits, so that k times it is exact; the second is negative.
	ln2High = four(0.693359375)
	ln2Low  = four(-2.12194440e-4)
	// A float32 near 1.5*2^23 has no fraction: adding it rounds to an integer, which then stands in the lowest bits.
	rounder = four(12582912)

	// Between -0x1.5d589ep6, just above -126 ln 2 = -87.3365, and 0x1.62e42ep6, just below 128 ln 2 = 88.7228, 2^k e^r is a
	// normal float32.
	lowest  = four(-0x1.5d589ep6)
	highest = four(0x1.62e42ep6)
)

// clamp4 brings x into [lowest, highest], by integers: the float32 of one sign are ordered as their bits.
func clamp4(a, b, c, d F32) (F32, F32, F32, F32) {
	return clampAcross4(a, b, c, d, bits(every(&lowest)), bits(every(&highest)))
}

// clampAcross4 brings x into [low, high], of the bits of a negative and of a positive number.
func clampAcross4(a, b, c, d F32, low, high I32) (F32, F32, F32, F32) {
	return float(minUnsigned(bits(a).Min(high), low)), float(minUnsigned(bits(b).Min(high), low)),
		float(minUnsigned(bits(c).Min(high), low)), float(minUnsigned(bits(d).Min(high), low))
}

// clampNegative4 does it for x that are negative or +0.
func clampNegative4(a, b, c, d F32) (F32, F32, F32, F32) {
	l := bits(every(&lowest))
	return float(minUnsigned(bits(a), l)), float(minUnsigned(bits(b), l)), float(minUnsigned(bits(c), l)), float(minUnsigned(bits(d), l))
}

// nearest4 is k + rounder.
func nearest4(a, b, c, d F32) (F32, F32, F32, F32) {
	k, r := every(&log2e), every(&rounder)
	return a.Mul(k).Add(r), b.Mul(k).Add(r), c.Mul(k).Add(r), d.Mul(k).Add(r)
}

// remainder4 is r, of x and k + rounder.
func remainder4(a, b, c, d, k, l, m, n F32) (F32, F32, F32, F32) {
	r := every(&rounder)
	k, l, m, n = k.Sub(r), l.Sub(r), m.Sub(r), n.Sub(r)
	h := every(&ln2High)
	a, b, c, d = a.Sub(k.Mul(h)), b.Sub(l.Mul(h)), c.Sub(m.Mul(h)), d.Sub(n.Mul(h))
	h = every(&ln2Low)
	return a.Sub(k.Mul(h)), b.Sub(l.Mul(h)), c.Sub(m.Mul(h)), d.Sub(n.Mul(h))
}

// horner4 is p x + c: one step of a polynomial.
func horner4(p, q, r, s, a, b, c, d F32, k *[4]float32) (F32, F32, F32, F32) {
	h := every(k)
	return p.Mul(a).Add(h), q.Mul(b).Add(h), r.Mul(c).Add(h), s.Mul(d).Add(h)
}

// series4 is the polynomial behind r² in e^r, by halves: what follows then waits for two steps less.
func series4(a, b, c, d F32) (F32, F32, F32, F32) {
	h, g := every(&exp6), every(&exp5)
	p, q, r, s := h.Mul(a).Add(g), h.Mul(b).Add(g), h.Mul(c).Add(g), h.Mul(d).Add(g)
	h, g = every(&exp4), every(&exp3)
	return p.Mul(a.Mul(a)).Add(h.Mul(a).Add(g)), q.Mul(b.Mul(b)).Add(h.Mul(b).Add(g)),
		r.Mul(c.Mul(c)).Add(h.Mul(c).Add(g)), s.Mul(d.Mul(d)).Add(h.Mul(d).Add(g))
}

// gain4 is e^r - 1, of series4 and r.
func gain4(p, q, r, s, a, b, c, d F32) (F32, F32, F32, F32) {
	p, q, r, s = horner4(p, q, r, s, a, b, c, d, &exp2)
	return p.Mul(a.Mul(a)).Add(a), q.Mul(b.Mul(b)).Add(b), r.Mul(c.Mul(c)).Add(c), s.Mul(d.Mul(d)).Add(d)
}

// power4 is e^r, of series4 and r.
func power4(p, q, r, s, a, b, c, d F32) (F32, F32, F32, F32) {
	p, q, r, s = gain4(p, q, r, s, a, b, c, d)
	h := every(&one)
	return p.Add(h), q.Add(h), r.Add(h), s.Add(h)
}

// scale multiplies by 2^k: k stands in the lowest bits of t, and the exponent of p has room for it.
func scale(p, t F32) F32 { return float(bits(p).Add(bits(t).ShiftAllLeft(23))) }

// scale4 is scale.
func scale4(p, q, r, s, k, l, m, n F32) (F32, F32, F32, F32) {
	return scale(p, k), scale(q, l), scale(r, m), scale(s, n)
}

// Exp is dst[i] = e^x[i] within 1e-7 of itself for x in [-87.3, 88.7], and exactly 1 for 0.
// Below it stays at 2^-126 = 1.2e-38, above at 3.4e38: never 0, never infinite.
func Exp(dst, x []float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := clamp4(load4(at(x, i)))
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		p, q, r, s := series4(a, b, c, d)
		p, q, r, s = power4(p, q, r, s, a, b, c, d)
		a, b, c, d = scale4(p, q, r, s, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
}

// PowerLack is m[i] = e^(g x[i]), with the bits of Exp, and w[i] = 1-m[i], which has digits of its own where m nears 1, for g x <= 0.
// x may be m.
func PowerLack(m, w, x []float32, g float32) {
	n := len(m)
	check(n, len(w), len(x))
	w, x = w[:n], x[:n]
	by := splat(g)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		a, b, c, d = clampNegative4(a.Mul(by), b.Mul(by), c.Mul(by), d.Mul(by))
		k, l, y, z := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, y, z)
		p, q, r, s := series4(a, b, c, d)
		p, q, r, s = gain4(p, q, r, s, a, b, c, d)
		a, b, c, d = plusOne4(p, q, r, s)
		a, b, c, d = scale4(a, b, c, d, k, l, y, z)
		store4(at(m, i), a, b, c, d)
		h := every(&one)
		a, b, c, d = scale4(h, h, h, h, k, l, y, z)
		p, q, r, s = mul4(p, q, r, s, a, b, c, d)
		store4(at(w, i), h.Sub(a).Sub(p), h.Sub(b).Sub(q), h.Sub(c).Sub(r), h.Sub(d).Sub(s))
	}
}
