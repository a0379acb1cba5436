package vec

// What a value does to the pixels: the derivatives and shares that a loss spreads over a block once its number is known.

// Choose is dst = hit where label is class and miss elsewhere.
func Choose(dst []float32, label []int32, class int32, hit, miss float32) {
	n := len(dst)
	check(n, len(label))
	label = label[:n]
	o, h, m := splatI(class), splat(hit), splat(miss)
	for i := 0; i <= n-Step; i += Step {
		p, q, r, s := loadI4(at(label, i))
		store4(at(dst, i), h.IfElse(p.Equal(o), m), h.IfElse(q.Equal(o), m), h.IfElse(r.Equal(o), m), h.IfElse(s.Equal(o), m))
	}
}

// TwoChain is dx = slope q where label is class and -slope q elsewhere: the derivative by the logit of a channel of a loss
// whose derivative by log p of the true one of its two classes is slope, q what the probability of that class lacks of 1.
func TwoChain(dx, slope, q []float32, label []int32, class int32) {
	n := len(dx)
	check(n, len(slope), len(q), len(label))
	slope, q, label = slope[:n], q[:n], label[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(slope, i))
		e, f, g, h := load4(at(q, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		k, l, m, n := loadI4(at(label, i))
		store4(at(dx, i), signed(a, k, o), signed(b, l, o), signed(c, m, o), signed(d, n, o))
	}
}

// signed is x where label is class and -x elsewhere.
func signed(x F32, label, class I32) F32 { return x.IfElse(label.Equal(class), opposite(x)) }

// Share is heat += fp p where label is not class, fn q where it is, and even everywhere.
func Share(heat, p, q []float32, label []int32, class int32, fp, fn, even float32) {
	n := len(heat)
	check(n, len(p), len(q), len(label))
	p, q, label = p[:n], q[:n], label[:n]
	o, u, v, w := splatI(class), splat(fp), splat(fn), splat(even)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(q, i))
		k, l, m, n := loadI4(at(label, i))
		a, b, c, d = a.Mul(u), b.Mul(u), c.Mul(u), d.Mul(u)
		e, f, g, h = e.Mul(v), f.Mul(v), g.Mul(v), h.Mul(v)
		a, b, c, d = e.IfElse(k.Equal(o), a), f.IfElse(l.Equal(o), b), g.IfElse(m.Equal(o), c), h.IfElse(n.Equal(o), d)
		e, f, g, h = load4(at(heat, i))
		a, b, c, d = add4(e, f, g, h, w.Add(a), w.Add(b), w.Add(c), w.Add(d))
		store4(at(heat, i), a, b, c, d)
	}
}

// ShareSoft is heat += fp p (1-t) + fn q t + even.
func ShareSoft(heat, p, q, t []float32, fp, fn, even float32) {
	n := len(heat)
	check(n, len(p), len(q), len(t))
	p, q, t = p[:n], q[:n], t[:n]
	u, v, w := splat(fp), splat(fn), splat(even)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(t, i))
		a, b, c, d = miss4(a.Mul(u), b.Mul(u), c.Mul(u), d.Mul(u), e, f, g, h)
		k, l, m, o := load4(at(q, i))
		e, f, g, h = mul4(k.Mul(v), l.Mul(v), m.Mul(v), o.Mul(v), e, f, g, h)
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(heat, i))
		a, b, c, d = add4(e, f, g, h, w.Add(a), w.Add(b), w.Add(c), w.Add(d))
		store4(at(heat, i), a, b, c, d)
	}
}

