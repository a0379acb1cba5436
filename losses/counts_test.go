package losses

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The metrics whose name in the literature is short, by that name.
var countsByName = map[string]Counts{
	"iou": IoU{}, "iou_score": IoU{}, "jaccard": IoU{}, "ts": IoU{},
	"dice": DiceScore{}, "f1": FBeta{Beta: 1}, "f1_score": FBeta{Beta: 1},
	"precision": Precision{}, "ppv": Precision{}, "positive_predictive_value": Precision{},
	"recall": Recall{}, "tpr": Recall{}, "sensitivity": Recall{},
	"specificity": Specificity{}, "tnr": Specificity{},
	"npv": NegativePredictiveValue{}, "negative_predictive_value": NegativePredictiveValue{},
	"fpr": FalsePositiveRate{}, "false_positive_rate": FalsePositiveRate{},
	"fnr": FalseNegativeRate{}, "false_negative_rate": FalseNegativeRate{},
	"fdr": FalseDiscoveryRate{}, "false_discovery_rate": FalseDiscoveryRate{},
	"for": FalseOmissionRate{}, "false_omission_rate": FalseOmissionRate{},
	"acc": Accuracy{}, "accuracy": Accuracy{},
	"ba": BalancedAccuracy{}, "balanced_accuracy": BalancedAccuracy{},
	"cohen_kappa": Kappa{Weights: "none"}, "cohen_kappa_linear": Kappa{Weights: "linear"}, "cohen_kappa_quadratic": Kappa{Weights: "quadratic"},
	"mcc": MCCScore{}, "bm": Informedness{}, "mk": Markedness{}, "fm": FowlkesMallows{}, "pt": PrevalenceThreshold{},
	"gds_square": GeneralizedDiceScore{WeightType: "square"}, "gds_simple": GeneralizedDiceScore{WeightType: "simple"}, "gds_uniform": GeneralizedDiceScore{WeightType: "uniform"},
	"volumetric_similarity": VolumetricSimilarity{},
}

var betaName = regexp.MustCompile(`^f(?:beta)?([0-9.]+)$`)

func countsNamed(name string) (Counts, error) {
	if m, ok := countsByName[name]; ok {
		return m, nil
	}
	if beta := betaName.FindStringSubmatch(name); beta != nil {
		x, err := strconv.ParseFloat(beta[1], 64)
		return FBeta{Beta: x}, err
	}
	return nil, fmt.Errorf("%q is no metric that we know", name)
}

// The averages by the names that the references give them.
var averageByName = map[string]string{
	"macro": "macro", "micro": "micro", "weighted": "weighted",
	"macro-imagewise": "imagewise", "micro-imagewise": "microImagewise",
}

