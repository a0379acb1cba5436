package vec

import (
	"math"
	"testing"
)

func TestExp64(t *testing.T) {
	for x := 700.0; x > -706; x -= 0.00717 {
		got, want := Exp64(x), math.Exp(x)
		if !(math.Abs(got-want) <= 1e-15*want) {
			t.Fatalf("Exp64(%v): got %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{-707, -1e300, math.Inf(-1)} {
		if got := Exp64(x); got != 0 {
			t.Errorf("Exp64(%v): got %v, want 0", x, got)
		}
	}
}
