package vec

// With e = e^-|x|, the larger of σ(x) and σ(-x) is 1/(1+e) and the smaller e/(1+e): neither is got by subtraction, so both
// keep all their digits at any x. Likewise log σ(x) = min(x, 0) - log(1+e).

// negative is -|x|.
func negative(x F32) F32 { return float(bits(x).Or(splatI(signBit))) }

// expNegative is e^x for x <= 0, and for x = 0 exactly 1.
func expNegative(x F32) F32 {
	x = clampNegative(x)
	t := nearest(x)
	return scale(expSmall(remainder(x, t)), t)
}

// below is min(x, 0), by integers.
func below(x F32) F32 { return float(bits(x).Min(splatI(0))) }

// opposite is -x.
func opposite(x F32) F32 { return float(bits(x).Xor(splatI(signBit))) }

// toward is x where label is 1 and -x elsewhere.
func toward(x F32, label I32) F32 { return x.IfElse(label.Equal(splatI(1)), opposite(x)) }

// twoClasses is σ(x) and σ(-x), from e = e^-|x|.
func twoClasses(x, e F32) (p, q F32) {
	large := splat(1).Div(e.Add(splat(1)))
	small := e.Mul(large)
	up := x.Greater(splat(0))
	return large.IfElse(up, small), small.IfElse(up, large)
}

// Sigmoid is p[i] = σ(x[i]) and q[i] = σ(-x[i]), both within 2.5e-7 of themselves down to 2^-126, where they stay.
func Sigmoid(p, q, x []float32) {
	check(len(p), len(q), len(x))
	for len(p) >= Step && len(q) >= Step && len(x) >= Step {
		dp, dq, s := (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]float32)(x)
		p, q, x = p[Step:], q[Step:], x[Step:]
		x0, x1, x2, x3 := load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
		p0, q0 := twoClasses(x0, expNegative(negative(x0)))
		p1, q1 := twoClasses(x1, expNegative(negative(x1)))
		p2, q2 := twoClasses(x2, expNegative(negative(x2)))
		p3, q3 := twoClasses(x3, expNegative(negative(x3)))
		p0.Store(dp[0:4])
		p1.Store(dp[4:8])
		p2.Store(dp[8:12])
		p3.Store(dp[12:16])
		q0.Store(dq[0:4])
		q1.Store(dq[4:8])
		q2.Store(dq[8:12])
		q3.Store(dq[12:16])
	}
}

// LogSigmoid is u[i] = log σ(x[i]) and v[i] = log σ(-x[i]), both within 3e-7 of themselves.
func LogSigmoid(u, v, x []float32) {
	check(len(u), len(v), len(x))
	for len(u) >= Step && len(v) >= Step && len(x) >= Step {
		du, dv, s := (*[Step]float32)(u), (*[Step]float32)(v), (*[Step]float32)(x)
		u, v, x = u[Step:], v[Step:], x[Step:]
		x0, x1, x2, x3 := load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
		l0, l1 := logUnit(expNegative(negative(x0))), logUnit(expNegative(negative(x1)))
		l2, l3 := logUnit(expNegative(negative(x2))), logUnit(expNegative(negative(x3)))
		below(x0).Sub(l0).Store(du[0:4])
		below(x1).Sub(l1).Store(du[4:8])
		below(x2).Sub(l2).Store(du[8:12])
		below(x3).Sub(l3).Store(du[12:16])
		below(opposite(x0)).Sub(l0).Store(dv[0:4])
		below(opposite(x1)).Sub(l1).Store(dv[4:8])
		below(opposite(x2)).Sub(l2).Store(dv[8:12])
		below(opposite(x3)).Sub(l3).Store(dv[12:16])
	}
}

// TrueSigmoid is u[i] = log σ(y) and q[i] = σ(-y) for y = x[i] where label[i] is 1 and -x[i] elsewhere: the log probability
// of the true one of two classes, and what its probability lacks of 1. Within 3e-7 and 2.5e-7 of themselves.
func TrueSigmoid(u, q, x []float32, label []int32) {
	check(len(u), len(q), len(x), len(label))
	for len(u) >= Step && len(q) >= Step && len(x) >= Step && len(label) >= Step {
		du, dq, s, t := (*[Step]float32)(u), (*[Step]float32)(q), (*[Step]float32)(x), (*[Step]int32)(label)
		u, q, x, label = u[Step:], q[Step:], x[Step:], label[Step:]
		y0, y1 := toward(load(s[0:4]), loadI(t[0:4])), toward(load(s[4:8]), loadI(t[4:8]))
		y2, y3 := toward(load(s[8:12]), loadI(t[8:12])), toward(load(s[12:16]), loadI(t[12:16]))
		e0, e1, e2, e3 := expNegative(negative(y0)), expNegative(negative(y1)), expNegative(negative(y2)), expNegative(negative(y3))
		below(y0).Sub(logUnit(e0)).Store(du[0:4])
		below(y1).Sub(logUnit(e1)).Store(du[4:8])
		below(y2).Sub(logUnit(e2)).Store(du[8:12])
		below(y3).Sub(logUnit(e3)).Store(du[12:16])
		lacking(y0, e0).Store(dq[0:4])
		lacking(y1, e1).Store(dq[4:8])
		lacking(y2, e2).Store(dq[8:12])
		lacking(y3, e3).Store(dq[12:16])
	}
}

// lacking is σ(-y), from e = e^-|y|.
func lacking(y, e F32) F32 {
	large := splat(1).Div(e.Add(splat(1)))
	return e.Mul(large).IfElse(y.Greater(splat(0)), large)
}
