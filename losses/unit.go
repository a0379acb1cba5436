package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// A unit block is a whole block of one channel on its own: scores against byte labels of 0 and 1, every pixel alike. What is
// asked for most is read from such blocks in a single pass over the caller's data, to the bits that the passes of a reader
// give; a block that holds anything odd is left to them, and so are the errors. Of logits a block with ignored pixels is one too,
// once it is settled.

// unitSum is what the unit blocks of a channel add up to. It is exact, so that it may be kept beside the state at first.
type unitSum struct {
	pixels, ones    int
	ignored         int // pixels beside these
	hits, positives int // where outcomes are counted: ones that are predicted, and all that is
	a, b            grids
	every           *everySum
	guess           vec.Guess
}

// A stretch is scores and labels from an index of the input on.
type stretch struct {
	start   int
	x       []float32
	t       []uint8
	ignored int     // pixels of a block that was settled
	given   []uint8 // its labels before
}

// block is one of its blocks.
func (s stretch) block(i int) (x []float32, t []uint8) {
	at := i * vec.Block
	return s.x[at : at+vec.Block], s.t[at : at+vec.Block]
}

// clear leaves nothing of the ignored pixels of a block that was settled.
func (s stretch) clear(x []float32) {
	if s.ignored > 0 {
		vec.Clear8(x, s.given)
	}
}

// stretch is what the caller gave.
func (j *Job) stretch(start int) stretch {
	s := stretch{start: start, t: j.in.Target.Labels.U8[start:]}
	if j.in.Prediction.Form != Classes {
		s.x = j.in.Prediction.Data[start:]
	}
	return s
}

// A unitPass adds the unit blocks of a channel of a stretch, at most so many, and gives how many it did: it stops at an odd one.
type unitPass func(u *unitSum, c int, s stretch, blocks int) int

// isUnits tells whether the whole blocks of a group are unit blocks, but for those with a label that is ignored.
func (j *Job) isUnits(g *group) bool {
	t := &j.in.Target
	return g.act.sigmoid() && !g.perPixel && g.smoothing == 0 && g.weight == nil && t.Kind == Hard && t.Labels.U8 != nil &&
		!has(j.in.Ignore, 0) && !has(j.in.Ignore, 1)
}

// lookAhead is how many blocks unitBlocks looks at, so that those behind one whose scores are odd are not looked at again and again.
const lookAhead = 32

// unitBlocks is how many of some blocks from a label on a pass should try: those before a label that is ignored. Any other odd
// label is an error, and the pass finds it.
func (j *Job) unitBlocks(start, blocks int) int {
	if len(j.in.Ignore) == 0 {
		return blocks
	}
	blocks = min(blocks, lookAhead)
	for b := range blocks {
		if _, ok := vec.Ones8(j.masks(j.in.Target.Labels, start+b*vec.Block, 1)); !ok {
			return b
		}
	}
	return blocks
}

// settle copies a block whose labels are 0, 1 and ignored ones, which become certain zeros: not where the block is odd.
func (r *reader) settle(s stretch) stretch {
	x, t := s.block(0)
	settled := stretch{start: s.start, x: r.mem.settled[:], t: r.mem.marks[:], given: t}
	for i, l := range r.in.Ignore {
		if l == int32(uint8(l)) && !has(r.in.Ignore[:i], l) {
			settled.ignored += vec.Mark8(settled.t, t, uint8(l))
		}
	}
	if others, finite := vec.Settle8(settled.x, x, t); others != settled.ignored || !finite {
		return s
	}
	vec.Mark8(settled.t, t, 1)
	return settled
}

// unitStretch is a stretch with so many unit blocks, or one that was settled.
func (j *Job) unitStretch(g *group, start, most int) (s stretch, blocks int) {
	s = j.stretch(start)
	if j.blind(g) {
		return s, most
	}
	blocks = j.unitBlocks(start, most)
	if blocks == 0 && g.act == sigmoidLogits {
		if s = g.read.settle(s); s.ignored > 0 {
			blocks = 1
		}
	}
	return s, blocks
}

// masks is some blocks of masks from an index on, or what its plane has of them.
func (j *Job) masks(l Labels, start, blocks int) []uint8 {
	px := j.in.Prediction.Shape.Pixels()
	return l.U8[start:min(start+blocks*vec.Block, start-start%px+px)]
}

