package losses

import (
	"slices"

	"github.com/maskloss/maskloss/losses/internal/grid"
	"github.com/maskloss/maskloss/losses/internal/vec"
)

// EDT writes the Euclidean distance of each nonzero pixel of a mask to the
// nearest zero pixel, 0 on zeros and +Inf where there is none. It is exact, in
// units of the spacing (one number per axis, (D,)H,W; nil for ones).
func EDT(dst []float32, mask Labels, d, h, w int, space []float64) error {
	dims := grid.Dims{D: d, H: h, W: w}
	s, err := checkPlane(dst, mask, 1, dims, space)
	if err != nil {
		return err
	}
	m := mask.U8 // whatever is not zero is a pixel
	if m == nil {
		m = make([]uint8, dims.Pixels())
		for i := range m {
			if mask.At(i) != 0 {
				m[i] = 1
			}
		}
	}
	new(grid.Work).EDT(dst, m, dims, s)
	return nil
}

// DistanceMap writes the signed distance of each pixel to each class,
// [N,C,(D,)H,W]: positive outside, insideOffset minus the distance to the
// outside within. It is 0 for a class that is absent or fills the image.
//
// Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019,
// where the offset is 1 whatever the spacing.
func DistanceMap(dst []float32, labels Labels, n, classes, d, h, w int, space []float64, insideOffset float64) error {
	dims := grid.Dims{D: d, H: h, W: w}
	px := dims.Pixels()
	if classes < 1 || len(dst) != n*px*classes {
		return fail(CodeShape, "classes", "is %d, must be at least 1", classes)
	}
	s, err := checkPlane(nil, labels, n, dims, space)
	if err != nil {
		return err
	}
	if lo, hi := labels.bounds(); lo < 0 || int(hi) >= classes {
		for i := range labels.Len() {
			if l := labels.At(i); l < 0 || int(l) >= classes {
				return fail(CodeLabel, "target.data", "is %d at index %d, must be in [0, %d]", l, i, classes-1)
			}
		}
	}
	m := make([]uint8, px)
	work := new(grid.Work)
	for k := range n * classes {
		at := k / classes * px
		labels.slice(at, at+px).hits(m, int32(k%classes))
		work.Signed(dst[k*px:(k+1)*px], m, dims, s, insideOffset)
	}
	return nil
}

func checkPlane(dst []float32, l Labels, n int, d grid.Dims, space []float64) (grid.Spacing, error) {
	if d.D < 1 || d.H < 1 || d.W < 1 || n < 1 {
		return grid.Spacing{}, fail(CodeShape, "shape", "%v has a size below 1", d)
	}
	if l.Len() != n*d.Pixels() || dst != nil && len(dst) != l.Len() {
		return grid.Spacing{}, fail(CodeLength, "data", "has %d elements, the shape wants %d", l.Len(), n*d.Pixels())
	}
	for _, x := range space {
		if !(x > 0) || x > 1e30 {
			return grid.Spacing{}, fail(CodeOption, "spacing", "is %v, must be finite and above 0", x)
		}
	}
	return spacing(space)
}

// Argmax writes the class of the largest score of each pixel, [N,(D,)H,W]; ties
// go to the lowest class. With one channel it is 1 from a logit of 0, or a
// probability of 1/2, on.
func Argmax(dst []int32, p Scores) error {
	s := p.Shape
	px := s.Pixels()
	if p.Form == Classes {
		return fail(CodeOption, "prediction.form", "is labels, argmax needs logits or probs")
	}
	if len(p.Data) != s.Len() || len(dst) != s.N*px {
		return fail(CodeLength, "prediction.data", "has %d elements, shape %v wants %d", len(p.Data), s, s.Len())
	}
	for n := range s.N {
		out := dst[n*px : (n+1)*px]
		if s.C == 1 {
			edge := float32(0)
			if p.Form == Probs {
				edge = 0.5
			}
			for i, x := range plane(p.Data, n, px) {
				if x != x {
					return badScore(p.Data, p.Form == Probs)
				}
				out[i] = 0
				if x >= edge {
					out[i] = 1
				}
			}
			continue
		}
		for b := range blocksOf(px) {
			at, size := blockRange(b, px)
			if !largestOf(out[at:at+size], p, n, at) {
				return badScore(p.Data, p.Form == Probs)
			}
		}
	}
	return nil
}

// largestOf is the class of the largest score of the pixels of image n that begin at
// a place. It fails where one is not a number.
func largestOf(arg []int32, p Scores, n, at int) bool {
	px := p.Shape.Pixels()
	whole := len(arg) - len(arg)%vec.Step
	var m [vec.Block]float32
	for c := range p.Shape.C {
		z := plane(p.Data, n*p.Shape.C+c, px)[at : at+len(arg)]
		if !vec.Finite(z) && slices.ContainsFunc(z, func(x float32) bool { return x != x }) {
			return false
		}
		if c == 0 {
			copy(m[:], z)
			clear(arg)
			continue
		}
		vec.MaxStep(m[:whole], arg[:whole], z[:whole], int32(c))
		for i := whole; i < len(arg); i++ {
			if z[i] > m[i] {
				m[i], arg[i] = z[i], int32(c)
			}
		}
	}
	return true
}

// OneHot writes 1 where a pixel is of a class and 0 elsewhere, [N,C,pixels].
// Ignored pixels are 0 in every class.
func OneHot(dst []float32, labels Labels, n, classes, pixels int, ignore []int32) error {
	if classes < 1 || n < 1 || pixels < 1 {
		return fail(CodeShape, "classes", "is %d, must be at least 1", classes)
	}
	if labels.Len() != n*pixels || len(dst) != n*classes*pixels {
		return fail(CodeLength, "target.data", "has %d labels, the shape wants %d", labels.Len(), n*pixels)
	}
	clear(dst)
	for i := range n * pixels {
		l := labels.At(i)
		switch {
		case has(ignore, l):
		case l < 0 || int(l) >= classes:
			return fail(CodeLabel, "target.data", "is %d at index %d, must be in [0, %d] or ignored", l, i, classes-1)
		default:
			dst[(i/pixels*classes+int(l))*pixels+i%pixels] = 1
		}
	}
	return nil
}
