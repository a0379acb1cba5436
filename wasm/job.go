//go:build js && wasm

package main

import (
	"github.com/maskloss/maskloss/losses"
	"runtime"
)

// job is a plan at work on an input, in steps that the host may stop between
// and share out over workers: scan, finish, spread.
type job struct {
	*losses.Job
	in    losses.Input
	specs []losses.Spec
	index []int // of each spec in the plan
	state []float64
	sum   bool // all losses are sums
	out   int  // the block of the outputs
	outs  []losses.Out
}

// jobAnswer is the size of a job.
type jobAnswer struct {
	ID     int  `js:"id"`
	Blocks int  `js:"blocks"`
	State  int  `js:"state"`  // numbers in it
	Planes bool `js:"planes"` // whether anything is wanted beside numbers
}

// Losses that are no sums need room of a few times their input, which stays for
// the next one. From so many scores on, where that is much, what lies about is
// collected before such a loss takes more than ever: the size of the memory then
// does not depend on when the collector last ran.
const big = 1 << 15

// most is the scores of the largest input that a loss has had, by its name, and
// + where planes were wanted.
var most = map[string]int{}

// scratch is what one job leaves to the next; the program has one thread.
var scratch losses.Scratch

func newJob(p *plan, in losses.Input, out int) (*job, error) {
	index, err := p.fit(in)
	if err != nil {
		return nil, err
	}
	specs := make([]losses.Spec, len(index))
	sum := true
	for k, i := range index {
		specs[k] = p.specs[i]
		sum = sum && losses.Lookup(specs[k].Name).Sum()
	}
	j, err := scratch.NewJob(in, specs)
	if err != nil {
		return nil, err
	}
	return &job{Job: j, in: in, specs: specs, index: index, state: make([]float64, j.StateLen()), out: out, sum: sum}, nil
}

// run does the whole of the job.
func (j *job) run() ([]result, error) {
	planes, err := j.layOut()
	if err != nil {
		return nil, err
	}
	j.tidy()
	numbers, err := j.Run(j.state, j.outs)
	j.outs = nil // they would keep the block from being replaced
	if err != nil {
		return nil, err
	}
	return j.results(numbers, planes), nil
}

// finish makes room for the planes that are wanted and turns the state into
// numbers.
func (j *job) finish() ([]result, error) {
	planes, err := j.layOut()
	if err != nil {
		return nil, err
	}
	j.tidy()
	numbers, err := j.Finish(j.state, j.outs)
	if err != nil {
		return nil, err
	}
	return j.results(numbers, planes), nil
}

// tidy gives back memory before big losses that are no sums take theirs.
func (j *job) tidy() {
	n := j.in.Prediction.Shape.Len()
	if j.sum || n < big {
		return
	}
	grows := false
	for _, s := range j.specs {
		name := s.Name
		if s.Options.Gradient || s.Options.Heatmap {
			name += "+"
		}
		if !losses.Lookup(s.Name).Sum() && n > most[name] {
			most[name], grows = n, true
		}
	}
	if grows {
		runtime.GC()
	}
}

// results puts numbers and planes together.
func (j *job) results(numbers []losses.Result, planes []planes) []result {
	results := make([]result, len(numbers))
	for k, r := range numbers {
		results[k] = resultOf(j.index[k], r)
		results[k].Gradient, results[k].Heatmap, results[k].Values = planes[k].gradient, planes[k].heatmap, planes[k].values
		results[k].ValuesShape = planes[k].shape
	}
	return results
}

// planes tells whether anything is wanted of the job beside numbers.
func (j *job) planes() bool {
	for k, spec := range j.specs {
		if spec.Options.Gradient || spec.Options.Heatmap || j.ValuesShape(k) != nil {
			return true
		}
	}
	return false
}

// planes are where the wanted planes of a result are.
type planes struct {
	gradient, heatmap, values *array
	shape                     []int // of the values
}

// layOut reserves the outputs of all results, one after the other.
func (j *job) layOut() ([]planes, error) {
	s := j.in.Prediction.Shape
	l := layout{block: j.out}
	add := func(n int) *array {
		a := l.add("f32", 4, n)
		return &a
	}
	all := make([]planes, len(j.specs))
	for k, spec := range j.specs {
		p := &all[k]
		if spec.Options.Gradient {
			p.gradient = add(s.Len())
		}
		if spec.Options.Heatmap {
			p.heatmap = add(s.N * s.Pixels())
		}
		if p.shape = j.ValuesShape(k); p.shape != nil {
			n := 1
			for _, d := range p.shape {
				n *= d
			}
			p.values = add(n)
		}
	}
	if l.size == 0 {
		return all, nil
	}
	if _, err := shared.grow(j.out, float64(l.size)); err != nil {
		return nil, err
	}
	j.outs = make([]losses.Out, len(all))
	for k, p := range all {
		for _, o := range []struct {
			dst *[]float32
			src *array
		}{{&j.outs[k].Gradient, p.gradient}, {&j.outs[k].Heatmap, p.heatmap}, {&j.outs[k].Values, p.values}} {
			if o.src == nil {
				continue
			}
			v, err := view[float32](*o.src)
			if err != nil {
				return nil, err
			}
			*o.dst = v
		}
	}
	return all, nil
}
