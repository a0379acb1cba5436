package vec

// run is how many pixels are added up in float32: the four vectors of a turn in pairs, then sixteen turns one after the other.
// From there the lanes and the runs go on in float64. Equal terms, whose rounding errors all point one way, then give a sum
// within 2.7e-7 of itself (every float32 was tried); others do better. The order is part of the result, whatever the build.
const run = 16 * Step

// total adds up the lanes of a run.
func total(x F32) float64 {
	return float64(x.GetElem(0)) + float64(x.GetElem(1)) + float64(x.GetElem(2)) + float64(x.GetElem(3))
}

// Sum is Σ x.
func Sum(x []float32) (sum float64) {
	n := len(x)
	checkBlock(n)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		for j := i; j <= end; j += Step {
			sums = sums.Add(tree(load4(at(x, j))))
		}
		sum += total(sums)
	}
	return sum
}

// Dot is Σ x y.
func Dot(x, y []float32) (sum float64) {
	n := len(x)
	check(n, len(y))
	y = y[:n]
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var sums F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(x, j))
			e, f, g, h := load4(at(y, j))
			sums = sums.Add(tree(mul4(a, b, c, d, e, f, g, h)))
		}
		sum += total(sums)
	}
	return sum
}

// SumByHit is Σ x over the pixels of the class, and Σ x over the others.
func SumByHit(x []float32, label []int32, class int32) (hit, miss float64) {
	n := len(x)
	check(n, len(label))
	label = label[:n]
	o := splatI(class)
	for i := 0; i < n; i += run {
		end := min(i+run, n) - Step
		var hits, misses F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(x, j))
			k, l, m, n := loadI4(at(label, j))
			hits = hits.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
			misses = misses.Add(tree(unless4(a, b, c, d, k, l, m, n, o)))
		}
		hit, miss = hit+total(hits), miss+total(misses)
	}
	return hit, miss
}

// SumByHit8 is SumByHit of byte labels of 0 and 1, class 1. Sixteen pixels of one label, as most are, go into its sum whole.
func SumByHit8(x []float32, t []uint8) (hit, miss float64) {
	checkUnit8(len(x), len(t))
	t = t[:len(x)]
	for i := 0; i < len(x); i += run {
		end := min(i+run, len(x)) - Step
		var hits, misses F32
		for j := i; j <= end; j += Step {
			a, b, c, d := load4(at(x, j))
			s := at(t, j)
			switch alike(loadU8(s[:])) {
			case 0:
				misses = misses.Add(tree(a, b, c, d))
			case 1:
				hits = hits.Add(tree(a, b, c, d))
			default:
				k, l, m, n := masks8(s)
				hits = hits.Add(tree(kept(a, k), kept(b, l), kept(c, m), kept(d, n)))
				misses = misses.Add(tree(left(a, k), left(b, l), left(c, m), left(d, n)))
			}
		}
		hit, miss = hit+total(hits), miss+total(misses)
	}
	return hit, miss
}

// SumByClass adds SumByHit of each class that is seen to sum; turn is of Turns. It leaves lane, of each class, at 0, as it has to be.
func SumByClass(sum []float64, lane [][4]float32, x []float32, label, turn, seen []int32) {
	check(len(x), len(label))
	for len(x) > 0 {
		n := min(run, len(x))
		laneRun(lane, x[:n], label[:n], turn, seen)
		for _, class := range seen {
			sum[class] += total(load(lane[class][:]))
			lane[class] = [4]float32{}
		}
		x, label, turn = x[n:], label[n:], turn[n/Step:]
	}
}

func laneRun(lane [][4]float32, x []float32, label, turn, seen []int32) {
	n := len(x)
	label = label[:n]
	for k, class := range turn[:n/Step] {
		i := k * Step
		a, b, c, d := load4(at(x, i))
		if class >= 0 {
			add(&lane[class], tree(a, b, c, d))
			continue
		}
		s := at(label, i)
		k, l, m, n := loadI4(s)
		if class == Edge {
			o := splatI(s[0])
			add(&lane[s[0]], tree(where4(a, b, c, d, k, l, m, n, o)))
			add(&lane[s[Step-1]], tree(unless4(a, b, c, d, k, l, m, n, o)))
			continue
		}
		for _, class := range seen {
			add(&lane[class], tree(where4(a, b, c, d, k, l, m, n, splatI(class))))
		}
	}
}
