package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Spread fills gradients, heat maps and per-pixel values of the blocks [from,
// to), after a Finish that was asked for them.
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
			if t.form > regionTerm || !wants(t, outs[t.spec]) {
				continue
			}
			if t.form == regionTerm && t.region == nil {
				return fail(CodeOption, "outs", "want what Finish was not asked for")
			}
			terms = append(terms, t)
		}
		if terms == nil {
			continue
		}
		r := g.read
		r.bare, r.parts, r.shifted, r.keep, r.room = false, false, false, true, g.sole(outs)
		for _, t := range terms {
			switch t.form {
			case hardPixel:
				r.bare = true
			case regionTerm:
				r.parts = true
			default:
				r.shifted = true
			}
		}
		for b := from; b < to; b++ {
			image := b / per
			at, size := blockRange(b%per, px)
			if g.act.sigmoid() {
				for c := range g.channels {
					if len(terms) == 1 && size == vec.Block && j.spreadUnit(g, terms[0], image*g.channels+c, at, outs[terms[0].spec]) {
						continue
					}
					if err := j.load(g, image, c, at, size); err != nil {
						return err
					}
					for _, t := range terms {
						j.spreadChannel(g, t, c, outs[t.spec])
					}
				}
				continue
			}
			if err := j.load(g, image, 0, at, size); err != nil {
				return err
			}
			for _, t := range terms {
				j.spreadSoftmax(g, t, outs[t.spec])
			}
		}
	}
	return nil
}

// spreadUnit writes the gradient of a ratio in a unit block of a plane, unless more is wanted.
func (j *Job) spreadUnit(g *group, t *term, plane, at int, o Out) bool {
	if t.form != regionTerm || !t.alone || o.Heatmap != nil || g.act != sigmoidLogits || !j.isUnits(g) {
		return false
	}
	d := &t.region[plane]
	if d.square != 0 || d.abs != 0 {
		return false
	}
	s, blocks := j.unitStretch(g, plane*j.in.Prediction.Shape.Pixels()+at, 1)
	if blocks == 0 {
		return false
	}
	x, l := s.block(0)
	dx := o.Gradient[s.start:][:vec.Block]
	ok := vec.SigmoidSlopeUnit8(dx, x, l, float32(d.hit), float32(d.miss))
	s.clear(dx)
	return ok
}

// spreadEarly spreads the block just summed, where a Run asks for it.
func (j *Job) spreadEarly(g *group, c int) {
	if j.outs == nil || g.read.spread {
		return
	}
	for _, t := range g.terms {
		o := j.outs[t.spec]
		if t.form != hardPixel || !wants(t, o) {
			continue
		}
		if g.act.sigmoid() {
			j.spreadChannel(g, t, c, o)
			continue
		}
		j.spreadSoftmax(g, t, o)
	}
}

// gradientOnly tells whether nothing but a gradient is wanted.
func (o Out) gradientOnly() bool { return o.Gradient != nil && o.Heatmap == nil && o.Values == nil }

// wants tells whether a term has anything to spread.
func wants(t *term, o Out) bool {
	return o.Gradient != nil || o.Heatmap != nil || o.Values != nil && t.form != regionTerm
}

// put writes the pixels of a block into plane i, or adds them where another term
// has written too.
func (r *reader) put(data []float32, i int, x []float32, alone bool) {
	start := i*r.shape.Pixels() + r.at
	dst := data[start : start+r.size]
	switch {
	case !alone:
		vec.Accumulate(dst, x[:r.size])
	case &dst[0] != &x[0]: // or else it was made there
		copy(dst, x)
	}
}

// plane is where the pixels of a whole block go in plane i, or else tmp, which is
// then put there.
func (r *reader) plane(data []float32, i int, tmp []float32) []float32 {
	if r.n > r.size {
		return tmp
	}
	start := i*r.shape.Pixels() + r.at
	return data[start : start+r.size]
}

// A spreader is the memory of one block's spreading.
type spreader struct {
	grad, weight, heat, tmp, rise, all, rest [vec.Block]float32
}

func (g *group) spreader() *spreader {
	if g.spread == nil {
		g.spread = new(spreader)
	}
	return g.spread
}

