package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// isPower tells whether power needs no logarithm.
func isPower(e float64) bool { return e == 0 || e == 1 || e == 2 || e == 3 }

// power is x^e for x in [0, +∞).
func power(dst, x []float32, e float64) {
	switch e {
	case 0:
		vec.Fill(dst, 1)
	case 1:
		copy(dst, x)
	case 2:
		vec.Mul(dst, x, x)
	case 3:
		n := len(x)
		var b [vec.Block]float32
		copy(b[:n], x)
		vec.Mul(dst, b[:n], b[:n])
		vec.Mul(dst, dst, b[:n])
	default:
		vec.Log(dst, x)
		vec.Scale(dst, dst, float32(e))
		vec.Exp(dst, dst)
	}
}

// pow64 is x^e for x > 0, to 1e-14. math.Pow differs in bits between machines;
// math.Log does not.
func pow64(x, e float64) float64 {
	if e == 1 {
		return x
	}
	return vec.Exp64(e * math.Log(x))
}
