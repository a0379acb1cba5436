package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// A unit block is a whole block of one channel on its own: scores against byte labels of 0 and 1, every pixel alike. What is
// asked for most is read from such blocks in a single pass over the caller's data, to the bits that the passes of a reader
// give; a block that holds anything odd is left to them, and so are the errors.

// unitSum is what the unit blocks of a channel add up to. It is exact, so that it may be kept beside the state at first.
type unitSum struct {
	pixels, ones int
	a, b         [slot]float64
}

// A unitPass adds the unit block of a channel that begins at a score. It gives false, and adds nothing, where the block is odd.
type unitPass func(c, start int, u *unitSum) bool

// isUnits tells whether the whole blocks of a group are unit blocks.
func (j *Job) isUnits(g *group) bool {
	in := &j.in
	return g.act.sigmoid() && !g.perPixel && g.smoothing == 0 && g.weight == nil && in.Prediction.Form != Classes &&
		in.Target.Kind == Hard && in.Target.Labels.U8 != nil && len(in.Ignore) == 0
}

// unitPass is the one pass that does all that a group wants, nil if there is none.
func (j *Job) unitPass(g *group) unitPass {
	if !j.isUnits(g) || len(g.confusion) > 0 || g.hard == g.dense {
		return nil
	}
	data, labels := j.in.Prediction.Data, j.in.Target.Labels.U8
	switch {
	case g.dense && !g.squares && !g.exact && j.outs == nil:
		read := vec.HitAllUnit8
		if g.act == sigmoidLogits {
			read = vec.SigmoidHitAllUnit8
		}
		return func(_, start int, u *unitSum) bool {
			hit, all, ones, ok := read(data[start:start+vec.Block], labels[start:start+vec.Block])
			return ok && u.add(ones, hit, all)
		}
	case g.hard && g.plain() && j.outs == nil:
		return func(_, start int, u *unitSum) bool {
			sum, ones, ok := vec.CrossEntropyUnit8(data[start:start+vec.Block], labels[start:start+vec.Block])
			return ok && u.add(ones, sum, 0)
		}
	case g.hard && g.plain() && len(g.terms) == 1 && g.terms[0].alone:
		t := g.terms[0]
		o := j.outs[t.spec]
		if o.Gradient == nil || o.Heatmap != nil || o.Values != nil {
			return nil
		}
		return func(c, start int, u *unitSum) bool {
			end := start + vec.Block
			sum, ones, ok := vec.CrossEntropySlopeUnit8(o.Gradient[start:end], data[start:end], labels[start:end], float32(-t.hit[c]), float32(t.miss[c]))
			return ok && u.add(ones, sum, 0)
		}
	}
	return nil
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

// add adds a block's ones and two of its sums, and gives true.
func (u *unitSum) add(ones int, a, b float64) bool {
	u.pixels += vec.Block
	u.ones += ones
	pour(u.a[:], a)
	pour(u.b[:], b)
	return true
}

// pourUnits adds to the state what the unit blocks of an image add up to.
func (j *Job) pourUnits(g *group, image int, units []unitSum, state []float64) {
	for c := range units {
		u := &units[c]
		if u.pixels == 0 {
			continue
		}
		if j.outs == nil { // or else they were counted before
			j.countUnits(g, c, u.pixels, u.ones, state)
		}
		if g.hard {
			for _, t := range g.terms {
				if t.form == hardPixel {
					Merge(state[t.at+2*c*slot:], u.a[:])
				}
			}
		} else {
			s := state[g.sums+(image*g.channels+c)*regionSums*slot:]
			Merge(s[sumTP*slot:], u.a[:])
			Merge(s[sumP*slot:], u.b[:])
			s[sumT*slot] += float64(u.ones) // exact on the first grid
			s[sumN*slot] += float64(u.pixels)
		}
		*u = unitSum{}
	}
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

// countPlane is countUnits of channel c of an image, unless a label is odd.
func (j *Job) countPlane(g *group, image, c int, state []float64) bool {
	px := j.in.Prediction.Shape.Pixels()
	start := (image*g.channels + c) * px
	ones, ok := vec.Ones8(j.in.Target.Labels.U8[start : start+px])
	if ok {
		j.countUnits(g, c, px, ones, state)
	}
	return ok
}
