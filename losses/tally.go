package losses

// A Tally sums losses and metrics over a data set too big for memory, input by
// input. Its states, one per loss, are plain numbers that add up in any order to
// the same bits. A mean over images weighs every image alike, whatever the
// inputs they came in.
type Tally struct {
	specs []Spec
	rows  []*tallyRow
}

// tallyRow is one loss: a job of a single pixel gives the layout of its state.
type tallyRow struct {
	job   *Job
	state []float64 // that of the job, then two slots per class and one for none of each term that is a mean over images
	means map[*term]int
}

// NewTally refuses what is no sum.
func NewTally(specs []Spec) (*Tally, error) {
	for _, s := range specs {
		o := &s.Options
		switch {
		case !s.entry.Sum():
			return nil, fail(CodeOption, s.Name, "is no sum over pixels or images: evaluate it input by input")
		case o.Gradient:
			return nil, fail(CodeOption, "gradient", "belongs to one input, not to a data set")
		case o.Heatmap:
			return nil, fail(CodeOption, "heatmap", "belongs to one input, not to a data set")
		case o.Reduction == "none":
			return nil, fail(CodeOption, "reduction", "none belongs to one input, not to a data set")
		}
		if _, ok := s.Loss.(Counts); ok && perImage(o.Average) {
			return nil, fail(CodeOption, "average", "is %s, which needs all images at once", o.Average)
		}
	}
	return &Tally{specs: specs, rows: make([]*tallyRow, len(specs))}, nil
}

// newTallyRow lays out the state for inputs like this one.
func newTallyRow(in *Input, s Spec) (*tallyRow, error) {
	c := in.Prediction.Shape.C
	one := Input{
		Prediction: Scores{Shape: Shape{1, c, 1, 1, 1}, Form: in.Prediction.Form, Data: make([]float32, c)},
		Target:     Target{Kind: in.Target.Kind, Soft: make([]float32, c)},
	}
	labels := func(l Labels) Labels {
		px := in.Prediction.Shape.N * in.Prediction.Shape.Pixels()
		return Labels{U8: make([]uint8, l.Len()/px)}
	}
	if in.Prediction.Form == Classes {
		one.Prediction.Labels = labels(in.Prediction.Labels)
	}
	if in.Target.Kind != Soft {
		one.Target.Labels, one.Target.Soft = labels(in.Target.Labels), nil
	}
	if in.Weight != nil {
		one.Weight = []float32{1}
	}
	job, err := NewJob(one, []Spec{s})
	if err != nil {
		return nil, err
	}
	r := &tallyRow{job: job, means: map[*term]int{}}
	size := job.StateLen()
	for _, t := range job.terms {
		if t.form == regionTerm && t.options.Scope == "image" {
			r.means[t] = size
			size += 2 * (c + 1) * slot
		}
	}
	r.state = make([]float64, size)
	return r, nil
}

// Add scores one more input.
func (t *Tally) Add(in Input) error {
	added := make([][]float64, len(t.specs))
	for i, s := range t.specs {
		if t.rows[i] == nil {
			r, err := newTallyRow(&in, s)
			if err != nil {
				return err
			}
			t.rows[i] = r
		}
		x, err := t.rows[i].score(in, s)
		if err != nil {
			return err
		}
		added[i] = x
	}
	for i, x := range added { // all or nothing
		Merge(t.rows[i].state, x)
	}
	return nil
}

// score is the state of one input, its images summed.
func (r *tallyRow) score(in Input, s Spec) ([]float64, error) {
	job, err := NewJob(in, []Spec{s})
	if err != nil {
		return nil, err
	}
	if len(job.terms) != len(r.job.terms) || job.views[0].channels != r.job.views[0].channels || job.views[0].act != r.job.views[0].act {
		return nil, fail(CodeShape, "prediction", "is of another kind than the inputs before it")
	}
	state := make([]float64, job.StateLen())
	if err := job.Scan(0, job.Blocks(), state); err != nil {
		return nil, err
	}
	out := make([]float64, len(r.state))
	for i, g := range job.views {
		to := r.job.views[i]
		n := (headSlots + statSlots*g.channels) * slot
		Merge(out[to.stats:], state[g.stats:g.stats+n])
		images := in.Prediction.Shape.N
		fold := func(to, from, each int) {
			for k := range images {
				Merge(out[to:], state[from+k*each:from+(k+1)*each])
			}
		}
		if g.sums >= 0 {
			fold(to.sums, g.sums, g.channels*regionSums*slot)
		}
		for _, m := range g.confusion {
			each := 4 * g.channels
			if !g.act.sigmoid() {
				each = g.channels * g.channels
			}
			fold(to.matrixOf(m.threshold), m.at, each*slot)
		}
	}
	for i, x := range job.terms {
		to := r.job.terms[i]
		if x.form < regionTerm && !x.same {
			n := 2 * x.group.channels * slot
			if x.divided() {
				n *= 2
			}
			Merge(out[to.at:], state[x.at:x.at+n])
		}
		if at, ok := r.means[to]; ok {
			units := job.settle(x, state)
			for k := range units {
				if u := &units[k]; !u.skip {
					row := out[at+2*u.row(x.group.channels)*slot:]
					pour(row, 1)
					pour(row[slot:], u.loss+u.offset)
				}
			}
		}
	}
	return out, nil
}

