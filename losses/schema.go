package losses

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Param describes one parameter: everything that a manifest, a type
// declaration, a form or a query string needs to know of it.
type Param struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"` // number, integer, boolean, string, numbers, classes
	Default any      `json:"default"`
	Min     *float64 `json:"min,omitempty"`
	Max     *float64 `json:"max,omitempty"`
	Above   *float64 `json:"above,omitempty"` // an excluded lower bound
	Enum    []string `json:"enum,omitempty"`
	Doc     string   `json:"doc"`
	field   int
}

// params reads the tags of a struct; its present values are the defaults.
func params(v reflect.Value) []Param {
	t := v.Type()
	list := make([]Param, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("js")
		if name == "" {
			continue
		}
		p := Param{Name: name, Doc: f.Tag.Get("doc"), field: i, Min: bound(f, "min"), Max: bound(f, "max"), Above: bound(f, "above")}
		if e, ok := f.Tag.Lookup("enum"); ok {
			p.Enum = split(e)
		}
		x := v.Field(i).Interface()
		switch x.(type) {
		case float64:
			p.Type = "number"
		case int:
			p.Type = "integer"
		case bool:
			p.Type = "boolean"
		case string:
			p.Type = "string"
		case []float64:
			p.Type = "numbers"
		case Choice:
			p.Type = "classes"
		default:
			panic("losses: parameter " + name + " of an unknown type")
		}
		p.Default = plain(x)
		list = append(list, p)
	}
	return list
}

// split is what stands between bars. strings.Split would bring a search for
// patterns of any length.
func split(s string) []string {
	var list []string
	from := 0
	for i := range len(s) {
		if s[i] == '|' {
			list = append(list, s[from:i])
			from = i + 1
		}
	}
	return append(list, s[from:])
}

func bound(f reflect.StructField, key string) *float64 {
	s, ok := f.Tag.Lookup(key)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(s) // a reader of fractions would be as big as a loss
	if err != nil {
		panic("losses: tag " + key + " of " + f.Name + " is not an integer")
	}
	x := float64(n)
	return &x
}

// plain turns a parameter into what JSON and JavaScript know.
//
//go:noinline
func plain(x any) any {
	switch x := x.(type) {
	case Choice:
		if x.List != nil {
			return x.List
		}
		if x.Word == "" {
			return nil
		}
		return x.Word
	case []float64:
		if x == nil {
			return nil
		}
		return x
	case string:
		if x == "" {
			return nil
		}
	case int:
		return float64(x)
	}
	return x
}

// set puts a value that came from outside into its field.
func (p Param) set(dst reflect.Value, x any) error {
	f := dst.Field(p.field)
	if x == nil { // null is the default of what may be left open
		switch p.Type {
		case "numbers", "classes":
			f.SetZero()
			return nil
		case "string":
			if p.Enum[0] == "" {
				f.SetString("")
				return nil
			}
		}
		return p.refuse(x)
	}
	switch p.Type {
	case "number", "integer":
		n, ok := number(x)
		if !ok || !p.within(n) || p.Type == "integer" && n != math.Trunc(n) {
			return p.refuse(x)
		}
		if p.Type == "integer" {
			f.SetInt(int64(n))
		} else {
			f.SetFloat(n)
		}
	case "boolean":
		b, ok := x.(bool)
		if !ok {
			return p.refuse(x)
		}
		f.SetBool(b)
	case "string":
		s, ok := x.(string)
		if !ok || !contains(p.Enum, s) || s == "" {
			return p.refuse(x)
		}
		f.SetString(s)
	case "numbers":
		list, ok := numbers(x)
		for _, n := range list {
			ok = ok && p.within(n)
		}
		if !ok || len(list) == 0 {
			return p.refuse(x)
		}
		f.Set(reflect.ValueOf(list))
	case "classes":
		if s, ok := x.(string); ok {
			if s != "all" && s != "present" {
				return p.refuse(x)
			}
			f.Set(reflect.ValueOf(Choice{Word: s}))
			return nil
		}
		list, ok := numbers(x)
		c := Choice{List: make([]int, len(list))}
		for i, n := range list {
			ok = ok && n == math.Trunc(n) && n >= 0 && n < maxLen
			if ok {
				c.List[i] = int(n)
			}
		}
		if !ok || len(list) == 0 {
			return p.refuse(x)
		}
		f.Set(reflect.ValueOf(c))
	}
	return nil
}