// Mix is dst = hit t + miss (1-t).
func Mix(dst, t []float32, hit, miss float32) {
	n := len(dst)
	check(n, len(t))
	t = t[:n]
	u, v := splat(hit), splat(miss)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(t, i))
		e, f, g, h := miss4(v, v, v, v, a, b, c, d)
		a, b, c, d = add4(a.Mul(u), b.Mul(u), c.Mul(u), d.Mul(u), e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// AddSquare is dst += 2 square p + abs sign(p-t).
func AddSquare(dst, p, t []float32, square, abs float32) {
	n := len(dst)
	check(n, len(p), len(t))
	p, t = p[:n], t[:n]
	u, v := splat(2*square), splat(abs)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(t, i))
		e, f, g, h = sign(a, e, v), sign(b, f, v), sign(c, g, v), sign(d, h, v)
		k, l, m, o := load4(at(dst, i))
		k, l, m, o = add4(k, l, m, o, a.Mul(u), b.Mul(u), c.Mul(u), d.Mul(u))
		k, l, m, o = add4(k, l, m, o, e, f, g, h)
		store4(at(dst, i), k, l, m, o)
	}
}

// sign is a where x > y, -a where x < y and 0 where they are equal.
func sign(x, y, a F32) F32 { return a.Masked(x.Greater(y)).Sub(a.Masked(x.Less(y))) }

// ChainSum adds the derivative g of a class to all, and to rest where arg is another class.
func ChainSum(all, rest, g []float32, arg []int32, class int32) {
	n := len(all)
	check(n, len(rest), len(g), len(arg))
	rest, g, arg = rest[:n], g[:n], arg[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(g, i))
		e, f, u, h := load4(at(all, i))
		e, f, u, h = add4(e, f, u, h, a, b, c, d)
		store4(at(all, i), e, f, u, h)
		k, l, m, n := loadI4(at(arg, i))
		a, b, c, d = unless4(a, b, c, d, k, l, m, n, o)
		e, f, u, h = load4(at(rest, i))
		e, f, u, h = add4(e, f, u, h, a, b, c, d)
		store4(at(rest, i), e, f, u, h)
	}
}

// SoftmaxChain is g = g - p all, and q all - rest where arg is class, which is the same: the derivative by the logit of a class from
// g = p dL/dp of all classes. arg is the largest class, whose p may tend to 1: written that way it keeps its digits.
func SoftmaxChain(g, p, q, all, rest []float32, arg []int32, class int32) {
	n := len(g)
	check(n, len(p), len(q), len(all), len(rest), len(arg))
	p, q, all, rest, arg = p[:n], q[:n], all[:n], rest[:n], arg[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		r, s, t, v := load4(at(all, i))
		a, b, c, d = mul4(a, b, c, d, r, s, t, v)
		e, f, u, h := load4(at(q, i))
		r, s, t, v = mul4(e, f, u, h, r, s, t, v)
		e, f, u, h = load4(at(rest, i))
		r, s, t, v = sub4(r, s, t, v, e, f, u, h)
		e, f, u, h = load4(at(g, i))
		a, b, c, d = sub4(e, f, u, h, a, b, c, d)
		w, x, j, z := loadI4(at(arg, i))
		store4(at(g, i), r.IfElse(w.Equal(o), a), s.IfElse(x.Equal(o), b), t.IfElse(j.Equal(o), c), v.IfElse(z.Equal(o), d))
	}
}

