package vec

// SumSquares is Σ w p². A nil weight is 1 everywhere.
func SumSquares(p, w []float32) (sum float64) {
	if w == nil {
		return Dot(p, p)
	}
	n := len(p)
	check(n, len(w))
	w = w[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			e, f, g, h := load4(at(w, j))
			a, b, c, d = mul4(a, b, c, d, a, b, c, d)
			sums = sums.Add(tree(mul4(a, b, c, d, e, f, g, h)))
		}
		sum += total(sums)
	}
	return sum
}

// distance4 is |p-t|.
func distance4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return size(a.Sub(e)), size(b.Sub(f)), size(c.Sub(g)), size(d.Sub(h))
}

// SquaresSoft is Σ w p², Σ w t² and Σ w |p-t| for a soft truth t.
func SquaresSoft(p, t, w []float32) (pp, tt, d float64) {
	check(len(p), len(t))
	if w == nil {
		return squaresSoft(p, t)
	}
	check(len(p), len(w))
	return squaresSoftWeighted(p, t, w)
}

func squaresSoft(p, t []float32) (pp, tt, d float64) {
	n := len(p)
	t = t[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var pps, tts, ds F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			e, f, g, h := load4(at(t, j))
			pps = pps.Add(tree(mul4(a, b, c, d, a, b, c, d)))
			tts = tts.Add(tree(mul4(e, f, g, h, e, f, g, h)))
			ds = ds.Add(tree(distance4(a, b, c, d, e, f, g, h)))
		}
		pp, tt, d = pp+total(pps), tt+total(tts), d+total(ds)
	}
	return pp, tt, d
}

func squaresSoftWeighted(p, t, w []float32) (pp, tt, d float64) {
	n := len(p)
	t, w = t[:n], w[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var pps, tts, ds F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			e, f, g, h := load4(at(t, j))
			k, l, m, o := load4(at(w, j))
			r, s, u, v := mul4(a, b, c, d, a, b, c, d)
			pps = pps.Add(tree(mul4(r, s, u, v, k, l, m, o)))
			r, s, u, v = mul4(e, f, g, h, e, f, g, h)
			tts = tts.Add(tree(mul4(r, s, u, v, k, l, m, o)))
			r, s, u, v = distance4(a, b, c, d, e, f, g, h)
			ds = ds.Add(tree(mul4(r, s, u, v, k, l, m, o)))
		}
		pp, tt, d = pp+total(pps), tt+total(tts), d+total(ds)
	}
	return pp, tt, d
}