// State is what was summed so far, by name. The first number is the channels.
func (t *Tally) State() map[string][]float64 {
	out := map[string][]float64{}
	for i, s := range t.specs {
		if r := t.rows[i]; r != nil {
			out[s.Name] = append([]float64{float64(r.job.views[0].channels), float64(r.job.views[0].act)}, r.state...)
		}
	}
	return out
}

// Merge adds the state of another tally of the same losses and options.
func (t *Tally) Merge(states map[string][]float64) error {
	for name := range states {
		found := false
		for _, s := range t.specs {
			found = found || s.Name == name
		}
		if !found {
			return fail(CodeOption, "state", "has %s, which is not summed here", name)
		}
	}
	rows := make([]*tallyRow, len(t.specs))
	for i, s := range t.specs {
		x, ok := states[s.Name]
		if !ok {
			continue
		}
		r := t.rows[i]
		if r == nil {
			var err error
			if r, err = rowOf(x, s); err != nil {
				return err
			}
		}
		if len(x) != len(r.state)+2 || x[0] != float64(r.job.views[0].channels) || x[1] != float64(r.job.views[0].act) {
			return fail(CodeLength, "state", "of %s does not belong to these options and classes", s.Name)
		}
		rows[i] = r
	}
	for i, r := range rows {
		if r != nil {
			Merge(r.state, states[t.specs[i].Name][2:])
			t.rows[i] = r
		}
	}
	return nil
}

// rowOf lays out a row for a state that came from elsewhere.
func rowOf(x []float64, s Spec) (*tallyRow, error) {
	bad := fail(CodeLength, "state", "of %s is no state", s.Name)
	if len(x) < 3 || !(x[0] >= 1 && x[0] < 1<<16) || !(x[1] >= 0 && x[1] <= float64(sigmoidProbs)) {
		return nil, bad
	}
	c := int(x[0])
	form := Logits
	if a := activation(x[1]); a == softmaxProbs || a == sigmoidProbs {
		form = Probs
	}
	for _, kind := range []Kind{Hard, Instances, Soft} {
		for _, n := range []int{1, c} {
			in := Input{Prediction: Scores{Shape: Shape{1, c, 1, 1, 1}, Form: form, Data: make([]float32, c)}, Target: Target{Kind: kind}}
			if kind == Soft {
				in.Target.Soft = make([]float32, c)
			} else {
				in.Target.Labels.U8 = make([]uint8, n)
			}
			if r, err := newTallyRow(&in, s); err == nil && len(r.state)+2 == len(x) && float64(r.job.views[0].act) == x[1] {
				return r, nil
			}
		}
	}
	return nil, bad
}

// Result is the numbers of all that was added.
func (t *Tally) Result() ([]Result, error) {
	out := make([]Result, len(t.specs))
	for i, s := range t.specs {
		r := t.rows[i]
		if r == nil {
			return nil, fail(CodeLength, "input", "nothing was added")
		}
		out[i].Params = s.Params()
		for _, x := range r.job.terms {
			part := outcome{}
			if at, ok := r.means[x]; ok {
				c := x.group.channels
				m := classRows{make([]float64, c+1), make([]float64, c+1)}
				for k := range m.count {
					m.count[k] = total(r.state[at+2*k*slot:])
					m.sum[k] = total(r.state[at+(2*k+1)*slot:])
				}
				part.value, _, part.perClass = x.reduce(m)
			} else {
				var err error
				if part, err = r.job.finishTerm(x, r.state, Out{}); err != nil {
					return nil, err
				}
			}
			r.job.combine(&out[i], x, part)
		}
		r.job.warn(&out[i], 0, r.state)
	}
	return out, nil
}

// perImage tells whether an average scores each image on its own.
func perImage(average string) bool {
	return average == "imagewise" || average == "microImagewise" || average == "jointImagewise"
}
