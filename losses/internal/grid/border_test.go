package grid

import (
	"math"
	"testing"
)

func TestBorderWeightGolden(t *testing.T) {
	var w Work
	for _, c := range loadGolden(t, "unet_weight_map.json").Cases {
		d, s := goldenDims(c.TargetShape[1:], nil)
		got := make([]float32, d.Pixels())
		w.BorderWeight(got, c.Target, d, s, c.Params.W0, c.Params.Sigma, false)
		if classes := c.Params.ClassWeights; classes != nil {
			for i, label := range c.Target {
				got[i] += float32(classes[min(label, 1)])
			}
		}
		near(t, c.Name, got, c.Expect.Metrics["weight"], c.Expect.Tolerance.Abs, c.Expect.Tolerance.Rel)
	}
}

func TestBorderWeight(t *testing.T) {
	labels := []int32{1, 0, 0, 2, 0}
	d := Dims{1, 1, 5}
	at := func(sum float64) float32 { return float32(10 * math.Exp(-sum*sum/50)) }
	for _, c := range []struct {
		name       string
		labels     []int32
		spacing    Spacing
		everywhere bool
		want       []float32
	}{
		{"background", labels, Spacing{}, false, []float32{0, at(3), at(3), 0, at(5)}},
		{"everywhere", labels, Spacing{}, true, []float32{at(3), at(3), at(3), at(3), at(5)}},
		{"spacing", labels, Spacing{1, 1, 2}, false, []float32{0, at(6), at(6), 0, at(10)}},
		{"far", labels, Spacing{1, 1, 1000}, true, []float32{0, 0, 0, 0, 0}},
		{"one instance", []int32{1, 0, 0, 1, 0}, Spacing{}, true, make([]float32, 5)},
		{"none", make([]int32, 5), Spacing{}, true, make([]float32, 5)},
	} {
		var w Work
		got := make([]float32, 5)
		for i := range got {
			got[i] = float32(math.NaN())
		}
		w.BorderWeight(got, c.labels, d, c.spacing, 10, 5, c.everywhere)
		for i := range got {
			if !(math.Abs(float64(got[i]-c.want[i])) <= 1e-6*float64(c.want[i])) {
				t.Errorf("%s: pixel %d: got %v, want %v", c.name, i, got[i], c.want[i])
			}
		}
	}
}
