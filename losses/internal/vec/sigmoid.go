package vec

// With e = e^-|x|, the larger of σ(x) and σ(-x) is 1/(1+e) and the smaller e/(1+e): neither is got by subtraction, so both
// keep all their digits at any x. Likewise log σ(x) = min(x, 0) - log(1+e).
//
// e is written out by a loop of its own, to one of the results: two loops of few constants each are quicker than one that
// runs out of registers.

// fade is e^-|x|.
func fade(dst, x []float32) {
	n := len(dst)
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := fade4(load4(at(x, i)))
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		p, q, r, s := series4(a, b, c, d)
		p, q, r, s = power4(p, q, r, s, a, b, c, d)
		p, q, r, s = scale4(p, q, r, s, k, l, m, n)
		store4(at(dst, i), p, q, r, s)
	}
}

// fade4 is -|x|, brought to where e^x is normal.
func fade4(a, b, c, d F32) (F32, F32, F32, F32) {
	s, l := splatI(signBit), bits(every(&lowest))
	return float(minUnsigned(bits(a).Or(s), l)), float(minUnsigned(bits(b).Or(s), l)),
		float(minUnsigned(bits(c).Or(s), l)), float(minUnsigned(bits(d).Or(s), l))
}

// larger4 is 1/(1+e).
func larger4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&one)
	return h.Div(a.Add(h)), h.Div(b.Add(h)), h.Div(c.Add(h)), h.Div(d.Add(h))
}

// swap is all bits of p that differ from q where x is negative, else none: p xor swap is q there and p elsewhere.
func swap(x, p, q F32) I32 { return bits(p).Xor(bits(q)).And(bits(x).ShiftAllRight(31)) }

func flip(x F32, m I32) F32 { return float(bits(x).Xor(m)) }

// Sigmoid is p[i] = σ(x[i]) and q[i] = σ(-x[i]), both within 2.5e-7 of themselves down to 2^-126, where they stay.
func Sigmoid(p, q, x []float32) {
	n := len(x)
	check(n, len(p), len(q))
	apart(p, x)
	apart(q, x)
	p, q = p[:n], q[:n]
	fade(q, x)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(q, i))
		e, f, g, h := larger4(a, b, c, d)
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		r, s, t, u := load4(at(x, i))
		k, l, m, n := swap(r, e, a), swap(s, f, b), swap(t, g, c), swap(u, h, d)
		store4(at(p, i), flip(e, k), flip(f, l), flip(g, m), flip(h, n))
		store4(at(q, i), flip(a, k), flip(b, l), flip(c, m), flip(d, n))
	}
}

// LogSigmoid is u[i] = log σ(x[i]) and v[i] = log σ(-x[i]), both within 3e-7 of themselves.
func LogSigmoid(u, v, x []float32) {
	n := len(x)
	check(n, len(u), len(v))
	apart(u, x)
	apart(v, x)
	u, v = u[:n], v[:n]
	fade(v, x)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(v, i))
		e, f, g, h := ratio4(a, b, c, d)
		k, l, m, n := long4(mul4(e, f, g, h, e, f, g, h))
		k, l, m, n = tail4(k, l, m, n, e, f, g, h, a, b, c, d)
		a, b, c, d = sub4(a, b, c, d, k, l, m, n)
		e, f, g, h = load4(at(x, i))
		k, l, m, n = sub4(below(e), below(f), below(g), below(h), a, b, c, d)
		store4(at(u, i), k, l, m, n)
		e, f, g, h = opposite(e), opposite(f), opposite(g), opposite(h)
		k, l, m, n = sub4(below(e), below(f), below(g), below(h), a, b, c, d)
		store4(at(v, i), k, l, m, n)
	}
}

// toward is x where label is 1 and -x elsewhere.
func toward(x F32, label, one I32) F32 {
	return float(bits(x).Xor(splatI(signBit).AndNot(label.Equal(one).ToInt32x4())))
}

// oneBelow is 1 where y is negative and e elsewhere, for e in [0, 1].
func oneBelow(y, e F32) F32 {
	return float(bits(e).Max(everyI(&oneBits).And(bits(y).ShiftAllRight(31))))
}

// TrueSigmoid is u[i] = log σ(y) and q[i] = σ(-y) for y = x[i] where label[i] is 1 and -x[i] elsewhere: the log probability
// of the true one of two classes, and what its probability lacks of 1. They have the bits of LogSigmoid and Sigmoid.
// q may be nil, which saves a fifth of the time.
func TrueSigmoid(u, q, x []float32, label []int32) {
	n := len(x)
	check(n, len(u), len(label))
	apart(u, x)
	if q == nil {
		trueLog(u, x, label)
		return
	}
	check(n, len(q))
	apart(q, x)
	u, q, label = u[:n], q[:n], label[:n]
	first := splatI(1)
	fade(q, x)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(q, i))
		r, s, t, v := load4(at(x, i))
		w, y, z, o := loadI4(at(label, i))
		r, s, t, v = toward(r, w, first), toward(s, y, first), toward(t, z, first), toward(v, o, first)
		e, f, g, h := larger4(a, b, c, d)
		e, f, g, h = mul4(e, f, g, h, oneBelow(r, a), oneBelow(s, b), oneBelow(t, c), oneBelow(v, d))
		store4(at(q, i), e, f, g, h)
		e, f, g, h = ratio4(a, b, c, d)
		k, l, m, n := long4(mul4(e, f, g, h, e, f, g, h))
		k, l, m, n = tail4(k, l, m, n, e, f, g, h, a, b, c, d)
		a, b, c, d = sub4(a, b, c, d, k, l, m, n)
		a, b, c, d = sub4(below(r), below(s), below(t), below(v), a, b, c, d)
		store4(at(u, i), a, b, c, d)
	}
}

// trueLog is the u of TrueSigmoid.
func trueLog(u, x []float32, label []int32) {
	n := len(x)
	u, label = u[:n], label[:n]
	first := splatI(1)
	fade(u, x)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(u, i))
		e, f, g, h := ratio4(a, b, c, d)
		k, l, m, n := long4(mul4(e, f, g, h, e, f, g, h))
		k, l, m, n = tail4(k, l, m, n, e, f, g, h, a, b, c, d)
		a, b, c, d = sub4(a, b, c, d, k, l, m, n)
		r, s, t, v := load4(at(x, i))
		w, y, z, o := loadI4(at(label, i))
		r, s, t, v = toward(r, w, first), toward(s, y, first), toward(t, z, first), toward(v, o, first)
		a, b, c, d = sub4(below(r), below(s), below(t), below(v), a, b, c, d)
		store4(at(u, i), a, b, c, d)
	}
}
