package grid

import "math"

// A parabola is what one pixel of a line offers to the others: at x it costs height + (s(x-at))², s being the spacing of
// the line. Of a set of them only those on the lower envelope matter; on the envelope each is the lowest from just after
// start to the start of the next.
//
// Two of them meet at (sum2-sum1)/(2(at2-at1)), where sum = height/s² + at².
type parabola struct {
	start float64
	at    int
}

// halves returns half[k] = 1/(2k) for k up to n. A product by it misplaces a meeting point by a rounding error, which
// moves no pixel to a farther parabola: a meeting point that is not on a pixel is farther than that from any.
func (w *Work) halves(n int) []float64 {
	for k := len(w.half); k <= n; k++ {
		w.half = append(w.half, 0.5/float64(k))
	}
	return w.half
}

// sumAt is the sum of a parabola of a height at x; inverse is 1/s².
func sumAt(height, x, inverse float64) float64 { return float64(height*inverse) + float64(x*x) }

// sumsOf writes to out the sum of each parabola of height f, the first of which is at from.
func sumsOf(out, f []float64, from int, inverse float64) {
	x := float64(from)
	out = out[:len(f)]
	for ; len(f) >= 4; out, f = out[4:], f[4:] {
		o, h := (*[4]float64)(out), (*[4]float64)(f)
		o[0], o[1], o[2], o[3] = sumAt(h[0], x, inverse), sumAt(h[1], x+1, inverse), sumAt(h[2], x+2, inverse), sumAt(h[3], x+3, inverse)
		x += 4
	}
	for i := range f {
		out[i] = sumAt(f[i], x, inverse)
		x++
	}
}

// lower leaves in env the lower envelope over the pixels up to last of the parabolas of sum[from:to], and returns how many
// they are; after them it leaves a start at last. A sum of +Inf is no parabola. env must hold to-from+1.
//
// A parabola that starts at last or later is lower nowhere, and left out. Every jump is dear in Go's WebAssembly, and the
// common case is what falls through.
//
// Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 2012.
func lower(env []parabola, sum []float64, from, to int, half []float64, last float64) int {
	for from < to && sum[from] > math.MaxFloat64 {
		from++
	}
	if from == to {
		return 0
	}
	n, top, topStart, topSum := 0, from, math.Inf(-1), sum[from]
	env[0] = parabola{start: topStart, at: top}
	for at := from + 1; at < to; at++ {
		s := sum[at]
		if s <= math.MaxFloat64 {
			start := float64((s - topSum) * half[at-top])
			if start <= topStart {
				for {
					n--
					top, topStart = env[n].at, env[n].start
					topSum = sum[top]
					start = float64((s - topSum) * half[at-top])
					if start > topStart {
						break
					}
				}
			}
			if start < last {
				n++
				env[n] = parabola{start: start, at: at}
				top, topStart, topSum = at, start, s
			}
		}
	}
	env[n+1] = parabola{start: last}
	return n + 1
}

// within leaves out the parabolas before from.
func within(env []parabola, from int) []parabola {
	for len(env) > 2 && env[1].start < float64(from) {
		env = env[1:]
	}
	return env
}

// overshoot is how many elements fill writes beyond the pixels it is asked for.
const overshoot = 3

// fill writes to out the height of the envelope of parabolas of height f, from pixel from to the start of the last of env,
// and anything to the overshoot after it. s is the spacing. The stretch of a parabola is often short, and four pixels a
// turn, some of them written over by the next, are faster than a turn a pixel.
func fill(out, f []float64, env []parabola, from int, s float64) {
	x := from
	for i := 1; i < len(env); i++ {
		end := int(env[i].start) + 1
		at := env[i-1].at
		height := f[at]
		away := float64(x - at)
		for ; x < end; x += 4 {
			four := (*[4]float64)(out[x:])
			a, b, c, d := float64(away*s), float64((away+1)*s), float64((away+2)*s), float64((away+3)*s)
			four[0] = height + float64(a*a)
			four[1] = height + float64(b*b)
			four[2] = height + float64(c*c)
			four[3] = height + float64(d*d)
			away += 4
		}
		x = end
	}
}
