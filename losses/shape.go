package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// Shape is the size of a batch of score planes. D is 1 in two dimensions.
type Shape struct{ N, C, D, H, W int }

// Pixels is the number of pixels of one plane.
func (s Shape) Pixels() int { return s.D * s.H * s.W }

// Len is the number of scores.
func (s Shape) Len() int { return s.N * s.C * s.Pixels() }

// maxLen keeps every index inside what a 32-bit host can address.
const maxLen = math.MaxInt32

// ParseShape reads [N,C,H,W] or [N,C,D,H,W].
func ParseShape(field string, dims []int) (Shape, error) {
	var s Shape
	switch len(dims) {
	case 4:
		s = Shape{dims[0], dims[1], 1, dims[2], dims[3]}
	case 5:
		s = Shape{dims[0], dims[1], dims[2], dims[3], dims[4]}
	default:
		return s, fail(CodeShape, field, "%v has %d sizes, must be [N,C,H,W] or [N,C,D,H,W]", dims, len(dims))
	}
	total := 1
	for _, d := range dims {
		if d < 1 {
			return s, fail(CodeShape, field, "%v has a size of %d, every size must be at least 1", dims, d)
		}
		if total > maxLen/d {
			return s, fail(CodeShape, field, "%v has more than %d elements", dims, maxLen)
		}
		total *= d
	}
	return s, nil
}

// Form is what prediction data holds.
type Form uint8

const (
	Logits  Form = iota // any finite float32
	Probs               // float32 in [0,1]
	Classes             // class ids, or 0 and 1 where a plane is its own class
)

func (f Form) String() string { return [...]string{"logits", "probs", "labels"}[f] }

// Labels are class ids in one of three widths; exactly one slice is set.
type Labels struct {
	U8  []uint8
	U16 []uint16
	I32 []int32
}

// Len is the number of labels.
func (l Labels) Len() int { return len(l.U8) + len(l.U16) + len(l.I32) }

// At is label i.
func (l Labels) At(i int) int32 {
	switch {
	case l.U8 != nil:
		return int32(l.U8[i])
	case l.U16 != nil:
		return int32(l.U16[i])
	}
	return l.I32[i]
}

// slice are the labels from one to before another.
func (l Labels) slice(from, to int) Labels {
	switch {
	case l.U8 != nil:
		return Labels{U8: l.U8[from:to]}
	case l.U16 != nil:
		return Labels{U16: l.U16[from:to]}
	}
	return Labels{I32: l.I32[from:to]}
}

// bounds are the smallest and the largest label.
func (l Labels) bounds() (lo, hi int32) {
	switch {
	case l.U8 != nil:
		return 0, int32(vec.Largest8(l.U8))
	case l.U16 != nil:
		return bounds(l.U16)
	}
	return bounds(l.I32)
}

func bounds[T uint16 | int32](list []T) (lo, hi int32) {
	var a, b T
	for _, x := range list {
		if x > b {
			b = x
		}
		if x < a {
			a = x
		}
	}
	return int32(a), int32(b)
}

// Scores are a prediction: Data for Logits and Probs, of the length of Shape;
// Labels for Classes, one per pixel, or one per element where the mode is
// binary or multilabel.
type Scores struct {
	Shape  Shape
	Form   Form
	Data   []float32
	Labels Labels
}

// Kind is what a target holds.
type Kind uint8

const (
	Hard      Kind = iota // class ids: [N,(D,)H,W], or [N,C,(D,)H,W] of 0 and 1 where the mode is multilabel
	Soft                  // float32 in [0,1], shape as the prediction
	Instances             // instance ids [N,(D,)H,W]: 0 is background, every other id is of class 1
)

func (k Kind) String() string { return [...]string{"labels", "soft", "instances"}[k] }

// Target is the truth: Labels for Hard and Instances, Soft for Soft. Shape is
// [N,(D,)H,W] or [N,C,(D,)H,W]; nil where only the length is known.
type Target struct {
	Kind   Kind
	Shape  []int
	Labels Labels
	Soft   []float32
}

// Input is one batch to score. Weight is one float32 per pixel [N,(D,)H,W], or
// nil. Pixels whose label is in Ignore count nowhere.
type Input struct {
	Prediction Scores
	Target     Target
	Weight     []float32
	Ignore     []int32
}

