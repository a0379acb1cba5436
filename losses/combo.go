package losses

// Combo is a CE - (1-a) Dice score: a class-balanced cross entropy of every
// class against the rest, regularised by the Dice score of everything pooled.
// It may be negative; its least value is a-1.
//
// Taghanaki et al., Combo loss: handling input and output imbalance in
// multi-organ segmentation, CMIG 2019, with the parenthesis of the published
// code put right.
type Combo struct {
	Alpha  float64 `js:"alpha" min:"0" max:"1" doc:"share of the cross entropy"`
	BetaCE float64 `js:"betaCe" min:"0" max:"1" doc:"share of positives in it; above 1/2 false negatives cost more"`
	Smooth float64 `js:"smooth" min:"0" doc:"added to both sides of the Dice score"`
}

func (o Combo) Parts(options Options) []Part {
	mean, pooled := options, options
	mean.Denominator = "valid"
	pooled.Scope = "pooled"
	return []Part{
		{Weight: o.Alpha, Loss: twoClassCE{Beta: o.BetaCE}, Options: mean},
		{Weight: 1 - o.Alpha, Loss: Dice{SmoothNr: o.Smooth, SmoothDr: o.Smooth, Offset: -1}, Options: pooled},
	}
}

// twoClassCE is -(b t log p + (1-b)(1-t) log(1-p)) of every class, over pixels
// times classes.
type twoClassCE struct{ Beta float64 }

func (twoClassCE) OneVsRest() bool { return true }

func (twoClassCE) LogLikelihood() {}

func (twoClassCE) Term(loss, slope, u, q []float32) { negLog(loss, slope, u) }

func (o twoClassCE) Weights(w *ClassWeights) {
	for c := range w.Hit {
		w.Hit[c] *= o.Beta
		w.Miss[c] *= 1 - o.Beta
	}
}

// DiceCE is the sum of a Dice loss and the cross entropy.
//
// Isensee et al., nnU-Net, Nature Methods 2021.
type DiceCE struct {
	LambdaDice  float64 `js:"lambdaDice" min:"0" doc:"weight of the Dice loss"`
	LambdaCE    float64 `js:"lambdaCe" min:"0" doc:"weight of the cross entropy"`
	SmoothNr    float64 `js:"smoothNr" min:"0" doc:"added to the numerator of Dice, in the scale of 2I"`
	SmoothDr    float64 `js:"smoothDr" min:"0" doc:"added to its denominator"`
	SquaredPred bool    `js:"squaredPred" doc:"A = Σp², B = Σt² in Dice"`
}

func (o DiceCE) Parts(options Options) []Part {
	dice, ce := options, options
	dice.LabelSmoothing = 0
	ce.Classes, ce.IncludeBackground = Choice{}, true
	return []Part{
		{Weight: o.LambdaDice, Loss: Dice{SmoothNr: o.SmoothNr, SmoothDr: o.SmoothDr, SquaredPred: o.SquaredPred}, Options: dice},
		{Weight: o.LambdaCE, Loss: CrossEntropy{Smoothing: "smp"}, Options: ce},
	}
}

// DiceFocal is the sum of a Dice loss and the focal loss, whose classes are
// independent ones against the rest, as in MONAI.
//
// Zhu et al., AnatomyNet, Medical Physics 2019.
type DiceFocal struct {
	LambdaDice      float64 `js:"lambdaDice" min:"0" doc:"weight of the Dice loss"`
	LambdaFocal     float64 `js:"lambdaFocal" min:"0" doc:"weight of the focal loss"`
	Gamma           float64 `js:"gamma" min:"0" max:"20" doc:"how strongly easy pixels are turned down"`
	FocalActivation string  `js:"focalActivation" enum:"sigmoid|softmax" doc:"what the focal loss of many classes makes of the logits"`
	SmoothNr        float64 `js:"smoothNr" min:"0" doc:"added to the numerator of Dice, in the scale of 2I"`
	SmoothDr        float64 `js:"smoothDr" min:"0" doc:"added to its denominator"`
}

func (o DiceFocal) Parts(options Options) []Part {
	focal := options
	focal.Denominator = "valid"
	f := Focal{Gamma: o.Gamma, MeanOver: "pixels"}
	if o.FocalActivation == "sigmoid" {
		f.Activation = "sigmoid"
	}
	return []Part{
		{Weight: o.LambdaDice, Loss: Dice{SmoothNr: o.SmoothNr, SmoothDr: o.SmoothDr}, Options: options},
		{Weight: o.LambdaFocal, Loss: f, Options: focal},
	}
}
