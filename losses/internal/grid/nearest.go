package grid

import "math"

// TwoNearest writes to d1 and d2 the distances from each pixel to the nearest and to the second nearest distinct instance
// of a label map, +Inf where there is none. Labels above 0 are instances; a pixel of an instance is at 0 from it. The time
// does not depend on the number of instances. It takes 20 bytes for each pixel of a border of an instance, and some planes
// in 3-D, rows in 2-D.
func (w *Work) TwoNearest(d1, d2 []float32, labels []int32, d Dims, s Spacing) {
	d.check(len(d1), len(d2))
	w.twoNearest(labels, d, s, func(at int, found costs, a axes) {
		to := at + len(found.near)
		roots(d1[at:to], found.near, a)
		roots(d2[at:to], found.far, a)
	})
}

// costs are what the two nearest distinct instances cost each of some pixels, +Inf for none.
type costs struct {
	near, far           []float64
	nearLabel, farLabel []int32
}

func (c *costs) grow(n int) {
	c.near, c.far = grow(c.near, n), grow(c.far, n)
	c.nearLabel, c.farLabel = grow(c.nearLabel, n), grow(c.farLabel, n)
}

func (c *costs) slice(from, to int) costs {
	return costs{c.near[from:to], c.far[from:to], c.nearLabel[from:to], c.farLabel[from:to]}
}

type nearestWork struct {
	instances instances
	plane     costs
	line, out costs
	height    []float64 // of the parabolas without an instance
	sum       []float64
	rest      []parabola
}

// twoNearest runs the passes of transform with two costs a pixel instead of one, and hands each plane of squared distances
// to finish with the place of its first pixel, in units of unit².
//
// Two distinct instances a pixel are enough for every pass: where a third of them would serve a pixel farther along a
// line, the two nearer ones serve it no worse.
func (w *Work) twoNearest(labels []int32, d Dims, s Spacing, finish func(at int, found costs, a axes)) {
	d.check(len(labels))
	if len(labels) == 0 {
		return
	}
	a := d.axes(s)
	plane := a.rows * a.cols
	n := w.reserveNearest(a)
	n.instances.scan(labels, a.planes, plane)
	for z := a.planes - 1; z >= 0; z-- {
		n.instances.step(labels, z, plane)
		w.nearestAlongRows(z, a)
		w.nearestAlongColumns(a)
		finish(z*plane, n.plane.slice(0, plane), a)
	}
}

func (w *Work) reserveNearest(a axes) *nearestWork {
	n := &w.nearest
	longest := max(a.rows, a.cols)
	n.plane.grow(a.rows*a.cols + overshoot)
	n.line.grow(longest)
	n.out.grow(longest + overshoot)
	n.height = grow(n.height, longest)
	n.sum = grow(n.sum, longest)
	n.rest = grow(n.rest, longest+1)
	w.parabolas = grow(w.parabolas, longest+1)
	w.halves(longest)
	return n
}

func (w *Work) nearestAlongRows(z int, a axes) {
	n := &w.nearest
	for y := range a.rows {
		from, to := y*a.cols, (y+1)*a.cols
		line := n.line.slice(0, a.cols)
		n.instances.costs(line.near, line.far, from, z, a.perPlane)
		line.nearLabel, line.farLabel = n.instances.nearLabel[from:to], n.instances.farLabel[from:to]
		w.nearestEnvelopes(n.plane.slice(from, to+overshoot), line, a.perColumn, a.rows > 1)
	}
}

func (w *Work) nearestAlongColumns(a axes) {
	if a.rows == 1 {
		return
	}
	n := &w.nearest
	line := n.line.slice(0, a.rows)
	for x := range a.cols {
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			line.near[y], line.far[y] = n.plane.near[i], n.plane.far[i]
			line.nearLabel[y], line.farLabel[y] = n.plane.nearLabel[i], n.plane.farLabel[i]
		}
		w.nearestEnvelopes(n.out, line, a.perRow, false)
		for y, i := 0, x; y < a.rows; y, i = y+1, i+a.cols {
			n.plane.near[i], n.plane.far[i] = n.out.near[y], n.out.far[y]
		}
	}
}

