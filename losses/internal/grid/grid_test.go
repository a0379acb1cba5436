package grid

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// shapes are the sizes every map is tried on: lines, single pixels, planes and volumes.
var shapes = []Dims{
	{1, 1, 1}, {1, 1, 2}, {1, 1, 17}, {1, 17, 1}, {17, 1, 1}, {1, 2, 2}, {1, 3, 5}, {1, 9, 14}, {1, 14, 9}, {1, 31, 24},
	{2, 1, 1}, {2, 2, 2}, {3, 1, 7}, {7, 3, 1}, {4, 5, 6}, {6, 5, 4}, {5, 9, 8}, {1, 3, 150},
}

// spacings are exact in binary, so that brute force and the maps agree to the last bit, but for the last two.
var spacings = []Spacing{{}, {1, 1, 1}, {2, 2, 2}, {3, 1, 0.5}, {0.5, 0.75, 1.25}, {1, 8, 0.125}, {0.25, 0.25, 1.5}}

func randomMask(r *rand.Rand, n int, density float64) []uint8 {
	mask := make([]uint8, n)
	for i := range mask {
		if r.Float64() < density {
			mask[i] = uint8(1 + r.IntN(255))
		}
	}
	return mask
}

// eachPixel calls f with the place of each pixel in space.
func eachPixel(d Dims, s Spacing, f func(i int, at [3]float64)) {
	for i := range s {
		if s[i] == 0 {
			s[i] = 1
		}
	}
	i := 0
	for z := range d.D {
		for y := range d.H {
			for x := range d.W {
				f(i, [3]float64{float64(z) * s[0], float64(y) * s[1], float64(x) * s[2]})
				i++
			}
		}
	}
}

func between(a, b [3]float64) float64 {
	z, y, x := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return z*z + y*y + x*x
}

// bruteSquared is the squared distance from each pixel to the nearest that is a seed.
func bruteSquared(d Dims, s Spacing, seed func(i int) bool) []float64 {
	var seeds [][3]float64
	eachPixel(d, s, func(i int, at [3]float64) {
		if seed(i) {
			seeds = append(seeds, at)
		}
	})
	out := make([]float64, d.Pixels())
	eachPixel(d, s, func(i int, at [3]float64) {
		out[i] = math.Inf(1)
		for _, b := range seeds {
			out[i] = math.Min(out[i], between(at, b))
		}
	})
	return out
}

func equal[T float32 | float64](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: pixel %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

type golden struct {
	Cases []struct {
		Name   string
		Params struct {
			Spacing      []float64
			NumClasses   int `json:"num_classes"`
			W0, Sigma    float64
			ClassWeights []float64 `json:"class_weights"`
		}
		Shape       []int
		Pred        []float64
		Target      []int32
		TargetShape []int `json:"target_shape"`
		Expect      struct {
			Metrics   map[string][]float64
			Tolerance struct{ Abs, Rel float64 }
		}
	}
}

func loadGolden(t *testing.T, name string) golden {
	t.Helper()
	dir := os.Getenv("MASKLOSS_GOLDEN")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata", "golden")
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return g
}

// goldenDims reads the spatial part of a shape and the spacing of its axes.
func goldenDims(shape []int, spacing []float64) (Dims, Spacing) {
	d, s := Dims{1, 1, 1}, Spacing{}
	for i, n := range shape {
		at := 3 - len(shape) + i
		*[]*int{&d.D, &d.H, &d.W}[at] = n
		if spacing != nil {
			s[at] = spacing[i]
		}
	}
	return d, s
}

func near(t *testing.T, what string, got []float32, want []float64, abs, rel float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d pixels, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= abs+rel*math.Abs(want[i])) {
			t.Fatalf("%s: pixel %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestPanicsOnMisuse(t *testing.T) {
	var w Work
	for name, f := range map[string]func(){
		badLength: func() { w.EDT(make([]float32, 3), make([]uint8, 4), Dims{1, 2, 2}, Spacing{}) },
		badDims:   func() { w.EDT(make([]float32, 2), make([]uint8, 2), Dims{1, -1, -2}, Spacing{}) },
	} {
		func() {
			defer func() {
				if got := recover(); got != name {
					t.Errorf("got panic %v, want %v", got, name)
				}
			}()
			f()
		}()
	}
	w.EDT(nil, nil, Dims{1, 0, 5}, Spacing{}) // no pixel, nothing to do
}

func name(d Dims, s Spacing) string { return fmt.Sprintf("%v spacing %v", d, s) }
