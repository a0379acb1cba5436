package losses

import (
	"fmt"
	"math"
	"testing"
)

// Images of a batch that are scored apart from each other, with the merged state
// of all, give what the batch gives, to the same bits.
func TestImagesMakeTheSameBits(t *testing.T) {
	tried := map[string]int{}
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			for _, plain := range append(samples(e, 4, 1, 23, 31), wide(e, 4, 1, 23, 31)...) {
				for _, options := range variants(e) {
					for k, s := range []sample{plain, plain.masked(), plain.bare()} {
						s = s.with(options)
						whole, err := run(e, s)
						if err != nil || !whole.spec.OfImages() {
							continue
						}
						tried[e.Name]++
						name := fmt.Sprintf("%s, %d, %v", s.name, k, options)
						result, out := imageByImage(t, s.in, whole)
						if d := differ(whole.result, result); d != "" {
							t.Fatalf("%s: %s", name, d)
						}
						if got, want := fmt.Sprint(result.Warnings), fmt.Sprint(whole.result.Warnings); got != want {
							t.Fatalf("%s: warnings %s, want %s", name, got, want)
						}
						if i := firstDifference(out.Gradient, whole.out.Gradient); i >= 0 {
							t.Fatalf("%s: gradient[%d] is %v, want %v", name, i, out.Gradient[i], whole.out.Gradient[i])
						}
						if i := firstDifference(out.Heatmap, whole.out.Heatmap); i >= 0 {
							t.Fatalf("%s: heatmap[%d] is %v, want %v", name, i, out.Heatmap[i], whole.out.Heatmap[i])
						}
					}
				}
			}
		})
	}
	for _, name := range []string{"lovasz-hinge", "lovasz-softmax", "boundary"} {
		if tried[name] == 0 {
			t.Errorf("%s was never in images", name)
		}
	}
}

// bare is the sample with a first image that has no foreground and a second that
// counts nowhere, where it has labels.
func (s sample) bare() sample {
	if s.in.Target.Kind != Hard {
		return s
	}
	labels := append([]uint8(nil), s.in.Target.Labels.U8...)
	each := len(labels) / s.in.Prediction.Shape.N
	for i := range each {
		labels[i], labels[each+i] = 0, 7
	}
	s.in.Target.Labels = Labels{U8: labels}
	s.in.Ignore = []int32{7}
	return s
}

// imageByImage scores each image by a job of its own.
func imageByImage(t *testing.T, in Input, whole ran) (Result, Out) {
	t.Helper()
	s := in.Prediction.Shape
	jobs := make([]*Job, s.N)
	var state []float64
	for n, one := range inImages(in) {
		job, err := NewJob(one, []Spec{whole.spec})
		if err != nil {
			t.Fatal(err)
		}
		if state == nil {
			state = make([]float64, job.StateLen())
		}
		if err := job.Scan(0, job.Blocks(), state); err != nil {
			t.Fatal(err)
		}
		jobs[n] = job
	}
	all := Out{Gradient: nans(s.Len()), Heatmap: nans(s.N * s.Pixels())}
	var mean Result
	seen := make([]float64, s.C)
	for n, job := range jobs {
		out := Out{Gradient: plane(all.Gradient, n, s.C*s.Pixels()), Heatmap: plane(all.Heatmap, n, s.Pixels())}
		results, err := job.Finish(state, []Out{out})
		if err != nil {
			t.Fatal(err)
		}
		one := results[0]
		if n == 0 {
			mean = one
			mean.Params = whole.result.Params
			mean.Value, mean.PerClass = 0, make([]float64, len(one.PerClass))
		}
		mean.Value += one.Value
		for c, x := range one.PerClass {
			if !math.IsNaN(x) {
				mean.PerClass[c] += x
				seen[c]++
			}
		}
	}
	mean.Value /= float64(s.N)
	for c := range mean.PerClass {
		mean.PerClass[c] /= seen[c]
	}
	return mean, all
}
