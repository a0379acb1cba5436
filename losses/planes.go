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
	Order lovaszOrder
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
	z := p.Scores(n, c)
	if p.in.Prediction.Form == Probs {
		copy(dst, z)
		for i := range q {
			q[i] = 1 - z[i]
		}
		return
	}
	if !p.Sigmoid {
		p.softmax(n)
	}
	var pad, qpad, zpad, mpad, rpad [vec.Block]float32
	for at := 0; at < len(dst); at += vec.Block {
		size := min(vec.Block, len(dst)-at)
		if size == vec.Block {
			e := at + size
			to := qpad[:]
			if q != nil {
				to = q[at:e]
			}
			if p.Sigmoid {
				vec.Sigmoid(dst[at:e], to, z[at:e])
			} else {
				vec.SoftmaxClass(dst[at:e], to, z[at:e], p.m[at:e], p.r[at:e])
			}
			continue
		}
		n := padded(size)
		copy(zpad[:n], z[at:at+size])
		clear(zpad[size:n])
		if p.Sigmoid {
			vec.Sigmoid(pad[:n], qpad[:n], zpad[:n])
		} else {
			copy(mpad[:n], p.m[at:at+size])
			copy(rpad[:n], p.r[at:at+size])
			clear(mpad[size:n])
			clear(rpad[size:n])
			vec.SoftmaxClass(pad[:n], qpad[:n], zpad[:n], mpad[:n], rpad[:n])
		}
		copy(dst[at:at+size], pad[:size])
		if q != nil {
			copy(q[at:at+size], qpad[:size])
		}
	}
}

// softmax keeps the largest logit and the rest of the sum of image n.
func (p *Planes) softmax(n int) {
	if p.m != nil && p.at == n {
		return
	}
	px := p.Shape.Pixels()
	p.m, p.r, p.at = grow(p.m, px), grow(p.r, px), n
	for b := range blocksOf(px) {
		at, size := blockRange(b, px)
		p.read.softmax(n, at, size)
		copy(p.m[at:at+size], p.read.m)
		copy(p.r[at:at+size], p.read.rest)
	}
}

// Hits writes 1 where (n, pixel) is of class c, 0 where it is not and 255 where
// it counts nowhere. It tells how many are of the class and how many count.
// Soft targets are of the class from 1/2 on.
func (p *Planes) Hits(n, c int, dst []uint8) (hits, valid int) {
	t := &p.in.Target
	px := p.Shape.Pixels()
	if t.Kind == Soft {
		for i, x := range plane(t.Soft, n*p.Shape.C+c, px) {
			dst[i] = 0
			if x >= 0.5 {
				dst[i] = 1
				hits++
			}
		}
		return hits, px
	}
	start, want := n*px, int32(c)
	if p.Sigmoid {
		want = 1
		if t.Labels.Len() > p.Shape.N*px || p.Shape.C == 1 {
			start = (n*p.Shape.C + c) * px
		} else {
			want = int32(c)
		}
	}
	switch l := t.Labels; {
	case l.U8 != nil:
		return mark(dst, l.U8[start:start+px], want, t.Kind == Instances, p.in.Ignore)
	case l.U16 != nil:
		return mark(dst, l.U16[start:start+px], want, t.Kind == Instances, p.in.Ignore)
	default:
		return mark(dst, l.I32[start:start+px], want, t.Kind == Instances, p.in.Ignore)
	}
}

// mark writes 1 where a label is the wanted one, 255 where it is ignored.
func mark[T uint8 | uint16 | int32](dst []uint8, labels []T, want int32, instances bool, ignore []int32) (hits, valid int) {
	labels = labels[:len(dst)]
	w := T(want)
	for i, l := range labels {
		hit := uint8(0)
		if l == w {
			hit = 1
		}
		dst[i] = hit
		hits += int(hit)
	}
	if instances { // every id is of class 1
		hits = 0
		for i, l := range labels {
			hit := uint8(want)
			if l <= 0 {
				hit = 1 - hit
			}
			dst[i] = hit
			hits += int(hit)
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