// runConfusionCase compares every metric of a golden case.
func runConfusionCase(t *testing.T, raw json.RawMessage) {
	t.Helper()
	var c fixture
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	confusion := confusionOf(t, &c)
	if len(c.Expect.Metrics) == 0 {
		t.Fatal("the case has no metrics")
	}
	for _, name := range keys(c.Expect.Metrics) {
		var want floats
		if err := json.Unmarshal(c.Expect.Metrics[name], &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := goldenMetric(&c, confusion, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%s has %d numbers, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			c.near(t, fmt.Sprintf("%s[%d]", name, i), got[i], float64(want[i]))
		}
	}
}

// goldenMetric reads the name of a metric, which carries its convention.
func goldenMetric(c *fixture, confusion *Confusion, name string) ([]float64, error) {
	switch name {
	case "tp", "fp", "fn", "tn":
		var out []float64
		for _, f := range confusion.Fourfolds() {
			out = append(out, map[string]float64{"tp": f.TP, "fp": f.FP, "fn": f.FN, "tn": f.TN}[name])
		}
		return out, nil
	case "confusion_matrix_rows_true":
		s, err := (Accuracy{}).Counts(confusion, &Options{IncludeBackground: true})
		return s.Extra["confusion"], err
	}
	if rest, ok := strings.CutPrefix(name, "monai."); ok {
		return monaiMetric(confusion, rest)
	}
	if rest, ok := strings.CutPrefix(name, "own."); ok {
		m, err := countsNamed(rest)
		if err != nil {
			return nil, err
		}
		s, err := m.Counts(confusion, &Options{IncludeBackground: true})
		return []float64{s.Value}, err
	}
	if rest, ok := strings.CutPrefix(name, "tm."); ok {
		return torchMetric(confusion, rest)
	}
	if base, average, ok := strings.Cut(name, "."); ok {
		return smpMetric(c, confusion, base, average)
	}
	return sklearnMetric(confusion, name)
}

// smpMetric: 0/0 is what the case says, class weights 1/(c+1).
func smpMetric(c *fixture, confusion *Confusion, base, average string) ([]float64, error) {
	m, err := countsNamed(base)
	if err != nil {
		return nil, err
	}
	o := Options{IncludeBackground: true}
	switch c.Params["zero_division"] {
	case 1.0:
		o.Empty = "one"
	case 0.0:
		o.Empty = "zero"
	case "NaN", nil:
		o.Empty = "nan"
	default:
		return nil, fmt.Errorf("zero_division is %v", c.Params["zero_division"])
	}
	if average == "none" {
		s, err := m.Counts(confusion, &o)
		return s.Values, err
	}
	o.Average = averageByName[average]
	if o.Average == "" {
		return nil, fmt.Errorf("%q is no average that we know", average)
	}
	if average == "weighted" {
		if c.Params["class_weights"] != "1/(c+1) for .weighted" {
			return nil, fmt.Errorf("class_weights are %v", c.Params["class_weights"])
		}
		for i := range confusion.C {
			o.ClassWeights = append(o.ClassWeights, 1/float64(i+1))
		}
	}
	s, err := m.Counts(confusion, &o)
	return []float64{s.Value}, err
}

// sklearnMetric: 0/0 is 0, and weighted means by the truth's pixels.
func sklearnMetric(confusion *Confusion, name string) ([]float64, error) {
	o := Options{IncludeBackground: true, Empty: "zero"}
	if base, ok := strings.CutSuffix(name, "_per_class"); ok {
		m, err := countsNamed(base)
		if err != nil {
			return nil, err
		}
		s, err := m.Counts(confusion, &o)
		return s.PerClass, err
	}
	base := name
	if i := strings.LastIndex(name, "_"); i > 0 && averageByName[name[i+1:]] != "" {
		base, o.Average = name[:i], averageByName[name[i+1:]]
	}
	m, err := countsNamed(base)
	if err != nil {
		return nil, err
	}
	s, err := m.Counts(confusion, &o)
	return []float64{s.Value}, err
}

// monaiMetric: of each class of each image, 0/0 is NaN; ignore_empty leaves out
// what the truth does not hold.
func monaiMetric(confusion *Confusion, name string) ([]float64, error) {
	o := Options{Empty: "nan", IncludeBackground: true}
	if base, ok := strings.CutSuffix(name, "_not_ignore_empty"); ok {
		name, o.Empty = base, "score"
	} else if base, ok := strings.CutSuffix(name, "_ignore_empty"); ok {
		name, o.Classes.Word = base, "present"
	} else if strings.HasPrefix(name, "gds") {
		o.Empty = "score"
	}
	m, err := countsNamed(name)
	if err != nil {
		return nil, err
	}
	s, err := m.Counts(confusion, &o)
	return s.Values, err
}

// torchMetric: of each image, absent classes left out of the means.
func torchMetric(confusion *Confusion, name string) ([]float64, error) {
	absent := math.NaN()
	var m Counts = DiceScore{}
	o := Options{Empty: "skip", IncludeBackground: true}
	perClass := false
	switch name {
	case "dice_micro", "dice_macro", "dice_weighted":
		o.Average = strings.TrimPrefix(name, "dice_")
	case "dice_none":
		perClass = true
	case "mean_iou":
		m = IoU{}
	case "mean_iou_no_bg":
		m, o.IncludeBackground = IoU{}, false
	case "mean_iou_per_class":
		m, perClass, absent = IoU{}, true, -1
	default:
		return nil, fmt.Errorf("%q is no metric that we know", name)
	}
	var out []float64
	for n := range confusion.N {
		s, err := m.Counts(imageOf(confusion, n), &o)
		if err != nil {
			return nil, err
		}
		if !perClass {
			out = append(out, s.Value)
			continue
		}
		for _, x := range s.PerClass {
			if math.IsNaN(x) {
				x = absent
			}
			out = append(out, x)
		}
	}
	return out, nil
}

// imageOf is the confusion of one image of a batch.
func imageOf(c *Confusion, n int) *Confusion {
	one := &Confusion{N: 1, C: c.C, Sigmoid: c.Sigmoid}
	if c.Sigmoid {
		one.Four = c.Four[4*n*c.C : 4*(n+1)*c.C]
	} else {
		one.M = c.image(n)
	}
	return one
}

// confusionOf counts a golden case pixel by pixel.
func confusionOf(t *testing.T, c *fixture) *Confusion {
	t.Helper()
	n := c.Shape[0]
	ignored := func(x float) bool { id, ok := c.Params["ignore_index"].(float64); return ok && float64(x) == id }
	if c.Params["mode"] == "multiclass" {
		classes, ok := c.Params["num_classes"].(float64)
		if !ok || c.TargetKind != "index" {
			t.Fatalf("multiclass of %v classes with a %s target", c.Params["num_classes"], c.TargetKind)
		}
		out := &Confusion{N: n, C: int(classes), M: make([]float64, n*int(classes*classes))}
		px := len(c.Target) / n
		for i, truth := range c.Target {
			if ignored(truth) {
				continue
			}
			predicted := 0
			if c.Input == "labels" {
				predicted = int(c.Pred[i])
			} else { // the highest score, the lowest class of equals
				at := func(k int) float { return c.Pred[(i/px*out.C+k)*px+i%px] }
				for k := range out.C {
					if at(k) > at(predicted) {
						predicted = k
					}
				}
			}
			out.M[(i/px*out.C+int(truth))*out.C+predicted]++
		}
		return out
	}
	if len(c.Pred) != len(c.Target) {
		t.Fatalf("%d predictions for %d targets", len(c.Pred), len(c.Target))
	}
	threshold := 0.5
	if x, ok := c.Params["threshold"].(float64); ok {
		threshold = x
	}
	out := &Confusion{N: n, C: c.Shape[1], Sigmoid: true}
	out.Four = make([]float64, 4*n*out.C)
	px := len(c.Pred) / (n * out.C)
	for i, truth := range c.Target {
		if ignored(truth) {
			continue
		}
		p := float64(c.Pred[i])
		if c.Input == "logits" {
			p = 1 / (1 + math.Exp(-p))
		}
		out.Four[4*(i/px)+fourfoldIndex(p >= threshold, truth == 1)]++
	}
	return out
}

// fourfoldIndex is the place of a pixel among TP, FP, FN and TN.
func fourfoldIndex(predicted, truth bool) int {
	switch {
	case predicted && truth:
		return 0
	case predicted:
		return 1
	case truth:
		return 2
	}
	return 3
}

func counted(t *testing.T, m Counts, c *Confusion, o Options) Score {
	t.Helper()
	s, err := m.Counts(c, &o)
	if err != nil {
		t.Fatalf("%T: %v", m, err)
	}
	return s
}

func checkNear(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-12 {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// Ten pixels: 3 found, 1 false alarm, 2 missed, 4 rightly left alone.
func TestCountsByHand(t *testing.T) {
	ten := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{3, 1, 2, 4}}
	for _, row := range []struct {
		m    Counts
		want float64
	}{
		{IoU{}, 3. / 6},                     // 3 of 3+1+2
		{DiceScore{}, 6. / 9},               // 2*3 of 2*3+1+2
		{FBeta{Beta: 1}, 6. / 9},            // is Dice
		{FBeta{Beta: 2}, 15. / 24},          // 5*3 of 5*3+4*2+1
		{FBeta{Beta: 0.5}, 3.75 / 5.25},     // 1.25*3 of 1.25*3+.25*2+1
		{Precision{}, 3. / 4},               // 3 of 3+1
		{Recall{}, 3. / 5},                  // 3 of 3+2
		{Specificity{}, 4. / 5},             // 4 of 4+1
		{NegativePredictiveValue{}, 4. / 6}, // 4 of 4+2
		{FalsePositiveRate{}, 1. / 5},
		{FalseNegativeRate{}, 2. / 5},
		{FalseDiscoveryRate{}, 1. / 4},
		{FalseOmissionRate{}, 2. / 6},
		{Accuracy{}, 7. / 10},         // 3+4 of 10
		{BalancedAccuracy{}, 7. / 10}, // (3/5+4/5)/2
		{Kappa{}, 0.4},                // p_o = .7, p_e = (4*5+6*5)/100 = .5
		{Kappa{Weights: "quadratic"}, 0.4},
		{MCCScore{}, 10 / math.Sqrt(600)},                    // 3*4-1*2 by sqrt(4*5*5*6)
		{Informedness{}, 2. / 5},                             // 3/5+4/5-1
		{Markedness{}, 5. / 12},                              // 3/4+4/6-1
		{FowlkesMallows{}, math.Sqrt(9. / 20)},               // sqrt(3/4*3/5)
		{PrevalenceThreshold{}, 1 / (1 + math.Sqrt(3))},      // sqrt(.2)/(sqrt(.6)+sqrt(.2)), by sqrt(.2)
		{VolumetricSimilarity{}, 8. / 9},                     // 1-|2-1|/(2*3+1+2)
		{GeneralizedDiceScore{WeightType: "square"}, 6. / 9}, // one class: Dice
	} {
		s := counted(t, row.m, ten, Options{})
		checkNear(t, fmt.Sprintf("%T%+v", row.m, row.m), s.Value, row.want)
		if len(s.Values) != 1 || math.Abs(s.Values[0]-row.want) > 1e-12 {
			t.Errorf("%T: values are %v, want %v", row.m, s.Values, row.want)
		}
	}
}

// threeClasses are 20 pixels in truth-by-prediction order, of two images.
//
//	first   second  sum
//	4 1 0   2 0 1   6 1 1   8
//	0 3 1   0 1 0   0 4 1   5
//	0 0 2   1 0 4   1 0 6   7
//	                7 5 8  20
var threeClasses = &Confusion{N: 2, C: 3, M: []float64{
	4, 1, 0, 0, 3, 1, 0, 0, 2,
	2, 0, 1, 0, 1, 0, 1, 0, 4,
}}

func TestCountsAverages(t *testing.T) {
	all := Options{IncludeBackground: true}
	with := func(average string) Options { o := all; o.Average = average; return o }
	weights := with("weighted")
	weights.ClassWeights = []float64{1, 0, 3}
	foreground := Options{Average: "macro"}
	listed := Options{Average: "micro", Classes: Choice{List: []int{0, 2}}}
	for _, row := range []struct {
		name string
		m    Counts
		o    Options
		want float64
	}{
		{"recall macro", Recall{}, with("macro"), (6./8 + 4./5 + 6./7) / 3},
		{"recall micro", Recall{}, with("micro"), 16. / 20},
		{"recall by support", Recall{}, with("weighted"), 16. / 20}, // Σ 8/20*6/8 + ...
		{"recall by weights", Recall{}, weights, (6./8 + 3*6./7) / 4},
		{"recall imagewise", Recall{}, with("imagewise"), (4./5 + 3./4 + 1 + 2./3 + 1 + 4./5) / 6},
		{"recall microImagewise", Recall{}, with("microImagewise"), (9./11 + 7./9) / 2},
		{"recall without background", Recall{}, foreground, (4./5 + 6./7) / 2},
		{"iou of classes 0 and 2", IoU{}, listed, 12. / (9 + 9)}, // 8+7-6 and 7+8-6 in the unions
		{"accuracy joint", Accuracy{}, with("joint"), 16. / 20},
		{"accuracy joint by default", Accuracy{}, all, 16. / 20},
		{"accuracy jointImagewise", Accuracy{}, with("jointImagewise"), (9./11 + 7./9) / 2},
		{"accuracy macro", Accuracy{}, with("macro"), (17. + 18 + 17) / 60}, // each class against the rest: 3, 2 and 3 wrong
		{"accuracy of the true foreground", Accuracy{}, Options{}, 10. / 12},
		{"balanced accuracy joint", BalancedAccuracy{}, all, (6./8 + 4./5 + 6./7) / 3},
		{"kappa joint", Kappa{}, all, (16./20 - 137./400) / (1 - 137./400)},                         // p_e = (8*7+5*5+7*8)/400
		{"kappa linear", Kappa{Weights: "linear"}, all, 1 - 6./((8*5+8*8*2+5*7+5*8+7*7*2+7*5)/20.)}, // 1+2*1+1+2*1 in the corners
		{"kappa quadratic", Kappa{Weights: "quadratic"}, all, 1 - 10./((8*5+8*8*4+5*7+5*8+7*7*4+7*5)/20.)},
		{"mcc joint", MCCScore{}, all, (16.*20 - 137) / math.Sqrt((400-49-25-64)*(400-64-25-49))}, // c*s - Σpt by those of Gorodkin
		{"generalized dice joint", GeneralizedDiceScore{WeightType: "simple"}, with("joint"), 2 * (6./8 + 4./5 + 6./7) / (15./8 + 10./5 + 15./7)},
		{"generalized dice by square", GeneralizedDiceScore{WeightType: "square"}, with("joint"), 2 * (6./64 + 4./25 + 6./49) / (15./64 + 10./25 + 15./49)},
		{"generalized dice, uniform", GeneralizedDiceScore{WeightType: "uniform"}, with("joint"), 2 * 16. / 40},
		{"generalized dice, foreground", GeneralizedDiceScore{WeightType: "uniform"}, Options{Average: "joint"}, 2 * 10. / 25},
		{"generalized dice imagewise", GeneralizedDiceScore{WeightType: "uniform"}, all, (9./11 + 7./9) / 2},
	} {
		checkNear(t, row.name, counted(t, row.m, threeClasses, row.o).Value, row.want)
	}
}

func TestCountsExtra(t *testing.T) {
	s := counted(t, Kappa{}, threeClasses, Options{IncludeBackground: true})
	for name, want := range map[string][]float64{
		"tp": {6, 4, 6}, "fp": {1, 1, 2}, "fn": {2, 1, 1}, "tn": {11, 14, 11},
		"confusion": {6, 1, 1, 0, 4, 1, 1, 0, 6},
	} {
		if got := s.Extra[name]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// An image of five pixels without class 2, in truth or prediction, and one with it.
func TestCountsOfNothing(t *testing.T) {
	nan := math.NaN()
	absent := &Confusion{N: 2, C: 3, M: []float64{
		3, 1, 0, 0, 1, 0, 0, 0, 0,
		3, 0, 0, 0, 0, 0, 0, 1, 1,
	}}
	nothing := &Confusion{N: 1, C: 1, Sigmoid: true, Four: make([]float64, 4)}
	bothEmpty := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{0, 0, 0, 5}}
	alarm := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{0, 2, 0, 3}}
	uniform := &Confusion{N: 1, C: 2, M: []float64{5, 0, 0, 0}}
	present := Options{IncludeBackground: true, Classes: Choice{Word: "present"}}
	for _, row := range []struct {
		name      string
		m         Counts
		c         *Confusion
		empty     string
		average   string
		want      float64
		undefined int
	}{
		// Recall of the three classes: 3/4, 1, 0/0; 1, 0/0, 1/2.
		{"skipped", Recall{}, absent, "skip", "imagewise", 3.25 / 4, 2},
		{"skipped by default", Recall{}, absent, "score", "imagewise", 3.25 / 4, 2},
		{"zero", Recall{}, absent, "zero", "imagewise", 3.25 / 6, 0},
		{"one", Recall{}, absent, "one", "imagewise", 5.25 / 6, 0},
		{"nan", Recall{}, absent, "nan", "imagewise", nan, 2},
		{"nan, none undefined", Recall{}, absent, "nan", "macro", (6./7 + 1 + 1./2) / 3, 0},
		{"jointly over the present", BalancedAccuracy{}, absent, "nan", "jointImagewise", (3.5/4 + 1.5/2) / 2, 0},
		// IoU: 3/4, 1/2, both empty; 1, 0/1, 1/2.
		{"both empty is right", IoU{}, absent, "score", "imagewise", (0.75 + 0.5 + 1 + 1 + 0 + 0.5) / 6, 0},
		{"both empty is skipped", IoU{}, absent, "skip", "imagewise", 2.75 / 5, 1},

		{"dice of both empty", DiceScore{}, bothEmpty, "score", "", 1, 0},
		{"iou of both empty", IoU{}, bothEmpty, "score", "", 1, 0},
		{"iou of both empty", IoU{}, bothEmpty, "zero", "", 0, 0},
		{"iou of both empty", IoU{}, bothEmpty, "nan", "", nan, 1},
		{"generalized dice of both empty", GeneralizedDiceScore{WeightType: "square"}, bothEmpty, "score", "", 1, 0},
		{"precision of both empty", Precision{}, bothEmpty, "score", "", nan, 1},
		{"volumes of both empty", VolumetricSimilarity{}, bothEmpty, "score", "", nan, 1},
		{"kappa of one class", Kappa{}, uniform, "score", "joint", nan, 1},
		{"mcc of one class", MCCScore{}, uniform, "zero", "joint", 0, 0},
		{"dice of a false alarm", DiceScore{}, alarm, "score", "", 0, 0},
		{"generalized dice of a false alarm", GeneralizedDiceScore{WeightType: "square"}, alarm, "score", "", 0, 0},
		{"threshold of a blind guess", PrevalenceThreshold{}, &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{1, 2, 3, 6}}, "score", "", nan, 1},

		{"no pixel", DiceScore{}, nothing, "score", "", nan, 1},
		{"no pixel", GeneralizedDiceScore{WeightType: "square"}, nothing, "score", "", nan, 1},
		{"no pixel", Accuracy{}, nothing, "score", "joint", nan, 1},
	} {
		s := counted(t, row.m, row.c, Options{IncludeBackground: true, Empty: row.empty, Average: row.average})
		checkNear(t, row.name+", "+row.empty, s.Value, row.want)
		if s.Undefined != row.undefined {
			t.Errorf("%s, %s: %d undefined, want %d", row.name, row.empty, s.Undefined, row.undefined)
		}
	}
	s := counted(t, DiceScore{}, alarm, present)
	checkNear(t, "dice of the present classes, none", s.Value, nan)
	if s.Undefined != 0 {
		t.Errorf("a class that does not count is undefined")
	}
}

// randomConfusion counts random masks of which three in four pixels agree.
func randomConfusion(r *rand.Rand, n, classes int, sigmoid bool) *Confusion {
	c := &Confusion{N: n, C: classes, Sigmoid: sigmoid, M: make([]float64, n*classes*classes), Four: make([]float64, 4*n*classes)}
	for i := range n {
		for range 200 {
			truth := r.Intn(classes)
			predicted := truth
			if r.Intn(4) == 0 {
				predicted = r.Intn(classes)
			}
			c.M[(i*classes+truth)*classes+predicted]++
			for k := range classes {
				yes := r.Intn(2) == 1
				c.Four[4*(i*classes+k)+fourfoldIndex(yes != (r.Intn(4) == 0), yes)]++
			}
		}
	}
	return c
}

func everyCounts(each func(e Entry, m Counts)) {
	for _, e := range countRows {
		each(e, e.Loss.(Counts))
	}
}

// A batch of images in another order scores the same, and macro, micro and joint
// score it as the one image that it makes.
func TestCountsOfMergedImages(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, sigmoid := range []bool{false, true} {
		c := randomConfusion(r, 3, 4, sigmoid)
		turned := &Confusion{N: 3, C: 4, Sigmoid: sigmoid}
		turned.M = append(append(turned.M, c.M[16:]...), c.M[:16]...)
		turned.Four = append(append(turned.Four, c.Four[16:]...), c.Four[:16]...)
		one := &Confusion{N: 1, C: 4, Sigmoid: sigmoid, M: make([]float64, 16), Four: make([]float64, 16)}
		for i := range c.M {
			one.M[i%16] += c.M[i]
			one.Four[i%16] += c.Four[i]
		}
		everyCounts(func(e Entry, m Counts) {
			for _, average := range allAverages {
				o := Options{IncludeBackground: true, Average: average}
				s, err := m.Counts(c, &o)
				if err != nil {
					if !strings.Contains(err.Error(), "average") {
						t.Errorf("%s: %v", e.Name, err)
					}
					continue
				}
				what := fmt.Sprintf("%s, %s, sigmoid %v", e.Name, average, sigmoid)
				checkNear(t, what+", turned", counted(t, m, turned, o).Value, s.Value)
				if !strings.HasSuffix(strings.ToLower(average), "imagewise") {
					checkNear(t, what+", as one image", counted(t, m, one, o).Value, s.Value)
				}
				if !(s.Value >= e.Range[0] && s.Value <= e.Range[1]) {
					t.Errorf("%s is %v, out of its range %v", what, s.Value, e.Range)
				}
			}
		})
	}
}

// Naming the classes otherwise changes no score but that of grades.
func TestCountsOfRenamedClasses(t *testing.T) {
	c := randomConfusion(rand.New(rand.NewSource(2)), 2, 3, false)
	renamed := &Confusion{N: 2, C: 3, M: make([]float64, len(c.M))}
	to := []int{2, 0, 1}
	for i, x := range c.M {
		n, truth, p := i/9, i/3%3, i%3
		renamed.M[n*9+to[truth]*3+to[p]] = x
	}
	everyCounts(func(e Entry, m Counts) {
		o := Options{IncludeBackground: true}
		checkNear(t, e.Name, counted(t, m, renamed, o).Value, counted(t, m, c, o).Value)
	})
}

// The best mask scores the better end of the range, the opposite mask the worse.
func TestCountsOfTheBestAndTheWorst(t *testing.T) {
	best := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{4, 0, 0, 4}}
	worst := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{0, 4, 4, 0}}
	everyCounts(func(e Entry, m Counts) {
		low, high := worst, best
		if e.Better == "lower" {
			low, high = best, worst
		}
		want := e.Range
		if e.Name == "volumetric-similarity" { // the sizes are alike
			want[0] = 1
		}
		checkNear(t, e.Name+", low", counted(t, m, low, Options{}).Value, want[0])
		checkNear(t, e.Name+", high", counted(t, m, high, Options{}).Value, want[1])
	})
	three := &Confusion{N: 1, C: 3, M: []float64{5, 0, 0, 0, 1, 0, 0, 0, 3}}
	everyCounts(func(e Entry, m Counts) {
		if e.Better == "higher" {
			checkNear(t, e.Name+" of three classes", counted(t, m, three, Options{IncludeBackground: true}).Value, 1)
		}
	})
}

