package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Exclusive classes, all of a block at once. The true class and the probability of
// each come from e^z as it is where no logit of the block is far from zero, which
// takes one pass over the classes (near). All else, and any other block, first
// finds the largest logit m and reads e^(z-m).

// softmax loads all classes of a block and m, arg and rest of it.
func (r *reader) softmax(image, at, size int) error {
	r.begin(image, at, size)
	return r.shift()
}

// exponentials makes what is wanted of the scores, after target.
func (r *reader) exponentials() error {
	r.near = (r.bare || r.parts) && r.view.act == softmaxLogits && r.grow()
	if r.near && !r.shifted {
		return nil
	}
	return r.shift()
}

// grow makes e^z of all classes and what near means; where a logit is far from zero
// it fails.
func (r *reader) grow() bool {
	C := r.shape.C
	r.place()
	e, c := r.grown, 0
	for ; c+2 <= C; c += 2 {
		if !vec.GrowTwo(e[c], e[c+1], r.given(c), r.given(c+1)) {
			return false
		}
	}
	if c < C && !vec.Grow(e[c], r.given(c)) {
		return false
	}
	if C > 3 || r.parts {
		r.sum()
	}
	switch {
	case !r.bare:
	case C <= 3:
		r.few = [3][]float32(e)
	default:
		r.trueGrown()
		vec.Split(r.other, r.own, r.top, r.low)
	}
	return true
}

// trueGrown makes own of the grown classes.
func (r *reader) trueGrown() {
	if r.pure() {
		r.own = r.grown[r.seen[0]]
		return
	}
	vec.OwnOf(r.own, r.grown, r.labels, r.turns())
}

// pure tells whether all pixels of the block are of one class.
func (r *reader) pure() bool { return len(r.seen) == 1 && r.valid == r.n }

// turns are those of the labels, which it counts too.
func (r *reader) turns() []int32 {
	if !r.haveTurns {
		clear(r.count)
		vec.Turns(r.mem.turns[:], r.count, r.labels)
		r.haveTurns = true
	}
	return r.mem.turns[:r.n/vec.Step]
}

// sum makes top and low of the grown classes.
func (r *reader) sum() {
	vec.Fill(r.top, 0)
	vec.Fill(r.low, 0)
	for c := 0; c < r.shape.C; c += 4 {
		e := r.grown[c : c+4]
		vec.TopFour(r.top, r.low, e[0], e[1], e[2], e[3])
	}
}

// leading is the class of the largest probability, as softmaxClass makes them.
func (r *reader) leading() []int32 {
	if !r.near {
		return r.arg
	}
	arg := r.mem.leading[:r.n]
	for i := range arg {
		arg[i] = -1
	}
	for c := range r.shape.C {
		vec.TopClass(arg, r.grown[c], r.top, int32(c))
	}
	return arg
}

// part makes own and other of at most three classes, which grow leaves to who
// asks for them.
func (r *reader) part() {
	if r.few[0] != nil {
		vec.Part(r.own, r.other, r.few[0], r.few[1], r.few[2], r.labels)
		r.few[0] = nil
	}
}

// place says where e^z of the classes will be. Where the gradient will stand it
// saves a way through memory, which all that is quick after it would wait for.
func (r *reader) place() {
	C, stride := r.shape.C, vec.Block
	var e []float32
	if r.room != nil && r.size == r.n {
		stride = r.shape.Pixels()
		e = r.room[r.image*C*stride+r.at:]
	} else {
		r.mem.grown = grow(r.mem.grown, C*stride)
		e = r.mem.grown
	}
	for c := range r.grown {
		r.grown[c] = r.mem.none[:r.n]
		if c < C {
			r.grown[c] = e[c*stride:][:r.n]
		}
	}
}

// sole is the gradient of the only term that spreads one by the true class, nil
// if there are several or none; others may add to none but their own, and none may
// spread a ratio, which reads what the gradient takes the place of.
func (g *group) sole(outs []Out) (gradient []float32) {
	for _, t := range g.terms {
		if outs != nil && t.form == regionTerm && wants(t, outs[t.spec]) {
			return nil
		}
		if outs == nil || t.form != hardPixel || outs[t.spec].Gradient == nil {
			continue
		}
		if gradient != nil || !t.alone {
			return nil
		}
		gradient = outs[t.spec].Gradient
	}
	return gradient
}

