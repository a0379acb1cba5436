package grid

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// bruteComponents floods from each pixel that has no number yet.
func bruteComponents(mask []uint8, d Dims, touching Connectivity) (labels []int32, count int) {
	labels = make([]int32, len(mask))
	var at [][3]int
	eachPixel(d, Spacing{}, func(_ int, p [3]float64) { at = append(at, [3]int{int(p[0]), int(p[1]), int(p[2])}) })
	for i := range mask {
		if mask[i] == 0 || labels[i] != 0 {
			continue
		}
		count++
		labels[i] = int32(count)
		for queue := []int{i}; len(queue) > 0; queue = queue[1:] {
			for j := range mask {
				if mask[j] != 0 && labels[j] == 0 && touches(at[queue[0]], at[j], touching) {
					labels[j] = int32(count)
					queue = append(queue, j)
				}
			}
		}
	}
	return labels, count
}

func touches(a, b [3]int, touching Connectivity) bool {
	sum, most := 0, 0
	for i := range a {
		away := max(a[i]-b[i], b[i]-a[i])
		sum, most = sum+away, max(most, away)
	}
	if touching == Faces {
		return sum == 1
	}
	return most == 1
}

func TestComponentsAreBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var w Work
	for _, d := range append(slices.Clone(shapes), Dims{1, 3, 200}, Dims{2, 2, 65}) {
		for _, density := range []float64{0, 0.2, 0.4, 0.6, 0.9, 1} {
			for _, touching := range []Connectivity{Faces, Corners} {
				mask := randomMask(r, d.Pixels(), density)
				want, wantCount := bruteComponents(mask, d, touching)
				got := make([]int32, len(mask))
				if n := w.Components(got, mask, d, touching); n != wantCount || !slices.Equal(got, want) {
					t.Fatalf("%v density %v connectivity %v: got %d %v, want %d %v", d, density, touching, n, got, wantCount, want)
				}
			}
		}
	}
}

func BenchmarkComponents(b *testing.B) {
	d := Dims{1, 1024, 1024}
	mask := blobs(d)
	labels := make([]int32, d.Pixels())
	benchmarkMap(b, d, func(w *Work, _ []float32) { w.Components(labels, mask, d, Corners) })
}
