package vec

// Focal2Unit8 is Σ -q² log(1-q), q = σ(-x) where the label is 1 and σ(x) where it is 0: the focal loss with the exponent 2. e is room for a block. It checks and counts as the functions of logits8.go do.
func Focal2Unit8(e, x []float32, t []uint8) (sum float64, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e))
	e, t = e[:n], t[:n]
	finite := fade(e, x)
	var count8, seen U8
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			a, b, c, d := load4(at(e, j))
			p, q, r, o := ratio4(a, b, c, d)
			k, l, m, n := long4(mul4(p, q, r, o, p, q, r, o))
			k, l, m, n = tail4(k, l, m, n, p, q, r, o, a, b, c, d)
			p, q, r, o = sub4(a, b, c, d, k, l, m, n) // log(1+e)
			k, l, m, n = load4(at(x, j))
			w, v, z, g := widen8(s)
			k, l, m, n = away(k, w), away(l, v), away(m, z), away(n, g)
			p, q, r, o = add4(p, q, r, o, above(k), above(l), above(m), above(n))
			a, b, c, d = load4(at(e, j))
			a, b, c, d = part4(over(k, a), over(l, b), over(m, c), over(n, d), a, b, c, d)
			a, b, c, d = mul4(a, b, c, d, a, b, c, d)
			a, b, c, d = mul4(a, b, c, d, p, q, r, o)
			sums = sums.Add(tree(a, b, c, d))
		}
		sum += total(sums)
	}
	return sum, count(count8), units(seen) && finite
}

// ByHit are sums over the pixels of a class and over the others, those of SumByHit, and over both, that of Sum.
type ByHit struct{ Hit, Miss, All float64 }

// Focal2SlopeUnit8 is Focal2Unit8, by label too, and dx: PowerPull times -hit where the label is 1 and miss elsewhere. cross and lack are room
// for a block.
func Focal2SlopeUnit8(dx, cross, lack, x []float32, t []uint8, hit, miss float32) (sum ByHit, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(dx), len(cross), len(lack))
	e, t := dx[:n], t[:n]
	cross, lack = cross[:n], lack[:n]
	finite := fade(e, x)
	var count8, seen U8
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums, hits, misses F32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			a, b, c, d := load4(at(e, j))
			p, q, r, o := ratio4(a, b, c, d)
			k, l, m, n := long4(mul4(p, q, r, o, p, q, r, o))
			k, l, m, n = tail4(k, l, m, n, p, q, r, o, a, b, c, d)
			p, q, r, o = sub4(a, b, c, d, k, l, m, n) // log(1+e)
			k, l, m, n = load4(at(x, j))
			w, v, z, g := widen8(s)
			k, l, m, n = away(k, w), away(l, v), away(m, z), away(n, g)
			p, q, r, o = add4(p, q, r, o, above(k), above(l), above(m), above(n))
			store4(at(cross, j), p, q, r, o)
			a, b, c, d = part4(over(k, a), over(l, b), over(m, c), over(n, d), a, b, c, d)
			store4(at(lack, j), a, b, c, d)
			a, b, c, d = mul4(a, b, c, d, a, b, c, d)
			a, b, c, d = mul4(a, b, c, d, p, q, r, o)
			all := tree(a, b, c, d)
			sums = sums.Add(all)
			switch alike(y) {
			case 0:
				misses = misses.Add(all)
			case 1:
				hits = hits.Add(all)
			default:
				e, f, g, h := masks8(s)
				hits = hits.Add(tree(kept(a, e), kept(b, f), kept(c, g), kept(d, h)))
				misses = misses.Add(tree(left(a, e), left(b, f), left(c, g), left(d, h)))
			}
		}
		sum.Hit += total(hits)
		sum.Miss += total(misses)
		sum.All += total(sums)
	}
	squareChain(dx, cross, lack, t, hit, miss)
	return sum, count(count8), units(seen) && finite
}

// squareChain is PowerPull with the exponent 2 and the p of FadedPart, times hit or miss. dx is e = e^-|x|.
func squareChain(dx, cross, lack []float32, t []uint8, hit, miss float32) {
	n := len(dx)
	cross, lack, t = cross[:n], lack[:n], t[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(dx, i))
		p, q, r, o := load4(at(lack, i))
		a, b, c, d = part(a, p), part(b, q), part(c, r), part(d, o)
		e, f, g, h := a.Add(a), b.Add(b), c.Add(c), d.Add(d)
		k, l, m, n := load4(at(cross, i))
		k, l, m, n = mul4(e, f, g, h, k, l, m, n)
		e, f, g, h = e.Sub(a.Mul(a)), f.Sub(b.Mul(b)), g.Sub(c.Mul(c)), h.Sub(d.Mul(d))
		a, b, c, d = pushMost(k.Sub(a), e), pushMost(l.Sub(b), f), pushMost(m.Sub(c), g), pushMost(n.Sub(d), h)
		k, l, m, n = k.Add(p).Mul(p.Mul(p)), l.Add(q).Mul(q.Mul(q)), m.Add(r).Mul(r.Mul(r)), n.Add(o).Mul(o.Mul(o))
		a, b, c, d = mostly(p, a, k), mostly(q, b, l), mostly(r, c, m), mostly(o, d, n)
		u, v, w, z := masks8(at(t, i))
		store4(at(dx, i), pulled(a, u, hit, miss), pulled(b, v, hit, miss), pulled(c, w, hit, miss), pulled(d, z, hit, miss))
	}
}

// above is max(x, 0).
func above(x F32) F32 { return float(bits(x).Max(splatI(0))) }

// FocalUnit8 is Focal2Unit8 with any exponent: q^γ = e^(γ log q).
func FocalUnit8(e, x []float32, t []uint8, gamma float32) (sum float64, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e))
	e, t = e[:n], t[:n]
	finite := fade(e, x)
	var count8, seen U8
	by := splat(gamma)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			a, b, c, d := load4(at(e, j))
			p, q, r, o := ratio4(a, b, c, d)
			k, l, m, n := long4(mul4(p, q, r, o, p, q, r, o))
			k, l, m, n = tail4(k, l, m, n, p, q, r, o, a, b, c, d)
			a, b, c, d = sub4(a, b, c, d, k, l, m, n) // log(1+e)
			k, l, m, n = load4(at(x, j))
			w, v, z, g := widen8(s)
			k, l, m, n = away(k, w), away(l, v), away(m, z), away(n, g)
			p, q, r, o = add4(a, b, c, d, above(k), above(l), above(m), above(n))
			a, b, c, d = sub4(below(k), below(l), below(m), below(n), a, b, c, d)
			a, b, c, d = by.Mul(a), by.Mul(b), by.Mul(c), by.Mul(d)
			a, b, c, d = clampNegative4(a, b, c, d)
			store4(at(e, j), p, q, r, o)
			k, l, m, n = nearest4(a, b, c, d)
			a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
			p, q, r, o = series4(a, b, c, d)
			p, q, r, o = power4(p, q, r, o, a, b, c, d)
			a, b, c, d = scale4(p, q, r, o, k, l, m, n)
			p, q, r, o = load4(at(e, j))
			a, b, c, d = mul4(a, b, c, d, p, q, r, o)
			sums = sums.Add(tree(a, b, c, d))
		}
		sum += total(sums)
	}
	return sum, count(count8), units(seen) && finite
}
