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

// finishPixel weighs the sums of the classes and settles what one pixel's loss
// is worth to the value.
func (j *Job) finishPixel(t *term, state []float64) outcome {
	g, o, n := t.group, &t.options, t.group.channels
	two := g.act.sigmoid() || t.form == bothPixel // each channel has a background of its own
	room := make([]float64, 13*n)
	row := func() []float64 {
		s := room[:n:n]
		room = room[n:]
		return s
	}
	w := &ClassWeights{Sigmoid: two, Hit: row(), Miss: row(), HitCount: row(), MissCount: row()}
	hitW, missW := row(), row()
	counted, channels := 0.0, 0.0
	for c := range n {
		w.Hit[c] = 1
		if two {
			w.Miss[c] = 1
		}
		w.HitCount[c], w.MissCount[c], hitW[c], missW[c] = g.statsOf(state, c)
		if t.form == bothPixel && !g.act.sigmoid() { // per pixel: what is not of the class is of another
			w.MissCount[c] = total(state[g.stats:]) - w.HitCount[c]
		}
		if t.on[c] {
			counted += w.HitCount[c] + w.MissCount[c]
			channels++
		}
	}
	if !two {
		counted = total(state[g.stats:])
		channels = 1
	}
	if l, ok := t.loss.(Weigher); ok {
		// A soft term of sigmoids weighs for itself.
		if _, own := t.loss.(SoftPixel); !(own && t.form == bothPixel && g.soft && g.act.sigmoid()) {
			l.Weights(w)
		}
	}
	own, ownMiss := row(), row()
	copy(own, w.Hit)
	copy(ownMiss, w.Miss)
	classWeight := row()
	weightOn := 0.0
	for c := range n {
		classWeight[c] = 1
		if o.ClassWeights != nil {
			classWeight[c] = at(o.ClassWeights, c)
			if n == 1 && len(o.ClassWeights) == 2 {
				w.Hit[c] *= o.ClassWeights[1]
				w.Miss[c] *= o.ClassWeights[0]
				classWeight[c] = 1
			}
		}
		if !t.on[c] {
			classWeight[c] = 0
		}
		w.Hit[c] *= classWeight[c]
		w.Miss[c] *= classWeight[c]
		weightOn += classWeight[c]
	}

	sum, divisor := 0.0, 1.0
	hits, misses := row(), row()
	for c := range n {
		s := state[t.at+2*c*slot:]
		hits[c], misses[c] = total(s), total(s[slot:])
		if w.Hit[c] != 0 {
			sum += float64(w.Hit[c] * hits[c])
		}
		if w.Miss[c] != 0 {
			sum += float64(w.Miss[c] * misses[c])
		}
	}
	if t.divided() {
		divisor = 0
		for c := range n {
			if t.on[c] {
				s := state[t.at+(2*n+2*c)*slot:]
				divisor += total(s) + total(s[slot:])
			}
		}
	}
	held := divisor < 1e-6
	divisor = math.Max(divisor, 1e-6)

	count := j.denominator(t, state, w, hitW, missW, counted, channels, weightOn, two)
	value := 0.0
	scale := 0.0
	if count > 0 {
		scale = 1 / count / divisor
		value = sum * scale
	}

	t.hit, t.miss = row(), row()
	t.hitB, t.missB = nil, nil
	if t.divided() {
		t.hitB, t.missB = make([]float64, n), make([]float64, n)
	}
	for c := range n {
		t.hit[c], t.miss[c] = t.weight*w.Hit[c]*scale, t.weight*w.Miss[c]*scale
		if t.hitB != nil && !held && t.on[c] {
			t.hitB[c] = -t.weight * value / divisor
			if two {
				t.missB[c] = t.hitB[c]
			}
		}
	}

	per := make([]float64, n)
	for c := range n {
		k := w.HitCount[c]
		per[c] = own[c] * hits[c]
		if two {
			k += w.MissCount[c]
			per[c] += float64(ownMiss[c] * misses[c])
		}
		switch {
		case !t.on[c] || k == 0:
			per[c] = math.NaN()
		case o.Reduction == "mean":
			per[c] /= k
		}
		per[c] /= divisor
	}
	return outcome{value: value, perClass: per}
}

