package grid

import "math"

// instances finds, for the pixels of a plane, the two nearest distinct instances along the first axis. Between two changes
// of label in a column, and but for where another instance becomes the nearer, they are the same instances at the same
// planes; so it looks at a pixel only where one of these happens, and takes memory for that: 20 bytes a run of a label in a
// column, and some planes.
type instances struct {
	ends  []runOfLabel
	above []int32 // place in ends of the nearest run that lies before the run of the pixel, or none
	start []int32 // plane where the run of the pixel starts
	below []belowRun
	next  []int32 // plane to choose again at

	nearPlane, farPlane []int32
	nearLabel, farLabel []int32
	nearStep, farStep   []float64 // what a plane costs: 1, or 0 if the pixel is of the instance, +Inf if there is none
}

// A runOfLabel is a run of pixels of one instance in a column, with the places in ends of the run before it and of the
// nearest before it of another instance.
type runOfLabel struct{ start, end, label, before, other int32 }

// An instanceAt is where an instance is nearest, along a column. Without one it is never planes away, and its label is 0.
type instanceAt struct{ plane, label int32 }

func (a instanceAt) step() float64 {
	if a.label == 0 {
		return math.Inf(1)
	}
	return 1
}

const never = 1 << 30 // farther than any plane, and no overflow when planes are added

// A belowRun is the two nearest distinct instances after the run of a pixel.
type belowRun struct{ first, second instanceAt }

// except is the nearest instance but for one.
func (b *belowRun) except(label int32) instanceAt {
	if b.first.label == label {
		return b.second
	}
	return b.first
}

// runAbove is the run at a place in ends.
func (n *instances) runAbove(place int32) instanceAt {
	if place == none {
		return instanceAt{plane: -never}
	}
	return instanceAt{plane: n.ends[place].end, label: n.ends[place].label}
}

// firstAbove is the nearest instance above pixel i, secondAbove the nearest but for that.
func (n *instances) firstAbove(i int) instanceAt { return n.runAbove(n.above[i]) }

func (n *instances) secondAbove(i int) instanceAt {
	if n.above[i] == none {
		return instanceAt{plane: -never}
	}
	return n.runAbove(n.ends[n.above[i]].other)
}

// exceptAbove is the nearest instance above pixel i but for one.
func (n *instances) exceptAbove(i int, label int32) instanceAt {
	if first := n.firstAbove(i); first.label != label {
		return first
	}
	return n.secondAbove(i)
}

// scan finds every run of the label map and stands behind the last plane.
func (n *instances) scan(labels []int32, planes, plane int) {
	n.above, n.start, n.below, n.next = grow(n.above, plane), grow(n.start, plane), grow(n.below, plane), grow(n.next, plane)
	n.nearPlane, n.farPlane = grow(n.nearPlane, plane), grow(n.farPlane, plane)
	n.nearLabel, n.farLabel = grow(n.nearLabel, plane), grow(n.farLabel, plane)
	n.nearStep, n.farStep = grow(n.nearStep, plane), grow(n.farStep, plane)
	nowhere := instanceAt{plane: never}
	for i := range plane {
		n.above[i], n.start[i], n.below[i], n.next[i] = none, 0, belowRun{nowhere, nowhere}, int32(planes-1)
	}
	n.ends = n.ends[:0]
	for z := 1; z < planes; z++ {
		last, here := labels[(z-1)*plane:z*plane], labels[z*plane:(z+1)*plane]
		i := 0
		for ; i+4 <= plane; i += 4 {
			a, b := (*[4]int32)(last[i:]), (*[4]int32)(here[i:])
			if (a[0]^b[0])|(a[1]^b[1])|(a[2]^b[2])|(a[3]^b[3]) != 0 {
				for k := range a {
					n.leave(a[k], b[k], i+k, z)
				}
			}
		}
		for ; i < plane; i++ {
			n.leave(last[i], here[i], i, z)
		}
	}
}

// leave ends the run of label last of column i before plane z, if it ends there.
func (n *instances) leave(last, here int32, i, z int) {
	if last == here || last <= 0 && here <= 0 {
		return
	}
	if last > 0 {
		run := runOfLabel{start: n.start[i], end: int32(z - 1), label: last, before: n.above[i], other: n.above[i]}
		if run.before != none && n.ends[run.before].label == last {
			run.other = n.ends[run.before].other
		}
		n.above[i] = int32(len(n.ends))
		n.ends = append(n.ends, run)
	}
	n.start[i] = int32(z)
}

