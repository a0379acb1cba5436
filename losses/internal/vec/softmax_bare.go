package vec

// Where no logit of a block is far from zero, a softmax needs no largest logit: e^z itself has room. Grow makes it of each class;
// then own is that of the true class, and the rest the sum of the others. As the true class never enters the rest, or leaves it
// without a loss, 1-p and log p keep their digits where p comes near 1; as nothing is subtracted from z, they do so at any z.
// Of more than three classes, and where the p of each class is wanted, TopFour keeps the largest e^z apart as top, and adds up
// the others to low: a p near 1 is then rounded once with the sum of all, and not once for each class, so that it is within
// 2e-7 however many there are.

// A logit may be this far from zero: rest/own, which stays below C e^80, and own/rest are then finite and normal for as many
// classes as there are labels.
const reachBits = 0x42200000 // of the float32 40

// e^r as in exp.go with one coefficient less, a minimax fit of the relative error, 1.1e-7 (own Remez exchange): what all
// classes have in common of it cancels.
var (
	bare2 = four(0.4999922811985016)
	bare3 = four(0.16667115688323975)
	bare4 = four(0.04189044237136841)
	bare5 = four(0.008312489837408066)
)

// bareSeries4 is the polynomial behind r² in e^r.
func bareSeries4(a, b, c, d F32) (F32, F32, F32, F32) {
	h := every(&bare5)
	p, q, r, s := horner4(h, h, h, h, a, b, c, d, &bare4)
	p, q, r, s = horner4(p, q, r, s, a, b, c, d, &bare3)
	return horner4(p, q, r, s, a, b, c, d, &bare2)
}

// barePower4 is e^r, of bareSeries4 and r.
func barePower4(p, q, r, s, a, b, c, d F32) (F32, F32, F32, F32) {
	p, q, r, s = p.Mul(a.Mul(a)).Add(a), q.Mul(b.Mul(b)).Add(b), r.Mul(c.Mul(c)).Add(c), s.Mul(d.Mul(d)).Add(d)
	h := every(&one)
	return p.Add(h), q.Add(h), r.Add(h), s.Add(h)
}

// farthest4 is the largest of w and the bits of |x|, NaN and infinity above all numbers.
func farthest4(w I32, a, b, c, d F32) I32 {
	return w.Max(bits(size(a)).Max(bits(size(b)))).Max(bits(size(c)).Max(bits(size(d))))
}

// Grow is e = e^z, and says whether all z are within 40 of zero; if not, e is worth nothing.
func Grow(e, z []float32) bool {
	n := len(e)
	check(n, len(z))
	dst, z := e[:n], z[:n]
	var far I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(z, i))
		far = farthest4(far, a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		e, f, g, h := bareSeries4(a, b, c, d)
		e, f, g, h = barePower4(e, f, g, h, a, b, c, d)
		a, b, c, d = scale4(e, f, g, h, k, l, m, n)
		store4(at(dst, i), a, b, c, d)
	}
	return largest(far) <= reachBits
}

// GrowTwo is Grow of two classes by turns. Each plane begins on a page of memory of its own, and while one waits for it the other is
// at work: a tenth of the time of planes of 512 x 512 pixels.
func GrowTwo(e, other, z, otherZ []float32) bool {
	n := len(e)
	check(n, len(other), len(z), len(otherZ))
	p, q, x, y := e[:n], other[:n], z[:n], otherZ[:n]
	var far I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		far = farthest4(far, a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		e, f, g, h := bareSeries4(a, b, c, d)
		e, f, g, h = barePower4(e, f, g, h, a, b, c, d)
		a, b, c, d = scale4(e, f, g, h, k, l, m, n)
		store4(at(p, i), a, b, c, d)

		a, b, c, d = load4(at(y, i))
		far = farthest4(far, a, b, c, d)
		k, l, m, n = nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		e, f, g, h = bareSeries4(a, b, c, d)
		e, f, g, h = barePower4(e, f, g, h, a, b, c, d)
		a, b, c, d = scale4(e, f, g, h, k, l, m, n)
		store4(at(q, i), a, b, c, d)
	}
	return largest(far) <= reachBits
}

