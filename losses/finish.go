package losses

import (
	"fmt"
	"math"
)

// Finish makes numbers of the merged state of all blocks. outs is nil or has one
// element per spec; the planes of losses that are no sums, and the values of
// ratios, are filled here, all others by Spread.
func (j *Job) Finish(state []float64, outs []Out) ([]Result, error) {
	if outs != nil {
		if err := j.checkOuts(outs); err != nil {
			return nil, err
		}
	}
	results := make([]Result, len(j.specs))
	for i, s := range j.specs {
		results[i].Params = s.params
	}
	for k, t := range j.terms {
		var out Out
		if outs != nil {
			out = outs[t.spec]
			first := k == 0 || j.terms[k-1].spec != t.spec
			if first && !(t.alone && t.form < planeTerm) {
				clear(out.Gradient)
			}
			if first && !(t.alone && t.form < planeTerm && (t.group.channels == 1 || !t.group.act.sigmoid())) {
				clear(out.Heatmap)
			}
		}
		r := &results[t.spec]
		part, err := j.finishTerm(t, state, out)
		if err != nil {
			return nil, err
		}
		j.combine(r, t, part)
	}
	for i := range results {
		j.warn(&results[i], i, state)
	}
	j.done = true
	return results, nil
}

func (j *Job) checkOuts(outs []Out) error {
	s := j.in.Prediction.Shape
	if len(outs) != len(j.specs) {
		return fail(CodeLength, "outs", "has %d elements, there are %d losses", len(outs), len(j.specs))
	}
	for i, o := range outs {
		values := 1
		shape := j.ValuesShape(i)
		for _, n := range shape {
			values *= n
		}
		e := j.specs[i].entry
		switch {
		case o.Gradient != nil && e.Kind == "metric":
			return fail(CodeOption, "gradient", "%s is a metric and has none", e.Name)
		case o.Heatmap != nil && e.Kind == "metric":
			return fail(CodeOption, "heatmap", "%s is a metric and has none", e.Name)
		case o.Heatmap != nil && !j.ready(i):
			return fail(CodeOption, "heatmap", "must be among the options before Scan")
		case o.Gradient != nil && len(o.Gradient) != s.Len():
			return fail(CodeLength, "gradient", "has %d elements, must have %d", len(o.Gradient), s.Len())
		case o.Heatmap != nil && len(o.Heatmap) != s.N*s.Pixels():
			return fail(CodeLength, "heatmap", "has %d elements, must have %d", len(o.Heatmap), s.N*s.Pixels())
		case o.Values != nil && (shape == nil || len(o.Values) != values):
			return fail(CodeLength, "values", "has %d elements, must have %d", len(o.Values), values)
		}
	}
	return nil
}

// ready tells whether what the heat map of a result needs was summed.
func (j *Job) ready(i int) bool {
	for _, t := range j.terms {
		if t.spec == i && t.form == regionTerm && !t.group.exact && !t.group.errors() {
			return false
		}
	}
	return true
}

// outcome is what one term says.
type outcome struct {
	value    float64
	perClass []float64
	extra    map[string][]float64

	undefined int // scores of 0/0 that were left out
}

func (j *Job) finishTerm(t *term, state []float64, out Out) (outcome, error) {
	switch t.form {
	case regionTerm:
		return j.finishRegion(t, state, out), nil
	case planeTerm:
		return j.finishPlane(t, state, out)
	case countsTerm:
		return j.finishCounts(t, state, out)
	}
	return j.finishPixel(t, state), nil
}

// combine adds a term to its result.
func (j *Job) combine(r *Result, t *term, o outcome) {
	r.Value += float64(t.weight * o.value)
	if o.extra != nil {
		r.Extra = o.extra
	}
	if o.undefined > 0 {
		r.Warnings = append(r.Warnings, Warning{"undefined", fmt.Sprintf("%d scores of classes are 0/0 and left out", o.undefined)})
	}
	if o.perClass == nil {
		return
	}
	if r.PerClass == nil {
		r.PerClass = o.perClass
		for c, x := range o.perClass {
			r.PerClass[c] = 0 + float64(t.weight*x) // no -0
		}
		return
	}
	if len(r.PerClass) == len(o.perClass) {
		for c, x := range o.perClass {
			r.PerClass[c] += float64(t.weight * x)
		}
	}
}

// stats reads what was counted of channel c.
func (g *group) statsOf(state []float64, c int) (hit, miss, hitW, missW float64) {
	s := state[g.stats+(headSlots+c*statSlots)*slot:]
	hit, miss = total(s), total(s[slot:])
	if g.weight == nil {
		return hit, miss, hit, miss
	}
	return hit, miss, total(s[2*slot:]), total(s[3*slot:])
}

