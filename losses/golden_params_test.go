package losses

import (
	"fmt"
	"math"
	"strings"
)

// The golden data name parameters in the neutral words of their own format.
// Most are ours but for the spelling, weight_type for weightType; what differs
// is in the table below. A parameter that is not in the table goes to Decode as
// it is, so that one we do not know is refused there by its name.

// work is a case in our words.
type work struct {
	loss    string
	in      Input
	options map[string]any
	fold    bool // the prediction was [p] and became [1-p, p]
	twice   bool // the cross entropy is of the softmax of the softmax
}

// run evaluates a work; the gradient is by the prediction of the case.
func (w *work) run() (value float64, gradient []float64, values []float32, shape []int, err error) {
	if w.twice {
		value, gradient, err = w.runTwice()
		return value, gradient, nil, nil, err
	}
	spec, err := Decode(w.loss, w.options)
	if err != nil {
		return 0, nil, nil, nil, err
	}
	job, err := NewJob(w.in, []Spec{spec})
	if err != nil {
		return 0, nil, nil, nil, err
	}
	out := Out{Gradient: make([]float32, len(w.in.Prediction.Data))}
	if shape = job.ValuesShape(0); shape != nil {
		n := 1
		for _, d := range shape {
			n *= d
		}
		out.Values = make([]float32, n)
	}
	results, err := Evaluate(w.in, []Spec{spec}, []Out{out})
	if err != nil {
		return 0, nil, nil, nil, err
	}
	return results[0].Value, w.back(out.Gradient), out.Values, shape, nil
}

// runTwice is the exponential logarithmic loss of the one implementation that
// takes class weights: its cross entropy gets the probabilities where it wants
// logits, so that they pass through a second softmax. Ours is then the Dice part
// on the logits and the cross entropy part on the probabilities as logits, its
// gradient taken through the first softmax.
func (w *work) runTwice() (float64, []float64, error) {
	part := func(off string, in Input) (float64, []float64, error) {
		one := *w
		one.twice, one.in, one.options = false, in, map[string]any{}
		for k, v := range w.options {
			one.options[k] = v
		}
		one.options[off] = 0.0
		value, gradient, _, _, err := one.run()
		return value, gradient, err
	}
	value, gradient, err := part("wCross", w.in)
	if err != nil {
		return 0, nil, err
	}
	p := softmaxOf(w.in.Prediction)
	in := w.in
	in.Prediction.Data = make([]float32, len(p))
	for i, x := range p {
		in.Prediction.Data[i] = float32(x)
	}
	cross, slope, err := part("wDice", in)
	if err != nil {
		return 0, nil, err
	}
	s := w.in.Prediction.Shape
	px := s.Pixels()
	for i := range s.N * px {
		at := func(c int) int { return (i/px*s.C+c)*px + i%px }
		mean := 0.0
		for c := range s.C {
			mean += p[at(c)] * slope[at(c)]
		}
		for c := range s.C {
			gradient[at(c)] += p[at(c)] * (slope[at(c)] - mean)
		}
	}
	return value + cross, gradient, nil
}

// softmaxOf are the probabilities of logits, in float64.
func softmaxOf(z Scores) []float64 {
	s := z.Shape
	px := s.Pixels()
	p := make([]float64, len(z.Data))
	for i := range s.N * px {
		at := func(c int) int { return (i/px*s.C+c)*px + i%px }
		sum := 0.0
		for c := range s.C {
			p[at(c)] = math.Exp(float64(z.Data[at(c)]))
			sum += p[at(c)]
		}
		for c := range s.C {
			p[at(c)] /= sum
		}
	}
	return p
}

// lossOf names the loss of a golden file.
var lossOf = map[string]string{
	"ce_binary":        "ce",
	"ce_multiclass":    "ce",
	"focal_binary":     "focal",
	"focal_multiclass": "focal",
	"mcc_loss":         "mcc",
}

// translate puts a case into our words.
func translate(c *fixture, file string) (*work, error) {
	w := &work{loss: lossOf[file], options: map[string]any{}}
	if w.loss == "" {
		w.loss = strings.ReplaceAll(file, "_", "-")
	}
	if err := w.input(c); err != nil {
		return nil, err
	}
	for _, key := range keys(c.Params) {
		x := c.Params[key]
		if rule, ok := neutral[key]; ok {
			if err := rule(w, c, x); err != nil {
				return nil, err
			}
			continue
		}
		w.options[camel(key)] = ours(x)
	}
	return w, nil
}

// ours spells a value as we do.
func ours(x any) any {
	if s, ok := x.(string); ok {
		return camel(s)
	}
	return x
}