// byLabel is the worth of each pixel's loss: hit or miss of a channel.
func (r *reader) byLabel(dst []float32, class int32, hit, miss float64) {
	if hit == miss {
		vec.Fill(dst, float32(hit))
	} else {
		vec.Choose(dst, r.labels, class, float32(hit), float32(miss))
	}
	r.weigh(dst)
}

// worth is x times the worth of each pixel's loss. weight is room for a block.
func (r *reader) worth(dst, x, weight []float32, class int32, hit, miss float64) {
	if hit == miss && r.w == nil {
		vec.Scale(dst, x, float32(hit))
		return
	}
	r.byLabel(weight, class, hit, miss)
	vec.Mul(dst, x, weight)
}

// byClassOf is sign times the worth of each pixel's loss by its class.
func (r *reader) byClassOf(dst []float32, hit []float64, sign float64) {
	same := true
	for _, h := range hit {
		same = same && h == hit[0]
	}
	if same {
		vec.Fill(dst, float32(sign*hit[0]))
	} else {
		for i, l := range r.labels {
			dst[i] = 0
			if l >= 0 {
				dst[i] = float32(sign * hit[l])
			}
		}
	}
	r.weigh(dst)
}

// spreadChannel fills one channel of independent ones.
func (j *Job) spreadChannel(g *group, t *term, c int, o Out) {
	r, s := g.read, g.spreader()
	n := r.n
	plane := r.image*g.channels + c
	probs := g.act == sigmoidProbs
	grad, weight, heat := s.grad[:n], s.weight[:n], s.heat[:n]
	rise := r.rise
	if o.Gradient == nil {
		rise = nil
	} else if t.alone {
		grad = r.plane(o.Gradient, plane, grad)
	}
	switch t.form {
	case hardPixel:
		k := r.class(c)
		if t.log && !probs && o.Heatmap == nil && o.Values == nil {
			r.trueLack(c)
			r.byLabel(rise, k, -t.hit[c], -t.miss[c])
			vec.TwoChain(grad, rise, r.q, r.labels, k)
			break
		}
		r.trueClass(c, true)
		if r.risen != t {
			r.term(t, r.loss, rise, c)
		}
		if o.Heatmap != nil || o.Values != nil {
			r.worth(heat, r.loss, weight, k, t.hit[c], t.miss[c])
		}
		if rise != nil {
			r.worth(rise, rise, weight, k, t.hit[c], t.miss[c])
			if t.hitB != nil {
				j.divisorSlope(t, s.tmp[:n])
				r.byLabel(weight, k, t.hitB[c], t.missB[c])
				vec.MulAddTo(rise, s.tmp[:n], weight)
			}
			q := r.q
			if probs {
				vec.Ratio(rise, rise, r.p, leastP)
			}
			if probs || r.ofLogits(t) {
				q = r.ones
			}
			vec.TwoChain(grad, rise, q, r.labels, k)
		}
	case densePixel, bothPixel:
		soft := t.soft
		answers := soft != nil && g.soft // by the logit itself
		if !answers || probs {
			r.logs(c, andLogQ)
		}
		r.denseTarget(c)
		if !answers {
			d := grad
			if rise == nil {
				d = nil
			}
			j.denseSlope(t, g, c, d, heat)
			break
		}
		soft.SoftTerm(r.loss, r.rise, r.logit(c), r.t)
		vec.Scale(heat, r.loss, float32(t.hit[c]))
		vec.Scale(grad, r.rise, float32(t.hit[c]))
		r.weigh(heat)
		r.weigh(grad)
		if probs {
			vec.Mul(s.tmp[:n], r.p, r.q)
			vec.Ratio(grad, grad, s.tmp[:n], leastP)
		}
	case regionTerm:
		r.probs(c)
		d := &t.region[plane]
		if !probs && !g.soft && r.w == nil && o.Heatmap == nil && d.square == 0 && d.abs == 0 {
			vec.SigmoidSlope(grad, r.p, r.q, r.labels, r.class(c), float32(d.hit), float32(d.miss))
			break
		}
		share := heat
		if o.Heatmap == nil {
			share = nil
		}
		j.regionSlope(t, g, plane, c, grad, share)
		if !probs {
			vec.Mul(grad, grad, r.p)
			vec.Mul(grad, grad, r.q)
		}
	}
	if o.Gradient != nil {
		r.clear(grad)
		r.put(o.Gradient, plane, grad, t.alone)
	}
	if o.Heatmap != nil || o.Values != nil {
		r.clear(heat)
	}
	if o.Heatmap != nil {
		r.put(o.Heatmap, r.image, heat, t.alone && g.channels == 1)
	}
	if o.Values != nil && t.form != regionTerm {
		r.put(o.Values, plane, heat, true)
	}
}

