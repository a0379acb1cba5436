package grid

import "math"

// ln 2 in two parts. The first has 32 bits, so that its product by an exponent is exact.
const (
	ln2High = 0x1.62e42fee00000p-1
	ln2Low  = 0x1.a39ef35793c76p-33
)

// exp is e to the power of x, for x <= 0: x = k ln 2 + r with |r| <= ln(2)/2, and the Taylor polynomial of degree 12 at r,
// whose rest is below 3e-16. The relative error is below 1e-15 and a result below 1e-307 is 0. math.Exp would do, had it
// the same bits on every build.
func exp(x float64) float64 {
	if !(x > -707) {
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	p := 1.0 / 479001600
	p = 1.0/39916800 + float64(r*p)
	p = 1.0/3628800 + float64(r*p)
	p = 1.0/362880 + float64(r*p)
	p = 1.0/40320 + float64(r*p)
	p = 1.0/5040 + float64(r*p)
	p = 1.0/720 + float64(r*p)
	p = 1.0/120 + float64(r*p)
	p = 1.0/24 + float64(r*p)
	p = 1.0/6 + float64(r*p)
	p = 1.0/2 + float64(r*p)
	p = 1.0 + float64(r*p)
	p = 1.0 + float64(r*p)
	return float64(p * math.Float64frombits(uint64(int64(k)+1023)<<52))
}
