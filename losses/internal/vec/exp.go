package vec

// e^x = 2^k e^r with k the integer nearest to x/ln 2 and |r| <= ln(2)/2. e^r is a polynomial of degree 6 that begins 1 + r,
// so that Exp(0) is exactly 1; its other coefficients are a minimax fit of the relative error, 3e-9 (own Remez exchange).
const (
	exp2 = 0.49999994
	exp3 = 0.16666521
	exp4 = 0.04166839
	exp5 = 0.008368717
	exp6 = 0.0013814595

	log2e = 1.442695040888963
	// Cody and Waite: ln 2 in two parts. The first has 9 bits, so that k times it is exact; the second is negative.
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
	// A float32 near 1.5*2^23 has no fraction: adding it rounds to an integer, which then stands in the lowest bits.
	rounder = 12582912

	// float32 bits of -0x1.5d589ep6, just above -126 ln 2 = -87.3365, and of 0x1.62e42ep6, just below 128 ln 2 = 88.7228:
	// between them 2^k e^r is a normal float32.
	lowestBits  = -0x3d5153b1
	highestBits = 0x42b17217
)

// signBit is the sign of a float32; the others are its size.
const signBit = -1 << 31

// clampExp brings x between them, by integers: the float32 of one sign are ordered as their bits.
func clampExp(x F32) F32 {
	return float(minUnsigned(bits(x).Min(splatI(highestBits)), splatI(lowestBits)))
}

// clampNegative does it for x that are negative or +0.
func clampNegative(x F32) F32 { return float(minUnsigned(bits(x), splatI(lowestBits))) }

// nearest is k + rounder.
func nearest(x F32) F32 { return x.Mul(splat(log2e)).Add(splat(rounder)) }

// remainder is r.
func remainder(x, t F32) F32 {
	k := t.Sub(splat(rounder))
	return x.Sub(k.Mul(splat(ln2High))).Sub(k.Mul(splat(ln2Low)))
}

// expSmall is e^r for |r| <= ln(2)/2.
func expSmall(r F32) F32 {
	p := r.Mul(splat(exp6)).Add(splat(exp5))
	p = p.Mul(r).Add(splat(exp4))
	p = p.Mul(r).Add(splat(exp3))
	p = p.Mul(r).Add(splat(exp2))
	return p.Mul(r.Mul(r)).Add(r).Add(splat(1))
}

// scale multiplies by 2^k: k stands in the lowest bits of t, and the exponent of p has room for it.
func scale(p, t F32) F32 { return float(bits(p).Add(bits(t).ShiftAllLeft(23))) }

// Exp is dst[i] = e^x[i] within 1.2e-7 of itself for x in [-87.3, 88.7], and exactly 1 for 0.
// Below it stays at 2^-126 = 1.2e-38, above at 3.4e38: never 0, never infinite.
func Exp(dst, x []float32) {
	check(len(dst), len(x))
	for len(dst) >= Step && len(x) >= Step {
		d, s := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		x0, x1, x2, x3 := clampExp(load(s[0:4])), clampExp(load(s[4:8])), clampExp(load(s[8:12])), clampExp(load(s[12:16]))
		t0, t1, t2, t3 := nearest(x0), nearest(x1), nearest(x2), nearest(x3)
		scale(expSmall(remainder(x0, t0)), t0).Store(d[0:4])
		scale(expSmall(remainder(x1, t1)), t1).Store(d[4:8])
		scale(expSmall(remainder(x2, t2)), t2).Store(d[8:12])
		scale(expSmall(remainder(x3, t3)), t3).Store(d[12:16])
	}
}
