package grid

import "math"

// TwoNearest writes to d1 and d2 the distances from each pixel to the nearest and to the second nearest distinct instance
// of a label map, +Inf where there is none. Labels above 0 are instances; a pixel of an instance is at 0 from it. The time
// does not depend on the number of instances. It takes memory for a plane in 3-D, for a row in 2-D.
func (w *Work) TwoNearest(d1, d2 []float32, labels []int32, d Dims, s Spacing) {
	w.twoNearest(d1, d2, labels, d, s, func(at int, found []pair, unit float64) {
		for i, p := range found {
			d1[at+i] = float32(float64(unit * math.Sqrt(p.near)))
			d2[at+i] = float32(float64(unit * math.Sqrt(p.far)))
		}
	})
}

// A pair is the cost to a pixel of the two nearest distinct instances, counts or squared distances, +Inf and 0 for none.
type pair struct {
	near, far           float64
	nearLabel, farLabel int32
}

var nobody = pair{near: math.Inf(1), far: math.Inf(1)}

// other is what the pair offers once an instance is left out.
func (p pair) other(label int32) (cost float64, of int32) {
	if p.nearLabel == label {
		return p.far, p.farLabel
	}
	return p.near, p.nearLabel
}

type nearestWork struct {
	behind, square []pair
	line, out      []pair
	height, sum    []float64
	rest           []parabola
}

// twoNearest runs the passes of transform with two costs a pixel instead of one, and hands each plane of squared distances
// to finish with the place of its first pixel, in units of unit². near and far hold the counts of the planes that are not
// finished.
//
// Two distinct instances a pixel are enough for every pass: where a third of them would serve a pixel farther along a
// line, the two nearer ones serve it no worse.
func (w *Work) twoNearest(near, far []float32, labels []int32, d Dims, s Spacing,
	finish func(at int, found []pair, unit float64)) {
	if len(near) != d.Pixels() || len(far) != d.Pixels() || len(labels) != d.Pixels() {
		panic(badLength)
	}
	if len(labels) == 0 {
		return
	}
	a := d.axes(s)
	plane := a.rows * a.cols
	n := w.reserveNearest(a)
	nearestForward(near, far, labels, plane)
	for i := range n.behind {
		n.behind[i] = nobody
	}
	for z := a.planes - 1; z >= 0; z-- {
		at := z * plane
		nearestBackward(n.behind, labels[at:at+plane])
		for i, b := range n.behind {
			p := nearer(ahead(near, far, labels, plane, at+i), b)
			p.near, p.far = squared(p.near, a.perPlane), squared(p.far, a.perPlane)
			n.square[i] = p
		}
		w.nearestAlongRows(a)
		w.nearestAlongColumns(a)
		finish(at, n.square, a.unit)
	}
}

func (w *Work) reserveNearest(a axes) *nearestWork {
	n := &w.nearest
	n.behind = grow(n.behind, a.rows*a.cols)
	n.square = grow(n.square, a.rows*a.cols)
	longest := max(a.rows, a.cols)
	n.line = grow(n.line, longest)
	n.out = grow(n.out, longest)
	n.height = grow(n.height, longest)
	n.sum = grow(n.sum, longest)
	n.rest = grow(n.rest, longest+1)
	w.parabolas = grow(w.parabolas, longest+1)
	w.halves(longest)
	return n
}

// nearestForward writes to near and far the number of steps back along the first axis to the two nearest distinct
// instances. The labels are where the counts point.
func nearestForward(near, far []float32, labels []int32, plane int) {
	none := float32(math.Inf(1))
	for i, label := range labels {
		c1, c2 := none, none
		if last := i - plane; last >= 0 {
			c1, c2 = near[last]+1, far[last]+1
		}
		if label > 0 {
			if c1 < none && labels[i-int(c1)*plane] != label {
				c2 = c1
			}
			c1 = 0
		}
		near[i], far[i] = c1, c2
	}
}

// ahead is the pair that nearestForward found for pixel i.
func ahead(near, far []float32, labels []int32, plane, i int) pair {
	p := nobody
	if c := near[i]; float64(c) <= math.MaxFloat64 {
		p.near, p.nearLabel = float64(c), labels[i-int(c)*plane]
	}
	if c := far[i]; float64(c) <= math.MaxFloat64 {
		p.far, p.farLabel = float64(c), labels[i-int(c)*plane]
	}
	return p
}

