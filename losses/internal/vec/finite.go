package vec

import "math"

// infinite is the float32 bits of +Inf; NaN lies above.
const infinite = 0x7f800000

// Finite says that x holds no NaN and no infinity. Any length.
func Finite(x []float32) bool {
	var worst I32
	for len(x) >= Step {
		s := (*[Step]float32)(x)
		x = x[Step:]
		a, b := bits(size(load(s[0:4]))).Max(bits(size(load(s[4:8])))), bits(size(load(s[8:12]))).Max(bits(size(load(s[12:16]))))
		worst = worst.Max(a.Max(b))
	}
	var w [4]int32
	worst.StoreArray(&w)
	top := max(w[0], w[1], w[2], w[3])
	for _, v := range x {
		top = max(top, int32(math.Float32bits(v)&^(1<<31)))
	}
	return top < infinite
}

// NoneNegative says that x holds no NaN, no infinity and nothing below 0, where -0 is not. Any length.
func NoneNegative(x []float32) bool { return between(x, math.MaxFloat32) }

// Within01 says that all of x is in [0, 1], where -0 is and NaN is not. Any length.
func Within01(x []float32) bool { return between(x, 1) }

// between says that all of x is from 0 to a number.
func between(x []float32, most float32) bool {
	zero, last := splat(0), splat(most)
	all := splatI(-1)
	for len(x) >= Step {
		s := (*[Step]float32)(x)
		x = x[Step:]
		x0, x1, x2, x3 := load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
		a := x0.GreaterEqual(zero).And(x0.LessEqual(last)).And(x1.GreaterEqual(zero)).And(x1.LessEqual(last))
		b := x2.GreaterEqual(zero).And(x2.LessEqual(last)).And(x3.GreaterEqual(zero)).And(x3.LessEqual(last))
		all = all.And(a.And(b).ToInt32x4())
	}
	var w [4]int32
	all.StoreArray(&w)
	if w[0]&w[1]&w[2]&w[3] == 0 {
		return false
	}
	for _, v := range x {
		if !(v >= 0 && v <= most) {
			return false
		}
	}
	return true
}
