package vec

// A softmax over the class planes z of a block takes three passes: MaxInit and MaxStep find the largest logit m and its class
// arg, RestStep sums rest = Σ e^(z-m) over the other classes, so that the whole sum is 1 + rest, and SoftmaxClass and its
// kin give the answers. As the largest class never enters rest, 1-p and log p keep their digits where p comes near 1.
//
// z-m is rounded to a float32, which e^(z-m) and so p and q feel: 6e-8 |z-m| beside the errors told below.

// MaxInit begins with class 0: m = z, arg = 0.
func MaxInit(m []float32, arg []int32, z []float32) {
	check(len(m), len(arg), len(z))
	copy(m, z)
	clear(arg)
}

// MaxStep goes on with a class: where z > m, m = z and arg = class. Equal logits stay with the lower class.
func MaxStep(m []float32, arg []int32, z []float32, class int32) {
	n := len(m)
	check(n, len(arg), len(z))
	arg, z = arg[:n], z[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		e, f, g, h := load4(at(m, i))
		p, q, r, s := a.Greater(e), b.Greater(f), c.Greater(g), d.Greater(h)
		k, l, y, w := loadI4(at(arg, i))
		store4(at(m, i), a.IfElse(p, e), b.IfElse(q, f), c.IfElse(r, g), d.IfElse(s, h))
		storeI4(at(arg, i), o.IfElse(p, k), o.IfElse(q, l), o.IfElse(r, y), o.IfElse(s, w))
	}
}

// MaxStepFinite is MaxStep, and says whether z is finite.
func MaxStepFinite(m []float32, arg []int32, z []float32, class int32) bool {
	n := len(m)
	check(n, len(arg), len(z))
	arg, z = arg[:n], z[:n]
	o := splatI(class)
	var worst I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		worst = worst.Max(bits(size(a)).Max(bits(size(b))).Max(bits(size(c)).Max(bits(size(d)))))
		e, f, g, h := load4(at(m, i))
		p, q, r, s := a.Greater(e), b.Greater(f), c.Greater(g), d.Greater(h)
		k, l, y, w := loadI4(at(arg, i))
		store4(at(m, i), a.IfElse(p, e), b.IfElse(q, f), c.IfElse(r, g), d.IfElse(s, h))
		storeI4(at(arg, i), o.IfElse(p, k), o.IfElse(q, l), o.IfElse(r, y), o.IfElse(s, w))
	}
	return largest(worst) < infinite
}

