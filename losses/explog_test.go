package losses

import (
	"math"
	"testing"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// TestExpLogEnds is a pixel of exponential logarithmic at the ends: nothing where its class is certain, and a slope that stays finite
// on the way there.
func TestExpLogEnds(t *testing.T) {
	minus := float32(math.Copysign(0, -1))
	u := make([]float32, vec.Step)
	copy(u, []float32{0, minus, -1e-35, -1e-31, -1e-20, -1e-13, -1e-11, -1e-5, -0.5, -1, -100})
	loss, slope, q := make([]float32, len(u)), make([]float32, len(u)), make([]float32, len(u))
	for _, gamma := range []float64{0.01, 0.3, 0.9, 1, 2, 2.5, 5} {
		expLogCross{Gamma: gamma}.Term(loss, slope, u, q)
		for i, v := range u {
			x := math.Abs(float64(v))
			want, wantSlope := math.Pow(x, gamma), -gamma*math.Pow(x, gamma-1)
			if gamma < 1 {
				wantSlope = -gamma * math.Pow(math.Max(x, 1e-12), gamma-1)
			}
			if x < 1e-30 && gamma != 1 {
				wantSlope = 0
			}
			digits := 1.8e-7 + 1e-7*gamma*math.Max(1, math.Abs(math.Log2(x+1e-38))) // of a power, which stays at 2^-126 below that
			if e := math.Abs(float64(loss[i]) - want); !(e <= digits*want+1.2e-38) || x == 0 && loss[i] != 0 {
				t.Errorf("exponent %v: the loss of %v is %v, want %v", gamma, v, loss[i], want)
			}
			if e := math.Abs(float64(slope[i]) - wantSlope); !(e <= -(digits+2e-7)*wantSlope+1e-7) {
				t.Errorf("exponent %v: the slope of %v is %v, want %v", gamma, v, slope[i], wantSlope)
			}
		}
	}
}
