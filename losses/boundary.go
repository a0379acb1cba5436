package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/grid"
)

// Boundary is the mean of φ p, φ the signed distance of a pixel to the boundary
// of its class: positive outside, 0 on the boundary's pixels, negative inside.
// It may be negative and is least at the perfect mask; its gradient does not
// depend on p. A class that is absent, or fills the image, has φ = 0.
//
// alphaRegion a adds a generalized Dice loss of all classes: a GDL + (1-a) BL.
//
// Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019.
type Boundary struct {
	AlphaRegion  float64 `js:"alphaRegion" min:"0" max:"1" doc:"share of a generalized Dice loss beside it"`
	InsideOffset float64 `js:"insideOffset" min:"0" doc:"distance of the boundary's own pixels from it, taken off inside; 1 also where the spacing is another"`
	Normalize    bool    `js:"normalize" doc:"divide φ by its largest magnitude in each plane"`
}

func (o Boundary) Parts(options Options) []Part {
	region := options
	region.Scope, region.Reduction = "image", "mean"
	region.Classes, region.IncludeBackground = Choice{}, true
	plane := Part{Weight: 1 - o.AlphaRegion, Loss: boundaryDistance{o.InsideOffset, o.Normalize}, Options: options}
	if o.AlphaRegion == 0 {
		return []Part{plane}
	}
	gdl := GeneralizedDice{WeightType: "square", WeightEps: 1e-10, SmoothNr: 2e-10, SmoothDr: 1e-10}
	return []Part{plane, {Weight: o.AlphaRegion, Loss: gdl, Options: region}}
}

type boundaryDistance struct {
	InsideOffset float64
	Normalize    bool
}

func (boundaryDistance) OfImages(*Options) bool { return true }

func (o boundaryDistance) Plane(p *Planes) (PlaneResult, error) {
	s := p.Shape
	px := s.Pixels()
	if err := p.finite(); err != nil {
		return PlaneResult{}, err
	}
	space, err := spacing(p.Options.Spacing)
	if err != nil {
		return PlaneResult{}, err
	}
	on := p.Options.counts(s.C, nil)
	classes := 0.0
	for _, b := range on {
		if b {
			classes++
		}
	}
	mask := grow(p.Scratch.Mask, px)
	phi, probs := grow(p.Scratch.A, px), grow(p.Scratch.B, px)
	p.Scratch.Mask, p.Scratch.A, p.Scratch.B = mask, phi, probs
	per := make([]float64, s.C)
	result := PlaneResult{PerClass: per}
	for c, on := range on {
		if !on {
			per[c] = math.NaN()
		}
	}
	if p.Valid == 0 {
		return result, nil
	}
	each := float64(p.Images) / float64(p.Valid)
	k := float32(1 / float64(p.Valid) / classes)
	for n := range s.N {
		value := 0.0
		for c := range s.C {
			if !on[c] || !o.distances(p, n, c, space) {
				continue
			}
			p.Probs(n, c, probs, nil)
			loss := dot64(phi, probs) * each
			per[c] += loss
			value += loss / classes
			grad, heat := p.Gradient(n, c), p.Heatmap(n)
			for i := range grad {
				grad[i] = k * phi[i]
			}
			for i := range heat {
				heat[i] += float32(k*phi[i]) * probs[i]
			}
		}
		result.Value += value
	}
	for c := range per {
		per[c] /= float64(s.N)
	}
	result.Value /= float64(s.N)
	return result, nil
}

// distances makes φ of plane (n,c) in scratch memory; where there is no boundary
// it is false.
func (o boundaryDistance) distances(p *Planes, n, c int, space grid.Spacing) bool {
	mask, phi := p.Scratch.Mask, p.Scratch.A
	hits, count := p.Hits(n, c, mask)
	if hits == 0 || hits == count {
		return false
	}
	counted := count == len(mask)
	for i, m := range mask {
		if m == 255 {
			mask[i] = 0
		}
	}
	p.Scratch.Grid.Signed(phi, mask, p.dims(), space, o.InsideOffset)
	if !counted {
		p.Hits(n, c, mask)
		for i, m := range mask {
			if m == 255 {
				phi[i] = 0
			}
		}
	}
	if o.Normalize {
		most := float32(0)
		for _, x := range phi {
			most = max(most, x, -x)
		}
		for i := range phi {
			phi[i] /= most
		}
	}
	return true
}

// dot64 is Σ x y in float64, in four sums so that none waits for another.
func dot64(x, y []float32) float64 {
	var a, b, c, d float64
	y = y[:len(x)]
	i := 0
	for ; i+4 <= len(x); i += 4 {
		u, v := (*[4]float32)(x[i:]), (*[4]float32)(y[i:])
		a += float64(u[0]) * float64(v[0]) // exact, so that fusing changes nothing
		b += float64(u[1]) * float64(v[1])
		c += float64(u[2]) * float64(v[2])
		d += float64(u[3]) * float64(v[3])
	}
	for ; i < len(x); i++ {
		a += float64(x[i]) * float64(y[i])
	}
	return (a + b) + (c + d)
}
