package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Where prediction and target are labels of bytes and every pixel counts alike, outcomes are counted from the bytes as they are:
// pairs of a true and a predicted label, of which sixteen equal ones, as most are, count at once.

// pairStride is from one true label's pairs to the next one's.
const pairStride = 256

// pairTable has a row of counts for each class, one for ignored labels and one for all that are no class.
type pairTable struct {
	classes int
	row     [256]int32
	count   []uint32
}

// table gives an empty table for so many classes.
func (s *Scratch) table(classes int, ignore []int32) *pairTable {
	p := &s.pairs
	p.classes = classes
	p.count = grow(p.count, (classes+2)*pairStride)
	clear(p.count)
	for label := range p.row {
		switch l := int32(label); {
		case has(ignore, l):
			p.row[label] = int32(classes) * pairStride
		case label < classes:
			p.row[label] = l * pairStride
		default:
			p.row[label] = int32(classes+1) * pairStride
		}
	}
	return p
}

// add counts pixels. ok is false where a label is neither a class nor ignored, or a predicted one no class.
func (p *pairTable) add(truth, answer []uint8) (ok bool) {
	vec.CountPairs(p.count, &p.row, truth, answer)
	for i, n := range p.count {
		if n > 0 && (i/pairStride > p.classes || i%pairStride >= p.classes) {
			return false
		}
	}
	return true
}

// pixels is how many have the true label of a row.
func (p *pairTable) pixels(row int) (n int) {
	for _, x := range p.count[row*pairStride : row*pairStride+p.classes] {
		n += int(x)
	}
	return n
}

// isPairs tells whether a group wants nothing but the confusion of exclusive classes, of bytes that all count alike but for
// ignored ones.
func (j *Job) isPairs(g *group) bool {
	t := &j.in.Target
	return j.outs == nil && !g.act.sigmoid() && j.blind(g) && len(g.confusion) > 0 && g.weight == nil &&
		t.Kind == Hard && t.Labels.U8 != nil && j.in.Prediction.Labels.U8 != nil
}

// scanPairs counts the blocks of such a group image by image. It gives the first block that it leaves to the reader: of too few
// pixels for a table, or of an image with a label that cannot be.
func (j *Job) scanPairs(g *group, from, to, per int, state []float64) int {
	px := j.in.Prediction.Shape.Pixels()
	for from < to {
		image := from / per
		end := min(to, (image+1)*per)
		first, last := image*px+from%per*vec.Block, image*px+min((end-image*per)*vec.Block, px)
		if last-first < g.channels*pairStride {
			break
		}
		p := j.scratch.table(g.channels, j.in.Ignore)
		if !p.add(j.in.Target.Labels.U8[first:last], j.in.Prediction.Labels.U8[first:last]) {
			break
		}
		j.pourPairs(g, image, p, last-first, state)
		from = end
	}
	return from
}

// pourPairs adds a table of so many pixels of an image to the state.
func (j *Job) pourPairs(g *group, image int, p *pairTable, pixels int, state []float64) {
	C := g.channels
	j.countClasses(g, pixels-p.pixels(C), pixels, p.pixels, state)
	for c := range C {
		for _, m := range g.confusion { // the threshold of predicted classes is none
			at := state[m.at+(image*C+c)*C*slot:]
			for k, n := range p.count[c*pairStride : c*pairStride+C] {
				at[k*slot] += float64(n) // exact on the first grid
			}
		}
	}
}
