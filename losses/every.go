package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Where ratios and losses of the true class are wanted together, of unit blocks
// of logits, one pass makes all sums that there are.

// everySum is all that a block of logits can be asked for.
type everySum struct {
	cross, logHit, logMiss, squareHit, squareMiss, square, tp, fp, fn, squares, distances grids
}

// isEvery tells whether a group wants ratios and, beyond the plain cross entropy,
// losses of the true class, no more than vec.UnitSums8 gives. Without the
// logarithms that these need, the passes one by one are quicker.
func (g *group) isEvery() bool {
	logs := false
	for _, t := range g.terms {
		switch {
		case t.form == hardPixel && !t.log && !t.squared, t.form == densePixel, t.form == bothPixel:
			return false
		case t.form == hardPixel && !t.plain:
			logs = true
		}
	}
	return logs && g.act == sigmoidLogits && g.sums >= 0 && len(g.confusion) <= 1
}

// unitEvery is the pass that makes them.
func (j *Job) unitEvery(g *group) unitPass {
	threshold := float32(0.5)
	if len(g.confusion) > 0 {
		threshold = float32(g.confusion[0].threshold)
	}
	return func(u *unitSum, c int, stretch stretch, blocks int) int {
		if u.every == nil {
			u.every = new(everySum)
		}
		e := u.every
		for b := range blocks {
			x, t := stretch.block(b)
			s, ok := vec.UnitSums8(g.read.mem.e[:], x, t, threshold)
			if !ok {
				return b
			}
			u.pixels += vec.Block
			u.ones += s.Ones
			u.hits += s.Hits
			u.positives += s.Positives
			e.cross.pour(s.Cross)
			e.logHit.pour(s.LogHit)
			e.logMiss.pour(s.LogMiss)
			e.squareHit.pour(s.SquareHit)
			e.squareMiss.pour(s.SquareMiss)
			e.square.pour(s.Square)
			e.tp.pour(s.TP)
			e.fp.pour(s.FP)
			e.fn.pour(s.FN)
			e.squares.pour(s.Squares)
			e.distances.pour(s.FP + s.FN)
		}
		return blocks
	}
}

// pourEvery is pourUnits of such a pass.
func (j *Job) pourEvery(g *group, image, c int, u *unitSum, state []float64) {
	e := u.every
	for _, t := range g.terms {
		if t.form != hardPixel || t.same {
			continue
		}
		at := state[t.at+2*c*slot:]
		switch {
		case t.plain:
			Merge(at, e.cross[:])
		case t.squared && t.even:
			Merge(at, e.square[:])
		case t.squared:
			Merge(at, e.squareHit[:])
			Merge(at[slot:], e.squareMiss[:])
		default:
			Merge(at, e.logHit[:])
			Merge(at[slot:], e.logMiss[:])
		}
	}
	s := state[g.sums+(image*g.channels+c)*regionSums*slot:]
	s[sumN*slot] += float64(u.pixels) // exact on the first grid
	s[sumT*slot] += float64(u.ones)
	Merge(s[sumTP*slot:], e.tp[:])
	Merge(s[sumFP*slot:], e.fp[:])
	Merge(s[sumFN*slot:], e.fn[:])
	if g.squares {
		s[sumTT*slot] += float64(u.ones)
		Merge(s[sumPP*slot:], e.squares[:])
		Merge(s[sumD*slot:], e.distances[:])
	}
}
