package losses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// regimes are the logits that a model gives early and late in its training, and the hardest for a float32: all alike, so that
// no rounding error makes up for another. side is 1 for a class that is true and -1 for another.
var regimes = []struct {
	name  string
	logit func(r *rand.Rand, side float64) float64
}{
	{"within 6", func(r *rand.Rand, side float64) float64 { return 12*r.Float64() - 6 }},
	{"near 14", func(r *rand.Rand, side float64) float64 { return side * (14 + r.Float64() - 0.5) }},
	{"near 20", func(r *rand.Rand, side float64) float64 { return side * (20 + r.Float64() - 0.5) }},
	{"near 14, some wrong", func(r *rand.Rand, side float64) float64 {
		if r.Float64() < 0.01 {
			side = -side
		}
		return side * (14 + r.Float64() - 0.5)
	}},
	{"constant 3.1", func(r *rand.Rand, side float64) float64 { return side * 3.1 }},
	{"constant 14", func(r *rand.Rand, side float64) float64 { return side * 14 }},
	{"constant 20", func(r *rand.Rand, side float64) float64 { return side * 20 }},
}

// TestAgainstFloat64 compares what is summed in float32 over a plane with float64: the value within 1e-6 of itself, or of 1e-6
// where it is less; the gradient of a sum over pixels within 2e-7.
func TestAgainstFloat64(t *testing.T) {
	for _, channels := range []int{1, 3, 19} {
		for _, regime := range regimes {
			s := Shape{1, channels, 1, 129, 251} // no whole blocks at the end
			if channels == 19 {
				s.H = 33
			}
			in, z := draw(s, regime.logit)
			for _, row := range references {
				if row.wide != (channels > 1) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s", row.name, channels, regime.name), func(t *testing.T) {
					want, slope := row.run(z, in.Target.Labels.U8, channels)
					options := map[string]any{"gradient": true}
					if slope != nil {
						options["reduction"] = "sum"
					}
					for k, v := range row.options {
						options[k] = v
					}
					spec, err := Decode(row.loss, options)
					if err != nil {
						t.Fatal(err)
					}
					outs := []Out{{Gradient: make([]float32, s.Len())}}
					got, err := Evaluate(in, []Spec{spec}, outs)
					if err != nil {
						t.Fatal(err)
					}
					if alone, err := Evaluate(in, []Spec{spec}, nil); err != nil || alone[0].Value != got[0].Value {
						t.Errorf("value without a gradient is %v, with %v, %v", alone[0].Value, got[0].Value, err)
					}
					if e := math.Abs(got[0].Value-want) / math.Max(math.Abs(want), 1e-6); !(e <= 1e-6) {
						t.Errorf("value is %v, want %v: off by %.2g", got[0].Value, want, e)
					}
					for i, w := range slope {
						if e := math.Abs(float64(outs[0].Gradient[i]) - w); !(e <= 2e-7) {
							t.Fatalf("gradient %d is %v, want %v: off by %.2g", i, outs[0].Gradient[i], w, e)
						}
					}
				})
			}
		}
	}
}

// draw makes an input, and its logits in float64.
func draw(s Shape, logit func(r *rand.Rand, side float64) float64) (Input, []float64) {
	r := rand.New(rand.NewPCG(uint64(s.C), 5))
	px := s.Pixels()
	in := Input{Prediction: Scores{Shape: s, Data: make([]float32, s.Len())}}
	labels, z := make([]uint8, px), make([]float64, s.Len())
	for i := range labels {
		labels[i] = uint8(r.IntN(max(2, s.C)))
		for c := range s.C {
			hit := int(labels[i]) == c
			if s.C == 1 {
				hit = labels[i] == 1
			}
			side := -1.0
			if hit {
				side = 1
			}
			x := logit(r, side)
			if s.C > 1 {
				x /= 2 // two classes differ by as much as one logit from 0
			}
			in.Prediction.Data[c*px+i] = float32(x)
			z[c*px+i] = float64(in.Prediction.Data[c*px+i])
		}
	}
	in.Target.Labels.U8 = labels
	return in, z
}

