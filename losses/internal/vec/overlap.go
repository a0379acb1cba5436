package vec

// The sums of the region losses of one class: p its probability, q = 1-p with its own digits, and the truth either a label
// (1 where it is the class, 0 elsewhere) or t in [0, 1]. A nil weight is 1 everywhere; an ignored pixel needs weight 0.

// Overlap is Σ w p where label is class, Σ w p where it is not, and Σ w q where it is: true and false positives, false negatives.
func Overlap(p, q []float32, label []int32, class int32, w []float32) (tp, fp, fn float64) {
	check(len(p), len(q), len(label))
	if w == nil {
		return overlap(p, q, label, class)
	}
	check(len(p), len(w))
	return overlapWeighted(p, q, label, class, w)
}

func overlap(p, q []float32, label []int32, class int32) (tp, fp, fn float64) {
	n := len(p)
	q, label = q[:n], label[:n]
	o := splatI(class)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var tps, fps, fns F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			k, l, m, n := loadI4(at(label, j))
			tps = tps.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
			fps = fps.Add(tree(unless4(a, b, c, d, k, l, m, n, o)))
			a, b, c, d = load4(at(q, j))
			fns = fns.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		}
		tp, fp, fn = tp+total(tps), fp+total(fps), fn+total(fns)
	}
	return tp, fp, fn
}

// Overlaps are the sums of a class: Σ p where the label is it, Σ p where it is not, Σ q where it is, and Σ p².
type Overlaps struct{ TP, FP, FN, Squares float64 }

// FadedOverlap makes p = σ(x) of e = e^-|x|, and its sums for the class 1 in the same pass, to the bits of FadedSigmoid,
// Overlap and Dot.
func FadedOverlap(p, e, x []float32, label []int32) (sums Overlaps) {
	n := len(p)
	check(n, len(e), len(x), len(label))
	faded, x, label := e[:n], x[:n], label[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var tps, fps, fns, squares F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(faded, j))
			o := every(&one)
			e, f, g, h := part4(o, o, o, o, a, b, c, d)
			a, b, c, d = part4(a, b, c, d, a, b, c, d)
			q, r, s, t := load4(at(x, j))
			k, l, m, n := swap(q, e, a), swap(r, f, b), swap(s, g, c), swap(t, h, d)
			e, f, g, h = flip(e, k), flip(f, l), flip(g, m), flip(h, n)
			a, b, c, d = flip(a, k), flip(b, l), flip(c, m), flip(d, n)
			store4(at(p, j), e, f, g, h)
			k, l, m, n = masksI4(at(label, j))
			fns = fns.Add(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			squares = squares.Add(tree(mul4(e, f, g, h, e, f, g, h)))
			tps = tps.Add(tree(kept(e, k), kept(f, l), kept(g, m), kept(h, n)))
			fps = fps.Add(tree(left(e, k), left(f, l), left(g, m), left(h, n)))
		}
		sums.TP += total(tps)
		sums.FP += total(fps)
		sums.FN += total(fns)
		sums.Squares += total(squares)
	}
	return sums
}

func overlapWeighted(p, q []float32, label []int32, class int32, w []float32) (tp, fp, fn float64) {
	n := len(p)
	q, label, w = q[:n], label[:n], w[:n]
	o := splatI(class)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var tps, fps, fns F32
		for j := i; j <= end; j += Step {
			e, f, g, h := load4(at(w, j))
			k, l, m, n := loadI4(at(label, j))
			a, b, c, d := load4(at(p, j))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			tps = tps.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
			fps = fps.Add(tree(unless4(a, b, c, d, k, l, m, n, o)))
			a, b, c, d = load4(at(q, j))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			fns = fns.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		}
		tp, fp, fn = tp+total(tps), fp+total(fps), fn+total(fns)
	}
	return tp, fp, fn
}

// OverlapSoft is Σ w p t, Σ w p (1-t) and Σ w q t.
func OverlapSoft(p, q, t, w []float32) (tp, fp, fn float64) {
	check(len(p), len(q), len(t))
	if w == nil {
		return overlapSoft(p, q, t)
	}
	check(len(p), len(w))
	return overlapSoftWeighted(p, q, t, w)
}

// miss4 is p (1-t).
func miss4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	o := splat(1)
	return a.Mul(o.Sub(e)), b.Mul(o.Sub(f)), c.Mul(o.Sub(g)), d.Mul(o.Sub(h))
}

func overlapSoft(p, q, t []float32) (tp, fp, fn float64) {
	n := len(p)
	q, t = q[:n], t[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var tps, fps, fns F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			e, f, g, h := load4(at(t, j))
			tps = tps.Add(tree(mul4(a, b, c, d, e, f, g, h)))
			fps = fps.Add(tree(miss4(a, b, c, d, e, f, g, h)))
			a, b, c, d = load4(at(q, j))
			fns = fns.Add(tree(mul4(a, b, c, d, e, f, g, h)))
		}
		tp, fp, fn = tp+total(tps), fp+total(fps), fn+total(fns)
	}
	return tp, fp, fn
}

func overlapSoftWeighted(p, q, t, w []float32) (tp, fp, fn float64) {
	n := len(p)
	q, t, w = q[:n], t[:n], w[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var tps, fps, fns F32
		for j := i; j <= end; j += Step {
			k, l, m, o := load4(at(w, j))
			e, f, g, h := load4(at(t, j))
			a, b, c, d := load4(at(p, j))
			a, b, c, d = mul4(a, b, c, d, k, l, m, o)
			tps = tps.Add(tree(mul4(a, b, c, d, e, f, g, h)))
			fps = fps.Add(tree(miss4(a, b, c, d, e, f, g, h)))
			a, b, c, d = load4(at(q, j))
			a, b, c, d = mul4(a, b, c, d, k, l, m, o)
			fns = fns.Add(tree(mul4(a, b, c, d, e, f, g, h)))
		}
		tp, fp, fn = tp+total(tps), fp+total(fps), fn+total(fns)
	}
	return tp, fp, fn
}
