package grid

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// sides says which pixels of a mask ask for a distance.
type sides int

const (
	inside sides = iota // the nonzero ones; the others are at 0
	both                // all, each to the nearest of the other kind
)

// SquaredDistance writes to dst the squared distance from each pixel to the nearest pixel where mask is zero, 0 on those
// pixels, +Inf if there is none. It takes a bit for each pixel, 8 bytes for each pixel of the border of the object, and a
// plane in 3-D, a row in 2-D.
func (w *Work) SquaredDistance(dst []float64, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, inside, func(at int, squared []float64, a axes) {
		scale := float64(a.unit * a.unit)
		dst := dst[at : at+len(squared)]
		for i, v := range squared {
			dst[i] = float64(v * scale)
		}
	})
}

// EDT writes to dst the distance from each nonzero pixel of the mask to the nearest zero pixel, 0 on zero pixels, +Inf if
// the mask has no zero pixel. Memory as for SquaredDistance.
func (w *Work) EDT(dst []float32, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, inside, func(at int, squared []float64, a axes) {
		roots(dst[at:at+len(squared)], squared, a)
	})
}

// TwoSided writes to dst the distance from each pixel to the nearest pixel of the other kind, zero or nonzero: the sum of
// the EDT of the mask and of its complement. It is 0 everywhere if the mask is empty or full. Memory as for SquaredDistance.
func (w *Work) TwoSided(dst []float32, mask []uint8, d Dims, s Spacing) {
	w.transform(len(dst), mask, d, s, both, func(at int, squared []float64, a axes) {
		dst := dst[at : at+len(squared)]
		if alone(squared) {
			clear(dst)
			return
		}
		roots(dst, squared, a)
	})
}

// Signed writes to dst the signed distance to the object where mask is nonzero: outside it the distance to the nearest
// pixel of the object, inside it insideOffset less the distance to the nearest pixel outside. With an offset of 1 the
// border pixels of the object are at 0, in pixels. It is 0 everywhere if the mask is empty or full. Memory as for
// SquaredDistance.
//
// Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019.
func (w *Work) Signed(dst []float32, mask []uint8, d Dims, s Spacing, insideOffset float64) {
	w.transform(len(dst), mask, d, s, both, func(at int, squared []float64, a axes) {
		dst := dst[at : at+len(squared)]
		if alone(squared) {
			clear(dst)
			return
		}
		roots(dst, squared, a)
		words := w.kinds.plane(at / len(squared))
		for from := 0; from < len(dst); {
			to := runEnd(words, from, len(dst))
			if is(words, from) != 0 {
				below(dst[from:to], float32(insideOffset))
			}
			from = to
		}
	})
}

// below is the loop dst[i] = offset - dst[i].
func below(dst []float32, offset float32) {
	for ; len(dst) >= 4; dst = dst[4:] {
		d := (*[4]float32)(dst)
		d[0], d[1], d[2], d[3] = offset-d[0], offset-d[1], offset-d[2], offset-d[3]
	}
	for i := range dst {
		dst[i] = offset - dst[i]
	}
}

// alone reports whether a plane of distances to the other kind shows that there is no other kind.
func alone(squared []float64) bool { return squared[0] > math.MaxFloat64 }

// roots writes to dst the distances of which squared are the squares.
//
// In float32 a root costs half as much. It is the same number where the squares are whole and have 24 bits: then it is the
// exact root rounded once, and a float64 root rounded again to float32 is that too.
func roots(dst []float32, squared []float64, a axes) {
	squared = squared[:len(dst)]
	if a.short {
		narrow(dst, squared)
		vec.Sqrt(dst)
		return
	}
	for ; len(dst) >= 4; dst, squared = dst[4:], squared[4:] {
		s, d := (*[4]float64)(squared), (*[4]float32)(dst)
		d[0] = float32(float64(a.unit * math.Sqrt(s[0])))
		d[1] = float32(float64(a.unit * math.Sqrt(s[1])))
		d[2] = float32(float64(a.unit * math.Sqrt(s[2])))
		d[3] = float32(float64(a.unit * math.Sqrt(s[3])))
	}
	for i := range dst {
		dst[i] = float32(float64(a.unit * math.Sqrt(squared[i])))
	}
}

