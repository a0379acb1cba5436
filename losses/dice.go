package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// Dice is 1 - (2I+s)/(A+B+s), with I = Σpt, A = Σp and B = Σt, per class.
//
// An empty target costs nearly 1 unless the prediction is nearly empty (see the
// option empty); both empty and no smoothing: 0.
//
// Milletari et al., V-Net, 3DV 2016.
type Dice struct {
	SmoothNr         float64 `js:"smoothNr" min:"0" doc:"added to the numerator, in the scale of 2I"`
	SmoothDr         float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
	SquaredPred      bool    `js:"squaredPred" doc:"A = Σp², B = Σt², as V-Net has it"`
	SoftLabel        bool    `js:"softLabel" doc:"I = Σmin(p,t): right for a soft target"`
	LogLoss          bool    `js:"logLoss" doc:"-log of the score, which is at least 1e-7"`
	DenominatorFloor float64 `js:"denominatorFloor" min:"0" doc:"least denominator"`
	Offset           float64 `js:"offset" doc:"added to the loss; -1 gives the negative score"`
}

// Constant is what is added to every value; the pixels share it alike.
func (o Dice) Constant() float64 { return o.Offset }

func (o Dice) Squares() bool { return o.SquaredPred || o.SoftLabel }

func (o Dice) Exact() bool { return o.LogLoss }

func (o Dice) Region(s Sums) (float64, Sums) {
	i, a, b := overlap(s, o.SquaredPred, o.SoftLabel)
	f := fraction{2*i + o.SmoothNr, a + b + o.SmoothDr, o.DenominatorFloor}
	v, dn, dd := f.loss(o.LogLoss)
	return v, slopes(2*dn, dd, o.SquaredPred, o.SoftLabel)
}

// Jaccard is 1 - I/(A+B-I), the soft intersection over union, per class.
//
// Rahman and Wang, Optimizing intersection-over-union in deep neural networks,
// ISVC 2016.
type Jaccard struct {
	SmoothNr         float64 `js:"smoothNr" min:"0" doc:"added to the numerator"`
	SmoothDr         float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
	FormulaScale     string  `js:"formulaScale" enum:"2I|I" doc:"the scale of the smoothing: (2I+s)/(2(A+B-I)+s) or (I+s)/(A+B-I+s)"`
	SquaredPred      bool    `js:"squaredPred" doc:"A = Σp², B = Σt²"`
	SoftLabel        bool    `js:"softLabel" doc:"I = Σmin(p,t): right for a soft target"`
	LogLoss          bool    `js:"logLoss" doc:"-log of the score, which is at least 1e-7"`
	DenominatorFloor float64 `js:"denominatorFloor" min:"0" doc:"least denominator"`
	Offset           float64 `js:"offset" doc:"added to the loss; -1 gives the negative score"`
}

// Constant is what is added to every value; the pixels share it alike.
func (o Jaccard) Constant() float64 { return o.Offset }

func (o Jaccard) Squares() bool { return o.SquaredPred || o.SoftLabel }

func (o Jaccard) Exact() bool { return o.LogLoss }

func (o Jaccard) Region(s Sums) (float64, Sums) {
	k := 2.0
	if o.FormulaScale == "I" {
		k = 1
	}
	i, a, b := overlap(s, o.SquaredPred, o.SoftLabel)
	f := fraction{k*i + o.SmoothNr, k*(a+b-i) + o.SmoothDr, o.DenominatorFloor}
	v, dn, dd := f.loss(o.LogLoss)
	return v, slopes(k*(dn-dd), k*dd, o.SquaredPred, o.SoftLabel)
}

// LogCoshDice is log cosh of the Dice loss.
//
// Jadon, A survey of loss functions for semantic segmentation, CIBCB 2020.
type LogCoshDice struct {
	SmoothNr float64 `js:"smoothNr" min:"0" doc:"added to the numerator, in the scale of 2I"`
	SmoothDr float64 `js:"smoothDr" min:"0" doc:"added to the denominator"`
}

func (o LogCoshDice) Region(s Sums) (float64, Sums) {
	return Dice{SmoothNr: o.SmoothNr, SmoothDr: o.SmoothDr}.Region(s)
}

// Outer needs cosh and tanh of a number in [0,1] only.
func (o LogCoshDice) Outer(x float64) (value, slope float64) {
	e := vec.Exp64(-2 * math.Abs(x))
	t := (1 - e) / (1 + e)
	if x < 0 {
		t = -t
	}
	return math.Abs(x) + math.Log((1+e)/2), t
}

// overlap is I, A and B of the sums of one class.
func overlap(s Sums, squared, soft bool) (i, a, b float64) {
	i, a, b = s.TP, s.TP+s.FP, s.TP+s.FN
	if soft {
		i = (a + b - s.D) / 2
	}
	if squared {
		a, b = s.PP, s.TT
	}
	return i, a, b
}

// slopes turns derivatives by I and A into those by the sums.
func slopes(di, da float64, squared, soft bool) Sums {
	var d Sums
	if soft {
		d.TP, d.FP, d.D = di/2, di/2, -di/2
	} else {
		d.TP = di
	}
	if squared {
		d.PP = da
	} else {
		d.TP += da
		d.FP += da
	}
	return d
}

// fraction is a score num/den, den at least floor; 0/0 is a perfect score.
type fraction struct{ num, den, floor float64 }

// loss is 1-score, or -log score, with its derivatives by num and den.
func (f fraction) loss(log bool) (v, dnum, dden float64) {
	floored := f.den < f.floor
	if floored {
		f.den = f.floor
	}
	if f.den == 0 {
		return 0, 0, 0
	}
	score := f.num / f.den
	dnum = -1 / f.den
	if !floored {
		dden = score / f.den
	}
	if !log {
		return 1 - score, dnum, dden
	}
	if score < 1e-7 {
		return -math.Log(1e-7), 0, 0
	}
	return -math.Log(score), dnum / score, dden / score
}