// Check refuses data whose sizes do not belong together. The values are checked
// where they are read.
func (in *Input) Check() error {
	s := in.Prediction.Shape
	if s.N < 1 || s.C < 1 || s.D < 1 || s.H < 1 || s.W < 1 {
		return fail(CodeShape, "prediction.shape", "%v has a size below 1", s)
	}
	px := s.N * s.Pixels()
	if in.Prediction.Form == Classes {
		if n := in.Prediction.Labels.Len(); n != px && n != px*s.C {
			return fail(CodeLength, "prediction.data", "has %d labels, shape %v wants %d", n, s, px)
		}
	} else if n := len(in.Prediction.Data); n != s.Len() {
		return fail(CodeLength, "prediction.data", "has %d elements, shape %v wants %d", n, s, s.Len())
	}
	if err := in.checkTargetShape(); err != nil {
		return err
	}
	if in.Target.Kind == Soft {
		if n := len(in.Target.Soft); n != s.Len() {
			return fail(CodeLength, "target.data", "has %d elements, shape %v wants %d", n, s, s.Len())
		}
		if len(in.Ignore) > 0 {
			return fail(CodeOption, "ignore", "a soft target has no labels to ignore: give those pixels weight 0")
		}
		if !vec.Within01(in.Target.Soft) {
			return badSoft(in.Target.Soft)
		}
	} else if n := in.Target.Labels.Len(); n != px && n != px*s.C {
		return fail(CodeLength, "target.data", "has %d labels, shape %v wants %d", n, s, px)
	}
	if in.Weight != nil {
		if len(in.Weight) != px {
			return fail(CodeLength, "weight", "has %d elements, shape %v wants one per pixel: %d", len(in.Weight), s, px)
		}
		if !vec.NoneNegative(in.Weight) {
			return badWeight(in.Weight)
		}
	}
	return nil
}

// badWeight names the first weight that cannot be.
func badWeight(data []float32) error {
	for i, w := range data {
		if !(w >= 0) || w > math.MaxFloat32 {
			return fail(CodeValue, "weight", "is %v at index %d, must be finite and not negative", w, i)
		}
	}
	return fail(CodeValue, "weight", "changed while it was read")
}

// badSoft names the first number of a soft target that cannot be.
func badSoft(data []float32) error {
	for i, x := range data {
		switch {
		case x != x || x > math.MaxFloat32 || x < -math.MaxFloat32:
			return fail(CodeValue, "target.data", "is %v at index %d, must be finite", x, i)
		case x < 0 || x > 1:
			return fail(CodeDomain, "target.data", "is %v at index %d, a soft target must be in [0, 1]", x, i)
		}
	}
	return fail(CodeValue, "target.data", "changed while it was read")
}

// badPredicted names the first predicted label that is no class.
func badPredicted(l Labels, most int32) error {
	for i := range l.Len() {
		if x := l.At(i); x < 0 || x > most {
			hint := ""
			if x == 255 && most == 1 {
				hint = "; a 0..255 mask must become 0 and 1"
			}
			return fail(CodeLabel, "prediction.data", "is %d at index %d, must be in [0, %d]%s", x, i, most, hint)
		}
	}
	return fail(CodeLabel, "prediction.data", "changed while it was read")
}

func (in *Input) checkTargetShape() error {
	t := in.Target.Shape
	if t == nil {
		return nil
	}
	s := in.Prediction.Shape
	per := []int{s.N, s.D, s.H, s.W}
	all := []int{s.N, s.C, s.D, s.H, s.W}
	if sameDims(t, all) || in.Target.Kind != Soft && sameDims(t, per) {
		return nil
	}
	want := per
	if in.Target.Kind == Soft {
		want = all
	}
	return fail(CodeShape, "target.shape", "is %v, the prediction wants %v", t, flat(want))
}

// sameDims compares sizes; in two dimensions the depth of one may be left out.
func sameDims(got, want []int) bool {
	if len(got) == len(want)-1 {
		want = flat(want)
	}
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if got[i] != want[i] {
			return false
		}
	}
	return true
}

// flat leaves out a depth of 1.
func flat(dims []int) []int {
	k := len(dims) - 3
	if dims[k] != 1 {
		return dims
	}
	return append(append([]int(nil), dims[:k]...), dims[k+1:]...)
}

// checkPredictedShape refuses predicted labels that do not fit the mode.
func (in *Input) checkPredictedShape(mode string) error {
	s := in.Prediction.Shape
	want := s.Len()
	if mode == "multiclass" {
		want = s.N * s.Pixels()
	}
	if n := in.Prediction.Labels.Len(); n != want {
		return fail(CodeLength, "prediction.data", "has %d labels, mode %s wants %d", n, mode, want)
	}
	return nil
}
