package vec

// UnitSums are all sums of a block of logits against byte labels: those of FadedCrossEntropy, FadedTrueSums and FadedOverlap,
// the pixels of the class, of these the ones whose probability reaches a threshold, and all whose does.
type UnitSums struct {
	Cross float64
	TrueSums
	Overlaps
	Ones, Hits, Positives int
}

// UnitSums8 makes them in one pass, where several are wanted: to the same bits, in seven eighths of the time. e is room for a
// block. It checks as the functions of logits8.go do.
func UnitSums8(e, x []float32, t []uint8, threshold float32) (sums UnitSums, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e))
	faded, t := e[:n], t[:n]
	finite := guardedFade(faded, x)
	least := splat(threshold)
	var product [Step]float32 // Π(1+e) - 1
	var count8, seen U8
	var both, all I32
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var of [Step]float32 // the run
		var crosses, logHits, logMisses, squareHits, squareMisses, tps, fps, fns, squares F32
		for j := i; j <= end; j += Step {
			s := at(t, j)
			labels := loadU8(s[:])
			count8, seen = count8.Add(labels), seen.Or(labels)
			k, l, m, n := masks8(s)

			// The probability of the class and of the other.
			a, b, c, d := load4(at(faded, j))
			o := every(&one)
			e, f, g, h := part4(o, o, o, o, a, b, c, d)
			a, b, c, d = part4(a, b, c, d, a, b, c, d)
			p, q, r, u := load4(at(x, j))
			v, w, y, z := swap(p, e, a), swap(q, f, b), swap(r, g, c), swap(u, h, d)
			e, f, g, h = flip(e, v), flip(f, w), flip(g, y), flip(h, z)
			a, b, c, d = flip(a, v), flip(b, w), flip(c, y), flip(d, z)
			fns = fns.Add(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			squares = squares.Add(tree(mul4(e, f, g, h, e, f, g, h)))
			tps = tps.Add(tree(kept(e, k), kept(f, l), kept(g, m), kept(h, n)))
			fps = fps.Add(tree(left(e, k), left(f, l), left(g, m), left(h, n)))
			v, w, y, z = reached(e, least), reached(f, least), reached(g, least), reached(h, least)
			all = all.Sub(v.Add(w).Add(y.Add(z)))
			both = both.Sub(v.And(k).Add(w.And(l)).Add(y.And(m).Add(z.And(n))))

			// What the true one of them lacks, squared.
			e, f, g, h = either(k, a, e), either(l, b, f), either(m, c, g), either(n, d, h)
			e, f, g, h = mul4(e, f, g, h, e, f, g, h)

			// Its logarithm.
			p, q, r, u = facing(p, k), facing(q, l), facing(r, m), facing(u, n)
			p, q, r, u = below(p), below(q), below(r), below(u)
			crosses = crosses.Sub(tree(p, q, r, u))
			a, b, c, d = load4(at(faded, j))
			gatherAll(&of, a, b, c, d)
			v1, w1, y1, z1 := ratio4(a, b, c, d)
			v2, w2, y2, z2 := long4(mul4(v1, w1, y1, z1, v1, w1, y1, z1))
			v2, w2, y2, z2 = tail4(v2, w2, y2, z2, v1, w1, y1, z1, a, b, c, d)
			a, b, c, d = sub4(a, b, c, d, v2, w2, y2, z2)
			a, b, c, d = sub4(p, q, r, u, a, b, c, d)
			logHits = logHits.Sub(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			logMisses = logMisses.Sub(tree(left(a, k), left(b, l), left(c, m), left(d, n)))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			squareHits = squareHits.Sub(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			squareMisses = squareMisses.Sub(tree(left(a, k), left(b, l), left(c, m), left(d, n)))
		}
		sums.Cross += total(crosses)
		a, b, c, d := load4(&of)
		gatherAll(&product, a, b, c, d)
		sums.LogHit += total(logHits)
		sums.LogMiss += total(logMisses)
		sums.SquareHit += total(squareHits)
		sums.SquareMiss += total(squareMisses)
		sums.TP += total(tps)
		sums.FP += total(fps)
		sums.FN += total(fns)
		sums.Squares += total(squares)
	}
	sums.Cross += logSum(&product)
	sums.Ones, sums.Hits, sums.Positives = count(count8), lanes(both), lanes(all)
	return sums, units(seen) && finite
}

// reached is all bits where p is least or more.
func reached(p, least F32) I32 { return p.GreaterEqual(least).ToInt32x4() }

// either is x where the mask is set and y elsewhere.
func either(mask I32, x, y F32) F32 { return flip(y, bits(x).Xor(bits(y)).And(mask)) }
