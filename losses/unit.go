package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// A unit block is a whole block of one channel on its own: scores against byte labels of 0 and 1, every pixel alike. What is
// asked for most is read from such blocks in a single pass over the caller's data, to the bits that the passes of a reader
// give; a block that holds anything odd is left to them, and so are the errors.

// unitSum is what the unit blocks of a channel add up to. It is exact, so that it may be kept beside the state at first.
type unitSum struct {
	pixels, ones    int
	ignored         int // pixels beside these
	hits, positives int // where outcomes are counted: ones that are predicted, and all that is
	a, b            grids
	every           *everySum
	guess           vec.Guess
}

// A unitPass adds the unit blocks of a channel that begin at a score, at most so many, and gives how many it did: it stops
// at an odd one.
type unitPass func(u *unitSum, c, start, blocks int) int

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
		if o := j.outs[t.spec]; o.Gradient != nil && o.Heatmap == nil && o.Values == nil {
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
	return func(u *unitSum, c, start, blocks int) int {
		for b := 0; b < blocks; b += lookAhead {
			from, n := start+b*vec.Block, min(blocks-b, lookAhead)
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

func (j *Job) unitOverlap(u *unitSum, c, start, blocks int) int {
	x, t := j.in.Prediction.Data[start:], j.in.Target.Labels.U8[start:]
	for b := range blocks {
		hit, all, ones, ok := vec.HitAllUnit8(&u.guess, x[:vec.Block], t[:vec.Block])
		if !ok {
			return b
		}
		u.add(ones, hit, all)
		x, t = x[vec.Block:], t[vec.Block:]
	}
	return blocks
}

func (j *Job) unitErrors(g *group) unitPass {
	return func(u *unitSum, c, start, blocks int) int {
		x, t := j.in.Prediction.Data[start:], j.in.Target.Labels.U8[start:]
		for b := range blocks {
			fn, fp, ones, ok := vec.SigmoidErrorsUnit8(&u.guess, g.read.mem.e[:], x[:vec.Block], t[:vec.Block])
			if !ok {
				return b
			}
			u.add(ones, fn, fp)
			x, t = x[vec.Block:], t[vec.Block:]
		}
		return blocks
	}
}

func (j *Job) unitCrossEntropy(u *unitSum, c, start, blocks int) int {
	x, t := j.in.Prediction.Data[start:], j.in.Target.Labels.U8[start:]
	for b := range blocks {
		sum, ones, ok := vec.CrossEntropyUnit8(x[:vec.Block], t[:vec.Block])
		if !ok {
			return b
		}
		u.add(ones, sum, 0)
		x, t = x[vec.Block:], t[vec.Block:]
	}
	return blocks
}

// UnitLoss is a Pixel loss of two classes that weigh the same whose sum over a unit block is one function, and its sum and
// gradient another: nil where its options want more. e, u and q are room for a block; the gradient is that of a one times hit
// and that of a zero times -miss.
type UnitLoss interface {
	UnitSum() func(e, x []float32, t []uint8) (sum float64, ones int, ok bool)
	UnitSlope() func(dx, u, q, x []float32, t []uint8, hit, miss float32) (sum float64, ones int, ok bool)
}

// unitLoss is the pass of such a loss, nil where it has none.
func (j *Job) unitLoss(g *group, f func(e, x []float32, t []uint8) (sum float64, ones int, ok bool)) unitPass {
	if f == nil {
		return nil
	}
	return func(u *unitSum, c, start, blocks int) int {
		for b := range blocks {
			end := start + vec.Block
			sum, ones, ok := f(g.read.mem.e[:], j.in.Prediction.Data[start:end], j.in.Target.Labels.U8[start:end])
			if !ok {
				return b
			}
			u.add(ones, sum, 0)
			start = end
		}
		return blocks
	}
}

// unitSlope is the pass that sums a loss and writes its gradient, nil where it has none.
func (t *term) unitSlope(j *Job, gradient []float32) unitPass {
	mem := &t.group.read.mem
	slope := func(dx, _, _, x []float32, l []uint8, hit, miss float32) (float64, int, bool) {
		return vec.CrossEntropySlopeUnit8(dx, x, l, hit, miss)
	}
	if !t.plain {
		l, ok := t.loss.(UnitLoss)
		if !ok || !t.even || t.group.act != sigmoidLogits {
			return nil
		}
		if slope = l.UnitSlope(); slope == nil {
			return nil
		}
	}
	return func(u *unitSum, c, start, blocks int) int {
		hit, miss := float32(-t.hit[c]), float32(t.miss[c])
		for b := range blocks {
			end := start + vec.Block
			sum, ones, ok := slope(gradient[start:end], mem.u[:], mem.q[:], j.in.Prediction.Data[start:end], j.in.Target.Labels.U8[start:end], hit, miss)
			if !ok {
				return b
			}
			u.add(ones, sum, 0)
			start = end
		}
		return blocks
	}
}

// unit loads a block of logits, unless it is odd.
func (r *reader) unit(image, c, at int) bool {
	r.begin(image, at, vec.Block)
	start := (image*r.shape.C+c)*r.shape.Pixels() + at
	x := r.in.Prediction.Data[start : start+vec.Block]
	ones, ok := vec.ReadUnit8(r.e, r.labels, x, r.in.Target.Labels.U8[start:start+vec.Block])
	if !ok {
		return false
	}
	r.z[c], r.w, r.valid, r.counted, r.faded = x, nil, vec.Block, ones, true
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
		j.countUnits(g, c, u.pixels, u.ones, state)
		state[g.stats+slot] += float64(u.ignored)
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

// countUnits is scanStats of pixels that all count alike.
func (j *Job) countUnits(g *group, c, pixels, ones int, state []float64) {
	s := state[g.stats:]
	s[0] += float64(pixels) // exact on the first grid
	s[slot] += float64(pixels)
	s = s[(headSlots+c*statSlots)*slot:]
	s[0] += float64(ones)
	s[slot] += float64(pixels - ones)
}

// countBlock is countUnits of pixels of channel c of an image, unless a label is odd.
func (j *Job) countBlock(g *group, image, c, at, size int, state []float64) bool {
	start := (image*g.channels+c)*j.in.Prediction.Shape.Pixels() + at
	ones, ok := vec.Ones8(j.in.Target.Labels.U8[start : start+size])
	if ok {
		j.countUnits(g, c, size, ones, state)
	}
	return ok
}
