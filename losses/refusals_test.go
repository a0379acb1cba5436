package losses

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// What is wrong is refused by name, and nothing is written that was not asked for.

func TestRegistryKeepsItsWord(t *testing.T) {
	seen := map[string]bool{}
	for i := range Registry {
		e := &Registry[i]
		if seen[e.Name] || e.Name == "" {
			t.Errorf("row %d is named %q, taken or empty", i, e.Name)
		}
		seen[e.Name] = true
		if e.Title == "" || e.Group == "" || e.Formula == "" || e.Source == "" || e.Doc == "" {
			t.Errorf("%s lacks words", e.Name)
		}
		if e.Kind != "loss" && e.Kind != "metric" {
			t.Errorf("%s is of kind %q", e.Name, e.Kind)
		}
		if e.Better != "lower" && e.Better != "higher" {
			t.Errorf("%s is better %q", e.Name, e.Better)
		}
		if !(e.Range[0] < e.Range[1]) {
			t.Errorf("%s has the range %v", e.Name, e.Range)
		}
		for _, mode := range e.modes() {
			for _, kind := range e.kinds() {
				found := false
				for _, s := range samples(e, 1, 1, 2, 2) {
					found = found || s.mode == mode && s.in.Target.Kind == kind
				}
				if !found {
					t.Errorf("%s says it takes %s and %v and does not", e.Name, mode, kind)
				}
			}
		}
		for _, v := range variants(e) {
			if _, err := Decode(e.Name, v); err != nil {
				t.Errorf("%s says it takes %v and does not: %v", e.Name, v, err)
			}
		}
	}
}

// Every option that is out of its range is refused, and the refusal names it.
func TestOptionsOutOfRange(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			refuse := func(key string, x any) {
				t.Helper()
				_, err := Decode(e.Name, map[string]any{key: x})
				var bad *Error
				if !errors.As(err, &bad) || bad.Code != CodeOption || bad.Field != key {
					t.Errorf("%s = %v gives %v", key, x, err)
				}
			}
			refuse("noSuchOption", 1.0)
			for _, p := range e.Params() {
				refuse(p.Name, map[string]any{})
				switch p.Type {
				case "number", "integer":
					for _, x := range []any{"1", true, nil, []any{1.0}, math.NaN(), math.Inf(1), math.Inf(-1)} {
						refuse(p.Name, x)
					}
					if p.Type == "integer" {
						refuse(p.Name, 1.5)
					}
					below(p, func(x float64) { refuse(p.Name, x) })
				case "boolean":
					for _, x := range []any{"true", 1.0, nil} {
						refuse(p.Name, x)
					}
				case "string":
					for _, x := range []any{"", "no such word", 1.0, false} {
						refuse(p.Name, x)
					}
				case "numbers":
					for _, x := range []any{"1", []any{"1"}, []any{math.NaN()}, []any{}, true} {
						refuse(p.Name, x)
					}
					below(p, func(x float64) { refuse(p.Name, []any{x}) })
				case "classes":
					for _, x := range []any{"some", []any{-1.0}, []any{0.5}, []any{}, []any{"1"}, true} {
						refuse(p.Name, x)
					}
				default:
					t.Errorf("%s is of type %s", p.Name, p.Type)
				}
			}
		})
	}
}

// below calls f with the numbers next to the range of p.
func below(p Param, f func(x float64)) {
	if p.Min != nil {
		f(math.Nextafter(*p.Min, math.Inf(-1)))
		f(*p.Min - 1)
	}
	if p.Above != nil {
		f(*p.Above)
		f(*p.Above - 1)
	}
	if p.Max != nil {
		f(math.Nextafter(*p.Max, math.Inf(1)))
		f(*p.Max + 1)
	}
}

// A class or channel that is not there is refused when the input is known.
func TestOptionsThatDoNotFitTheInput(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			table := e.table()
			for _, s := range samples(e, 1, 1, 3, 4) {
				for key, x := range map[string]any{
					"classes":      []any{5.0},
					"classWeights": []any{1.0, 2.0, 3.0, 4.0, 5.0, 6.0},
				} {
					if _, ok := table[key]; !ok {
						continue
					}
					_, err := run(e, s.with(map[string]any{key: x}))
					var bad *Error
					if !errors.As(err, &bad) || bad.Code != CodeOption || bad.Field != key {
						t.Errorf("%s: %s = %v gives %v", s.name, key, x, err)
					}
				}
			}
		})
	}
}

const guard = 8

// guarded is a slice in the middle of guards.
func guarded(n int) (whole, middle []float32) {
	whole = make([]float32, n+2*guard)
	for i := range whole {
		whole[i] = 12345
	}
	return whole, whole[guard : guard+n : guard+n]
}

