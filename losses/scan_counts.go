package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// scanFour counts the four outcomes of a channel.
func (j *Job) scanFour(g *group, r *reader, c int, threshold float64, s []float64) {
	s = s[(r.image*g.channels+c)*4*slot:]
	th, k := float32(threshold), r.class(c)
	labels := j.in.Prediction.Form == Classes
	p := r.mem.tmp[:r.n]
	if labels {
		vec.Hits(p, r.arg, 1)
		th = 1
	} else {
		r.positives(c)
		p = r.p
	}
	if r.counted >= 0 && !r.settled && !labels {
		tp, positive := vec.OutcomesUnit(p, th, r.labels)
		count4(s, tp, positive-tp, r.counted-tp, r.size-r.counted-positive+tp)
		return
	}
	if !g.soft && g.weight == nil {
		tp, fp, hits, all := vec.Outcomes(p, th, r.labels, k)
		if r.n > r.size && r.valid == r.size { // the padding has no label
			all = r.size
		}
		count4(s, tp, fp, hits-tp, all-hits-fp)
		return
	}
	w := r.w
	if w == nil {
		w = r.ones
	}
	r.risen = nil
	yes, no := r.loss, r.rise // the weights of what is predicted, and of the rest
	vec.Reaching(yes, w, p, th)
	vec.Sub(no, w, yes)
	var tp, fp, fn, tn float64
	if g.soft {
		hits := r.e
		vec.Reaching(hits, r.ones, r.t, 0.5)
		tp, fn = vec.Dot(yes, hits), vec.Dot(no, hits)
		vec.Sub(hits, r.ones, hits)
		fp, tn = vec.Dot(yes, hits), vec.Dot(no, hits)
		r.faded = false
	} else {
		tp, fp = vec.SumByHit(yes, r.labels, k)
		fn, tn = vec.SumByHit(no, r.labels, k)
	}
	for i, x := range [...]float64{tp, fp, fn, tn} {
		pour(s[i*slot:], x)
	}
}

// count4 adds the four outcomes to a state.
func count4(s []float64, tp, fp, fn, tn int) {
	for i, n := range [...]int{tp, fp, fn, tn} {
		s[i*slot] += float64(n) // exact on the first grid
	}
}

// scanMatrix counts truth against prediction.
func (j *Job) scanMatrix(g *group, r *reader, s []float64) {
	c := g.channels
	s = s[r.image*c*c*slot:]
	if g.weight == nil && !g.soft && c*c <= vec.Block {
		j.tallyMatrix(r, s[:c*c*slot])
		return
	}
	for i := range r.size {
		var t int32
		if g.soft {
			t = softClass(&j.in, r.image, r.at+i)
		} else {
			t = r.labels[i]
		}
		if t < 0 {
			continue
		}
		at := (int(t)*c + int(r.arg[i])) * slot
		if g.weight == nil {
			s[at]++ // exact on the first grid
		} else {
			pour(s[at:], float64(r.w[i]))
		}
	}
}

// softClass is the class of the largest share of a pixel's target.
func softClass(in *Input, image, pixel int) int32 {
	s := in.Prediction.Shape
	px := s.Pixels()
	best, at := float32(math.Inf(-1)), int32(0)
	for c := range s.C {
		if x := in.Target.Soft[(image*s.C+c)*px+pixel]; x > best {
			best, at = x, int32(c)
		}
	}
	return at
}
