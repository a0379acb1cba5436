package grid

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTwoNearestIsBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var w Work
	for _, d := range shapes {
		for _, s := range spacings {
			for _, instances := range []int{0, 1, 2, 5, 300} {
				for _, density := range []float64{0.05, 0.4, 1} {
					labels := make([]int32, d.Pixels())
					for i := range labels {
						if instances > 0 && r.Float64() < density {
							labels[i] = int32(1 + r.IntN(instances))
						}
					}
					checkTwoNearest(t, &w, labels, d, s)
				}
			}
		}
	}
}

// checkTwoNearest compares with one brute force distance map an instance, to the last bit.
func checkTwoNearest(t *testing.T, w *Work, labels []int32, d Dims, s Spacing) {
	t.Helper()
	n := len(labels)
	want1, want2 := bruteTwoNearest(labels, d, s)
	got1, got2 := make([]float32, n), make([]float32, n)
	w.TwoNearest(got1, got2, labels, d, s)
	equal(t, "nearest "+name(d, s), got1, want1)
	equal(t, "second nearest "+name(d, s), got2, want2)
}

func bruteTwoNearest(labels []int32, d Dims, s Spacing) (d1, d2 []float32) {
	n := len(labels)
	d1, d2 = make([]float32, n), make([]float32, n)
	for i := range d1 {
		d1[i], d2[i] = float32(math.Inf(1)), float32(math.Inf(1))
	}
	seen := map[int32]bool{}
	for _, label := range labels {
		if label <= 0 || seen[label] {
			continue
		}
		seen[label] = true
		for i, v := range bruteSquared(d, s, func(i int) bool { return labels[i] == label }) {
			distance := float32(math.Sqrt(v))
			if distance < d1[i] {
				d1[i], distance = distance, d1[i]
			}
			d2[i] = min(d2[i], distance)
		}
	}
	return d1, d2
}

func FuzzTwoNearest(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(9), uint8(14), uint8(128), uint8(0), uint8(5))
	f.Add(uint64(2), uint8(5), uint8(4), uint8(7), uint8(20), uint8(4), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, planes, rows, cols, density, spacing, instances uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		d := Dims{1 + int(planes%5), 1 + int(rows%30), 1 + int(cols%30)}
		labels := make([]int32, d.Pixels())
		for i := range labels {
			labels[i] = -1 // background too
			if r.IntN(255) < int(density) {
				labels[i] = int32(r.IntN(1 + int(instances)))
			}
		}
		checkTwoNearest(t, new(Work), labels, d, spacings[int(spacing)%len(spacings)])
	})
}

// cells is a label map of touching and separate disks, as of a microscope.
func cells(d Dims, count int) []int32 {
	r := rand.New(rand.NewPCG(9, 10))
	labels := make([]int32, d.Pixels())
	radius := int(math.Sqrt(float64(d.Pixels())/float64(count)) / 3)
	for c := range count {
		cy, cx := r.IntN(d.H), r.IntN(d.W)
		for y := max(0, cy-radius); y < min(d.H, cy+radius); y++ {
			for x := max(0, cx-radius); x < min(d.W, cx+radius); x++ {
				if (y-cy)*(y-cy)+(x-cx)*(x-cx) < radius*radius {
					labels[y*d.W+x] = int32(c + 1)
				}
			}
		}
	}
	return labels
}

func BenchmarkBorderWeight(b *testing.B) {
	for _, d := range benchmarkDims {
		labels := cells(d, 300)
		benchmarkMap(b, d, func(w *Work, dst []float32) { w.BorderWeight(dst, labels, d, Spacing{}, 10, 5, false) })
	}
}
