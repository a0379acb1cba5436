package losses

// A slot holds one sum as three float64 on fixed grids of 2^-8, 2^-37 and
// 2^-66. Each part of a term is a multiple of its grid, so that adding terms is
// exact, and with it associative, while the sum stays under 2^45 and is made of
// fewer than 2^24 terms. Beyond that it is merely accurate. What is below 2^-67
// of a term is dropped.
const slot = 3

// Adding and subtracting 1.5*2^(52-k) rounds to a multiple of 2^-k.
const (
	grid0 = 1.5 * (1 << 44)
	grid1 = 1.5 * (1 << 15)
	grid2 = 1.5 / (1 << 14)
)

// pour adds x to the slot at the start of s. It is called from everywhere, but
// only once for a block of pixels: not inlined, the module is smaller.
//
//go:noinline
func pour(s []float64, x float64) { (*grids)(s).pour(x) }

// grids is a slot.
type grids [slot]float64

func (s *grids) pour(x float64) {
	if x > 1<<42 || x < -(1<<42) {
		s[0] += x
		return
	}
	hi := (x + grid0) - grid0
	x -= hi
	mid := (x + grid1) - grid1
	x -= mid
	s[0] += hi
	s[1] += mid
	s[2] += (x + grid2) - grid2
}

// total reads the slot at the start of s.
//
//go:noinline
func total(s []float64) float64 { return s[0] + (s[1] + s[2]) }

// Merge adds the state b to a. States of the same job merge in any order to the
// same bits.
func Merge(a, b []float64) {
	for i, x := range b {
		a[i] += x
	}
}
