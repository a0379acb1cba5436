package losses

import (
	"github.com/maskloss/maskloss/losses/internal/grid"
	"github.com/maskloss/maskloss/losses/internal/vec"
)

// Planes is what a Plane loss works on: a batch whose probabilities and target
// are read plane by plane, and the places where its results go.
type Planes struct {
	Shape   Shape
	Options Options
	Sigmoid bool // independent channels: the target of a plane is 0 or 1
	Scratch *Scratch

	// Of the whole batch, of which these may be some images: how many there are, and
	// the pixels that count in the first channel of all of them.
	Images, Valid int

	in   *Input
	read *reader
	m, r []float32 // softmax of image at: largest logit and the rest of the sum
	at   int

	gradient []float32 // d value / d p where chained, else d value / d score; nil where not wanted
	heatmap  []float32 // added to
}

// Scratch is memory that one evaluation leaves to the next. The zero value is
// ready; it serves one goroutine.
type Scratch struct {
	readers []*reader

	Grid  grid.Work
	Mask  []uint8
	A, B  []float32
	B64   []float64
	Order sorter

	pairs pairTable
	lanes [][4]float32 // zero, of each class
}

// PlaneResult is what a Plane loss answers.
type PlaneResult struct {
	Value    float64
	PerClass []float64
}

// grow gives a slice of length n, reusing what is there; its content is old.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// spacing is that of the options, 1 where none is given.
func spacing(list []float64) (grid.Spacing, error) {
	s := grid.Spacing{1, 1, 1}
	switch len(list) {
	case 0:
	case 1:
		s = grid.Spacing{list[0], list[0], list[0]}
	case 2, 3:
		copy(s[3-len(list):], list)
	default:
		return s, fail(CodeOption, "spacing", "has %d numbers, must have one per axis: (D,)H,W", len(list))
	}
	return s, nil
}

func (p *Planes) dims() grid.Dims { return grid.Dims{D: p.Shape.D, H: p.Shape.H, W: p.Shape.W} }

// Wants tells whether a gradient is asked for.
func (p *Planes) Wants() bool { return p.gradient != nil }

// Gradient is the plane of (n,c) to fill with d value / d p, or with d value /
// d logit by a loss on logits; nil where not wanted. It starts as zeros.
func (p *Planes) Gradient(n, c int) []float32 {
	return plane(p.gradient, n*p.Shape.C+c, p.Shape.Pixels())
}

// Heatmap is the plane of image n to add to; nil where not wanted.
func (p *Planes) Heatmap(n int) []float32 { return plane(p.heatmap, n, p.Shape.Pixels()) }

func plane[T any](data []T, i, px int) []T {
	if data == nil {
		return nil
	}
	return data[i*px : (i+1)*px]
}

// Scores is the plane of (n,c) as given.
func (p *Planes) Scores(n, c int) []float32 {
	return plane(p.in.Prediction.Data, n*p.Shape.C+c, p.Shape.Pixels())
}

// Probs writes the probabilities of (n,c), and their complements where q is not
// nil.
func (p *Planes) Probs(n, c int, dst, q []float32) {
	var pad, qpad [vec.Block]float32
	for b := range blocksOf(len(dst)) {
		at, size := blockRange(b, len(dst))
		to, toQ := dst[at:at+size], qpad[:padded(size)]
		if size == vec.Block {
			if q != nil {
				toQ = q[at : at+size]
			}
			p.probs(n, c, at, size, to, toQ)
			continue
		}
		p.probs(n, c, at, size, pad[:padded(size)], toQ)
		copy(to, pad[:])
		if q != nil {
			copy(q[at:at+size], toQ)
		}
	}
}

// probs writes the probabilities and complements of a block of (n,c); dst and q
// have its padded size.
func (p *Planes) probs(n, c, at, size int, dst, q []float32) {
	z := p.Scores(n, c)[at : at+size]
	if p.in.Prediction.Form == Probs {
		clear(dst[copy(dst, z):])
		vec.Line(q, dst, -1, 1)
		return
	}
	var zpad [vec.Block]float32
	if size < len(dst) {
		copy(zpad[:], z)
		z = zpad[:len(dst)]
	}
	if p.Sigmoid {
		vec.Sigmoid(dst, q, z)
		return
	}
	p.softmax(n)
	e := at + len(dst)
	vec.SoftmaxClass(dst, q, z, p.m[at:e], p.r[at:e])
}