// nearestEnvelopes writes to out, and the overshoot after it, the two lowest parabolas of distinct instances at each pixel
// of a line, and if asked their labels. A height of +Inf is no parabola. s is the spacing of the line.
//
// The lowest is on the envelope of all. Along a stretch of it that belongs to one instance, the second is on the envelope
// of the others; and of these only those from the last parabola before the stretch to the first after it can be, for that
// parabola, lower than all where the stretch begins, stays below whatever lies behind it. So each pixel is looked at for
// two stretches at most.
func (w *Work) nearestEnvelopes(out, line costs, s float64, label bool) {
	n := &w.nearest
	length := len(line.near)
	inverse := 1 / float64(s*s)
	sumsOf(n.sum, line.near, 0, inverse)
	found := lower(w.parabolas, n.sum, 0, length, w.half, float64(length-1))
	if found == 0 {
		nothing(out.near[:length], out.nearLabel[:length])
		nothing(out.far[:length], out.farLabel[:length])
		return
	}
	env := within(w.parabolas[:found+1], 0)
	from := 0
	for i := 0; i+1 < len(env); {
		of := line.nearLabel[env[i].at]
		first, last := 0, length
		if i > 0 {
			first = env[i-1].at
		}
		stretch := i
		for i++; i+1 < len(env) && line.nearLabel[env[i].at] == of; i++ {
		}
		if i+1 < len(env) {
			last = env[i].at + 1
		}
		to := int(env[i].start) + 1
		if from == to {
			continue
		}
		fill(out.near, line.near, env[stretch:i+1], from, s)
		without(n.height[first:last], line.slice(first, last), of)
		sumsOf(n.sum[first:last], n.height[first:last], first, inverse)
		found := lower(n.rest, n.sum, first, last, w.half, float64(to-1))
		rest := within(n.rest[:found+1], from)
		if found == 0 {
			nothing(out.far[from:to], out.farLabel[from:to])
		} else {
			fill(out.far, n.height, rest, from, s)
		}
		if label {
			for x := from; x < to; x++ {
				out.nearLabel[x] = of
			}
			if found > 0 {
				fillLabels(out.farLabel, line, rest, from, of)
			}
		}
		from = to
	}
}

// nothing is the loop cost[i] = +Inf, label[i] = 0.
func nothing(cost []float64, label []int32) {
	for i := range cost {
		cost[i], label[i] = math.Inf(1), 0
	}
}

// without writes what the nearest instance costs each pixel of a line once one of them is left out. It has no branch, for
// the lines of near and far pixels come in no order.
func without(out []float64, line costs, label int32) {
	near, far, labels := line.near[:len(out)], line.far[:len(out)], line.nearLabel[:len(out)]
	for len(out) >= 2 {
		o, a, b, l := (*[2]float64)(out), (*[2]float64)(near), (*[2]float64)(far), (*[2]int32)(labels)
		o[0], o[1] = other(a[0], b[0], l[0]^label), other(a[1], b[1], l[1]^label)
		out, near, far, labels = out[2:], near[2:], far[2:], labels[2:]
	}
	for i := range out {
		out[i] = other(near[i], far[i], labels[i]^label)
	}
}

// other is near where differ is not 0, far where it is.
func other(near, far float64, differ int32) float64 {
	keep := uint64(int64(differ|-differ) >> 63)
	n, f := math.Float64bits(near), math.Float64bits(far)
	return math.Float64frombits(f ^ (n^f)&keep)
}

// fillLabels writes to out whose the parabolas of env are, from pixel from to the last start of env. It is the instance
// that is left at the pixel of the parabola without one.
func fillLabels(out []int32, line costs, env []parabola, from int, without int32) {
	for i := 0; i+1 < len(env); i++ {
		label := line.nearLabel[env[i].at]
		if label == without {
			label = line.farLabel[env[i].at]
		}
		to := int(env[i+1].start) + 1
		for ; from < to; from++ {
			out[from] = label
		}
	}
}
