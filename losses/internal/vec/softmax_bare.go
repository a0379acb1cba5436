package vec

// Where no logit of a block is far from zero, a softmax needs no largest logit: e^z itself has room. Grow makes it of each class;
// Part and its kin add it up, to own where the class is the true one and to rest where it is not. As the true class never
// enters rest, 1-p and log p keep their digits where p comes near 1; as nothing is subtracted from z, they do so at any z.
// Three classes are added up before they meet the others, which halves the error of a long sum.

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

// Part begins with three classes, of which x, y and z are the e^z: own is that of the true one of them, 0 if none is, and rest
// the sum of the others. label is the class of each pixel, class the first of the three.
func Part(own, rest, x, y, z []float32, label []int32, class int32) {
	n := len(own)
	check(n, len(rest), len(x), len(y), len(z), len(label))
	rest, x, y, z, label = rest[:n], x[:n], y[:n], z[:n], label[:n]
	k, l, m := splatI(class), splatI(class+1), splatI(class+2)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d, e, f := at(own, i), at(rest, i), at(x, i), at(y, i), at(z, i), at(label, i)
		part(a[0:4], b[0:4], c[0:4], d[0:4], e[0:4], f[0:4], k, l, m)
		part(a[4:8], b[4:8], c[4:8], d[4:8], e[4:8], f[4:8], k, l, m)
		part(a[8:12], b[8:12], c[8:12], d[8:12], e[8:12], f[8:12], k, l, m)
		part(a[12:16], b[12:16], c[12:16], d[12:16], e[12:16], f[12:16], k, l, m)
	}
}

func part(own, rest, x, y, z []float32, label []int32, k, l, m I32) {
	is := loadI(label)
	p, q, r := is.Equal(k).ToInt32x4(), is.Equal(l).ToInt32x4(), is.Equal(m).ToInt32x4()
	a, b, c := bits(load(x)), bits(load(y)), bits(load(z))
	float(a.And(p).Or(b.And(q)).Or(c.And(r))).Store(own)
	float(a.AndNot(p)).Add(float(b.AndNot(q))).Add(float(c.AndNot(r))).Store(rest)
}

// PartMore goes on with three more classes.
func PartMore(own, rest, x, y, z []float32, label []int32, class int32) {
	n := len(own)
	check(n, len(rest), len(x), len(y), len(z), len(label))
	rest, x, y, z, label = rest[:n], x[:n], y[:n], z[:n], label[:n]
	k, l, m := splatI(class), splatI(class+1), splatI(class+2)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d, e, f := at(own, i), at(rest, i), at(x, i), at(y, i), at(z, i), at(label, i)
		partMore(a[0:4], b[0:4], c[0:4], d[0:4], e[0:4], f[0:4], k, l, m)
		partMore(a[4:8], b[4:8], c[4:8], d[4:8], e[4:8], f[4:8], k, l, m)
		partMore(a[8:12], b[8:12], c[8:12], d[8:12], e[8:12], f[8:12], k, l, m)
		partMore(a[12:16], b[12:16], c[12:16], d[12:16], e[12:16], f[12:16], k, l, m)
	}
}

func partMore(own, rest, x, y, z []float32, label []int32, k, l, m I32) {
	is := loadI(label)
	p, q, r := is.Equal(k).ToInt32x4(), is.Equal(l).ToInt32x4(), is.Equal(m).ToInt32x4()
	a, b, c := bits(load(x)), bits(load(y)), bits(load(z))
	float(bits(load(own)).Or(a.And(p)).Or(b.And(q)).Or(c.And(r))).Store(own)
	load(rest).Add(float(a.AndNot(p)).Add(float(b.AndNot(q))).Add(float(c.AndNot(r)))).Store(rest)
}

// PartOthers goes on with three classes that are true nowhere, to the bits of PartMore.
func PartOthers(rest, x, y, z []float32) {
	n := len(rest)
	check(n, len(x), len(y), len(z))
	x, y, z = x[:n], y[:n], z[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(z, i))
		a, b, c, d = add4(a, b, c, d, e, f, g, h)
		e, f, g, h = load4(at(rest, i))
		a, b, c, d = add4(e, f, g, h, a, b, c, d)
		store4(at(rest, i), a, b, c, d)
	}
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

// ChainThree is MulUnless of three classes in place, of which x, y and z are the e^z: class is the first.
func ChainThree(x, y, z, f, hit []float32, label []int32, class int32) {
	n := len(x)
	check(n, len(y), len(z), len(f), len(hit), len(label))
	y, z, f, hit, label = y[:n], z[:n], f[:n], hit[:n], label[:n]
	k, l, m := splatI(class), splatI(class+1), splatI(class+2)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d, e, s := at(x, i), at(y, i), at(z, i), at(f, i), at(hit, i), at(label, i)
		chain(a[0:4], b[0:4], c[0:4], load(d[0:4]), load(e[0:4]), loadI(s[0:4]), k, l, m)
		chain(a[4:8], b[4:8], c[4:8], load(d[4:8]), load(e[4:8]), loadI(s[4:8]), k, l, m)
		chain(a[8:12], b[8:12], c[8:12], load(d[8:12]), load(e[8:12]), loadI(s[8:12]), k, l, m)
		chain(a[12:16], b[12:16], c[12:16], load(d[12:16]), load(e[12:16]), loadI(s[12:16]), k, l, m)
	}
}

func chain(x, y, z []float32, f, hit F32, label, k, l, m I32) {
	hit.IfElse(label.Equal(k), load(x).Mul(f)).Store(x)
	hit.IfElse(label.Equal(l), load(y).Mul(f)).Store(y)
	hit.IfElse(label.Equal(m), load(z).Mul(f)).Store(z)
}

// MulThree is x = x f, and the same of y and z.
func MulThree(x, y, z, f []float32) {
	n := len(x)
	check(n, len(y), len(z), len(f))
	y, z, f = y[:n], z[:n], f[:n]
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
	}
}