// unitPass is the one pass that does all that a group wants, nil if there is none.
func (j *Job) unitPass(g *group) unitPass {
	if !j.isUnits(g) {
		return nil
	}
	if j.blind(g) {
		return j.unitMasks(g)
	}
	if j.in.Prediction.Form == Classes {
		return nil
	}
	if j.outs == nil && g.isEvery() {
		return j.unitEvery(g)
	}
	if len(g.confusion) > 0 || g.hard == g.dense {
		return nil
	}
	switch {
	case g.dense && !g.squares && !g.exact && j.outs == nil && g.act == sigmoidProbs:
		return j.unitOverlap
	case g.dense && !g.squares && !g.exact && j.outs == nil:
		return j.unitErrors(g)
	case g.hard && g.plain() && j.outs == nil:
		return j.unitCrossEntropy
	case g.hard && len(g.terms) == 1 && g.terms[0].even && j.outs == nil && g.act == sigmoidLogits:
		if l, ok := g.terms[0].loss.(UnitLoss); ok {
			return j.unitLoss(g, l.UnitSum())
		}
	case g.hard && len(g.terms) == 1 && g.terms[0].alone && j.outs != nil:
		t := g.terms[0]
		if o := j.outs[t.spec]; o.gradientOnly() {
			return t.unitSlope(j, o.Gradient)
		}
	}
	return nil
}

// unitMasks counts the target, and where outcomes are wanted the masks of the prediction with it: nothing else is read in blocks.
// It takes the last block of a plane too, and ignored pixels.
func (j *Job) unitMasks(g *group) unitPass {
	answer := j.in.Prediction.Labels
	if j.outs != nil || len(g.confusion) > 0 && answer.U8 == nil {
		return nil
	}
	return func(u *unitSum, c int, s stretch, blocks int) int {
		for b := 0; b < blocks; b += lookAhead {
			from, n := s.start+b*vec.Block, min(blocks-b, lookAhead)
			truth := j.masks(j.in.Target.Labels, from, n)
			var ok bool
			if len(g.confusion) > 0 { // the threshold of predicted classes is none
				ok = u.outcomes(j, truth, j.masks(answer, from, n))
			} else {
				ok = u.truth(j, truth)
			}
			if !ok {
				return b
			}
		}
		return blocks
	}
}

// outcomes counts two masks, of which the true one may have ignored labels.
func (u *unitSum) outcomes(j *Job, truth, answer []uint8) (ok bool) {
	tp, fp, fn, tn, ok := vec.Confusion8(answer, truth)
	if !ok {
		p := j.scratch.table(2, j.in.Ignore)
		if len(j.in.Ignore) == 0 || !p.add(truth, answer) {
			return false
		}
		tn, fp, fn, tp = int(p.count[0]), int(p.count[1]), int(p.count[pairStride]), int(p.count[pairStride+1])
		u.ignored += p.pixels(2)
	}
	u.pixels += tp + fp + fn + tn
	u.ones += tp + fn
	u.hits += tp
	u.positives += tp + fp
	return true
}

// truth counts a mask that may have ignored labels.
func (u *unitSum) truth(j *Job, mask []uint8) (ok bool) {
	ones, ok := vec.Ones8(mask)
	pixels := len(mask)
	if !ok {
		var count [256]int
		vec.CountBytes(&count, mask)
		for _, l := range j.in.Ignore {
			if l >= 0 && int(l) < len(count) {
				pixels -= count[l]
				count[l] = 0
			}
		}
		ones = count[1]
		if count[0]+ones != pixels {
			return false
		}
	}
	u.pixels += pixels
	u.ones += ones
	u.ignored += len(mask) - pixels
	return true
}

func (j *Job) unitOverlap(u *unitSum, c int, s stretch, blocks int) int {
	for b := range blocks {
		x, t := s.block(b)
		hit, all, ones, ok := vec.HitAllUnit8(&u.guess, x, t)
		if !ok {
			return b
		}
		u.add(ones, hit, all)
	}
	return blocks
}

func (j *Job) unitErrors(g *group) unitPass {
	return func(u *unitSum, c int, s stretch, blocks int) int {
		for b := range blocks {
			x, t := s.block(b)
			fn, fp, ones, ok := vec.SigmoidErrorsUnit8(&u.guess, g.read.mem.e[:], x, t)
			if !ok {
				return b
			}
			u.add(ones, fn, fp)
		}
		return blocks
	}
}

func (j *Job) unitCrossEntropy(u *unitSum, c int, s stretch, blocks int) int {
	for b := range blocks {
		sum, ones, ok := vec.CrossEntropyUnit8(s.block(b))
		if !ok {
			return b
		}
		u.add(ones, sum, 0)
	}
	return blocks
}

// UnitLoss is a Pixel loss whose sum over a unit block, where both classes weigh the same, is one function, and its sums and gradient
// another: nil where its options want more. e, u and q are room for a block; the gradient is that of a one times hit and that of a
// zero times -miss.
type UnitLoss interface {
	UnitSum() func(e, x []float32, t []uint8) (sum float64, ones int, ok bool)
	UnitSlope() func(dx, u, q, x []float32, t []uint8, hit, miss float32) (sums vec.ByHit, ones int, ok bool)
}

// unitLoss is the pass of such a loss, nil where it has none.
func (j *Job) unitLoss(g *group, f func(e, x []float32, t []uint8) (sum float64, ones int, ok bool)) unitPass {
	if f == nil {
		return nil
	}
	return func(u *unitSum, c int, s stretch, blocks int) int {
		for b := range blocks {
			x, t := s.block(b)
			sum, ones, ok := f(g.read.mem.e[:], x, t)
			if !ok {
				return b
			}
			u.add(ones, sum, 0)
		}
		return blocks
	}
}

