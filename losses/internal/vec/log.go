package vec

// log x = k ln 2 + log(1+f) with 1+f between 1/sqrt 2 and sqrt 2. With s = f/(2+f), log(1+f) = 2 atanh s = f - s (f - s² P(s²)),
// which has f alone in front and so is as good as f near 1. P is a minimax fit of the relative error of the whole (own
// Remez exchange): 8e-10 with three coefficients here; on [0, 1] without k, 4e-9 with four.
var (
	log1 = four(0.66666776)
	log2 = four(0.39977536)
	log3 = four(0.29871863)

	unit1 = four(0.6666642)
	unit2 = four(0.40021536)
	unit3 = four(0.28001678)
	unit4 = four(0.2801267)

	// ln 2 in two parts; the first has 17 bits, so that k times it is exact.
	octaveHigh = four(0.693138123)
	octaveLow  = four(9.05800061e-6)

	firstNormal = four(0x1p-126) // below are the denormals
	lift        = four(0x1p23)   // which this makes normal

	sqrtHalfBits = fourI(0x3f3504f3) // of the float32 1/sqrt 2
	lifted       = fourI(23)
)

// exponent4 is k of a positive x, from its bits.
func exponent4(a, b, c, d I32) (I32, I32, I32, I32) {
	h := everyI(&sqrtHalfBits)
	return a.Sub(h).ShiftAllRight(23), b.Sub(h).ShiftAllRight(23), c.Sub(h).ShiftAllRight(23), d.Sub(h).ShiftAllRight(23)
}

// fraction4 is f of a positive x and its k.
func fraction4(a, b, c, d, k, l, m, n I32) (F32, F32, F32, F32) {
	h := every(&one)
	return float(a.Sub(k.ShiftAllLeft(23))).Sub(h), float(b.Sub(l.ShiftAllLeft(23))).Sub(h),
		float(c.Sub(m.ShiftAllLeft(23))).Sub(h), float(d.Sub(n.ShiftAllLeft(23))).Sub(h)
}

// ratio4 is s = f/(2+f).
func ratio4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&two)
	return a.Div(a.Add(h)), b.Div(b.Add(h)), c.Div(c.Add(h)), d.Div(d.Add(h))
}

// tail4 is s (f - z p), of the last step of P, z = s², s and f: what log(1+f) lacks of f.
func tail4(p, q, r, s, e, f, g, h, a, b, c, d F32) (F32, F32, F32, F32) {
	p, q, r, s = p.Mul(e.Mul(e)), q.Mul(f.Mul(f)), r.Mul(g.Mul(g)), s.Mul(h.Mul(h))
	return e.Mul(a.Sub(p)), f.Mul(b.Sub(q)), g.Mul(c.Sub(r)), h.Mul(d.Sub(s))
}

// short4 is P of s², for the f of a fraction.
func short4(e, f, g, h F32) (F32, F32, F32, F32) {
	k := every(&log3)
	p, q, r, s := horner4(k, k, k, k, e, f, g, h, &log2)
	return horner4(p, q, r, s, e, f, g, h, &log1)
}

// long4 is P of s², for f in [0, 1].
func long4(e, f, g, h F32) (F32, F32, F32, F32) {
	k := every(&unit4)
	p, q, r, s := horner4(k, k, k, k, e, f, g, h, &unit3)
	p, q, r, s = horner4(p, q, r, s, e, f, g, h, &unit2)
	return horner4(p, q, r, s, e, f, g, h, &unit1)
}

// octaves4 is f - tail + k ln 2.
func octaves4(a, b, c, d, p, q, r, s F32, k, l, m, n I32) (F32, F32, F32, F32) {
	e, f, g, h := k.ConvertToFloat32(), l.ConvertToFloat32(), m.ConvertToFloat32(), n.ConvertToFloat32()
	o := every(&octaveLow)
	p, q, r, s = p.Sub(e.Mul(o)), q.Sub(f.Mul(o)), r.Sub(g.Mul(o)), s.Sub(h.Mul(o))
	o = every(&octaveHigh)
	return e.Mul(o).Add(a.Sub(p)), f.Mul(o).Add(b.Sub(q)), g.Mul(o).Add(c.Sub(r)), h.Mul(o).Add(d.Sub(s))
}

// normal is x, and for a denormal 2^23 x.
func normal(x F32) F32 { return x.Mul(every(&lift)).IfElse(every(&firstNormal).Greater(x), x) }

// lowered is k of x, and for a denormal 23 less.
func lowered(x F32, k I32) I32 {
	return k.Sub(every(&firstNormal).Greater(x).ToInt32x4().And(everyI(&lifted)))
}

// Log is dst[i] = log x[i] within 1e-7 of itself for x > 0, denormals too. Of 0 it is -150 ln 2 = -103.97, the
// logarithm of half the smallest denormal: a very small probability, not an infinite loss. Negative x have no meaning.
func Log(dst, x []float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		s := at(x, i)
		a, b, c, d := load4(s)
		u, v, w, y := bits(normal(a)), bits(normal(b)), bits(normal(c)), bits(normal(d))
		k, l, m, n := exponent4(u, v, w, y)
		a, b, c, d = fraction4(u, v, w, y, k, l, m, n)
		e, f, g, h := load4(s)
		k, l, m, n = lowered(e, k), lowered(f, l), lowered(g, m), lowered(h, n)
		e, f, g, h = ratio4(a, b, c, d)
		p, q, r, t := short4(mul4(e, f, g, h, e, f, g, h))
		p, q, r, t = tail4(p, q, r, t, e, f, g, h, a, b, c, d)
		a, b, c, d = octaves4(a, b, c, d, p, q, r, t, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
}

// lost4 is what rounding took from y = 1 + x: exact for x in [0, 2^24).
func lost4(a, b, c, d, p, q, r, s F32) (F32, F32, F32, F32) {
	h := every(&one)
	return a.Sub(p.Sub(h)), b.Sub(q.Sub(h)), c.Sub(r.Sub(h)), d.Sub(s.Sub(h))
}

// restore4 is f + 2^-k of what was lost.
func restore4(a, b, c, d, p, q, r, s F32, k, l, m, n I32) (F32, F32, F32, F32) {
	h := everyI(&oneBits)
	k, l, m, n = h.Sub(k.ShiftAllLeft(23)), h.Sub(l.ShiftAllLeft(23)), h.Sub(m.ShiftAllLeft(23)), h.Sub(n.ShiftAllLeft(23))
	return a.Add(p.Mul(float(k))), b.Add(q.Mul(float(l))), c.Add(r.Mul(float(m))), d.Add(s.Mul(float(n)))
}

// plusOne4 is 1 + x.
func plusOne4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&one)
	return a.Add(h), b.Add(h), c.Add(h), d.Add(h)
}

// Log1p is dst[i] = log(1+x[i]) within 1.3e-7 of itself for x in [0, 2^24).
func Log1p(dst, x []float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := plusOne4(a, b, c, d)
		p, q, r, s := lost4(a, b, c, d, e, f, g, h)
		k, l, m, n := exponent4(bits(e), bits(f), bits(g), bits(h))
		a, b, c, d = fraction4(bits(e), bits(f), bits(g), bits(h), k, l, m, n)
		a, b, c, d = restore4(a, b, c, d, p, q, r, s, k, l, m, n)
		e, f, g, h = ratio4(a, b, c, d)
		p, q, r, s = short4(mul4(e, f, g, h, e, f, g, h))
		p, q, r, s = tail4(p, q, r, s, e, f, g, h, a, b, c, d)
		a, b, c, d = octaves4(a, b, c, d, p, q, r, s, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
}
