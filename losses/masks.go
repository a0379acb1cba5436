package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// masksOnly tells whether a group reads in blocks nothing but masks of bytes, of
// which every pixel counts alike: the target, and for counts the prediction.
func (j *Job) masksOnly(g *group) bool {
	t, p := &j.in.Target, &j.in.Prediction
	return j.outs == nil && g.act.sigmoid() && !g.perPixel && j.blind(g) && g.weight == nil &&
		t.Kind == Hard && t.Labels.U8 != nil && len(j.in.Ignore) == 0 &&
		(len(g.confusion) == 0 || p.Labels.U8 != nil)
}

// blind tells whether a group reads no scores in blocks: its losses work on whole
// planes, or the prediction is classes.
func (j *Job) blind(g *group) bool {
	return !g.hard && !g.dense && (len(g.confusion) == 0 || j.in.Prediction.Form == Classes)
}

// scanMasks counts whole images of such a group at once, and gives the number of
// the first block that it leaves: one that holds what is no mask.
func (j *Job) scanMasks(g *group, from, to, per int, state []float64) int {
	px := j.in.Prediction.Shape.Pixels()
	for from < to {
		image := from / per
		end := min(to, (image+1)*per)
		first, last := from%per*vec.Block, min((end-image*per)*vec.Block, px)
		for c := range g.channels {
			if !j.scanMask(g, image, c, first, last, state) {
				return from
			}
		}
		from = end
	}
	return from
}

// scanMask counts the pixels from first to last of one plane.
func (j *Job) scanMask(g *group, image, c, first, last int, state []float64) bool {
	plane := image*g.channels + c
	start := plane * j.in.Prediction.Shape.Pixels()
	first, last = start+first, start+last
	truth := j.in.Target.Labels.U8[first:last]
	n := float64(len(truth))
	ones := 0
	if len(g.confusion) == 0 {
		hits, ok := vec.Ones8(truth)
		if !ok {
			return false
		}
		ones = hits
	} else {
		tp, fp, fn, tn, ok := vec.Confusion8(j.in.Prediction.Labels.U8[first:last], truth)
		if !ok {
			return false
		}
		ones = tp + fn
		for _, m := range g.confusion { // the threshold of predicted classes is none
			for i, x := range [...]int{tp, fp, fn, tn} {
				state[m.at+(4*plane+i)*slot] += float64(x)
			}
		}
	}
	s := state[g.stats:]
	s[0] += n // exact on the first grid
	s[slot] += n
	s = s[(headSlots+c*statSlots)*slot:]
	s[0] += float64(ones)
	s[slot] += n - float64(ones)
	return true
}

// predicted refuses predicted labels of a block that are no classes.
func (r *reader) predicted(c int) error {
	l := r.in.Prediction.Labels
	px, most := r.shape.Pixels(), int32(r.shape.C)-1
	start := r.image*px + r.at
	if r.view.act.sigmoid() && !r.view.perPixel {
		start, most = (r.image*r.shape.C+c)*px+r.at, 1
	}
	if lo, hi := l.slice(start, start+r.size).bounds(); lo < 0 || hi > most {
		return badPredicted(l, most)
	}
	return nil
}

// hits writes 1 where a label is the class and 0 where it is not. It counts the
// ones.
func (l Labels) hits(dst []uint8, class int32) (n int) {
	switch {
	case l.U8 != nil && class > math.MaxUint8:
		clear(dst)
	case l.U8 != nil:
		n = vec.Mark8(dst, l.U8, uint8(class))
	case l.U16 != nil:
		n, _ = mark(dst, l.U16, class, false, nil)
	default:
		n, _ = mark(dst, l.I32, class, false, nil)
	}
	return n
}