// SigmoidSlope is dx = hit p q where label is class and miss p q elsewhere: the derivative by the logit of what has the
// derivative hit or miss by p.
func SigmoidSlope(dx, p, q []float32, label []int32, class int32, hit, miss float32) {
	n := len(dx)
	check(n, len(p), len(q), len(label))
	p, q, label = p[:n], q[:n], label[:n]
	o, u, v := splatI(class), splat(hit), splat(miss)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		k, l, m, n := loadI4(at(label, i))
		a, b, c, d = mul4(a, b, c, d, u.IfElse(k.Equal(o), v), u.IfElse(l.Equal(o), v), u.IfElse(m.Equal(o), v), u.IfElse(n.Equal(o), v))
		e, f, g, h := load4(at(q, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		store4(at(dx, i), a, b, c, d)
	}
}

// PowerPull is pull = m (g p u - q), the derivative of -m u by the logit of the true class: m = q^g, w = 1-m, q = 1-p. Where q is above
// a half, q and m have an error that p and w have not, and pull is made of these: the error is then that of a rounding or two.
func PowerPull(pull, m, w, p, q, u []float32, g float32) {
	n := len(pull)
	check(n, len(m), len(w), len(p), len(q), len(u))
	m, w, p, q, u = m[:n], w[:n], p[:n], q[:n], u[:n]
	k := splat(-g)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		o, s, t, v := load4(at(u, i))
		e, f, r, h := k.Mul(a).Mul(o), k.Mul(b).Mul(s), k.Mul(c).Mul(t), k.Mul(d).Mul(v)
		o, s, t, v = load4(at(w, i))
		a, b, c, d = pushMost(e.Sub(a), o), pushMost(f.Sub(b), s), pushMost(r.Sub(c), t), pushMost(h.Sub(d), v)
		o, s, t, v = load4(at(q, i))
		x, y, z, j := load4(at(m, i))
		e, f, r, h = e.Add(o).Mul(x), f.Add(s).Mul(y), r.Add(t).Mul(z), h.Add(v).Mul(j)
		a, b, c, d = mostly(o, a, e), mostly(s, b, f), mostly(t, c, r), mostly(v, d, h)
		store4(at(pull, i), opposite(a), opposite(b), opposite(c), opposite(d))
	}
}

// pushMost is -pull where q is above a half: (1+b)(1-w) with b = -g p u - p, in the way that rounds least.
func pushMost(b, w F32) F32 {
	o := every(&one)
	m := o.Sub(w)
	return m.Add(b.Mul(m)).IfElse(w.Greater(every(&half)), b.Sub(w).Sub(b.Mul(w)).Add(o))
}

// Lack is 1-p, and q = 1-p where that is at most a half: each where its error is the smaller one.
func Lack(dst, p, q []float32) {
	n := len(dst)
	check(n, len(p), len(q))
	p, q = p[:n], q[:n]
	o := every(&one)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(q, i))
		store4(at(dst, i), mostly(e, o.Sub(a), e), mostly(f, o.Sub(b), f), mostly(g, o.Sub(c), g), mostly(h, o.Sub(d), h))
	}
}

// mostly is x where q is above a half and y elsewhere.
func mostly(q, x, y F32) F32 { return x.IfElse(q.Greater(every(&half)), y) }

// Ratio is dst = x / y, or x / least where y is below that.
func Ratio(dst, x, y []float32, least float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	l := splat(least)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		store4(at(dst, i), a.Div(atLeast(e, l)), b.Div(atLeast(f, l)), c.Div(atLeast(g, l)), d.Div(atLeast(h, l)))
	}
}

// AtLeast is dst = x, or least where x is below it.
func AtLeast(dst, x []float32, least float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	l := splat(least)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		store4(at(dst, i), atLeast(a, l), atLeast(b, l), atLeast(c, l), atLeast(d, l))
	}
}

func atLeast(x, m F32) F32 { return x.IfElse(x.Greater(m), m) }

// Within is dst = x held between least and most.
func Within(dst, x []float32, least, most float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	lo, hi := splat(least), splat(most)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		a, b, c, d = atLeast(a, lo), atLeast(b, lo), atLeast(c, lo), atLeast(d, lo)
		store4(at(dst, i), atMost(a, hi), atMost(b, hi), atMost(c, hi), atMost(d, hi))
	}
}

func atMost(x, m F32) F32 { return m.IfElse(x.Greater(m), x) }

// Above is dst = x where by is above limit and 0 elsewhere.
func Above(dst, x, by []float32, limit float32) {
	n := len(dst)
	check(n, len(x), len(by))
	x, by = x[:n], by[:n]
	l := splat(limit)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(by, i))
		store4(at(dst, i), a.Masked(e.Greater(l)), b.Masked(f.Greater(l)), c.Masked(g.Greater(l)), d.Masked(h.Greater(l)))
	}
}

