package losses

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"
)

// Keys of both widths are sorted by the error alone, and equal ones stay in
// order, whether all digits of the error differ or some are everywhere the same.
func TestSorted(t *testing.T) {
	g := lcg(3)
	var count [3][2048]uint32
	for _, n := range []int{0, 1, 2, 7, 8, 15, 16, 17, 1000, 5000} {
		for _, most := range []int{1, 3, 1 << 9, 1 << 12, 1 << 22, 1 << 30} {
			short, wide := make([]uint32, n), make([]uint64, n)
			for i := range n {
				e, hit := g.next(most), g.next(2)
				short[i], wide[i] = uint32(e<<shortError|hit), uint64(e)<<wideError|uint64(i<<1|hit)
			}
			name := fmt.Sprintf("%d keys below %d", n, most)
			checkSorted(t, name, short, &count, shortError)
			checkSorted(t, name, wide, &count, wideError)
		}
	}
}

func checkSorted[K uint32 | uint64](t *testing.T, name string, keys []K, count *[3][2048]uint32, low int) {
	t.Helper()
	want := slices.Clone(keys)
	sort.SliceStable(want, func(i, j int) bool { return want[i]>>low > want[j]>>low })
	var more []K
	if got := sorted(keys, &more, count, low); !slices.Equal(got, want) {
		t.Errorf("%s are %v, want %v", name, got, want)
	}
}

// The hinge and its slopes are those of the definition: errors in order, each
// times the step of the Jaccard loss. Some errors are equal, some pixels are
// ignored, an image holds no pixel of the class.
func TestLovaszByDefinition(t *testing.T) {
	g := lcg(5)
	const images, h, w = 3, 37, 61
	const px = h * w
	in := Input{
		Prediction: Scores{Shape: Shape{images, 1, 1, h, w}, Data: make([]float32, images*px)},
		Target:     Target{Labels: Labels{U8: make([]uint8, images*px)}},
	}
	for i := range in.Prediction.Data {
		in.Prediction.Data[i] = float32(g.next(97)-48) / 16
		if i < 2*px {
			in.Target.Labels.U8[i] = uint8(g.next(2))
		}
	}
	for _, ignore := range [][]int32{nil, {3}} {
		for i := 0; i < px && ignore != nil; i += 9 {
			in.Target.Labels.U8[i] = 3
		}
		in.Ignore = ignore
		for _, scope := range []string{"image", "batch"} {
			value, slope := 0.0, make([]float64, images*px)
			for unit := range images {
				from, to, scale := unit*px, (unit+1)*px, 1.0/images
				if scope == "batch" {
					from, to, scale = 0, images*px, 1
				}
				value += scale * defined(&in, from, to, scale, slope)
				if scope == "batch" {
					break
				}
			}
			spec, err := Decode("lovasz-hinge", map[string]any{"scope": scope})
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%s, ignored %v", scope, ignore)
			for _, planes := range []bool{false, true} {
				var out Out
				if planes {
					out = Out{Gradient: make([]float32, images*px), Heatmap: make([]float32, images*px)}
				}
				r, err := Evaluate(in, []Spec{spec}, []Out{out})
				if err != nil {
					t.Fatal(err)
				}
				if !(math.Abs(r[0].Value-value) <= 1e-9*value) {
					t.Errorf("%s: value is %v, want %v", name, r[0].Value, value)
				}
				sum := 0.0
				for i, got := range out.Gradient {
					if !(math.Abs(float64(got)-slope[i]) <= 1e-6*math.Abs(slope[i])) {
						t.Fatalf("%s: slope of pixel %d is %v, want %v", name, i, got, slope[i])
					}
					sum += float64(out.Heatmap[i])
				}
				if planes && !(math.Abs(sum-value) <= 1e-6*value) {
					t.Errorf("%s: the heat map sums to %v, want %v", name, sum, value)
				}
			}
		}
	}
}

// defined is the loss of some pixels, term by term; it adds the slopes.
func defined(in *Input, from, to int, scale float64, slope []float64) (sum float64) {
	label := in.Target.Labels.U8
	sign := func(i int) float64 { return float64(2*int(label[i]) - 1) }
	hinge := func(i int) float64 { return 1 - sign(i)*float64(in.Prediction.Data[i]) }
	var order []int
	left, union := 0.0, 0.0
	for i := from; i < to; i++ {
		if label[i] < 2 {
			order = append(order, i)
			left += float64(label[i])
		}
	}
	union = left
	slices.SortStableFunc(order, func(i, j int) int {
		switch a, b := hinge(i), hinge(j); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	before := 0.0
	for _, i := range order {
		left, union = left-float64(label[i]), union+1-float64(label[i])
		now := 1 - left/union
		if e := hinge(i); e > 0 {
			sum += e * (now - before)
			slope[i] = -scale * sign(i) * (now - before)
		}
		before = now
	}
	return sum
}