// Nothing is written but what was asked for, and all of that; inputs stay as
// they are.
func TestWritesOnlyOutputs(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 9, 13) {
				before := copyOf(s.in)
				spec, err := Decode(e.Name, s.options)
				if err != nil {
					t.Fatal(err)
				}
				shape := s.in.Prediction.Shape
				for want := range 4 {
					var out Out
					var wholes [][]float32
					room := func(n int) []float32 {
						whole, middle := guarded(n)
						wholes = append(wholes, whole)
						return middle
					}
					if e.Kind == "loss" && want&1 != 0 {
						out.Gradient = room(shape.Len())
					}
					if e.Kind == "loss" && want&2 != 0 {
						out.Heatmap = room(shape.N * shape.Pixels())
					}
					if _, err := Evaluate(s.in, []Spec{spec}, []Out{out}); err != nil {
						t.Fatalf("%s: %v", s.name, err)
					}
					for _, whole := range wholes {
						for i, x := range whole {
							inside := i >= guard && i < len(whole)-guard
							if inside == (x == 12345) {
								t.Fatalf("%s: element %d of %d is %v", s.name, i-guard, len(whole)-2*guard, x)
							}
						}
					}
				}
				if d := changed(before, s.in); d != "" {
					t.Errorf("%s: %s was written", s.name, d)
				}
			}
		})
	}
}

func copyOf(in Input) Input {
	all := func(n int) []int { return span(0, n) }
	in.Prediction.Data = take(in.Prediction.Data, all)
	in.Prediction.Labels.U8 = take(in.Prediction.Labels.U8, all)
	in.Target.Soft = take(in.Target.Soft, all)
	in.Target.Labels.U8 = take(in.Target.Labels.U8, all)
	in.Target.Labels.I32 = take(in.Target.Labels.I32, all)
	in.Weight = take(in.Weight, all)
	return in
}

func changed(a, b Input) string {
	switch {
	case firstDifference(a.Prediction.Data, b.Prediction.Data) >= 0:
		return "prediction"
	case firstDifference(a.Target.Soft, b.Target.Soft) >= 0:
		return "soft target"
	case firstDifference(a.Weight, b.Weight) >= 0:
		return "weight"
	case string(a.Target.Labels.U8) != string(b.Target.Labels.U8), fmt.Sprint(a.Target.Labels.I32) != fmt.Sprint(b.Target.Labels.I32):
		return "target"
	case string(a.Prediction.Labels.U8) != string(b.Prediction.Labels.U8):
		return "prediction labels"
	}
	return ""
}

// NaN, infinity and probabilities out of range are refused at their first index.
func TestBadScoresAreNamed(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 5, 7) {
				if s.in.Prediction.Form == Classes {
					continue
				}
				for _, bad := range []struct {
					x    float64
					code string
				}{{math.NaN(), CodeValue}, {math.Inf(1), CodeValue}, {math.Inf(-1), CodeValue}, {1.5, CodeDomain}, {-0.25, CodeDomain}} {
					if bad.code == CodeDomain && s.in.Prediction.Form != Probs {
						continue
					}
					broken := s
					broken.in.Prediction.Data = append([]float32(nil), s.in.Prediction.Data...)
					at := len(broken.in.Prediction.Data) * 2 / 3
					broken.in.Prediction.Data[at] = float32(bad.x)
					broken.in.Prediction.Data[len(broken.in.Prediction.Data)-1] = float32(bad.x)
					_, err := run(e, broken)
					wantError(t, s.name, err, bad.code, "prediction.data", at)
				}
			}
		})
	}
}

// Labels that are no classes are refused at their first index.
func TestBadLabelsAreNamed(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 2, 1, 5, 7) {
				if s.in.Target.Kind != Hard {
					continue
				}
				broken := s
				labels := append([]uint8(nil), s.in.Target.Labels.U8...)
				at := len(labels) / 2
				labels[at], labels[len(labels)-1] = 200, 201
				broken.in.Target.Labels = Labels{U8: labels}
				_, err := run(e, broken)
				wantError(t, s.name, err, CodeLabel, "target.data", at)
			}
		})
	}
}

func wantError(t *testing.T, what string, err error, code, field string, index int) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || e.Field != field {
		t.Errorf("%s: got %v, want a %s error of %s", what, err, code, field)
		return
	}
	if !strings.Contains(e.Detail, fmt.Sprintf("index %d,", index)) {
		t.Errorf("%s: %q does not name index %d", what, e.Detail, index)
	}
}