// divisorSlope is that of a divisor, by what term gives the slope of the loss by.
func (j *Job) divisorSlope(t *term, slope []float32) {
	r := t.group.read
	t.divisor.Divisor(r.loss, slope, r.u, r.q)
	if r.ofLogits(t) {
		vec.Mul(slope, slope, r.q)
	}
}

// leastP keeps a division by a probability finite, as torch has it.
const leastP = 1e-12

// leastLack is below every 1-p of a softmax, and of what is not a class.
const leastLack = 1e-38

// regionSlope is d value / d p of a ratio for the plane of class c, after probs,
// and its share of the heat. Either may be nil.
func (j *Job) regionSlope(t *term, g *group, plane, c int, d, heat []float32) {
	r := g.read
	o := &t.region[plane]
	squares := o.square != 0 || o.abs != 0
	k := r.class(c)
	if g.soft && !g.act.sigmoid() {
		r.soft(c)
	}
	if d != nil {
		if g.soft {
			vec.Mix(d, r.t, float32(o.hit), float32(o.miss))
		} else {
			vec.Choose(d, r.labels, k, float32(o.hit), float32(o.miss))
			if squares {
				vec.Hits(r.t, r.labels, k)
			}
		}
		if squares {
			vec.AddSquare(d, r.p, r.t, float32(o.square), float32(o.abs))
		}
		r.weigh(d)
	}
	if heat != nil {
		vec.Fill(heat, 0)
		if g.soft {
			vec.ShareSoft(heat, r.p, r.q, r.t, float32(o.fp), float32(o.fn), float32(o.even))
		} else {
			vec.Share(heat, r.p, r.q, r.labels, k, float32(o.fp), float32(o.fn), float32(o.even))
		}
		r.weigh(heat)
	}
}

// spreadDense fills the gradient of a loss that reads every class, and adds its
// share to heat, which may be nil.
func (j *Job) spreadDense(g *group, t *term, o Out, heat []float32) {
	r, s := g.read, g.spreader()
	n := r.n
	g.room()
	var one []float32
	if heat != nil {
		one = s.tmp[:n]
	}
	near := r.near && t.form == regionTerm
	p := r.p
	for c := range g.channels {
		plane := r.image*g.channels + c
		var d []float32
		if o.Gradient != nil {
			d = g.g[c][:n]
			if t.alone {
				d = r.plane(o.Gradient, plane, d)
			}
			g.d[c] = d
		}
		r.p = g.p[c][:n]
		if t.form == regionTerm {
			j.spreadRatio(t, g, plane, c, d, one)
		} else {
			r.logs(c, max(t.need, andP))
			r.denseTarget(c)
			j.denseSlope(t, g, c, d, one)
			if o.Values != nil && t.form == bothPixel {
				r.put(o.Values, plane, one, true)
			}
		}
		if heat != nil {
			vec.Add(heat, heat, one)
		}
	}
	r.p = p
	if o.Gradient == nil {
		return
	}
	if g.act == softmaxLogits {
		g.chain(r, near)
	}
	for c, d := range g.d {
		r.put(o.Gradient, r.image*g.channels+c, d, t.alone)
	}
}

// spreadRatio is p d value / d p of logits of exclusive classes, d value / d p of
// their probabilities, and its heat.
func (j *Job) spreadRatio(t *term, g *group, plane, c int, d, heat []float32) {
	r := g.read
	logits := g.act == softmaxLogits
	switch o := &t.region[plane]; {
	case !logits:
		r.probs(c)
	case heat == nil && !g.soft && r.w == nil && o.square == 0 && o.abs == 0:
		r.softmaxClass(c, nil)
		vec.SigmoidSlope(d, r.p, r.ones, r.labels, int32(c), float32(o.hit), float32(o.miss))
		return
	default:
		r.softmaxClass(c, r.q)
	}
	j.regionSlope(t, g, plane, c, d, heat)
	if logits && d != nil {
		vec.Mul(d, d, r.p)
	}
}

