package losses

import "math"

// Accuracy is the share of pixels that are right. One class against the rest:
// (TP+TN)/(TP+FP+FN+TN), where what is right of the rest counts too.
type Accuracy struct{}

func (Accuracy) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{
		class: func(f Fourfold) float64 { return (f.TP + f.TN) / (f.TP + f.FP + f.FN + f.TN) },
		joint: func(m []float64, classes int) float64 {
			right, all := 0.0, 0.0
			for i, x := range m {
				all += x
				if i/classes == i%classes {
					right += x
				}
			}
			return right / all
		},
	}.score(c, o)
}

// BalancedAccuracy is the mean recall of the classes that the truth holds. One
// class against the rest: the mean of recall and specificity.
//
// Brodersen et al., The balanced accuracy and its posterior distribution, ICPR 2010.
type BalancedAccuracy struct{}

func (BalancedAccuracy) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{
		class: func(f Fourfold) float64 { return (f.recall() + f.specificity()) / 2 },
		joint: func(m []float64, classes int) float64 {
			sum, present := 0.0, 0.0
			for _, f := range fourfolds(m, classes) {
				if f.TP+f.FN > 0 {
					sum += f.recall()
					present++
				}
			}
			return sum / present
		},
	}.score(c, o)
}

// Kappa is Cohen's (p_o - p_e)/(1 - p_e): agreement beyond that expected of two
// masks of these sizes by chance. Undefined where chance agrees perfectly.
//
// As 1 - Σ w M / Σ w E, with w the cost of predicting p for t and E the matrix
// expected by chance. Weights suit classes that are grades: the distance of the
// ids, or its square. One class against the rest has only one distance.
//
// Cohen, Educational and Psychological Measurement 1960; weighted, Psychological
// Bulletin 1968.
type Kappa struct {
	Weights string `js:"weights" enum:"none|linear|quadratic" doc:"what an error costs: 1, the distance of the class ids, or its square"`
}

func (o Kappa) Counts(c *Confusion, options *Options) (Score, error) {
	return measure{
		class: func(f Fourfold) float64 { return o.kappa([]float64{f.TN, f.FP, f.FN, f.TP}, 2) },
		joint: o.kappa,
	}.score(c, options)
}

func (o Kappa) kappa(m []float64, classes int) float64 {
	truth, predicted := make([]float64, classes), make([]float64, classes)
	all := 0.0
	for i, x := range m {
		truth[i/classes] += x
		predicted[i%classes] += x
		all += x
	}
	seen, expected := 0.0, 0.0
	for i, x := range m {
		t, p := i/classes, i%classes
		w := o.cost(t, p)
		seen += float64(w * x)
		expected += float64(w * truth[t] * (predicted[p] / all))
	}
	return 1 - seen/expected
}

func (o Kappa) cost(truth, predicted int) float64 {
	d := math.Abs(float64(truth - predicted))
	switch {
	case o.Weights == "quadratic":
		return d * d
	case o.Weights == "linear" || d == 0:
		return d
	}
	return 1
}

// MCCScore is the correlation of prediction and truth, Matthews' of one class,
// Gorodkin's of many. Undefined where either mask has one class only.
//
// Gorodkin's numerator c·s - Σ p t is the sum of Matthews' TP·TN - FP·FN over
// the classes, and s² - Σ p² that of (TP+FP)(TN+FN): nothing large is subtracted
// from something large.
//
// Matthews, Biochimica et Biophysica Acta 1975; Gorodkin, Computational Biology
// and Chemistry 2004.
type MCCScore struct{}

func (MCCScore) Counts(c *Confusion, o *Options) (Score, error) {
	return measure{
		class: func(f Fourfold) float64 { return correlation([]Fourfold{f}) },
		joint: func(m []float64, classes int) float64 { return correlation(fourfolds(m, classes)) },
	}.score(c, o)
}

func correlation(classes []Fourfold) float64 {
	both, predicted, truth := 0.0, 0.0, 0.0
	for _, f := range classes {
		both += float64(f.TP*f.TN) - float64(f.FP*f.FN)
		predicted += float64((f.TP + f.FP) * (f.TN + f.FN))
		truth += float64((f.TP + f.FN) * (f.TN + f.FP))
	}
	return both / (math.Sqrt(predicted) * math.Sqrt(truth))
}

// GeneralizedDiceScore is 2 Σ w TP / Σ w (2TP+FP+FN) over the classes, the
// weight w of a class falling with its size in the truth.
//
// An absent class takes the largest weight of the others. Truth empty: 0, but 1
// where the prediction is empty too. There is no score of a class alone: Values
// are of images.
//
// Crum, Camara and Hill, IEEE Transactions on Medical Imaging 2006.
type GeneralizedDiceScore struct {
	WeightType string `js:"weightType" enum:"square|simple|uniform" doc:"what a class of size B in the truth weighs: 1/B², 1/B or 1"`
}

// Counts scores each image and averages, or the batch as one where the average
// is joint.
func (o GeneralizedDiceScore) Counts(c *Confusion, options *Options) (Score, error) {
	average, err := averageOf([]string{"jointImagewise", "joint"}, c, options)
	if err != nil {
		return Score{}, err
	}
	four := c.Fourfolds()
	total := make([]Fourfold, c.C)
	s := Score{Values: make([]float64, c.N)}
	mean := newMean(options)
	for n := range c.N {
		image := four[n*c.C : (n+1)*c.C]
		for i, f := range image {
			total[i].add(f)
		}
		s.Values[n] = o.score(image, options)
		if average == "jointImagewise" {
			mean.add(s.Values[n], 1)
		}
	}
	if average == "joint" {
		mean.add(o.score(total, options), 1)
	}
	s.Extra = perClassCounts(total)
	s.Value, s.Undefined = mean.value(), mean.undefined
	return s, nil
}

func (o GeneralizedDiceScore) score(classes []Fourfold, options *Options) float64 {
	on := selected(options, classes)
	weights, most, pixels := make([]float64, len(classes)), 0.0, 0.0
	for i, f := range classes {
		if !on[i] {
			continue
		}
		pixels += f.TP + f.FP + f.FN + f.TN
		weights[i] = o.weight(f.TP + f.FN)
		if !math.IsInf(weights[i], 1) {
			most = math.Max(most, weights[i])
		}
	}
	if most == 0 {
		most = 1
	}
	shared, sizes := 0.0, 0.0
	for i, f := range classes {
		w := math.Min(weights[i], most)
		shared += float64(2 * w * f.TP)
		sizes += float64(w * (2*f.TP + f.FP + f.FN))
	}
	return settle(shared/sizes, pixels > 0, options)
}

func (o GeneralizedDiceScore) weight(size float64) float64 {
	switch o.WeightType {
	case "square":
		return 1 / (size * size)
	case "simple":
		return 1 / size
	}
	return 1
}
