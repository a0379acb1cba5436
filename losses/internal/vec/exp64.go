package vec

import "math"

const (
	// ln 2 in two parts. The first has 32 bits, so that its product by an exponent is exact.
	octave64High = 0x1.62e42fee00000p-1
	octave64Low  = 0x1.a39ef35793c76p-33

	// Added to a number, it leaves the nearest whole number in the lowest bits of the sum.
	rounder64 = 3 << 51
)

// Exp64 is e to the power of x: x = k ln 2 + r with |r| <= ln(2)/2, and the Taylor polynomial of degree 12 at r,
// the rest of which is below 3e-16, summed by halves so that its products need not wait for each other. The relative error
// is below 1e-15, and a result below 1e-307 is 0, its inverse +Inf. math.Exp would do, had it the same bits on every build.
func Exp64(x float64) float64 {
	if x > 0 {
		return 1 / Exp64(-x)
	}
	if !(x > -707) {
		return 0
	}
	t := float64(x*math.Log2E) + rounder64
	k := t - rounder64
	r := x - float64(k*octave64High) - float64(k*octave64Low)
	r2 := float64(r * r)
	r4 := float64(r2 * r2)
	low := 1 + r + float64(r2*(1.0/2+float64(r*(1.0/6))))
	middle := 1.0/24 + float64(r*(1.0/120)) + float64(r2*(1.0/720+float64(r*(1.0/5040))))
	high := 1.0/40320 + float64(r*(1.0/362880)) + float64(r2*(1.0/3628800+float64(r*(1.0/39916800)))) + float64(r4*(1.0/479001600))
	power := low + float64(r4*(middle+float64(r4*high)))
	return float64(power * math.Float64frombits((math.Float64bits(t)+1023)<<52))
}
