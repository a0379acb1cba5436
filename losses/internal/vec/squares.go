package vec

// Squares is Σ w p², Σ w t² and Σ w |p-t|, with t = 1 where label is class and 0 elsewhere.
func Squares(p []float32, label []int32, class int32, w []float32) (pp, tt, d float64) {
	if w == nil {
		return squares(p, label, class)
	}
	check(len(p), len(label), len(w))
	c, one := splatI(class), splat(1)
	var pps, tts, ds F32
	for i := 0; i < len(p); i += run {
		var pr, tr, dr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sl, sw := (*[Step]float32)(p[j:]), (*[Step]int32)(label[j:]), (*[Step]float32)(w[j:])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			l0, l1, l2, l3 := loadI(sl[0:4]), loadI(sl[4:8]), loadI(sl[8:12]), loadI(sl[12:16])
			w0, w1, w2, w3 := load(sw[0:4]), load(sw[4:8]), load(sw[8:12]), load(sw[12:16])
			pr = pr.Add(tree(p0.Mul(p0).Mul(w0), p1.Mul(p1).Mul(w1), p2.Mul(p2).Mul(w2), p3.Mul(p3).Mul(w3)))
			tr = tr.Add(tree(where(w0, l0, c), where(w1, l1, c), where(w2, l2, c), where(w3, l3, c)))
			dr = dr.Add(tree(
				size(p0.Sub(where(one, l0, c))).Mul(w0), size(p1.Sub(where(one, l1, c))).Mul(w1),
				size(p2.Sub(where(one, l2, c))).Mul(w2), size(p3.Sub(where(one, l3, c))).Mul(w3)))
		}
		pps, tts, ds = pps.Add(pr), tts.Add(tr), ds.Add(dr)
	}
	return total(pps), total(tts), total(ds)
}

// squares is Squares with weight 1.
func squares(p []float32, label []int32, class int32) (pp, tt, d float64) {
	check(len(p), len(label))
	c, one := splatI(class), splat(1)
	var pps, tts, ds F32
	for i := 0; i < len(p); i += run {
		var pr, tr, dr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sl := (*[Step]float32)(p[j:]), (*[Step]int32)(label[j:])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			t0, t1 := where(one, loadI(sl[0:4]), c), where(one, loadI(sl[4:8]), c)
			t2, t3 := where(one, loadI(sl[8:12]), c), where(one, loadI(sl[12:16]), c)
			pr = pr.Add(tree(p0.Mul(p0), p1.Mul(p1), p2.Mul(p2), p3.Mul(p3)))
			tr = tr.Add(tree(t0, t1, t2, t3))
			dr = dr.Add(tree(size(p0.Sub(t0)), size(p1.Sub(t1)), size(p2.Sub(t2)), size(p3.Sub(t3))))
		}
		pps, tts, ds = pps.Add(pr), tts.Add(tr), ds.Add(dr)
	}
	return total(pps), total(tts), total(ds)
}

// SquaresSoft is Σ w p², Σ w t² and Σ w |p-t| for a soft truth t.
func SquaresSoft(p, t, w []float32) (pp, tt, d float64) {
	if w == nil {
		return squaresSoft(p, t)
	}
	check(len(p), len(t), len(w))
	var pps, tts, ds F32
	for i := 0; i < len(p); i += run {
		var pr, tr, dr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, st, sw := (*[Step]float32)(p[j:]), (*[Step]float32)(t[j:]), (*[Step]float32)(w[j:])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			t0, t1, t2, t3 := load(st[0:4]), load(st[4:8]), load(st[8:12]), load(st[12:16])
			w0, w1, w2, w3 := load(sw[0:4]), load(sw[4:8]), load(sw[8:12]), load(sw[12:16])
			pr = pr.Add(tree(p0.Mul(p0).Mul(w0), p1.Mul(p1).Mul(w1), p2.Mul(p2).Mul(w2), p3.Mul(p3).Mul(w3)))
			tr = tr.Add(tree(t0.Mul(t0).Mul(w0), t1.Mul(t1).Mul(w1), t2.Mul(t2).Mul(w2), t3.Mul(t3).Mul(w3)))
			dr = dr.Add(tree(size(p0.Sub(t0)).Mul(w0), size(p1.Sub(t1)).Mul(w1), size(p2.Sub(t2)).Mul(w2), size(p3.Sub(t3)).Mul(w3)))
		}
		pps, tts, ds = pps.Add(pr), tts.Add(tr), ds.Add(dr)
	}
	return total(pps), total(tts), total(ds)
}

// squaresSoft is SquaresSoft with weight 1.
func squaresSoft(p, t []float32) (pp, tt, d float64) {
	check(len(p), len(t))
	var pps, tts, ds F32
	for i := 0; i < len(p); i += run {
		var pr, tr, dr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, st := (*[Step]float32)(p[j:]), (*[Step]float32)(t[j:])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			t0, t1, t2, t3 := load(st[0:4]), load(st[4:8]), load(st[8:12]), load(st[12:16])
			pr = pr.Add(tree(p0.Mul(p0), p1.Mul(p1), p2.Mul(p2), p3.Mul(p3)))
			tr = tr.Add(tree(t0.Mul(t0), t1.Mul(t1), t2.Mul(t2), t3.Mul(t3)))
			dr = dr.Add(tree(size(p0.Sub(t0)), size(p1.Sub(t1)), size(p2.Sub(t2)), size(p3.Sub(t3))))
		}
		pps, tts, ds = pps.Add(pr), tts.Add(tr), ds.Add(dr)
	}
	return total(pps), total(tts), total(ds)
}