// references are losses in float64, by their textbook formulas: the value, and the gradient where it is of a sum over pixels.
var references = []struct {
	name, loss string
	wide       bool // of exclusive classes
	options    map[string]any
	run        func(z []float64, labels []uint8, channels int) (value float64, slope []float64)
}{
	{"cross entropy", "ce", false, nil, func(z []float64, labels []uint8, _ int) (value float64, slope []float64) {
		for i, x := range z {
			value += math.Max(x, 0) - x*float64(labels[i]) + math.Log1p(math.Exp(-math.Abs(x)))
			slope = append(slope, sigmoid64(x)-float64(labels[i]))
		}
		return value, slope
	}},
	{"focal 2", "focal", false, nil, focal64(2)},
	{"focal 1.7", "focal", false, map[string]any{"gamma": 1.7}, focal64(1.7)},
	{"exponential logarithmic", "exp-log", false, nil, func(z []float64, labels []uint8, _ int) (value float64, slope []float64) {
		tp, fp, fn := errors64(z, labels)
		value = 0.8 * math.Pow(math.Log1p((fp+fn)/(2*tp+1)), 0.3)
		var by [2]float64 // by class
		var count [2]float64
		for i, x := range z {
			by[labels[i]] += math.Pow(-logSigmoid64((2*float64(labels[i])-1)*x), 0.3)
			count[labels[i]]++
		}
		n := float64(len(z))
		for k := range by {
			value += 0.2 * math.Sqrt(n/count[k]) * by[k] / n
		}
		return value, nil
	}},
	{"conservative", "conservative", false, map[string]any{"variant": "absolute"}, func(z []float64, labels []uint8, _ int) (float64, []float64) {
		value := 0.0
		for i, x := range z {
			u := math.Min(math.Max(logSigmoid64((2*float64(labels[i])-1)*x), math.Log(1e-7)), math.Log1p(-1e-7))
			value += math.Abs(5 * (1 + u) * (1 + u) * math.Log(-u))
		}
		return value / float64(len(z)), nil
	}},
	{"tversky", "tversky", false, nil, func(z []float64, labels []uint8, _ int) (float64, []float64) {
		tp, fp, fn := errors64(z, labels)
		e := 0.3*fp + 0.7*fn
		return e / (tp + e + 1e-5), nil
	}},
	{"dice", "dice", false, nil, func(z []float64, labels []uint8, _ int) (float64, []float64) {
		tp, fp, fn := errors64(z, labels)
		return (fp + fn) / (2*tp + fp + fn + 1e-5), nil
	}},
	{"softmax cross entropy", "ce", true, nil, func(z []float64, labels []uint8, channels int) (value float64, slope []float64) {
		px := len(labels)
		slope = make([]float64, len(z))
		for i, l := range labels {
			own := z[int(l)*px+i]
			rest := 0.0
			for c := range channels {
				if c != int(l) {
					rest += math.Exp(z[c*px+i] - own)
				}
			}
			value += math.Log1p(rest)
			for c := range channels {
				slope[c*px+i] = math.Exp(z[c*px+i]-own) / (1 + rest)
				if c == int(l) {
					slope[c*px+i] = -rest / (1 + rest)
				}
			}
		}
		return value, slope
	}},
}

