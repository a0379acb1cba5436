package losses

import (
	"fmt"
	"math"
	"testing"
)

// These tests say what holds of every loss and metric. They run over the
// registry, so that a new row is held to them without a line.

// The gradient is the slope of the value, by a five-point difference.
func TestGradientIsTheSlope(t *testing.T) {
	random := lcg(17)
	each(t, 1, 2, 3, func(t *testing.T, e *Entry, s sample, r ran) {
		if e.Kind != "loss" {
			return
		}
		if math.IsNaN(r.result.Value) {
			return // empty: nan
		}
		g := r.out.Gradient
		if i := notFinite(g); i >= 0 {
			t.Errorf("gradient[%d] is %v", i, g[i])
			return
		}
		largest := 0.0
		for _, x := range g {
			largest = math.Max(largest, math.Abs(float64(x)))
		}
		order := (&random).shuffle(len(g))
		if len(s.options) > 1 {
			order = order[:min(8, len(order))]
		}
		kinks := 0
		for _, i := range order {
			slope, left, right, noise := slopeAt(t, e, r.spec, s.in, i)
			x := float64(g[i])
			tolerance := 2e-3*math.Max(largest, math.Abs(slope)) + noise
			switch {
			case math.Abs(slope-x) <= tolerance:
			case x >= math.Min(left, right)-tolerance && x <= math.Max(left, right)+tolerance:
				kinks++ // or a slope that is slightly wrong, which is then wrong everywhere
			default:
				t.Errorf("gradient[%d] is %.6g, the slope there is %.6g, %.6g from the left and %.6g from the right (noise %.2g)", i, x, slope, left, right, noise)
				return
			}
		}
		if kinks > len(order)/2 {
			t.Errorf("the gradient is not the slope at %d of %d places", kinks, len(order))
		}
	})
}

// slopeAt differentiates the value by prediction i, by five points. It answers
// also the slopes next to it on both sides, between which the gradient lies
// where there is a kink (two errors of a sort trade places, a clamp sets in),
// and how much may be noise of the float32 kernels.
func slopeAt(t *testing.T, e *Entry, spec Spec, in Input, i int) (slope, left, right, noise float64) {
	t.Helper()
	data := append([]float32(nil), in.Prediction.Data...)
	in.Prediction.Data = data
	x := data[i]
	scale := 0.0
	value := func(by float32) float64 {
		data[i] = x + by
		results, err := Evaluate(in, []Spec{spec}, []Out{{}})
		if err != nil {
			t.Fatal(err)
		}
		scale = math.Max(scale, math.Abs(results[0].Value))
		return results[0].Value
	}
	h := float32(1.0 / 64)
	if !e.Sum() {
		h /= 8 // linear between kinks, of which there are many
	}
	if in.Prediction.Form == Probs { // stay well within (0, 1), where it is steep
		for h > min(x, 1-x)/16 {
			h /= 2
		}
	}
	l2, l1, c, r1, r2 := value(-2*h), value(-h), value(0), value(h), value(2*h)
	step := float64(h)
	return (8*(r1-l1) - (r2 - l2)) / (12 * step), (c - l1) / step, (r1 - c) / step, 5e-7 * scale / step
}

// The heat map of a loss sums to its value.
func TestHeatmapSumsToValue(t *testing.T) {
	each(t, 1, 3, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if e.Kind != "loss" {
			return
		}
		if i := notFinite(r.out.Heatmap); i >= 0 {
			t.Errorf("heatmap[%d] is %v", i, r.out.Heatmap[i])
			return
		}
		sum, size := 0.0, 0.0
		for _, x := range r.out.Heatmap {
			sum += float64(x)
			size += math.Abs(float64(x))
		}
		if math.Abs(sum-r.result.Value) > 1e-6*math.Max(size, math.Abs(r.result.Value)) {
			t.Errorf("heat map sums to %.9g, the value is %.9g", sum, r.result.Value)
		}
	})
}

