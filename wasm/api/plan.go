package api

import (
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// asked is one loss with options of its own.
type asked struct {
	name    string
	options map[string]any
}

// plan is the losses of a request.
type plan struct {
	specs  []losses.Spec
	all    bool
	shared map[string]any
}

// newPlan decodes options. A shared one goes to the losses that take it, and at
// least one must.
func newPlan(wanted []asked, all bool, shared map[string]any) (*plan, error) {
	if all {
		for _, name := range losses.Names() {
			wanted = append(wanted, asked{name: name})
		}
	}
	p := &plan{all: all, shared: shared}
	taken := map[string]bool{}
	seen := map[string]bool{}
	for _, w := range wanted {
		e, err := lookup(w.name)
		if err != nil {
			return nil, err
		}
		if seen[w.name] {
			return nil, malformed(keyNames, "names has %s twice", w.name)
		}
		seen[w.name] = true
		options := map[string]any{}
		for _, param := range e.Params() {
			if x, ok := shared[param.Name]; ok {
				options[param.Name] = x
				taken[param.Name] = true
			}
		}
		for k, x := range w.options {
			options[k] = x
		}
		spec, err := losses.Decode(w.name, options)
		if err != nil {
			return nil, err
		}
		p.specs = append(p.specs, spec)
	}
	if len(p.specs) == 0 {
		return nil, malformed(keyNames, "names is missing, must be losses or metrics: names=dice,iou, or all")
	}
	for _, k := range sortedKeys(shared) {
		if taken[k] {
			continue
		}
		if len(wanted) == 1 { // the loss itself says what it takes
			_, err := losses.Decode(wanted[0].name, map[string]any{k: shared[k]})
			return nil, err
		}
		return nil, refusal(400, losses.CodeOption, k, "%.40s: is no option of any of these losses", k)
	}
	return p, nil
}

// fit leaves out, where all losses are asked for, those that are not defined for
// the input.
func (p *plan) fit(in losses.Input) ([]losses.Spec, error) {
	if !p.all {
		return p.specs, nil
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	var specs []losses.Spec
	var first error
	for _, s := range p.specs {
		_, err := losses.NewJob(in, []losses.Spec{s})
		var e *losses.Error
		switch {
		case err == nil:
			specs = append(specs, s)
		case !errors.As(err, &e) || e.Code != losses.CodeOption && e.Code != losses.CodeShape:
			return nil, err
		case first == nil:
			first = err
		}
	}
	if specs == nil {
		return nil, first
	}
	return specs, nil
}

// textOptions reads options that came as text, by the type of each parameter.
// dice.smoothNr is an option of one of several losses.
func textOptions(texts map[string]string, names []string) (shared map[string]any, own map[string]map[string]any, err error) {
	shared, own = map[string]any{}, map[string]map[string]any{}
	for key, text := range texts {
		if name, param, dotted := strings.Cut(key, "."); dotted {
			if !slices.Contains(names, name) {
				return nil, nil, refusal(400, losses.CodeOption, key, "%.80q: no such loss is asked for", key)
			}
			if own[name] == nil {
				own[name] = map[string]any{}
			}
			own[name][param] = textOption(text, param, []string{name})
			continue
		}
		shared[key] = textOption(text, key, names)
	}
	return shared, own, nil
}

// textOption is a text as the type of the parameter wants it; what does not read
// as such stays text, which the loss refuses with its rule.
func textOption(text, param string, names []string) any {
	for _, name := range names {
		e := losses.Lookup(name)
		if e == nil {
			continue
		}
		for _, p := range e.Params() {
			if p.Name == param {
				return typed(text, p.Type)
			}
		}
	}
	return text
}

func typed(text, kind string) any {
	if text == "null" {
		return nil
	}
	switch kind {
	case "number", "integer":
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			return x
		}
	case "boolean":
		switch text {
		case "true", "1":
			return true
		case "false", "0":
			return false
		}
	case "numbers", "classes":
		var list []any
		for _, part := range strings.Split(strings.Trim(text, "[] "), ",") {
			x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
			if err != nil {
				return text
			}
			list = append(list, x)
		}
		return list
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
