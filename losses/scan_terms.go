package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// scanTrue adds what reads the true one of the two classes of a channel. Sums that several losses share are made once.
func (j *Job) scanTrue(g *group, r *reader, c int, state []float64) {
	k := r.class(c)
	even := r.w == nil && g.act == sigmoidLogits && !g.perPixel
	var crossed bool
	var cross float64
	for _, t := range g.terms {
		if t.form != hardPixel || t.same {
			continue
		}
		at := state[t.at+2*c*slot:]
		rise := j.riseEarly(t)
		if even && t.plain {
			if !crossed {
				cross, crossed = vec.FadedCrossEntropy(r.fade(c), r.z[c], r.labels), true
			}
			pour(at, cross)
			continue
		}
		r.trueClass(c, g.complement || rise != nil)
		switch {
		case t.even && r.w == nil:
			r.term(t, r.loss, rise, c)
			r.clear(r.loss)
			pour(at, vec.Sum(r.loss))
		case t.log:
			u := r.u
			if r.w != nil {
				vec.Mul(r.loss, u, r.w)
				u = r.loss
			}
			hit, miss := vec.SumByHit(u, r.labels, k)
			pour(at, -hit)
			pour(at[slot:], -miss)
		default:
			r.term(t, r.loss, rise, c)
			r.weigh(r.loss)
			hit, miss := vec.SumByHit(r.loss, r.labels, k)
			pour(at, hit)
			pour(at[slot:], miss)
		}
		if t.divided() {
			at = at[2*g.channels*slot:]
			t.divisor.Divisor(r.loss, nil, r.u, r.q)
			if r.w != nil {
				vec.Mul(r.loss, r.loss, r.present())
			}
			r.clear(r.loss)
			hit, miss := vec.SumByHit(r.loss, r.labels, k)
			pour(at, hit)
			pour(at[slot:], miss)
		}
	}
}

// riseEarly is where the slope of a term goes while it is summed, if nothing else of it is spread with the block: nil else.
func (j *Job) riseEarly(t *term) []float32 {
	if j.outs == nil || t.log || !j.outs[t.spec].gradientOnly() {
		return nil
	}
	r := t.group.read
	r.risen = t
	return r.rise
}

// present is 1 for pixels that count and 0 for the others.
func (r *reader) present() []float32 {
	x := r.mem.tmp[:r.n]
	if r.in.Target.Kind == Soft {
		copy(x, r.ones)
		clear(x[r.size:])
	} else {
		vec.Choose(x, r.labels, -1, 0, 1)
	}
	return x
}

// scanClass adds what reads a class as a plane: its sums, and dense losses.
func (j *Job) scanClass(g *group, r *reader, c int, state []float64) {
	logs := g.logs()
	if logs {
		r.logs(c, g.need)
		r.denseTarget(c)
		for _, t := range g.terms {
			if t.form == densePixel || t.form == bothPixel {
				j.scanDense(t, r, c, state[t.at+2*c*slot:])
			}
		}
	}
	if g.sums >= 0 {
		if g.errors() && !g.perPixel && r.w == nil && !logs {
			j.scanLogits(g, r, c, state[g.sums+(r.image*g.channels+c)*regionSums*slot:])
			return
		}
		if !logs || r.near {
			r.probability(c, g.exact || g.errors())
		}
		j.scanSums(g, r, c, state[g.sums+(r.image*g.channels+c)*regionSums*slot:])
	}
}

// scanLogits is probability and scanSums of one channel of logits at once, where every pixel counts alike.
func (j *Job) scanLogits(g *group, r *reader, c int, s []float64) {
	o := vec.FadedOverlap(r.p, r.fade(c), r.z[c], r.labels)
	r.haveP = true
	s[sumN*slot] += float64(r.valid) // exact on the first grid
	s[sumT*slot] += r.hits[c]
	pour(s[sumTP*slot:], o.TP)
	pour(s[sumFP*slot:], o.FP)
	pour(s[sumFN*slot:], o.FN)
	if g.squares {
		s[sumTT*slot] += r.hits[c]
		pour(s[sumPP*slot:], o.Squares)
		pour(s[sumD*slot:], o.FP+o.FN)
	}
}

// scanSums adds the region sums of a class, after scanStats and probability.
func (j *Job) scanSums(g *group, r *reader, c int, s []float64) {
	n := float64(r.valid)
	if r.w != nil {
		n = vec.Sum(r.w)
	}
	pour(s[sumN*slot:], n)
	pour(s[sumT*slot:], r.hits[c])
	var fp, fn float64
	add := func(i int, x float64) { pour(s[i*slot:], x) }
	k := r.class(c)
	if g.soft {
		if !g.act.sigmoid() || g.smoothing > 0 {
			r.soft(c)
		}
		tp, fp, fn := vec.OverlapSoft(r.p, r.q, r.t, r.w)
		all := 0.0
		if r.w == nil {
			all = vec.Sum(r.p)
		} else {
			all = vec.Dot(r.p, r.w)
		}
		add(sumTP, tp)
		add(sumP, all)
		add(sumFP, fp)
		add(sumFN, fn)
	} else {
		var tp, all float64
		if g.errors() {
			tp, fp, fn = vec.Overlap(r.p, r.q, r.labels, k, r.w)
		} else {
			tp, all = vec.HitAll(r.p, r.labels, k, r.w)
			add(sumP, all)
			if g.exact {
				_, fp, fn = vec.Overlap(r.p, r.q, r.labels, k, r.w)
			}
		}
		add(sumTP, tp)
		add(sumFP, fp)
		add(sumFN, fn)
	}
	if g.squares {
		pp, tt, d := 0.0, r.hits[c], fp+fn
		if g.soft {
			pp, tt, d = vec.SquaresSoft(r.p, r.t, r.w)
		} else {
			pp = vec.SumSquares(r.p, r.w)
		}
		add(sumPP, pp)
		add(sumTT, tt)
		add(sumD, d)
	}
}

// scanDense adds a loss of class c by its share of the target in r.t.
func (j *Job) scanDense(t *term, r *reader, c int, at []float64) {
	l := t.pixel
	if s := t.soft; s != nil && t.form == bothPixel && t.group.soft && t.group.act.sigmoid() {
		s.SoftTerm(r.loss, nil, r.logit(c), r.t)
		r.weigh(r.loss)
		pour(at, vec.Sum(r.loss))
		return
	}
	l.Term(r.loss, nil, r.u, r.q)
	vec.Mul(r.loss, r.loss, r.t)
	r.weigh(r.loss)
	pour(at, vec.Sum(r.loss))
	if t.form == bothPixel {
		l.Term(r.loss, nil, r.v, r.p)
		vec.Mul(r.loss, r.loss, r.rest1())
		r.weigh(r.loss)
		pour(at[slot:], vec.Sum(r.loss))
	}
}

// rest1 is 1-t.
func (r *reader) rest1() []float32 {
	x := r.mem.tmp[:r.n]
	vec.Sub(x, r.ones, r.t)
	return x
}

// logit is that of channel c, also where probabilities are given; after logs.
func (r *reader) logit(c int) []float32 {
	if r.view.act == sigmoidLogits {
		return r.z[c]
	}
	x := r.mem.m[:r.n]
	vec.Sub(x, r.u, r.v)
	return x
}