// Part is of three classes at most, of which x, y and z are the e^z: own is that of the true one, 0 if none is, and rest the sum
// of the others. label is the class of each pixel.
func Part(own, rest, x, y, z []float32, label []int32) {
	n := len(own)
	check(n, len(rest), len(x), len(y), len(z), len(label))
	rest, x, y, z, label = rest[:n], x[:n], y[:n], z[:n], label[:n]
	for i := 0; i <= n-Step; i += Step {
		s, t, u, is := at(x, i), at(y, i), at(z, i), at(label, i)
		a, e := three(s[0:4], t[0:4], u[0:4], is[0:4])
		b, f := three(s[4:8], t[4:8], u[4:8], is[4:8])
		c, g := three(s[8:12], t[8:12], u[8:12], is[8:12])
		d, h := three(s[12:16], t[12:16], u[12:16], is[12:16])
		store4(at(own, i), a, b, c, d)
		store4(at(rest, i), e, f, g, h)
	}
}

// OwnOf is e of the true class of each pixel, 0 where label is -1; turn is of Turns.
func OwnOf(own []float32, e [][]float32, label, turn []int32) {
	n := len(own)
	check(n, len(label))
	label = label[:n]
	for k, class := range turn[:n/Step] {
		i := k * Step
		to := at(own, i)
		switch {
		case class >= 0:
			a, b, c, d := load4(at(e[class], i))
			store4(to, a, b, c, d)
		case class == Edge:
			s := at(label, i)
			k, l, m, n := loadI4(s)
			a, b, c, d := load4(at(e[s[0]], i))
			p, q, r, t := load4(at(e[s[Step-1]], i))
			o := splatI(s[0])
			store4(to, a.IfElse(k.Equal(o), p), b.IfElse(l.Equal(o), q), c.IfElse(m.Equal(o), r), d.IfElse(n.Equal(o), t))
		default:
			for j, class := range at(label, i) {
				to[j] = 0
				if class >= 0 {
					to[j] = e[class][i+j]
				}
			}
		}
	}
}

// Put is OwnOf the other way: e of a class gets x where the class is true.
func Put(e [][]float32, x []float32, label, turn []int32) {
	n := len(x)
	check(n, len(label))
	label = label[:n]
	for k, class := range turn[:n/Step] {
		i := k * Step
		from := at(x, i)
		if class >= 0 {
			a, b, c, d := load4(from)
			store4(at(e[class], i), a, b, c, d)
		} else {
			for j, class := range at(label, i) {
				if class >= 0 {
					e[class][i+j] = from[j]
				}
			}
		}
	}
}

// TopFour adds four classes to top, the largest e^z so far, and to low, the sum of the others. Both begin as 0.
func TopFour(top, low, x, y, z, w []float32) {
	n := len(top)
	check(n, len(low), len(x), len(y), len(z), len(w))
	low, x, y, z, w = low[:n], x[:n], y[:n], z[:n], w[:n]
	for i := 0; i <= n-Step; i += Step {
		s, t := at(z, i), at(w, i)
		k, l, m, n := smallerOf4(s, t)
		e, f, g, h := largerOf4(s, t)
		s, t = at(x, i), at(y, i)
		o, p, q, r := smallerOf4(s, t)
		o, p, q, r = add4(o, p, q, r, k, l, m, n)
		a, b, c, d := largerOf4(s, t)
		k, l, m, n = smaller4(a, b, c, d, e, f, g, h)
		o, p, q, r = add4(o, p, q, r, k, l, m, n)
		a, b, c, d = larger4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(top, i))
		k, l, m, n = smaller4(a, b, c, d, e, f, g, h)
		o, p, q, r = add4(o, p, q, r, k, l, m, n)
		a, b, c, d = larger4(a, b, c, d, e, f, g, h)
		store4(at(top, i), a, b, c, d)
		e, f, g, h = load4(at(low, i))
		a, b, c, d = add4(e, f, g, h, o, p, q, r)
		store4(at(low, i), a, b, c, d)
	}
}

