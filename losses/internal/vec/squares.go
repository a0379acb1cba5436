package vec

// Squares is Σ w p², Σ w t² and Σ w |p-t|, with t = 1 where label is class and 0 elsewhere. A nil weight is 1 everywhere.
func Squares(p []float32, label []int32, class int32, w []float32) (pp, tt, d float64) {
	check(len(p), len(label))
	if w != nil {
		check(len(p), len(w))
	}
	for i := 0; i < len(p); i += run {
		e := min(i+run, len(p))
		var a, b, c float64
		if w == nil {
			a, b, c = squares(p[i:e], label[i:e], class)
		} else {
			a, b, c = squaresWeighted(p[i:e], label[i:e], class, w[i:e])
		}
		pp, tt, d = pp+a, tt+b, d+c
	}
	return pp, tt, d
}

// distance4 is |p-t|.
func distance4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return size(a.Sub(e)), size(b.Sub(f)), size(c.Sub(g)), size(d.Sub(h))
}

func squares(p []float32, label []int32, class int32) (pp, tt, d float64) {
	n := len(p)
	label = label[:n]
	o, yes := splatI(class), splat(1)
	var pps, tts, ds F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		k, l, m, n := loadI4(at(label, i))
		e, f, g, h := where4(yes, yes, yes, yes, k, l, m, n, o)
		pps = pps.Add(tree(mul4(a, b, c, d, a, b, c, d)))
		tts = tts.Add(tree(e, f, g, h))
		ds = ds.Add(tree(distance4(a, b, c, d, e, f, g, h)))
	}
	return total(pps), total(tts), total(ds)
}

func squaresWeighted(p []float32, label []int32, class int32, w []float32) (pp, tt, d float64) {
	n := len(p)
	label, w = label[:n], w[:n]
	o, yes := splatI(class), splat(1)
	var pps, tts, ds F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(w, i))
		r, s, t, u := mul4(a, b, c, d, a, b, c, d)
		pps = pps.Add(tree(mul4(r, s, t, u, e, f, g, h)))
		k, l, m, n := loadI4(at(label, i))
		tts = tts.Add(tree(where4(e, f, g, h, k, l, m, n, o)))
		r, s, t, u = where4(yes, yes, yes, yes, k, l, m, n, o)
		r, s, t, u = distance4(a, b, c, d, r, s, t, u)
		ds = ds.Add(tree(mul4(r, s, t, u, e, f, g, h)))
	}
	return total(pps), total(tts), total(ds)
}

// SquaresSoft is Σ w p², Σ w t² and Σ w |p-t| for a soft truth t.
func SquaresSoft(p, t, w []float32) (pp, tt, d float64) {
	check(len(p), len(t))
	if w != nil {
		check(len(p), len(w))
	}
	for i := 0; i < len(p); i += run {
		e := min(i+run, len(p))
		var a, b, c float64
		if w == nil {
			a, b, c = squaresSoft(p[i:e], t[i:e])
		} else {
			a, b, c = squaresSoftWeighted(p[i:e], t[i:e], w[i:e])
		}
		pp, tt, d = pp+a, tt+b, d+c
	}
	return pp, tt, d
}

func squaresSoft(p, t []float32) (pp, tt, d float64) {
	n := len(p)
	t = t[:n]
	var pps, tts, ds F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(t, i))
		pps = pps.Add(tree(mul4(a, b, c, d, a, b, c, d)))
		tts = tts.Add(tree(mul4(e, f, g, h, e, f, g, h)))
		ds = ds.Add(tree(distance4(a, b, c, d, e, f, g, h)))
	}
	return total(pps), total(tts), total(ds)
}

func squaresSoftWeighted(p, t, w []float32) (pp, tt, d float64) {
	n := len(p)
	t, w = t[:n], w[:n]
	var pps, tts, ds F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(t, i))
		k, l, m, o := load4(at(w, i))
		r, s, u, v := mul4(a, b, c, d, a, b, c, d)
		pps = pps.Add(tree(mul4(r, s, u, v, k, l, m, o)))
		r, s, u, v = mul4(e, f, g, h, e, f, g, h)
		tts = tts.Add(tree(mul4(r, s, u, v, k, l, m, o)))
		r, s, u, v = distance4(a, b, c, d, e, f, g, h)
		ds = ds.Add(tree(mul4(r, s, u, v, k, l, m, o)))
	}
	return total(pps), total(tts), total(ds)
}
