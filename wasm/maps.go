//go:build js && wasm

package main

import (
	"fmt"
	"math"
	"strings"
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// mapRequest asks for a map of labels, or of a prediction, that are in the
// arena. Shape is [N,C,(D,)H,W]; labels have no classes and a C of 1.
type mapRequest struct {
	Shape   []int    `js:"shape"`
	Form    string   `js:"form"`
	Data    array    `js:"data"`
	Options []option `js:"options"`
}

// mapAnswer is where a map is, and its [N,C,(D,)H,W] or [N,(D,)H,W].
type mapAnswer struct {
	Data  array `js:"data"`
	Shape []int `js:"shape"`
}

// floatMap is a function of labels that fills an array of n times the pixels.
type floatMap func(dst []float32, l losses.Labels, s losses.Shape) error

// labelMap is a function of the program that maps labels. prepare reads the
// options and gives how many planes each image has; 0: no class axis.
type labelMap struct {
	name    string
	prepare func(o *choices, l losses.Labels) (int, floatMap)
}

// call(request) fills a map.
func (m labelMap) call(arg []js.Value) (any, error) {
	r, err := decode[mapRequest](arg[0])
	if err != nil {
		return nil, err
	}
	s, err := losses.ParseShape("shape", r.Shape)
	if err != nil {
		return nil, err
	}
	l, err := labels(r.Data)
	if err != nil {
		return nil, err
	}
	o := &choices{name: m.name, given: values(r.Options)}
	planes, run := m.prepare(o, l)
	if err := o.done(); err != nil {
		return nil, err
	}
	shape := append([]int{s.N, planes}, r.Shape[2:]...)
	if planes == 0 {
		shape = append([]int{s.N}, r.Shape[2:]...)
	}
	return fill(s.N*max(planes, 1)*s.Pixels(), shape, func(dst []float32) error { return run(dst, l, s) })
}

// fill runs a map into the arena.
func fill(n int, shape []int, run func([]float32) error) (any, error) {
	l := layout{block: blockOut}
	a := l.add("f32", 4, n)
	if _, err := shared.grow(blockOut, float64(l.size)); err != nil {
		return nil, err
	}
	dst, err := view[float32](a)
	if err != nil {
		return nil, err
	}
	return mapAnswer{a, shape}, run(dst)
}

var maps = [...]labelMap{
	{"edt", func(o *choices, _ losses.Labels) (int, floatMap) {
		spacing := o.numbers("spacing")
		return 0, func(dst []float32, l losses.Labels, s losses.Shape) error {
			px := s.Pixels()
			for n := range s.N {
				if err := losses.EDT(dst[n*px:(n+1)*px], part(l, n*px, px), s.D, s.H, s.W, spacing); err != nil {
					return err
				}
			}
			return nil
		}
	}},
	{"distanceMap", func(o *choices, l losses.Labels) (int, floatMap) {
		classes, spacing, offset := o.integer("classes", classesOf(l)), o.numbers("spacing"), o.number("insideOffset", 1)
		return classes, func(dst []float32, l losses.Labels, s losses.Shape) error {
			return losses.DistanceMap(dst, l, s.N, classes, s.D, s.H, s.W, spacing, offset)
		}
	}},
	{"unetWeightMap", func(o *choices, _ losses.Labels) (int, floatMap) {
		m := losses.UNetMap{
			W0: o.number("w0", 10), Sigma: o.number("sigma", 5), ClassWeights: o.numbers("classWeights"),
			Balance: o.flag("balance"), Everywhere: o.flag("everywhere"),
		}
		spacing := o.numbers("spacing")
		return 0, func(dst []float32, l losses.Labels, s losses.Shape) error {
			return losses.UNetWeightMap(dst, l, s.N, s.D, s.H, s.W, spacing, m)
		}
	}},
	{"oneHot", func(o *choices, l losses.Labels) (int, floatMap) {
		classes := o.integer("classes", 0)
		var ignore []int32
		for _, x := range o.numbers("ignore") {
			ignore = append(ignore, int32(x))
		}
		return max(classes, 1), func(dst []float32, l losses.Labels, s losses.Shape) error {
			return losses.OneHot(dst, l, s.N, classes, s.Pixels(), ignore)
		}
	}},
}

// argmax(request) gives the labels of a prediction.
func (p *program) argmax(arg []js.Value) (any, error) {
	r, err := decode[mapRequest](arg[0])
	if err != nil {
		return nil, err
	}
	s, err := losses.ParseShape("prediction.shape", r.Shape)
	if err != nil {
		return nil, err
	}
	scores := losses.Scores{Shape: s}
	if r.Form == "probs" {
		scores.Form = losses.Probs
	}
	if scores.Data, err = view[float32](r.Data); err != nil {
		return nil, err
	}
	l := layout{block: blockOut}
	a := l.add("i32", 4, s.N*s.Pixels())
	if _, err := shared.grow(blockOut, float64(l.size)); err != nil {
		return nil, err
	}
	dst, err := view[int32](a)
	if err != nil {
		return nil, err
	}
	return mapAnswer{a, append([]int{s.N}, r.Shape[2:]...)}, losses.Argmax(dst, scores)
}

// part is n labels from at on.
func part(l losses.Labels, at, n int) losses.Labels {
	switch {
	case l.U8 != nil:
		return losses.Labels{U8: l.U8[at : at+n]}
	case l.U16 != nil:
		return losses.Labels{U16: l.U16[at : at+n]}
	}
	return losses.Labels{I32: l.I32[at : at+n]}
}

// classesOf is one more than the largest label, and at least two.
func classesOf(l losses.Labels) int {
	most := int32(1)
	for i := range l.Len() {
		most = max(most, l.At(i))
	}
	return int(most) + 1
}

// choices reads the options of a map: each is taken once, and what is left over
// is unknown.
type choices struct {
	name  string
	given map[string]any
	known []string
	err   error
}

func (c *choices) take(name string) (any, bool) {
	c.known = append(c.known, name)
	x, ok := c.given[name]
	delete(c.given, name)
	return x, ok && x != nil
}

func (c *choices) refuse(name, rule string, x any) {
	if c.err == nil {
		c.err = &failure{Code: losses.CodeOption, Field: name, Message: fmt.Sprintf("%s: is %v, must be %s", name, x, rule)}
	}
}

func (c *choices) number(name string, otherwise float64) float64 {
	x, ok := c.take(name)
	if !ok {
		return otherwise
	}
	n, ok := x.(float64)
	if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
		c.refuse(name, "a finite number", x)
	}
	return n
}