// largest loads all classes of a block, and m and arg of it alone.
func (r *reader) largest(image, at, size int) error {
	r.begin(image, at, size)
	if err := r.classes(); err != nil {
		return err
	}
	return r.most()
}

// classes points r.z at the scores of all classes.
func (r *reader) classes() error {
	for c := range r.shape.C {
		if r.view.act == softmaxLogits && c > 0 { // MaxStepFinite looks
			r.z[c] = r.given(c)
		} else if err := r.scores(c); err != nil {
			return err
		}
	}
	return nil
}

// most makes m and arg.
func (r *reader) most() error {
	vec.MaxInit(r.m, r.arg, r.z[0])
	for c := 1; c < r.shape.C; c++ {
		if !vec.MaxStepFinite(r.m, r.arg, r.z[c], int32(c)) {
			return badScore(r.in.Prediction.Data, false)
		}
	}
	return nil
}

// shift makes m, arg and, of logits, rest.
func (r *reader) shift() error {
	logits := r.view.act == softmaxLogits
	if err := r.classes(); err != nil || !logits && !r.shifted {
		return err
	}
	if err := r.most(); err != nil || !logits {
		return err
	}
	vec.Fill(r.rest, 0)
	for c := range r.shape.C {
		if r.keep {
			vec.KeepStep(r.rest, r.kept(c), r.z[c], r.m, r.arg, int32(c))
		} else {
			vec.RestStep(r.rest, r.z[c], r.m, r.arg, int32(c))
		}
	}
	return nil
}

// kept is e^(z-m) of class c, where probabilities will be made of it.
func (r *reader) kept(c int) []float32 { return block(&r.mem.kept, c, r.n) }

// block is n elements of the block of class c, made when first wanted.
func block(blocks *[][]float32, c, n int) []float32 {
	for len(*blocks) <= c {
		*blocks = append(*blocks, make([]float32, vec.Block))
	}
	return (*blocks)[c][:n]
}

// softmaxClass makes the probability of class c, and of the others where q is
// not nil.
func (r *reader) softmaxClass(c int, q []float32) {
	if r.near {
		vec.PartSoftmax(r.p, q, r.grown[c], r.top, r.low)
	} else {
		r.shiftedClass(c, q)
	}
}

// shiftedClass is softmaxClass by the largest logit, to which logs belong.
func (r *reader) shiftedClass(c int, q []float32) {
	if r.keep {
		vec.KeptSoftmax(r.p, q, r.kept(c), r.rest)
	} else {
		vec.SoftmaxClass(r.p, q, r.z[c], r.m, r.rest)
	}
}

// trueNear is trueClass of a block near zero.
func (r *reader) trueNear(complement bool) {
	r.part()
	if !r.haveU {
		vec.LogPart(r.u, r.own, r.other)
		r.haveU = true
	}
	if complement && !r.haveQ {
		r.q = r.mem.q[:r.n]
		vec.LackPart(r.q, r.own, r.other)
		r.haveQ = true
	}
}

// census counts the labels of a block, of classes lo to hi, and lists its classes.
func (r *reader) census(lo, hi int32) {
	r.haveTurns = false
	if hi-lo > 3 {
		r.turns()
	} else {
		clear(r.count)
		rest := int32(r.valid)
		for c := lo; c <= hi; c++ {
			n := rest
			if c < hi {
				n = int32(vec.Count(r.labels, c))
			}
			r.count[c+1] = n
			rest -= n
		}
	}
	r.seen = r.seen[:0]
	for c, n := range r.count[1:] {
		if n > 0 {
			r.seen = append(r.seen, int32(c))
		}
	}
}