func (p Param) within(n float64) bool {
	return !math.IsNaN(n) && !math.IsInf(n, 0) &&
		(p.Min == nil || n >= *p.Min) && (p.Max == nil || n <= *p.Max) && (p.Above == nil || n > *p.Above)
}

// refuse names the value and the rule.
func (p Param) refuse(x any) error {
	s := fmt.Sprintf("%v", x)
	switch v := x.(type) {
	case nil:
		s = "null"
	case string:
		s = strconv.Quote(v)
	}
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return fail(CodeOption, p.Name, "is %s, must be %s", s, p.Rule())
}

// Rule says in words what the parameter may be.
func (p Param) Rule() string {
	var what string
	switch p.Type {
	case "number":
		what = "a finite number"
	case "integer":
		what = "an integer"
	case "boolean":
		return "true or false"
	case "string":
		words := p.Enum
		if words[0] == "" {
			words = words[1:]
		}
		return "one of " + strings.Join(words, ", ")
	case "numbers":
		what = "a number or a list of finite numbers"
	case "classes":
		return "all, present or a list of class ids"
	}
	switch {
	case p.Min != nil && p.Max != nil:
		return what + fmt.Sprintf(" in [%v, %v]", *p.Min, *p.Max)
	case p.Min != nil:
		return what + fmt.Sprintf(" of at least %v", *p.Min)
	case p.Above != nil && p.Max != nil:
		return what + fmt.Sprintf(" in (%v, %v]", *p.Above, *p.Max)
	case p.Above != nil:
		return what + fmt.Sprintf(" above %v", *p.Above)
	}
	return what
}

func number(x any) (float64, bool) {
	switch n := x.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}

func numbers(x any) ([]float64, bool) {
	switch l := x.(type) {
	case []float64:
		return append([]float64(nil), l...), true
	case []int:
		out := make([]float64, len(l))
		for i, n := range l {
			out[i] = float64(n)
		}
		return out, true
	case []any:
		out := make([]float64, len(l))
		for i, e := range l {
			n, ok := number(e)
			if !ok {
				return nil, false
			}
			out[i] = n
		}
		return out, true
	}
	if n, ok := number(x); ok {
		return []float64{n}, true
	}
	return nil, false
}

//go:noinline
func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// Spec is one loss or metric with its parameters, ready to evaluate.
type Spec struct {
	Name    string
	Loss    any // the loss, by value
	Options Options
	entry   *Entry
	params  map[string]any
}

// OfImages tells whether images may be scored apart from each other: by a job of
// each, finished with the states of all of them merged. The value and those per
// class are then means over the images, without those that are NaN.
func (s Spec) OfImages() bool {
	parts := []Part{{Loss: s.Loss, Options: s.Options}}
	if c, ok := s.Loss.(Compound); ok {
		parts = c.Parts(s.Options)
	}
	l, ok := parts[0].Loss.(OfImages)
	return ok && len(parts) == 1 && l.OfImages(&parts[0].Options)
}

