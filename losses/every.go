package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Where ratios and losses of the true class are wanted together, of unit blocks
// of logits, one pass makes all sums that there are.

// everySum is all that a block of logits can be asked for.
type everySum struct {
	of    [vec.UnitSumCount]grids
	ofLog []gridsByHit // of each term that is made of a logarithm of -log p
}

// gridsByHit are the sums of the pixels of a class and of the others, or of both.
type gridsByHit [2]grids

// isEvery tells whether a group wants, beyond the plain cross entropy, losses of
// the true class, no more than vec.UnitSums8 gives and what is made of its -log p.
// A single loss is quicker by itself, unless it is squared and summed by class.
func (g *group) isEvery() bool {
	logs := false
	for _, t := range g.terms {
		switch {
		case t.form == hardPixel && !t.log && !t.squared && t.ofLog == nil, t.form == densePixel, t.form == bothPixel:
			return false
		case t.form == hardPixel && !t.plain:
			logs = true
		}
	}
	first := g.terms[0]
	single := len(g.terms) == 1 && (first.log || first.even)
	return logs && !single && g.act == sigmoidLogits && len(g.confusion) <= 1
}

// unitEvery is the pass that makes them.
func (j *Job) unitEvery(g *group) unitPass {
	threshold := float32(0.5)
	if len(g.confusion) > 0 {
		threshold = float32(g.confusion[0].threshold)
	}
	ofLog := g.ofLog()
	return func(u *unitSum, c int, stretch stretch, blocks int) int {
		if u.every == nil {
			u.every = &everySum{ofLog: make([]gridsByHit, len(ofLog))}
		}
		e := u.every
		for b := range blocks {
			x, t := stretch.block(b)
			s, ok := vec.UnitSums8(g.read.mem.e[:], x, t, threshold, g.squares || len(g.confusion) > 0)
			if !ok {
				return b
			}
			u.pixels += vec.Block
			u.ones += s.Ones
			u.hits += s.Hits
			u.positives += s.Positives
			for i := range e.of {
				e.of[i].pour(s.Of[i])
			}
			if len(ofLog) > 0 {
				g.read.addOfLog(e.ofLog, ofLog, stretch, t)
			}
		}
		return blocks
	}
}

// ofLog are the terms that are made of a logarithm of -log p.
func (g *group) ofLog() (terms []*term) {
	for _, t := range g.terms {
		if t.form == hardPixel && t.ofLog != nil {
			terms = append(terms, t)
		}
	}
	return terms
}

// addOfLog adds their sums of a unit block of which r.mem.e is -log p, as scanTrue makes them.
func (r *reader) addOfLog(sums []gridsByHit, terms []*term, s stretch, labels []uint8) {
	x, log, loss := r.mem.e[:], r.mem.v[:], r.mem.loss[:]
	vec.Log2(log, x)
	for i, t := range terms {
		t.ofLog(loss, x, log)
		s.clear(loss)
		if t.even {
			sums[i][0].pour(vec.Sum(loss))
		} else {
			hit, miss := vec.SumByHit8(loss, labels)
			sums[i][0].pour(hit)
			sums[i][1].pour(miss)
		}
	}
}

// pourEvery is pourUnits of such a pass.
func (j *Job) pourEvery(g *group, image, c int, u *unitSum, state []float64) {
	e, ofLog := u.every, u.every.ofLog
	for _, t := range g.terms {
		if t.form != hardPixel || t.same {
			continue
		}
		at := state[t.at+2*c*slot:]
		switch {
		case t.ofLog != nil:
			Merge(at, ofLog[0][0][:])
			Merge(at[slot:], ofLog[0][1][:])
			ofLog = ofLog[1:]
		case t.plain:
			Merge(at, e.of[vec.UnitCross][:])
		case t.squared && t.even:
			Merge(at, e.of[vec.UnitSquare][:])
		default:
			hit := vec.UnitLogHit
			if t.squared {
				hit = vec.UnitSquareHit
			}
			Merge(at, e.of[hit][:])
			Merge(at[slot:], e.of[hit+1][:])
		}
	}
	if g.sums < 0 {
		return
	}
	s := state[g.sums+(image*g.channels+c)*regionSums*slot:]
	s[sumN*slot] += float64(u.pixels) // exact on the first grid
	s[sumT*slot] += float64(u.ones)
	s[sumTT*slot] += float64(u.ones)
	for i, sum := range [...]int{sumTP, sumFP, sumFN, sumPP, sumD} {
		Merge(s[sum*slot:], e.of[vec.UnitTP+i][:])
	}
}
