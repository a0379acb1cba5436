package losses

// Tversky is 1 - (TP+s)/(TP + a FP + b FN + s), per class. Dice is a=b=1/2,
// Jaccard a=b=1, but for the scale of the smoothing.
//
// Salehi et al., Tversky loss function for image segmentation, MLMI 2017.
type Tversky struct {
	FPWeight         float64 `js:"fpWeight" min:"0" doc:"price of a false positive"`
	FNWeight         float64 `js:"fnWeight" min:"0" doc:"price of a false negative"`
	SmoothNr         float64 `js:"smoothNr" min:"0" doc:"added to the numerator, in the scale of TP"`
	SmoothDr         float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
	DenominatorFloor float64 `js:"denominatorFloor" min:"0" doc:"least denominator"`
	Offset           float64 `js:"offset" doc:"added to the loss; -1 gives the negative index"`
}

// Constant is what is added to every value; the pixels share it alike.
func (o Tversky) Constant() float64 { return o.Offset }

func (o Tversky) Region(s Sums) (float64, Sums) {
	f := fraction{s.TP + o.SmoothNr, s.TP + float64(o.FPWeight*s.FP) + float64(o.FNWeight*s.FN) + o.SmoothDr, o.DenominatorFloor}
	v, dn, dd := f.loss(false)
	return v, Sums{TP: dn + dd, FP: o.FPWeight * dd, FN: o.FNWeight * dd}
}

// FocalTversky is (1 - TI)^γ of the Tversky index TI. γ is the exponent itself:
// the paper's 1/γ with γ=4/3 is 0.75 here.
//
// Abraham and Khan, A novel focal Tversky loss function with improved attention
// U-Net for lesion segmentation, ISBI 2019. Where 1-TI is below 1e-12 the
// gradient, infinite for γ below 1, is 0.
type FocalTversky struct {
	FPWeight         float64 `js:"fpWeight" min:"0" doc:"price of a false positive"`
	FNWeight         float64 `js:"fnWeight" min:"0" doc:"price of a false negative"`
	Gamma            float64 `js:"gamma" above:"0" max:"20" doc:"the exponent"`
	Power            string  `js:"power" enum:"afterMean|perClass" doc:"whether the exponent is on the mean over all classes, or on the mean of each class over the batch"`
	ClassReduction   string  `js:"classReduction" enum:"mean|sum" doc:"how the powers of the classes become one; perClass only"`
	SmoothNr         float64 `js:"smoothNr" min:"0" doc:"added to the numerator, in the scale of TP"`
	SmoothDr         float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
	DenominatorFloor float64 `js:"denominatorFloor" min:"0" doc:"least denominator"`
}

func (o FocalTversky) Check(mode string, channels int) error {
	if o.ClassReduction == "sum" && o.Power != "perClass" {
		return fail(CodeOption, "classReduction", "sum needs power perClass, not %s", o.Power)
	}
	return nil
}

func (FocalTversky) Exact() bool { return true }

func (o FocalTversky) Region(s Sums) (float64, Sums) {
	return Tversky{FPWeight: o.FPWeight, FNWeight: o.FNWeight, SmoothNr: o.SmoothNr, SmoothDr: o.SmoothDr, DenominatorFloor: o.DenominatorFloor}.Region(s)
}

func (o FocalTversky) Outer(x float64) (value, slope float64) {
	if o.Power == "perClass" {
		return x, 1
	}
	return powerSlope(x, o.Gamma)
}

func (o FocalTversky) ClassOuter(x float64) (value, slope float64) {
	if o.Power != "perClass" {
		return x, 1
	}
	return powerSlope(x, o.Gamma)
}

func (o FocalTversky) ClassSum() bool { return o.ClassReduction == "sum" }

// powerSlope is x^e and its derivative, 0 at the foot of a power below 1.
func powerSlope(x, e float64) (value, slope float64) {
	if e == 1 {
		return x, 1
	}
	if x < 1e-12 {
		return 0, 0
	}
	v := pow64(x, e)
	return v, e * v / x
}
