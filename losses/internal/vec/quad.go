package vec

// A turn of a loop handles Step pixels as four vectors, side by side through every stage of the arithmetic: a stage then
// needs few constants at once, and its four chains of operations overlap. The functions of a stage end in 4; they take and
// give four vectors of each quantity, which carry four letters in a row: a, b, c, d and e, f, g, h.
//
// They must be inlined, or the vectors travel through memory at twice the time. The compiler allows them a cost of 240;
// go build -gcflags=-m=2 tells it.

// at is the turn of x that begins at i. The capacity spares the compiler a case.
func at[T float32 | int32 | uint16 | uint8](x []T, i int) *[Step]T {
	return (*[Step]T)(x[i : i+Step : i+Step])
}

func load4(s *[Step]float32) (a, b, c, d F32) {
	return load(s[0:4]), load(s[4:8]), load(s[8:12]), load(s[12:16])
}

func loadI4(s *[Step]int32) (a, b, c, d I32) {
	return loadI(s[0:4]), loadI(s[4:8]), loadI(s[8:12]), loadI(s[12:16])
}

func store4(s *[Step]float32, a, b, c, d F32) {
	a.Store(s[0:4])
	b.Store(s[4:8])
	c.Store(s[8:12])
	d.Store(s[12:16])
}

func storeI4(s *[Step]int32, a, b, c, d I32) {
	a.Store(s[0:4])
	b.Store(s[4:8])
	c.Store(s[8:12])
	d.Store(s[12:16])
}

func add4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return a.Add(e), b.Add(f), c.Add(g), d.Add(h)
}

func sub4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return a.Sub(e), b.Sub(f), c.Sub(g), d.Sub(h)
}

func mul4(a, b, c, d, e, f, g, h F32) (F32, F32, F32, F32) {
	return a.Mul(e), b.Mul(f), c.Mul(g), d.Mul(h)
}

// tree is a + b + c + d, in pairs.
func tree(a, b, c, d F32) F32 { return a.Add(b).Add(c.Add(d)) }

// where is x where label is class, and 0 where it is not; unless is the rest of x.
func where(x F32, label, class I32) F32 { return x.Masked(label.Equal(class)) }
func unless(x F32, label, class I32) F32 {
	return float(bits(x).AndNot(label.Equal(class).ToInt32x4()))
}

func where4(a, b, c, d F32, k, l, m, n, class I32) (F32, F32, F32, F32) {
	return where(a, k, class), where(b, l, class), where(c, m, class), where(d, n, class)
}

func unless4(a, b, c, d F32, k, l, m, n, class I32) (F32, F32, F32, F32) {
	return unless(a, k, class), unless(b, l, class), unless(c, m, class), unless(d, n, class)
}

// size is |x|, opposite -x, below min(x, 0): by integers, which is quicker and has no special cases.
func size(x F32) F32     { return float(bits(x).AndNot(everyI(&signBits))) }
func opposite(x F32) F32 { return float(bits(x).Xor(everyI(&signBits))) }
func below(x F32) F32    { return float(bits(x).Min(splatI(0))) }

// signBit is the sign of a float32; the others are its size.
const signBit = -1 << 31

// four is a constant in every lane. Kept in memory, whence a stage fetches it, rather than in one of sixteen registers through
// the whole loop: that is 30 % of Exp in Chromium.
func four(x float32) [4]float32 { return [4]float32{x, x, x, x} }
func fourI(x int32) [4]int32    { return [4]int32{x, x, x, x} }

// every is such a constant.
func every(x *[4]float32) F32 { return load(x[:]) }
func everyI(x *[4]int32) I32  { return loadI(x[:]) }

var (
	one      = four(1)
	half     = four(0.5)
	two      = four(2)
	oneBits  = fourI(0x3f800000) // of the float32 1
	signBits = fourI(signBit)
)
