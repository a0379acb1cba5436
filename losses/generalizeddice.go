package losses

import "math"

// GeneralizedDice is 1 - (2 Σ w I + s)/(Σ w (A+B) + s) over the classes, the
// weight w of a class falling with its size B in the target.
//
// An absent class takes the largest weight of the unit; if no class is present
// all weigh 1. The weights are constants to the gradient.
//
// Sudre et al., Generalised Dice overlap as a deep learning loss function for
// highly unbalanced segmentations, DLMIA 2017.
type GeneralizedDice struct {
	WeightType string  `js:"weightType" enum:"square|simple|uniform" doc:"1/B², 1/B or 1"`
	WeightEps  float64 `js:"weightEps" min:"0" doc:"added to B in the weight: an absent class then weighs 1/eps², which swamps all others; 0: the largest weight of the others"`
	SmoothNr   float64 `js:"smoothNr" min:"0" doc:"added to the numerator"`
	SmoothDr   float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
	Offset     float64 `js:"offset" doc:"added to the loss; -1 gives the negative score"`
}

// Constant is what is added to every value; the pixels share it alike.
func (o GeneralizedDice) Constant() float64 { return o.Offset }

func (o GeneralizedDice) Joint(s, d []Sums) float64 {
	num, den, most := o.SmoothNr, o.SmoothDr, 0.0
	w := make([]float64, len(s))
	for c, x := range s {
		b := x.TP + x.FN + o.WeightEps
		switch o.WeightType {
		case "square":
			w[c] = 1 / (b * b)
		case "simple":
			w[c] = 1 / b
		default:
			w[c] = 1
		}
		if !math.IsInf(w[c], 0) {
			most = math.Max(most, w[c])
		}
	}
	if most == 0 {
		most = 1
	}
	for c, x := range s {
		if math.IsInf(w[c], 0) {
			w[c] = most
		}
		num += float64(w[c] * 2 * x.TP)
		den += float64(w[c] * (2*x.TP + x.FP + x.FN))
	}
	v, dn, dd := fraction{num: num, den: den}.loss(false)
	for c := range d {
		d[c] = Sums{TP: w[c] * (2*dn + dd), FP: w[c] * dd}
	}
	return v
}
