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
	checkBlock(len(x))
	for len(x) > run {
		sum += sumRun(x[:run])
		x = x[run:]
	}
	return sum + sumRun(x)
}

func sumRun(x []float32) float64 {
	var sum F32
	for i := 0; i <= len(x)-Step; i += Step {
		sum = sum.Add(tree(load4(at(x, i))))
	}
	return total(sum)
}

// Dot is Σ x y.
func Dot(x, y []float32) (sum float64) {
	check(len(x), len(y))
	for i := 0; i < len(x); i += run {
		e := min(i+run, len(x))
		sum += dotRun(x[i:e], y[i:e])
	}
	return sum
}

func dotRun(x, y []float32) float64 {
	n := len(x)
	y = y[:n]
	var sum F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		e, f, g, h := load4(at(y, i))
		sum = sum.Add(tree(mul4(a, b, c, d, e, f, g, h)))
	}
	return total(sum)
}

// SumByHit is Σ x over the pixels of the class, and Σ x over the others.
func SumByHit(x []float32, label []int32, class int32) (hit, miss float64) {
	check(len(x), len(label))
	for i := 0; i < len(x); i += run {
		e := min(i+run, len(x))
		h, m := hitRun(x[i:e], label[i:e], class)
		hit, miss = hit+h, miss+m
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

func hitRun(x []float32, label []int32, class int32) (hit, miss float64) {
	n := len(x)
	label = label[:n]
	o := splatI(class)
	var hits, misses F32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		k, l, m, n := loadI4(at(label, i))
		hits = hits.Add(tree(where4(a, b, c, d, k, l, m, n, o)))
		misses = misses.Add(tree(unless4(a, b, c, d, k, l, m, n, o)))
	}
	return total(hits), total(misses)
}
