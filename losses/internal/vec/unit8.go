package vec

// HitAll is Σ w p where label is class, and Σ w p over all: the first has the bits of Overlap's tp. A nil weight is 1.
func HitAll(p []float32, label []int32, class int32, w []float32) (hit, all float64) {
	check(len(p), len(label))
	if w == nil {
		return hitAll(p, label, class)
	}
	check(len(p), len(w))
	return hitAllWeighted(p, label, class, w)
}

func hitAll(p []float32, label []int32, class int32) (hit, all float64) {
	n := len(p)
	label = label[:n]
	o := splatI(class)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, alls F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			k, l, m, n := loadI4(at(label, j))
			alls = alls.Add(tree(a, b, c, d))
			hits = hits.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		}
		hit, all = hit+total(hits), all+total(alls)
	}
	return hit, all
}

func hitAllWeighted(p []float32, label []int32, class int32, w []float32) (hit, all float64) {
	n := len(p)
	label, w = label[:n], w[:n]
	o := splatI(class)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, alls F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			e, f, g, h := load4(at(w, j))
			a, b, c, d = mul4(a, b, c, d, e, f, g, h)
			k, l, m, n := loadI4(at(label, j))
			alls = alls.Add(tree(a, b, c, d))
			hits = hits.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		}
		hit, all = hit+total(hits), all+total(alls)
	}
	return hit, all
}

// oneBitsOnly are the bits of 1, the largest that a probability has.
const oneBitsOnly = 0x3f800000

// HitAllUnit8 is HitAll of probabilities p and byte labels, class 1, in one pass and with the same bits. It counts the ones
// too. ok is false where a label is not 0 or 1, or a probability not in [0, 1] or -0: then look closer. g guesses how to go about it.
func HitAllUnit8(g *Guess, p []float32, t []uint8) (hit, all float64, ones int, ok bool) {
	checkUnit8(len(p), len(t))
	if g.alike() {
		return hitAllAlike(g, p, t)
	}
	return hitAllMixed(p, t)
}

// hitAllAlike is HitAllUnit8 by a branch for each turn.
func hitAllAlike(g *Guess, p []float32, t []uint8) (hit, all float64, ones int, ok bool) {
	n := len(p)
	t = t[:n]
	mixed := 0
	var count8, seen U8
	var worst I32
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, alls F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			sum := tree(a, b, c, d)
			alls, worst = alls.Add(sum), top4(worst, a, b, c, d)
			s := at(t, j)
			switch x := loadU8(s[:]); alike(x) {
			case 0:
			case 1:
				ones += Step
				hits = hits.Add(sum)
			default:
				mixed++
				count8, seen = count8.Add(x), seen.Or(x)
				hits = hits.Add(hit4(a, b, c, d, s))
			}
		}
		hit, all = hit+total(hits), all+total(alls)
	}
	g.learn(mixed, n/Step)
	return hit, all, ones + count(count8), units(seen) && largestUnsigned(worst) <= oneBitsOnly
}

// hitAllMixed is HitAllUnit8 by masks.
func hitAllMixed(p []float32, t []uint8) (hit, all float64, ones int, ok bool) {
	n := len(p)
	t = t[:n]
	var count8, seen U8 // a byte counts the ones of at most 64 turns
	var worst I32
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, alls F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(p, j))
			alls, worst = alls.Add(tree(a, b, c, d)), top4(worst, a, b, c, d)
			s := at(t, j)
			x := loadU8(s[:])
			count8, seen = count8.Add(x), seen.Or(x)
			hits = hits.Add(hit4(a, b, c, d, s))
		}
		hit, all = hit+total(hits), all+total(alls)
	}
	return hit, all, count(count8), units(seen) && largestUnsigned(worst) <= oneBitsOnly
}

// hit4 is the sum of what has the label 1.
func hit4(a, b, c, d F32, t *[Step]uint8) F32 {
	k, l, m, n := masks8(t)
	return tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n))
}

// top4 is the largest bits, as uint32.
func top4(worst I32, a, b, c, d F32) I32 {
	return maxUnsigned(worst, maxUnsigned(maxUnsigned(bits(a), bits(b)), maxUnsigned(bits(c), bits(d))))
}

// largestUnsigned is the largest lane, as uint32.
func largestUnsigned(x I32) uint32 {
	var w [4]int32
	x.StoreArray(&w)
	return max(max(uint32(w[0]), uint32(w[1])), max(uint32(w[2]), uint32(w[3])))
}

// kept is x where the mask is set and 0 elsewhere.
func kept(x F32, mask I32) F32 { return float(bits(x).And(mask)) }