func sigmoid64(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

// focal64 is q^γ (-log p) of the true class.
func focal64(gamma float64) func(z []float64, labels []uint8, _ int) (float64, []float64) {
	return func(z []float64, labels []uint8, _ int) (value float64, slope []float64) {
		for i, x := range z {
			y := (2*float64(labels[i]) - 1) * x
			value -= math.Pow(sigmoid64(-y), gamma) * logSigmoid64(y)
			slope = append(slope, slope64(x, labels[i] == 1, gamma))
		}
		return value, slope
	}
}

// slope64 is the derivative of the focal loss by the logit, s (γ q^γ p log p - q^(γ+1)) with s = 1 for a hit and -1 else.
func slope64(x float64, hit bool, gamma float64) float64 {
	s := -1.0
	if hit {
		s = 1
	}
	q, p := sigmoid64(-s*x), sigmoid64(s*x)
	m := math.Pow(q, gamma)
	return s * (gamma*m*p*logSigmoid64(s*x) - m*q)
}

func logSigmoid64(x float64) float64 { return math.Min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }

// errors64 are the soft true positives, false positives and false negatives.
func errors64(z []float64, labels []uint8) (tp, fp, fn float64) {
	for i, x := range z {
		if labels[i] == 1 {
			tp += sigmoid64(x)
			fn += sigmoid64(-x)
		} else {
			fp += sigmoid64(x)
		}
	}
	return tp, fp, fn
}

// TestSlopes is the gradient of losses of which float64 is easy, at all logits up to 22 in steps too short to miss a rounding: of a
// logit, and of that of the true one of some classes, with the others alike. Beyond 40 a softmax has other kernels.
func TestSlopes(t *testing.T) {
	const n = 1 << 19
	for _, row := range []struct {
		gamma     float64 // 0: cross entropy
		two, wide float64 // at most, of two classes and of a softmax
		soft      float64 // the same of soft targets
	}{
		{0, 2e-7, 2e-7, 2e-7},
		{1, 2e-7, 2e-7, 2e-7},
		{2, 2e-7, 2e-7, 2.5e-7},
		{0.5, 2e-7, 2e-7, 2e-7},
		{1.7, 2e-7, 2e-7, 2.5e-7},
		{3, 2.5e-7, 3e-7, 3e-7},
		{5, 3e-7, 4e-7, 5e-7},
	} {
		name, spec := steep(t, row.gamma)
		for _, c := range []struct {
			channels int
			shift    float32
			label    uint8
			target   string // odd: an ignored pixel in each block, so that others read them
			most     float64
		}{
			{1, 0, 0, "", row.two}, {1, 0, 1, "", row.two}, {1, 0, 1, "odd", row.two}, {1, 0, 1, "soft", row.soft},
			{2, 0, 1, "", row.wide}, {3, 0, 1, "", row.wide}, {4, 0, 1, "", row.wide},
			{2, 100, 1, "", row.wide}, {4, 100, 1, "", row.wide}, {2, 0, 1, "soft", row.soft}, {3, 0, 1, "soft", row.soft},
		} {
			in := Input{Prediction: Scores{Shape: Shape{1, c.channels, 1, 512, 1024}, Data: make([]float32, c.channels*n)}}
			labels, z := make([]uint8, n), make([]float64, n)
			in.Target.Labels.U8 = labels
			own, others := min(c.channels-1, 1), float64(max(c.channels-1, 1))
			for i := range n {
				for k := range c.channels {
					in.Prediction.Data[k*n+i] = c.shift
				}
				x := &in.Prediction.Data[own*n+i]
				*x += float32(44*float64(i)/n - 22)
				z[i] = float64(*x) - float64(c.shift) - math.Log(others)
				labels[i] = c.label
				if c.target == "odd" && i%1000 == 0 {
					labels[i] = 7
				}
			}
			switch c.target {
			case "odd":
				in.Ignore = []int32{7}
			case "soft":
				in.Target = Target{Kind: Soft, Soft: make([]float32, c.channels*n)}
				for i := range n {
					in.Target.Soft[own*n+i] = 1
				}
			}
			outs := []Out{{Gradient: make([]float32, c.channels*n)}}
			if _, err := Evaluate(in, []Spec{spec}, outs); err != nil {
				t.Fatal(err)
			}
			worst, at := 0.0, 0.0
			for i, x := range z {
				if labels[i] == 7 {
					continue
				}
				want := slope64(x, c.label == 1, row.gamma)
				e := math.Abs(float64(outs[0].Gradient[own*n+i]) - want)
				if own > 0 { // another class has its share of what the true one lacks
					e = math.Max(e, math.Abs(float64(outs[0].Gradient[i])+want/others))
				}
				if !(e <= worst) {
					worst, at = e, x
				}
			}
			if !(worst <= c.most) {
				t.Errorf("%s %v of %d channels, shifted by %v: off by %.3g at %.3f", name, row.gamma, c.channels, c.shift, worst, at)
			}
			t.Logf("%s %v of %d channels, shifted by %v: off by at most %.3g, at %.3f", name, row.gamma, c.channels, c.shift, worst, at)
		}
	}
}

// steep is the sum of a focal loss with its gradient, with gamma 0 of the cross entropy.
func steep(t *testing.T, gamma float64) (name string, spec Spec) {
	name, options := "ce", map[string]any{"reduction": "sum", "gradient": true}
	if gamma > 0 {
		name, options["gamma"] = "focal", gamma
	}
	spec, err := Decode(name, options)
	if err != nil {
		t.Fatal(err)
	}
	return name, spec
}

// TestSlopesOfClasses is TestSlopes of a softmax of logits within 6 that are not alike, near zero and far from it, and of labels as
// numbers.
func TestSlopesOfClasses(t *testing.T) {
	const side = 256
	for _, row := range []struct{ gamma, most, soft float64 }{ // gamma 0: cross entropy
		{0, 2e-7, 2e-7},
		{0.5, 3e-7, 3e-7},
		{1, 3e-7, 3e-7},
		{1.7, 3e-7, 3e-7},
		{2, 3e-7, 3e-7},
		{5, 5e-7, 5e-7},
	} {
		name, spec := steep(t, row.gamma)
		for _, channels := range []int{2, 3, 4, 19} {
			in, z := draw(Shape{1, channels, 1, side, side}, func(r *rand.Rand, _ float64) float64 { return 24*r.Float64() - 12 })
			want := softmaxSlope64(z, in.Target.Labels.U8, channels, row.gamma)
			far := in
			far.Prediction.Data = make([]float32, len(z))
			for i, x := range in.Prediction.Data {
				far.Prediction.Data[i] = x + 100
			}
			wantFar := make([]float64, len(z))
			for i, x := range far.Prediction.Data {
				wantFar[i] = float64(x)
			}
			wantFar = softmaxSlope64(wantFar, in.Target.Labels.U8, channels, row.gamma)
			soft := in
			soft.Target = Target{Kind: Soft, Soft: make([]float32, len(z))}
			for i, l := range in.Target.Labels.U8 {
				soft.Target.Soft[int(l)*side*side+i] = 1
			}
			for _, c := range []struct {
				name string
				in   Input
				want []float64
				most float64
			}{{"near zero", in, want, row.most}, {"far from it", far, wantFar, row.most}, {"as numbers", soft, want, row.soft}} {
				outs := []Out{{Gradient: make([]float32, len(z))}}
				if _, err := Evaluate(c.in, []Spec{spec}, outs); err != nil {
					t.Fatal(err)
				}
				worst := 0.0
				for i, w := range c.want {
					if e := math.Abs(float64(outs[0].Gradient[i]) - w); !(e <= worst) {
						worst = e
					}
				}
				if !(worst <= c.most) {
					t.Errorf("%s %v of %d classes, %s: off by %.3g", name, row.gamma, channels, c.name, worst)
				}
				t.Logf("%s %v of %d classes, %s: off by at most %.3g", name, row.gamma, channels, c.name, worst)
			}
		}
	}
}

// softmaxSlope64 is the derivative of the focal loss by the logits of exclusive classes.
func softmaxSlope64(z []float64, labels []uint8, channels int, gamma float64) []float64 {
	px := len(labels)
	slope := make([]float64, len(z))
	for i, l := range labels {
		own, rest := z[int(l)*px+i], 0.0
		for c := range channels {
			if c != int(l) {
				rest += math.Exp(z[c*px+i] - own)
			}
		}
		pull := slope64(-math.Log(rest), true, gamma)
		for c := range channels {
			slope[c*px+i] = -pull * math.Exp(z[c*px+i]-own) / rest
			if c == int(l) {
				slope[c*px+i] = pull
			}
		}
	}
	return slope
}

// TestConstants is TestAgainstFloat64 of logits that are all alike and right, of which every rounding error points one way: the
// cross entropy keeps its digits however small it is.
func TestConstants(t *testing.T) {
	ce, s := references[0], Shape{1, 1, 1, 64, 64}
	spec, err := Decode(ce.loss, map[string]any{"reduction": "sum"})
	if err != nil {
		t.Fatal(err)
	}
	worst, at := 0.0, 0.0
	for x := 0.07; x < 22; x += 0.07 {
		in, z := draw(s, func(r *rand.Rand, side float64) float64 { return side * x })
		want, _ := ce.run(z, in.Target.Labels.U8, 1)
		got, err := Evaluate(in, []Spec{spec}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := math.Abs(got[0].Value-want) / want; !(e <= worst) {
			worst, at = e, x
		}
	}
	if !(worst <= 1e-6) {
		t.Errorf("the value at %.2f is off by %.2g of itself", at, worst)
	}
	t.Logf("off by at most %.2g of itself, at %.2f", worst, at)
}
