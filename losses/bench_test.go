package losses

import (
	"fmt"
	"testing"
)

// BenchmarkEvaluate runs each loss of the registry on one megapixel.
func BenchmarkEvaluate(b *testing.B) {
	for _, c := range []int{1, 3, 19} {
		in := noise(Shape{1, c, 1, 1024, 1024})
		for i := range Registry {
			e := &Registry[i]
			for _, want := range []string{"value", "gradient"} {
				if e.Kind == "metric" && (want == "gradient" || e.Name != "iou") {
					continue
				}
				s, err := Decode(e.Name, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := NewJob(in, []Spec{s}); err != nil {
					continue // not defined for this input
				}
				outs := []Out{{}}
				if want == "gradient" {
					outs[0].Gradient = make([]float32, in.Prediction.Shape.Len())
				}
				b.Run(fmt.Sprintf("%s/c%d/%s", e.Name, c, want), func(b *testing.B) {
					b.SetBytes(int64(4 * in.Prediction.Shape.Len()))
					for b.Loop() {
						if _, err := Evaluate(in, []Spec{s}, outs); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// noise is a batch of logits within 6 of zero and labels, three in ten of them
// foreground.
func noise(s Shape) Input {
	in := Input{Prediction: Scores{Shape: s, Data: make([]float32, s.Len())}}
	x := uint32(1)
	next := func() uint32 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		return x
	}
	for i := range in.Prediction.Data {
		in.Prediction.Data[i] = float32(next()>>8)/(1<<24)*12 - 6
	}
	labels := make([]uint8, s.N*s.Pixels())
	for i := range labels {
		if next()%10 < 3 {
			labels[i] = uint8(1 + next()%uint32(max(1, s.C-1)))
		}
	}
	in.Target.Labels.U8 = labels
	return in
}
