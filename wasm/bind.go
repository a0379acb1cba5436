//go:build js && wasm

package main

import (
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// protocol is the number of this file's functions as a whole. Host and program
// that differ in it are of different builds and must not be put together.
const protocol = 1

// program is what the host has made and not yet closed, by number.
type program struct {
	plans   table[*plan]
	inputs  table[losses.Input]
	jobs    table[*job]
	tallies table[*tally]
}

// table hands out numbers for what the host cannot hold.
type table[T any] struct {
	rows map[int]T
	last int
}

func (t *table[T]) add(x T) int {
	if t.rows == nil {
		t.rows = map[int]T{}
	}
	t.last++
	t.rows[t.last] = x
	return t.last
}

func (t *table[T]) get(v js.Value) (x T, err error) {
	if v.Type() == js.TypeNumber {
		if x, ok := t.rows[v.Int()]; ok {
			return x, nil
		}
	}
	return x, &failure{Code: "internal", Message: fmt.Sprintf("no %T has this number, or no longer", x)}
}

// bind puts the functions of the program into the host's object. The channel is
// closed when the host has called close.
func bind(host js.Value) <-chan struct{} {
	p := &program{}
	stop := make(chan struct{})
	functions := map[string]func(arg []js.Value) (any, error){
		"describe":    p.describe,
		"plan":        p.plan,
		"open":        p.open,
		"evaluate":    p.evaluate,
		"begin":       p.begin,
		"scan":        p.scan,
		"state":       p.state,
		"finish":      p.finish,
		"spread":      p.spread,
		"tally":       p.tally,
		"add":         p.add,
		"tallyState":  p.tallyState,
		"merge":       p.merge,
		"tallyResult": p.tallyResult,
		"drop":        p.drop,
		"close": func([]js.Value) (any, error) {
			close(stop)
			return nil, nil
		},
	}
	maps.Copy(functions, p.maps())
	for name, f := range functions {
		host.Set(name, guard(f))
	}
	host.Set("protocol", protocol)
	host.Set("go", runtime.Version())
	return stop
}

// guard makes a function that answers {value} or {error}, also where f panics.
func guard(f func([]js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, arg []js.Value) (answer any) {
		defer func() {
			if p := recover(); p != nil {
				answer = encode(struct {
					Error *failure `js:"error"`
				}{&failure{Code: "internal", Message: fmt.Sprintf("%v\n%s", p, debug.Stack())}})
			}
		}()
		x, err := f(arg)
		if err != nil {
			return encode(struct {
				Error *failure `js:"error"`
			}{failureOf(err)})
		}
		return encode(struct {
			Value any `js:"value"`
		}{x})
	})
}

// plan(request) checks names and options.
func (p *program) plan(arg []js.Value) (any, error) {
	r, err := decode[planRequest](arg[0])
	if err != nil {
		return nil, err
	}
	n, err := newPlan(r)
	if err != nil {
		return nil, err
	}
	return n.answer(p.plans.add(n)), nil
}

// open(input) keeps an input whose arrays stay where they are.
func (p *program) open(arg []js.Value) (any, error) {
	in, err := p.input(arg[0])
	if err != nil {
		return nil, err
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	return p.inputs.add(in), nil
}

// input is one that is open, by its number, or one for this call only.
func (p *program) input(v js.Value) (losses.Input, error) {
	if v.Type() == js.TypeNumber {
		return p.inputs.get(v)
	}
	r, err := decode[inputRequest](v)
	if err != nil {
		return losses.Input{}, err
	}
	return r.input()
}

func (p *program) start(plan, input js.Value, out int) (*job, error) {
	n, err := p.plans.get(plan)
	if err != nil {
		return nil, err
	}
	in, err := p.input(input)
	if err != nil {
		return nil, err
	}
	return newJob(n, in, out)
}

// evaluate(plan, input) is a job from beginning to end.
func (p *program) evaluate(arg []js.Value) (any, error) {
	j, err := p.start(arg[0], arg[1], blockOut)
	if err != nil {
		return nil, err
	}
	return j.run()
}

// begin(plan, input, block) starts a job that puts its outputs into a block.
func (p *program) begin(arg []js.Value) (any, error) {
	j, err := p.start(arg[0], arg[1], arg[2].Int())
	if err != nil {
		return nil, err
	}
	return jobAnswer{ID: p.jobs.add(j), Blocks: j.Blocks(), State: len(j.state)}, nil
}

// scan(job, from, to) adds blocks of pixels to the state.
func (p *program) scan(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0])
	if err != nil {
		return nil, err
	}
	return nil, j.Scan(arg[1].Int(), arg[2].Int(), j.state)
}

// state(job) copies the state to where the host can read it.
func (p *program) state(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0])
	if err != nil {
		return nil, err
	}
	l := layout{block: blockState}
	a := l.add("f64", 8, len(j.state))
	return a, l.put([]array{a}, [][]float64{j.state})
}

// finish(job, state?) gives the numbers, of another state where there is one.
func (p *program) finish(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0])
	if err != nil {
		return nil, err
	}
	if len(arg) > 1 && arg[1].Type() == js.TypeObject {
		a, err := decode[array](arg[1])
		if err != nil {
			return nil, err
		}
		merged, err := view[float64](a)
		if err != nil {
			return nil, err
		}
		if len(merged) != len(j.state) {
			return nil, &failure{Code: "internal", Message: fmt.Sprintf("a state of %d numbers, the job's has %d", len(merged), len(j.state))}
		}
		copy(j.state, merged)
	}
	return j.finish()
}

// spread(job, from, to) fills the outputs for blocks of pixels.
func (p *program) spread(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0])
	if err != nil {
		return nil, err
	}
	return nil, j.Spread(arg[1].Int(), arg[2].Int(), j.outs)
}

// drop(kind, number) forgets a plan, input, job or tally.
func (p *program) drop(arg []js.Value) (any, error) {
	n := arg[1].Int()
	switch arg[0].String() {
	case "plan":
		delete(p.plans.rows, n)
	case "input":
		delete(p.inputs.rows, n)
	case "job":
		delete(p.jobs.rows, n)
	case "tally":
		delete(p.tallies.rows, n)
	}
	return nil, nil
}
