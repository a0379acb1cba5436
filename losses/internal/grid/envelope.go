package grid

import "math"

// A parabola is what one pixel of a line offers to the others: at x it costs height + (s(x-at))², s being the spacing of
// the line. Of a set of them only those on the lower envelope matter; on the envelope each is the lowest from just after
// start to the start of the next.
type parabola struct {
	start  float64
	sum    float64 // height/s² + at², so that two of them meet at (sum2-sum1)/(2(at2-at1))
	height float64
	at     int
}

// halves returns half[k] = 1/(2k) for k up to n. A product by it misplaces a meeting point by a rounding error, which
// moves no pixel to a farther parabola: a meeting point that is not on a pixel is farther than that from any.
func (w *Work) halves(n int) []float64 {
	for k := len(w.half); k <= n; k++ {
		w.half = append(w.half, 0.5/float64(k))
	}
	return w.half
}

// lower leaves in env the lower envelope of the parabolas of height f[from:to] and returns how many they are; +Inf is no
// parabola. inverse is 1/s². env must hold to-from parabolas.
//
// Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8, 2012.
func lower(env []parabola, f []float64, from, to int, half []float64, inverse float64) int {
	n := 0
	for at := from; at < to; at++ {
		height := f[at]
		if height > math.MaxFloat64 {
			continue
		}
		x := float64(at)
		sum := float64(height*inverse) + float64(x*x)
		start := math.Inf(-1)
		for n > 0 {
			top := &env[n-1]
			start = float64((sum - top.sum) * half[at-top.at])
			if start > top.start {
				break
			}
			n--
		}
		if n == 0 {
			start = math.Inf(-1)
		}
		env[n] = parabola{start: start, sum: sum, height: height, at: at}
		n++
	}
	return n
}

// fill writes the height of the envelope over [from, to) to out, +Inf where there is no parabola. s is the spacing.
func fill(out []float64, env []parabola, from, to int, s float64) {
	if len(env) == 0 {
		for x := from; x < to; x++ {
			out[x] = math.Inf(1)
		}
		return
	}
	x := from
	for i := range env {
		end := to
		if i+1 < len(env) {
			if next := env[i+1].start; next < float64(to-1) {
				end = int(math.Floor(next)) + 1
			}
		}
		height := env[i].height
		step := float64(x - env[i].at)
		for ; x < end; x++ {
			away := float64(step * s)
			out[x] = height + float64(away*away)
			step++
		}
	}
}
