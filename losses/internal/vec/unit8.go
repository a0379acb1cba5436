package vec

// OverlapUnit8 is Overlap of probabilities p and byte labels of zeros and ones in one pass, with q = 1-p: the same bits. It
// counts the ones too. ok is false where a label or a probability is of another range, or -0: then look closer.
func OverlapUnit8(p []float32, t []uint8) (tp, fp, fn float64, hits int, ok bool) {
	check(len(p), len(t))
	ok = true
	for i := 0; i < len(p); i += run {
		e := min(i+run, len(p))
		a, b, c, h, good := overlapUnit8(p[i:e], t[i:e])
		tp, fp, fn, hits, ok = tp+a, fp+b, fn+c, hits+h, ok && good
	}
	return tp, fp, fn, hits, ok
}

func overlapUnit8(p []float32, t []uint8) (tp, fp, fn float64, hits int, ok bool) {
	n := len(p)
	t = t[:n]
	o := splatI(1)
	var tps, fps, fns F32
	var signs, labels, ones I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		k, l, m, n := widen8(at(t, i))
		ones = ones.Add(k.Add(l).Add(m.Add(n)))
		labels = labels.Or(k.Or(l).Or(m.Or(n)))
		tps = tps.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		fps = fps.Add(tree(unless4(a, b, c, d, k, l, m, n, o)))
		signs = signs.Or(bits(a).Or(bits(b)).Or(bits(c).Or(bits(d))))
		h := splat(1)
		a, b, c, d = h.Sub(a), h.Sub(b), h.Sub(c), h.Sub(d)
		fns = fns.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		signs = signs.Or(bits(a).Or(bits(b)).Or(bits(c).Or(bits(d))))
	}
	tp, fp, fn = total(tps), total(fps), total(fns)
	var s, u [4]int32
	signs.StoreArray(&s)
	labels.StoreArray(&u)
	ok = s[0]|s[1]|s[2]|s[3] >= 0 && u[0]|u[1]|u[2]|u[3] <= 1 && tp == tp && fp == fp // a NaN is in one of them
	return tp, fp, fn, lanes(ones), ok
}
