package vec

// Losses of a block of logits x against byte labels t of 0 and 1, read in one pass where the block is nothing but that: no
// weights, nothing ignored. The functions check what they read and count the ones as they go, and their numbers have the bits
// of the functions that take it in steps (Fade and what begins with Faded). ok is false where a label is not 0 or 1, or a logit
// not finite or so large that a sum is not: then look closer.

// CrossEntropyUnit8 is FadedCrossEntropy.
func CrossEntropyUnit8(x []float32, t []uint8) (sum float64, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	t = t[:n]
	var w [Step]float32
	var count8, seen U8 // a byte counts the ones of at most 64 turns
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		var v [Step]float32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			k, l, m, n := widen8(s)
			a, b, c, d := load4(at(x, j))
			a, b, c, d = away(a, k), away(b, l), away(c, m), away(d, n)
			e, f, g, h := lowered4(a, b, c, d)
			sums = sums.Add(tree(sub4(a, b, c, d, e, f, g, h)))
			a, b, c, d = clampNegative4(e, f, g, h)
			e, f, g, h = nearest4(a, b, c, d)
			a, b, c, d = remainder4(a, b, c, d, e, f, g, h)
			p, q, r, o := series4(a, b, c, d)
			p, q, r, o = power4(p, q, r, o, a, b, c, d)
			a, b, c, d = scale4(p, q, r, o, e, f, g, h)
			gatherAll(&v, a, b, c, d)
		}
		sum += total(sums) / 2
		a, b, c, d := load4(&v)
		gatherAll(&w, a, b, c, d)
	}
	return sum + logSum(&w), count(count8), units(seen) && sum-sum == 0
}

// CrossEntropySlopeUnit8 is CrossEntropyUnit8, and dx[i] = hit σ(-x) where the label is 1 and miss σ(x) where it is 0: what
// TwoChain makes of the slopes hit and -miss.
func CrossEntropySlopeUnit8(dx, x []float32, t []uint8, hit, miss float32) (sum float64, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(dx))
	dx, t = dx[:n], t[:n]
	var w [Step]float32
	var count8, seen U8
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		var v [Step]float32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			k, l, m, n := widen8(s)
			a, b, c, d := load4(at(x, j))
			a, b, c, d = away(a, k), away(b, l), away(c, m), away(d, n)
			e, f, g, h := lowered4(a, b, c, d)
			sums = sums.Add(tree(sub4(a, b, c, d, e, f, g, h)))
			a, b, c, d = clampNegative4(e, f, g, h)
			e, f, g, h = nearest4(a, b, c, d)
			a, b, c, d = remainder4(a, b, c, d, e, f, g, h)
			p, q, r, o := series4(a, b, c, d)
			p, q, r, o = power4(p, q, r, o, a, b, c, d)
			a, b, c, d = scale4(p, q, r, o, e, f, g, h)
			gatherAll(&v, a, b, c, d)
			p, q, r, o = load4(at(x, j))
			k, l, m, n = masks8(s)
			e, f, g, h = part4(outer(p, k, a), outer(q, l, b), outer(r, m, c), outer(o, n, d), a, b, c, d)
			store4(at(dx, j), pulled(e, k, hit, miss), pulled(f, l, hit, miss), pulled(g, m, hit, miss), pulled(h, n, hit, miss))
		}
		sum += total(sums) / 2
		a, b, c, d := load4(&v)
		gatherAll(&w, a, b, c, d)
	}
	return sum + logSum(&w), count(count8), units(seen) && sum-sum == 0
}

// ReadUnit8 is Fade, and the labels as int32: what every other loss of such a block begins with.
func ReadUnit8(e []float32, label []int32, x []float32, t []uint8) (ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e), len(label))
	e, label, t = e[:n], label[:n], t[:n]
	var count8, seen U8
	far := splatI(signBit)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := lowered4(load4(at(x, i)))
		far = farther4(far, a, b, c, d)
		k, l, m, n := nearest4(a, b, c, d)
		a, b, c, d = remainder4(a, b, c, d, k, l, m, n)
		p, q, r, o := series4(a, b, c, d)
		p, q, r, o = power4(p, q, r, o, a, b, c, d)
		p, q, r, o = scale4(p, q, r, o, k, l, m, n)
		store4(at(e, i), p, q, r, o)
		s := at(t, i)
		y := loadU8(s[:])
		count8, seen = count8.Add(y), seen.Or(y)
		f, g, h, j := widen8(s)
		storeI4(at(label, i), f, g, h, j)
	}
	return count(count8), units(seen) && limited(e, x, far)
}

// SigmoidErrorsUnit8 is Σ σ(-x) where the label is 1 and Σ σ(x) where it is 0, false negatives and false positives: SumByHit of
// FadedLack. e is room for a block: the turns of two short loops overlap better than those of a long one.
func SigmoidErrorsUnit8(g *Guess, e, x []float32, t []uint8) (fn, fp float64, ones int, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e))
	finite := fade(e, x)
	if g.alike() {
		fn, fp, ones, ok = errorsAlike(g, e, x, t)
	} else {
		fn, fp, ones, ok = errorsMixed(e, x, t)
	}
	return fn, fp, ones, ok && finite
}

