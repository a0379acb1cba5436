package grid

import "math"

// sides says which pixels of a mask ask for a distance.
type sides int

const (
	inside sides = iota // the nonzero ones; the others are at 0
	both                // all, each to the nearest of the other kind
)

// SquaredDistance writes to dst the squared distance from each pixel to the nearest pixel where mask is zero, 0 on those
// pixels, +Inf if there is none. It takes memory for a plane in 3-D, for a row in 2-D.
func (w *Work) SquaredDistance(dst []float64, mask []uint8, d Dims, s Spacing) {
	transform(w, dst, mask, d, s, inside, func(dst, squared []float64, _ []uint8, unit float64) {
		scale := float64(unit * unit)
		for i := range dst {
			dst[i] = float64(squared[i] * scale)
		}
	})
}

// EDT writes to dst the distance from each nonzero pixel of the mask to the nearest zero pixel, 0 on zero pixels, +Inf if
// the mask has no zero pixel. It takes memory for a plane in 3-D, for a row in 2-D.
func (w *Work) EDT(dst []float32, mask []uint8, d Dims, s Spacing) {
	transform(w, dst, mask, d, s, inside, func(dst []float32, squared []float64, _ []uint8, unit float64) {
		for i := range dst {
			dst[i] = float32(float64(unit * math.Sqrt(squared[i])))
		}
	})
}

// TwoSided writes to dst the distance from each pixel to the nearest pixel of the other kind, zero or nonzero: the sum of
// the EDT of the mask and of its complement. It is 0 everywhere if the mask is empty or full. Memory as for EDT.
func (w *Work) TwoSided(dst []float32, mask []uint8, d Dims, s Spacing) {
	transform(w, dst, mask, d, s, both, func(dst []float32, squared []float64, _ []uint8, unit float64) {
		for i := range dst {
			if squared[i] > math.MaxFloat64 {
				dst[i] = 0
				continue
			}
			dst[i] = float32(float64(unit * math.Sqrt(squared[i])))
		}
	})
}

// Signed writes to dst the signed distance to the object where mask is nonzero: outside it the distance to the nearest
// pixel of the object, inside it insideOffset less the distance to the nearest pixel outside. With an offset of 1 the
// border pixels of the object are at 0, in pixels. It is 0 everywhere if the mask is empty or full. Memory as for EDT.
//
// Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019.
func (w *Work) Signed(dst []float32, mask []uint8, d Dims, s Spacing, insideOffset float64) {
	transform(w, dst, mask, d, s, both, func(dst []float32, squared []float64, mask []uint8, unit float64) {
		for i := range dst {
			if squared[i] > math.MaxFloat64 {
				dst[i] = 0
				continue
			}
			distance := float64(unit * math.Sqrt(squared[i]))
			if mask[i] != 0 {
				distance = insideOffset - distance
			}
			dst[i] = float32(distance)
		}
	})
}

// transform runs the separable passes and hands each plane of squared distances to finish, in units of unit².
//
// Along the first axis the distance to the nearest pixel of the other kind is counted, from before into dst, from behind
// while the planes are finished, last to first. In a plane those squares are the heights of parabolas, and their lower
// envelope along the rows, then along the columns, is the squared distance. A run of pixels of one kind ends at a pixel of
// the other kind, at height 0, below which nothing farther reaches: so each run is an envelope of its own, and the
// distances of both kinds cost no more than those of one.
func transform[T float32 | float64](w *Work, dst []T, mask []uint8, d Dims, s Spacing, who sides,
	finish func(dst []T, squared []float64, mask []uint8, unit float64)) {
	if len(dst) != d.Pixels() || len(mask) != d.Pixels() {
		panic(badLength)
	}
	if len(dst) == 0 {
		return
	}
	a := d.axes(s)
	plane := a.rows * a.cols
	w.reserve(a)
	countForward(dst, mask, plane, who)
	for z := a.planes - 1; z >= 0; z-- {
		here := mask[z*plane : (z+1)*plane]
		var next []uint8
		if z+1 < a.planes {
			next = mask[(z+1)*plane : (z+2)*plane]
		}
		countBackward(w.behind, here, next, who)
		before := dst[z*plane : (z+1)*plane]
		for i, count := range w.behind {
			if c := float64(before[i]); c < count {
				count = c
			}
			count = float64(count * a.perPlane)
			w.square[i] = float64(count * count)
		}
		w.alongRows(here, a, who)
		w.alongColumns(here, a, who)
		finish(before, w.square, here, a.unit)
	}
}