// denseSlope is the slope of a channel and its heat, after logs and denseTarget:
// d loss / d p where probabilities are given, d loss / d logit of a channel on
// its own, p d loss / d p of exclusive classes, where p d log(1-p) / d p =
// -p/(1-p). Either may be nil.
func (j *Job) denseSlope(t *term, g *group, c int, d, heat []float32) {
	r, s := g.read, g.spreader()
	l, n := t.pixel, r.n
	weight, rise := s.weight[:n], s.rise[:n]
	if d == nil {
		rise = nil
	}
	j.denseTerm(t, rise)
	if t.hit[c] == 1 {
		weight = r.t
	} else {
		vec.Scale(weight, r.t, float32(t.hit[c]))
	}
	if heat != nil {
		vec.Mul(heat, weight, r.loss)
	}
	if d != nil {
		vec.Mul(d, weight, rise)
		if g.act == softmaxProbs || g.act == sigmoidProbs {
			vec.Ratio(d, d, r.p, leastP)
		}
	}
	if t.form == bothPixel {
		l.Term(r.loss, rise, r.v, r.p)
		weight = s.weight[:n]
		vec.Mix(weight, r.t, 0, float32(t.miss[c]))
		if heat != nil {
			vec.MulAddTo(heat, weight, r.loss)
		}
		if d != nil {
			vec.Mul(rise, rise, weight)
			switch g.act {
			case sigmoidLogits:
				vec.Mul(d, d, r.q)
				vec.Mul(rise, rise, r.p)
			case softmaxLogits:
				vec.Mul(rise, rise, r.p)
				vec.Ratio(rise, rise, r.q, leastLack)
			default:
				vec.Ratio(rise, rise, r.q, leastP)
			}
			vec.Sub(d, d, rise)
		}
	}
	if heat != nil {
		r.weigh(heat)
	}
	if d != nil {
		r.weigh(d)
	}
}

// denseTerm is Term after logs. Of exclusive classes p is known already.
func (j *Job) denseTerm(t *term, slope []float32) {
	r := t.group.read
	if slope == nil || t.logits == nil || r.view.act != softmaxLogits {
		t.pixel.Term(r.loss, slope, r.u, r.q)
		return
	}
	v := r.loss
	if t.logits.NeedsLogs() {
		vec.Log(v, r.q)
	}
	t.logits.TermOfLogits(r.loss, slope, r.u, r.p, r.q, v)
	vec.Ratio(slope, slope, r.q, leastLack)
}

// room gives the group planes for all classes of a block.
func (g *group) room() {
	if g.g != nil {
		return
	}
	g.d = make([][]float32, g.channels)
	for range g.channels {
		g.p = append(g.p, make([]float32, vec.Block))
		g.g = append(g.g, make([]float32, vec.Block))
	}
}

// chain turns d_c = p_c dL/dp_c of all classes into dL/dz_c = d_c - p_c Σ d. near
// tells of what p is made.
func (g *group) chain(r *reader, near bool) {
	s, n := g.spreader(), r.n
	all, rest, q, arg := s.all[:n], s.rest[:n], s.tmp[:n], r.arg
	if near {
		vec.LackPart(q, r.top, r.low)
		arg = r.leading()
	} else {
		vec.LackPart(q, r.ones, r.rest)
	}
	vec.Fill(all, 0)
	vec.Fill(rest, 0)
	for c, d := range g.d {
		vec.ChainSum(all, rest, d, arg, int32(c))
	}
	for c, d := range g.d {
		vec.SoftmaxChain(d, g.p[c][:n], q, all, rest, arg, int32(c))
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
				r.p = g.p[c][:r.n]
				r.probs(c)
				start := (image*s.C+c)*px + at
				d := g.g[c][:r.n]
				g.d[c] = d
				copy(d, grad[start:start+size])
				clear(d[size:])
				vec.Mul(d, d, r.p)
				if g.act.sigmoid() {
					vec.Mul(d, d, r.q)
					copy(grad[start:start+size], d)
				}
			}
			if !g.act.sigmoid() {
				g.chain(r, false)
				for c, d := range g.d {
					start := (image*s.C+c)*px + at
					copy(grad[start:start+size], d)
				}
			}
		}
	}
	return nil
}