// larger and smaller are of numbers that are not below zero.
func larger(x, y F32) F32  { return float(bits(x).Max(bits(y))) }
func smaller(x, y F32) F32 { return float(bits(x).Min(bits(y))) }

func larger4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return larger(a, e), larger(b, f), larger(c, g), larger(d, h)
}

func smaller4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return smaller(a, e), smaller(b, f), smaller(c, g), smaller(d, h)
}

// largerOf4 and smallerOf4 read for themselves: both at hand at once, with what else there is, would not all find a register.
func largerOf4(x, y *[Step]float32) (F32, F32, F32, F32) {
	return larger(load(x[0:4]), load(y[0:4])), larger(load(x[4:8]), load(y[4:8])),
		larger(load(x[8:12]), load(y[8:12])), larger(load(x[12:16]), load(y[12:16]))
}

func smallerOf4(x, y *[Step]float32) (F32, F32, F32, F32) {
	return smaller(load(x[0:4]), load(y[0:4])), smaller(load(x[4:8]), load(y[4:8])),
		smaller(load(x[8:12]), load(y[8:12])), smaller(load(x[12:16]), load(y[12:16]))
}

// Split is the rest of top and low without own, which is one of them: low where it is the largest, and else nothing cancels, as
// top is not below own.
func Split(rest, own, top, low []float32) {
	n := len(rest)
	check(n, len(own), len(top), len(low))
	own, top, low = own[:n], top[:n], low[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(own, i))
		e, f, g, h := load4(at(top, i))
		p, q, r, s := load4(at(low, i))
		store4(at(rest, i), without(a, e, p), without(b, f, q), without(c, g, r), without(d, h, s))
	}
}

func without(own, top, low F32) F32 {
	return low.IfElse(bits(own).Equal(bits(top)), top.Add(low.Sub(own)))
}

// PartSoftmax is p = e/(top+low) of a class, and q = 1-p with all its digits where p is near 1. q may be nil; p may be e.
func PartSoftmax(p, q, e, top, low []float32) {
	n := len(p)
	check(n, len(e), len(top), len(low))
	e, top, low = e[:n], top[:n], low[:n]
	if q == nil {
		for i := 0; i <= n-Step; i += Step {
			a, b, c, d := load4(at(top, i))
			f, g, h, j := load4(at(low, i))
			a, b, c, d = add4(a, b, c, d, f, g, h, j)
			f, g, h, j = load4(at(e, i))
			store4(at(p, i), f.Div(a), g.Div(b), h.Div(c), j.Div(d))
		}
		return
	}
	check(n, len(q))
	q = q[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(top, i))
		f, g, h, j := load4(at(low, i))
		k, l, m, o := add4(a, b, c, d, f, g, h, j)
		r, s, t, u := load4(at(e, i))
		a, b, c, d = sub4(a, b, c, d, r, s, t, u)
		a, b, c, d = add4(a, b, c, d, f, g, h, j)
		store4(at(q, i), a.Div(k), b.Div(l), c.Div(m), d.Div(o))
		store4(at(p, i), r.Div(k), s.Div(l), t.Div(m), u.Div(o))
	}
}

// TopClass is arg = class where it is below 0 and e is top: after all classes the first of the largest.
func TopClass(arg []int32, e, top []float32, class int32) {
	n := len(arg)
	check(n, len(e), len(top))
	e, top = e[:n], top[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		f, g, h, j := load4(at(top, i))
		k, l, m, n := loadI4(at(arg, i))
		storeI4(at(arg, i), topClass(k, a, f, o), topClass(l, b, g, o), topClass(m, c, h, o), topClass(n, d, j, o))
	}
}

func topClass(arg I32, e, top F32, class I32) I32 {
	first := bits(e).Equal(bits(top)).ToInt32x4().And(arg.ShiftAllRight(31))
	return arg.AndNot(first).Or(class.And(first))
}

