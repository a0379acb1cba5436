package vec

// A softmax over the class planes z of a block takes three passes: MaxInit and MaxStep find the largest logit m and its class
// arg, RestStep sums rest = Σ e^(z-m) over the other classes, so that the whole sum is 1 + rest, and SoftmaxClass and its
// kin give the answers. As the largest class never enters rest, 1-p and log p keep their digits where p comes near 1.

// MaxInit begins with class 0: m = z, arg = 0.
func MaxInit(m []float32, arg []int32, z []float32) {
	check(len(m), len(arg), len(z))
	copy(m, z)
	clear(arg)
}

// MaxStep goes on with a class: where z > m, m = z and arg = class. Equal logits stay with the lower class.
func MaxStep(m []float32, arg []int32, z []float32, class int32) {
	check(len(m), len(arg), len(z))
	c := splatI(class)
	for len(m) >= Step && len(arg) >= Step && len(z) >= Step {
		dm, da, s := (*[Step]float32)(m), (*[Step]int32)(arg), (*[Step]float32)(z)
		m, arg, z = m[Step:], arg[Step:], z[Step:]
		z0, z1, z2, z3 := load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
		m0, m1, m2, m3 := load(dm[0:4]), load(dm[4:8]), load(dm[8:12]), load(dm[12:16])
		up0, up1, up2, up3 := z0.Greater(m0), z1.Greater(m1), z2.Greater(m2), z3.Greater(m3)
		z0.IfElse(up0, m0).Store(dm[0:4])
		z1.IfElse(up1, m1).Store(dm[4:8])
		z2.IfElse(up2, m2).Store(dm[8:12])
		z3.IfElse(up3, m3).Store(dm[12:16])
		c.IfElse(up0, loadI(da[0:4])).Store(da[0:4])
		c.IfElse(up1, loadI(da[4:8])).Store(da[4:8])
		c.IfElse(up2, loadI(da[8:12])).Store(da[8:12])
		c.IfElse(up3, loadI(da[12:16])).Store(da[12:16])
	}
}

// unless is x where label is not class, and 0 where it is.
func unless(x F32, label, class I32) F32 {
	return float(bits(x).AndNot(label.Equal(class).ToInt32x4()))
}

// RestStep is rest += e^(z-m) where arg is not class. The caller begins with rest = 0.
func RestStep(rest, z, m []float32, arg []int32, class int32) {
	check(len(rest), len(z), len(m), len(arg))
	c := splatI(class)
	for len(rest) >= Step && len(z) >= Step && len(m) >= Step && len(arg) >= Step {
		d, sz, sm, sa := (*[Step]float32)(rest), (*[Step]float32)(z), (*[Step]float32)(m), (*[Step]int32)(arg)
		rest, z, m, arg = rest[Step:], z[Step:], m[Step:], arg[Step:]
		e0, e1 := expNegative(load(sz[0:4]).Sub(load(sm[0:4]))), expNegative(load(sz[4:8]).Sub(load(sm[4:8])))
		e2, e3 := expNegative(load(sz[8:12]).Sub(load(sm[8:12]))), expNegative(load(sz[12:16]).Sub(load(sm[12:16])))
		load(d[0:4]).Add(unless(e0, loadI(sa[0:4]), c)).Store(d[0:4])
		load(d[4:8]).Add(unless(e1, loadI(sa[4:8]), c)).Store(d[4:8])
		load(d[8:12]).Add(unless(e2, loadI(sa[8:12]), c)).Store(d[8:12])
		load(d[12:16]).Add(unless(e3, loadI(sa[12:16]), c)).Store(d[12:16])
	}
}

// share is p and 1-p of the class whose e^(z-m) is e. 1-e is exact for e >= 1/2, and where e is less, or the class is not the
// largest, nothing cancels.
func share(e, rest F32) (p, q F32) {
	all := rest.Add(splat(1))
	return e.Div(all), splat(1).Sub(e).Add(rest).Div(all)
}

