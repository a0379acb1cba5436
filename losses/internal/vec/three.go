package vec

// A softmax of at most three classes, of which x, y and z are the e^z, each pixel one of them: what Part, LogPart, SumByHit and
// ChainPart do one after the other, in one pass and to the same bits.

// LogThree is Σ log p over the pixels of each class.
func LogThree(x, y, z []float32, label []int32) (sums [3]float64) {
	n := len(x)
	check(n, len(y), len(z), len(label))
	y, z, label = y[:n], z[:n], label[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var first, second, third F32
		for j := i; j <= end; j += Step {
			s, t, u, is := at(x, j), at(y, j), at(z, j), at(label, j)
			a, e := three(s[0:4], t[0:4], u[0:4], is[0:4])
			b, f := three(s[4:8], t[4:8], u[4:8], is[4:8])
			c, g := three(s[8:12], t[8:12], u[8:12], is[8:12])
			d, h := three(s[12:16], t[12:16], u[12:16], is[12:16])
			p, q, r, o := add4(a, b, c, d, e, f, g, h)
			k, l, m, n := rise4(a, b, c, d, p, q, r, o)
			a, b, c, d = ratioPart4(a, b, c, d, e, f, g, h, p, q, r, o, k, l, m, n)
			e, f, g, h = atanhSeries4(mul4(a, b, c, d, a, b, c, d))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			a, b, c, d = fall4(a, b, c, d, k, l, m, n)
			k, l, m, n = loadI4(is)
			first = first.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(0))))
			second = second.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(1))))
			third = third.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(2))))
		}
		sums[0] += total(first)
		sums[1] += total(second)
		sums[2] += total(third)
	}
	return sums
}

// three is own and rest of four pixels.
func three(x, y, z []float32, label []int32) (own, rest F32) {
	is := loadI(label)
	p, q, r := is.Equal(splatI(0)).ToInt32x4(), is.Equal(splatI(1)).ToInt32x4(), is.Equal(splatI(2)).ToInt32x4()
	a, b, c := bits(load(x)), bits(load(y)), bits(load(z))
	return float(a.And(p).Or(b.And(q)).Or(c.And(r))), float(a.AndNot(p)).Add(float(b.AndNot(q))).Add(float(c.AndNot(r)))
}

// ChainThreeLogs is LogThree and the derivative of -Σ slope log p by the logits, which takes the place of x, y and z: slope is
// one number for each class.
func ChainThreeLogs(x, y, z []float32, label []int32, slope [3]float32) (sums [3]float64) {
	n := len(x)
	check(n, len(y), len(z), len(label))
	y, z, label = y[:n], z[:n], label[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var first, second, third F32
		for j := i; j <= end; j += Step {
			s, t, u, is := at(x, j), at(y, j), at(z, j), at(label, j)
			a, e := three(s[0:4], t[0:4], u[0:4], is[0:4])
			b, f := three(s[4:8], t[4:8], u[4:8], is[4:8])
			c, g := three(s[8:12], t[8:12], u[8:12], is[8:12])
			d, h := three(s[12:16], t[12:16], u[12:16], is[12:16])
			p, q, r, o := add4(a, b, c, d, e, f, g, h)
			chainOf(s[0:4], t[0:4], u[0:4], is[0:4], chosen(is[0:4], &slope).Div(p), e)
			chainOf(s[4:8], t[4:8], u[4:8], is[4:8], chosen(is[4:8], &slope).Div(q), f)
			chainOf(s[8:12], t[8:12], u[8:12], is[8:12], chosen(is[8:12], &slope).Div(r), g)
			chainOf(s[12:16], t[12:16], u[12:16], is[12:16], chosen(is[12:16], &slope).Div(o), h)
			k, l, m, n := rise4(a, b, c, d, p, q, r, o)
			a, b, c, d = ratioPart4(a, b, c, d, e, f, g, h, p, q, r, o, k, l, m, n)
			e, f, g, h = atanhSeries4(mul4(a, b, c, d, a, b, c, d))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			a, b, c, d = fall4(a, b, c, d, k, l, m, n)
			k, l, m, n = loadI4(is)
			first = first.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(0))))
			second = second.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(1))))
			third = third.Add(tree(where4(a, b, c, d, k, l, m, n, splatI(2))))
		}
		sums[0] += total(first)
		sums[1] += total(second)
		sums[2] += total(third)
	}
	return sums
}

// chosen is the number of each of four pixels' class.
func chosen(label []int32, of *[3]float32) F32 {
	is := loadI(label)
	return splat(of[0]).IfElse(is.Equal(splatI(0)), splat(of[1]).IfElse(is.Equal(splatI(1)), splat(of[2])))
}

// chainOf is ChainThree of four pixels.
func chainOf(x, y, z []float32, label []int32, f, rest F32) {
	is := loadI(label)
	hit := opposite(rest.Mul(f))
	hit.IfElse(is.Equal(splatI(0)), load(x).Mul(f)).Store(x)
	hit.IfElse(is.Equal(splatI(1)), load(y).Mul(f)).Store(y)
	hit.IfElse(is.Equal(splatI(2)), load(z).Mul(f)).Store(z)
}
