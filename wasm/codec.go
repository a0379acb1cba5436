//go:build js && wasm

package main

import (
	"errors"
	"fmt"
	"syscall/js"

	"github.com/norunners/vert"

	"github.com/maskloss/maskloss/losses"
)

// What crosses the boundary as JavaScript objects. vert goes by these structs:
// it leaves a field that the object lacks at its zero, and ignores keys that
// the struct lacks, so that an option is a pair of name and value rather than a
// key.

// decode reads an object of the host.
func decode[T any](v js.Value) (T, error) {
	var t T
	if err := (vert.Value{Value: v}).AssignTo(&t); err != nil {
		return t, &failure{Code: "internal", Message: fmt.Sprintf("the boundary: %T: %v", t, err)}
	}
	return t, nil
}

// encode makes an object for the host.
func encode(x any) js.Value { return vert.ValueOf(x).Value }

// failure is an error as the host gets it.
type failure struct {
	Code    string `js:"code"`
	Field   string `js:"field"`
	Message string `js:"message"`
}

func (f *failure) Error() string { return f.Message }

// failureOf makes any error one.
func failureOf(err error) *failure {
	var f *failure
	var e *losses.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &e):
		return &failure{Code: e.Code, Field: e.Field, Message: e.Error()}
	}
	return &failure{Code: "internal", Message: err.Error()}
}

// option is one option as the caller gave it, whatever it is: the losses refuse
// by name what they do not take.
type option struct {
	Name    string    `js:"name"`
	Type    string    `js:"type"` // null, boolean, number, string, numbers, list; anything else is its own description
	Flag    bool      `js:"flag"`
	Number  float64   `js:"number"`
	Text    string    `js:"text"`
	Numbers []float64 `js:"numbers"`
	List    []option  `js:"list"`
}

// foreign is a value that no option takes, shown by its description.
type foreign struct{ description string }

func (f foreign) String() string { return f.description }

// value is the option as losses.Decode takes it.
func (o option) value() any {
	switch o.Type {
	case "null":
		return nil
	case "boolean":
		return o.Flag
	case "number":
		return o.Number
	case "string":
		return o.Text
	case "numbers":
		if o.Numbers == nil {
			return []float64{}
		}
		return o.Numbers
	case "list":
		list := make([]any, len(o.List))
		for i, e := range o.List {
			list[i] = e.value()
		}
		return list
	}
	return foreign{o.Type}
}

func values(options []option) map[string]any {
	m := make(map[string]any, len(options))
	for _, o := range options {
		m[o.Name] = o.value()
	}
	return m
}

// labels reads class ids of any width.
func labels(a array) (l losses.Labels, err error) {
	switch a.Type {
	case "u8":
		l.U8, err = view[uint8](a)
	case "u16":
		l.U16, err = view[uint16](a)
	case "i32":
		l.I32, err = view[int32](a)
	default:
		err = &failure{Code: "internal", Message: "array of type " + a.Type + " holds no labels"}
	}
	return l, err
}

// result is what one loss says; the planes are in the arena.
type result struct {
	Index       int                  `js:"index"` // of its spec in the plan
	Value       float64              `js:"value"`
	PerClass    []float64            `js:"perClass"`
	Valid       int                  `js:"valid"`
	Warnings    []warning            `js:"warnings"`
	Extra       map[string][]float64 `js:"extra"`
	Gradient    *array               `js:"gradient"`
	Heatmap     *array               `js:"heatmap"`
	Values      *array               `js:"values"`
	ValuesShape []int                `js:"valuesShape"`
}

// brief writes results to the arena where numbers say all of them: for each its
// index, value, valid pixels and number of classes (-1: none), and a number per
// class. That is quicker than an object.
func brief(results []result) bool {
	numbers := make([]float64, 0, 64)
	for _, r := range results {
		if len(r.Warnings) > 0 || r.Extra != nil || r.Gradient != nil || r.Heatmap != nil || r.Values != nil {
			return false
		}
		classes := len(r.PerClass)
		if r.PerClass == nil {
			classes = -1
		}
		numbers = append(append(numbers, float64(r.Index), r.Value, float64(r.Valid), float64(classes)), r.PerClass...)
	}
	l := layout{block: blockWords}
	a := l.add("f64", 8, len(numbers))
	return l.put([]array{a}, [][]float64{numbers}) == nil
}

type warning struct {
	Code    string `js:"code"`
	Message string `js:"message"`
}

func resultOf(index int, r losses.Result) result {
	out := result{Index: index, Value: r.Value, PerClass: r.PerClass, Valid: r.Valid, Extra: r.Extra, Warnings: []warning{}}
	for _, w := range r.Warnings {
		out.Warnings = append(out.Warnings, warning{w.Code, w.Message})
	}
	return out
}