// A gradient, a heat map or values that are wanted alone are those that come with
// the others, which take other ways.
func TestOutputsAlone(t *testing.T) {
	each(t, 1, 33, 32, func(t *testing.T, e *Entry, s sample, r ran) {
		outputAlone(t, s, r)
		for _, s := range []sample{s.masked(), s.extreme()} {
			if r, err := run(e, s); err == nil {
				outputAlone(t, s, r)
			}
		}
	})
}

func outputAlone(t *testing.T, s sample, r ran) {
	alone, err := Evaluate(s.in, []Spec{r.spec}, nil)
	if err != nil {
		t.Errorf("value alone: %v", err)
		return
	}
	if x, y := alone[0].Value, r.result.Value; x != y && !(x != x && y != y) {
		t.Errorf("value alone is %v, want %v", x, y)
	}
	for _, row := range []struct {
		name string
		of   func(o *Out) *[]float32
	}{
		{"gradient", func(o *Out) *[]float32 { return &o.Gradient }},
		{"heat map", func(o *Out) *[]float32 { return &o.Heatmap }},
		{"values", func(o *Out) *[]float32 { return &o.Values }},
	} {
		want := *row.of(&r.out)
		if want == nil {
			continue
		}
		got := nans(len(want))
		var out Out
		*row.of(&out) = got
		results, err := Evaluate(s.in, []Spec{r.spec}, []Out{out})
		if err != nil {
			t.Errorf("%s alone: %v", row.name, err)
			return
		}
		if results[0].Value != r.result.Value && !math.IsNaN(r.result.Value) {
			t.Errorf("with the %s alone the value is %v, want %v", row.name, results[0].Value, r.result.Value)
		}
		for i, x := range got {
			if x != want[i] {
				t.Errorf("%s[%d] alone is %v, want %v", row.name, i, x, want[i])
				return
			}
		}
	}
}

// A job with memory that others have released gives what one of its own gives, and
// no job writes into what was given to another: of whole blocks, after which a
// reader is as it was.
func TestReleased(t *testing.T) {
	var scratch Scratch
	type given struct {
		name       string
		data, kept []float32
	}
	var all []given
	each(t, 1, 32, 32, func(t *testing.T, e *Entry, s sample, r ran) {
		for _, x := range [][]float32{s.in.Prediction.Data, s.in.Target.Soft} {
			all = append(all, given{e.Name + " " + s.name, x, append([]float32(nil), x...)})
		}
		j, err := scratch.NewJob(s.in, []Spec{r.spec})
		if err != nil {
			t.Fatal(err)
		}
		out := outOf(e, j, s.in)
		results, err := j.Run(make([]float64, j.StateLen()), []Out{out})
		if err != nil {
			t.Fatal(err)
		}
		j.Release()
		if x, y := results[0].Value, r.result.Value; x != y && !(x != x && y != y) {
			t.Errorf("value is %v, alone %v", x, y)
		}
		for i, x := range out.Gradient {
			if x != r.out.Gradient[i] {
				t.Errorf("gradient[%d] is %v, alone %v", i, x, r.out.Gradient[i])
				break
			}
		}
	})
	for _, g := range all {
		for i, x := range g.data {
			if x != g.kept[i] {
				t.Errorf("%s: number %d of what was given became %v, was %v", g.name, i, x, g.kept[i])
				break
			}
		}
	}
}

// What is written without reduction sums to the value.
func TestValuesSumToValue(t *testing.T) {
	each(t, 1, 3, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if s.options["reduction"] != "none" {
			return
		}
		if i := notFinite(r.out.Values); i >= 0 {
			t.Errorf("values[%d] is %v", i, r.out.Values[i])
			return
		}
		sum, size := 0.0, 0.0
		for _, x := range r.out.Values {
			sum += float64(x)
			size += math.Abs(float64(x))
		}
		if math.Abs(sum-r.result.Value) > 1e-6*size {
			t.Errorf("values sum to %.9g, the value is %.9g", sum, r.result.Value)
		}
	})
}

