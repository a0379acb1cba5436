package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Spread fills gradients, heat maps and per-pixel values of the blocks [from,
// to), after Finish.
func (j *Job) Spread(from, to int, outs []Out) error {
	if outs == nil {
		return nil
	}
	if !j.done {
		return fail(CodeOption, "spread", "needs Finish first")
	}
	px := j.in.Prediction.Shape.Pixels()
	per := blocksOf(px)
	for _, g := range j.views {
		var terms []*term
		for _, t := range g.terms {
			o := outs[t.spec]
			if t.form <= regionTerm && (o.Gradient != nil || o.Heatmap != nil || o.Values != nil && t.form != regionTerm) {
				terms = append(terms, t)
			}
		}
		if terms == nil {
			continue
		}
		for b := from; b < to; b++ {
			image := b / per
			at, size := blockRange(b%per, px)
			if g.act.sigmoid() {
				for c := range g.channels {
					if err := j.load(g, image, c, at, size); err != nil {
						return err
					}
					j.spreadChannel(g, terms, c, outs)
				}
				continue
			}
			if err := j.load(g, image, 0, at, size); err != nil {
				return err
			}
			j.spreadSoftmax(g, terms, outs)
		}
	}
	return nil
}

// addTo adds the pixels of a block to a plane.
func (r *reader) addTo(data []float32, i int, x []float32) {
	start := i*r.shape.Pixels() + r.at
	dst := data[start : start+r.size]
	for k, v := range x[:r.size] {
		dst[k] += v
	}
}

// byLabel is the weight of each pixel's loss: hit or miss of channel c.
func (r *reader) byLabel(dst []float32, class int32, hit, miss float64) {
	h, m := float32(hit), float32(miss)
	if h == m {
		vec.Fill(dst, h)
	} else {
		for i, l := range r.labels {
			dst[i] = m
			if l == class {
				dst[i] = h
			}
		}
	}
	r.weigh(dst)
}

// byClassOf is the weight of each pixel's loss by its class.
func (r *reader) byClassOf(dst []float32, hit []float64) {
	same := true
	for _, h := range hit {
		same = same && h == hit[0]
	}
	if same {
		vec.Fill(dst, float32(hit[0]))
	} else {
		for i, l := range r.labels {
			dst[i] = 0
			if l >= 0 {
				dst[i] = float32(hit[l])
			}
		}
	}
	r.weigh(dst)
}

// spreadChannel fills one channel of independent ones.
func (j *Job) spreadChannel(g *group, terms []*term, c int, outs []Out) {
	r := g.read
	s := j.in.Prediction.Shape
	plane := r.image*s.C + c
	probs := g.act == sigmoidProbs
	var gb, wb, hb [vec.Block]float32
	grad, weight, heat := gb[:r.n], wb[:r.n], hb[:r.n]
	for _, t := range terms {
		o := outs[t.spec]
		wantG := o.Gradient != nil
		rise := r.rise
		if !wantG {
			rise = nil
		}
		vec.Fill(heat, 0)
		vec.Fill(grad, 0)
		switch t.form {
		case hardPixel:
			r.trueClass(c)
			k := r.class(c)
			t.loss.(Pixel).Term(r.loss, rise, r.u, r.q)
			r.byLabel(weight, k, t.hit[c], t.miss[c])
			vec.Mul(heat, r.loss, weight)
			if wantG {
				vec.Mul(rise, rise, weight)
				if t.hitB != nil {
					var db, vb [vec.Block]float32
					d := db[:r.n]
					t.loss.(Divided).Divisor(vb[:r.n], d, r.u, r.q)
					r.byLabel(weight, k, t.hitB[c], t.missB[c])
					vec.MulAddTo(rise, d, weight)
				}
				r.hardChain(grad, rise, k, probs)
			}
		case densePixel, bothPixel:
			r.logs(c)
			r.denseTarget(c)
			j.denseChannel(t, r, c, grad, heat, wantG, probs)
		case regionTerm:
			r.probs(c)
			j.regionSlope(t, g, plane, c, grad, heat)
			if wantG && !probs {
				vec.Mul(grad, grad, r.p)
				vec.Mul(grad, grad, r.q)
			}
		}
		if wantG {
			r.addTo(o.Gradient, plane, grad)
		}
		if o.Heatmap != nil {
			r.addTo(o.Heatmap, r.image, heat)
		}
		if o.Values != nil && t.form != regionTerm {
			r.addValues(o.Values, plane, heat)
		}
	}
}

// addValues writes the pixels of a block; the values of none are those of a sum.
func (r *reader) addValues(data []float32, i int, x []float32) {
	start := i*r.shape.Pixels() + r.at
	copy(data[start:start+r.size], x)
}

// hardChain takes d loss / d u of the true class to the scores of one channel.
func (r *reader) hardChain(grad, rise []float32, class int32, probs bool) {
	for i, l := range r.labels {
		x := rise[i] * r.q[i]
		if probs {
			x = rise[i] / max(r.p[i], 1e-12)
		}
		if l != class {
			x = -x
		}
		grad[i] = x
	}
}

// denseChannel is a loss of a channel whose target is a number, after logs and
// denseTarget.
func (j *Job) denseChannel(t *term, r *reader, c int, grad, heat []float32, wantG, probs bool) {
	l := t.loss.(Pixel)
	hit, miss := float32(t.hit[c]), float32(t.miss[c])
	if s, ok := l.(SoftPixel); ok && t.group.soft {
		s.SoftTerm(r.loss, r.rise, r.logit(c), r.t)
		for i := range heat {
			heat[i] = hit * r.loss[i]
			grad[i] = hit * r.rise[i]
			if probs {
				grad[i] /= max(r.p[i]*r.q[i], 1e-12)
			}
		}
	} else {
		l.Term(r.loss, r.rise, r.u, r.q)
		for i, g := range r.t {
			heat[i] = float32(hit*g) * r.loss[i]
			x := float32(float32(hit*g) * r.rise[i])
			if probs {
				grad[i] = x / max(r.p[i], 1e-12)
			} else {
				grad[i] = x * r.q[i]
			}
		}
		l.Term(r.loss, r.rise, r.v, r.p)
		for i, g := range r.t {
			heat[i] += float32(float32(miss*(1-g)) * r.loss[i])
			x := float32(float32(miss*(1-g)) * r.rise[i])
			if probs {
				grad[i] -= x / max(r.q[i], 1e-12)
			} else {
				grad[i] -= float32(x * r.p[i])
			}
		}
	}
	r.weigh(heat)
	r.weigh(grad)
}

// regionSlope adds d value / d p of a ratio to grad and its heat to heat, for
// the plane of class c, after probs.
func (j *Job) regionSlope(t *term, g *group, plane, c int, grad, heat []float32) {
	r := g.read
	d := &t.region[plane]
	target := r.t
	if g.soft {
		if !g.act.sigmoid() {
			r.soft(c)
		}
	} else {
		vec.Hits(target, r.labels, r.class(c))
	}
	hit, miss, fp, fn, even := float32(d.hit), float32(d.miss), float32(d.fp), float32(d.fn), float32(d.even)
	for i, g := range target {
		grad[i] += float32(hit*g) + float32(miss*(1-g))
		heat[i] += float32(float32(fp*r.p[i])*(1-g)) + float32(float32(fn*r.q[i])*g) + even
	}
	if d.square != 0 || d.abs != 0 {
		sq, ab := float32(2*d.square), float32(d.abs)
		for i, g := range target {
			x := float32(sq * r.p[i])
			switch {
			case r.p[i] > g:
				x += ab
			case r.p[i] < g:
				x -= ab
			}
			grad[i] += x
		}
	}
	r.weigh(grad)
	r.weigh(heat)
}

// spreadSoftmax fills all classes of exclusive ones.
func (j *Job) spreadSoftmax(g *group, terms []*term, outs []Out) {
	r := g.read
	n, C := r.n, g.channels
	probs := g.act == softmaxProbs
	var wb, hb, tb, sb [vec.Block]float32
	weight, heat, tmp := wb[:n], hb[:n], tb[:n]
	if g.hard {
		r.trueClass(0)
	}
	u, q := r.u, append(j.scratch.A[:0], r.q...) // the passes below use r.q
	u = append(j.scratch.B[:0], u...)
	j.scratch.A, j.scratch.B = q, u
	for _, t := range terms {
		o := outs[t.spec]
		wantG := o.Gradient != nil
		vec.Fill(heat, 0)
		slope := sb[:n]
		if !wantG {
			slope = nil
		}
		if t.form == hardPixel {
			t.loss.(Pixel).Term(r.loss, slope, u, q)
			r.byClassOf(weight, t.hit)
			vec.Mul(heat, r.loss, weight)
			if wantG {
				vec.Mul(slope, slope, weight)
				if t.hitB != nil {
					t.loss.(Divided).Divisor(r.loss, r.rise, u, q)
					r.byClassOf(weight, t.hitB)
					vec.MulAddTo(slope, r.rise, weight)
				}
				for c := range C {
					if probs {
						for i, l := range r.labels {
							tmp[i] = 0
							if l == int32(c) {
								tmp[i] = slope[i] / max(r.z[c][i], 1e-12)
							}
						}
					} else {
						r.probs(c)
						vec.TrueChain(tmp, slope, r.p, r.q, r.labels, int32(c))
					}
					r.addTo(o.Gradient, r.image*C+c, tmp)
				}
			}
		} else {
			j.spreadDense(g, t, o, heat, wantG, probs)
		}
		if o.Heatmap != nil {
			r.addTo(o.Heatmap, r.image, heat)
		}
		if o.Values != nil && t.form == bothPixel {
			continue // written per class
		}
		if o.Values != nil && t.form != regionTerm {
			r.addValues(o.Values, r.image, heat)
		}
	}
}

// spreadDense fills the gradient of a loss that reads every class.
func (j *Job) spreadDense(g *group, t *term, o Out, heat []float32, wantG, probs bool) {
	r := g.read
	n, C := r.n, g.channels
	g.room()
	var ob [vec.Block]float32
	one := ob[:n]
	for c := range C {
		d := g.g[c][:n]
		vec.Fill(d, 0)
		if t.form == regionTerm {
			r.probs(c)
			vec.Fill(one, 0)
			j.regionSlope(t, g, r.image*C+c, c, d, one)
			if !probs {
				vec.Mul(d, d, r.p)
			}
		} else {
			r.logs(c)
			r.denseTarget(c)
			j.denseSlope(t, r, c, d, one, probs)
			if o.Values != nil && t.form == bothPixel {
				r.addValues(o.Values, r.image*C+c, one)
			}
		}
		vec.Add(heat, heat, one)
		copy(g.p[c], r.p)
		copy(g.q[c], r.q)
	}
	if !wantG {
		return
	}
	if !probs {
		g.chain(r)
	}
	for c := range C {
		r.addTo(o.Gradient, r.image*C+c, g.g[c])
	}
}

// denseSlope is p d loss / d p of class c (d loss / d p where probabilities are
// given), and its heat.
func (j *Job) denseSlope(t *term, r *reader, c int, d, heat []float32, probs bool) {
	l := t.loss.(Pixel)
	hit, miss := float32(t.hit[c]), float32(t.miss[c])
	l.Term(r.loss, r.rise, r.u, r.q)
	for i, g := range r.t {
		w := float32(hit * g)
		heat[i] = w * r.loss[i]
		d[i] = w * r.rise[i]
		if probs {
			d[i] /= max(r.p[i], 1e-12)
		}
	}
	if t.form == bothPixel {
		l.Term(r.loss, r.rise, r.v, r.p)
		for i, g := range r.t {
			w := float32(miss * (1 - g))
			heat[i] += float32(w * r.loss[i])
			x := float32(w * r.rise[i])
			if probs {
				d[i] -= x / max(r.q[i], 1e-12)
			} else {
				d[i] -= float32(x*r.p[i]) / max(r.q[i], 1e-37)
			}
		}
	}
	r.weigh(heat)
	r.weigh(d)
}

// room gives the group planes for all classes of a block.
func (g *group) room() {
	if g.g != nil {
		return
	}
	for range g.channels {
		g.p = append(g.p, make([]float32, vec.Block))
		g.q = append(g.q, make([]float32, vec.Block))
		g.g = append(g.g, make([]float32, vec.Block))
	}
}

// chain turns g_c = p_c dL/dp_c of all classes into dL/dz_c = g_c - p_c Σ g. For
// the largest class, where p may tend to 1, that is g_c q_c - p_c Σ' g over the
// others, which does not cancel.
func (g *group) chain(r *reader) {
	n := r.n
	var ab, eb [vec.Block]float32
	all, rest := ab[:n], eb[:n]
	for c := range g.channels {
		d := g.g[c][:n]
		for i, x := range d {
			all[i] += x
			if r.arg[i] != int32(c) {
				rest[i] += x
			}
		}
	}
	for c := range g.channels {
		d, p, q := g.g[c][:n], g.p[c][:n], g.q[c][:n]
		for i, x := range d {
			if r.arg[i] == int32(c) {
				d[i] = float32(x*q[i]) - float32(p[i]*rest[i])
			} else {
				d[i] = x - float32(p[i]*all[i])
			}
		}
	}
}

// chainPlanes turns planes of d value / d p into d value / d score, in place.
func (j *Job) chainPlanes(g *group, grad []float32) error {
	if g.act == softmaxProbs || g.act == sigmoidProbs {
		return nil
	}
	s := j.in.Prediction.Shape
	px := s.Pixels()
	r := g.read
	g.room()
	for image := range s.N {
		for b := range blocksOf(px) {
			at, size := blockRange(b, px)
			if !g.act.sigmoid() {
				if err := r.softmax(image, at, size); err != nil {
					return err
				}
			}
			for c := range s.C {
				if g.act.sigmoid() {
					if err := r.sigmoid(image, c, at, size); err != nil {
						return err
					}
				}
				r.probs(c)
				start := (image*s.C+c)*px + at
				a := grad[start : start+size]
				d := g.g[c][:r.n]
				clear(d[size:])
				for i, x := range a {
					d[i] = x * r.p[i]
				}
				if g.act.sigmoid() {
					for i := range a {
						a[i] = d[i] * r.q[i]
					}
					continue
				}
				copy(g.p[c], r.p)
				copy(g.q[c], r.q)
			}
			if !g.act.sigmoid() {
				g.chain(r)
				for c := range s.C {
					start := (image*s.C+c)*px + at
					copy(grad[start:start+size], g.g[c])
				}
			}
		}
	}
	return nil
}
