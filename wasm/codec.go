//go:build js && wasm

package main

import (
	"fmt"
	"syscall/js"
	"unicode/utf8"

	"github.com/norunners/vert"

	"github.com/maskloss/maskloss/losses"
)

// What crosses the boundary as JavaScript objects. vert goes by these structs:
// it leaves a field that the object lacks at its zero, and ignores keys that
// the struct lacks, so that an option is a pair of name and value rather than a
// key.

// decode reads an object of the host.
func decode[T any](v js.Value) (t T, err error) {
	err = assign(v, &t)
	return t, err
}

func assign(v js.Value, to any) error {
	if err := (vert.Value{Value: v}).AssignTo(to); err != nil {
		return &failure{Code: "internal", Message: fmt.Sprintf("the boundary: %s: %v", fmt.Sprintf("%T", to)[1:], err)}
	}
	return nil
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
	switch e := err.(type) { // no error of ours is wrapped; errors.As would bring another reflect
	case *failure:
		return e
	case *losses.Error:
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

// speller writes numbers for the host, one after the other.
type speller []float64

// spelled is what one evaluation leaves to the next.
var spelled speller

// add is called from everywhere: not inlined, the module is smaller.
//
//go:noinline
func (s *speller) add(x ...float64) { *s = append(*s, x...) }

func (s *speller) list(x []float64) {
	if x == nil {
		s.add(-1)
		return
	}
	s.add(float64(len(x)))
	s.add(x...)
}

func (s *speller) text(x string) {
	s.add(float64(utf8.RuneCountInString(x)))
	for _, r := range x {
		s.add(float64(r))
	}
}

func (s *speller) plane(a *array) {
	if a == nil {
		s.add(-1)
		return
	}
	s.add(float64(a.At), float64(a.Len))
}

// spell writes results to the arena as numbers, which is quicker than objects, and
// gives where: their number, then for each its index, value and valid pixels, the
// numbers of its classes, start and length of values, gradient and heat map, the
// sizes of the values, warnings and extra numbers. A list is its length, -1 for
// none, and its elements; a text is the list of its code points.
func spell(results []result) (uint32, error) {
	s := spelled[:0]
	s.add(float64(len(results)))
	for i := range results {
		r := &results[i]
		s.add(float64(r.Index), r.Value, float64(r.Valid))
		s.list(r.PerClass)
		s.plane(r.Values)
		s.plane(r.Gradient)
		s.plane(r.Heatmap)
		s.add(float64(len(r.ValuesShape)))
		for _, size := range r.ValuesShape {
			s.add(float64(size))
		}
		s.add(float64(len(r.Warnings)))
		for _, w := range r.Warnings {
			s.text(w.Code)
			s.text(w.Message)
		}
		if r.Extra == nil {
			s.add(-1)
			continue
		}
		s.add(float64(len(r.Extra)))
		for name, x := range r.Extra {
			s.text(name)
			s.list(x)
		}
	}
	spelled = s
	return shared.write(blockWords, s)
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