// denominator is what the mean of a pixel loss divides by.
func (j *Job) denominator(t *term, state []float64, w *ClassWeights, hitW, missW []float64, counted, channels, weightOn float64, two bool) float64 {
	o, g := &t.options, t.group
	if o.Reduction != "mean" {
		return 1
	}
	kind := o.Denominator
	if kind == "" {
		kind = "valid"
		if !two && !g.soft {
			kind = "weights"
		}
	}
	if o.ClassWeightMode == "normalized" && o.ClassWeights != nil {
		if two {
			return counted / channels * weightOn
		}
		kind = "weights"
	}
	count := counted
	switch kind {
	case "weights", "weightSum":
		count = 0
		for c := range w.Hit {
			h, m := w.HitCount[c], w.MissCount[c]
			if kind == "weightSum" {
				h, m = hitW[c], missW[c]
			}
			count += float64(w.Hit[c]*h) + float64(w.Miss[c]*m)
		}
	case "allPixels":
		count = total(state[g.stats+slot:])
		switch {
		case g.act.sigmoid():
			count *= channels / float64(g.channels)
		case two:
			count *= channels
		}
	}
	if e, ok := t.loss.(interface{ Elements() bool }); ok && e.Elements() && !two {
		on := 0.0
		for _, b := range t.on {
			if b {
				on++
			}
		}
		count *= on
	}
	return count
}

// sumsOf reads the region sums of a plane, and its errors: those that were
// summed for themselves where they were, or else the rest of P and T.
func (g *group) sumsOf(state []float64, n, c int) (s Sums, e mistakes) {
	at := state[g.sums+(n*g.channels+c)*regionSums*slot:]
	get := func(i int) float64 { return total(at[i*slot:]) }
	s = Sums{TP: get(sumTP), N: get(sumN), PP: get(sumPP), TT: get(sumTT), D: get(sumD)}
	e = mistakes{s.TP, get(sumFP), get(sumFN)}
	if g.errors() {
		s.FP, s.FN = e.fp, e.fn
		s.TP = math.Max(0, get(sumT)-e.fn)
	} else {
		s.FP, s.FN = math.Max(0, get(sumP)-s.TP), math.Max(0, get(sumT)-s.TP)
	}
	return s, e
}

// mistakes are true positives, false positives and false negatives with digits of their own.
type mistakes struct{ tp, fp, fn float64 }

// A unit is a set of planes whose sums make one ratio.
type unit struct {
	class    int    // row of perClass and classWeights
	from, to int    // images
	sums     []Sums // one; for a Joint loss one per class
	errors   []mistakes
	joint    bool
	loss     float64
	offset   float64
	d        []Sums
	skip     bool
	weight   float64 // d value / d loss
	share    float64 // of the value, without the offset
	even     float64 // share of the value that lies on all pixels alike
}

// finishRegion makes units of the sums, losses of units, and one value of these.
func (j *Job) finishRegion(t *term, state []float64, out Out) outcome {
	units := j.settle(t, state)
	sum := classRowsOf(units, t.group.channels)
	value, slope, per := t.reduce(sum)
	if out.Values != nil {
		for i, u := range units {
			out.Values[i] = float32(t.weight * (u.loss + u.offset) * weightOf(&t.options, u.class))
		}
	}
	if out.Gradient != nil || out.Heatmap != nil {
		t.share(units, sum, value, slope)
		t.region = make([]regionSpread, j.in.Prediction.Shape.N*t.group.channels)
		for i := range units {
			t.spreadUnit(&units[i])
		}
	}
	return outcome{value: value, perClass: per}
}

