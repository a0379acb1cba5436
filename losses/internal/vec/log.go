package vec

// log x = k ln 2 + log(1+f) with 1+f between 1/sqrt 2 and sqrt 2. With s = f/(2+f), log(1+f) = 2 atanh s = f - s (f - s² P(s²)),
// which has f alone in front and so is as good as f near 1. P is a minimax fit of the relative error of the whole (own
// Remez exchange): 8e-10 with three coefficients here; on [0, 1] without k, 4e-9 with four.
const (
	log1 = 0.66666776
	log2 = 0.39977536
	log3 = 0.29871863

	unit1 = 0.6666642
	unit2 = 0.40021536
	unit3 = 0.28001678
	unit4 = 0.2801267

	// ln 2 in two parts; the first has 17 bits, so that k times it is exact.
	halvesHigh = 0.693138123
	halvesLow  = 9.05800061e-6

	oneBits      = 0x3f800000
	sqrtHalfBits = 0x3f3504f3
	mantissa     = 0x007fffff
	smallestBits = 0x00800000 // 2^-126: below are the denormals
)

// exponent is k of a positive x, from its bits.
func exponent(x I32) I32 { return x.Sub(splatI(sqrtHalfBits)).ShiftAllRight(23) }

// fraction is f of a positive x and its k.
func fraction(x, k I32) F32 { return float(x.Sub(k.ShiftAllLeft(23))).Sub(splat(1)) }

// logFraction is log(1+f) + k ln 2.
func logFraction(f F32, k I32) F32 {
	s := f.Div(f.Add(splat(2)))
	z := s.Mul(s)
	p := z.Mul(splat(log3)).Add(splat(log2))
	p = p.Mul(z).Add(splat(log1)).Mul(z)
	n := k.ConvertToFloat32()
	low := s.Mul(f.Sub(p)).Sub(n.Mul(splat(halvesLow)))
	return n.Mul(splat(halvesHigh)).Add(f.Sub(low))
}

// logUnit is log(1+u) for u in [0, 1].
func logUnit(u F32) F32 {
	s := u.Div(u.Add(splat(2)))
	z := s.Mul(s)
	p := z.Mul(splat(unit4)).Add(splat(unit3))
	p = p.Mul(z).Add(splat(unit2))
	p = p.Mul(z).Add(splat(unit1)).Mul(z)
	return u.Sub(s.Mul(u.Sub(p)))
}

// normal is x and 0, or for a denormal x, 2^23 x and 23: what it is multiplied by.
func normal(x F32) (F32, I32) {
	small := splat(0x1p-126).Greater(x)
	return x.Mul(splat(0x1p23)).IfElse(small, x), small.ToInt32x4().And(splatI(23))
}

// logAny is log x for x >= 0.
func logAny(x F32) F32 {
	x, shift := normal(x)
	b := bits(x)
	k := exponent(b)
	return logFraction(fraction(b, k), k.Sub(shift))
}

// logPlusOne is log(1+x) for x in [0, 2^24). What 1+x rounds away, times 2^-k, is given back to f.
func logPlusOne(x F32) F32 {
	y := x.Add(splat(1))
	lost := x.Sub(y.Sub(splat(1)))
	b := bits(y)
	k := exponent(b)
	half := float(splatI(oneBits).Sub(k.ShiftAllLeft(23)))
	return logFraction(fraction(b, k).Add(lost.Mul(half)), k)
}

// Log is dst[i] = log x[i] within 1.2e-7 of itself for x > 0, denormals too. Of 0 it is -150 ln 2 = -103.97, the
// logarithm of half the smallest denormal: a very small probability, not an infinite loss. Negative x have no meaning.
func Log(dst, x []float32) {
	check(len(dst), len(x))
	for len(dst) >= Step && len(x) >= Step {
		d, s := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		logAny(load(s[0:4])).Store(d[0:4])
		logAny(load(s[4:8])).Store(d[4:8])
		logAny(load(s[8:12])).Store(d[8:12])
		logAny(load(s[12:16])).Store(d[12:16])
	}
}

// Log1p is dst[i] = log(1+x[i]) within 1.3e-7 of itself for x in [0, 2^24).
func Log1p(dst, x []float32) {
	check(len(dst), len(x))
	for len(dst) >= Step && len(x) >= Step {
		d, s := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		logPlusOne(load(s[0:4])).Store(d[0:4])
		logPlusOne(load(s[4:8])).Store(d[4:8])
		logPlusOne(load(s[8:12])).Store(d[8:12])
		logPlusOne(load(s[12:16])).Store(d[12:16])
	}
}
