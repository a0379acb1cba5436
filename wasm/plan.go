//go:build js && wasm

package main

import (
	"github.com/maskloss/maskloss/losses"
)

// planRequest asks for losses by name, each with options of its own, and options
// that they share. All leaves out those that are not defined for an input. Part
// is of a request that was checked as a whole: shared options may be for others,
// and that nothing is defined is no error.
type planRequest struct {
	Specs  []specRequest `js:"specs"`
	Shared []option      `js:"shared"`
	All    bool          `js:"all"`
	Part   bool          `js:"part"`
}

type specRequest struct {
	Name    string   `js:"name"`
	Options []option `js:"options"`
}

// plan is a set of losses whose options are checked, to be run on any input.
type plan struct {
	specs []losses.Spec
	all   bool
	part  bool
	given map[string]any // shared options

	// The job that is done with the open input of that number, to be run again:
	// most of what a small input takes is to set one up.
	job   *job
	input int
}

// newPlan decodes a request. A shared option goes to the losses that take it,
// and at least one must.
func newPlan(r planRequest) (*plan, error) {
	p := &plan{all: r.All, part: r.Part, given: values(r.Shared)}
	taken := map[string]bool{}
	for _, s := range r.Specs {
		options := map[string]any{}
		if e := losses.Lookup(s.Name); e != nil {
			for name, x := range p.given {
				if e.Has(name) {
					options[name] = x
					taken[name] = true
				}
			}
		}
		for k, x := range values(s.Options) {
			options[k] = x
		}
		spec, err := losses.Decode(s.Name, options)
		if err != nil {
			return nil, err
		}
		p.specs = append(p.specs, spec)
	}
	for _, o := range r.Shared { // in the caller's order, so that the error is always the same
		if !taken[o.Name] && !r.Part {
			return nil, &failure{Code: losses.CodeOption, Field: o.Name, Message: o.Name + ": is no option of any of these losses"}
		}
	}
	return p, nil
}

// answer names the losses of a plan and their parameters as used, in JSON, and
// tells whether a loss may be summed over parts of an image that know nothing
// of each other, or be scored image by image, and whether more than numbers is
// wanted of it.
func (p *plan) answer(id int) string {
	rows := make([]object, len(p.specs))
	for i, s := range p.specs {
		_, mapped := s.Loss.(losses.Mapped)
		rows[i] = object{{"name", s.Name}, {"params", s.Params()}, {"sum", losses.Lookup(s.Name).Sum() && !mapped}, {"images", s.OfImages()}, {"planes", givesPlanes(s)}}
	}
	return string(appendJSON(nil, object{{"id", id}, {"losses", rows}}))
}

// givesPlanes tells whether arrays are wanted of a loss.
func givesPlanes(s losses.Spec) bool {
	return s.Options.Gradient || s.Options.Heatmap || s.Options.Reduction == "none"
}

// fit gives the specs that an input allows, by their numbers: all of them, or,
// where all losses are asked for, those that are defined for it.
func (p *plan) fit(in losses.Input) ([]int, error) {
	index := make([]int, 0, len(p.specs))
	if !p.all {
		for i := range p.specs {
			index = append(index, i)
		}
		return index, nil
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	var first error
	for i, s := range p.specs {
		j, err := scratch.NewJob(in, []losses.Spec{s})
		switch {
		case err == nil:
			j.Release()
			index = append(index, i)
		case !p.undefined(err):
			return nil, err
		case first == nil:
			first = err
		}
	}
	if len(index) == 0 && !p.part {
		return nil, first
	}
	return index, nil
}

// undefined tells whether an error says that a loss is not defined for an
// input, rather than that an option given is wrong.
func (p *plan) undefined(err error) bool {
	e, ok := err.(*losses.Error)
	if !ok || e.Code != losses.CodeOption && e.Code != losses.CodeShape {
		return false
	}
	_, given := p.given[e.Field]
	return !given || e.Field == "mode"
}
