package vec

// UnitSums are all sums of a block of logits against byte labels: of its numbers, the pixels of the class, of these the ones whose
// probability reaches a threshold, and all whose does.
type UnitSums struct {
	Of                    [UnitSumCount]float64
	Ones, Hits, Positives int
}

// What is summed: -log p of the true class and -q² log p with q = 1-p, over the pixels of the class (hit) and over the others (miss);
// and the Overlaps. Cross and Square are the first and the second over all, with roundings of their own: those of FadedCrossEntropy
// and of Sum.
const (
	UnitCross = iota
	UnitLogHit
	UnitLogMiss
	UnitSquareHit
	UnitSquareMiss
	UnitSquare
	UnitTP
	UnitFP
	UnitFN
	UnitSquares   // Σ p²
	UnitDistances // Σ |p-t|
	UnitSumCount
)

// UnitSums8 makes them in one pass, where several are wanted, to the bits of the functions that make one; UnitSquares, Hits and Positives only if all are.
// Sixteen pixels of one label, as most are, go into its sums whole; others are parted by masks. e is room for a block and left with
// -log p. It checks as the functions of logits8.go do.
func UnitSums8(e, x []float32, t []uint8, threshold float32, all bool) (sums UnitSums, ok bool) {
	n := len(x)
	checkUnit8(n, len(t))
	check(n, len(e))
	faded, t := e[:n], t[:n]
	finite := fade(faded, x)
	least := splat(threshold)
	var product [Step]float32 // Π(1+e) - 1
	var count8, seen U8
	var reach [2]I32 // minus the pixels that do, by label
	ones := 0
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var of [Step]float32 // the run
		var crosses, squares, tps, both F32
		var lacks, logs, weighed [2][4]float32 // by label: of what the true one lacks, its logarithm, and this times the square of that
		for j := i; j <= end; j += Step {
			s := at(t, j)
			// σ on both sides of 0.
			a, b, c, d := load4(at(faded, j))
			o := every(&one)
			e, f, g, h := part4(o, o, o, o, a, b, c, d)
			a, b, c, d = part4(a, b, c, d, a, b, c, d)
			p, q, r, u := load4(at(x, j))
			labels := loadU8(s[:])
			if label := alike(labels); label < 2 {
				ones += label * Step
				mask := splatI(-int32(label))
				p, q, r, u = facing(p, mask), facing(q, mask), facing(r, mask), facing(u, mask)

				// What the true one of the two lacks.
				k, l, m, n := bits(e).Xor(bits(a)), bits(f).Xor(bits(b)), bits(g).Xor(bits(c)), bits(h).Xor(bits(d))
				a, b, c, d = flip(a, negative(p, k)), flip(b, negative(q, l)), flip(c, negative(r, m)), flip(d, negative(u, n))
				add(&lacks[label], tree(a, b, c, d))

				// The probability of the class.
				e, f, g, h = a, b, c, d
				if label == 1 {
					e, f, g, h = flip(a, k), flip(b, l), flip(c, m), flip(d, n)
					tps = tps.Add(tree(e, f, g, h))
				}
				if all {
					squares = squares.Add(tree(mul4(e, f, g, h, e, f, g, h)))
					v, w, y, z := reached(e, least), reached(f, least), reached(g, least), reached(h, least)
					reach[label] = reach[label].Add(v.Add(w).Add(y.Add(z)))
				}

				// The logarithm of the true one.
				a, b, c, d = mul4(a, b, c, d, a, b, c, d)
				p, q, r, u = below(p), below(q), below(r), below(u)
				crosses = crosses.Sub(tree(p, q, r, u))
				e, f, g, h = load4(at(faded, j))
				gatherAll(&of, e, f, g, h)
				v1, w1, y1, z1 := ratio4(e, f, g, h)
				v2, w2, y2, z2 := long4(mul4(v1, w1, y1, z1, v1, w1, y1, z1))
				v2, w2, y2, z2 = tail4(v2, w2, y2, z2, v1, w1, y1, z1, e, f, g, h)
				e, f, g, h = sub4(e, f, g, h, v2, w2, y2, z2)
				e, f, g, h = sub4(e, f, g, h, p, q, r, u)
				store4(at(faded, j), e, f, g, h)
				add(&logs[label], tree(e, f, g, h))
				e, f, g, h = mul4(e, f, g, h, a, b, c, d)
				sum := tree(e, f, g, h)
				add(&weighed[label], sum)
				both = both.Add(sum)
				continue
			}
			count8, seen = count8.Add(labels), seen.Or(labels)
			k, l, m, n := masks8(s)
			v, w, y, z := swap(p, e, a), swap(q, f, b), swap(r, g, c), swap(u, h, d)
			e, f, g, h = flip(e, v), flip(f, w), flip(g, y), flip(h, z)
			a, b, c, d = flip(a, v), flip(b, w), flip(c, y), flip(d, z)
			tps = tps.Add(tree(kept(e, k), kept(f, l), kept(g, m), kept(h, n)))
			if all {
				squares = squares.Add(tree(mul4(e, f, g, h, e, f, g, h)))
				v, w, y, z = reached(e, least), reached(f, least), reached(g, least), reached(h, least)
				hits := v.And(k).Add(w.And(l)).Add(y.And(m).Add(z.And(n)))
				reach[1] = reach[1].Add(hits)
				reach[0] = reach[0].Add(v.Add(w).Add(y.Add(z)).Sub(hits))
			}

			// What the true one of them lacks, squared.
			e, f, g, h = either(k, a, e), either(l, b, f), either(m, c, g), either(n, d, h)
			add(&lacks[1], tree(kept(e, k), kept(f, l), kept(g, m), kept(h, n)))
			add(&lacks[0], tree(left(e, k), left(f, l), left(g, m), left(h, n)))
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
			a, b, c, d = sub4(a, b, c, d, p, q, r, u)
			store4(at(faded, j), a, b, c, d)
			add(&logs[1], tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			add(&logs[0], tree(left(a, k), left(b, l), left(c, m), left(d, n)))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			add(&weighed[1], tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
			add(&weighed[0], tree(left(a, k), left(b, l), left(c, m), left(d, n)))
			both = both.Add(tree(a, b, c, d))
		}
		sums.Of[UnitCross] += total(crosses)
		a, b, c, d := load4(&of)
		gatherAll(&product, a, b, c, d)
		sums.Of[UnitLogHit] += total(every(&logs[1]))
		sums.Of[UnitLogMiss] += total(every(&logs[0]))
		sums.Of[UnitSquareHit] += total(every(&weighed[1]))
		sums.Of[UnitSquareMiss] += total(every(&weighed[0]))
		sums.Of[UnitSquare] += total(both)
		sums.Of[UnitTP] += total(tps)
		sums.Of[UnitFP] += total(every(&lacks[0]))
		sums.Of[UnitFN] += total(every(&lacks[1]))
		sums.Of[UnitSquares] += total(squares)
	}
	sums.Of[UnitCross] += logSum(&product)
	sums.Of[UnitDistances] = sums.Of[UnitFP] + sums.Of[UnitFN]
	sums.Ones, sums.Hits, sums.Positives = ones+count(count8), -lanes(reach[1]), -lanes(reach[0].Add(reach[1]))
	return sums, units(seen) && finite
}

// add is sum += x, in memory.
func add(sum *[4]float32, x F32) { every(sum).Add(x).Store(sum[:]) }

// reached is all bits where p is least or more.
func reached(p, least F32) I32 { return p.GreaterEqual(least).ToInt32x4() }

// either is x where the mask is set and y elsewhere.
func either(mask I32, x, y F32) F32 { return flip(y, bits(x).Xor(bits(y)).And(mask)) }