// nearestBackward moves the pairs found ahead along the first axis one plane on, to the plane of labels.
func nearestBackward(found []pair, labels []int32) {
	for i, label := range labels {
		p := &found[i]
		p.near++
		p.far++
		if label <= 0 {
			continue
		}
		if p.nearLabel != label {
			p.far, p.farLabel = p.near, p.nearLabel
		}
		p.near, p.nearLabel = 0, label
	}
}

// nearer is the two nearest distinct instances of two pairs.
func nearer(p, q pair) pair {
	if q.near < p.near {
		p, q = q, p
	}
	if cost, label := q.other(p.nearLabel); cost < p.far {
		p.far, p.farLabel = cost, label
	}
	return p
}

func (w *Work) nearestAlongRows(a axes) {
	n := &w.nearest
	for from := 0; from < len(n.square); from += a.cols {
		row := n.square[from : from+a.cols]
		w.nearestEnvelopes(n.out[:a.cols], row, a.perColumn)
		copy(row, n.out)
	}
}

func (w *Work) nearestAlongColumns(a axes) {
	if a.rows == 1 {
		return
	}
	n := &w.nearest
	for x := range a.cols {
		line := n.line[:a.rows]
		for y := range line {
			line[y] = n.square[y*a.cols+x]
		}
		w.nearestEnvelopes(n.out[:a.rows], line, a.perRow)
		for y := range line {
			n.square[y*a.cols+x] = n.out[y]
		}
	}
}

// nearestEnvelopes writes to out the two lowest parabolas of distinct instances at each pixel of a line.
//
// The lowest is on the envelope of all. Along a stretch of it that belongs to one instance, the second is on the envelope
// of the others; and of these only those from the last parabola before the stretch to the first after it can be, for that
// parabola, lower than all where the stretch begins, stays below whatever lies behind it. So each pixel is looked at for
// two stretches at most.
func (w *Work) nearestEnvelopes(out, line []pair, s float64) {
	n := &w.nearest
	inverse := 1 / float64(s*s)
	height, sum := n.height[:len(line)], n.sum[:len(line)]
	for i := range line {
		height[i] = line[i].near
		sum[i] = sumAt(height[i], float64(i), inverse)
	}
	env := w.parabolas[:lower(w.parabolas, sum, 0, len(line), w.half, float64(len(line)-1), math.MaxFloat64)]
	if len(env) == 0 {
		for i := range out {
			out[i] = nobody
		}
		return
	}
	from := 0
	for i := 0; i < len(env); {
		label := line[env[i].at].nearLabel
		first, last := 0, len(line)
		if i > 0 {
			first = env[i-1].at
		}
		stretch := i
		for i < len(env) && line[env[i].at].nearLabel == label {
			i++
		}
		to := len(line)
		if i < len(env) {
			last = env[i].at + 1
			to = clampPixel(env[i].start, from, to)
		}
		if from == to {
			continue
		}
		fillNear(out, height, env[stretch:i], from, to, s, label)
		for x := first; x < last; x++ {
			h, _ := line[x].other(label)
			height[x], sum[x] = h, sumAt(h, float64(x), inverse)
		}
		rest := n.rest[:lower(n.rest, sum, first, last, w.half, float64(to-1), math.MaxFloat64)]
		fillFar(out, line, height, rest, from, to, s, label)
		from = to
	}
}

// clampPixel is the first pixel after start, within [from, to].
func clampPixel(start float64, from, to int) int {
	if start >= float64(to-1) {
		return to
	}
	return max(from, int(math.Floor(start))+1)
}

func fillNear(out []pair, height []float64, env []parabola, from, to int, s float64, label int32) {
	for i := range env {
		end := to
		if i+1 < len(env) {
			end = clampPixel(env[i+1].start, from, to)
		}
		for x := from; x < end; x++ {
			out[x].near, out[x].nearLabel = height[env[i].at]+squared(float64(x-env[i].at), s), label
		}
		from = end
	}
}

func fillFar(out, line []pair, height []float64, env []parabola, from, to int, s float64, without int32) {
	if len(env) == 0 {
		for x := from; x < to; x++ {
			out[x].far, out[x].farLabel = math.Inf(1), 0
		}
	}
	for i := range env {
		end := to
		if i+1 < len(env) {
			end = clampPixel(env[i+1].start, from, to)
		}
		_, label := line[env[i].at].other(without)
		for x := from; x < end; x++ {
			out[x].far, out[x].farLabel = height[env[i].at]+squared(float64(x-env[i].at), s), label
		}
		from = end
	}
}
