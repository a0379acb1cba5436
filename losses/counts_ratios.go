package losses

import "math"

// The scores of one class against the rest. Each is NaN where it is 0/0.

func (f Fourfold) precision() float64   { return f.TP / (f.TP + f.FP) }
func (f Fourfold) recall() float64      { return f.TP / (f.TP + f.FN) }
func (f Fourfold) specificity() float64 { return f.TN / (f.TN + f.FP) }
func (f Fourfold) negative() float64    { return f.TN / (f.TN + f.FN) }

// IoU is TP/(TP+FP+FN), the intersection of the masks over their union. Both
// empty: 1.
//
// Jaccard, Bulletin de la Société Vaudoise des Sciences Naturelles 1901.
type IoU struct{}

func (IoU) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{bothEmpty: true, class: func(f Fourfold) float64 {
		return f.TP / (f.TP + f.FP + f.FN)
	}}.score(c, o)
}

// DiceScore is 2TP/(2TP+FP+FN), the intersection of the masks over their mean
// size. Both empty: 1.
//
// Dice, Ecology 1945.
type DiceScore struct{}

func (DiceScore) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{bothEmpty: true, class: func(f Fourfold) float64 {
		return 2 * f.TP / (2*f.TP + f.FP + f.FN) // times two is exact
	}}.score(c, o)
}

// FBeta is (1+β²)TP/((1+β²)TP+β²FN+FP), the harmonic mean of precision and
// recall where recall weighs β² as much. Both empty: 1.
//
// van Rijsbergen, Information retrieval, 1979.
type FBeta struct {
	Beta float64 `js:"beta" above:"0" doc:"how many times as important recall is as precision"`
}

func (o FBeta) Counts(c *Confusion, options *Options) (Score, error) {
	square := float64(o.Beta * o.Beta)
	return measure{bothEmpty: true, class: func(f Fourfold) float64 {
		hit := float64((1 + square) * f.TP)
		return hit / (hit + float64(square*f.FN) + f.FP)
	}}.score(c, options)
}

// Precision is TP/(TP+FP), how much of the prediction is right. Undefined where
// nothing was predicted.
type Precision struct{}

func (Precision) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: Fourfold.precision}.score(c, o)
}

// Recall is TP/(TP+FN), how much of the truth was found. Undefined where the
// truth is empty.
type Recall struct{}

func (Recall) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: Fourfold.recall}.score(c, o)
}

// Specificity is TN/(TN+FP), how much of the rest was left alone. Undefined
// where the truth is full.
type Specificity struct{}

func (Specificity) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: Fourfold.specificity}.score(c, o)
}

// NegativePredictiveValue is TN/(TN+FN), how much of what was left alone is
// right. Undefined where everything was predicted.
type NegativePredictiveValue struct{}

func (NegativePredictiveValue) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: Fourfold.negative}.score(c, o)
}

// FalsePositiveRate is FP/(FP+TN), 1 - specificity.
type FalsePositiveRate struct{}

func (FalsePositiveRate) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.FP / (f.FP + f.TN) }}.score(c, o)
}

// FalseNegativeRate is FN/(FN+TP), 1 - recall.
type FalseNegativeRate struct{}

func (FalseNegativeRate) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.FN / (f.FN + f.TP) }}.score(c, o)
}

// FalseDiscoveryRate is FP/(FP+TP), 1 - precision.
type FalseDiscoveryRate struct{}

func (FalseDiscoveryRate) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.FP / (f.FP + f.TP) }}.score(c, o)
}

// FalseOmissionRate is FN/(FN+TN), 1 - negative predictive value.
type FalseOmissionRate struct{}

func (FalseOmissionRate) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.FN / (f.FN + f.TN) }}.score(c, o)
}

// Informedness is recall + specificity - 1, Youden's J: 0 by chance.
//
// Youden, Cancer 1950.
type Informedness struct{}

func (Informedness) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.recall() + f.specificity() - 1 }}.score(c, o)
}

// Markedness is precision + negative predictive value - 1: 0 by chance.
//
// Powers, Journal of Machine Learning Technologies 2011.
type Markedness struct{}

func (Markedness) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return f.precision() + f.negative() - 1 }}.score(c, o)
}

// FowlkesMallows is the geometric mean of precision and recall. Undefined where
// either is.
//
// Fowlkes and Mallows, Journal of the American Statistical Association 1983.
type FowlkesMallows struct{}

func (FowlkesMallows) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 { return math.Sqrt(f.precision() * f.recall()) }}.score(c, o)
}

// PrevalenceThreshold is the share of foreground below which precision falls
// off steeply: (√(TPR·FPR) - FPR)/(TPR - FPR).
//
// It is computed as √FPR/(√TPR + √FPR), the same without the difference of near
// numbers. Undefined where TPR = FPR, as the quotient is.
//
// Balayla, PLOS ONE 2020.
type PrevalenceThreshold struct{}

func (PrevalenceThreshold) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 {
		hit, alarm := f.recall(), f.FP/(f.FP+f.TN)
		if float64(f.TP*f.TN) == float64(f.FP*f.FN) {
			return math.NaN()
		}
		return math.Sqrt(alarm) / (math.Sqrt(hit) + math.Sqrt(alarm))
	}}.score(c, o)
}

// VolumetricSimilarity is 1 - |FN-FP|/(2TP+FP+FN): how alike the sizes of the
// masks are, wherever they lie. Undefined where both are empty.
//
// Cárdenes et al., Computer Methods and Programs in Biomedicine 2009.
type VolumetricSimilarity struct{}

func (VolumetricSimilarity) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{class: func(f Fourfold) float64 {
		return 1 - math.Abs(f.FN-f.FP)/(2*f.TP+f.FP+f.FN)
	}}.score(c, o)
}