// SoftmaxClass is p = e/(1+rest) and q = ((1-e)+rest)/(1+rest) with e = e^(z-m): the probability of a class and of all others,
// within 3e-7 of themselves. q may be nil.
func SoftmaxClass(p, q, z, m, rest []float32) {
	if q == nil {
		probability(p, z, m, rest)
		return
	}
	check(len(p), len(q), len(z), len(m), len(rest))
	for len(p) >= Step && len(q) >= Step && len(z) >= Step && len(m) >= Step && len(rest) >= Step {
		dp, dq, sz, sm, sr := (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]float32)(z), (*[Step]float32)(m), (*[Step]float32)(rest)
		p, q, z, m, rest = p[Step:], q[Step:], z[Step:], m[Step:], rest[Step:]
		p0, q0 := share(expNegative(load(sz[0:4]).Sub(load(sm[0:4]))), load(sr[0:4]))
		p1, q1 := share(expNegative(load(sz[4:8]).Sub(load(sm[4:8]))), load(sr[4:8]))
		p2, q2 := share(expNegative(load(sz[8:12]).Sub(load(sm[8:12]))), load(sr[8:12]))
		p3, q3 := share(expNegative(load(sz[12:16]).Sub(load(sm[12:16]))), load(sr[12:16]))
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

// probability is p = e^(z-m)/(1+rest).
func probability(p, z, m, rest []float32) {
	check(len(p), len(z), len(m), len(rest))
	for len(p) >= Step && len(z) >= Step && len(m) >= Step && len(rest) >= Step {
		d, sz, sm, sr := (*[Step]float32)(p), (*[Step]float32)(z), (*[Step]float32)(m), (*[Step]float32)(rest)
		p, z, m, rest = p[Step:], z[Step:], m[Step:], rest[Step:]
		e0, e1 := expNegative(load(sz[0:4]).Sub(load(sm[0:4]))), expNegative(load(sz[4:8]).Sub(load(sm[4:8])))
		e2, e3 := expNegative(load(sz[8:12]).Sub(load(sm[8:12]))), expNegative(load(sz[12:16]).Sub(load(sm[12:16])))
		e0.Div(load(sr[0:4]).Add(splat(1))).Store(d[0:4])
		e1.Div(load(sr[4:8]).Add(splat(1))).Store(d[4:8])
		e2.Div(load(sr[8:12]).Add(splat(1))).Store(d[8:12])
		e3.Div(load(sr[12:16]).Add(splat(1))).Store(d[12:16])
	}
}

// LogSoftmaxClass is u = (z-m) - log(1+rest): the log probability of a class.
func LogSoftmaxClass(u, z, m, rest []float32) {
	check(len(u), len(z), len(m), len(rest))
	for len(u) >= Step && len(z) >= Step && len(m) >= Step && len(rest) >= Step {
		d, sz, sm, sr := (*[Step]float32)(u), (*[Step]float32)(z), (*[Step]float32)(m), (*[Step]float32)(rest)
		u, z, m, rest = u[Step:], z[Step:], m[Step:], rest[Step:]
		load(sz[0:4]).Sub(load(sm[0:4])).Sub(logPlusOne(load(sr[0:4]))).Store(d[0:4])
		load(sz[4:8]).Sub(load(sm[4:8])).Sub(logPlusOne(load(sr[4:8]))).Store(d[4:8])
		load(sz[8:12]).Sub(load(sm[8:12])).Sub(logPlusOne(load(sr[8:12]))).Store(d[8:12])
		load(sz[12:16]).Sub(load(sm[12:16])).Sub(logPlusOne(load(sr[12:16]))).Store(d[12:16])
	}
}

// TrueSoftmax is u = log p and q = 1-p of the true class, whose logit is zt (GatherTrue): LogSoftmaxClass and the q of
// SoftmaxClass together.
func TrueSoftmax(u, q, zt, m, rest []float32) {
	check(len(u), len(q), len(zt), len(m), len(rest))
	for len(u) >= Step && len(q) >= Step && len(zt) >= Step && len(m) >= Step && len(rest) >= Step {
		du, dq, sz, sm, sr := (*[Step]float32)(u), (*[Step]float32)(q), (*[Step]float32)(zt), (*[Step]float32)(m), (*[Step]float32)(rest)
		u, q, zt, m, rest = u[Step:], q[Step:], zt[Step:], m[Step:], rest[Step:]
		y0, y1 := load(sz[0:4]).Sub(load(sm[0:4])), load(sz[4:8]).Sub(load(sm[4:8]))
		y2, y3 := load(sz[8:12]).Sub(load(sm[8:12])), load(sz[12:16]).Sub(load(sm[12:16]))
		r0, r1, r2, r3 := load(sr[0:4]), load(sr[4:8]), load(sr[8:12]), load(sr[12:16])
		y0.Sub(logPlusOne(r0)).Store(du[0:4])
		y1.Sub(logPlusOne(r1)).Store(du[4:8])
		y2.Sub(logPlusOne(r2)).Store(du[8:12])
		y3.Sub(logPlusOne(r3)).Store(du[12:16])
		_, q0 := share(expNegative(y0), r0)
		_, q1 := share(expNegative(y1), r1)
		_, q2 := share(expNegative(y2), r2)
		_, q3 := share(expNegative(y3), r3)
		q0.Store(dq[0:4])
		q1.Store(dq[4:8])
		q2.Store(dq[8:12])
		q3.Store(dq[12:16])
	}
}

// GatherTrue is zt[i] = z[label[i]][i], the logit of the true class; an ignored pixel, label -1, gets that of class 0.
// The planes z may be longer than the block.
func GatherTrue(zt []float32, z [][]float32, label []int32) {
	check(len(zt), len(label))
	for _, plane := range z {
		if len(plane) < len(zt) {
			panic(badPlane)
		}
	}
	for i := range zt {
		zt[i] = z[max(label[i], 0)][i]
	}
}
