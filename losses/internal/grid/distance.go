package grid

import (
	"math"
)

// sides says which pixels of a mask ask for a distance.
type sides int

const (
	inside sides = iota // the nonzero ones; the others are at 0
	both                // all, each to the nearest of the other kind
)

// SquaredDistance writes to dst the squared distance from each pixel to the nearest pixel where mask is zero, 0 on those
// pixels, +Inf if there is none. It takes 8 bytes for each border pixel of the object, and a plane in 3-D, a row in 2-D.
func (w *Work) SquaredDistance(dst []float64, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, inside, func(at int, squared []float64, unit float64) {
		scale := float64(unit * unit)
		dst := dst[at : at+len(squared)]
		for i, v := range squared {
			dst[i] = float64(v * scale)
		}
	})
}

// EDT writes to dst the distance from each nonzero pixel of the mask to the nearest zero pixel, 0 on zero pixels, +Inf if
// the mask has no zero pixel. Memory as for SquaredDistance.
func (w *Work) EDT(dst []float32, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, inside, func(at int, squared []float64, unit float64) {
		dst := dst[at : at+len(squared)]
		i := 0
		for ; i+4 <= len(dst); i += 4 {
			a, b := (*[4]float64)(squared[i:]), (*[4]float32)(dst[i:])
			p, q, r, s := math.Sqrt(a[0]), math.Sqrt(a[1]), math.Sqrt(a[2]), math.Sqrt(a[3])
			b[0], b[1], b[2], b[3] = float32(float64(unit*p)), float32(float64(unit*q)), float32(float64(unit*r)), float32(float64(unit*s))
		}
		for ; i < len(dst); i++ {
			dst[i] = float32(float64(unit * math.Sqrt(squared[i])))
		}
	})
}

// TwoSided writes to dst the distance from each pixel to the nearest pixel of the other kind, zero or nonzero: the sum of
// the EDT of the mask and of its complement. It is 0 everywhere if the mask is empty or full. Memory as for SquaredDistance.
func (w *Work) TwoSided(dst []float32, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, both, func(at int, squared []float64, unit float64) {
		dst := dst[at : at+len(squared)]
		for i, v := range squared {
			if v > math.MaxFloat64 {
				v = 0
			}
			dst[i] = float32(float64(unit * math.Sqrt(v)))
		}
	})
}

// Signed writes to dst the signed distance to the object where mask is nonzero: outside it the distance to the nearest
// pixel of the object, inside it insideOffset less the distance to the nearest pixel outside. With an offset of 1 the
// border pixels of the object are at 0, in pixels. It is 0 everywhere if the mask is empty or full. Memory as for
// SquaredDistance.
//
// Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019.
func (w *Work) Signed(dst []float32, mask []uint8, d Dims, s Spacing, insideOffset float64) {
	w.transform(len(dst), mask, d, s, both, func(at int, squared []float64, unit float64) {
		dst, mask := dst[at:at+len(squared)], mask[at:at+len(squared)]
		for i, v := range squared {
			distance := float64(unit * math.Sqrt(v))
			if mask[i] != 0 {
				distance = insideOffset - distance
			}
			if v > math.MaxFloat64 {
				distance = 0
			}
			dst[i] = float32(distance)
		}
	})
}

// transform runs the separable passes over a mask of n pixels and hands each plane of squared distances to finish, with
// the place of its first pixel, in units of unit².
//
// Along the first axis the distance to the nearest pixel of the other kind is counted. In a plane the squares of it are the
// heights of parabolas, and their lower envelope along the rows, then along the columns, is the squared distance. A run of
// pixels of one kind ends at a pixel of the other kind, at height 0, below which nothing farther reaches: so each run is an
// envelope of its own, and the distances of both kinds cost no more than those of one.
func (w *Work) transform(n int, mask []uint8, d Dims, s Spacing, who sides, finish func(at int, squared []float64, unit float64)) {
	a := d.axes(s)
	if n != d.Pixels() || len(mask) != n {
		panic(badLength)
	}
	if n == 0 {
		return
	}
	w.reserve(a)
	plane := a.rows * a.cols
	w.kinds.pack(mask, a.planes, plane)
	w.columns.scan(&w.kinds, a.planes, plane)
	for z := a.planes - 1; z >= 0; z-- {
		here := w.kinds.plane(z)
		w.columns.squares(w.square, z, a.perPlane)
		w.alongRows(here, a, who)
		w.alongColumns(here, a, who)
		finish(z*plane, w.square, a.unit)
		if z > 0 {
			w.columns.back(&w.kinds, z)
		}
	}
}

func (w *Work) reserve(a axes) {
	w.square = grow(w.square, a.rows*a.cols)
	longest := max(a.rows, a.cols)
	w.line = grow(w.line, longest)
	w.sum = grow(w.sum, longest)
	w.lineOut = grow(w.lineOut, longest+overshoot)
	w.lineKinds = grow(w.lineKinds, (longest+63)/64)
	w.parabolas = grow(w.parabolas, longest+1)
	w.halves(longest)
}

func (w *Work) alongRows(words []uint64, a axes, who sides) {
	far := squared(never/2, a.perPlane)
	for y := range a.rows {
		row := w.square[y*a.cols : (y+1)*a.cols]
		w.envelopes(w.lineOut, row, words, y*a.cols, a.perColumn, far, who)
		copy(row, w.lineOut)
	}
}

func (w *Work) alongColumns(words []uint64, a axes, who sides) {
	if a.rows == 1 {
		return
	}
	line := w.line[:a.rows]
	for x := range a.cols {
		clear(w.lineKinds)
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			line[y] = w.square[i]
			w.lineKinds[y/64] |= is(words, i) << (y % 64)
		}
		w.envelopes(w.lineOut, line, w.lineKinds, 0, a.perRow, math.MaxFloat64, who)
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			w.square[i] = w.lineOut[y]
		}
	}
}

// envelopes writes to out the lower envelopes of the parabolas of height f, run by run of equal kind, +Inf where a run has
// no parabola; a height of far or more is none. The kinds of f begin at bit of words. It changes f, and out after its end,
// where out has overshoot elements more than f.
func (w *Work) envelopes(out, f []float64, words []uint64, bit int, s, far float64, who sides) {
	inverse := 1 / float64(s*s)
	sum := w.sum[:len(f)]
	sums(sum, f, inverse)
	for from := 0; from < len(f); {
		to := runEnd(words, bit+from, bit+len(f)) - bit
		if who == inside && is(words, bit+from) == 0 {
			clear(out[from:to])
			from = to
			continue
		}
		// The neighbours of the run are of the other kind, at height 0. What f held before the run is no longer needed.
		first, last := from, to
		if first > 0 {
			first--
			f[first], sum[first] = 0, float64(first)*float64(first)
		}
		var height, total float64
		if last < len(f) {
			height, total = f[last], sum[last]
			f[last], sum[last] = 0, float64(last)*float64(last)
			last++
		}
		n := lower(w.parabolas, sum, first, last, w.half, float64(to-1), float64(far*inverse))
		if n == 0 {
			for x := from; x < to; x++ {
				out[x] = math.Inf(1)
			}
		} else {
			fill(out, f, within(w.parabolas[:n+1], from), from, s)
		}
		if last > to {
			f[to], sum[to] = height, total
		}
		from = to
	}
}