// settle gives each unit its loss and the derivatives of it.
func (j *Job) settle(t *term, state []float64) []unit {
	offset := 0.0
	if l, ok := t.loss.(Constant); ok {
		offset = l.Constant()
	}
	units := j.units(t, state)
	for i := range units {
		u := &units[i]
		size, valid := 0.0, 0.0
		for _, s := range u.sums {
			size += s.TP + s.FN
			valid += s.N
		}
		if valid == 0 { // nothing of it counts
			u.skip = true
			continue
		}
		u.offset = offset
		switch l := t.loss.(type) {
		case Region:
			u.loss, u.d[0] = l.Region(u.sums[0])
		case Joint:
			u.loss = l.Joint(u.sums, u.d)
		}
		if size == 0 && t.options.Empty != "score" {
			u.empty(t.options.Empty)
		}
	}
	return units
}

// empty is what a unit without a pixel in the target gives.
func (u *unit) empty(policy string) {
	clear(u.d)
	u.offset = 0
	switch policy {
	case "zero":
		u.loss = 0
	case "one":
		u.loss = 1
	case "nan":
		u.loss = math.NaN()
	case "skip":
		u.loss, u.skip = 0, true
	}
}

func weightOf(o *Options, c int) float64 {
	if o.ClassWeights == nil || c < 0 {
		return 1
	}
	return at(o.ClassWeights, c)
}

// units groups the planes of the classes that count: by class, all of an image or
// of the batch in one.
func (j *Job) units(t *term, state []float64) []unit {
	g := t.group
	images, classes := j.in.Prediction.Shape.N, 0
	for _, on := range t.on {
		if on {
			classes++
		}
	}
	_, joint := t.loss.(Joint)
	each, sets := images, 1
	if t.options.Scope == "image" {
		each, sets = 1, images
	}
	rows, perUnit := classes, 1 // of a set
	switch {
	case joint:
		rows, perUnit = min(1, classes), classes
	case t.options.Scope == "pooled":
		rows = min(1, classes)
	}
	units := make([]unit, 0, sets*rows)
	sums, errors := make([]Sums, 2*sets*rows*perUnit), make([]mistakes, sets*rows*perUnit)
	for from := 0; from < images; from += each {
		k := 0 // of the classes that count
		for c, on := range t.on {
			if !on {
				continue
			}
			if k == 0 || rows > 1 {
				u := unit{class: c, from: from, to: from + each, joint: joint}
				if joint || t.options.Scope == "pooled" {
					u.class = -1
				}
				u.sums, u.d, u.errors = sums[:perUnit], sums[perUnit:2*perUnit], errors[:perUnit]
				sums, errors = sums[2*perUnit:], errors[perUnit:]
				units = append(units, u)
			}
			u := &units[len(units)-1]
			i := 0
			if joint {
				i = k
			}
			s, e := t.sumsOf(g, state, c, from, from+each)
			u.sums[i].add(s)
			u.errors[i].tp, u.errors[i].fp, u.errors[i].fn = u.errors[i].tp+e.tp, u.errors[i].fp+e.fp, u.errors[i].fn+e.fn
			k++
		}
	}
	return units
}

// sumsOf is those of a class in some images.
func (t *term) sumsOf(g *group, state []float64, c, from, to int) (s Sums, e mistakes) {
	for n := from; n < to; n++ {
		x, y := g.sumsOf(state, n, c)
		s.add(x)
		e.tp, e.fp, e.fn = e.tp+y.tp, e.fp+y.fp, e.fn+y.fn
	}
	if t.exact {
		s.TP, s.FP, s.FN = e.tp, e.fp, e.fn
	}
	return s, e
}

// classRows are what the units of each class sum up to; the last row is of those of
// no class. Rows of more data add.
type classRows struct{ count, sum []float64 }

// row is where a unit adds.
func (u *unit) row(classes int) int {
	if u.class < 0 {
		return classes
	}
	return u.class
}

func classRowsOf(units []unit, classes int) classRows {
	r := classRows{make([]float64, classes+1), make([]float64, classes+1)}
	for i := range units {
		if u := &units[i]; !u.skip {
			r.count[u.row(classes)]++
			r.sum[u.row(classes)] += u.loss + u.offset
		}
	}
	return r
}

// classOuter is a Region loss with a function around the mean of each class.
type classOuter interface {
	ClassOuter(float64) (value, slope float64)
	ClassSum() bool
}

