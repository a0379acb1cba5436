package vec

// What a value does to the pixels: the derivatives and shares that a loss spreads over a block once its number is known.

// Choose is dst = hit where label is class and miss elsewhere.
func Choose(dst []float32, label []int32, class int32, hit, miss float32) {
	check(len(dst), len(label))
	c, h, m := splatI(class), splat(hit), splat(miss)
	for len(dst) >= Step && len(label) >= Step {
		d, l := (*[Step]float32)(dst), (*[Step]int32)(label)
		dst, label = dst[Step:], label[Step:]
		h.IfElse(loadI(l[0:4]).Equal(c), m).Store(d[0:4])
		h.IfElse(loadI(l[4:8]).Equal(c), m).Store(d[4:8])
		h.IfElse(loadI(l[8:12]).Equal(c), m).Store(d[8:12])
		h.IfElse(loadI(l[12:16]).Equal(c), m).Store(d[12:16])
	}
}

// TwoChain is dx = slope q where label is class and -slope q elsewhere: the derivative by the logit of a channel of a loss
// whose derivative by log p of the true one of its two classes is slope, q what the probability of that class lacks of 1.
func TwoChain(dx, slope, q []float32, label []int32, class int32) {
	check(len(dx), len(slope), len(q), len(label))
	c := splatI(class)
	for len(dx) >= Step && len(slope) >= Step && len(q) >= Step && len(label) >= Step {
		d, s, t, l := (*[Step]float32)(dx), (*[Step]float32)(slope), (*[Step]float32)(q), (*[Step]int32)(label)
		dx, slope, q, label = dx[Step:], slope[Step:], q[Step:], label[Step:]
		signed(load(s[0:4]).Mul(load(t[0:4])), loadI(l[0:4]), c).Store(d[0:4])
		signed(load(s[4:8]).Mul(load(t[4:8])), loadI(l[4:8]), c).Store(d[4:8])
		signed(load(s[8:12]).Mul(load(t[8:12])), loadI(l[8:12]), c).Store(d[8:12])
		signed(load(s[12:16]).Mul(load(t[12:16])), loadI(l[12:16]), c).Store(d[12:16])
	}
}

// signed is x where label is class and -x elsewhere.
func signed(x F32, label, class I32) F32 { return x.IfElse(label.Equal(class), opposite(x)) }

// Share is heat += fp p where label is not class, fn q where it is, and even everywhere.
func Share(heat, p, q []float32, label []int32, class int32, fp, fn, even float32) {
	check(len(heat), len(p), len(q), len(label))
	c, a, b, e := splatI(class), splat(fp), splat(fn), splat(even)
	for len(heat) >= Step && len(p) >= Step && len(q) >= Step && len(label) >= Step {
		d, s, t, l := (*[Step]float32)(heat), (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]int32)(label)
		heat, p, q, label = heat[Step:], p[Step:], q[Step:], label[Step:]
		load(d[0:4]).Add(e.Add(load(t[0:4]).Mul(b).IfElse(loadI(l[0:4]).Equal(c), load(s[0:4]).Mul(a)))).Store(d[0:4])
		load(d[4:8]).Add(e.Add(load(t[4:8]).Mul(b).IfElse(loadI(l[4:8]).Equal(c), load(s[4:8]).Mul(a)))).Store(d[4:8])
		load(d[8:12]).Add(e.Add(load(t[8:12]).Mul(b).IfElse(loadI(l[8:12]).Equal(c), load(s[8:12]).Mul(a)))).Store(d[8:12])
		load(d[12:16]).Add(e.Add(load(t[12:16]).Mul(b).IfElse(loadI(l[12:16]).Equal(c), load(s[12:16]).Mul(a)))).Store(d[12:16])
	}
}

// ShareSoft is heat += fp p (1-t) + fn q t + even.
func ShareSoft(heat, p, q, t []float32, fp, fn, even float32) {
	check(len(heat), len(p), len(q), len(t))
	one, a, b, e := splat(1), splat(fp), splat(fn), splat(even)
	for len(heat) >= Step && len(p) >= Step && len(q) >= Step && len(t) >= Step {
		d, s, r, g := (*[Step]float32)(heat), (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]float32)(t)
		heat, p, q, t = heat[Step:], p[Step:], q[Step:], t[Step:]
		load(d[0:4]).Add(e.Add(load(s[0:4]).Mul(a).Mul(one.Sub(load(g[0:4]))).Add(load(r[0:4]).Mul(b).Mul(load(g[0:4]))))).Store(d[0:4])
		load(d[4:8]).Add(e.Add(load(s[4:8]).Mul(a).Mul(one.Sub(load(g[4:8]))).Add(load(r[4:8]).Mul(b).Mul(load(g[4:8]))))).Store(d[4:8])
		load(d[8:12]).Add(e.Add(load(s[8:12]).Mul(a).Mul(one.Sub(load(g[8:12]))).Add(load(r[8:12]).Mul(b).Mul(load(g[8:12]))))).Store(d[8:12])
		load(d[12:16]).Add(e.Add(load(s[12:16]).Mul(a).Mul(one.Sub(load(g[12:16]))).Add(load(r[12:16]).Mul(b).Mul(load(g[12:16]))))).Store(d[12:16])
	}
}

