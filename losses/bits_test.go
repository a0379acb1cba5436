package losses

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"testing"
)

// bitsOfAll is the hash below, the same on every build: native and wasm, with
// SIMD and without. A change to any number that the package gives changes it.
const bitsOfAll = 0x56bf58ee0cb77ce8

// Every row of the registry, in every setting and kind of input, gives the same
// bits on every build: value, classes, gradient, heat map and values.
func TestBitsOfAll(t *testing.T) {
	h := fnv.New64a()
	var b [8]byte
	number := func(x float64) {
		if math.IsNaN(x) {
			x = math.NaN() // of which there are many bits
		}
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
		h.Write(b[:])
	}
	plane := func(list []float32) {
		for _, x := range list {
			number(float64(x))
		}
	}
	count := 0
	for i := range Registry {
		e := &Registry[i]
		// more than one block, and a rest that is no multiple of a vector
		all := settings(e, 2, 1, 29, 37)
		all = append(all, samples(e, 1, 5, 13, 18)...)
		all = append(all, wide(e, 2, 1, 34, 61)...)
		for _, s := range samples(e, 2, 1, 33, 32) {
			all = append(all, s.extreme(), s.masked())
		}
		for _, s := range all {
			r, err := run(e, s)
			if err != nil {
				continue
			}
			h.Write([]byte(e.Name))
			number(r.result.Value)
			number(float64(r.result.Valid))
			for _, x := range r.result.PerClass {
				number(x)
			}
			for _, key := range keys(r.result.Extra) {
				for _, x := range r.result.Extra[key] {
					number(x)
				}
			}
			plane(r.out.Gradient)
			plane(r.out.Heatmap)
			plane(r.out.Values)
			count++
		}
	}
	for _, m := range mapsOfAll(t) {
		plane(m)
	}
	got := h.Sum64()
	fmt.Printf("bits of %d evaluations: %#016x\n", count, got)
	if got != bitsOfAll {
		t.Errorf("hash is %#016x, want %#016x", got, uint64(bitsOfAll))
	}
}

// mapsOfAll are the maps that are no losses.
func mapsOfAll(t *testing.T) [][]float32 {
	t.Helper()
	g := lcg(23)
	const n, classes, d, h, w = 2, 3, 3, 11, 14
	labels := Labels{U8: make([]uint8, n*d*h*w)}
	instances := Labels{I32: make([]int32, n*d*h*w)}
	for i := range labels.U8 {
		labels.U8[i] = uint8(g.next(classes))
		if g.next(9) == 0 {
			instances.I32[i] = int32(1 + g.next(5))
		}
	}
	spacing := []float64{2.5, 0.7, 1.3}
	edt := make([]float32, d*h*w)
	signed := make([]float32, n*classes*d*h*w)
	weight := make([]float32, n*d*h*w)
	for _, err := range []error{
		EDT(edt, Labels{U8: labels.U8[:d*h*w]}, d, h, w, spacing),
		DistanceMap(signed, labels, n, classes, d, h, w, spacing, 1),
		UNetWeightMap(weight, instances, n, d, h, w, spacing, UNetMap{W0: 10, Sigma: 5}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return [][]float32{edt, signed, weight}
}
