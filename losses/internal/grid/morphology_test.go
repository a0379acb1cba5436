package grid

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// bruteErode looks at every pixel near every pixel; cross keeps to those straight along an axis.
func bruteErode(mask []uint8, d Dims, radius int, cross bool) []uint8 {
	out := make([]uint8, len(mask))
	deep := min(radius, d.D-1) // in 2-D there is nothing before or after the plane
	if d.D > 1 {
		deep = radius
	}
	solid := func(z, y, x int) bool {
		return z >= 0 && z < d.D && y >= 0 && y < d.H && x >= 0 && x < d.W && mask[(z*d.H+y)*d.W+x] != 0
	}
	for i := range mask {
		z, y, x := i/d.W/d.H, i/d.W%d.H, i%d.W
		out[i] = 1
		for c := -deep; c <= deep; c++ {
			for b := -radius; b <= radius; b++ {
				for a := -radius; a <= radius; a++ {
					if cross && a*a+b*b+c*c > 1 {
						continue
					}
					if !solid(z+c, y+b, x+a) {
						out[i] = 0
					}
				}
			}
		}
	}
	return out
}

func TestErodeAndEdgeAreBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var w Work
	for _, d := range append(slices.Clone(shapes), Dims{3, 9, 80}) {
		for _, density := range []float64{0, 0.5, 0.9, 0.97, 1} {
			mask := randomMask(r, d.Pixels(), density)
			got := make([]uint8, len(mask))
			for _, radius := range []int{0, 1, 2, 3, 7} {
				w.Erode(got, mask, d, radius)
				if want := bruteErode(mask, d, radius, false); !slices.Equal(got, want) {
					t.Fatalf("%v density %v radius %v: got %v, want %v", d, density, radius, got, want)
				}
			}
			eroded := bruteErode(mask, d, 1, true)
			Edge(got, mask, d)
			for i := range got {
				want := uint8(0)
				if mask[i] != 0 && eroded[i] == 0 {
					want = 1
				}
				if got[i] != want {
					t.Fatalf("%v density %v: edge at %d: got %v, want %v", d, density, i, got[i], want)
				}
			}
			w.Erode(mask, mask, d, 1)
		}
	}
}

func TestErodeInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	var w Work
	d := Dims{4, 12, 70}
	mask := randomMask(r, d.Pixels(), 0.98)
	want := bruteErode(mask, d, 2, false)
	if w.Erode(mask, mask, d, 2); !slices.Equal(mask, want) {
		t.Fatalf("got %v, want %v", mask, want)
	}
}

func TestDilateBallIsBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	var w Work
	for _, d := range shapes {
		for _, s := range spacings {
			for _, radius := range []float64{0, 0.5, 1, 2.5, 5} {
				mask := randomMask(r, d.Pixels(), 0.05)
				toObject := bruteSquared(d, s, func(i int) bool { return mask[i] != 0 })
				got := make([]uint8, len(mask))
				w.DilateBall(got, mask, d, s, radius)
				for i := range got {
					if want := toObject[i] <= radius*radius; want != (got[i] != 0) {
						t.Fatalf("%s radius %v: pixel %d: got %v, want %v", name(d, s), radius, i, got[i], want)
					}
				}
			}
		}
	}
}
