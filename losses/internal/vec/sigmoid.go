package vec

import "math"

// With e = e^-|x|, the larger of σ(x) and σ(-x) is 1/(1+e) and the smaller e/(1+e): neither is got by subtraction, so both
// keep all their digits at any x. Likewise log σ(x) = min(x, 0) - log(1+e).
//
// e is written out by a loop of its own, to one of the results: two loops of few constants each are quicker than one that
// runs out of registers.

// Fade is e[i] = e^-|x[i]|, from which the functions below make everything that a sigmoid loss reads: once per block,
// whatever the number of losses.
func Fade(e, x []float32) {
	check(len(e), len(x))
	apart(e, x)
	fade(e, x)
}

// fade is e^-|x|, and says whether x holds numbers only, of which a run can be added up.
func fade(dst, x []float32) bool {
	n := len(dst)
	x = x[:n]
	far := splatI(signBit)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := lowered4(load4(at(x, i)))
		far = farther4(far, a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		p, q, r, s := series4(a, b, c, d)
		p, q, r, s = power4(p, q, r, s, a, b, c, d)
		p, q, r, s = scale4(p, q, r, s, k, l, m, n)
		store4(at(dst, i), p, q, r, s)
	}
	return limited(dst, x, far)
}

// farther4 is the lanes farthest from 0 of what lowered4 gives and of what it gave before, by the bits: NaN and infinity lie beyond
// all numbers.
func farther4(far I32, a, b, c, d F32) I32 {
	return far.Max(bits(a).Max(bits(b))).Max(bits(c).Max(bits(d)))
}

// limited ends a pass that made e = e^-|x| of the x where that is normal, and says what fade says: x is only brought to a limit where
// one is beyond, as that takes a twentieth of the time.
func limited(e, x []float32, far I32) bool {
	farthest := uint32(largest(far)) &^ (1 << 31)
	if farthest > math.Float32bits(-lowest[0]) {
		for i := 0; i <= len(e)-Step; i += Step {
			a, b, c, d := lowered4(load4(at(x, i)))
			store4(at(e, i), a, b, c, d)
		}
		Exp(e, e)
	}
	return farthest <= math.Float32bits(math.MaxFloat32/run)
}

// part4 is n/(1+e): σ of one side of 0 for n = 1, and of the other for n = e.
func part4(n, o, p, q, a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&one)
	return n.Div(a.Add(h)), o.Div(b.Add(h)), p.Div(c.Add(h)), q.Div(d.Add(h))
}

// swap is all bits of p that differ from q where x is negative, else none: p xor swap is q there and p elsewhere.
func swap(x, p, q F32) I32 { return negative(x, bits(p).Xor(bits(q))) }

// negative is the mask where x is negative and none of it elsewhere.
func negative(x F32, mask I32) I32 { return mask.And(bits(x).ShiftAllRight(31)) }

func flip(x F32, m I32) F32 { return float(bits(x).Xor(m)) }

// Sigmoid is p[i] = σ(x[i]) and q[i] = σ(-x[i]), both within 2.5e-7 of themselves down to 2^-126, where they stay.
func Sigmoid(p, q, x []float32) {
	n := len(x)
	check(n, len(p), len(q))
	apart(p, x)
	apart(q, x)
	p, q = p[:n], q[:n]
	fade(q, x)
	FadedSigmoid(p, q, q, x)
}

// FadedSigmoid is Sigmoid with e = e^-|x|, which may be q. q may be nil.
func FadedSigmoid(p, q, e, x []float32) {
	n := len(x)
	check(n, len(p), len(e))
	if q == nil {
		fadedOne(p, e, x)
		return
	}
	check(n, len(q))
	p, q, w := p[:n], q[:n], e[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(w, i))
		o := every(&one)
		e, f, g, h := part4(o, o, o, o, a, b, c, d)
		a, b, c, d = part4(a, b, c, d, a, b, c, d)
		r, s, t, u := load4(at(x, i))
		k, l, m, n := swap(r, e, a), swap(s, f, b), swap(t, g, c), swap(u, h, d)
		store4(at(p, i), flip(e, k), flip(f, l), flip(g, m), flip(h, n))
		store4(at(q, i), flip(a, k), flip(b, l), flip(c, m), flip(d, n))
	}
}

// fadedOne is the p of FadedSigmoid.
func fadedOne(p, e, x []float32) {
	n := len(x)
	p, w := p[:n], e[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(w, i))
		r, s, t, u := load4(at(x, i))
		a, b, c, d = part4(over(r, a), over(s, b), over(t, c), over(u, d), a, b, c, d)
		store4(at(p, i), a, b, c, d)
	}
}

