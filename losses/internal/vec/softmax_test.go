package vec

import (
	"math"
	"testing"
)

// TestSoftmax compares a whole softmax with one in float64: early logits, near a tie, and those of a trained net, where p
// comes so near 1 that 1-p would have no digits left.
func TestSoftmax(t *testing.T) {
	c := newCorpus(3)
	for _, classes := range []int{1, 2, 5, fewClasses, fewClasses + 1, 19} {
		for _, reach := range []int32{1, 6, 40} {
			const n = 240
			z := make([][]float32, classes)
			for k := range z {
				z[k] = c.between(n, -reach, reach)
				z[k][0] = 3 // a tie of all
			}
			label := c.labels(n, classes)
			m, standM := guarded(n)
			rest, standRest := guarded(n)
			arg := make([]int32, n)
			MaxInit(m, arg, z[0])
			for k := 1; k < classes; k++ {
				MaxStep(m, arg, z[k], int32(k))
			}
			Fill(rest, 0)
			for k := range z {
				RestStep(rest, z[k], m, arg, int32(k))
			}
			standM(t, "m")
			standRest(t, "rest")

			// share is p and 1-p of class k at i, and log p.
			share := func(k, i int) (p, q, u float64) {
				sum, others := 0.0, 0.0
				for j := range z {
					e := math.Exp(float64(z[j][i]) - float64(m[i]))
					sum += e
					if j != k {
						others += e
					}
				}
				d := float64(z[k][i]) - float64(m[i])
				u = d - math.Log(sum)
				if q = others / sum; q < 0.5 {
					u = math.Log1p(-q)
				}
				return math.Exp(d) / sum, q, u
			}
			for i := range arg {
				best := 0
				for k := range z {
					if z[k][i] > z[best][i] {
						best = k
					}
				}
				if int(arg[i]) != best || m[i] != z[best][i] {
					t.Fatalf("largest of pixel %d is class %d with %v, want %d with %v", i, arg[i], m[i], best, z[best][i])
				}
			}
			p, standP := guarded(n)
			q, standQ := guarded(n)
			u, standU := guarded(n)
			alone := make([]float32, n)
			trueU, trueQ := make([]float32, n), make([]float32, n)
			whole := make([]float32, n)
			Log1p(whole, rest)
			for k := range z {
				SoftmaxClass(p, q, z[k], m, rest)
				SoftmaxClass(alone, nil, z[k], m, rest)
				LogSoftmaxClass(u, z[k], m, whole)
				wantP, wantQ, wantU := make([]float64, n), make([]float64, n), make([]float64, n)
				for i := range wantP {
					wantP[i], wantQ[i], wantU[i] = share(k, i)
				}
				// The sum of C terms loses up to C roundings, and the difference z-m half a digit of its own, 2^-24.
				limit := 3e-7 + 3e-8*float64(classes) + 0x1p-24*float64(2*reach)
				near(t, "p", p, wantP, limit)
				near(t, "q", q, wantQ, limit)
				near(t, "u", u, wantU, limit)
				equal(t, "p without q", alone, p)
				for i, l := range label {
					if max(int(l), 0) == k {
						trueU[i], trueQ[i] = u[i], q[i]
					}
				}
			}
			standP(t, "p")
			standQ(t, "q")
			standU(t, "u")
			zt, standZ := guarded(n)
			GatherTrue(zt, z, label)
			LogSoftmaxClass(u, zt, m, whole)
			equal(t, "true u", u, trueU)
			SoftmaxClass(p, q, zt, m, rest)
			equal(t, "true q", q, trueQ)
			Drop(p, zt, m)
			Others(u, p, rest)
			LackPart(u, p, u)
			wantQ := make([]float64, n)
			for i, x := range trueQ {
				wantQ[i] = float64(x)
			}
			near(t, "true q of e and others", u, wantQ, 3e-7)
			standZ(t, "zt")
		}
	}
}