// A sum is the sum of what there is without reduction.
func TestSumIsTheSumOfNone(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		if _, ok := e.table()["reduction"]; !ok {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 3, 5) {
				sum, err1 := run(e, s.with(map[string]any{"reduction": "sum"}))
				none, err2 := run(e, s.with(map[string]any{"reduction": "none"}))
				if err1 != nil || err2 != nil {
					if !refused(err1) || !refused(err2) {
						t.Errorf("%s: %v, %v", s.name, err1, err2)
					}
					continue
				}
				if d := differ(sum.result, none.result); d != "" {
					t.Errorf("%s: sum and none: %s", s.name, d)
				}
				if i := firstDifference(sum.out.Gradient, none.out.Gradient); i >= 0 {
					t.Errorf("%s: gradient[%d] of sum and none differ", s.name, i)
				}
			}
		})
	}
}

// Labels are the same in any width.
func TestLabelsOfAnyWidth(t *testing.T) {
	each(t, 1, 3, 7, func(t *testing.T, e *Entry, s sample, r ran) {
		l := s.in.Target.Labels
		if s.in.Target.Kind == Soft || len(s.options) > 1 {
			return
		}
		var u8 []uint8
		var u16 []uint16
		var i32 []int32
		for i := range l.Len() {
			u8, u16, i32 = append(u8, uint8(l.At(i))), append(u16, uint16(l.At(i))), append(i32, l.At(i))
		}
		for _, labels := range []Labels{{U8: u8}, {U16: u16}, {I32: i32}} {
			s.in.Target.Labels = labels
			if s.in.Prediction.Form == Classes {
				p := s.in.Prediction.Labels
				s.in.Prediction.Labels = Labels{}
				for i := range p.Len() {
					s.in.Prediction.Labels.I32 = append(s.in.Prediction.Labels.I32, p.At(i))
				}
			}
			got, err := run(e, s)
			if err != nil {
				t.Error(err)
				return
			}
			if d := differ(r.result, got.result); d != "" {
				t.Error(d)
			}
			if i := firstDifference(r.out.Gradient, got.out.Gradient); i >= 0 {
				t.Errorf("gradient[%d] differs", i)
			}
		}
	})
}

// The value is within the stated range.
func TestValueIsInRange(t *testing.T) {
	each(t, 1, 3, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if len(s.options) > 1 { // an offset, a sum or a class weight moves the range
			return
		}
		v := r.result.Value
		if math.IsNaN(v) || v < e.Range[0]-1e-6 || v > e.Range[1]+1e-6 {
			t.Errorf("value is %v, the range %v", v, e.Range)
		}
	})
}

// Logits of +-1000, right and wrong, give finite numbers.
func TestExtremeLogitsAreFinite(t *testing.T) {
	each(t, 1, 3, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if s.in.Prediction.Form != Logits {
			return
		}
		r, err := run(e, s.extreme())
		if err != nil {
			t.Error(err)
			return
		}
		if v := r.result.Value; (math.IsNaN(v) || math.IsInf(v, 0)) && e.Kind == "loss" {
			t.Errorf("value is %v", v)
		}
		if i := notFinite(r.out.Gradient); i >= 0 {
			t.Errorf("gradient[%d] is %v", i, r.out.Gradient[i])
		}
		if i := notFinite(r.out.Heatmap); i >= 0 {
			t.Errorf("heatmap[%d] is %v", i, r.out.Heatmap[i])
		}
	})
}

// A perfect prediction is at the bound of the range, where there is one.
func TestPerfectPredictionIsAtTheBound(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		bound := e.Range[0]
		if e.Better == "higher" {
			bound = e.Range[1]
		}
		if math.IsInf(bound, 0) {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 6, 7) {
				if s.in.Target.Kind != Hard {
					continue
				}
				s.in.Prediction = perfect(s.in, s.mode)
				r, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				if math.Abs(r.result.Value-bound) > 1e-6 {
					t.Errorf("%s: value is %v, the bound is %v", s.name, r.result.Value, bound)
				}
			}
		})
	}
}

