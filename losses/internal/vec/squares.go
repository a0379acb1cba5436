package vec

// SumSquares is Σ w p². A nil weight is 1 everywhere.
func SumSquares(p, w []float32) (sum float64) {
	if w == nil {
		return Dot(p, p)
	}
	check(len(p), len(w))
	for i := 0; i < len(p); i += run {
		e := min(i+run, len(p))
		sum += squaresWeighted(p[i:e], w[i:e])
	}
	return sum
}

func squaresWeighted(p, w []float32) float64 {
	n := len(p)
	w = w[:n]
	var sum F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(w, i))
		a, b, c, d = mul4(a, b, c, d, a, b, c, d)
		sum = sum.Add(tree(mul4(a, b, c, d, e, f, g, h)))
	}
	return total(sum)
}

// distance4 is |p-t|.
func distance4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return size(a.Sub(e)), size(b.Sub(f)), size(c.Sub(g)), size(d.Sub(h))
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