// camel turns weight_sum into weightSum.
func camel(s string) string {
	words := strings.Split(s, "_")
	for i := 1; i < len(words); i++ {
		if words[i] != "" {
			words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
		}
	}
	return strings.Join(words, "")
}

// input reads prediction, target and weights.
func (w *work) input(c *fixture) error {
	shape, err := ParseShape("shape", c.Shape)
	if err != nil {
		return err
	}
	w.in.Prediction = Scores{Shape: shape, Data: c.Pred.float32s()}
	switch c.Input {
	case "logits":
	case "probs":
		w.in.Prediction.Form = Probs
	default:
		return fmt.Errorf("input %q is no prediction of a loss", c.Input)
	}
	w.in.Target.Shape = c.TargetShape
	switch c.TargetKind {
	case "index":
		w.in.Target.Labels.I32 = c.Target.int32s()
	case "dense":
		if c.Params["mode"] == "multiclass" || !c.Target.labels() {
			w.in.Target.Kind = Soft
			w.in.Target.Soft = c.Target.float32s()
			break
		}
		for _, x := range c.Target {
			w.in.Target.Labels.U8 = append(w.in.Target.Labels.U8, uint8(x))
		}
	case "instances":
		w.in.Target.Kind = Instances
		w.in.Target.Labels.I32 = c.Target.int32s()
	default:
		return fmt.Errorf("target_kind is %q", c.TargetKind)
	}
	if c.Weights != nil {
		w.in.Weight = c.Weights.float32s()
	}
	return nil
}

// labels tells whether all are small whole numbers.
func (f floats) labels() bool {
	for _, x := range f {
		if !(x >= 0 && x <= 255) || float64(x) != math.Trunc(float64(x)) {
			return false
		}
	}
	return true
}

// back is the gradient by the prediction as the case has it.
func (w *work) back(g []float32) []float64 {
	if w.fold {
		return w.unfold(g)
	}
	return float64s(g)
}

// kept drops from values by image and class, [N,C,1,1], the classes that the
// case leaves out.
func (w *work) kept(values []float32, shape []int) []float32 {
	s := w.in.Prediction.Shape
	if len(values) != s.N*s.C || s.C == 1 || w.options["includeBackground"] != false {
		return values
	}
	var out []float32
	for i, v := range values {
		if i%s.C > 0 {
			out = append(out, v)
		}
	}
	return out
}

// is refuses a parameter of which we have one value only, built in.
func is(key string, x any, want ...any) error {
	for _, v := range want {
		if fmt.Sprint(x) == fmt.Sprint(v) {
			return nil
		}
	}
	return fmt.Errorf("%s is %v, there is only %v", key, x, want)
}

