package vec

import (
	"math"
	"testing"
)

// TestFinite puts one number at each place of slices of many lengths.
func TestFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, row := range []struct {
		name           string
		x              float32
		finite, within bool
	}{
		{"zero", 0, true, true},
		{"minus zero", float32(math.Copysign(0, -1)), true, true},
		{"one", 1, true, true},
		{"denormal", 0x1p-149, true, true},
		{"just above one", math.Nextafter32(1, 2), true, false},
		{"just below zero", -0x1p-149, true, false},
		{"largest", math.MaxFloat32, true, false},
		{"NaN", nan, false, false},
		{"negative NaN", math.Float32frombits(0xffc00000), false, false},
		{"signalling NaN", math.Float32frombits(0x7f800001), false, false},
		{"Inf", inf, false, false},
		{"-Inf", -inf, false, false},
	} {
		for _, n := range []int{1, 3, 15, 16, 17, 40} {
			for i := range n {
				x := make([]float32, n)
				x[i] = row.x
				if got := Finite(x); got != row.finite {
					t.Errorf("Finite with %s at %d of %d is %v, want %v", row.name, i, n, got, row.finite)
				}
				if got := NoneNegative(x); got != (row.finite && row.x >= 0) {
					t.Errorf("NoneNegative with %s at %d of %d is %v", row.name, i, n, got)
				}
				if got := Within01(x); got != row.within {
					t.Errorf("Within01 with %s at %d of %d is %v, want %v", row.name, i, n, got, row.within)
				}
			}
		}
	}
	if !Finite(nil) || !Within01(nil) || !NoneNegative(nil) {
		t.Error("an empty slice is not finite, not in [0, 1] or below 0")
	}
}