// RestStep is rest += e^(z-m) where arg is not class. The caller begins with rest = 0.
func RestStep(rest, z, m []float32, arg []int32, class int32) {
	n := len(rest)
	check(n, len(z), len(m), len(arg))
	z, m, arg = z[:n], m[:n], arg[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		e, f, g, h := load4(at(m, i))
		a, b, c, d = sub4(a, b, c, d, e, f, g, h)
		a, b, c, d = clampNegative4(a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		e, f, g, h = series4(a, b, c, d)
		e, f, g, h = power4(e, f, g, h, a, b, c, d)
		a, b, c, d = scale4(e, f, g, h, k, l, m, n)
		p, q, r, s := loadI4(at(arg, i))
		a, b, c, d = unless4(a, b, c, d, p, q, r, s, o)
		e, f, g, h = load4(at(rest, i))
		a, b, c, d = add4(e, f, g, h, a, b, c, d)
		store4(at(rest, i), a, b, c, d)
	}
}

// KeepStep is RestStep, and keeps e = e^(z-m) for KeptSoftmax.
func KeepStep(rest, e, z, m []float32, arg []int32, class int32) {
	n := len(rest)
	check(n, len(e), len(z), len(m), len(arg))
	Drop(e, z, m)
	e, arg = e[:n], arg[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		p, q, r, s := loadI4(at(arg, i))
		a, b, c, d = unless4(a, b, c, d, p, q, r, s, o)
		e, f, g, h := load4(at(rest, i))
		a, b, c, d = add4(e, f, g, h, a, b, c, d)
		store4(at(rest, i), a, b, c, d)
	}
}

// others4 is (1-e) + rest. 1-e is exact for e >= 1/2, and where e is less, or the class not the largest, nothing cancels.
func others4(a, b, c, d, p, q, r, s F32) (F32, F32, F32, F32) {
	h := every(&one)
	return h.Sub(a).Add(p), h.Sub(b).Add(q), h.Sub(c).Add(r), h.Sub(d).Add(s)
}

// over4 is x/(1+rest).
func over4(a, b, c, d, p, q, r, s F32) (F32, F32, F32, F32) {
	h := every(&one)
	return a.Div(p.Add(h)), b.Div(q.Add(h)), c.Div(r.Add(h)), d.Div(s.Add(h))
}

// Drop is e^(z-m), for z <= m.
func Drop(dst, z, m []float32) {
	n := len(dst)
	check(n, len(z), len(m))
	z, m = z[:n], m[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		e, f, g, h := load4(at(m, i))
		a, b, c, d = sub4(a, b, c, d, e, f, g, h)
		a, b, c, d = clampNegative4(a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		e, f, g, h = series4(a, b, c, d)
		e, f, g, h = power4(e, f, g, h, a, b, c, d)
		a, b, c, d = scale4(e, f, g, h, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
}

// SoftmaxClass is p = e/(1+rest) and q = ((1-e)+rest)/(1+rest) with e = e^(z-m): the probability of a class and of all others,
// within 3e-7 of themselves. q may be nil.
func SoftmaxClass(p, q, z, m, rest []float32) {
	n := len(p)
	check(n, len(z), len(m), len(rest))
	apart(p, rest)
	Drop(p, z, m)
	KeptSoftmax(p, q, p, rest)
}

// KeptSoftmax is SoftmaxClass with e = e^(z-m), which may be p. q may be nil.
func KeptSoftmax(p, q, e, rest []float32) {
	n := len(p)
	check(n, len(e), len(rest))
	kept, rest := e[:n], rest[:n]
	if q != nil {
		check(n, len(q))
		others(q, kept, rest)
	}
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(kept, i))
		e, f, g, h := load4(at(rest, i))
		a, b, c, d = over4(a, b, c, d, e, f, g, h)
		store4(at(p, i), a, b, c, d)
	}
}

// Others is (1-e) + rest of e = e^(z-m): what all other classes have.
func Others(dst, e, rest []float32) {
	n := len(dst)
	check(n, len(e), len(rest))
	e, rest = e[:n], rest[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		e, f, g, h := load4(at(rest, i))
		a, b, c, d = others4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// others is q of e = e^(z-m).
func others(q, e, rest []float32) {
	n := len(q)
	e, rest = e[:n], rest[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		e, f, g, h := load4(at(rest, i))
		a, b, c, d = others4(a, b, c, d, e, f, g, h)
		a, b, c, d = over4(a, b, c, d, e, f, g, h)
		store4(at(q, i), a, b, c, d)
	}
}

// LogSoftmaxClass is u = (z-m) - whole: the log probability of a class, with whole = log(1+rest) of Log1p.
func LogSoftmaxClass(u, z, m, whole []float32) {
	n := len(u)
	check(n, len(z), len(m), len(whole))
	z, m, whole = z[:n], m[:n], whole[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		e, f, g, h := load4(at(m, i))
		a, b, c, d = sub4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(whole, i))
		a, b, c, d = sub4(a, b, c, d, e, f, g, h)
		store4(at(u, i), a, b, c, d)
	}
}

// fewClasses is up to where a pass over each plane is quicker than to fetch each logit.
const fewClasses = 12

// GatherTrue is zt[i] = z[label[i]][i], the logit of the true class; an ignored pixel, label -1, gets that of class 0.
// The planes z may be longer than the block. Other labels must be below len(z).
func GatherTrue(zt []float32, z [][]float32, label []int32) {
	n := len(zt)
	check(n, len(label))
	for _, plane := range z {
		if len(plane) < n {
			panic(badPlane)
		}
	}
	if len(z) > fewClasses {
		for i := range zt {
			zt[i] = z[max(label[i], 0)][i]
		}
		return
	}
	copy(zt, z[0])
	for class := 1; class < len(z); class++ {
		put(zt, z[class][:n], label, int32(class))
	}
}

// put is dst = x where label is class.
func put(dst, x []float32, label []int32, class int32) {
	n := len(dst)
	x, label = x[:n], label[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(dst, i))
		k, l, m, n := loadI4(at(label, i))
		store4(at(dst, i), a.IfElse(k.Equal(o), e), b.IfElse(l.Equal(o), f), c.IfElse(m.Equal(o), g), d.IfElse(n.Equal(o), h))
	}
}