// over is e where x is negative and 1 elsewhere, for e in [0, 1].
func over(x, e F32) F32 {
	return float(bits(e).Max(everyI(&oneBits).AndNot(bits(x).ShiftAllRight(31))))
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
	fade(q, x)
	FadedLog(u, q, x, label, 1)
	FadedLack(q, q, x, label)
}

// masksI4 is all bits where a label is 1 and none elsewhere.
func masksI4(s *[Step]int32) (a, b, c, d I32) {
	k, l, m, n := loadI4(s)
	o := splatI(1)
	return k.Equal(o).ToInt32x4(), l.Equal(o).ToInt32x4(), m.Equal(o).ToInt32x4(), n.Equal(o).ToInt32x4()
}

// facing is x where the mask is set and -x elsewhere.
func facing(x F32, mask I32) F32 { return float(bits(x).Xor(splatI(signBit).AndNot(mask))) }

// left is x where the mask is not set and 0 elsewhere.
func left(x F32, mask I32) F32 { return float(bits(x).Xor(bits(x).And(mask))) }

// trueLog is the u of TrueSigmoid.
func trueLog(u, x []float32, label []int32) {
	fade(u, x)
	FadedLog(u, u, x, label, 1)
}

// FadedLog is log σ(y), y = x where label is class and -x elsewhere, with e = e^-|x|, which may be u: the u of TrueSigmoid for the
// class 1, and for the class 0 the logarithm of what that probability lacks of 1.
func FadedLog(u, e, x []float32, label []int32, class int32) {
	n := len(x)
	check(n, len(u), len(e), len(label))
	u, w, label := u[:n], e[:n], label[:n]
	first := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(w, i))
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

// FadedLack is the q of TrueSigmoid with e = e^-|x|, which may be q.
func FadedLack(q, e, x []float32, label []int32) {
	n := len(x)
	check(n, len(q), len(e), len(label))
	q, w, label := q[:n], e[:n], label[:n]
	first := splatI(1)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(w, i))
		r, s, t, v := load4(at(x, i))
		w, y, z, o := loadI4(at(label, i))
		r, s, t, v = toward(r, w, first), toward(s, y, first), toward(t, z, first), toward(v, o, first)
		e, f, g, h := part4(oneBelow(r, a), oneBelow(s, b), oneBelow(t, c), oneBelow(v, d), a, b, c, d)
		store4(at(q, i), e, f, g, h)
	}
}

// FadedPart is p[i] = 1-q[i] with e = e^-|x| and the q of FadedLack: its digits are all there where q nears 1.
func FadedPart(p, e, q []float32) {
	n := len(p)
	check(n, len(e), len(q))
	e, q = e[:n], q[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		k, l, m, n := load4(at(q, i))
		store4(at(p, i), part(a, k), part(b, l), part(c, m), part(d, n))
	}
}

// part is 1-q, e = q/(1-q) or its inverse.
func part(e, q F32) F32 { return mostly(q, e.Mul(q), every(&one).Sub(q)) }

// FadedCrossEntropy is Σ log(1 + e^-y) for y = x where label is 1 and -x elsewhere, with e = e^-|x|: the cross entropy of two
// classes. Each lane takes one logarithm for the whole block, that of Π(1+e) over at most 64 pixels, carried as
// w = Π(1+e) - 1 so that small e keep their digits: of a run, and then of all runs, so that the rounding errors of equal e, which
// all point one way, do not add up.
func FadedCrossEntropy(e, x []float32, label []int32) (sum float64) {
	n := len(x)
	check(n, len(e), len(label))
	e, label = e[:n], label[:n]
	first := splatI(1)
	var w [Step]float32
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums, p, q, r, s F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(e, j))
			p, q, r, s = gather(p, a), gather(q, b), gather(r, c), gather(s, d)
			a, b, c, d = load4(at(x, j))
			k, l, m, n := loadI4(at(label, j))
			a, b, c, d = toward(a, k, first), toward(b, l, first), toward(c, m, first), toward(d, n, first)
			sums = sums.Sub(tree(below(a), below(b), below(c), below(d)))
		}
		sum += total(sums)
		gatherAll(&w, p, q, r, s)
	}
	return sum + logSum(&w)
}

// gatherAll is gather, in memory.
func gatherAll(w *[Step]float32, a, b, c, d F32) {
	p, q, r, s := load4(w)
	store4(w, gather(p, a), gather(q, b), gather(r, c), gather(s, d))
}

// logSum is Σ log(1+w), and makes w that.
func logSum(w *[Step]float32) (sum float64) {
	Log1p(w[:], w[:])
	for _, l := range w {
		sum += float64(l)
	}
	return sum
}