// Decode reads what a caller gave by name: the parameters of the loss and the
// options it takes, each checked against its rule. Numbers are float64 or int,
// lists []any or []float64.
func Decode(name string, given map[string]any) (Spec, error) {
	e := Lookup(name)
	if e == nil {
		return Spec{}, fail(CodeLoss, name, "is no loss or metric; there are %s", strings.Join(Names(), ", "))
	}
	own := reflect.New(reflect.TypeOf(e.Loss)).Elem()
	own.Set(reflect.ValueOf(e.Loss))
	options := DefaultOptions()
	shared := reflect.ValueOf(&options).Elem()
	table := e.table()
	put := func(key string, x any) error {
		p, ok := table[key]
		switch {
		case key == "":
			return fail(CodeOption, "options", "have an empty name; %s has %s", name, strings.Join(keys(table), ", "))
		case !ok:
			return fail(CodeOption, key, "is no option of %s; there are %s", name, strings.Join(keys(table), ", "))
		case p.own:
			return p.set(own, x)
		}
		return p.set(shared, x)
	}
	all := func(m map[string]any) error {
		for _, k := range keys(m) { // in order, so that the first error is always the same
			if err := put(k, m[k]); err != nil {
				return err
			}
		}
		return nil
	}
	apply := func(list Settings) error {
		for _, x := range list {
			if err := put(x.Name, x.Value); err != nil {
				return err
			}
		}
		return nil
	}
	if err := apply(e.Defaults); err != nil {
		return Spec{}, err
	}
	if preset, ok := given["preset"]; ok && preset != nil {
		if err := put("preset", preset); err != nil {
			return Spec{}, err
		}
		recipe, ok := e.preset(options.Preset)
		if !ok {
			return Spec{}, fail(CodeOption, "preset", "is %q, must be one of %s", options.Preset, strings.Join(e.presets(), ", "))
		}
		if err := apply(recipe); err != nil {
			return Spec{}, err
		}
	}
	if err := all(given); err != nil {
		return Spec{}, err
	}
	s := Spec{Name: name, Loss: own.Interface(), Options: options, entry: e}
	s.params = s.read()
	return s, nil
}

// Params is every parameter as used, by name.
func (s Spec) Params() map[string]any {
	out := make(map[string]any, len(s.params))
	for name, x := range s.params {
		out[name] = x
	}
	return out
}

// read makes Params: once, as reading tags takes longer than scoring a small mask.
func (s Spec) read() map[string]any {
	out := map[string]any{}
	own, shared := reflect.ValueOf(s.Loss), reflect.ValueOf(s.Options)
	for name, p := range s.entry.table() {
		if p.own {
			out[name] = plain(own.Field(p.field).Interface())
		} else {
			out[name] = plain(shared.Field(p.field).Interface())
		}
	}
	return out
}

type ownedParam struct {
	Param
	own bool
}

// sharedParams are the parameters of the shared options, read once.
var sharedParams = sync.OnceValue(func() []Param { return params(reflect.ValueOf(DefaultOptions())) })

// tables keeps the table of each row, made when first asked for: reading tags
// takes longer than a small evaluation.
var tables struct {
	sync.Mutex
	of map[*Entry]map[string]ownedParam
}

// Has tells whether the loss takes a parameter of this name.
func (e *Entry) Has(param string) bool {
	_, ok := e.table()[param]
	return ok
}

// table is every parameter that a loss takes, its own and the shared ones.
func (e *Entry) table() map[string]ownedParam {
	tables.Lock()
	defer tables.Unlock()
	if t := tables.of[e]; t != nil {
		return t
	}
	if tables.of == nil {
		tables.of = map[*Entry]map[string]ownedParam{}
	}
	t := map[string]ownedParam{}
	takes := e.takes()
	for _, p := range sharedParams() {
		if contains(takes, p.Name) {
			t[p.Name] = ownedParam{Param: p}
		}
	}
	for _, p := range params(reflect.ValueOf(e.Loss)) {
		t[p.Name] = ownedParam{Param: p, own: true}
	}
	tables.of[e] = t
	return t
}

// Params lists the parameters of a loss: its own first, then the options it takes.
func (e *Entry) Params() []Param {
	list := params(reflect.ValueOf(e.Loss))
	takes := e.takes()
	for _, p := range sharedParams() {
		if contains(takes, p.Name) {
			if d, ok := e.Defaults.get(p.Name); ok {
				p.Default = d
			}
			if p.Name == "preset" {
				p.Enum = append([]string{""}, e.presets()...)
			}
			list = append(list, p)
		}
	}
	return list
}

// keys is sorted. There are few: a real sort would be most of the code.
//
//go:noinline
func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
		for i := len(out) - 1; i > 0 && out[i] < out[i-1]; i-- {
			out[i], out[i-1] = out[i-1], out[i]
		}
	}
	return out
}