// Putting a missed pixel right, or taking a false alarm back, never hurts.
func TestCountsRewardWhatIsRight(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 200 {
		f := []float64{float64(r.Intn(9)), float64(1 + r.Intn(9)), float64(1 + r.Intn(9)), float64(r.Intn(9))}
		found := []float64{f[0] + 1, f[1], f[2] - 1, f[3]}
		taken := []float64{f[0], f[1] - 1, f[2], f[3] + 1}
		everyCounts(func(e Entry, m Counts) {
			switch e.Name {
			case "volumetric-similarity", "prevalence-threshold":
				return // not of the pixels that are right
			}
			value := func(four []float64) float64 {
				v := counted(t, m, &Confusion{N: 1, C: 1, Sigmoid: true, Four: four}, Options{}).Value
				if e.Better == "lower" {
					return -v
				}
				return v
			}
			before := value(f)
			for _, after := range []float64{value(found), value(taken)} {
				if after < before-1e-12 {
					t.Errorf("%s falls from %v to %v, of %v", e.Name, before, after, f)
				}
			}
		})
	}
}

func TestCountsIdentities(t *testing.T) {
	c := randomConfusion(rand.New(rand.NewSource(4)), 2, 3, false)
	per := func(m Counts) []float64 { return counted(t, m, c, Options{IncludeBackground: true}).Values }
	dice, iou, f1 := per(DiceScore{}), per(IoU{}), per(FBeta{Beta: 1})
	for i := range dice {
		checkNear(t, "dice by iou", dice[i], 2*iou[i]/(1+iou[i]))
		checkNear(t, "f1", f1[i], dice[i])
	}
	for _, pair := range [][2]Counts{
		{FalsePositiveRate{}, Specificity{}}, {FalseNegativeRate{}, Recall{}},
		{FalseDiscoveryRate{}, Precision{}}, {FalseOmissionRate{}, NegativePredictiveValue{}},
	} {
		a, b := per(pair[0]), per(pair[1])
		for i := range a {
			checkNear(t, fmt.Sprintf("%T", pair), a[i]+b[i], 1)
		}
	}
	// Two classes against each other are one class against the rest.
	two := randomConfusion(rand.New(rand.NewSource(5)), 1, 2, false)
	one := &Confusion{N: 1, C: 1, Sigmoid: true, Four: []float64{two.M[3], two.M[1], two.M[2], two.M[0]}}
	for _, m := range []Counts{Accuracy{}, BalancedAccuracy{}, Kappa{}, MCCScore{}} {
		checkNear(t, fmt.Sprintf("%T", m), counted(t, m, two, Options{IncludeBackground: true}).Value, counted(t, m, one, Options{}).Value)
	}
}

