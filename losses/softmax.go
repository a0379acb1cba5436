package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// softmax loads all classes of a block.
func (r *reader) softmax(image, at, size int) error {
	r.begin(image, at, size)
	for c := range r.shape.C {
		if err := r.scores(c); err != nil {
			return err
		}
	}
	vec.MaxInit(r.m, r.arg, r.z[0])
	for c := 1; c < r.shape.C; c++ {
		if !vec.MaxStepFinite(r.m, r.arg, r.z[c], int32(c)) {
			return badScore(r.in.Prediction.Data, false)
		}
	}
	if r.view.act == softmaxLogits {
		vec.Fill(r.rest, 0)
		for c := range r.shape.C {
			if r.keep {
				vec.KeepStep(r.rest, r.kept(c), r.z[c], r.m, r.arg, int32(c))
			} else {
				vec.RestStep(r.rest, r.z[c], r.m, r.arg, int32(c))
			}
		}
	}
	return nil
}

// kept is e^(z-m) of class c, where probabilities will be made of it.
func (r *reader) kept(c int) []float32 {
	for len(r.mem.kept) <= c {
		r.mem.kept = append(r.mem.kept, make([]float32, vec.Block))
	}
	return r.mem.kept[c][:r.n]
}

// softmaxClass makes the probability of class c, and of the others where q is
// not nil.
func (r *reader) softmaxClass(c int, q []float32) {
	if r.keep {
		vec.KeptSoftmax(r.p, q, r.kept(c), r.rest)
	} else {
		vec.SoftmaxClass(r.p, q, r.z[c], r.m, r.rest)
	}
}

// scanSoftmax adds all classes of exclusive ones.
func (j *Job) scanSoftmax(g *group, r *reader, state []float64) {
	if g.hard {
		r.trueClass(0, g.complement)
		for _, t := range g.terms {
			if t.form != hardPixel {
				continue
			}
			if t.log && r.w == nil {
				j.byClass(g, r, r.u, -1, state[t.at:])
				continue
			}
			t.pixel.Term(r.loss, nil, r.u, r.q)
			r.weigh(r.loss)
			j.byClass(g, r, r.loss, 1, state[t.at:])
			if t.divided() {
				t.divisor.Divisor(r.loss, nil, r.u, r.q)
				j.byClass(g, r, r.loss, 1, state[t.at+2*g.channels*slot:])
			}
		}
	}
	if g.dense {
		for c := range g.channels {
			j.scanClass(g, r, c, state)
		}
	}
	for _, m := range g.confusion {
		j.scanMatrix(g, r, state[m.at:])
	}
}

// byClass adds sign x to the hit slot of each pixel's class.
func (j *Job) byClass(g *group, r *reader, x []float32, sign float64, s []float64) {
	if g.channels <= 8 {
		for c := range g.channels {
			hit, _ := vec.SumByHit(x, r.labels, int32(c))
			pour(s[2*c*slot:], sign*hit)
		}
		return
	}
	sums := growZero(&j.scratch.B64, g.channels)
	for i, l := range r.labels {
		if l >= 0 {
			sums[l] += float64(x[i])
		}
	}
	for c, x := range sums {
		if x != 0 {
			pour(s[2*c*slot:], sign*x)
		}
	}
}

// keep puts aside what of the true class the passes over all classes overwrite.
func (g *group) keep() {
	s := g.spreader()
	copy(s.u[:], g.read.u)
	copy(s.q[:], g.read.q)
}

// spreadSoftmax fills all classes of exclusive ones.
func (j *Job) spreadSoftmax(g *group, t *term, o Out) {
	r, s := g.read, g.spreader()
	n, C := r.n, g.channels
	heat := s.heat[:n]
	if t.form != hardPixel {
		vec.Fill(heat, 0)
		j.spreadDense(g, t, o, heat)
	} else {
		rise, weight := s.rise[:n], s.weight[:n]
		if o.Gradient == nil {
			rise = nil
		}
		r.byClassOf(weight, t.hit)
		if t.log && o.Heatmap == nil && o.Values == nil {
			vec.Scale(rise, weight, -1)
		} else {
			t.pixel.Term(r.loss, rise, s.u[:n], s.q[:n])
			vec.Mul(heat, r.loss, weight)
			if rise != nil {
				vec.Mul(rise, rise, weight)
			}
		}
		if rise != nil {
			if t.hitB != nil {
				t.divisor.Divisor(r.loss, r.rise, s.u[:n], s.q[:n])
				r.byClassOf(weight, t.hitB)
				vec.MulAddTo(rise, r.rise, weight)
			}
			for c := range C {
				plane := r.image*C + c
				d := s.tmp[:n]
				if t.alone {
					d = r.plane(o.Gradient, plane, d)
				}
				if g.act == softmaxProbs {
					vec.AtLeast(d, r.z[c], leastP)
					vec.Ratio(d, rise, d)
					vec.Hits(r.t, r.labels, int32(c))
					vec.Mul(d, d, r.t)
				} else {
					r.probs(c)
					vec.TrueChain(d, rise, r.p, r.q, r.labels, int32(c))
				}
				r.put(o.Gradient, r.image*C+c, d, t.alone)
			}
		}
	}
	if o.Heatmap != nil {
		r.put(o.Heatmap, r.image, heat, t.alone)
	}
	if o.Values != nil && (t.form == hardPixel || t.form == densePixel) {
		r.put(o.Values, r.image, heat, true)
	}
}