// scanCensus counts the pixels and weights of each class of exclusive ones.
func (j *Job) scanCensus(g *group, r *reader, s []float64) {
	all := 0.0
	if g.weight != nil {
		all = vec.Sum(r.w)
	}
	for c := range g.channels {
		at, n := s[c*statSlots*slot:], r.count[c+1]
		at[0] += float64(n) // exact on the first grid
		at[slot] += float64(int32(r.valid) - n)
		r.hits[c] = float64(n)
		if g.weight == nil {
			continue
		}
		hit, miss := 0.0, all
		if n > 0 {
			hit, miss = vec.SumByHit(r.w, r.labels, int32(c))
		}
		r.hits[c] = hit
		pour(at[2*slot:], hit)
		pour(at[3*slot:], miss)
	}
}

// countLabels is scanStats of an image of exclusive classes, of bytes that all
// count alike but for ignored ones. It leaves one with an odd label to the pass
// over its blocks.
func (j *Job) countLabels(g *group, image int, state []float64) bool {
	t := &j.in.Target
	if g.act.sigmoid() || g.weight != nil || t.Kind != Hard || t.Labels.U8 == nil {
		return false
	}
	px := j.in.Prediction.Shape.Pixels()
	var count [256]int
	vec.CountBytes(&count, t.Labels.U8[image*px:(image+1)*px])
	valid := px
	for label, n := range count {
		switch {
		case n == 0:
		case has(j.in.Ignore, int32(label)):
			valid -= n
			count[label] = 0
		case label >= g.channels:
			return false
		}
	}
	j.countClasses(g, valid, px, func(c int) int {
		if c < len(count) {
			return count[c]
		}
		return 0
	}, state)
	return true
}

// countClasses is scanStats of pixels of exclusive classes, of which those that are
// valid all count alike: so many of each class.
func (j *Job) countClasses(g *group, valid, pixels int, of func(class int) int, state []float64) {
	s := state[g.stats:]
	s[0] += float64(valid) // exact on the first grid, as all of these
	s[slot] += float64(pixels)
	s = s[headSlots*slot:]
	for c := range g.channels {
		n := of(c)
		s[c*statSlots*slot] += float64(n)
		s[(c*statSlots+1)*slot] += float64(valid - n)
	}
}

