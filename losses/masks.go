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

// predicted makes r.arg the predicted labels of a block: of channel c, or of all.
func (r *reader) predicted(c int) error {
	start, most := r.image*r.shape.Pixels()+r.at, int32(r.shape.C)-1
	if r.view.act.sigmoid() {
		start, most = (r.image*r.shape.C+c)*r.shape.Pixels()+r.at, 1
	}
	l, end := r.in.Prediction.Labels, start+r.size
	if lo, hi := l.read(r.arg, start, end, nil); lo < 0 || hi > most {
		return badPredicted(l, most)
	}
	return nil
}

// read writes labels as int32, with -1 where they are ignored or beyond the end.
// It gives the smallest and the largest of the others.
func (l Labels) read(dst []int32, start, end int, ignore []int32) (lo, hi int32) {
	switch {
	case l.U8 != nil:
		return vec.Labels8(dst, l.U8[start:end], ignore)
	case l.U16 != nil:
		return vec.Labels16(dst, l.U16[start:end], ignore)
	}
	return vec.Labels32(dst, l.I32[start:end], ignore)
}

// tallyMatrix is scanMatrix of few classes where every pixel counts alike: a row
// of small numbers for the block, and then the state.
func (j *Job) tallyMatrix(r *reader, s []float64) {
	var count [vec.Block]uint16
	classes := int32(r.shape.C)
	labels, arg := r.labels[:r.size], r.arg[:r.size]
	for i, t := range labels {
		if t >= 0 {
			count[(t*classes+arg[i])&(vec.Block-1)]++
		}
	}
	for i, n := range count[:classes*classes] {
		s[i*slot] += float64(n) // exact on the first grid
	}
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