// neutral are the parameters that are not ours but for the spelling.
var neutral = map[string]func(w *work, c *fixture, x any) error{
	"mode": func(w *work, c *fixture, x any) error {
		switch {
		case x == "binary_as_two_class": // the reference stacks [1-p, p]; so does the caller of ours
			w.twoClasses(c)
			x = "multiclass"
		case x == "two_class":
			x = "multiclass"
		case x == "multiclass" && w.in.Prediction.Shape.C == 1:
			x = "binary" // one channel that is class 1
		}
		w.options["mode"] = x
		return nil
	},
	"activation": func(w *work, c *fixture, x any) error {
		want := "sigmoid"
		switch {
		case c.Input == "probs":
			want = "none"
		case c.Params["mode"] == "multiclass":
			want = "softmax"
		}
		if x == "sigmoid_one_vs_rest" && want == "softmax" {
			w.options["activation"] = "sigmoid"
			return nil
		}
		return is("activation", x, want)
	},
	"reduction": func(w *work, c *fixture, x any) error {
		if e := Lookup(w.loss); e != nil && !contains(e.takes(), "reduction") {
			return is("reduction", x, "mean") // its definition
		}
		w.options["reduction"] = x
		return nil
	},
	"class_weight_mode": func(w *work, c *fixture, x any) error {
		if w.loss == "dice-ce" { // each part as it is on its own
			return is("class_weight_mode", x, "multiply (dice) + weight_sum (ce)")
		}
		w.options["classWeightMode"] = x
		return nil
	},
	"from_logits": func(w *work, c *fixture, x any) error {
		return is("from_logits", x, c.Input == "logits")
	},
	"ignore_index": func(w *work, c *fixture, x any) error {
		i, ok := x.(float64)
		if !ok {
			return fmt.Errorf("ignore_index is %v", x)
		}
		w.in.Ignore = []int32{int32(i)}
		return nil
	},
	"scope": func(w *work, c *fixture, x any) error {
		switch {
		case w.loss == "combo":
			return is("scope", x, "all_pooled") // its definition
		case x == "all_pooled":
			x = "pooled"
		case x == "image_then_mean_over_batch": // with power per_class, see there
			if err := is("power", c.Params["power"], "per_class"); err != nil {
				return err
			}
			x = "image"
		}
		w.options["scope"] = x
		return nil
	},
	"per_image": func(w *work, c *fixture, x any) error {
		w.options["scope"] = "batch"
		if x == true {
			w.options["scope"] = "image"
		}
		return is("per_image", x, true, false)
	},
	"classes": func(w *work, c *fixture, x any) error {
		if w.in.Prediction.Shape.C == 1 {
			return is("classes", x, []any{1.0}) // the one channel is class 1
		}
		w.options["classes"] = x
		return nil
	},
	"pos_weight": func(w *work, c *fixture, x any) error {
		w.loss = "wce"
		w.options["posWeight"] = x
		return nil
	},
	"balanced_beta": func(w *work, c *fixture, x any) error {
		w.loss = "balanced-ce"
		w.options["balancedBeta"] = x
		return nil
	},
	"label_smoothing_binary": func(w *work, c *fixture, x any) error {
		w.options["labelSmoothing"] = x
		w.options["smoothing"] = "smp"
		return nil
	},
	"log_clamp": func(w *work, c *fixture, x any) error {
		if w.loss == "conservative" {
			return is("log_clamp", x, []any{1e-7, 0.9999999})
		}
		return is("log_clamp", x, -100.0)
	},
	"alpha_mode": func(w *work, c *fixture, x any) error {
		if _, ok := c.Params["alpha"].(float64); !ok {
			return fmt.Errorf("alpha_mode needs one alpha, not %v", c.Params["alpha"])
		}
		return is("alpha_mode", x, "background_vs_rest") // what one alpha means to a softmax
	},
	"alpha_fp": func(w *work, c *fixture, x any) error { w.options["fpWeight"] = x; return nil },
	"beta_fn":  func(w *work, c *fixture, x any) error { w.options["fnWeight"] = x; return nil },
	"empty_class": func(w *work, c *fixture, x any) error {
		w.options["empty"] = "zero"
		return is("empty_class", x, "zero_loss")
	},
	"formula_scale": func(w *work, c *fixture, x any) error {
		if w.loss == "dice" {
			return is("formula_scale", x, "numerator=2I")
		}
		w.options["formulaScale"] = strings.TrimPrefix(fmt.Sprint(x), "numerator=")
		return nil
	},
	"smp_smooth": func(w *work, c *fixture, x any) error {
		// smooth_nr as the reference was given it: in the scale of I, of which
		// Dice in ours, and in smooth_nr, has twice
		s, _ := x.(float64)
		if w.loss == "dice" {
			s *= 2
		}
		return is("smooth_nr", c.Params["smooth_nr"], s)
	},
	"empty_weight": func(w *work, c *fixture, x any) error {
		if eps := c.Params["weight_eps"]; eps != nil {
			return fmt.Errorf("empty_weight with weight_eps %v", eps)
		}
		return is("empty_weight", x, "max_of_others")
	},
	"alpha_region": func(w *work, c *fixture, x any) error {
		if x != nil { // null: the boundary loss alone, as ours
			w.options["alphaRegion"] = x
		}
		return nil
	},
	"class_weights": func(w *work, c *fixture, x any) error {
		w.options["classWeights"] = x
		w.twice = w.loss == "exp-log"
		return nil
	},
	"class_frequencies": func(w *work, c *fixture, x any) error {
		if x == "from_target" {
			x = nil
		}
		w.options["classFrequencies"] = x
		return nil
	},
}

// twoClasses makes [p] the two classes [1-p, p].
func (w *work) twoClasses(c *fixture) {
	s := w.in.Prediction.Shape
	px := s.Pixels()
	both := make([]float32, 2*len(w.in.Prediction.Data))
	for i, p := range w.in.Prediction.Data {
		n, k := i/px, i%px
		both[2*n*px+k], both[(2*n+1)*px+k] = 1-p, p
	}
	w.in.Prediction.Data = both
	w.in.Prediction.Shape.C = 2
	w.in.Target = Target{Labels: Labels{I32: c.Target.int32s()}}
	w.fold = true
}

// unfold turns the gradient by [1-p, p] into that by [p].
func (w *work) unfold(g []float32) []float64 {
	s := w.in.Prediction.Shape
	px := s.Pixels()
	out := make([]float64, s.N*px)
	for i := range out {
		n, k := i/px, i%px
		out[i] = float64(g[(2*n+1)*px+k]) - float64(g[2*n*px+k])
	}
	return out
}
