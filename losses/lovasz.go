package losses

import (
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

func (LovaszHinge) OfImages(o *Options) bool { return o.Scope == "image" }

func (LovaszHinge) Plane(p *Planes) (PlaneResult, error) {
	return p.lovasz(func(o *sorter, b planeBlock) error {
		x := p.Scores(b.n, b.c)[b.at : b.at+b.size]
		if b.size < len(b.mask) {
			clear(o.x[copy(o.x[:], x):])
			x = o.x[:len(b.mask)]
		}
		if !vec.HingeKeys(o.key[:len(b.mask)], x, b.mask) {
			return badScore(p.in.Prediction.Data, false)
		}
		return nil
	}, false)
}

// LovaszSoftmax is the Lovász extension of the Jaccard loss on the errors |t-p|
// of each class, averaged over the classes that are present; with one channel,
// of the foreground.
//
// Berman et al., The Lovász-Softmax loss, CVPR 2018.
type LovaszSoftmax struct{}

func (LovaszSoftmax) OfImages(o *Options) bool { return o.Scope == "image" }

func (LovaszSoftmax) Plane(p *Planes) (PlaneResult, error) {
	if err := p.finite(); err != nil {
		return PlaneResult{}, err
	}
	return p.lovasz(func(o *sorter, b planeBlock) error {
		padded := len(b.mask)
		p.probs(b.n, b.c, b.at, b.size, o.x[:padded], o.q[:padded])
		vec.MissKeys(o.key[:padded], o.x[:padded], o.q[:padded], b.mask)
		return nil
	}, p.Options.Classes.List == nil && p.Options.Classes.Word != "all")
}

// planeBlock is some pixels of plane (n,c), and their mask (Planes.Hits), padded
// with pixels that do not count.
type planeBlock struct {
	n, c, at, size int
	mask           []uint8
}

// lovasz sorts the errors of each class of each unit. keys writes the keys of a
// block to the sorter.
func (p *Planes) lovasz(keys func(o *sorter, b planeBlock) error, present bool) (PlaneResult, error) {
	s := p.Shape
	on := p.Options.counts(s.C, nil)
	unit, units, all := s.N, 1, 1 // images of a unit; units here, and in all
	if p.Options.Scope == "image" {
		unit, units, all = 1, s.N, p.Images
	}
	per, seen := make([]float64, s.C), make([]float64, s.C)
	value := 0.0
	for first := 0; first < s.N; first += unit {
		// Which classes count is known only after their masks were read.
		var classes []int
		for c, on := range on {
			if on && (!present || p.holds(first, first+unit, c)) {
				classes = append(classes, c)
			}
		}
		share := 1 / float64(len(classes))
		sum := 0.0
		for _, c := range classes {
			positives, valid, err := p.collect(first, first+unit, c, keys)
			if err != nil {
				return PlaneResult{}, err
			}
			loss := p.ranked(first, c, positives, share/float64(all))
			sum += float64(loss * share)
			if valid > 0 {
				per[c] += loss
				seen[c]++
			}
		}
		value += sum
	}
	for c := range per {
		per[c] /= seen[c] // NaN where never
	}
	return PlaneResult{Value: value / float64(units), PerClass: per}, nil
}

// holds tells whether any of some images has a pixel of class c.
func (p *Planes) holds(from, to, c int) bool {
	mask := grow(p.Scratch.Mask, p.Shape.Pixels())
	p.Scratch.Mask = mask
	for n := from; n < to; n++ {
		if hits, _ := p.Hits(n, c, mask); hits > 0 {
			return true
		}
	}
	return false
}

// collect gives the sorter the keys of class c of some images. It counts the
// pixels of the class, and those that count.
func (p *Planes) collect(from, to, c int, keys func(o *sorter, b planeBlock) error) (positives, valid int, err error) {
	px, o := p.Shape.Pixels(), &p.Scratch.Order
	wide := p.gradient != nil || p.heatmap != nil
	o.begin((to-from)*px, wide)
	for n := from; n < to; n++ {
		for i := range blocksOf(px) {
			b := planeBlock{n: n, c: c}
			b.at, b.size = blockRange(i, px)
			hits, count := 0, 0
			b.mask, hits, count = p.block(b, &o.mask)
			positives, valid = positives+hits, valid+count
			if err := keys(o, b); err != nil {
				return 0, 0, err
			}
			if wide {
				o.addWide(o.key[:len(b.mask)], (n-from)*px+b.at)
			} else {
				o.addShort(o.key[:len(b.mask)])
			}
		}
	}
	return positives, valid, nil
}

// ranked is the loss of the pixels in the sorter, of images from first on.
func (p *Planes) ranked(first, c, positives int, scale float64) float64 {
	o := &p.Scratch.Order
	if p.gradient == nil && p.heatmap == nil {
		if positives == 0 {
			return float64(keyError(largest(o.short, shortError), shortError))
		}
		return jaccard(sorted(o.short, &o.moreShort, &o.count, shortError), shortError, positives)
	}
	to := p.places(first, c)
	if positives == 0 {
		k := largest(o.wide, wideError)
		e := keyError(k, wideError)
		if e > 0 {
			to.slope[0] = float32(scale)
			to.put([]uint64{k})
		}
		return float64(e)
	}
	keys := sorted(o.wide, &o.moreWide, &o.count, wideError)
	to.spread(keys, positives, scale)
	return jaccard(keys, wideError, positives)
}

// finite checks all scores.
func (p *Planes) finite() error {
	d := p.in.Prediction.Data
	probs := p.in.Prediction.Form == Probs
	if probs && !vec.Within01(d) || !probs && !vec.Finite(d) {
		return badScore(d, probs)
	}
	return nil
}
