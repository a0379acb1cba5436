package losses

import "math"

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