// Mix is dst = hit t + miss (1-t).
func Mix(dst, t []float32, hit, miss float32) {
	check(len(dst), len(t))
	one, h, m := splat(1), splat(hit), splat(miss)
	for len(dst) >= Step && len(t) >= Step {
		d, g := (*[Step]float32)(dst), (*[Step]float32)(t)
		dst, t = dst[Step:], t[Step:]
		load(g[0:4]).Mul(h).Add(one.Sub(load(g[0:4])).Mul(m)).Store(d[0:4])
		load(g[4:8]).Mul(h).Add(one.Sub(load(g[4:8])).Mul(m)).Store(d[4:8])
		load(g[8:12]).Mul(h).Add(one.Sub(load(g[8:12])).Mul(m)).Store(d[8:12])
		load(g[12:16]).Mul(h).Add(one.Sub(load(g[12:16])).Mul(m)).Store(d[12:16])
	}
}

// AddSquare is dst += 2 square p + abs sign(p-t).
func AddSquare(dst, p, t []float32, square, abs float32) {
	check(len(dst), len(p), len(t))
	s, a := splat(2*square), splat(abs)
	for len(dst) >= Step && len(p) >= Step && len(t) >= Step {
		d, r, g := (*[Step]float32)(dst), (*[Step]float32)(p), (*[Step]float32)(t)
		dst, p, t = dst[Step:], p[Step:], t[Step:]
		load(d[0:4]).Add(load(r[0:4]).Mul(s)).Add(sign(load(r[0:4]), load(g[0:4]), a)).Store(d[0:4])
		load(d[4:8]).Add(load(r[4:8]).Mul(s)).Add(sign(load(r[4:8]), load(g[4:8]), a)).Store(d[4:8])
		load(d[8:12]).Add(load(r[8:12]).Mul(s)).Add(sign(load(r[8:12]), load(g[8:12]), a)).Store(d[8:12])
		load(d[12:16]).Add(load(r[12:16]).Mul(s)).Add(sign(load(r[12:16]), load(g[12:16]), a)).Store(d[12:16])
	}
}

// sign is a where x > y, -a where x < y and 0 where they are equal.
func sign(x, y, a F32) F32 { return a.Masked(x.Greater(y)).Sub(a.Masked(x.Less(y))) }

// ChainSum adds the derivative g of a class to all, and to rest where arg is another class.
func ChainSum(all, rest, g []float32, arg []int32, class int32) {
	check(len(all), len(rest), len(g), len(arg))
	c := splatI(class)
	for len(all) >= Step && len(rest) >= Step && len(g) >= Step && len(arg) >= Step {
		d, r, s, t := (*[Step]float32)(all), (*[Step]float32)(rest), (*[Step]float32)(g), (*[Step]int32)(arg)
		all, rest, g, arg = all[Step:], rest[Step:], g[Step:], arg[Step:]
		chainSum(d[0:4], r[0:4], load(s[0:4]), loadI(t[0:4]), c)
		chainSum(d[4:8], r[4:8], load(s[4:8]), loadI(t[4:8]), c)
		chainSum(d[8:12], r[8:12], load(s[8:12]), loadI(t[8:12]), c)
		chainSum(d[12:16], r[12:16], load(s[12:16]), loadI(t[12:16]), c)
	}
}

func chainSum(all, rest []float32, g F32, arg, class I32) {
	load(all).Add(g).Store(all)
	load(rest).Add(unless(g, arg, class)).Store(rest)
}