func (c *choices) integer(name string, otherwise int) int {
	x, ok := c.take(name)
	if !ok {
		if otherwise == 0 {
			c.refuse(name, "a number of classes", "missing")
		}
		return otherwise
	}
	n, ok := x.(float64)
	if !ok || n != math.Trunc(n) || n < 1 || n > 1<<31-1 {
		c.refuse(name, "a whole number of at least 1", x)
		return otherwise
	}
	return int(n)
}

func (c *choices) flag(name string) bool {
	x, ok := c.take(name)
	if !ok {
		return false
	}
	b, ok := x.(bool)
	if !ok {
		c.refuse(name, "true or false", x)
	}
	return b
}

// numbers is a list of numbers, or one; nil where it is not given.
func (c *choices) numbers(name string) []float64 {
	x, ok := c.take(name)
	if !ok {
		return nil
	}
	list, ok := x.([]float64)
	if n, one := x.(float64); one {
		list, ok = []float64{n}, true
	}
	for _, n := range list {
		ok = ok && !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	if !ok {
		c.refuse(name, "a number or a list of finite numbers", x)
	}
	return list
}

// done is the first thing that is wrong.
func (c *choices) done() error {
	name := ""
	for unknown := range c.given {
		if name == "" || unknown < name { // so that the error is always the same
			name = unknown
		}
	}
	if c.err == nil && len(c.given) > 0 {
		c.err = &failure{Code: losses.CodeOption, Field: name, Message: fmt.Sprintf("%s: is no option of %s; there are %s", name, c.name, strings.Join(c.known, ", "))}
	}
	return c.err
}
