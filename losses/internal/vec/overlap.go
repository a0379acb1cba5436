package vec

// The sums of the region losses of one class: p its probability, q = 1-p with its own digits, and the truth either a label
// (1 where it is the class, 0 elsewhere) or t in [0, 1]. A nil weight is 1 everywhere; an ignored pixel needs weight 0.

// Overlap is Σ w p where label is class, Σ w p where it is not, and Σ w q where it is: true and false positives, false negatives.
func Overlap(p, q []float32, label []int32, class int32, w []float32) (tp, fp, fn float64) {
	if w == nil {
		return overlap(p, q, label, class)
	}
	check(len(p), len(q), len(label), len(w))
	c := splatI(class)
	var tps, fps, fns F32
	for i := 0; i < len(p); i += run {
		var tr, fr, nr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sq, sl, sw := (*[Step]float32)(p[j:]), (*[Step]float32)(q[j:]), (*[Step]int32)(label[j:]), (*[Step]float32)(w[j:])
			w0, w1, w2, w3 := load(sw[0:4]), load(sw[4:8]), load(sw[8:12]), load(sw[12:16])
			p0, p1, p2, p3 := load(sp[0:4]).Mul(w0), load(sp[4:8]).Mul(w1), load(sp[8:12]).Mul(w2), load(sp[12:16]).Mul(w3)
			q0, q1, q2, q3 := load(sq[0:4]).Mul(w0), load(sq[4:8]).Mul(w1), load(sq[8:12]).Mul(w2), load(sq[12:16]).Mul(w3)
			l0, l1, l2, l3 := loadI(sl[0:4]), loadI(sl[4:8]), loadI(sl[8:12]), loadI(sl[12:16])
			tr = tr.Add(tree(where(p0, l0, c), where(p1, l1, c), where(p2, l2, c), where(p3, l3, c)))
			fr = fr.Add(tree(unless(p0, l0, c), unless(p1, l1, c), unless(p2, l2, c), unless(p3, l3, c)))
			nr = nr.Add(tree(where(q0, l0, c), where(q1, l1, c), where(q2, l2, c), where(q3, l3, c)))
		}
		tps, fps, fns = tps.Add(tr), fps.Add(fr), fns.Add(nr)
	}
	return total(tps), total(fps), total(fns)
}

// overlap is Overlap with weight 1.
func overlap(p, q []float32, label []int32, class int32) (tp, fp, fn float64) {
	check(len(p), len(q), len(label))
	c := splatI(class)
	var tps, fps, fns F32
	for i := 0; i < len(p); i += run {
		var tr, fr, nr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sq, sl := (*[Step]float32)(p[j:]), (*[Step]float32)(q[j:]), (*[Step]int32)(label[j:])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			l0, l1, l2, l3 := loadI(sl[0:4]), loadI(sl[4:8]), loadI(sl[8:12]), loadI(sl[12:16])
			tr = tr.Add(tree(where(p0, l0, c), where(p1, l1, c), where(p2, l2, c), where(p3, l3, c)))
			fr = fr.Add(tree(unless(p0, l0, c), unless(p1, l1, c), unless(p2, l2, c), unless(p3, l3, c)))
			nr = nr.Add(tree(
				where(load(sq[0:4]), l0, c), where(load(sq[4:8]), l1, c),
				where(load(sq[8:12]), l2, c), where(load(sq[12:16]), l3, c)))
		}
		tps, fps, fns = tps.Add(tr), fps.Add(fr), fns.Add(nr)
	}
	return total(tps), total(fps), total(fns)
}

// OverlapSoft is Σ w p t, Σ w p (1-t) and Σ w q t.
func OverlapSoft(p, q, t, w []float32) (tp, fp, fn float64) {
	if w == nil {
		return overlapSoft(p, q, t)
	}
	check(len(p), len(q), len(t), len(w))
	one := splat(1)
	var tps, fps, fns F32
	for i := 0; i < len(p); i += run {
		var tr, fr, nr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sq, st, sw := (*[Step]float32)(p[j:]), (*[Step]float32)(q[j:]), (*[Step]float32)(t[j:]), (*[Step]float32)(w[j:])
			w0, w1, w2, w3 := load(sw[0:4]), load(sw[4:8]), load(sw[8:12]), load(sw[12:16])
			t0, t1, t2, t3 := load(st[0:4]), load(st[4:8]), load(st[8:12]), load(st[12:16])
			p0, p1, p2, p3 := load(sp[0:4]).Mul(w0), load(sp[4:8]).Mul(w1), load(sp[8:12]).Mul(w2), load(sp[12:16]).Mul(w3)
			q0, q1, q2, q3 := load(sq[0:4]).Mul(w0), load(sq[4:8]).Mul(w1), load(sq[8:12]).Mul(w2), load(sq[12:16]).Mul(w3)
			tr = tr.Add(tree(p0.Mul(t0), p1.Mul(t1), p2.Mul(t2), p3.Mul(t3)))
			fr = fr.Add(tree(p0.Mul(one.Sub(t0)), p1.Mul(one.Sub(t1)), p2.Mul(one.Sub(t2)), p3.Mul(one.Sub(t3))))
			nr = nr.Add(tree(q0.Mul(t0), q1.Mul(t1), q2.Mul(t2), q3.Mul(t3)))
		}
		tps, fps, fns = tps.Add(tr), fps.Add(fr), fns.Add(nr)
	}
	return total(tps), total(fps), total(fns)
}

// overlapSoft is OverlapSoft with weight 1.
func overlapSoft(p, q, t []float32) (tp, fp, fn float64) {
	check(len(p), len(q), len(t))
	one := splat(1)
	var tps, fps, fns F32
	for i := 0; i < len(p); i += run {
		var tr, fr, nr F32
		for j := i; j < min(i+run, len(p)); j += Step {
			sp, sq, st := (*[Step]float32)(p[j:]), (*[Step]float32)(q[j:]), (*[Step]float32)(t[j:])
			t0, t1, t2, t3 := load(st[0:4]), load(st[4:8]), load(st[8:12]), load(st[12:16])
			p0, p1, p2, p3 := load(sp[0:4]), load(sp[4:8]), load(sp[8:12]), load(sp[12:16])
			tr = tr.Add(tree(p0.Mul(t0), p1.Mul(t1), p2.Mul(t2), p3.Mul(t3)))
			fr = fr.Add(tree(p0.Mul(one.Sub(t0)), p1.Mul(one.Sub(t1)), p2.Mul(one.Sub(t2)), p3.Mul(one.Sub(t3))))
			nr = nr.Add(tree(
				load(sq[0:4]).Mul(t0), load(sq[4:8]).Mul(t1),
				load(sq[8:12]).Mul(t2), load(sq[12:16]).Mul(t3)))
		}
		tps, fps, fns = tps.Add(tr), fps.Add(fr), fns.Add(nr)
	}
	return total(tps), total(fps), total(fns)
}
