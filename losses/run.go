package losses

// Evaluate runs a job on this thread. outs is nil, or has one element per spec.
func Evaluate(in Input, specs []Spec, outs []Out) ([]Result, error) {
	j, err := NewJob(in, specs)
	if err != nil {
		return nil, err
	}
	return j.Run(make([]float64, j.StateLen()), outs)
}

// Run does the whole of a job on this thread, with a state of zeros. Where the
// worth of a pixel's loss follows from the target alone, its gradient is spread
// in the pass that sums it.
func (j *Job) Run(state []float64, outs []Out) ([]Result, error) {
	for _, t := range j.terms {
		if t.form == regionTerm && !t.group.errors() && len(outs) == len(j.specs) && outs[t.spec].Heatmap != nil {
			t.group.exact = true
		}
	}
	early := j.early(outs)
	if early {
		if err := j.checkOuts(outs); err != nil {
			return nil, err
		}
		if err := j.scanTarget(state); err != nil {
			return nil, err
		}
		for _, t := range j.terms {
			if t.form == hardPixel {
				j.finishPixel(t, state)
			}
		}
		j.outs = outs
	}
	err := j.Scan(0, j.Blocks(), state)
	j.outs = nil
	if err != nil {
		return nil, err
	}
	results, err := j.Finish(state, outs)
	if err != nil || early {
		return results, err
	}
	return results, j.Spread(0, j.Blocks(), outs)
}

// early tells whether all that is wanted can be spread while it is summed.
func (j *Job) early(outs []Out) bool {
	some := false
	for _, t := range j.terms {
		if outs == nil || len(outs) != len(j.specs) || !wants(t, outs[t.spec]) {
			continue
		}
		one := t.group.channels == 1 || !t.group.act.sigmoid()
		// The sums of a ratio need the counts that such a pass has taken before.
		if !t.alone || t.form != hardPixel || t.divided() || t.group.sums >= 0 || outs[t.spec].Heatmap != nil && !one {
			return false
		}
		some = true
	}
	return some
}

// scanTarget counts the classes of all groups.
func (j *Job) scanTarget(state []float64) error {
	s := j.in.Prediction.Shape
	px := s.Pixels()
	for _, g := range j.views {
		units := j.isUnits(g)
		for image := range s.N {
			for c := range g.targets() {
				if units && j.countBlock(g, image, c, 0, px, state) || j.countLabels(g, image, state) {
					continue
				}
				for b := range blocksOf(px) {
					at, size := blockRange(b, px)
					if units && j.countBlock(g, image, c, at, size, state) {
						continue
					}
					g.read.begin(image, at, size)
					if err := g.read.target(c); err != nil {
						return err
					}
					j.scanStats(g, g.read, c, state)
				}
			}
		}
	}
	return nil
}

// targets is the number of target planes that a block of the group reads.
func (g *group) targets() int {
	if g.act.sigmoid() {
		return g.channels
	}
	return 1
}