// SoftmaxChain is g = g - p all, and g q - p rest where arg is class: the derivative by the logit of a class from g = p dL/dp
// of all classes. arg is the largest class, whose p may tend to 1: written that way it keeps its digits.
func SoftmaxChain(g, p, q, all, rest []float32, arg []int32, class int32) {
	check(len(g), len(p), len(q), len(all), len(rest), len(arg))
	c := splatI(class)
	for len(g) >= Step && len(p) >= Step && len(q) >= Step && len(all) >= Step && len(rest) >= Step && len(arg) >= Step {
		d, s, t, a, r, k := (*[Step]float32)(g), (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]float32)(all), (*[Step]float32)(rest), (*[Step]int32)(arg)
		g, p, q, all, rest, arg = g[Step:], p[Step:], q[Step:], all[Step:], rest[Step:], arg[Step:]
		chained(load(d[0:4]), load(s[0:4]), load(t[0:4]), load(a[0:4]), load(r[0:4]), loadI(k[0:4]).Equal(c)).Store(d[0:4])
		chained(load(d[4:8]), load(s[4:8]), load(t[4:8]), load(a[4:8]), load(r[4:8]), loadI(k[4:8]).Equal(c)).Store(d[4:8])
		chained(load(d[8:12]), load(s[8:12]), load(t[8:12]), load(a[8:12]), load(r[8:12]), loadI(k[8:12]).Equal(c)).Store(d[8:12])
		chained(load(d[12:16]), load(s[12:16]), load(t[12:16]), load(a[12:16]), load(r[12:16]), loadI(k[12:16]).Equal(c)).Store(d[12:16])
	}
}

func chained(g, p, q, all, rest F32, largest M32) F32 {
	return g.Mul(q).Sub(p.Mul(rest)).IfElse(largest, g.Sub(p.Mul(all)))
}

// Ratio is dst = x / y.
func Ratio(dst, x, y []float32) {
	check(len(dst), len(x), len(y))
	for len(dst) >= Step && len(x) >= Step && len(y) >= Step {
		d, s, t := (*[Step]float32)(dst), (*[Step]float32)(x), (*[Step]float32)(y)
		dst, x, y = dst[Step:], x[Step:], y[Step:]
		load(s[0:4]).Div(load(t[0:4])).Store(d[0:4])
		load(s[4:8]).Div(load(t[4:8])).Store(d[4:8])
		load(s[8:12]).Div(load(t[8:12])).Store(d[8:12])
		load(s[12:16]).Div(load(t[12:16])).Store(d[12:16])
	}
}

// AtLeast is dst = x, or least where x is below it.
func AtLeast(dst, x []float32, least float32) {
	check(len(dst), len(x))
	m := splat(least)
	for len(dst) >= Step && len(x) >= Step {
		d, s := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		atLeast(load(s[0:4]), m).Store(d[0:4])
		atLeast(load(s[4:8]), m).Store(d[4:8])
		atLeast(load(s[8:12]), m).Store(d[8:12])
		atLeast(load(s[12:16]), m).Store(d[12:16])
	}
}

func atLeast(x, m F32) F32 { return x.IfElse(x.Greater(m), m) }

// Accumulate is dst += x for slices of any one length: the pixels of a block put into their plane.
func Accumulate(dst, x []float32) {
	if len(dst) != len(x) {
		panic(badLength)
	}
	n := len(dst) / Step * Step
	d, s := dst[:n], x[:n]
	for len(d) >= Step && len(s) >= Step {
		a, b := (*[Step]float32)(d), (*[Step]float32)(s)
		d, s = d[Step:], s[Step:]
		load(a[0:4]).Add(load(b[0:4])).Store(a[0:4])
		load(a[4:8]).Add(load(b[4:8])).Store(a[4:8])
		load(a[8:12]).Add(load(b[8:12])).Store(a[8:12])
		load(a[12:16]).Add(load(b[12:16])).Store(a[12:16])
	}
	for i := n; i < len(dst); i++ {
		dst[i] += x[i]
	}
}

// Outcomes counts the pixels with p at least threshold: those of the class, and the others; then those of the class, and
// all. Labels below 0 count nowhere.
func Outcomes(p []float32, threshold float32, label []int32, class int32) (tp, fp, hits, all int) {
	check(len(p), len(label))
	th, c, yes := splat(threshold), splatI(class), splatI(-1)
	var tps, ps, hs, as I32
	for len(p) >= Step && len(label) >= Step {
		s, l := (*[Step]float32)(p), (*[Step]int32)(label)
		p, label = p[Step:], label[Step:]
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[0:4]).GreaterEqual(th), loadI(l[0:4]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[4:8]).GreaterEqual(th), loadI(l[4:8]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[8:12]).GreaterEqual(th), loadI(l[8:12]), c, yes)
		tps, ps, hs, as = outcomes(tps, ps, hs, as, load(s[12:16]).GreaterEqual(th), loadI(l[12:16]), c, yes)
	}
	tp, fp, hits, all = -lanes(tps), -lanes(ps), -lanes(hs), -lanes(as)
	return tp, fp - tp, hits, all
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