// finishPlane runs a loss on whole planes, with its gradient and heat map. The
// state is of the whole batch: the job may be of some of its images.
func (j *Job) finishPlane(t *term, state []float64, out Out) (outcome, error) {
	g := t.group
	pixels := total(state[g.stats+slot:])
	if g.act.sigmoid() {
		pixels /= float64(g.channels)
	}
	hit, miss, _, _ := g.statsOf(state, 0)
	p := &Planes{Shape: j.in.Prediction.Shape, Options: t.options, Sigmoid: g.act.sigmoid(), Scratch: j.scratch, in: &j.in, read: g.read, at: -1}
	p.Images, p.Valid = int(pixels)/p.Shape.Pixels(), int(math.Round(hit+miss))
	p.gradient, p.heatmap = out.Gradient, out.Heatmap
	var before []float32
	if out.Heatmap != nil && t.weight != 1 {
		before = append([]float32(nil), out.Heatmap...)
		clear(out.Heatmap)
	}
	r, err := t.loss.(Plane).Plane(p)
	if err != nil {
		return outcome{}, err
	}
	if before != nil {
		w := float32(t.weight)
		for i, x := range out.Heatmap {
			out.Heatmap[i] = before[i] + float32(w*x)
		}
	}
	if out.Gradient != nil {
		if t.weight != 1 {
			w := float32(t.weight)
			for i := range out.Gradient {
				out.Gradient[i] *= w
			}
		}
		if !onLogits(t.loss) {
			if err := j.chainPlanes(g, out.Gradient); err != nil {
				return outcome{}, err
			}
		}
	}
	return outcome{value: r.Value, perClass: r.PerClass}, nil
}

func (j *Job) finishCounts(t *term, state []float64, out Out) (outcome, error) {
	g := t.group
	s := j.in.Prediction.Shape
	c := &Confusion{N: s.N, C: g.channels, Sigmoid: g.act.sigmoid()}
	key := t.options.Threshold
	if !c.Sigmoid {
		key = 0
	}
	n := s.N * g.channels * 4
	if !c.Sigmoid {
		n = s.N * g.channels * g.channels
	}
	counts := make([]float64, n)
	for i := range counts {
		counts[i] = total(state[g.matrixOf(key)+i*slot:])
	}
	if c.Sigmoid {
		c.Four = counts
	} else {
		c.M = counts
	}
	score, err := t.loss.(Counts).Counts(c, &t.options)
	if err != nil {
		return outcome{}, err
	}
	for i := range out.Values {
		out.Values[i] = float32(score.Values[i])
	}
	return outcome{value: score.Value, perClass: score.PerClass, extra: score.Extra, undefined: score.Undefined}, nil
}

// warn tells of what makes a number say less than it seems to.
func (j *Job) warn(r *Result, i int, state []float64) {
	for _, t := range j.terms {
		if t.spec != i {
			continue
		}
		g := t.group
		valid := total(state[g.stats:])
		per := 1
		if g.act.sigmoid() {
			per = g.channels
		}
		r.Valid = int(valid) / per
		if valid == 0 {
			r.Warnings = append(r.Warnings, Warning{"all-ignored", "no pixel counts: the value says nothing"})
			return
		}
		truth, have := 0.0, false
		for c := range g.channels {
			if t.on[c] && (c > 0 || g.act.sigmoid() && !g.perPixel) {
				hit, _, _, _ := g.statsOf(state, c)
				truth += hit
				have = true
			}
		}
		if !have {
			return
		}
		predicted := j.predicted(t, state)
		const none = "the %s has no foreground"
		switch {
		case truth == 0 && predicted == 0:
			r.Warnings = append(r.Warnings, Warning{"both-empty", fmt.Sprintf(none, "target, like the prediction,")})
		case truth == 0:
			r.Warnings = append(r.Warnings, Warning{"target-empty", fmt.Sprintf(none, "target")})
		case predicted == 0:
			r.Warnings = append(r.Warnings, Warning{"prediction-empty", fmt.Sprintf(none, "prediction")})
		}
		return
	}
}

// predicted is the foreground of the prediction, in pixels; a soft one is empty
// below half a pixel. NaN where it was not summed.
func (j *Job) predicted(t *term, state []float64) float64 {
	g := t.group
	s := j.in.Prediction.Shape
	sum := 0.0
	switch {
	case t.form == regionTerm:
		for n := range s.N {
			for c := range g.channels {
				if t.on[c] && (c > 0 || g.act.sigmoid() && !g.perPixel) {
					x, _ := g.sumsOf(state, n, c)
					sum += x.TP + x.FP
				}
			}
		}
		if sum < 0.5 {
			return 0
		}
		return sum
	case t.form == countsTerm && g.act.sigmoid():
		at := g.matrixOf(t.options.Threshold)
		for i := range s.N * g.channels {
			sum += total(state[at+4*i*slot:]) + total(state[at+(4*i+1)*slot:])
		}
		return sum
	case t.form == countsTerm:
		at := g.matrixOf(0)
		c := g.channels
		for i := range s.N * c * c {
			if i%c > 0 {
				sum += total(state[at+i*slot:])
			}
		}
		return sum
	}
	return math.NaN()
}