// log(1+w) of w = rest/own without w: for a power 2^k that brings y = 2^k own near to s = own + rest, it is k ln 2 + 2 atanh x
// with x = (s-y)/(s+y), where s-y = rest - (y-own) has all digits of rest if k is 0. k comes from the difference of the bits of
// s and own, as integers nearly a logarithm: s/y lies between 2/3 and 3/2. The coefficients are a minimax fit of the relative
// error, 4e-9 (own Remez exchange).
var (
	atanh1 = four(0.66666955)
	atanh2 = four(0.39956877)
	atanh3 = four(0.303809)

	octave     = four(0x1p-23 * 0.6931471805599453) // ln 2, of an exponent in its place
	halfOctave = fourI(1 << 22)
	exponent   = fourI(-1 << 23) // and the sign
)

// rise4 is 2^23 k, of own and s: what to add to the bits of own.
func rise4(a, b, c, d, e, f, g, h F32) (I32, I32, I32, I32) {
	o, m := everyI(&halfOctave), everyI(&exponent)
	return bits(e).Sub(bits(a)).Add(o).And(m), bits(f).Sub(bits(b)).Add(o).And(m),
		bits(g).Sub(bits(c)).Add(o).And(m), bits(h).Sub(bits(d)).Add(o).And(m)
}

func raise(x F32, k I32) F32 { return float(bits(x).Add(k)) }

// fall4 is x - k ln 2, of 2^23 k.
func fall4(a, b, c, d F32, k, l, m, n I32) (F32, F32, F32, F32) {
	h := every(&octave)
	return a.Sub(k.ConvertToFloat32().Mul(h)), b.Sub(l.ConvertToFloat32().Mul(h)),
		c.Sub(m.ConvertToFloat32().Mul(h)), d.Sub(n.ConvertToFloat32().Mul(h))
}

// ratioPart4 is -x, which makes what follows negative: of own and rest, their sum s and 2^23 k.
func ratioPart4(a, b, c, d, e, f, g, h, p, q, r, s F32, k, l, m, n I32) (F32, F32, F32, F32) {
	x, y, z, w := raise(a, k), raise(b, l), raise(c, m), raise(d, n)
	return x.Sub(a).Sub(e).Div(p.Add(x)), y.Sub(b).Sub(f).Div(q.Add(y)), z.Sub(c).Sub(g).Div(r.Add(z)), w.Sub(d).Sub(h).Div(s.Add(w))
}

// atanhSeries4 is what x has to be multiplied with for 2 atanh x, of x².
func atanhSeries4(a, b, c, d F32) (F32, F32, F32, F32) {
	o := every(&atanh3)
	p, q, r, s := horner4(o, o, o, o, a, b, c, d, &atanh2)
	p, q, r, s = horner4(p, q, r, s, a, b, c, d, &atanh1)
	return horner4(p, q, r, s, a, b, c, d, &two)
}

// LogPart is u = -log(1 + rest/own), the log probability of the true class, within 4e-7 of itself. Where no class is true, own
// is 0 and u some number.
func LogPart(u, own, rest []float32) {
	n := len(u)
	check(n, len(own), len(rest))
	own, rest = own[:n], rest[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(own, i))
		e, f, g, h := load4(at(rest, i))
		p, q, r, s := add4(a, b, c, d, e, f, g, h)
		k, l, m, n := rise4(a, b, c, d, p, q, r, s)
		a, b, c, d = ratioPart4(a, b, c, d, e, f, g, h, p, q, r, s, k, l, m, n)
		e, f, g, h = atanhSeries4(mul4(a, b, c, d, a, b, c, d))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		a, b, c, d = fall4(a, b, c, d, k, l, m, n)
		store4(at(u, i), a, b, c, d)
	}
}

// LackPart is q = rest/(own+rest): what the probability of the true class lacks of 1.
func LackPart(q, own, rest []float32) {
	n := len(q)
	check(n, len(own), len(rest))
	own, rest = own[:n], rest[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(own, i))
		e, f, g, h := load4(at(rest, i))
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		store4(at(q, i), e.Div(a), f.Div(b), g.Div(c), h.Div(d))
	}
}