// step comes to plane z, from the plane after it.
func (n *instances) step(labels []int32, z, plane int) {
	row := int32(z)
	i := 0
	for ; i+4 <= plane; i += 4 {
		next := (*[4]int32)(n.next[i:])
		if next[0] == row {
			n.choose(labels, i, z, plane)
		}
		if next[1] == row {
			n.choose(labels, i+1, z, plane)
		}
		if next[2] == row {
			n.choose(labels, i+2, z, plane)
		}
		if next[3] == row {
			n.choose(labels, i+3, z, plane)
		}
	}
	for ; i < plane; i++ {
		if n.next[i] == row {
			n.choose(labels, i, z, plane)
		}
	}
}

// choose finds the two nearest instances of pixel i in plane z, and the plane where to choose again.
func (n *instances) choose(labels []int32, i, z, plane int) {
	label := max(0, labels[z*plane+i])
	if at := (z+1)*plane + i; at < len(labels) {
		n.enter(label, max(0, labels[at]), i, z)
	}
	row, end := int32(z), n.start[i]-1
	b := &n.below[i]
	var far instanceAt
	if label > 0 {
		n.nearPlane[i], n.nearLabel[i], n.nearStep[i] = row, label, 0
		far, end = nearer(n.exceptAbove(i, label), b.except(label), row, end)
	} else {
		var near instanceAt
		first := n.firstAbove(i)
		near, end = nearer(first, b.first, row, end)
		if near == first {
			far, end = nearer(n.secondAbove(i), b.except(near.label), row, end)
		} else {
			far, end = nearer(n.exceptAbove(i, near.label), b.second, row, end)
		}
		n.nearPlane[i], n.nearLabel[i], n.nearStep[i] = near.plane, near.label, near.step()
	}
	n.farPlane[i], n.farLabel[i], n.farStep[i] = far.plane, far.label, far.step()
	n.next[i] = end
}

// enter comes to the run of column i that ends at plane z, from the run of label after, if it ends there.
func (n *instances) enter(label, after int32, i, z int) {
	if label == after {
		return
	}
	if after > 0 {
		b := &n.below[i]
		if b.first.label != after {
			b.second = b.first
		}
		b.first = instanceAt{plane: int32(z + 1), label: after}
	}
	n.start[i] = 0
	if label > 0 {
		run := n.ends[n.above[i]]
		n.start[i], n.above[i] = run.start, run.before
	} else if n.above[i] != none {
		n.start[i] = n.ends[n.above[i]].end + 1
	}
}

// nearer is the nearer of the instances above and below a plane, and the plane where the other is the nearer, or end if
// that comes first.
func nearer(above, below instanceAt, plane, end int32) (instanceAt, int32) {
	if plane-above.plane <= below.plane-plane {
		return above, end
	}
	return below, max(end, (above.plane+below.plane)>>1)
}

// costs writes the squared distances along the first axis to the two nearest instances, from pixel i of plane z on, +Inf
// where there is none.
func (n *instances) costs(near, far []float64, i, z int, spacing float64) {
	cost(near, n.nearPlane[i:], n.nearStep[i:], z, spacing)
	cost(far, n.farPlane[i:], n.farStep[i:], z, spacing)
}

// cost is the loop out[i] = ((z-planes[i]) step[i] spacing)².
func cost(out []float64, planes []int32, step []float64, z int, spacing float64) {
	planes, step = planes[:len(out)], step[:len(out)]
	for len(out) >= 4 {
		o, p, s := (*[4]float64)(out), (*[4]int32)(planes), (*[4]float64)(step)
		o[0] = squared(float64(z-int(p[0])), float64(s[0]*spacing))
		o[1] = squared(float64(z-int(p[1])), float64(s[1]*spacing))
		o[2] = squared(float64(z-int(p[2])), float64(s[2]*spacing))
		o[3] = squared(float64(z-int(p[3])), float64(s[3]*spacing))
		out, planes, step = out[4:], planes[4:], step[4:]
	}
	for i := range out {
		out[i] = squared(float64(z-int(planes[i])), float64(step[i]*spacing))
	}
}
