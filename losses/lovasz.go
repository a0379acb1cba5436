package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// LovaszHinge is the Lovász extension of the Jaccard loss on hinge errors
// 1 - x s, s = ±1 the target: per image, or of the batch as one.
//
// Berman et al., The Lovász-Softmax loss, CVPR 2018, algorithm 1. Equal errors
// are taken by index, which settles the subgradient. Without a positive pixel it
// is the largest error alone.
type LovaszHinge struct{}

func (LovaszHinge) OnLogits() bool { return true }

func (LovaszHinge) Plane(p *Planes) (PlaneResult, error) {
	if err := p.finite(); err != nil {
		return PlaneResult{}, err
	}
	return p.lovasz(func(n, c int, errors []float32, mask []uint8) {
		for i, x := range p.Scores(n, c) {
			if mask[i] == 1 {
				x = -x
			}
			errors[i] = max(1+x, 0)
		}
	}, false)
}

// LovaszSoftmax is the Lovász extension of the Jaccard loss on the errors |t-p|
// of each class, averaged over the classes that are present; with one channel,
// of the foreground.
//
// Berman et al., The Lovász-Softmax loss, CVPR 2018.
type LovaszSoftmax struct{}

func (LovaszSoftmax) Plane(p *Planes) (PlaneResult, error) {
	px := p.Shape.Pixels()
	if err := p.finite(); err != nil {
		return PlaneResult{}, err
	}
	q := grow(p.Scratch.B, px)
	p.Scratch.B = q
	return p.lovasz(func(n, c int, errors []float32, mask []uint8) {
		p.Probs(n, c, errors, q)
		for i, m := range mask {
			if m == 1 {
				errors[i] = q[i]
			}
		}
	}, p.Options.Classes.List == nil && p.Options.Classes.Word != "all")
}

// lovasz sorts the errors of each class of each unit. An error grows with the
// score where the pixel is not of the class and falls where it is.
func (p *Planes) lovasz(fill func(n, c int, errors []float32, mask []uint8), present bool) (PlaneResult, error) {
	s := p.Shape
	px := s.Pixels()
	on := p.Options.counts(s.C, nil)
	units := [][]int{}
	if p.Options.Scope == "image" {
		for n := range s.N {
			units = append(units, []int{n})
		}
	} else {
		all := make([]int, s.N)
		for n := range all {
			all[n] = n
		}
		units = append(units, all)
	}
	per, seen := make([]float64, s.C), make([]float64, s.C)
	value := 0.0
	errors := grow(p.Scratch.A, px)
	p.Scratch.A = errors
	mask := grow(p.Scratch.Mask, px)
	p.Scratch.Mask = mask
	var order lovaszOrder
	order.keys, order.more = p.Scratch.Keys, p.Scratch.More
	defer func() { p.Scratch.Keys, p.Scratch.More = order.keys[:0], order.more[:0] }()
	for _, unit := range units {
		// Which classes count is known only after their masks were read.
		var classes []int
		for c := range s.C {
			if !on[c] {
				continue
			}
			if present {
				hits := 0
				for _, n := range unit {
					h, _ := p.Hits(n, c, mask)
					hits += h
				}
				if hits == 0 {
					continue
				}
			}
			classes = append(classes, c)
		}
		for _, c := range classes {
			order.keys = order.keys[:0]
			positives, valid := 0, 0
			for _, n := range unit {
				h, v := p.Hits(n, c, mask)
				positives, valid = positives+h, valid+v
				fill(n, c, errors, mask)
				order.add(n*px, errors, mask)
			}
			scale := 1 / float64(len(classes)) / float64(len(units))
			loss := order.walk(positives, func(i int, hit bool, e float32, grad float64) {
				g := float32(grad * scale)
				if p.heatmap != nil {
					p.heatmap[i] += float32(e * g)
				}
				if p.gradient != nil {
					if hit {
						g = -g
					}
					p.gradient[(i/px*s.C+c)*px+i%px] = g
				}
			}, p.gradient != nil || p.heatmap != nil)
			value += float64(loss * scale)
			if valid > 0 {
				per[c] += loss
				seen[c]++
			}
		}
	}
	for c := range per {
		per[c] /= seen[c] // NaN where never
	}
	return PlaneResult{Value: value, PerClass: per}, nil
}

// lovaszOrder sorts pixels by error, the largest first, equal ones by index. A
// key is the complement of the error's bits, whether the pixel is of the class,
// and its index; errors of 0 add nothing and are left out.
type lovaszOrder struct{ keys, more []uint64 }

const lovaszHit = 1 << 31

func (o *lovaszOrder) add(at int, errors []float32, mask []uint8) {
	keys := o.keys
	base := len(keys)
	keys = append(keys, make([]uint64, len(errors))...)
	k := base
	for i, e := range errors {
		m := mask[i]
		key := uint64(^math.Float32bits(e))<<32 | uint64(at+i)
		if m == 1 {
			key |= lovaszHit
		}
		keys[k] = key
		if e > 0 && m != 255 {
			k++
		}
	}
	o.keys = keys[:k]
}

// walk visits the pixels in order with their share of the Jaccard gradient, in
// closed form: 1/|union| for one of the class, and |left|/(|union| |union before|)
// for another.
func (o *lovaszOrder) walk(positives int, visit func(i int, hit bool, e float32, grad float64), want bool) float64 {
	o.sort()
	left, union := float64(positives), float64(positives)
	var sum blockSum
	for k, key := range o.keys {
		e := math.Float32frombits(^uint32(key >> 32))
		hit := key&lovaszHit != 0
		grad := 0.0
		switch {
		case positives == 0:
			if k == 0 {
				grad = 1
			}
		case hit:
			grad = 1 / union
			left--
		default:
			grad = left / (union * (union + 1))
			union++
		}
		sum.add(float64(e) * grad)
		if want {
			visit(int(key&(lovaszHit-1)), hit, e, grad)
		}
	}
	return sum.total()
}

// sort is a radix sort by the upper half in four passes; it is stable.
func (o *lovaszOrder) sort() {
	a := o.keys
	b := grow(o.more, len(a))
	var count [4][256]int
	for _, k := range a {
		count[0][k>>32&255]++
		count[1][k>>40&255]++
		count[2][k>>48&255]++
		count[3][k>>56]++
	}
	for pass := range count {
		c := &count[pass]
		shift := 32 + 8*pass
		at, single := 0, false
		for i, n := range c {
			single = single || n == len(a)
			c[i] = at
			at += n
		}
		if single {
			continue
		}
		for _, k := range a {
			d := k >> shift & 255
			b[c[d]] = k
			c[d]++
		}
		a, b = b, a
	}
	o.keys, o.more = a, b
}

// blockSum adds many terms in float64, in blocks, so that no long sum drowns its
// small terms.
type blockSum struct {
	n         int
	part, sum float64
}

func (s *blockSum) add(x float64) {
	s.part += x
	if s.n++; s.n == vec.Block {
		s.sum += s.part
		s.part, s.n = 0, 0
	}
}

func (s *blockSum) total() float64 { return s.sum + s.part }

// finite checks all scores.
func (p *Planes) finite() error {
	d := p.in.Prediction.Data
	probs := p.in.Prediction.Form == Probs
	if probs && !vec.Within01(d) || !probs && !vec.Finite(d) {
		return badScore(d, probs)
	}
	return nil
}