// Where every pixel is ignored nothing counts: 0, no gradient, and it is said.
func TestAllIgnored(t *testing.T) {
	each(t, 1, 3, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if s.in.Target.Kind == Soft {
			return
		}
		s = constantTarget(s, 9)
		s.in.Ignore = []int32{9}
		r, err := run(e, s)
		if err != nil {
			t.Error(err)
			return
		}
		if r.result.Valid != 0 {
			t.Errorf("valid is %d", r.result.Valid)
		}
		if !warned(r.result, "all-ignored") {
			t.Errorf("no warning, only %v", r.result.Warnings)
		}
		if e.Kind == "loss" && r.result.Value != 0 {
			t.Errorf("value is %v", r.result.Value)
		}
		for _, list := range [][]float32{r.out.Gradient, r.out.Heatmap} {
			for i, x := range list {
				if x != 0 {
					t.Errorf("%v at %d of the gradient or heat map", x, i)
					return
				}
			}
		}
	})
}

func warned(r Result, code string) bool {
	for _, w := range r.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}

// A pixel that is ignored may hold any score, or not be there: nothing but its own
// gradient, which is 0, is of it.
func TestIgnoredPixelsDoNotCount(t *testing.T) {
	t.Run("few", func(t *testing.T) { ignoredDoNotCount(t, 3, 7) })
	t.Run("whole blocks", func(t *testing.T) { ignoredDoNotCount(t, 40, 60) })
}

func ignoredDoNotCount(t *testing.T, h, w int) {
	each(t, 1, h, w, func(t *testing.T, e *Entry, s sample, r ran) {
		if s.in.Target.Kind != Hard || s.in.Prediction.Form != Logits || s.options["reduction"] == "none" {
			return
		}
		px := s.in.Prediction.Shape.Pixels()
		s = s.masked()
		r, err := run(e, s)
		if err != nil {
			t.Error(err)
			return
		}
		other := s
		other.in.Prediction.Data = append([]float32(nil), s.in.Prediction.Data...)
		for i := range other.in.Prediction.Data {
			if i%px%5 == 0 {
				other.in.Prediction.Data[i] *= -3
			}
		}
		moved, err := run(e, other)
		if err != nil {
			t.Error(err)
			return
		}
		if !nearly(r.result.Value, moved.result.Value, 1e-7) {
			t.Errorf("value is %v, and %v with other scores at ignored pixels", r.result.Value, moved.result.Value)
		}
		if _, mapped := e.Loss.(Mapped); e.Sum() && !mapped {
			left, err := run(e, s.without(func(pixel int) bool { return pixel%5 == 0 }))
			if err != nil {
				t.Error(err)
				return
			}
			want := left.result.Value
			if r.spec.Options.Denominator == "allPixels" {
				want *= float64(px-(px+4)/5) / float64(px)
			}
			if !nearly(r.result.Value, want, regrouped) {
				t.Errorf("value is %v, and %v without the ignored pixels", r.result.Value, want)
			}
		}
		if e.Kind == "loss" {
			alone := []Out{{Gradient: nans(len(r.out.Gradient))}}
			if _, err := Evaluate(s.in, []Spec{r.spec}, alone); err != nil {
				t.Error(err)
			}
			for i, x := range r.out.Gradient {
				if alone[0].Gradient[i] != x { // -0 is 0
					t.Errorf("gradient[%d] alone is %v, with all else %v", i, alone[0].Gradient[i], x)
					return
				}
			}
		}
		for i, x := range r.out.Gradient {
			if i%px%5 == 0 && x != 0 {
				t.Errorf("gradient[%d] of an ignored pixel is %v", i, x)
				return
			}
		}
		for i, x := range r.out.Heatmap {
			if i%px%5 == 0 && x != 0 {
				t.Errorf("heatmap[%d] of an ignored pixel is %v", i, x)
				return
			}
		}
	})
}

