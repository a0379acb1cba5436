package losses

import "github.com/maskloss/maskloss/losses/internal/vec"

// Focal is -a (1-p)^γ log p of the true class: the cross entropy with what is
// already easy turned down.
//
// alpha weighs positives and 1-alpha negatives; with a softmax the background
// has 1-alpha and every other class alpha, or each class its own. The mean runs
// over pixels. γ=0 is the weighted cross entropy, so γ=0 with alpha=1/2 is half
// of it.
//
// Lin et al., Focal loss for dense object detection, ICCV 2017.
type Focal struct {
	Gamma            float64   `js:"gamma" min:"0" max:"20" doc:"how strongly easy pixels are turned down"`
	Alpha            []float64 `js:"alpha" min:"0" doc:"weight of positives (negatives have 1-alpha), or one weight per class; null: none"`
	Activation       string    `js:"activation" enum:"|softmax|sigmoid" doc:"sigmoid: many classes as independent ones against the rest"`
	MeanOver         string    `js:"meanOver" enum:"pixels|elements" doc:"whether the mean of many classes runs over pixels or over pixels times classes"`
	Normalized       bool      `js:"normalized" doc:"divide by the sum of (1-p)^γ instead, at least 1e-6"`
	ReducedThreshold float64   `js:"reducedThreshold" min:"0" max:"1" doc:"where p is below it the modulation is 1, above it ((1-p)/threshold)^γ; 0: off"`
}

func (o Focal) Sigmoids() bool { return o.Activation == "sigmoid" }

func (Focal) Modulated() bool { return true }

func (o Focal) Elements() bool { return o.MeanOver == "elements" }

func (o Focal) Check(mode string, channels int) error {
	sigmoid := mode != "multiclass" || o.Sigmoids()
	if sigmoid && o.Activation == "softmax" {
		return fail(CodeOption, "activation", "softmax needs the mode multiclass, not %s", mode)
	}
	if sigmoid || len(o.Alpha) == 1 {
		for _, a := range o.Alpha {
			if a > 1 {
				return fail(CodeOption, "alpha", "is %v, must be in [0, 1]: negatives have 1-alpha", a)
			}
		}
	}
	return perChannel("alpha", o.Alpha, channels)
}

func (o Focal) Even() bool { return o.Alpha == nil }

func (o Focal) Weights(w *ClassWeights) {
	if o.Alpha == nil {
		return
	}
	for c := range w.Hit {
		a := at(o.Alpha, c)
		switch {
		case w.Sigmoid:
			w.Hit[c] *= a
			w.Miss[c] *= 1 - a
		case len(o.Alpha) == 1 && c == 0:
			w.Hit[c] *= 1 - a
		default:
			w.Hit[c] *= a
		}
	}
}

// Term is -q^γ u.
func (o Focal) Term(loss, slope, u, q []float32) {
	v := loss
	if o.NeedsLogs() {
		vec.Log(v, q)
	}
	if slope == nil {
		o.TermOfLogits(loss, nil, u, nil, q, v)
		return
	}
	var pb, qb [vec.Block]float32
	p, lack := pb[:len(u)], qb[:len(u)]
	vec.Exp(p, u) // not 1-q, which has no digits where q nears 1
	vec.AtLeast(lack, q, leastLack)
	o.TermOfLogits(loss, slope, u, p, lack, v)
	vec.Ratio(slope, slope, lack, leastLack)
}

// flat tells whether the modulation of the reduced form is 1 at q.
func (o Focal) flat(q float32) bool {
	return o.ReducedThreshold > 0 && q > 1-float32(o.ReducedThreshold)
}

// NeedsLogs: the modulation is e^(γ log q).
func (o Focal) NeedsLogs() bool { return !isPower(o.Gamma) && o.ReducedThreshold == 0 }

// TermOfLogits: the slope by the logit is q (γ q^(γ-1) p u - q^γ). v may be loss.
func (o Focal) TermOfLogits(loss, slope, u, p, q, v []float32) {
	if slope == nil {
		o.modulation(loss, q, v)
		vec.MulNeg(loss, loss, u)
		return
	}
	var mb, wb [vec.Block]float32
	m, w := mb[:len(u)], wb[:len(u)]
	if o.NeedsLogs() {
		vec.PowerLack(m, w, v, float32(o.Gamma))
	} else {
		o.modulation(m, q, nil)
		o.lack(w, slope, m, p)
	}
	vec.MulNeg(loss, m, u)
	vec.PowerPull(slope, m, w, p, q, u, float32(o.Gamma))
	if o.ReducedThreshold > 0 {
		for i, x := range q {
			if o.flat(x) {
				slope[i] = -x
			}
		}
	}
}

