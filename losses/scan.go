package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Scan adds the blocks [from, to) to a state.
func (j *Job) Scan(from, to int, state []float64) error {
	px := j.in.Prediction.Shape.Pixels()
	per := blocksOf(px)
	for _, g := range j.views {
		if err := j.scanGroup(g, from, to, per, px, state); err != nil {
			return err
		}
	}
	return nil
}

func (j *Job) scanGroup(g *group, from, to, per, px int, state []float64) error {
	r := g.read
	r.bare, r.parts, r.keep, r.room = g.hard, g.sums >= 0, g.dense || j.outs != nil, g.sole(j.outs)
	r.shifted = g.logs() || len(g.confusion) > 0 || g.act == softmaxLogits && !g.hard && !r.parts
	if g.act.sigmoid() {
		return j.scanChannels(g, from, to, per, px, state)
	}
	if j.isPairs(g) {
		from = j.scanPairs(g, from, to, per, state)
	}
	for b := from; b < to; b++ {
		at, size := blockRange(b%per, px)
		if err := j.load(g, b/per, 0, at, size); err != nil {
			return err
		}
		if j.outs == nil {
			j.scanStats(g, r, 0, state)
		}
		j.scanSoftmax(g, r, state)
		j.spreadEarly(g, 0)
	}
	return nil
}

// logs tells whether some term reads the logarithms of every class.
func (g *group) logs() bool {
	for _, t := range g.terms {
		if t.form == densePixel || t.form == bothPixel {
			return true
		}
	}
	return false
}

// scanChannels adds independent channels, one after the other.
func (j *Job) scanChannels(g *group, from, to, per, px int, state []float64) error {
	pass := j.unitPass(g)
	for from < to {
		image := from / per
		end := min(to, (image+1)*per)
		whole := end
		if !j.blind(g) {
			whole = min(end, image*per+px/vec.Block) // behind them is what is no whole block
		}
		for c := range g.channels {
			var u unitSum
			for b := from; b < end; b++ {
				if pass != nil {
					b = j.passUnits(pass, &u, g, c, b, whole, per)
					if b == end {
						break
					}
				}
				at, size := blockRange(b%per, px)
				if err := j.load(g, image, c, at, size); err != nil {
					return err
				}
				if j.outs == nil {
					j.scanStats(g, g.read, c, state)
				}
				j.scanChannel(g, g.read, c, state)
				j.spreadEarly(g, c)
			}
			if pass != nil {
				j.pourUnits(g, image, c, &u, state)
			}
		}
		from = end
	}
	return nil
}

// passUnits adds the unit blocks of a channel from block b on, and gives the first
// odd one, or whole.
func (j *Job) passUnits(pass unitPass, u *unitSum, g *group, c, b, whole, per int) int {
	px := j.in.Prediction.Shape.Pixels()
	for b < whole {
		s, blocks := j.unitStretch(g, (b/per*g.channels+c)*px+b%per*vec.Block, whole-b)
		done := pass(u, c, s, blocks)
		if s.ignored > 0 && done > 0 {
			u.pixels -= s.ignored
			u.ignored += s.ignored
			if j.outs != nil {
				s.clear(j.outs[g.terms[0].spec].Gradient[s.start:][:vec.Block])
			}
		}
		b += done
		if done == 0 || done < blocks {
			break
		}
	}
	return b
}

// load reads a block of target and, where they are read in blocks, scores.
func (j *Job) load(g *group, image, c, at, size int) error {
	r := g.read
	var err error
	switch {
	case j.blind(g):
		r.begin(image, at, size)
		if j.in.Prediction.Form == Classes {
			err = r.predicted(c)
		}
	case g.act == sigmoidLogits && size == vec.Block && j.isUnits(g) && j.loadUnit(g, image, c, at):
		return nil
	case g.act.sigmoid():
		err = r.sigmoid(image, c, at, size)
	case !g.hard && !g.dense: // only counts
		err = r.largest(image, at, size)
	default:
		r.begin(image, at, size)
	}
	if err == nil {
		err = r.target(c)
	}
	if err == nil && !j.blind(g) && r.unsettled() {
		vec.Fill(r.mem.tmp[:], vec.Certain)
		vec.MulUnless(r.mem.settled[:], r.z[c], r.ones, r.mem.tmp[:], r.labels, -1)
		r.z[c], r.w, r.settled = r.mem.settled[:], nil, true
	}
	if err == nil && !g.act.sigmoid() && (g.hard || g.dense) {
		err = r.exponentials()
	}
	return err
}

// scanStats counts the pixels and weights of each class.
func (j *Job) scanStats(g *group, r *reader, c int, state []float64) {
	if r.counted >= 0 {
		j.countUnits(g, c, r.valid, r.counted, r.size-r.valid, state)
		r.hits[c] = float64(r.counted)
		return
	}
	s := state[g.stats:]
	s[0] += float64(r.valid)
	s[slot] += float64(r.size)
	s = s[headSlots*slot:]
	one := func(c int) {
		at := s[c*statSlots*slot:]
		var hit, miss, hitW, missW float64
		if g.soft {
			if !g.act.sigmoid() {
				r.soft(c)
			}
			hit = vec.Sum(r.t)
			miss = float64(r.size) - hit
			hitW, missW = hit, miss
			if r.w != nil {
				hitW = vec.Dot(r.w, r.t)
				missW = vec.Sum(r.w) - hitW
			}
		} else {
			k := r.class(c)
			hit = float64(vec.Count(r.labels, k))
			miss = float64(r.valid) - hit
			hitW, missW = hit, miss
			if g.weight != nil {
				hitW, missW = vec.SumByHit(r.w, r.labels, k)
			}
		}
		r.hits[c] = hitW
		if g.soft {
			pour(at, hit)
			pour(at[slot:], miss)
		} else {
			at[0] += hit // exact on the first grid
			at[slot] += miss
		}
		if g.weight != nil {
			pour(at[2*slot:], hitW)
			pour(at[3*slot:], missW)
		}
	}
	if g.act.sigmoid() {
		one(c)
		return
	}
	if !g.soft {
		j.scanCensus(g, r, s)
		return
	}
	for c := range g.channels {
		one(c)
	}
}

// growZero gives n zeros out of *s.
func growZero(s *[]float64, n int) []float64 {
	*s = grow(*s, n)
	clear(*s)
	return *s
}

// weigh multiplies by the pixel weights, and leaves nothing of ignored pixels.
func (r *reader) weigh(x []float32) {
	if r.w != nil {
		vec.Mul(x, x, r.w)
	}
	r.clear(x)
}

// unsettled tells whether a whole block of logits has ignored pixels and no other weights. Settled, these are certain zeros, that no
// sum but that of all pixels knows of, and it is quick like one without; what is made of each pixel is cleared.
func (r *reader) unsettled() bool {
	v := r.view
	return v.act == sigmoidLogits && !v.perPixel && v.smoothing == 0 && v.weight == nil && r.in.Target.Kind != Soft &&
		r.size == vec.Block && r.valid < r.size
}

// clear leaves nothing of the ignored pixels of a settled block.
func (r *reader) clear(x []float32) {
	if r.settled {
		vec.MulUnless(x, x, r.ones, r.mem.none[:], r.labels, -1)
	}
}

// scanChannel adds one channel of independent ones.
func (j *Job) scanChannel(g *group, r *reader, c int, state []float64) {
	if g.hard {
		j.scanTrue(g, r, c, state)
	}
	if g.dense {
		j.scanClass(g, r, c, state)
	}
	for _, m := range g.confusion {
		j.scanFour(g, r, c, m.threshold, state[m.at:])
	}
}