// softmax keeps the largest logit and the rest of the sum of image n.
func (p *Planes) softmax(n int) {
	if p.m != nil && p.at == n {
		return
	}
	px := p.Shape.Pixels()
	p.m, p.r, p.at = grow(p.m, padded(px)), grow(p.r, padded(px)), n
	for b := range blocksOf(px) {
		at, size := blockRange(b, px)
		p.read.softmax(n, at, size)
		copy(p.m[at:], p.read.m)
		copy(p.r[at:], p.read.rest)
	}
}

// Hits writes 1 where (n, pixel) is of class c, 0 where it is not and 255 where
// it counts nowhere. It tells how many are of the class and how many count.
// Soft targets are of the class from 1/2 on.
func (p *Planes) Hits(n, c int, dst []uint8) (hits, valid int) { return p.hits(n, c, 0, dst) }

// hits is Hits of the pixels of dst, which begin at a place in the plane.
func (p *Planes) hits(n, c, at int, dst []uint8) (hits, valid int) {
	t := &p.in.Target
	if t.Kind == Soft {
		for i, x := range plane(t.Soft, n*p.Shape.C+c, p.Shape.Pixels())[at : at+len(dst)] {
			dst[i] = 0
			if x >= 0.5 {
				dst[i] = 1
				hits++
			}
		}
		return hits, len(dst)
	}
	start, want, _ := p.labels(n, c)
	l := t.Labels.slice(start+at, start+at+len(dst))
	switch instances := t.Kind == Instances; {
	case !instances && len(p.in.Ignore) == 0:
		return l.hits(dst, want), len(dst)
	case l.U8 != nil:
		return mark(dst, l.U8, want, instances, p.in.Ignore)
	case l.U16 != nil:
		return mark(dst, l.U16, want, instances, p.in.Ignore)
	default:
		return mark(dst, l.I32, want, instances, p.in.Ignore)
	}
}

// labels tells where the labels of (n,c) begin, which of them is of the class,
// and whether they are 0 and 1, of this channel alone.
func (p *Planes) labels(n, c int) (start int, want int32, own bool) {
	px := p.Shape.Pixels()
	if p.Sigmoid && (p.in.Target.Labels.Len() > p.Shape.N*px || p.Shape.C == 1) {
		return (n*p.Shape.C + c) * px, 1, true
	}
	return n * px, int32(c), false
}

// block is Hits of a block, padded with pixels that do not count: the labels
// themselves where they are such a mask, else in memory.
func (p *Planes) block(b planeBlock, memory *[vec.Block]uint8) (mask []uint8, hits, valid int) {
	t := &p.in.Target
	if start, _, own := p.labels(b.n, b.c); own && t.Kind == Hard && t.Labels.U8 != nil && len(p.in.Ignore) == 0 && b.size%vec.Step == 0 {
		mask = t.Labels.U8[start+b.at : start+b.at+b.size]
		hits, _ = vec.Ones8(mask)
		return mask, hits, b.size
	}
	mask = memory[:padded(b.size)]
	for i := b.size; i < len(mask); i++ {
		mask[i] = 255
	}
	hits, valid = p.hits(b.n, b.c, b.at, mask[:b.size])
	return mask, hits, valid
}

// mark writes 1 where a label is the wanted one, 255 where it is ignored.
func mark[T uint8 | uint16 | int32](dst []uint8, labels []T, want int32, instances bool, ignore []int32) (hits, valid int) {
	labels = labels[:len(dst)]
	for i, l := range labels {
		hit := int32(l) == want
		if instances { // every id is of class 1
			hit = (l > 0) == (want == 1)
		}
		dst[i] = 0
		if hit {
			dst[i] = 1
			hits++
		}
	}
	valid = len(dst)
	for _, g := range ignore {
		for i, l := range labels {
			if int32(l) == g && dst[i] != 255 {
				hits -= int(dst[i])
				valid--
				dst[i] = 255
			}
		}
	}
	return hits, valid
}
