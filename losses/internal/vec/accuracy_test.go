package vec

import (
	"math"
	"testing"
)

// TestAccuracy measures the largest relative error of the functions of one number against float64, on float32 numbers
// evenly spread over all exponents of a range.
func TestAccuracy(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	logSigmoid := func(x float64) float64 { return math.Min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }
	other := make([]float32, Block)
	// second is run for its second result.
	second := func(run func(a, b, x []float32)) func(dst, x []float32) {
		return func(dst, x []float32) { run(other, dst, x) }
	}
	first := func(run func(a, b, x []float32)) func(dst, x []float32) {
		return func(dst, x []float32) { run(dst, other, x) }
	}
	for _, row := range []struct {
		name      string
		low, high float32
		run       func(dst, x []float32)
		want      func(x float64) float64
		limit     float64
	}{
		{"Exp", 0x1p-30, 88, Exp, math.Exp, 1e-7},
		{"Exp below 0", -0x1p-30, -87, Exp, math.Exp, 1e-7},
		{"Log", 0x1p-126, math.MaxFloat32, Log, math.Log, 1e-7},
		{"Log near 1", 0.99, 1.01, Log, math.Log, 1e-7},
		{"Log of denormals", 0x1p-149, 0x1p-126, Log, math.Log, 1e-7},
		{"Log2", 0x1p-126, 0.5, Log2, math.Log2, 1.3e-7},
		{"Log2 above 2", 2, math.MaxFloat32, Log2, math.Log2, 1.3e-7},
		{"Log2 near 1", 0.5, 2, Log2, math.Log2, 3.1e-7},
		{"Log1p", 0x1p-126, 1 << 24, Log1p, math.Log1p, 1.3e-7},
		{"Sigmoid p", 0x1p-30, 87, first(Sigmoid), sigmoid, 2.5e-7},
		{"Sigmoid q", 0x1p-30, 87, second(Sigmoid), func(x float64) float64 { return sigmoid(-x) }, 2.5e-7},
		{"Sigmoid p below 0", -0x1p-30, -87, first(Sigmoid), sigmoid, 2.5e-7},
		{"Sigmoid q below 0", -0x1p-30, -87, second(Sigmoid), func(x float64) float64 { return sigmoid(-x) }, 2.5e-7},
		{"LogSigmoid u", 0x1p-30, 87, first(LogSigmoid), logSigmoid, 3e-7},
		{"LogSigmoid v", 0x1p-30, 1000, second(LogSigmoid), func(x float64) float64 { return logSigmoid(-x) }, 3e-7},
		{"LogSigmoid u below 0", -0x1p-30, -1000, first(LogSigmoid), logSigmoid, 3e-7},
	} {
		t.Run(row.name, func(t *testing.T) {
			dst := make([]float32, Block)
			worst, at := 0.0, float32(0)
			for _, x := range spread(row.low, row.high, 997) {
				row.run(dst, x)
				for i, v := range x {
					got, want := float64(dst[i]), row.want(float64(v))
					if e := math.Abs(got-want) / math.Abs(want); want != 0 && !(e <= worst) {
						worst, at = e, v
					}
				}
			}
			t.Logf("error %.3g at %v", worst, at)
			if !(worst <= row.limit) {
				t.Errorf("error %.3g at %v, want at most %g", worst, at, row.limit)
			}
		})
	}
}

// TestPower measures the relative error of a power against what its comment allows.
func TestPower(t *testing.T) {
	log, dst := make([]float32, Block), make([]float32, Block)
	for _, e := range []float32{0.01, 0.3, 0.75, 1, 3.5, 5} {
		worst, at := 0.0, float32(0)
		for _, x := range spread(0x1p-24, 128, 997) {
			Log2(log, x)
			Power(dst, log, e)
			for i, v := range x {
				want := math.Pow(float64(v), float64(e))
				allowed := 1.8e-7 + 1e-7*float64(e)*math.Max(1, math.Abs(math.Log2(float64(v))))
				if r := math.Abs(float64(dst[i])-want) / want / allowed; !(r <= worst) {
					worst, at = r, v
				}
			}
		}
		t.Logf("exponent %v: at most %.3g of what is allowed, at %v", e, worst, at)
		if !(worst <= 1) {
			t.Errorf("exponent %v: %.3g times what is allowed, at %v", e, worst, at)
		}
	}
}