// An empty target, with a prediction and without one.
func TestEmptyTarget(t *testing.T) {
	each(t, 1, 4, 5, func(t *testing.T, e *Entry, s sample, r ran) {
		if s.in.Target.Kind != Hard {
			return
		}
		s = constantTarget(s, 0)
		check := func(what string) Result {
			r, err := run(e, s)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				return Result{}
			}
			if v := r.result.Value; e.Kind == "loss" && s.options["empty"] != "nan" && (math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Errorf("%s: value is %v", what, v)
			}
			if i := notFinite(r.out.Gradient); i >= 0 && s.options["empty"] != "nan" {
				t.Errorf("%s: gradient[%d] is %v", what, i, r.out.Gradient[i])
			}
			return r.result
		}
		if result := check("empty target"); !warned(result, "target-empty") && !warned(result, "both-empty") {
			t.Errorf("the target is empty and nothing is said but %v", result.Warnings)
		}
		s.in.Prediction = perfect(s.in, s.mode)
		result := check("both empty")
		_, region := e.Loss.(Region)
		_, counts := e.Loss.(Counts)
		if (region || counts) && s.options["threshold"] != 0.0 && !warned(result, "both-empty") {
			t.Errorf("both are empty and nothing is said but %v", result.Warnings)
		}
	})
}

// One pixel, one row, one column and a volume are images too.
func TestSmallShapes(t *testing.T) {
	for _, dims := range [][3]int{{1, 1, 1}, {1, 1, 17}, {1, 16, 1}, {3, 2, 5}} {
		t.Run(fmt.Sprint(dims), func(t *testing.T) {
			each(t, dims[0], dims[1], dims[2], func(t *testing.T, e *Entry, s sample, r ran) {
				if v := r.result.Value; e.Kind == "loss" && (math.IsNaN(v) || math.IsInf(v, 0)) && s.options["empty"] != "nan" {
					t.Errorf("value is %v", v)
				}
				if i := notFinite(r.out.Gradient); i >= 0 && s.options["empty"] != "nan" {
					t.Errorf("gradient[%d] is %v", i, r.out.Gradient[i])
				}
				if want := dims[0] * dims[1] * dims[2] * 2; r.result.Valid != want {
					t.Errorf("valid is %d, want %d", r.result.Valid, want)
				}
			})
		})
	}
}

// A hard target and the same target as numbers give the same loss.
func TestHardTargetAsSoft(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		if len(e.kinds()) < 2 {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 4, 5) {
				if s.in.Target.Kind != Hard {
					continue
				}
				hardAsSoft(t, e, s)
				if smoothed := s.with(map[string]any{"labelSmoothing": 0.2}); possible(e, smoothed) {
					hardAsSoft(t, e, smoothed)
				}
			}
		})
	}
}

func hardAsSoft(t *testing.T, e *Entry, s sample) {
	in := s.in
	in.Prediction.Form = Probs
	soft := s
	soft.in.Target = Target{Kind: Soft, Soft: perfect(in, s.mode).Data}
	if !possible(e, soft) {
		return
	}
	hard, err := run(e, s)
	if err != nil {
		t.Fatalf("%s %v: %v", s.name, s.options, err)
	}
	other, err := run(e, soft)
	if err != nil {
		t.Fatalf("%s %v: %v", s.name, s.options, err)
	}
	if !nearly(hard.result.Value, other.result.Value, 1e-5) {
		t.Errorf("%s %v: %v as labels, %v as numbers", s.name, s.options, hard.result.Value, other.result.Value)
	}
	for i, x := range hard.out.Gradient {
		if y := other.out.Gradient[i]; math.Abs(float64(x-y)) > 1e-5 {
			t.Errorf("%s %v: gradient[%d] is %v as labels, %v as numbers", s.name, s.options, i, x, y)
			break
		}
	}
}

