package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// Conservative is λ (1 + log_a p)² log_a(-log_a p) of the true class, with
// log p held within [log 1e-7, log(1-1e-7)] and no gradient outside.
//
// As printed (literal) it falls with p everywhere, from +∞ through 0 at p = 1/a
// to -∞. Its absolute value, least at 1/a and growing both ways, is what the
// text describes: it punishes extremes.
//
// Zhu et al., Penalizing top performers: conservative loss for semantic
// segmentation adaptation, ECCV 2018.
type Conservative struct {
	Lambda  float64 `js:"lambda" above:"0" doc:"scale"`
	A       float64 `js:"a" above:"1" max:"1000" doc:"base of the logarithms"`
	Variant string  `js:"variant" enum:"literal|absolute" doc:"the printed formula, or its absolute value"`
}

// log 1e-7 and log(1-1e-7).
const (
	conservativeLow  = -16.11809565095832
	conservativeHigh = -1.00000005e-07
)

func (o Conservative) Term(loss, slope, u, q []float32) {
	n := len(u)
	var xb, lb, tb [vec.Block]float32
	x, l, t := xb[:n], lb[:n], tb[:n]
	k := 1 / math.Log(o.A)
	ka, lambda := float32(k), float32(o.Lambda)
	vec.Scale(x, u, -1)
	vec.Within(x, x, -conservativeHigh, -conservativeLow)
	vec.Scale(t, x, ka) // -log_a p
	vec.Log(t, t)
	vec.Scale(t, t, ka)
	vec.Line(l, x, -ka, 1)
	if slope != nil {
		o.slope(slope, u, x, l, t)
	}
	vec.Mul(l, l, l)
	vec.Scale(l, l, lambda)
	vec.Mul(loss, l, t)
	if o.Variant == "absolute" {
		vec.Abs(loss, loss)
	}
}

// slope is the derivative by u, of x = -u held within its range, l = 1 + log_a p and t = log_a(-log_a p).
func (o Conservative) slope(slope, u, x, l, t []float32) {
	var b [vec.Block]float32
	y := b[:len(u)]
	ka := float32(1 / math.Log(o.A))
	vec.Mul(slope, l, t)
	vec.Scale(slope, slope, 2)
	vec.Scale(slope, slope, ka)
	vec.Mul(y, l, l)
	vec.Ratio(y, y, x)
	vec.Scale(y, y, ka)
	vec.Sub(slope, slope, y)
	vec.Scale(slope, slope, float32(o.Lambda))
	vec.Above(slope, slope, u, conservativeLow)
	vec.Scale(y, u, -1)
	vec.Above(slope, slope, y, -conservativeHigh)
	if o.Variant == "absolute" { // the other way where t is below 0
		vec.Reaching(y, slope, t, 0)
		vec.Scale(y, y, 2)
		vec.Sub(slope, y, slope)
	}
}