func (w *Work) reserve(a axes) {
	w.behind = grow(w.behind, a.rows*a.cols)
	w.square = grow(w.square, a.rows*a.cols)
	longest := max(a.rows, a.cols)
	w.line = grow(w.line, longest)
	w.lineOut = grow(w.lineOut, longest)
	w.lineKind = grow(w.lineKind, longest)
	w.parabolas = grow(w.parabolas, longest)
	w.halves(longest)
}

// countForward writes to dst the number of steps back along the first axis to the nearest pixel of the other kind.
func countForward[T float32 | float64](dst []T, mask []uint8, plane int, who sides) {
	for i := range plane {
		dst[i] = T(math.Inf(1))
		if who == inside && mask[i] == 0 {
			dst[i] = 0
		}
	}
	for from := plane; from < len(dst); from += plane {
		here, last := mask[from:from+plane], mask[from-plane:from]
		count, previous := dst[from:from+plane], dst[from-plane:from]
		for i, m := range here {
			c := previous[i] + 1
			if (m != 0) != (last[i] != 0) {
				c = 1
			}
			if who == inside && m == 0 {
				c = 0
			}
			count[i] = c
		}
	}
}

// countBackward moves count, steps ahead along the first axis to the nearest pixel of the other kind, from the plane next
// to the plane here. next is nil at the last plane.
func countBackward(count []float64, here, next []uint8, who sides) {
	for i, m := range here {
		c := math.Inf(1)
		if next != nil {
			c = count[i] + 1
			if (m != 0) != (next[i] != 0) {
				c = 1
			}
		}
		if who == inside && m == 0 {
			c = 0
		}
		count[i] = c
	}
}

func (w *Work) alongRows(mask []uint8, a axes, who sides) {
	if a.cols == 1 && who == inside {
		return
	}
	for from := 0; from < len(mask); from += a.cols {
		row := w.square[from : from+a.cols]
		w.envelopes(w.lineOut[:a.cols], row, mask[from:from+a.cols], a.perColumn, who)
		copy(row, w.lineOut)
	}
}

func (w *Work) alongColumns(mask []uint8, a axes, who sides) {
	if a.rows == 1 {
		return
	}
	for x := range a.cols {
		line, kind := w.line[:a.rows], w.lineKind[:a.rows]
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			line[y], kind[y] = w.square[i], mask[i]
		}
		w.envelopes(w.lineOut[:a.rows], line, kind, a.perRow, who)
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			w.square[i] = w.lineOut[y]
		}
	}
}

// envelopes writes to out the lower envelopes of the parabolas of height f, run by run of equal kind. It changes f.
func (w *Work) envelopes(out, f []float64, kind []uint8, s float64, who sides) {
	inverse := 1 / float64(s*s)
	for from := 0; from < len(kind); {
		to := runEnd(kind, from)
		if who == inside && kind[from] == 0 {
			clear(out[from:to])
			from = to
			continue
		}
		// The neighbours of the run are of the other kind, at height 0. What f held before the run is no longer needed.
		first, last := from, to
		if first > 0 {
			first--
			f[first] = 0
		}
		after := 0.0
		if last < len(f) {
			after, f[last] = f[last], 0
			last++
		}
		n := lower(w.parabolas, f, first, last, w.half, inverse)
		fill(out, w.parabolas[:n], from, to, s)
		if last > to {
			f[to] = after
		}
		from = to
	}
}

// runEnd is the end of the run of pixels of one kind, zero or nonzero, that begins at from.
func runEnd(kind []uint8, from int) int {
	object := kind[from] != 0
	for from++; from < len(kind) && (kind[from] != 0) == object; from++ {
	}
	return from
}
