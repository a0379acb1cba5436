package losses

import (
	"math"
	"strings"
)

// measure is the mathematics of a metric. Its functions give NaN where the
// score is 0/0; what becomes of that is decided in settle.
type measure struct {
	// class scores one class against the rest.
	class func(f Fourfold) float64

	// joint scores a matrix, truth by prediction, as a whole. nil: there is only class.
	joint func(m []float64, classes int) float64

	// bothEmpty says that nothing predicted where nothing is true is right: 1.
	bothEmpty bool
}

// The averages, without and with those of a metric that has a joint score.
var (
	classAverages = []string{"macro", "micro", "weighted", "imagewise", "microImagewise"}
	allAverages   = append([]string{"joint", "jointImagewise"}, classAverages...)
)

// score averages a measure over a batch.
//
//	joint           one matrix of the batch
//	jointImagewise  the matrix of each image; the mean over images
//	macro           each class over the batch; the mean over classes
//	micro           the counts of all classes and images added up
//	weighted        as macro, each class weighing its pixels in the truth, or its class weight
//	imagewise       each class of each image; the mean of them all
//	microImagewise  the counts of all classes added up for each image; the mean over images
//
// Independent channels are matrices of their own: joint is then macro, and
// jointImagewise imagewise. A joint score leaves out the pixels whose true class
// does not count.
func (m measure) score(c *Confusion, o *Options) (Score, error) {
	average, err := m.average(c, o)
	if err != nil {
		return Score{}, err
	}
	four := c.Fourfolds()
	total := make([]Fourfold, c.C)
	for i, f := range four {
		total[i%c.C].add(f)
	}
	on := selected(o, total)
	s := Score{PerClass: make([]float64, c.C), Values: make([]float64, 0, len(four)), Extra: perClassCounts(total)}
	mean := newMean(o)

	for i, f := range total {
		s.PerClass[i] = m.settled(f, on[i], o)
		if weight := averageWeight(average, f, i, o); on[i] {
			mean.add(s.PerClass[i], weight)
		}
	}
	if average == "micro" {
		mean.addPooled(m, total, on, o)
	}
	for n := range c.N {
		image := four[n*c.C : (n+1)*c.C]
		on := selected(o, image)
		for i, f := range image {
			x := m.settled(f, on[i], o)
			s.Values = append(s.Values, x)
			if average == "imagewise" && on[i] {
				mean.add(x, 1)
			}
		}
		switch average {
		case "microImagewise":
			mean.addPooled(m, image, on, o)
		case "jointImagewise":
			mean.add(settle(m.joint(trueIn(c.image(n), on), c.C), false, o), 1)
		}
	}
	if m.joint != nil && !c.Sigmoid {
		s.Extra["confusion"] = c.batch()
		if average == "joint" {
			mean.add(settle(m.joint(trueIn(c.batch(), on), c.C), false, o), 1)
		}
	}
	s.Value, s.Undefined = mean.value(), mean.undefined
	return s, nil
}

// average reads the option, and refuses what it cannot be here.
func (m measure) average(c *Confusion, o *Options) (string, error) {
	list := classAverages
	if m.joint != nil {
		list = allAverages
	}
	average, err := averageOf(list, c, o)
	if c.Sigmoid {
		switch average {
		case "joint":
			average = "macro"
		case "jointImagewise":
			average = "imagewise"
		}
	}
	return average, err
}

// averageOf is the average asked for, one of list; the first of it by default.
// The options that go with it are checked too.
func averageOf(list []string, c *Confusion, o *Options) (string, error) {
	average := o.Average
	if average == "" {
		average = list[0]
	}
	if !contains(list, average) {
		return "", fail(CodeOption, "average", "is %q, must be one of %s here", average, strings.Join(list, ", "))
	}
	if o.ClassWeights != nil && average != "weighted" {
		return "", fail(CodeOption, "classWeights", "are given, but average is %q, must be \"weighted\" to use them", average)
	}
	if n := len(o.ClassWeights); o.ClassWeights != nil && n != c.C {
		return "", fail(CodeOption, "classWeights", "has %d weights, must have one for each of %d classes", n, c.C)
	}
	for _, i := range o.Classes.List {
		if i < 0 || i >= c.C {
			return "", fail(CodeOption, "classes", "holds %d, must be class ids in [0, %d)", i, c.C)
		}
	}
	return average, nil
}

// selected tells which classes of an image or batch count.
func selected(o *Options, classes []Fourfold) []bool {
	present := make([]bool, len(classes))
	for i, f := range classes {
		present[i] = f.TP+f.FN > 0
	}
	return o.counts(len(classes), present)
}

// averageWeight is what a class over the batch weighs in the mean.
func averageWeight(average string, f Fourfold, class int, o *Options) float64 {
	switch {
	case average == "macro":
		return 1
	case average == "weighted" && o.ClassWeights != nil:
		return o.ClassWeights[class]
	case average == "weighted":
		return f.TP + f.FN
	}
	return 0
}

// trueIn leaves out of a matrix the pixels whose true class does not count.
func trueIn(m []float64, on []bool) []float64 {
	out := make([]float64, len(m))
	for i, x := range m {
		if on[i/len(on)] {
			out[i] = x
		}
	}
	return out
}

// settled is the score of one class; NaN where it does not count.
func (m measure) settled(f Fourfold, on bool, o *Options) float64 {
	if !on {
		return math.NaN()
	}
	// Without a true negative no pixel was counted, and nothing was right.
	empty := f.TP+f.FP+f.FN == 0 && f.TN > 0
	return settle(m.class(f), m.bothEmpty && empty, o)
}

// settle gives a score of 0/0 what the option empty says: by default nothing,
// but 1 where nothing is right.
func settle(x float64, right bool, o *Options) float64 {
	if !math.IsNaN(x) {
		return x
	}
	switch o.Empty {
	case "zero":
		return 0
	case "one":
		return 1
	case "skip", "nan":
		return x
	}
	if right {
		return 1
	}
	return x
}

// scoreMean is a weighted mean of scores. Those that are undefined are left out,
// or, where the option empty is nan, make it undefined. Of nothing it is NaN.
type scoreMean struct {
	sum, weight float64
	undefined   int
	strict      bool
}

func newMean(o *Options) scoreMean { return scoreMean{strict: o.Empty == "nan"} }

func (a *scoreMean) add(x, weight float64) {
	if weight == 0 {
		return
	}
	if math.IsNaN(x) {
		a.undefined++
		if !a.strict {
			return
		}
	}
	a.sum += float64(weight * x)
	a.weight += weight
}

// addPooled adds the score of the counts of all classes that count.
func (a *scoreMean) addPooled(m measure, classes []Fourfold, on []bool, o *Options) {
	var sum Fourfold
	any := false
	for i, f := range classes {
		if on[i] {
			sum.add(f)
			any = true
		}
	}
	if any {
		a.add(m.settled(sum, true, o), 1)
	}
}

func (a *scoreMean) value() float64 { return a.sum / a.weight }

// perClassCounts lists the counts of each class by name.
func perClassCounts(classes []Fourfold) map[string][]float64 {
	list := func(of func(Fourfold) float64) []float64 {
		out := make([]float64, len(classes))
		for i, f := range classes {
			out[i] = of(f)
		}
		return out
	}
	return map[string][]float64{
		"tp": list(func(f Fourfold) float64 { return f.TP }),
		"fp": list(func(f Fourfold) float64 { return f.FP }),
		"fn": list(func(f Fourfold) float64 { return f.FN }),
		"tn": list(func(f Fourfold) float64 { return f.TN }),
	}
}