// narrow is the loop dst[i] = float32(x[i]).
func narrow(dst []float32, x []float64) {
	for ; len(dst) >= 8 && len(x) >= 8; dst, x = dst[8:], x[8:] {
		d, s := (*[8]float32)(dst), (*[8]float64)(x)
		d[0], d[1], d[2], d[3] = float32(s[0]), float32(s[1]), float32(s[2]), float32(s[3])
		d[4], d[5], d[6], d[7] = float32(s[4]), float32(s[5]), float32(s[6]), float32(s[7])
	}
	for i := range dst {
		dst[i] = float32(x[i])
	}
}

// transform runs the separable passes over a mask of n pixels and hands each plane of squared distances to finish, with
// the place of its first pixel, in units of unit².
//
// Along the first axis the distance to the nearest pixel of the other kind is counted. In a plane the squares of it are the
// heights of parabolas, and their lower envelope along the rows, then along the columns, is the squared distance. A run of
// pixels of one kind ends at a pixel of the other kind, at height 0, below which nothing farther reaches: so each run is an
// envelope of its own, and the distances of both kinds cost no more than those of one.
func (w *Work) transform(n int, mask []uint8, d Dims, s Spacing, who sides, finish func(at int, squared []float64, a axes)) {
	d.check(n, len(mask))
	if n == 0 {
		return
	}
	a := d.axes(s)
	w.reserve(a)
	plane := a.rows * a.cols
	w.kinds.pack(mask, a.planes, plane)
	w.columns.scan(&w.kinds, a.planes, plane)
	for z := a.planes - 1; z >= 0; z-- {
		words := w.kinds.plane(z)
		w.alongRows(words, z, a, who)
		w.alongColumns(words, a, who)
		finish(z*plane, w.square[:plane], a)
		if z > 0 {
			w.columns.back(&w.kinds, z)
		}
	}
}

func (w *Work) reserve(a axes) {
	longest := max(a.rows, a.cols)
	w.square = grow(w.square, a.rows*a.cols+overshoot)
	w.line = grow(w.line, longest)
	w.lineOut = grow(w.lineOut, longest+overshoot)
	w.lineKinds = grow(w.lineKinds, (longest+63)/64)
	w.height = grow(w.height, longest)
	w.sum = grow(w.sum, longest)
	w.parabolas = grow(w.parabolas, longest+1)
	w.halves(longest)
}

func (w *Work) alongRows(words []uint64, z int, a axes, who sides) {
	inverse := 1 / float64(a.perColumn*a.perColumn)
	for y := range a.rows {
		row := y * a.cols
		for from := 0; from < a.cols; {
			to := runEnd(words, row+from, row+a.cols) - row
			if who == inside && is(words, row+from) == 0 {
				clear(w.square[row+from : row+to])
			} else {
				w.columns.parabolas(w.height[from:to], w.sum[from:to], row+from, from, z, a.perPlane, inverse)
				w.envelope(w.square[row:], from, to, a.cols, a.perColumn)
			}
			from = to
		}
	}
}

func (w *Work) alongColumns(words []uint64, a axes, who sides) {
	if a.rows == 1 {
		return
	}
	inverse := 1 / float64(a.perRow*a.perRow)
	line := w.line[:a.rows]
	for x := range a.cols {
		clear(w.lineKinds)
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			line[y] = w.square[i]
			w.lineKinds[y/64] |= is(words, i) << (y % 64)
		}
		for from := 0; from < a.rows; {
			to := runEnd(w.lineKinds, from, a.rows)
			if who == inside && is(w.lineKinds, from) == 0 {
				clear(w.lineOut[from:to])
			} else {
				for y := from; y < to; y++ {
					w.height[y], w.sum[y] = line[y], sumAt(line[y], float64(y), inverse)
				}
				w.envelope(w.lineOut, from, to, a.rows, a.perRow)
			}
			from = to
		}
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			w.square[i] = w.lineOut[y]
		}
	}
}

// envelope writes to out[from:to], and the overshoot after it, the lower envelope of the parabolas of w.height[from:to]
// and w.sum[from:to], and of the two pixels before and after, at height 0 where the line of n pixels has them; +Inf if there
// is none. s is the spacing of the line.
func (w *Work) envelope(out []float64, from, to, n int, s float64) {
	first, last := from, to
	if first > 0 {
		first--
		w.height[first], w.sum[first] = 0, sumAt(0, float64(first), 0)
	}
	if last < n {
		w.height[last], w.sum[last] = 0, sumAt(0, float64(last), 0)
		last++
	}
	found := lower(w.parabolas, w.sum, first, last, w.half, float64(to-1))
	if found == 0 {
		for x := from; x < to; x++ {
			out[x] = math.Inf(1)
		}
		return
	}
	fill(out, w.height, within(w.parabolas[:found+1], from), from, s)
}
