package vec

import "math"

// Mul is dst = x y. dst may be x or y.
func Mul(dst, x, y []float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// MulNeg is dst = -x y.
func MulNeg(dst, x, y []float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), opposite(a), opposite(b), opposite(c), opposite(d))
	}
}

// Add is dst = x + y. dst may be x or y.
func Add(dst, x, y []float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// Sub is dst = x - y. dst may be x or y.
func Sub(dst, x, y []float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = sub4(a, b, c, d, e, f, g, h)
		store4(at(dst, i), a, b, c, d)
	}
}

// Scale is dst = s x. dst may be x.
func Scale(dst, x []float32, s float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	f := splat(s)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		store4(at(dst, i), a.Mul(f), b.Mul(f), c.Mul(f), d.Mul(f))
	}
}

// AddScaled is dst += s x, rounded twice.
func AddScaled(dst, x []float32, s float32) {
	n := len(dst)
	check(n, len(x))
	x = x[:n]
	f := splat(s)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		p, q, r, t := load4(at(dst, i))
		p, q, r, t = add4(p, q, r, t, a.Mul(f), b.Mul(f), c.Mul(f), d.Mul(f))
		store4(at(dst, i), p, q, r, t)
	}
}

// MulAddTo is dst += x y, rounded twice.
func MulAddTo(dst, x, y []float32) {
	n := len(dst)
	check(n, len(x), len(y))
	x, y = x[:n], y[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(dst, i))
		a, b, c, d = add4(e, f, g, h, a, b, c, d)
		store4(at(dst, i), a, b, c, d)
	}
}

// Sqrt is x[i] = √x[i], correctly rounded. Any length.
func Sqrt(x []float32) {
	for ; len(x) >= Step; x = x[Step:] {
		s := (*[Step]float32)(x)
		a, b, c, d := load4(s)
		store4(s, a.Sqrt(), b.Sqrt(), c.Sqrt(), d.Sqrt())
	}
	for i, v := range x {
		x[i] = float32(math.Sqrt(float64(v)))
	}
}

// Fill is dst = v.
func Fill(dst []float32, v float32) {
	checkBlock(len(dst))
	f := splat(v)
	for i := 0; i <= len(dst)-Step; i += Step {
		store4(at(dst, i), f, f, f, f)
	}
}

// TrueOfTwo is p, the probability of the true one of the two classes of a channel, and q, that of the other: x is the
// probability of class.
func TrueOfTwo(p, q, x []float32, label []int32, class int32) {
	n := len(p)
	check(n, len(q), len(x), len(label))
	q, x, label = q[:n], x[:n], label[:n]
	o, one := splatI(class), every(&one)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := one.Sub(a), one.Sub(b), one.Sub(c), one.Sub(d)
		k, l, m, n := loadI4(at(label, i))
		store4(at(p, i), a.IfElse(k.Equal(o), e), b.IfElse(l.Equal(o), f), c.IfElse(m.Equal(o), g), d.IfElse(n.Equal(o), h))
		store4(at(q, i), e.IfElse(k.Equal(o), a), f.IfElse(l.Equal(o), b), g.IfElse(m.Equal(o), c), h.IfElse(n.Equal(o), d))
	}
}

// Hits is dst = 1 where label is class and 0 elsewhere.
func Hits(dst []float32, label []int32, class int32) {
	n := len(dst)
	check(n, len(label))
	label = label[:n]
	o, yes := splatI(class), splat(1)
	for i := 0; i <= n-Step; i += Step {
		k, l, m, n := loadI4(at(label, i))
		a, b, c, d := where4(yes, yes, yes, yes, k, l, m, n, o)
		store4(at(dst, i), a, b, c, d)
	}
}
