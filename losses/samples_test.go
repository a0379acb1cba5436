package losses

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
)

// The samples are inputs of every kind that a row of the registry takes, in every
// setting that it has. They come of integers, so that every build has the same.

// lcg is the generator of the samples: integers only, so that every build has
// the same.
type lcg uint64

func (g *lcg) next(n int) int {
	*g = *g*6364136223846793005 + 1442695040888963407
	return int(uint64(*g)>>33) % n
}

// shuffle is a random order of n things.
func (g *lcg) shuffle(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
		j := g.next(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// sample is an input in one of the forms that a loss takes.
type sample struct {
	name    string
	mode    string
	in      Input
	options map[string]any
}

// modes lists those of a row.
func (e *Entry) modes() []string {
	if e.Modes != nil {
		return e.Modes
	}
	return []string{"binary", "multiclass", "multilabel"}
}

// kinds lists the targets of a row.
func (e *Entry) kinds() []Kind {
	if e.Kinds != nil {
		return e.Kinds
	}
	if _, counts := e.Loss.(Counts); counts {
		return []Kind{Hard}
	}
	return []Kind{Hard, Soft}
}

// sampleOf makes an input of scores that are multiples of 1/256 in (-4, 4), no
// two of them equal within a plane of up to 2000 pixels, or their logistic in
// steps of 2^-12.
func sampleOf(mode string, kind Kind, form Form, n, d, h, w int, seed uint64) sample {
	classes := map[string]int{"binary": 1, "multiclass": 3, "multilabel": 3}[mode]
	if kind == Instances && mode == "multiclass" {
		classes = 2 // background and instances
	}
	return sampleOfClasses(classes, mode, kind, form, n, d, h, w, seed)
}

func sampleOfClasses(classes int, mode string, kind Kind, form Form, n, d, h, w int, seed uint64) sample {
	g := lcg(seed*2654435761 + 1)
	s := Shape{n, classes, d, h, w}
	px := s.Pixels()
	in := Input{Prediction: Scores{Shape: s, Form: form}}
	switch form {
	case Classes:
		in.Prediction.Labels.U8 = make([]uint8, n*px)
		most := classes
		if mode != "multiclass" {
			in.Prediction.Labels.U8 = make([]uint8, s.Len())
			most = 2
		}
		for i := range in.Prediction.Labels.U8 {
			in.Prediction.Labels.U8[i] = uint8(g.next(most))
		}
	case Logits:
		for range n * classes {
			order := g.shuffle(max(px, 2000))
			for i := range px {
				in.Prediction.Data = append(in.Prediction.Data, float32(order[i]%2000-1000)/256)
			}
		}
	case Probs:
		in.Prediction.Data = probabilities(&g, s, mode == "multiclass")
	}
	in.Target = targetOf(&g, mode, kind, s)
	return sample{name: fmt.Sprintf("%s/%v/%v/%dx%dx%dx%dx%d", mode, kind, form, n, classes, d, h, w), mode: mode, in: in, options: map[string]any{"mode": mode}}
}

// probabilities are multiples of 2^-12 within (0, 1), of sum 1 over the classes
// where these exclude each other.
func probabilities(g *lcg, s Shape, exclusive bool) []float32 {
	px := s.Pixels()
	out := make([]float32, s.Len())
	for n := range s.N {
		for i := range px {
			left := 4096
			for c := range s.C {
				k := 1 + g.next(4095)
				if exclusive {
					k = 1 + g.next(left-s.C+c)
					if c == s.C-1 {
						k = left
					}
					left -= k
				}
				out[(n*s.C+c)*px+i] = float32(k) / 4096
			}
		}
	}
	return out
}

func targetOf(g *lcg, mode string, kind Kind, s Shape) Target {
	t := Target{Kind: kind}
	px := s.Pixels()
	switch kind {
	case Soft:
		t.Soft = probabilities(g, s, mode == "multiclass")
	case Instances:
		t.Labels.I32 = make([]int32, s.N*px)
		for i := range t.Labels.I32 {
			t.Labels.I32[i] = int32(max(0, g.next(8)-4))
		}
	default:
		most, count := s.C, s.N*px
		if mode != "multiclass" {
			most, count = 2, s.Len()
		}
		t.Labels.U8 = make([]uint8, count)
		for i := range t.Labels.U8 {
			t.Labels.U8[i] = uint8(g.next(most))
		}
	}
	return t
}

// samples are all the kinds of input of a row, small.
func samples(e *Entry, n, d, h, w int) []sample {
	var out []sample
	for _, mode := range e.modes() {
		for _, kind := range e.kinds() {
			for _, form := range []Form{Logits, Probs, Classes} {
				if _, counts := e.Loss.(Counts); form == Classes && !counts {
					continue
				}
				s := sampleOf(mode, kind, form, n, d, h, w, uint64(len(out)+7))
				if possible(e, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// wide are samples of a row with more classes than a few, hard and of logits.
func wide(e *Entry, n, d, h, w int) []sample {
	var out []sample
	for _, classes := range []int{5, 11} {
		s := sampleOfClasses(classes, "multiclass", Hard, Logits, n, d, h, w, uint64(classes))
		if contains(e.modes(), "multiclass") && possible(e, s) {
			out = append(out, s, s.masked())
		}
	}
	return out
}

// possible tells whether the row takes such an input at all; a refusal says
// which option stands against it.
func possible(e *Entry, s sample) bool {
	_, err := run(e, s)
	return err == nil || !refused(err)
}

// variants are the settings of a row: the default one, each word of each choice,
// each switch thrown, each end of each range.
func variants(e *Entry) []map[string]any {
	out := []map[string]any{{}}
	for _, p := range e.Params() {
		if contains([]string{"mode", "gradient", "heatmap"}, p.Name) {
			continue
		}
		switch p.Type {
		case "string":
			for _, word := range p.Enum {
				if word != "" {
					out = append(out, map[string]any{p.Name: word})
				}
			}
		case "boolean":
			out = append(out, map[string]any{p.Name: p.Default != true})
		case "number", "integer":
			for _, end := range []*float64{p.Min, p.Max} {
				if end != nil {
					out = append(out, map[string]any{p.Name: *end})
				}
			}
		case "classes":
			out = append(out, map[string]any{p.Name: "all"}, map[string]any{p.Name: "present"}, map[string]any{p.Name: []any{1.0}})
		case "numbers":
			if p.within(0.5) {
				out = append(out, map[string]any{p.Name: 0.5}, map[string]any{p.Name: []any{0.25, 0.5, 0.75}})
			}
		}
	}
	return out
}

// ran is what an evaluation gave.
type ran struct {
	spec   Spec
	result Result
	out    Out
}

// run evaluates a row with everything that a loss can give.
func run(e *Entry, s sample) (ran, error) {
	spec, err := Decode(e.Name, s.options)
	if err != nil {
		return ran{}, err
	}
	job, err := NewJob(s.in, []Spec{spec})
	if err != nil {
		return ran{}, err
	}
	r := ran{spec: spec, out: outOf(e, job, s.in)}
	results, err := Evaluate(s.in, []Spec{spec}, []Out{r.out})
	if err != nil {
		return ran{}, err
	}
	r.result = results[0]
	return r, nil
}

// outOf makes room for what a row can give, filled with NaN: what stays NaN was
// not written.
func outOf(e *Entry, job *Job, in Input) Out {
	var out Out
	shape := in.Prediction.Shape
	if e.Kind == "loss" {
		out.Gradient = nans(shape.Len())
		out.Heatmap = nans(shape.N * shape.Pixels())
	}
	if dims := job.ValuesShape(0); dims != nil {
		n := 1
		for _, d := range dims {
			n *= d
		}
		out.Values = nans(n)
	}
	return out
}

func nans(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(math.NaN())
	}
	return out
}

// notFinite is the first index of NaN or infinity, -1 where there is none.
func notFinite(list []float32) int {
	for i, x := range list {
		if x != x || math.IsInf(float64(x), 0) {
			return i
		}
	}
	return -1
}

// with is the sample with further options.
func (s sample) with(more map[string]any) sample {
	all := map[string]any{}
	for k, v := range s.options {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	s.options = all
	return s
}

// extreme is the sample with logits of -1000, 0 and 1000, where it has logits.
func (s sample) extreme() sample {
	if s.in.Prediction.Form != Logits {
		return s
	}
	g := lcg(11)
	s.in.Prediction.Data = append([]float32(nil), s.in.Prediction.Data...)
	for i := range s.in.Prediction.Data {
		s.in.Prediction.Data[i] = float32(g.next(3)-1) * 1000
	}
	return s
}

// masked is the sample with a fifth of the pixels ignored, where it has labels,
// and weights, where it has numbers.
func (s sample) masked() sample {
	px := s.in.Prediction.Shape.Pixels()
	if s.in.Target.Kind != Hard {
		s.in.Weight = make([]float32, s.in.Prediction.Shape.N*px)
		for i := range s.in.Weight {
			s.in.Weight[i] = float32(i%7) / 4
		}
		return s
	}
	labels := append([]uint8(nil), s.in.Target.Labels.U8...)
	for i := range labels {
		if i%px%5 == 0 {
			labels[i] = 77
		}
	}
	s.in.Target.Labels = Labels{U8: labels}
	s.in.Ignore = []int32{77}
	return s
}

// without is the sample without some pixels of each image, in one row.
func (s sample) without(gone func(pixel int) bool) sample {
	shape := s.in.Prediction.Shape
	px := shape.Pixels()
	var parts []Input
	for n := range shape.N {
		var pixels []int
		for i := range px {
			if !gone(i) {
				pixels = append(pixels, n*px+i)
			}
		}
		parts = append(parts, pick(s.in, shape.N*px, pixels, Shape{1, shape.C, 1, 1, len(pixels)}))
	}
	shape = parts[0].Prediction.Shape
	shape.N = len(parts)
	s.in = joined(s.in, parts)
	s.in.Prediction.Shape = shape
	return s
}

// refused tells a proper refusal of a combination from anything else.
func refused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == CodeOption && e.Field != "" && e.Detail != ""
}

// settings pairs the samples of a row with its variants: the default setting
// with every sample, every other with one sample of each mode, by turns.
func settings(e *Entry, n, d, h, w int) []sample {
	all := samples(e, n, d, h, w)
	out := append([]sample(nil), all...)
	byMode := map[string][]sample{}
	for _, s := range all {
		byMode[s.mode] = append(byMode[s.mode], s)
	}
	for i, v := range variants(e)[1:] {
		for _, mode := range e.modes() {
			if of := byMode[mode]; of != nil {
				out = append(out, of[i%len(of)].with(v))
			}
		}
	}
	return out
}

// each runs a test for each row, setting and kind of input that go together.
func each(t *testing.T, d, h, w int, test func(t *testing.T, e *Entry, s sample, r ran)) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			all := settings(e, 2, d, h, w)
			if runtime.GOARCH == "wasm" { // slow, and of the same bits: see TestBitsOfAll
				all = samples(e, 2, d, h, w)
			}
			count := 0
			for _, s := range all {
				r, err := run(e, s)
				if err != nil {
					if !refused(err) {
						t.Errorf("%s %v: %v", s.name, s.options, err)
					}
					continue
				}
				count++
				test(t, e, s, r)
				if t.Failed() {
					t.Logf("this was %s %v", s.name, s.options)
					return
				}
			}
			if count == 0 {
				t.Error("no setting of it runs")
			}
		})
	}
}

// perfect is the prediction that is the target.
func perfect(in Input, mode string) Scores {
	p := in.Prediction
	s := p.Shape
	px := s.Pixels()
	if p.Form == Classes {
		p.Labels = in.Target.Labels
		return p
	}
	p.Data = make([]float32, s.Len())
	for i := range p.Data {
		n, c, k := i/(s.C*px), i/px%s.C, i%px
		hit := false
		if mode == "multiclass" {
			hit = in.Target.Labels.At(n*px+k) == int32(c)
		} else {
			hit = in.Target.Labels.At(i) == 1
		}
		switch {
		case p.Form == Probs && hit:
			p.Data[i] = 1
		case p.Form == Probs:
			p.Data[i] = 0
		case hit:
			p.Data[i] = 100
		default:
			p.Data[i] = -100
		}
	}
	return p
}

// constantTarget gives every pixel one label.
func constantTarget(s sample, label uint8) sample {
	labels := make([]uint8, s.in.Target.Labels.Len())
	for i := range labels {
		labels[i] = label
	}
	s.in.Target.Labels = Labels{U8: labels}
	return s
}