// ChainPart is f = -slope/(own+rest) and hit = -f rest, of a loss whose derivative by log p of the true class is slope: by the
// logit of a class it is hit where the class is true and f e^z elsewhere.
func ChainPart(f, hit, own, rest, slope []float32) {
	n := len(f)
	check(n, len(hit), len(own), len(rest), len(slope))
	hit, own, rest, slope = hit[:n], own[:n], rest[:n], slope[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(own, i))
		p, q, r, s := load4(at(rest, i))
		a, b, c, d = add4(a, b, c, d, p, q, r, s)
		t, u, v, w := load4(at(slope, i))
		a, b, c, d = t.Div(a), u.Div(b), v.Div(c), w.Div(d)
		p, q, r, s = mul4(p, q, r, s, a, b, c, d)
		store4(at(hit, i), p, q, r, s)
		store4(at(f, i), opposite(a), opposite(b), opposite(c), opposite(d))
	}
}

// ChainMost is ChainPart where own and rest add up to top and low. Where p is below a half, hit is slope + f own, which then has
// the smaller error.
func ChainMost(f, hit, own, rest, top, low, slope []float32) {
	n := len(f)
	check(n, len(hit), len(own), len(rest), len(top), len(low), len(slope))
	hit, own, rest, top, low, slope = hit[:n], own[:n], rest[:n], top[:n], low[:n], slope[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(top, i))
		e, g, h, j := load4(at(low, i))
		a, b, c, d = add4(a, b, c, d, e, g, h, j)
		t, u, v, w := load4(at(slope, i))
		a, b, c, d = t.Div(a), u.Div(b), v.Div(c), w.Div(d)
		e, g, h, j = load4(at(own, i))
		p, q, r, s := load4(at(rest, i))
		store4(at(hit, i), miss(a, e, p, t), miss(b, g, q, u), miss(c, h, r, v), miss(d, j, s, w))
		store4(at(f, i), opposite(a), opposite(b), opposite(c), opposite(d))
	}
}

// miss is f rest, or the same as slope - f own.
func miss(f, own, rest, slope F32) F32 {
	return slope.Sub(f.Mul(own)).IfElse(rest.Greater(own), f.Mul(rest))
}

// MulUnless is dst = hit where label is class and x y elsewhere. dst may be x.
func MulUnless(dst, x, y, hit []float32, label []int32, class int32) {
	n := len(dst)
	check(n, len(x), len(y), len(hit), len(label))
	x, y, hit, label = x[:n], y[:n], hit[:n], label[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(hit, i))
		k, l, m, n := loadI4(at(label, i))
		store4(at(dst, i), e.IfElse(k.Equal(o), a), f.IfElse(l.Equal(o), b), g.IfElse(m.Equal(o), c), h.IfElse(n.Equal(o), d))
	}
}

// MulFour is x = x f, and the same of y, z and w.
func MulFour(x, y, z, w, f []float32) {
	n := len(x)
	check(n, len(y), len(z), len(w), len(f))
	y, z, w, f = y[:n], z[:n], w[:n], f[:n]
	for i := 0; i <= n-Step; i += Step {
		k, l, m, n := load4(at(f, i))
		a, b, c, d := load4(at(x, i))
		a, b, c, d = mul4(a, b, c, d, k, l, m, n)
		store4(at(x, i), a, b, c, d)
		a, b, c, d = load4(at(y, i))
		a, b, c, d = mul4(a, b, c, d, k, l, m, n)
		store4(at(y, i), a, b, c, d)
		a, b, c, d = load4(at(z, i))
		a, b, c, d = mul4(a, b, c, d, k, l, m, n)
		store4(at(z, i), a, b, c, d)
		a, b, c, d = load4(at(w, i))
		a, b, c, d = mul4(a, b, c, d, k, l, m, n)
		store4(at(w, i), a, b, c, d)
	}
}
