package vec

import (
	"math"
	"testing"
)

// TestTrueSigmoid asks for the bits of LogSigmoid and Sigmoid, on the side that the label says.
func TestTrueSigmoid(t *testing.T) {
	c := newCorpus(2)
	for _, n := range lengths {
		x, label := c.between(n, -100, 100), c.labels(n, 3)
		if n > 1 {
			x[0], x[1] = 0, float32(math.Copysign(0, -1))
		}
		p, standP := guarded(n)
		q, standQ := guarded(n)
		Sigmoid(p, q, x)
		standP(t, "Sigmoid p")
		standQ(t, "Sigmoid q")
		u, standU := guarded(n)
		v, standV := guarded(n)
		LogSigmoid(u, v, x)
		standU(t, "LogSigmoid u")
		standV(t, "LogSigmoid v")
		for i, l := range label {
			if l != 1 {
				q[i], u[i] = p[i], v[i]
			}
		}
		tu, standTU := guarded(n)
		tq, standTQ := guarded(n)
		TrueSigmoid(tu, tq, x, label)
		equal(t, "u", tu, u)
		equal(t, "q", tq, q)
		TrueSigmoid(v, nil, x, label)
		equal(t, "u without q", v, u)
		standTU(t, "TrueSigmoid u")
		standTQ(t, "TrueSigmoid q")
	}
}
