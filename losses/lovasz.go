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
		x := p.Scores(n, c)[:len(errors)]
		mask = mask[:len(errors)]
		for i := range errors { // -x where the pixel is of the class; a negative error is 0
			e := math.Float32bits(1 + math.Float32frombits(math.Float32bits(x[i])^uint32(mask[i])<<31))
			errors[i] = math.Float32frombits(e &^ uint32(int32(e)>>31))
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
	order := &p.Scratch.Order
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
			order.begin(len(unit)*px, p.gradient != nil || p.heatmap != nil)
			positives, valid := 0, 0
			for _, n := range unit {
				h, v := p.Hits(n, c, mask)
				positives, valid = positives+h, valid+v
				fill(n, c, errors, mask)
				order.add(n*px, errors, mask)
			}
			scale := 1 / float64(len(classes)) / float64(len(units))
			var loss float64
			if order.indexed {
				loss = walk(sorted(&order.keys, &order.more, 32), 32, positives, func(key uint64, e float32, grad float64) {
					i, g := int(uint32(key)), float32(grad*scale)
					if p.heatmap != nil {
						p.heatmap[i] += float32(e * g)
					}
					if p.gradient != nil {
						if key>>32&1 == 1 {
							g = -g
						}
						p.gradient[(i/px*s.C+c)*px+i%px] = g
					}
				})
			} else {
				loss = walk(sorted(&order.short, &order.moreShort, 0), 0, positives, nil)
			}
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

// lovaszOrder collects the errors of pixels to sort, the largest first, equal
// ones by index. A key is the complement of the error's bits without the sign,
// and whether the pixel is of the class; above an index where a pixel must be
// found again. Errors of 0 add nothing and are left out.
type lovaszOrder struct {
	indexed          bool
	keys, more       []uint64
	short, moreShort []uint32
}

// begin makes room for the pixels of a unit.
func (o *lovaszOrder) begin(pixels int, indexed bool) {
	o.indexed = indexed
	if indexed {
		o.keys = grow(o.keys, pixels)[:0]
	} else {
		o.short = grow(o.short, pixels)[:0]
	}
}

func (o *lovaszOrder) add(at int, errors []float32, mask []uint8) {
	if o.indexed {
		o.keys = collect(o.keys, errors, mask, 32, uint64(at), 1)
	} else {
		o.short = collect(o.short, errors, mask, 0, 0, 0)
	}
}

// collect appends the keys of errors: low bits hold an index that begins at
// index and grows by step.
func collect[K uint32 | uint64](keys []K, errors []float32, mask []uint8, low int, index, step K) []K {
	k := len(keys)
	keys = keys[:k+len(errors)]
	mask = mask[:len(errors)]
	for i, e := range errors {
		m := mask[i]
		keys[k] = K(^math.Float32bits(e)<<1|uint32(m&1))<<low | index
		index += step
		if e > 0 && m != 255 {
			k++
		}
	}
	return keys[:k]
}

// sorted is a stable radix sort of keys by the 31 bits of the error that begin
// at low+1, in three passes.
func sorted[K uint32 | uint64](keys, more *[]K, low int) []K {
	a := *keys
	b := grow(*more, len(a))
	var count [3][2048]int32
	for _, k := range a {
		k >>= low + 1
		count[0][k&2047]++
		count[1][k>>11&1023]++
		count[2][k>>21&1023]++
	}
	shift := low + 1
	for pass, width := range [3]int{11, 10, 10} {
		c, most := &count[pass], K(1)<<width-1
		at, single := int32(0), false
		for i, n := range c[:most+1] {
			single = single || int(n) == len(a)
			c[i] = at
			at += n
		}
		if !single {
			for _, k := range a {
				d := k >> shift & most
				b[c[d]] = k
				c[d]++
			}
			a, b = b, a
		}
		shift += width
	}
	*keys, *more = a, b
	return a
}

// walk visits sorted keys with their share of the Jaccard gradient, in closed
// form: 1/|union| for a pixel of the class, |left|/(|union| |union before|) for
// another. It sums error times share.
func walk[K uint32 | uint64](keys []K, low, positives int, visit func(key K, e float32, grad float64)) float64 {
	left, union := float64(positives), float64(positives)
	var sum blockSum
	for n, key := range keys {
		e := math.Float32frombits(^uint32(key>>low) >> 1)
		hit := float64(key >> low & 1)
		grad := 1.0
		if union > 0 { // |left| and |union| before it; of the class only the union stays
			grad = (left + float64(hit*(1+union-left))) / float64(union*(union+1))
		} else if n > 0 {
			grad = 0
		}
		if union > 0 {
			left -= hit
			union += 1 - hit
		}
		sum.add(float64(float64(e) * grad))
		if visit != nil {
			visit(key, e, grad)
		}
	}
	return sum.total()
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
