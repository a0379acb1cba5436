//go:build js && wasm

package main

import (
	"fmt"
	"runtime/debug"
	"strings"
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// protocol is the number of this file's functions as a whole. Host and program
// that differ in it are of different builds and must not be put together.
const protocol = 4

// program is what the host has made and not yet dropped, by number.
type program struct {
	plans   table[*plan]
	inputs  table[losses.Input]
	jobs    table[*job]
	tallies table[*tally]
	answer  any // of the latest export that had more to say than a number
}

// host is the one that this program serves.
var host program

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

func (t *table[T]) get(n int) (x T, err error) {
	if x, ok := t.rows[n]; ok {
		return x, nil
	}
	return x, &failure{Code: "internal", Message: fmt.Sprintf("no %T has the number %d, or no longer", x, n)}
}

// functions are what the host may call.
var functions = [...]struct {
	name string
	call func(*program, []js.Value) (any, error)
}{
	{"describe", (*program).describe},
	{"plan", (*program).plan},
	{"answer", (*program).said},
	{"begin", (*program).begin},
	{"state", (*program).state},
	{"finish", (*program).finish},
	{"tally", (*program).tally},
	{"add", (*program).add},
	{"tallyState", (*program).tallyState},
	{"merge", (*program).merge},
	{"tallyResult", (*program).tallyResult},
	{"drop", (*program).drop},
	{"argmax", (*program).argmax},
}

// bind puts the functions of the program into the host's object. The channel is
// closed when the host has called close.
func (p *program) bind(object js.Value) <-chan struct{} {
	stop := make(chan struct{})
	for _, f := range functions {
		object.Set(f.name, guard(func(arg []js.Value) (any, error) { return f.call(p, arg) }))
	}
	for _, m := range maps {
		object.Set(m.name, guard(m.call))
	}
	object.Set("close", guard(func([]js.Value) (any, error) {
		close(stop)
		return nil, nil
	}))
	object.Set("protocol", protocol)
	object.Set("version", losses.Version)
	object.Set("names", strings.Join(losses.Names(), " "))
	return stop
}

// guard makes a function that answers {value} or {error}.
func guard(f func([]js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, arg []js.Value) any {
		x, err := protect(func() (any, error) { return f(arg) })
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

// protect makes an error of a panic.
func protect[T any](f func() (T, error)) (x T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &failure{Code: "internal", Message: fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	return f()
}

// said() is what the latest export had to say.
func (p *program) said([]js.Value) (any, error) {
	x := p.answer
	p.answer = nil
	if err, ok := x.(error); ok {
		return nil, err
	}
	return x, nil
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

// input is one that is open, or, for 0, the one whose words are in the arena.
func (p *program) input(n int) (losses.Input, error) {
	if n != 0 {
		return p.inputs.get(n)
	}
	w, err := view[float64](array{Block: blockWords, Len: len(shared.blocks[blockWords]) / 8})
	if err != nil {
		return losses.Input{}, err
	}
	return readInput(w)
}

// open keeps an input whose arrays stay where they are. It gives its number, or
// 0 for an error.
//
//lint:ignore U1000 the host calls it
//go:wasmexport open
func open() int32 {
	n, err := protect(func() (int, error) {
		in, err := host.input(0)
		if err == nil {
			err = in.Check()
		}
		if err != nil {
			return 0, err
		}
		return host.inputs.add(in), nil
	})
	if err != nil {
		host.answer = err
	}
	return int32(n)
}

// evaluate is a job from beginning to end. It gives the address of the results
// (see spell), or 0 for an error.
//
//lint:ignore U1000 the host calls it
//go:wasmexport evaluate
func evaluate(plan, input int32) uint32 {
	at, err := protect(func() (uint32, error) {
		j, err := host.job(int(plan), int(input))
		if err != nil {
			return 0, err
		}
		defer j.Release()
		results, err := j.run()
		if err != nil {
			return 0, err
		}
		return spell(results)
	})
	if err != nil {
		host.answer = err
	}
	return at
}

// scan adds blocks of pixels to the state of a job. It gives 0, or -1 for an
// error.
//
//lint:ignore U1000 the host calls it
//go:wasmexport scan
func scan(number, from, to int32) int32 {
	return host.step(number, func(j *job) error { return j.Scan(int(from), int(to), j.state) })
}

// spread fills the outputs of a job for blocks of pixels. It gives 0, or -1 for
// an error.
//
//lint:ignore U1000 the host calls it
//go:wasmexport spread
func spread(number, from, to int32) int32 {
	return host.step(number, func(j *job) error { return j.Spread(int(from), int(to), j.outs) })
}

func (p *program) step(number int32, run func(j *job) error) int32 {
	_, err := protect(func() (any, error) {
		j, err := p.jobs.get(int(number))
		if err != nil {
			return nil, err
		}
		return nil, run(j)
	})
	if err != nil {
		p.answer = err
		return -1
	}
	return 0
}

// job is one to run at once: where the input is open, that of the last time if it
// is as good.
func (p *program) job(plan, input int) (*job, error) {
	n, err := p.plans.get(plan)
	if err != nil {
		return nil, err
	}
	if j := n.job; j != nil && input != 0 && n.input == input {
		switch ok, err := j.Again(); {
		case err != nil:
			return nil, err
		case ok:
			clear(j.state)
			return j, nil
		}
	}
	n.job = nil
	j, err := p.start(plan, input, blockOut)
	if err == nil && input != 0 {
		n.job, n.input = j, input
	}
	return j, err
}

func (p *program) start(plan, input, out int) (*job, error) {
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

// begin(plan, input, block) starts a job that puts its outputs into a block.
func (p *program) begin(arg []js.Value) (any, error) {
	j, err := p.start(arg[0].Int(), arg[1].Int(), arg[2].Int())
	if err != nil {
		return nil, err
	}
	return jobAnswer{ID: p.jobs.add(j), Blocks: j.Blocks(), State: len(j.state), Planes: j.planes()}, nil
}

// state(job) copies the state to where the host can read it.
func (p *program) state(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0].Int())
	if err != nil {
		return nil, err
	}
	l := layout{block: blockState}
	a := l.add("f64", 8, len(j.state))
	return a, l.put([]array{a}, [][]float64{j.state})
}

// finish(job, state?) gives the numbers, of another state where there is one.
func (p *program) finish(arg []js.Value) (any, error) {
	j, err := p.jobs.get(arg[0].Int())
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

// drop(kind, number) forgets a plan, input, job or tally.
func (p *program) drop(arg []js.Value) (any, error) {
	n := arg[1].Int()
	switch arg[0].String() {
	case "plan":
		delete(p.plans.rows, n)
	case "input":
		delete(p.inputs.rows, n)
		for _, l := range p.plans.rows {
			if l.input == n {
				l.job, l.input = nil, 0
			}
		}
	case "job":
		if j := p.jobs.rows[n]; j != nil {
			j.Release() // what it read with is a tenth of a megabyte, and garbage moves the memory when it grows
		}
		delete(p.jobs.rows, n)
	case "tally":
		delete(p.tallies.rows, n)
	}
	return nil, nil
}
