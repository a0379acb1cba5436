package grid

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// TestSameBits holds every build to the same bits: the sums were taken on amd64, and must come out of wasm and of the
// scalar build too. The spacing is exact on none.
func TestSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	var w Work
	d, s := Dims{5, 37, 53}, Spacing{2.3, 0.7, 0.9}
	mask, labels := randomMask(r, d.Pixels(), 0.9), make([]int32, d.Pixels())
	for i := range labels {
		labels[i] = max(0, int32(r.IntN(400)-380))
	}
	first, second := make([]float32, d.Pixels()), make([]float32, d.Pixels())
	sum := func(maps ...[]float32) uint64 {
		h := fnv.New64a()
		for _, m := range maps {
			for _, v := range m {
				b := math.Float32bits(v)
				h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
			}
		}
		return h.Sum64()
	}
	for _, c := range []struct {
		name string
		want uint64
		run  func()
	}{
		{"EDT", 0x1d4273c9605ba99a, func() { w.EDT(first, mask, d, s) }},
		{"TwoSided", 0x221e3cae054d540a, func() { w.TwoSided(first, mask, d, s) }},
		{"Signed", 0x76483b980456d84, func() { w.Signed(first, mask, d, s, 1) }},
		{"TwoNearest", 0xdeedaa31b81d4bb6, func() { w.TwoNearest(first, second, labels, d, s) }},
		{"BorderWeight", 0x609974954dd3bcf1, func() { w.BorderWeight(first, labels, d, s, 10, 1.7, true) }},
	} {
		clear(second)
		c.run()
		if got := sum(first, second); got != c.want {
			t.Errorf("%s: got %#x, want %#x", c.name, got, c.want)
		}
	}
}

func TestNoAllocationOnReuse(t *testing.T) {
	d := Dims{3, 20, 30}
	r := rand.New(rand.NewPCG(21, 22))
	mask, labels := randomMask(r, d.Pixels(), 0.8), make([]int32, d.Pixels())
	first, second, eroded := make([]float32, d.Pixels()), make([]float32, d.Pixels()), make([]uint8, d.Pixels())
	var w Work
	if n := testing.AllocsPerRun(10, func() {
		w.Signed(first, mask, d, Spacing{}, 1)
		w.Components(labels, mask, d, Faces)
		w.TwoNearest(first, second, labels, d, Spacing{})
		w.BorderWeight(first, labels, d, Spacing{}, 10, 5, false)
		w.Erode(eroded, mask, d, 1)
		w.DilateBall(eroded, mask, d, Spacing{}, 2)
	}); n != 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}