// Reaching is dst = x where by is at least limit and 0 elsewhere.
func Reaching(dst, x, by []float32, limit float32) {
	n := len(dst)
	check(n, len(x), len(by))
	x, by = x[:n], by[:n]
	l := splat(limit)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(by, i))
		store4(at(dst, i), a.Masked(e.GreaterEqual(l)), b.Masked(f.GreaterEqual(l)), c.Masked(g.GreaterEqual(l)), d.Masked(h.GreaterEqual(l)))
	}
}

// Abs is dst = |x|.
func Abs(dst, x []float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		store4(at(dst, i), size(a), size(b), size(c), size(d))
	}
}

// Line is dst = scale x + shift, rounded twice.
func Line(dst, x []float32, scale, shift float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	k, s := splat(scale), splat(shift)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		store4(at(dst, i), a.Mul(k).Add(s), b.Mul(k).Add(s), c.Mul(k).Add(s), d.Mul(k).Add(s))
	}
}

// Accumulate is dst += x for slices of any one length: the pixels of a block put into their plane.
func Accumulate(dst, x []float32) {
	if len(dst) != len(x) {
		panic(badLength)
	}
	n := len(dst) - len(dst)%Step
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(dst, i))
		e, f, g, h := load4(at(x, i))
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
	for i := n; i < len(dst); i++ {
		dst[i] += x[i]
	}
}

// Outcomes counts the pixels with p at least threshold: those of the class, and the others; then those of the class, and
// all. Labels below 0 count nowhere.
func Outcomes(p []float32, threshold float32, label []int32, class int32) (tp, fp, hits, all int) {
	n := len(p)
	check(n, len(label))
	label = label[:n]
	th, c, yes := splat(threshold), splatI(class), splatI(-1)
	var tps, ps, hs, as I32
	for i := 0; i <= n-Step; i += Step {
		s, l := at(p, i), at(label, i)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[0:4]).GreaterEqual(th), loadI(l[0:4]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[4:8]).GreaterEqual(th), loadI(l[4:8]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[8:12]).GreaterEqual(th), loadI(l[8:12]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[12:16]).GreaterEqual(th), loadI(l[12:16]), c, yes)
	}
	tp, fp, hits, all = -lanes(tps), -lanes(ps), -lanes(hs), -lanes(as)
	return tp, fp - tp, hits, all
}

// OutcomesUnit counts the pixels with p at least threshold: those of the class 1, and all. No label is below 0.
func OutcomesUnit(p []float32, threshold float32, label []int32) (tp, all int) {
	n := len(p)
	check(n, len(label))
	label = label[:n]
	th, one := splat(threshold), splatI(1)
	var tps, ps I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := a.GreaterEqual(th).ToInt32x4(), b.GreaterEqual(th).ToInt32x4(), c.GreaterEqual(th).ToInt32x4(), d.GreaterEqual(th).ToInt32x4()
		ps = ps.Sub(e.Add(f).Add(g.Add(h)))
		k, l, m, n := loadI4(at(label, i))
		tps = tps.Sub(e.And(k.Equal(one).ToInt32x4()).Add(f.And(l.Equal(one).ToInt32x4())).
			Add(g.And(m.Equal(one).ToInt32x4()).Add(h.And(n.Equal(one).ToInt32x4()))))
	}
	return lanes(tps), lanes(ps)
}

// outcomes adds masks, each -1 where it holds.
func outcomes(tps, ps, hs, as I32, positive M32, label, class, yes I32) (a, b, c, d I32) {
	out := label.ShiftAllRight(31) // -1 where the pixel counts nowhere
	hit := label.Equal(class)
	return tps.Add(positive.And(hit).ToInt32x4()), ps.Add(positive.ToInt32x4().AndNot(out)), hs.Add(hit.ToInt32x4()), as.Add(yes.AndNot(out))
}

// lanes adds the four lanes.
func lanes(x I32) int {
	var s [4]int32
	x.StoreArray(&s)
	return int(s[0]) + int(s[1]) + int(s[2]) + int(s[3])
}