// reduce makes one value of the rows, with its derivative by the mean of each,
// and the value of each class.
func (t *term) reduce(r classRows) (value float64, slope, per []float64) {
	o, classes := &t.options, len(r.count)-1
	mean := o.Reduction == "mean"
	count, weights := 0.0, 0.0
	for k, n := range r.count {
		count += n
		if k < classes {
			weights += float64(n * weightOf(o, k))
		}
	}
	inner, _ := t.loss.(classOuter)
	slope = make([]float64, classes+1)
	per = make([]float64, classes)
	for k, n := range r.count {
		if k < classes {
			per[k] = math.NaN()
		}
		if n == 0 {
			continue
		}
		w := 1.0
		if k < classes {
			w = weightOf(o, k)
			per[k] = r.sum[k]
			if mean {
				per[k] /= n
			}
		}
		a := w * n
		switch {
		case mean && o.ClassWeightMode == "normalized" && o.ClassWeights != nil:
			if a = 0; weights > 0 {
				a = w * n / weights
			}
		case mean:
			a = w * n / count
		}
		f, df := r.sum[k]/n, 1.0
		if inner != nil {
			f, df = inner.ClassOuter(f)
			if inner.ClassSum() {
				a = w
			}
		}
		value += float64(a * f)
		slope[k] = a * df
	}
	if l, ok := t.loss.(Outer); ok {
		v, d := l.Outer(value)
		value = v
		for k := range slope {
			slope[k] *= d
		}
	}
	if math.IsNaN(value) { // by choice, of an empty class: nothing to follow
		clear(slope)
	}
	if r.count[classes] > 0 {
		per = nil
	}
	return value, slope, per
}

// share settles what each unit is worth to the value, and gives the value to
// the units in proportion to what they put in.
func (t *term) share(units []unit, r classRows, value float64, slope []float64) {
	classes := len(r.count) - 1
	base, count := 0.0, 0.0
	for i := range units {
		u := &units[i]
		if u.skip {
			continue
		}
		k := u.row(classes)
		u.weight = slope[k] / r.count[k]
		w := weightOf(&t.options, u.class)
		u.share, u.even = float64(w*u.loss), float64(w*u.offset)
		base += u.share + u.even
		count++
	}
	for i := range units {
		u := &units[i]
		switch {
		case u.skip:
		case base != 0:
			u.share, u.even = u.share*(value/base), u.even*(value/base)
		default:
			u.share, u.even = 0, value/count
		}
	}
}

// spreadUnit settles what a unit does to the pixels of its planes.
func (t *term) spreadUnit(u *unit) {
	scale := t.weight * u.weight
	hot, valid := 0.0, 0.0
	type cost struct{ fp, fn float64 }
	costs := make([]cost, len(u.sums))
	for i, s := range u.sums {
		d := u.d[i]
		c := cost{math.Max(0, d.FP+d.PP+d.D), math.Max(0, d.FN-d.TP-d.PP+d.D)}
		costs[i] = c
		hot += float64(c.fp*u.errors[i].fp) + float64(c.fn*u.errors[i].fn)
		valid += s.N
	}
	if hot == 0 { // no cost anywhere: all soft errors alike
		for i, e := range u.errors {
			costs[i] = cost{1, 1}
			hot += e.fp + e.fn
		}
	}
	share, even := t.weight*u.share, t.weight*u.even
	if !(hot > 0) {
		share, even, hot = 0, even+share, 1
	}
	i := 0
	for c, on := range t.on {
		if !on || u.class >= 0 && u.class != c {
			continue
		}
		d := u.d[i]
		for n := u.from; n < u.to; n++ {
			r := &t.region[n*t.group.channels+c]
			r.hit, r.miss = scale*(d.TP-d.FN), scale*d.FP
			r.square, r.abs = scale*d.PP, scale*d.D
			r.fp, r.fn = share*costs[i].fp/hot, share*costs[i].fn/hot
			if valid > 0 {
				r.even = even / valid
			}
		}
		if u.joint {
			i++
		}
	}
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