// TestPowerLack measures the relative error of 1-m and compares m with Exp, also where x is m.
func TestPowerLack(t *testing.T) {
	by, m, w := make([]float32, Block), make([]float32, Block), make([]float32, Block)
	zeros := make([]float32, Block)
	zeros[1] = float32(math.Copysign(0, -1))
	for _, g := range []float32{0.3, 1, 1.7, 5, 20} {
		worst, at := 0.0, float32(0)
		for _, x := range append(spread(-0x1p-40, -110, 997), zeros) {
			copy(m, x)
			PowerLack(m, w, m, g)
			Scale(by, x, g)
			Exp(by, by)
			equal(t, "m", m, by)
			for i, v := range x {
				want := -math.Expm1(max(float64(g*v), -87))
				if e := math.Abs(float64(w[i]) - want); !(e <= worst*want) {
					worst, at = e/want, v
				}
			}
		}
		t.Logf("exponent %v: error %.3g at %v", g, worst, at)
		if !(worst <= 1.2e-7) {
			t.Errorf("exponent %v: error %.3g at %v, want at most 1.2e-7", g, worst, at)
		}
	}
}

// TestCurve is a curve in float64, within its bounds and held at them.
func TestCurve(t *testing.T) {
	f := Curve{K: 0.62, Scale: 2.1, Shift: -0.7, Least: 1e-7, Most: 16, Low: -23.253497, High: 4}
	x, log, dst := make([]float32, Block), make([]float32, Block), make([]float32, Block)
	for _, list := range spread(0x1p-126, 0x1p20, 31) {
		copy(x, list)
		Log2(log, x)
		f.Of(dst, x, log)
		for i, v := range x {
			held := math.Min(math.Max(float64(v), 1e-7), 16)
			line := 1 - float64(f.K)*held
			want := line * line * (float64(f.Scale)*math.Log2(held) + float64(f.Shift))
			if e := math.Abs(float64(dst[i]) - want); !(e <= 4e-7*(1+line*line)*(0.7+2.1*math.Abs(math.Log2(held)))) {
				t.Fatalf("of %v: %v, want %v", v, dst[i], want)
			}
		}
	}
}

// TestEnds asks for the values at the ends of the ranges and beyond.
func TestEnds(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, row := range []struct {
		name      string
		run       func(dst, x []float32)
		x         float32
		low, high float32
	}{
		{"e^0", Exp, 0, 1, 1},
		{"e^-0", Exp, float32(math.Copysign(0, -1)), 1, 1},
		{"e^-88", Exp, -88, 0, 2e-38},
		{"e^-1000", Exp, -1000, 0, 2e-38},
		{"e^-Inf", Exp, -inf, 0, 2e-38},
		{"e^89", Exp, 89, 3.4e38, math.MaxFloat32},
		{"e^Inf", Exp, inf, 3.4e38, math.MaxFloat32},
		{"log 1", Log, 1, 0, 0},
		{"log 0", Log, 0, -104, -103.9},
		{"log2 1", Log2, 1, 0, 0},
		{"log2 0", Log2, 0, -127, -127},
		{"log2 2^-149", Log2, 0x1p-149, -127, -126},
		{"2^0", func(dst, x []float32) { Power(dst, x, 0.3) }, 0, 1, 1},
		{"2^-1000", func(dst, x []float32) { Power(dst, x, 1) }, -1000, 0x1p-126, 0x1p-126},
		{"log(1+0)", Log1p, 0, 0, 0},
		{"log(1+2^-149)", Log1p, 0x1p-149, 0x1p-149, 0x1p-149},
	} {
		x, dst := make([]float32, Step), make([]float32, Step)
		for i := range x {
			x[i] = row.x
		}
		row.run(dst, x)
		for i, got := range dst {
			if !(got >= row.low && got <= row.high) {
				t.Errorf("%s: element %d is %v, want %v to %v", row.name, i, got, row.low, row.high)
				break
			}
		}
	}
}

// TestMonotone asks that neither e^x falls nor log x, across the borders of their reductions.
func TestMonotone(t *testing.T) {
	dst := make([]float32, Block)
	for _, row := range []struct {
		name string
		at   float32
		run  func(dst, x []float32)
		slip float64 // by how much the next may be lower, relatively: two roundings
	}{
		{"Exp", 0.34657359, Exp, 2.4e-7},
		{"Log", 1.4142135, Log, 2.4e-7},
		{"Log1p", 0.41421356, Log1p, 2.4e-7},
		{"Log2", 1.4142135, Log2, 2.4e-7},
		{"Power", 1.5, func(dst, x []float32) { Power(dst, x, 1) }, 2.4e-7},
	} {
		x := make([]float32, Block)
		for i := range x {
			x[i] = math.Float32frombits(math.Float32bits(row.at) + uint32(i) - Block/2)
		}
		row.run(dst, x)
		for i := 1; i < Block; i++ {
			if float64(dst[i]) < float64(dst[i-1])*(1-row.slip) {
				t.Errorf("%s: falls from %v to %v at %v", row.name, dst[i-1], dst[i], x[i])
			}
		}
	}
}