// Params say every option as used: given back, they give the same result.
func TestParamsReproduce(t *testing.T) {
	each(t, 1, 3, 4, func(t *testing.T, e *Entry, s sample, r ran) {
		table := e.table()
		for name := range table {
			if _, ok := r.result.Params[name]; !ok {
				t.Errorf("params lack %s", name)
			}
		}
		again := map[string]any{}
		for k, v := range r.result.Params {
			if v != nil && k != "preset" {
				again[k] = v
			}
		}
		s.options = again
		r2, err := run(e, s)
		if err != nil {
			t.Errorf("params %v: %v", again, err)
			return
		}
		if d := differ(r.result, r2.result); d != "" {
			t.Error(d)
		}
	})
}

// To a ratio and to a metric a pixel of weight 2 is two pixels, and one of weight
// 0 none.
func TestWeightsAreRepeats(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		switch e.Loss.(type) {
		case Region, Joint, Counts:
		default:
			continue // its mean divides by the number of pixels
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 1, 1, 1, 40) {
				px := s.in.Prediction.Shape.Pixels()
				weighted, repeated := s, s
				weighted.in.Weight = make([]float32, px)
				var pixels []int
				for i := range px {
					w := i % 3
					weighted.in.Weight[i] = float32(w)
					for range w {
						pixels = append(pixels, i)
					}
				}
				repeated.in = pick(s.in, px, pixels, Shape{1, s.in.Prediction.Shape.C, 1, 1, len(pixels)})
				a, err1 := run(e, weighted)
				b, err2 := run(e, repeated)
				if err1 != nil || err2 != nil {
					t.Fatalf("%s: %v, %v", s.name, err1, err2)
				}
				if !nearly(a.result.Value, b.result.Value, regrouped) {
					t.Errorf("%s: %v with weights, %v with repeats", s.name, a.result.Value, b.result.Value)
				}
			}
		})
	}
}

// A weight of 1 everywhere changes nothing.
func TestWeights(t *testing.T) {
	each(t, 1, 4, 6, func(t *testing.T, e *Entry, s sample, r ran) {
		if len(s.options) > 1 || s.in.Prediction.Form != Logits || s.in.Target.Kind != Hard {
			return
		}
		shape := s.in.Prediction.Shape
		px := shape.N * shape.Pixels()
		ones := s
		ones.in.Weight = make([]float32, px)
		for i := range ones.in.Weight {
			ones.in.Weight[i] = 1
		}
		got, err := run(e, ones)
		if err != nil {
			if !refused(err) {
				t.Error(err)
			}
			return
		}
		if !nearly(got.result.Value, r.result.Value, regrouped) {
			t.Errorf("value is %v, and %v with weights of 1", r.result.Value, got.result.Value)
		}
	})
}

// What is made of each pixel may be much even of a certain one.
func TestIgnoredOfSteepLosses(t *testing.T) {
	for name, options := range map[string]map[string]any{
		"focal":   {"gamma": 0.0, "normalized": true},
		"exp-log": {"gammaCross": 0.01},
		"combo":   nil,
	} {
		s := sampleOf("binary", Hard, Logits, 2, 1, 40, 60, 5).with(options).masked()
		for _, e := range Registry {
			if e.Name != name {
				continue
			}
			got, err := run(&e, s)
			if err != nil {
				t.Fatal(err)
			}
			want, err := run(&e, s.without(func(pixel int) bool { return pixel%5 == 0 }))
			if err != nil {
				t.Fatal(err)
			}
			if !nearly(got.result.Value, want.result.Value, regrouped) {
				t.Errorf("%s is %v, without the ignored pixels %v", name, got.result.Value, want.result.Value)
			}
		}
	}
}
