package grid

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDistancesAreBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var w Work
	for _, d := range shapes {
		for _, s := range spacings {
			for _, density := range []float64{0, 0.03, 0.5, 0.9, 0.99, 1} {
				checkDistances(t, &w, randomMask(r, d.Pixels(), density), d, s)
			}
		}
	}
}

// besideZero reports whether one of the pixels around pixel i is zero. Only such an object pixel is the nearest of one that
// is zero.
func besideZero(mask []uint8, d Dims, i int) bool {
	z, y, x := i/d.W/d.H, i/d.W%d.H, i%d.W
	return z > 0 && mask[i-d.H*d.W] == 0 || z+1 < d.D && mask[i+d.H*d.W] == 0 ||
		y > 0 && mask[i-d.W] == 0 || y+1 < d.H && mask[i+d.W] == 0 ||
		x > 0 && mask[i-1] == 0 || x+1 < d.W && mask[i+1] == 0
}

// checkDistances compares every map of a mask with brute force, to the last bit.
func checkDistances(t *testing.T, w *Work, mask []uint8, d Dims, s Spacing) {
	t.Helper()
	toZero := bruteSquared(d, s, func(i int) bool { return mask[i] == 0 })
	toObject := bruteSquared(d, s, func(i int) bool { return mask[i] != 0 && besideZero(mask, d, i) })
	n := len(mask)
	edt, twoSided, signed := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range mask {
		edt[i] = float32(math.Sqrt(toZero[i]))
		if mask[i] != 0 {
			toObject[i] = 0
		}
		if sum := math.Sqrt(toZero[i]) + math.Sqrt(toObject[i]); !math.IsInf(sum, 1) {
			twoSided[i] = float32(sum)
			signed[i] = float32(sum)
			if mask[i] != 0 {
				signed[i] = 0.75 - float32(sum)
			}
		}
	}
	squared, got := make([]float64, n), make([]float32, n)
	w.SquaredDistance(squared, mask, d, s)
	equal(t, "SquaredDistance "+name(d, s), squared, toZero)
	w.EDT(got, mask, d, s)
	equal(t, "EDT "+name(d, s), got, edt)
	w.TwoSided(got, mask, d, s)
	equal(t, "TwoSided "+name(d, s), got, twoSided)
	w.Signed(got, mask, d, s, 0.75)
	equal(t, "Signed "+name(d, s), got, signed)
}

// Far from everything, sums of squares are large and meeting points close to pixels many.
func TestDistancesAcrossLargeImages(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	var w Work
	for _, d := range []Dims{{1, 1, 9000}, {1, 9000, 1}, {1, 3, 4000}, {1, 200, 300}, {20, 30, 40}} {
		for _, s := range spacings {
			mask, labels := make([]uint8, d.Pixels()), make([]int32, d.Pixels())
			for i := range mask {
				mask[i] = 1
			}
			for range 8 {
				mask[r.IntN(len(mask))] = 0
				labels[r.IntN(len(mask))] = int32(1 + r.IntN(5))
			}
			checkDistances(t, &w, mask, d, s)
			checkTwoNearest(t, &w, labels, d, s)
		}
	}
}

func FuzzDistances(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(9), uint8(14), uint8(128), uint8(0))
	f.Add(uint64(2), uint8(5), uint8(4), uint8(7), uint8(250), uint8(4))
	f.Add(uint64(3), uint8(1), uint8(1), uint8(60), uint8(2), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, planes, rows, cols, density, spacing uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		d := Dims{1 + int(planes%7), 1 + int(rows%40), 1 + int(cols%40)}
		mask := randomMask(r, d.Pixels(), float64(density)/255)
		checkDistances(t, new(Work), mask, d, spacings[int(spacing)%len(spacings)])
	})
}

// Spacings that are not exact in binary round, in brute force and here, each in its own order.
func TestDistanceOfAnySpacing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var w Work
	for range 200 {
		d := Dims{1 + r.IntN(4), 1 + r.IntN(12), 1 + r.IntN(12)}
		s := Spacing{0.1 + r.Float64(), 0.1 + 3*r.Float64(), 0.1 + 30*r.Float64()}
		mask := randomMask(r, d.Pixels(), 0.9)
		want := bruteSquared(d, s, func(i int) bool { return mask[i] == 0 })
		got := make([]float64, len(mask))
		w.SquaredDistance(got, mask, d, s)
		for i := range want {
			if got[i] != want[i] && !(math.Abs(got[i]-want[i]) <= 1e-14*want[i]) {
				t.Fatalf("%s: pixel %d: got %v, want %v", name(d, s), i, got[i], want[i])
			}
		}
	}
}