func TestCountsRefuse(t *testing.T) {
	for _, row := range []struct {
		m     Counts
		o     Options
		field string
	}{
		{IoU{}, Options{Average: "joint"}, "average"},
		{IoU{}, Options{Average: "median"}, "average"},
		{GeneralizedDiceScore{}, Options{Average: "macro"}, "average"},
		{IoU{}, Options{ClassWeights: []float64{1, 2, 3}}, "classWeights"},
		{Kappa{}, Options{ClassWeights: []float64{1, 2, 3}}, "classWeights"},
		{IoU{}, Options{Average: "weighted", ClassWeights: []float64{1, 2}}, "classWeights"},
		{IoU{}, Options{Classes: Choice{List: []int{0, 3}}}, "classes"},
	} {
		_, err := row.m.Counts(threeClasses, &row.o)
		e, ok := err.(*Error)
		if !ok || e.Code != CodeOption || e.Field != row.field {
			t.Errorf("%T with %+v: %v, want an error of option %s", row.m, row.o, err, row.field)
		}
	}
}

// The rows describe themselves.
func TestCountRows(t *testing.T) {
	seen := map[string]bool{}
	for i := range countRows {
		e := &countRows[i]
		if seen[e.Name] {
			t.Errorf("%s is there twice", e.Name)
		}
		seen[e.Name] = true
		for what, s := range map[string]string{"title": e.Title, "group": e.Group, "formula": e.Formula, "source": e.Source, "doc": e.Doc} {
			if s == "" {
				t.Errorf("%s has no %s", e.Name, what)
			}
		}
		if e.Kind != "metric" || e.Better != "higher" && e.Better != "lower" || !(e.Range[0] < e.Range[1]) || e.Sum() == (e.Name == "generalized-dice-score") {
			t.Errorf("%s is of kind %q, better %q, in %v, a sum: %v", e.Name, e.Kind, e.Better, e.Range, e.Sum())
		}
		for _, p := range e.Params() {
			if p.Doc == "" {
				t.Errorf("%s: %s has no doc", e.Name, p.Name)
			}
		}
	}
	for _, name := range strings.Fields("iou dice-score precision recall specificity accuracy balanced-accuracy kappa mcc-score volumetric-similarity") {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
