package vec

// Mul is dst = x y. dst may be x or y.
func Mul(dst, x, y []float32) {
	check(len(dst), len(x), len(y))
	for len(dst) >= Step && len(x) >= Step && len(y) >= Step {
		d, s, t := (*[Step]float32)(dst), (*[Step]float32)(x), (*[Step]float32)(y)
		dst, x, y = dst[Step:], x[Step:], y[Step:]
		load(s[0:4]).Mul(load(t[0:4])).Store(d[0:4])
		load(s[4:8]).Mul(load(t[4:8])).Store(d[4:8])
		load(s[8:12]).Mul(load(t[8:12])).Store(d[8:12])
		load(s[12:16]).Mul(load(t[12:16])).Store(d[12:16])
	}
}

// Add is dst = x + y. dst may be x or y.
func Add(dst, x, y []float32) {
	check(len(dst), len(x), len(y))
	for len(dst) >= Step && len(x) >= Step && len(y) >= Step {
		d, s, t := (*[Step]float32)(dst), (*[Step]float32)(x), (*[Step]float32)(y)
		dst, x, y = dst[Step:], x[Step:], y[Step:]
		load(s[0:4]).Add(load(t[0:4])).Store(d[0:4])
		load(s[4:8]).Add(load(t[4:8])).Store(d[4:8])
		load(s[8:12]).Add(load(t[8:12])).Store(d[8:12])
		load(s[12:16]).Add(load(t[12:16])).Store(d[12:16])
	}
}

// Sub is dst = x - y. dst may be x or y.
func Sub(dst, x, y []float32) {
	check(len(dst), len(x), len(y))
	for len(dst) >= Step && len(x) >= Step && len(y) >= Step {
		d, s, t := (*[Step]float32)(dst), (*[Step]float32)(x), (*[Step]float32)(y)
		dst, x, y = dst[Step:], x[Step:], y[Step:]
		load(s[0:4]).Sub(load(t[0:4])).Store(d[0:4])
		load(s[4:8]).Sub(load(t[4:8])).Store(d[4:8])
		load(s[8:12]).Sub(load(t[8:12])).Store(d[8:12])
		load(s[12:16]).Sub(load(t[12:16])).Store(d[12:16])
	}
}

// Scale is dst = s x. dst may be x.
func Scale(dst, x []float32, s float32) {
	check(len(dst), len(x))
	f := splat(s)
	for len(dst) >= Step && len(x) >= Step {
		d, t := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		load(t[0:4]).Mul(f).Store(d[0:4])
		load(t[4:8]).Mul(f).Store(d[4:8])
		load(t[8:12]).Mul(f).Store(d[8:12])
		load(t[12:16]).Mul(f).Store(d[12:16])
	}
}

// AddScaled is dst += s x, rounded twice.
func AddScaled(dst, x []float32, s float32) {
	check(len(dst), len(x))
	f := splat(s)
	for len(dst) >= Step && len(x) >= Step {
		d, t := (*[Step]float32)(dst), (*[Step]float32)(x)
		dst, x = dst[Step:], x[Step:]
		load(d[0:4]).Add(load(t[0:4]).Mul(f)).Store(d[0:4])
		load(d[4:8]).Add(load(t[4:8]).Mul(f)).Store(d[4:8])
		load(d[8:12]).Add(load(t[8:12]).Mul(f)).Store(d[8:12])
		load(d[12:16]).Add(load(t[12:16]).Mul(f)).Store(d[12:16])
	}
}

// MulAddTo is dst += x y, rounded twice.
func MulAddTo(dst, x, y []float32) {
	check(len(dst), len(x), len(y))
	for len(dst) >= Step && len(x) >= Step && len(y) >= Step {
		d, s, t := (*[Step]float32)(dst), (*[Step]float32)(x), (*[Step]float32)(y)
		dst, x, y = dst[Step:], x[Step:], y[Step:]
		load(d[0:4]).Add(load(s[0:4]).Mul(load(t[0:4]))).Store(d[0:4])
		load(d[4:8]).Add(load(s[4:8]).Mul(load(t[4:8]))).Store(d[4:8])
		load(d[8:12]).Add(load(s[8:12]).Mul(load(t[8:12]))).Store(d[8:12])
		load(d[12:16]).Add(load(s[12:16]).Mul(load(t[12:16]))).Store(d[12:16])
	}
}

// Fill is dst = v.
func Fill(dst []float32, v float32) {
	checkBlock(len(dst))
	f := splat(v)
	for len(dst) >= Step {
		d := (*[Step]float32)(dst)
		dst = dst[Step:]
		f.Store(d[0:4])
		f.Store(d[4:8])
		f.Store(d[8:12])
		f.Store(d[12:16])
	}
}

// Hits is dst = 1 where label is class and 0 elsewhere.
func Hits(dst []float32, label []int32, class int32) {
	check(len(dst), len(label))
	c, one := splatI(class), splat(1)
	for len(dst) >= Step && len(label) >= Step {
		d, t := (*[Step]float32)(dst), (*[Step]int32)(label)
		dst, label = dst[Step:], label[Step:]
		where(one, loadI(t[0:4]), c).Store(d[0:4])
		where(one, loadI(t[4:8]), c).Store(d[4:8])
		where(one, loadI(t[8:12]), c).Store(d[8:12])
		where(one, loadI(t[12:16]), c).Store(d[12:16])
	}
}
