package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

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
	return exp64(e * math.Log(x))
}

// ln2 in two parts, the first of so few bits that any multiple met here is exact.
const (
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// exp64 is e^x to 1e-15 for x within [-700, 700], outside of which it is 0 or
// very large: x = n ln2 + r, and the series of e^r, whose 14 terms are enough
// for |r| up to 0.35. Products are rounded before they are added, so that no
// machine fuses them.
func exp64(x float64) float64 {
	if x < -700 {
		return 0
	}
	x = math.Min(x, 700)
	n := math.Round(x / math.Ln2)
	r := x - float64(n*ln2High) - float64(n*ln2Low)
	sum := 1.0
	for k := 14.0; k >= 1; k-- {
		sum = 1 + float64(r*sum)/k
	}
	return math.Ldexp(sum, int(n))
}
