package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// CrossEntropy is -log p of the true class.
//
// With a softmax the mean divides by the class weights of the counted pixels,
// as torch does; with sigmoids by their number. Label smoothing moves a share of
// the target to all classes; with two classes to the other one (smp), or half
// of it (tf).
type CrossEntropy struct {
	Smoothing string `js:"smoothing" enum:"smp|tf" doc:"two classes, label smoothing s: the target 1 becomes 1-s and 0 becomes s (smp), or 1-s/2 and s/2 (tf)"`
}

func (CrossEntropy) LogLikelihood() {}

func (CrossEntropy) Term(loss, slope, u, q []float32) { negLog(loss, slope, u) }

// negLog is -u with the slope -1.
func negLog(loss, slope, u []float32) {
	vec.Scale(loss, u, -1)
	if slope != nil {
		vec.Fill(slope, -1)
	}
}

// WeightedCE is the cross entropy with a price on positives:
// -(b g log p + (1-g) log(1-p)); with many classes the classWeights do it.
//
// Long et al., Fully convolutional networks, CVPR 2015.
type WeightedCE struct {
	PosWeight []float64 `js:"posWeight" min:"0" doc:"price of a positive pixel, one for all channels or one per channel; binary and multilabel"`
}

func (WeightedCE) LogLikelihood() {}

func (WeightedCE) Term(loss, slope, u, q []float32) { negLog(loss, slope, u) }

func (o WeightedCE) Weights(w *ClassWeights) {
	if w.Sigmoid && o.PosWeight != nil {
		scaleEach(w.Hit, o.PosWeight)
	}
}

func (o WeightedCE) Check(mode string, channels int) error {
	if o.PosWeight == nil {
		return nil
	}
	if mode == "multiclass" {
		return fail(CodeOption, "posWeight", "is for binary and multilabel; with many classes pass classWeights")
	}
	return perChannel("posWeight", o.PosWeight, channels)
}

// BalancedCE is -(b g log p + (1-b) (1-g) log(1-p)), over the number of pixels.
// Left open, b is the share of negatives in the batch. With many classes the
// weight of a class is the share of the others, or 1-b for the background and b
// for the rest.
//
// Xie and Tu, Holistically-nested edge detection, ICCV 2015. b = 1/2 is half the
// cross entropy.
type BalancedCE struct {
	Beta []float64 `js:"balancedBeta" min:"0" max:"1" doc:"weight of a positive pixel, a negative one has 1-b; null: the share of negatives"`
}

func (BalancedCE) LogLikelihood() {}

func (BalancedCE) Term(loss, slope, u, q []float32) { negLog(loss, slope, u) }

func (o BalancedCE) Check(mode string, channels int) error {
	if mode == "multiclass" {
		channels = 1
	}
	return perChannel("balancedBeta", o.Beta, channels)
}

func (o BalancedCE) Weights(w *ClassWeights) {
	all := 0.0
	for _, n := range w.HitCount {
		all += n
	}
	for c := range w.Hit {
		switch {
		case w.Sigmoid:
			b := 0.5
			if o.Beta != nil {
				b = at(o.Beta, c)
			} else if n := w.HitCount[c] + w.MissCount[c]; n > 0 {
				b = w.MissCount[c] / n
			}
			w.Hit[c] *= b
			w.Miss[c] *= 1 - b
		case o.Beta == nil:
			if all > 0 {
				w.Hit[c] *= 1 - w.HitCount[c]/all
			}
		case c == 0:
			w.Hit[c] *= 1 - o.Beta[0]
		default:
			w.Hit[c] *= o.Beta[0]
		}
	}
}

// at reads a list of one for all, or one each.
//
//go:noinline
func at(list []float64, i int) float64 {
	if len(list) == 1 {
		return list[0]
	}
	return list[i]
}

func scaleEach(w, by []float64) {
	for i := range w {
		w[i] *= at(by, i)
	}
}

func perChannel(field string, list []float64, channels int) error {
	if n := len(list); n > 1 && n != channels {
		return fail(CodeOption, field, "has %d numbers, must have one or one per channel: %d", n, channels)
	}
	return nil
}

// Halves is how label smoothing of two classes is read.
func (o CrossEntropy) Halves() bool { return o.Smoothing == "tf" }