// modulation is q^γ, or what the reduced form puts in its place; of v = log q,
// which may be dst, if NeedsLogs.
func (o Focal) modulation(dst, q, v []float32) {
	switch r := float32(o.ReducedThreshold); {
	case o.NeedsLogs():
		vec.Scale(dst, v, float32(o.Gamma))
		vec.Exp(dst, dst)
	case r == 0:
		power(dst, q, o.Gamma)
	default:
		vec.Scale(dst, q, 1/r)
		power(dst, dst, o.Gamma)
		for i, x := range q {
			if o.flat(x) {
				dst[i] = 1
			}
		}
	}
}

// lack is w = 1-m, of p where that has more digits. room is for a block.
func (o Focal) lack(w, room, m, p []float32) {
	switch {
	case o.ReducedThreshold == 0 && o.Gamma == 1:
		copy(w, p)
	case o.ReducedThreshold == 0 && (o.Gamma == 2 || o.Gamma == 3):
		vec.MulNeg(room, p, p)
		vec.Scale(w, p, 2)
		vec.Add(w, w, room)
		if o.Gamma == 3 {
			vec.Line(room, p, -1, 1)
			vec.Mul(w, w, room)
			vec.Add(w, w, p)
		}
	default:
		vec.Line(w, m, -1, 1)
	}
}

func (o Focal) UnitSum() func(e, x []float32, t []uint8) (float64, int, bool) {
	switch {
	case o.Normalized || o.ReducedThreshold > 0:
		return nil
	case o.Gamma == 2:
		return vec.Focal2Unit8
	case isPower(o.Gamma):
		return nil
	}
	return func(e, x []float32, t []uint8) (float64, int, bool) {
		return vec.FocalUnit8(e, x, t, float32(o.Gamma))
	}
}

func (o Focal) UnitSlope() func(dx, u, q, x []float32, t []uint8, hit, miss float32) (vec.ByHit, int, bool) {
	if o.Squared() {
		return vec.Focal2SlopeUnit8
	}
	return nil
}

// Squared: it is -q² log p.
func (o Focal) Squared() bool { return o.Gamma == 2 && o.ReducedThreshold == 0 && !o.Normalized }

// Divisor is q^γ where the loss is normalized; its slope by u is -γ q^(γ-1) p.
func (o Focal) Divisor(loss, slope, u, q []float32) bool {
	if !o.Normalized {
		return false
	}
	if loss == nil {
		return true
	}
	if o.NeedsLogs() {
		vec.Log(loss, q)
	}
	o.modulation(loss, q, loss)
	if slope != nil {
		g := float32(o.Gamma)
		for i, x := range q {
			slope[i] = 0
			if x > 0 && !o.flat(x) {
				slope[i] = -float32(g*loss[i]) * ((1 - x) / x)
			}
		}
	}
	return true
}

// SoftTerm is the form of MONAI for a target g between 0 and 1:
// BCE(x, g) exp(γ logσ(-x (2g-1))), weighted by alpha g + (1-alpha)(1-g).
func (o Focal) SoftTerm(loss, slope, x, g []float32) {
	n := len(x)
	var ub, vb, sb, yb, zb, bb [vec.Block]float32
	u, v, s, y, z, b := ub[:n], vb[:n], sb[:n], yb[:n], zb[:n], bb[:n]
	vec.LogSigmoid(u, v, x)
	vec.Line(s, g, 2, -1)
	vec.MulNeg(y, x, s)
	vec.LogSigmoid(z, s, y) // z = log σ(y), s = log σ(-y)
	gamma := float32(o.Gamma)
	vec.Scale(z, z, gamma)
	vec.Exp(z, z)
	vec.Exp(s, s)    // 1-σ(y)
	vec.Exp(y, u)    // σ(x)
	vec.Mul(u, g, u) // and now -BCE = g u + (1-g) v
	vec.Line(b, g, -1, 1)
	vec.Mul(v, b, v)
	vec.Add(u, u, v)
	if o.Alpha != nil {
		alpha := float32(o.Alpha[0])
		vec.Scale(v, g, alpha)
		vec.Scale(b, b, 1-alpha)
		vec.Add(v, v, b)
		vec.Mul(z, v, z)
	}
	vec.MulNeg(loss, z, u)
	if slope == nil {
		return
	}
	// d z / d x = γ z (1-σ(y)) dy/dx, dy/dx = 1-2g
	vec.Scale(b, z, gamma)
	vec.Mul(b, b, s)
	vec.Line(v, g, -2, 1)
	vec.Mul(b, b, v)
	vec.MulNeg(slope, b, u)
	vec.Sub(y, y, g)
	vec.MulAddTo(slope, z, y)
}
