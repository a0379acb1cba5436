package vec

// Powers by way of logarithms to the base 2: x^e = 2^(e log2 x), with log2 x = k + log2(1+f), 1+f between 1/sqrt 2 and sqrt 2, and
// 2^y = 2^k 2^r, k the integer nearest to y. The polynomials are minimax fits (own Remez exchange) of the relative error: log2(1+f) is
// s = f/(2+f) times one in s², 1.2e-7, and 2^r is 1 + r times one of degree 4, 1.1e-7. So log2 1 is 0 and 2^0 is 1.
var (
	octave1 = four(2.8853905)
	octave2 = four(0.9615883)
	octave3 = four(0.59578073)

	raised1 = four(0.693147)
	raised2 = four(0.24022242)
	raised3 = four(0.055507336)
	raised4 = four(0.009671513)
	raised5 = four(0.0013264727)

	leastPower = four(-126)
)

// octave4 is the polynomial of log2(1+f) in s².
func octave4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&octave3)
	p, q, r, s := horner4(h, h, h, h, a, b, c, d, &octave2)
	return horner4(p, q, r, s, a, b, c, d, &octave1)
}

// Log2 is dst[i] = log2 x[i] within 3.1e-7 of itself, and within 1.3e-7 but for x in (1/2, 2), for x >= 2^-126; from there on down to
// 0 it falls to -127.
func Log2(dst, x []float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		k, l, m, n := exponent4(bits(a), bits(b), bits(c), bits(d))
		a, b, c, d = fraction4(bits(a), bits(b), bits(c), bits(d), k, l, m, n)
		a, b, c, d = ratio4(a, b, c, d)
		p, q, r, s := octave4(mul4(a, b, c, d, a, b, c, d))
		a, b, c, d = mul4(p, q, r, s, a, b, c, d)
		p, q, r, s = k.ConvertToFloat32(), l.ConvertToFloat32(), m.ConvertToFloat32(), n.ConvertToFloat32()
		a, b, c, d = add4(p, q, r, s, a, b, c, d)
		store4(at(dst, i), a, b, c, d)
	}
}

// raisedHead4 is the polynomial of 2^r but for its last two steps.
func raisedHead4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&raised5)
	p, q, r, s := horner4(h, h, h, h, a, b, c, d, &raised4)
	p, q, r, s = horner4(p, q, r, s, a, b, c, d, &raised3)
	return horner4(p, q, r, s, a, b, c, d, &raised2)
}

// Power is dst[i] = x[i]^e, e > 0, of log = log2 x. It is within 1.8e-7 + 1e-7 e max(1, |log|) of itself, the latter for the
// digits that log has not, between 2^-126, below which it stays, and 2^127, which it must not pass.
func Power(dst, log []float32, e float32) {
	n := len(dst)
	check(n, len(log))
	log = log[:n]
	by := splat(e)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(log, i))
		a, b, c, d = a.Mul(by), b.Mul(by), c.Mul(by), d.Mul(by)
		h := bits(every(&leastPower))
		a, b, c, d = float(minUnsigned(bits(a), h)), float(minUnsigned(bits(b), h)), float(minUnsigned(bits(c), h)), float(minUnsigned(bits(d), h))
		o := every(&rounder)
		k, l, m, n := a.Add(o), b.Add(o), c.Add(o), d.Add(o)
		a, b, c, d = sub4(a, b, c, d, k.Sub(o), l.Sub(o), m.Sub(o), n.Sub(o))
		p, q, r, s := raisedHead4(a, b, c, d)
		p, q, r, s = horner4(p, q, r, s, a, b, c, d, &raised1)
		p, q, r, s = horner4(p, q, r, s, a, b, c, d, &one)
		a, b, c, d = scale4(p, q, r, s, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
}

// A Curve is (1 - K x)² (Scale log2 x + Shift) of x held within [Least, Most], below and above 1, whose logarithms are Low and High:
// the conservative loss of x = -log p.
type Curve struct{ K, Scale, Shift, Least, Most, Low, High float32 }

// Of is dst[i] of x[i], of which log is log2.
func (f *Curve) Of(dst, x, log []float32) {
	n := len(dst)
	check(n, len(x), len(log))
	x, log = x[:n], log[:n]
	k, scale, shift := splat(f.K), splat(f.Scale), splat(f.Shift)
	least, most := bits(splat(f.Least)), bits(splat(f.Most))
	low, high := bits(splat(f.Low)), bits(splat(f.High))
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		a, b, c, d = clampPositive4(a, b, c, d, least, most)
		o := every(&one)
		a, b, c, d = o.Sub(a.Mul(k)), o.Sub(b.Mul(k)), o.Sub(c.Mul(k)), o.Sub(d.Mul(k))
		a, b, c, d = mul4(a, b, c, d, a, b, c, d)
		e, f, g, h := load4(at(log, i))
		e, f, g, h = clampAcross4(e, f, g, h, low, high)
		e, f, g, h = e.Mul(scale).Add(shift), f.Mul(scale).Add(shift), g.Mul(scale).Add(shift), h.Mul(scale).Add(shift)
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// clampPositive4 brings x >= 0 into [low, high], of the bits of two positive numbers.
func clampPositive4(a, b, c, d F32, low, high I32) (F32, F32, F32, F32) {
	return float(bits(a).Max(low).Min(high)), float(bits(b).Max(low).Min(high)),
		float(bits(c).Max(low).Min(high)), float(bits(d).Max(low).Min(high))
}
