package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// blind tells whether a group reads no scores in blocks: its losses work on whole
// planes, or the prediction is classes.
func (j *Job) blind(g *group) bool {
	return !g.hard && !g.dense && (len(g.confusion) == 0 || j.in.Prediction.Form == Classes)
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
