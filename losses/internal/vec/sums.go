package vec

// A sum over a block adds the four vectors of a turn as a tree, the turns of a run one after the other, the runs one after the
// other, and last the four lanes in float64. The order is part of the result: it is the same whatever the build.

// total adds up the lanes of a sum.
func total(x F32) float64 {
	var s [4]float32
	x.StoreArray(&s)
	return float64(s[0]) + float64(s[1]) + float64(s[2]) + float64(s[3])
}

// tree adds the four vectors of a turn.
func tree(a, b, c, d F32) F32 { return a.Add(b).Add(c.Add(d)) }

// size is |x|.
func size(x F32) F32 { return float(bits(x).AndNot(splatI(signBit))) }

// where is x where label is class, and 0 where it is not.
func where(x F32, label, class I32) F32 { return x.Masked(label.Equal(class)) }

// Sum is Σ x.
func Sum(x []float32) float64 {
	checkBlock(len(x))
	var sum F32
	for len(x) > 0 {
		n := min(run, len(x))
		var a F32
		for r := x[:n]; len(r) >= Step; r = r[Step:] {
			s := (*[Step]float32)(r)
			a = a.Add(tree(load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])))
		}
		sum = sum.Add(a)
		x = x[n:]
	}
	return total(sum)
}

// Dot is Σ x y.
func Dot(x, y []float32) float64 {
	check(len(x), len(y))
	var sum F32
	for i := 0; i < len(x); i += run {
		var a F32
		for j := i; j < min(i+run, len(x)); j += Step {
			s, t := (*[Step]float32)(x[j:]), (*[Step]float32)(y[j:])
			a = a.Add(tree(
				load(s[0:4]).Mul(load(t[0:4])), load(s[4:8]).Mul(load(t[4:8])),
				load(s[8:12]).Mul(load(t[8:12])), load(s[12:16]).Mul(load(t[12:16]))))
		}
		sum = sum.Add(a)
	}
	return total(sum)
}

// SumByHit is Σ x over the pixels of the class, and Σ x over the others.
func SumByHit(x []float32, label []int32, class int32) (hit, miss float64) {
	check(len(x), len(label))
	c := splatI(class)
	var hits, misses F32
	for i := 0; i < len(x); i += run {
		var h, m F32
		for j := i; j < min(i+run, len(x)); j += Step {
			s, t := (*[Step]float32)(x[j:]), (*[Step]int32)(label[j:])
			x0, x1, x2, x3 := load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
			t0, t1, t2, t3 := loadI(t[0:4]), loadI(t[4:8]), loadI(t[8:12]), loadI(t[12:16])
			h = h.Add(tree(where(x0, t0, c), where(x1, t1, c), where(x2, t2, c), where(x3, t3, c)))
			m = m.Add(tree(unless(x0, t0, c), unless(x1, t1, c), unless(x2, t2, c), unless(x3, t3, c)))
		}
		hits, misses = hits.Add(h), misses.Add(m)
	}
	return total(hits), total(misses)
}
