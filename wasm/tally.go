//go:build js && wasm

package main

import (
	"slices"
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// tally is a plan summed over a data set. Of all losses it sums those that are
// sums and defined for the first input, or named by the first state.
type tally struct {
	*losses.Tally
	plan  *plan
	specs []losses.Spec
}

// settle chooses the losses.
func (t *tally) settle(wanted func(i int, s losses.Spec) bool) (err error) {
	if t.Tally != nil {
		return nil
	}
	var specs []losses.Spec
	for i, s := range t.plan.specs {
		if !t.plan.all || losses.Lookup(s.Name).Sum() && wanted(i, s) {
			specs = append(specs, s)
		}
	}
	sums, err := losses.NewTally(specs)
	if err == nil {
		t.Tally, t.specs = sums, specs
	}
	return err
}

// namedArray is the state of one loss.
type namedArray struct {
	Name string `js:"name"`
	Data array  `js:"data"`
}

// tally(plan) starts one.
func (p *program) tally(arg []js.Value) (any, error) {
	n, err := p.plans.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	t := &tally{plan: n}
	if !n.all {
		err = t.settle(nil)
	}
	return p.tallies.add(t), err
}

// add(tally, input)
func (p *program) add(arg []js.Value) (any, error) {
	t, err := p.tallies.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	in, err := p.input(arg[1].Int())
	if err != nil {
		return nil, err
	}
	if t.Tally == nil {
		index, err := t.plan.fit(in)
		if err != nil {
			return nil, err
		}
		if err := t.settle(func(i int, _ losses.Spec) bool { return slices.Contains(index, i) }); err != nil {
			return nil, err
		}
	}
	return nil, t.Add(in)
}

// tallyState(tally) copies the states to where the host can read them.
func (p *program) tallyState(arg []js.Value) (any, error) {
	t, err := p.tallies.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	states := map[string][]float64{}
	if t.Tally != nil {
		states = t.State()
	}
	l := layout{block: blockState}
	named := []namedArray{}
	var arrays []array
	var numbers [][]float64
	for _, s := range t.specs {
		if state, ok := states[s.Name]; ok {
			a := l.add("f64", 8, len(state))
			named = append(named, namedArray{s.Name, a})
			arrays = append(arrays, a)
			numbers = append(numbers, state)
		}
	}
	return named, l.put(arrays, numbers)
}

// merge(tally, states) adds states that the host has put into the arena.
func (p *program) merge(arg []js.Value) (any, error) {
	t, err := p.tallies.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	named, err := decode[[]namedArray](arg[1])
	if err != nil {
		return nil, err
	}
	states := map[string][]float64{}
	for _, n := range named {
		if states[n.Name], err = view[float64](n.Data); err != nil {
			return nil, err
		}
	}
	err = t.settle(func(_ int, s losses.Spec) bool { return states[s.Name] != nil })
	if err != nil {
		return nil, err
	}
	return nil, t.Merge(states)
}

// tallyResult(tally) gives the numbers, in the order of the plan.
func (p *program) tallyResult(arg []js.Value) (any, error) {
	t, err := p.tallies.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	if err := t.settle(func(int, losses.Spec) bool { return true }); err != nil {
		return nil, err
	}
	numbers, err := t.Result()
	if err != nil {
		return nil, err
	}
	results := []namedResult{}
	for i, r := range numbers {
		results = append(results, namedResult{t.specs[i].Name, resultOf(i, r), r.Params})
	}
	return results, nil
}

// namedResult is one of a subset of a plan.
type namedResult struct {
	Name   string         `js:"name"`
	Result result         `js:"result"`
	Params map[string]any `js:"params"`
}