// scanSoftmax adds all classes of exclusive ones.
func (j *Job) scanSoftmax(g *group, r *reader, state []float64) {
	if j.fewLogs(g, r, state) {
		return
	}
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
			r.term(t, r.loss, nil, 0)
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

// fewLogs is scanSoftmax, and spreadSoftmax, of a cross entropy alone and at most three classes: one pass over their e^z.
func (j *Job) fewLogs(g *group, r *reader, state []float64) bool {
	if r.few[0] == nil || !g.hard || g.dense || len(g.terms) > 1 || !g.terms[0].log || r.w != nil {
		return false
	}
	t := g.terms[0]
	var sums [3]float64
	switch {
	case j.outs == nil:
		sums = vec.LogThree(r.few[0], r.few[1], r.few[2], r.labels)
	case r.shape.C == 3 && r.room != nil && r.size == r.n && j.outs[t.spec].Heatmap == nil && j.outs[t.spec].Values == nil:
		sums = vec.ChainThreeLogs(r.few[0], r.few[1], r.few[2], r.labels, [3]float32{float32(t.hit[0]), float32(t.hit[1]), float32(t.hit[2])})
		r.spread = true
	default:
		return false
	}
	for _, c := range r.seen {
		pour(state[t.at+2*int(c)*slot:], -sums[c])
	}
	return true
}

// manyClasses is up to how many classes of a block it is quicker to go turn by
// turn than pixel by pixel.
const manyClasses = 8

// byClass adds sign x to the hit slot of each pixel's class.
func (j *Job) byClass(g *group, r *reader, x []float32, sign float64, s []float64) {
	seen := r.seen
	sums := growZero(&j.scratch.B64, g.channels)
	switch {
	case r.pure():
		sums[seen[0]] = vec.Sum(x)
	case len(seen) > manyClasses:
		for i, l := range r.labels {
			if l >= 0 {
				sums[l] += float64(x[i])
			}
		}
	case len(seen) == 2 && r.valid == r.n: // what is not of the one is of the other
		sums[seen[0]], sums[seen[1]] = vec.SumByHit(x, r.labels, seen[0])
	default:
		j.scratch.lanes = grow(j.scratch.lanes, g.channels)
		vec.SumByClass(sums, j.scratch.lanes, x, r.labels, r.turns(), seen)
	}
	for _, c := range seen {
		pour(s[2*c*slot:], sign*sums[c])
	}
}

// spreadSoftmax fills all classes of exclusive ones.
func (j *Job) spreadSoftmax(g *group, t *term, o Out) {
	r, s := g.read, g.spreader()
	n := r.n
	heat := s.heat[:n]
	if o.Heatmap == nil && o.Values == nil {
		heat = nil
	}
	if t.form != hardPixel {
		if heat != nil {
			vec.Fill(heat, 0)
		}
		j.spreadDense(g, t, o, heat)
	} else {
		rise, weight := s.rise[:n], s.weight[:n]
		if o.Gradient == nil {
			rise = nil
		}
		if t.log && heat == nil {
			r.byClassOf(rise, t.hit, -1)
		} else {
			r.trueClass(0, true)
			r.byClassOf(weight, t.hit, 1)
			r.term(t, r.loss, rise, 0)
			if heat != nil {
				vec.Mul(heat, r.loss, weight)
			}
			if rise != nil {
				vec.Mul(rise, rise, weight)
			}
		}
		if rise != nil {
			if t.hitB != nil {
				j.divisorSlope(t, r.rise)
				r.byClassOf(weight, t.hitB, 1)
				vec.MulAddTo(rise, r.rise, weight)
			}
			j.chainTrue(g, t, o.Gradient, rise)
		}
	}
	if o.Heatmap != nil {
		r.put(o.Heatmap, r.image, heat, t.alone)
	}
	if o.Values != nil && (t.form == hardPixel || t.form == densePixel) {
		r.put(o.Values, r.image, heat, true)
	}
}

// chainTrue takes rise, the derivative by log p of the true class or by its logit,
// to the scores of all classes: by a logit it is hit where its class is true, and f
// times what it has of the probability elsewhere.
func (j *Job) chainTrue(g *group, t *term, gradient, rise []float32) {
	r, s := g.read, g.spreader()
	n, C := r.n, g.channels
	f, hit := s.all[:n], s.rest[:n]
	switch {
	case g.act == softmaxProbs:
	case r.ofLogits(t): // by the logit of another class it is what that has of q
		vec.Ratio(f, rise, r.other, leastLack)
		vec.Scale(f, f, -1)
		hit = rise
	case !r.near:
		r.trueClass(0, true)
		vec.ChainMost(f, hit, r.own, r.other, r.ones, r.rest, rise)
	case C > 3:
		vec.ChainMost(f, hit, r.own, r.other, r.top, r.low, rise)
	default:
		r.part()
		vec.ChainPart(f, hit, r.own, r.other, rise)
	}
	if r.near && r.room != nil && r.size == n {
		r.chainKept(f, hit)
		return
	}
	for c := range C {
		plane := r.image*C + c
		d := s.tmp[:n]
		if t.alone {
			d = r.plane(gradient, plane, d)
		}
		if g.act == softmaxProbs {
			vec.Ratio(d, rise, r.z[c], leastP)
			vec.Hits(r.t, r.labels, int32(c))
			vec.Mul(d, d, r.t)
		} else {
			x := r.grown[c]
			if !r.near {
				x = r.kept(c)
			}
			if r.count[c+1] > 0 {
				vec.MulUnless(d, x, f, hit, r.labels, int32(c))
			} else {
				vec.Mul(d, x, f)
			}
		}
		if &d[0] == &s.tmp[0] {
			r.put(gradient, plane, d, t.alone)
		}
	}
}

// chainKept makes the gradient of e^z where it stands.
func (r *reader) chainKept(f, hit []float32) {
	C := r.shape.C
	c := 0
	for ; c+4 <= C; c += 4 {
		e := r.grown[c : c+4]
		vec.MulFour(e[0], e[1], e[2], e[3], f)
	}
	for ; c < C; c++ {
		vec.Mul(r.grown[c], r.grown[c], f)
	}
	if r.pure() {
		copy(r.grown[r.seen[0]], hit)
		return
	}
	vec.Put(r.grown, hit, r.labels, r.turns())
}