// errorsAlike is SigmoidErrorsUnit8 of e = e^-|x|, by a branch for each turn.
func errorsAlike(g *Guess, e, x []float32, t []uint8) (fn, fp float64, ones int, ok bool) {
	n := len(x)
	e, t = e[:n], t[:n]
	mixed := 0
	var count8, seen U8
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, misses F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(e, j))
			p, q, r, o := load4(at(x, j))
			s := at(t, j)
			switch y := loadU8(s[:]); alike(y) {
			case 0:
				misses = misses.Add(tree(part4(over(p, a), over(q, b), over(r, c), over(o, d), a, b, c, d)))
			case 1:
				hits = hits.Add(tree(part4(oneBelow(p, a), oneBelow(q, b), oneBelow(r, c), oneBelow(o, d), a, b, c, d)))
				ones += Step
			default:
				mixed++
				count8, seen = count8.Add(y), seen.Or(y)
				k, l, m, n := masks8(s)
				a, b, c, d = part4(outer(p, k, a), outer(q, l, b), outer(r, m, c), outer(o, n, d), a, b, c, d)
				hits = hits.Add(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
				misses = misses.Add(tree(left(a, k), left(b, l), left(c, m), left(d, n)))
			}
		}
		fn, fp = fn+total(hits), fp+total(misses)
	}
	g.learn(mixed, n/Step)
	return fn, fp, ones + count(count8), units(seen)
}

// errorsMixed is the same by masks.
func errorsMixed(e, x []float32, t []uint8) (fn, fp float64, ones int, ok bool) {
	n := len(x)
	e, t = e[:n], t[:n]
	var count8, seen U8
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, misses F32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			y := loadU8(s[:])
			count8, seen = count8.Add(y), seen.Or(y)
			k, l, m, n := masks8(s)
			a, b, c, d := load4(at(e, j))
			p, q, r, o := load4(at(x, j))
			a, b, c, d = part4(outer(p, k, a), outer(q, l, b), outer(r, m, c), outer(o, n, d), a, b, c, d)
			hits = hits.Add(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			misses = misses.Add(tree(left(a, k), left(b, l), left(c, m), left(d, n)))
		}
		fn, fp = fn+total(hits), fp+total(misses)
	}
	return fn, fp, count(count8), units(seen)
}

// SigmoidSlopeUnit8 is SigmoidSlope of the sigmoids of x, class 1.
func SigmoidSlopeUnit8(dx, x []float32, t []uint8, hit, miss float32) (ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(dx))
	e, t := dx[:n], t[:n]
	finite := fade(e, x)
	var seen U8
	o := every(&one)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(e, i))
		p, q, r, s := part4(o, o, o, o, a, b, c, d)
		a, b, c, d = part4(a, b, c, d, a, b, c, d)
		k, l, m, n := load4(at(x, i))
		u, v, w, z := swap(k, p, a), swap(l, q, b), swap(m, r, c), swap(n, s, d)
		p, q, r, s = flip(p, u), flip(q, v), flip(r, w), flip(s, z)
		a, b, c, d = flip(a, u), flip(b, v), flip(c, w), flip(d, z)
		y := at(t, i)
		seen = seen.Or(loadU8(y[:]))
		u, v, w, z = masks8(y)
		p, q, r, s = pulled(p, u, hit, miss), pulled(q, v, hit, miss), pulled(r, w, hit, miss), pulled(s, z, hit, miss)
		a, b, c, d = mul4(p, q, r, s, a, b, c, d)
		store4(at(e, i), a, b, c, d)
	}
	return units(seen) && finite
}

// checkUnit8 panics unless a block has as many labels as logits.
func checkUnit8(n, labels int) {
	checkBlock(n)
	if labels != n {
		panic(badLength)
	}
}

// units says that bytes or'ed together were all 0 or 1.
func units(seen U8) bool {
	lo, hi := words(seen)
	return (lo|hi)&^0x0101010101010101 == 0
}

// lowered4 is -|x|. x - (-|x|) is 2 max(x, 0) without a rounding, and not finite where x is not, whatever its sign.
func lowered4(a, b, c, d F32) (F32, F32, F32, F32) {
	s := everyI(&signBits)
	return float(bits(a).Or(s)), float(bits(b).Or(s)), float(bits(c).Or(s)), float(bits(d).Or(s))
}

// away is -x where label is 1 and x where it is 0: the logit of what is wrong.
func away(x F32, label I32) F32 { return float(bits(x).Xor(label.ShiftAllLeft(31))) }

// outer is over of what away gives where the mask is that of the label.
func outer(x F32, mask I32, e F32) F32 {
	return float(bits(e).Max(everyI(&oneBits).AndNot(bits(x).ShiftAllRight(31).Xor(mask))))
}

// gather is (1+w)(1+e) - 1.
func gather(w, e F32) F32 { return w.Add(e).Add(w.Mul(e)) }

// pulled is q times hit where the mask is set and miss where it is not.
func pulled(q F32, mask I32, hit, miss float32) F32 {
	return q.Mul(either(mask, splat(hit), splat(miss)))
}
