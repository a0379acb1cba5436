package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// scanFour counts the four outcomes of a channel.
func (j *Job) scanFour(g *group, r *reader, c int, threshold float64, s []float64) {
	s = s[(r.image*g.channels+c)*4*slot:]
	var n [4]float64
	labels := j.in.Prediction.Form == Classes
	if !labels {
		r.positives(c)
	}
	if r.counted >= 0 && !labels {
		tp, positive := vec.OutcomesUnit(r.p, float32(threshold), r.labels)
		for i, x := range [...]int{tp, positive - tp, r.counted - tp, r.size - r.counted - positive + tp} {
			s[i*slot] += float64(x) // exact on the first grid
		}
		return
	}
	if !labels && !g.soft && g.weight == nil {
		tp, fp, hits, all := vec.Outcomes(r.p, float32(threshold), r.labels, r.class(c))
		if r.n > r.size && r.valid == r.size { // the padding has no label
			all = r.size
		}
		for i, x := range [...]int{tp, fp, hits - tp, all - hits - fp} {
			s[i*slot] += float64(x) // exact on the first grid
		}
		return
	}
	k := r.class(c)
	th := float32(threshold)
	for i := range r.size {
		positive := labels && r.arg[i] == 1
		if !labels {
			positive = r.p[i] >= th
		}
		truth := false
		if g.soft {
			truth = r.t[i] >= 0.5
		} else {
			if r.labels[i] < 0 {
				continue
			}
			truth = r.labels[i] == k
		}
		w := float32(1)
		if r.w != nil {
			w = r.w[i]
		}
		switch {
		case positive && truth:
			n[0] += float64(w)
		case positive:
			n[1] += float64(w)
		case truth:
			n[2] += float64(w)
		default:
			n[3] += float64(w)
		}
	}
	for i, x := range n {
		pour(s[i*slot:], x)
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
