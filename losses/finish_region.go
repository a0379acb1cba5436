package losses

import "math"

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
