package losses

import (
	"github.com/maskloss/maskloss/losses/internal/grid"
)

// UNetCE is the cross entropy weighted pixel by pixel by w_c + w0
// exp(-(d1+d2)²/(2σ²)), d1 and d2 the distances to the nearest and the second
// nearest instance: it presses on the narrow gaps between cells. The target is a
// map of instances, all of class 1; the mean runs over the number of pixels.
//
// Ronneberger et al., U-Net, MICCAI 2015, equations 1 and 2. The border term is
// on the background only, and 0 where there are fewer than two instances.
type UNetCE struct {
	W0         float64 `js:"w0" min:"0" doc:"weight of the border term"`
	Sigma      float64 `js:"sigma" above:"0" doc:"its width, in units of the spacing"`
	Balance    bool    `js:"balance" doc:"w_c falls with the frequency of the class: all pixels / (2 pixels of the class)"`
	Everywhere bool    `js:"everywhere" doc:"the border term on the instances too"`
}

func (UNetCE) LogLikelihood() {}

func (UNetCE) Term(loss, slope, u, q []float32) { negLog(loss, slope, u) }

func (o UNetCE) Check(mode string, channels int) error {
	if channels > 2 {
		return fail(CodeOption, "mode", "unet-ce has background and instances, the prediction has %d channels, must have 1 or 2", channels)
	}
	return nil
}

// Map is the weight of each pixel, times that of the input.
func (o UNetCE) Map(in *Input, options *Options) ([]float32, error) {
	s := in.Prediction.Shape
	w := make([]float32, s.N*s.Pixels())
	m := UNetMap{W0: o.W0, Sigma: o.Sigma, Balance: o.Balance, Everywhere: o.Everywhere, ClassWeights: []float64{1, 1}}
	if err := UNetWeightMap(w, in.Target.Labels, s.N, s.D, s.H, s.W, options.Spacing, m); err != nil {
		return nil, err
	}
	for i, x := range in.Weight {
		w[i] *= x
	}
	return w, nil
}

// UNetMap are the parameters of a weight map. ClassWeights are those of
// background and instances; nil: the border term alone.
type UNetMap struct {
	W0, Sigma           float64
	ClassWeights        []float64
	Balance, Everywhere bool
}

// UNetWeightMap writes the weight map of n instance maps, [N,(D,)H,W].
func UNetWeightMap(dst []float32, instances Labels, n, d, h, w int, space []float64, o UNetMap) error {
	dims := grid.Dims{D: d, H: h, W: w}
	px := dims.Pixels()
	if instances.Len() != n*px || len(dst) != n*px {
		return fail(CodeLength, "instances", "has %d labels, the shape wants %d", instances.Len(), n*px)
	}
	s, err := spacing(space)
	if err != nil {
		return err
	}
	if len(o.ClassWeights) != 0 && len(o.ClassWeights) != 2 {
		return fail(CodeOption, "classWeights", "has %d numbers, must have 2: background and instances", len(o.ClassWeights))
	}
	if !(o.Sigma > 0) {
		return fail(CodeOption, "sigma", "is %v, must be above 0", o.Sigma)
	}
	ids := make([]int32, px)
	var work grid.Work
	for k := range n {
		inside := 0
		for i := range ids {
			ids[i] = instances.At(k*px + i)
			if ids[i] < 0 {
				return fail(CodeLabel, "instances", "is %d at index %d, an instance id must not be negative", ids[i], k*px+i)
			}
			if ids[i] > 0 {
				inside++
			}
		}
		out := dst[k*px : (k+1)*px]
		work.BorderWeight(out, ids, dims, s, o.W0, o.Sigma, o.Everywhere)
		if len(o.ClassWeights) == 0 && !o.Balance {
			continue
		}
		class := [2]float64{1, 1}
		copy(class[:], o.ClassWeights)
		if o.Balance {
			for c, count := range [2]int{px - inside, inside} {
				if count > 0 {
					class[c] *= float64(px) / (2 * float64(count))
				}
			}
		}
		for i, id := range ids {
			out[i] += float32(class[min(id, 1)])
		}
	}
	return nil
}
