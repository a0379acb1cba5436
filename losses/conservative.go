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
	var xb, lb [vec.Block]float32
	x, log := xb[:len(u)], lb[:len(u)]
	vec.Abs(x, u)
	vec.Log2(log, x)
	c := o.curve()
	c.value(loss, x, log)
	if slope != nil {
		o.slope(slope, x, log)
	}
}

func (o Conservative) OfLog() func(loss, x, log []float32) {
	c := o.curve()
	return c.value
}

// A conservativeCurve is the loss as a function of x = -log p.
type conservativeCurve struct {
	vec.Curve
	absolute bool
}

func (o Conservative) curve() conservativeCurve {
	k := 1 / math.Log(o.A)
	return conservativeCurve{vec.Curve{
		K:     float32(k),
		Scale: float32(o.Lambda * k * math.Ln2),
		Shift: float32(o.Lambda * k * math.Log(k)),
		Least: -conservativeHigh,
		Most:  -conservativeLow,
		Low:   -23.253496592,
		High:  4.010609395,
	}, o.Variant == "absolute"}
}

func (c *conservativeCurve) value(loss, x, log []float32) {
	c.Of(loss, x, log)
	if c.absolute {
		vec.Abs(loss, loss)
	}
}

// slope is the derivative by u = -x, which is λ (2 l t k + l² k / u) of k = 1/log a, l = 1 - k x and t = log_a(k x).
func (o Conservative) slope(slope, x, log []float32) {
	n := len(x)
	var lb, tb, yb [vec.Block]float32
	l, t, y := lb[:n], tb[:n], yb[:n]
	k := 1 / math.Log(o.A)
	ka := float32(k)
	vec.Line(l, x, -ka, 1)
	vec.Line(t, log, float32(k*math.Ln2), float32(k*math.Log(k)))
	vec.Mul(slope, l, t)
	vec.Scale(slope, slope, 2)
	vec.Scale(slope, slope, ka)
	vec.Mul(y, l, l)
	vec.Ratio(y, y, x, leastLack)
	vec.Scale(y, y, ka)
	vec.Sub(slope, slope, y)
	vec.Scale(slope, slope, float32(o.Lambda))
	vec.Above(slope, slope, x, -conservativeHigh)
	vec.Scale(y, x, -1)
	vec.Above(slope, slope, y, conservativeLow)
	if o.Variant == "absolute" { // the other way where t is below 0
		vec.Reaching(y, slope, t, 0)
		vec.Scale(y, y, 2)
		vec.Sub(slope, y, slope)
	}
}
