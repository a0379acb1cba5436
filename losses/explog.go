package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// ExpLog is wd mean((-log D)^γd) + wc mean(w (-log p)^γc): the exponential
// logarithmic Dice D of the classes and cross entropy of the pixels. A class
// weighs w = sqrt(Σf/f), f its frequency: given, or counted in the batch, where
// an absent class takes the largest weight.
//
// Wong et al., 3D segmentation with exponential logarithmic loss for highly
// unbalanced object sizes, MICCAI 2018. -log is held at 1e-12 or above in the
// slope of a power below 1, which is 0 under 1e-30; D is at least 1e-7.
type ExpLog struct {
	WDice            float64   `js:"wDice" min:"0" doc:"weight of the Dice part"`
	WCross           float64   `js:"wCross" min:"0" doc:"weight of the cross entropy part"`
	GammaDice        float64   `js:"gammaDice" above:"0" max:"20" doc:"exponent of the Dice part"`
	GammaCross       float64   `js:"gammaCross" above:"0" max:"5" doc:"exponent of the cross entropy part"`
	Smooth           float64   `js:"smooth" min:"0" doc:"added to both sides of 2I/(A+B)"`
	ClassFrequencies []float64 `js:"classFrequencies" above:"0" doc:"frequency of each class in the data set; null: counted in the batch"`
}

func (o ExpLog) Check(mode string, channels int) error {
	classes := channels
	if mode == "binary" {
		classes = 2
	} else if mode == "multilabel" && o.ClassFrequencies != nil {
		return fail(CodeOption, "classFrequencies", "is for classes that exclude each other, not for multilabel")
	}
	if n := len(o.ClassFrequencies); n > 0 && n != classes {
		return fail(CodeOption, "classFrequencies", "has %d numbers, must have one per class: %d", n, classes)
	}
	return nil
}

func (o ExpLog) Parts(options Options) []Part {
	dice, cross := options, options
	dice.ClassWeights = nil
	cross.Denominator = "valid"
	return []Part{
		{Weight: o.WDice, Loss: expLogDice{o.GammaDice, o.Smooth}, Options: dice},
		{Weight: o.WCross, Loss: expLogCross{o.GammaCross, o.ClassFrequencies, options.ClassWeights != nil}, Options: cross},
	}
}

type expLogDice struct{ Gamma, Smooth float64 }

func (expLogDice) Exact() bool { return true }

func (o expLogDice) Region(s Sums) (float64, Sums) {
	den := 2*s.TP + s.FP + s.FN + o.Smooth
	if den == 0 {
		return 0, Sums{}
	}
	score := (2*s.TP + o.Smooth) / den
	if score < 1e-7 {
		return pow64(-math.Log(1e-7), o.Gamma), Sums{}
	}
	miss := s.FP + s.FN
	u := -log1m(miss / den) // -log of the score, exact where it tends to 1
	if u < 1e-30 {
		return 0, Sums{}
	}
	v := pow64(u, o.Gamma)
	k := o.Gamma * v / u
	if u < 1e-12 {
		k = o.Gamma * pow64(1e-12, o.Gamma-1)
	}
	k /= score
	// D = (2I+s)/(A+B+s): dD = 2 dI/den - D dA/den
	return v, Sums{TP: -k * (2 - score) / den, FP: k * score / den}
}

// log1m is log(1-x) for x in [0,1), from its series where x is small.
func log1m(x float64) float64 {
	if x > 1e-4 {
		return math.Log(1 - x)
	}
	return -x * (1 + x*(0.5+x*(1.0/3+x*(0.25+x*0.2))))
}

type expLogCross struct {
	Gamma       float64
	Frequencies []float64
	given       bool // the caller's class weights stand instead
}

func (o expLogCross) Weights(w *ClassWeights) {
	if o.given {
		return
	}
	f := o.Frequencies
	if !w.Sigmoid {
		if f == nil {
			f = w.HitCount
		}
		scaleEach(w.Hit, rarity(f))
		return
	}
	for c := range w.Hit {
		pair := f
		if pair == nil {
			pair = []float64{w.MissCount[c], w.HitCount[c]}
		}
		r := rarity(pair)
		w.Miss[c] *= r[0]
		w.Hit[c] *= r[1]
	}
}

// rarity is sqrt(Σf/f) of each frequency; where f is 0 the largest of the others.
func rarity(f []float64) []float64 {
	all, least := 0.0, math.Inf(1)
	for _, x := range f {
		all += x
		if x > 0 {
			least = math.Min(least, x)
		}
	}
	w := make([]float64, len(f))
	for i, x := range f {
		if x == 0 {
			x = least
		}
		w[i] = 1
		if all > 0 {
			w[i] = math.Sqrt(all / x)
		}
	}
	return w
}

func (o expLogCross) Term(loss, slope, u, q []float32) {
	var xb, lb [vec.Block]float32
	x, log := xb[:len(u)], lb[:len(u)]
	vec.Abs(x, u)
	vec.Log2(log, x)
	o.value(loss, x, log)
	vec.Above(loss, loss, x, 0)
	if slope != nil {
		o.slope(slope, loss, x, log)
	}
}

func (o expLogCross) OfLog() func(loss, x, log []float32) { return o.value }

// value is x^γ of x above 0.
func (o expLogCross) value(loss, x, log []float32) {
	if isPower(o.Gamma) {
		power(loss, x, o.Gamma)
	} else {
		vec.Power(loss, log, float32(o.Gamma))
	}
}

// slope is the derivative by u = -x of a loss.
func (o expLogCross) slope(slope, loss, x, log []float32) {
	least := 1e-30
	if o.Gamma < 1 {
		least = 1e-12
	}
	vec.AtLeast(slope, loss, float32(pow64(least, o.Gamma)))
	vec.Ratio(slope, slope, x, float32(least))
	vec.Scale(slope, slope, float32(-o.Gamma))
	if o.Gamma != 1 {
		vec.Above(slope, slope, log, log2Of1e30)
	}
}

// log2Of1e30 is log2 1e-30.
const log2Of1e30 = -99.65784284662087