func TestEDTGolden(t *testing.T) {
	var w Work
	for _, c := range loadGolden(t, "edt.json").Cases {
		d, s := goldenDims(c.Shape, c.Params.Spacing)
		mask := make([]uint8, len(c.Pred))
		for i, v := range c.Pred {
			mask[i] = uint8(v)
		}
		got := make([]float32, len(mask))
		w.EDT(got, mask, d, s)
		near(t, c.Name, got, c.Expect.Metrics["edt"], c.Expect.Tolerance.Abs, c.Expect.Tolerance.Rel)
	}
}

// The reference has no answer for a class that fills the image: its distance to a pixel that is not there is left out of
// the comparison, and the signed map is 0.
func TestDistanceMapGolden(t *testing.T) {
	var w Work
	for _, c := range loadGolden(t, "distance_map.json").Cases {
		d, s := goldenDims(c.TargetShape[1:], c.Params.Spacing)
		n := d.Pixels()
		got, mask := make([]float32, n), make([]uint8, n)
		for image := range c.TargetShape[0] {
			target := c.Target[image*n : (image+1)*n]
			for class := range c.Params.NumClasses {
				count := 0
				for i, label := range target {
					mask[i] = 0
					if int(label) == class {
						mask[i] = 1
						count++
					}
				}
				at := (image*c.Params.NumClasses + class) * n
				signed, inside := c.Expect.Metrics["signed"][at:at+n], c.Expect.Metrics["inside"][at:at+n]
				w.Signed(got, mask, d, s, 1)
				if count == n {
					equal(t, c.Name+" signed", got, make([]float32, n))
					continue
				}
				near(t, c.Name+" signed", got, signed, c.Expect.Tolerance.Abs, c.Expect.Tolerance.Rel)
				w.EDT(got, mask, d, s)
				near(t, c.Name+" inside", got, inside, c.Expect.Tolerance.Abs, c.Expect.Tolerance.Rel)
			}
		}
	}
}

// blobs is a mask of disks, a fifth of the image.
func blobs(d Dims) []uint8 {
	r := rand.New(rand.NewPCG(5, 6))
	mask := make([]uint8, d.Pixels())
	for range 12 {
		cy, cx := r.IntN(d.H), r.IntN(d.W)
		radius := min(d.H, d.W)/32 + r.IntN(min(d.H, d.W)/12+1)
		for y := max(0, cy-radius); y < min(d.H, cy+radius); y++ {
			for x := max(0, cx-radius); x < min(d.W, cx+radius); x++ {
				if (y-cy)*(y-cy)+(x-cx)*(x-cx) < radius*radius {
					mask[y*d.W+x] = 1
				}
			}
		}
	}
	return mask
}

var benchmarkDims = []Dims{{1, 256, 256}, {1, 1024, 1024}, {1, 3072, 4096}}

func BenchmarkEDT(b *testing.B) {
	for _, d := range benchmarkDims {
		mask := blobs(d)
		for i := range mask {
			mask[i] ^= 1
		}
		benchmarkMap(b, d, func(w *Work, dst []float32) { w.EDT(dst, mask, d, Spacing{}) })
	}
}

func BenchmarkSigned(b *testing.B) {
	for _, d := range benchmarkDims {
		mask := blobs(d)
		benchmarkMap(b, d, func(w *Work, dst []float32) { w.Signed(dst, mask, d, Spacing{}, 1) })
	}
}

func BenchmarkSignedVolume(b *testing.B) {
	d := Dims{64, 128, 128}
	mask := make([]uint8, d.Pixels())
	copy(mask[20*128*128:], blobs(Dims{1, 40 * 128, 128}))
	benchmarkMap(b, d, func(w *Work, dst []float32) { w.Signed(dst, mask, d, Spacing{2, 1, 1}, 1) })
}

func benchmarkMap(b *testing.B, d Dims, f func(w *Work, dst []float32)) {
	b.Run(name(d, Spacing{}), func(b *testing.B) {
		var w Work
		dst := make([]float32, d.Pixels())
		b.SetBytes(int64(d.Pixels()))
		for b.Loop() {
			f(&w, dst)
		}
	})
}