// unitSlope is the pass that sums a loss and writes its gradient, nil where it has none.
func (t *term) unitSlope(j *Job, gradient []float32) unitPass {
	mem := &t.group.read.mem
	slope := func(dx, _, _, x []float32, l []uint8, hit, miss float32) (vec.ByHit, int, bool) {
		sum, ones, ok := vec.CrossEntropySlopeUnit8(dx, x, l, hit, miss)
		return vec.ByHit{All: sum}, ones, ok
	}
	if !t.plain {
		l, ok := t.loss.(UnitLoss)
		if !ok || t.group.act != sigmoidLogits {
			return nil
		}
		if slope = l.UnitSlope(); slope == nil {
			return nil
		}
	}
	return func(u *unitSum, c int, s stretch, blocks int) int {
		hit, miss := float32(-t.hit[c]), float32(t.miss[c])
		for b := range blocks {
			x, l := s.block(b)
			dx := gradient[s.start+b*vec.Block:][:vec.Block]
			sums, ones, ok := slope(dx, mem.u[:], mem.q[:], x, l, hit, miss)
			if !ok {
				return b
			}
			if t.even {
				u.add(ones, sums.All, 0)
			} else {
				u.add(ones, sums.Hit, sums.Miss)
			}
		}
		return blocks
	}
}

// loadUnit loads a block of logits, unless it is odd.
func (j *Job) loadUnit(g *group, image, c, at int) bool {
	r := g.read
	s, blocks := j.unitStretch(g, (image*r.shape.C+c)*r.shape.Pixels()+at, 1)
	if blocks == 0 {
		return false
	}
	r.begin(image, at, vec.Block)
	x, t := s.block(0)
	ones, ok := vec.ReadUnit8(r.e, r.labels, x, t)
	if !ok {
		return false
	}
	r.z[c], r.w, r.valid, r.counted, r.faded = x, nil, vec.Block-s.ignored, ones, true
	if r.settled = s.ignored > 0; r.settled {
		j.in.Target.Labels.read(r.labels, s.start, s.start+vec.Block, r.in.Ignore)
	}
	return true
}

// plain tells whether all terms are the cross entropy of two classes that weigh the same.
func (g *group) plain() bool {
	for _, t := range g.terms {
		if t.form <= bothPixel && !t.plain {
			return false
		}
	}
	return true
}

// add adds a block's ones and two of its sums.
func (u *unitSum) add(ones int, a, b float64) {
	u.pixels += vec.Block
	u.ones += ones
	u.a.pour(a)
	u.b.pour(b)
}

// pourUnits adds to the state what the unit blocks of a channel add up to.
func (j *Job) pourUnits(g *group, image, c int, u *unitSum, state []float64) {
	if j.outs == nil { // or else they were counted before
		j.countUnits(g, c, u.pixels, u.ones, u.ignored, state)
	}
	for _, m := range g.confusion {
		count4(state[m.at+(image*g.channels+c)*4*slot:], u.hits, u.positives-u.hits, u.ones-u.hits, u.pixels-u.ones-u.positives+u.hits)
	}
	if u.every != nil {
		j.pourEvery(g, image, c, u, state)
		return
	}
	if j.blind(g) {
		return
	}
	if g.hard {
		for _, t := range g.terms {
			if t.form == hardPixel && !t.same {
				Merge(state[t.at+2*c*slot:], u.a[:])
				Merge(state[t.at+2*c*slot+slot:], u.b[:])
			}
		}
		return
	}
	s := state[g.sums+(image*g.channels+c)*regionSums*slot:]
	if g.errors() {
		Merge(s[sumFN*slot:], u.a[:])
		Merge(s[sumFP*slot:], u.b[:])
	} else {
		Merge(s[sumTP*slot:], u.a[:])
		Merge(s[sumP*slot:], u.b[:])
	}
	s[sumT*slot] += float64(u.ones) // exact on the first grid
	s[sumN*slot] += float64(u.pixels)
}

// countUnits is scanStats of pixels that all count alike, and of ignored ones beside them.
func (j *Job) countUnits(g *group, c, pixels, ones, ignored int, state []float64) {
	s := state[g.stats:]
	s[0] += float64(pixels) // exact on the first grid
	s[slot] += float64(pixels + ignored)
	s = s[(headSlots+c*statSlots)*slot:]
	s[0] += float64(ones)
	s[slot] += float64(pixels - ones)
}

// countBlock is countUnits of pixels of channel c of an image, unless a label is odd.
func (j *Job) countBlock(g *group, image, c, at, size int, state []float64) bool {
	start := (image*g.channels+c)*j.in.Prediction.Shape.Pixels() + at
	var u unitSum
	ok := u.truth(j, j.in.Target.Labels.U8[start:start+size])
	if ok {
		j.countUnits(g, c, u.pixels, u.ones, u.ignored, state)
	}
	return ok
}
