//go:build !(goexperiment.simd && go1.27)

package vec

import "math"

// The lanes of this build are plain variables. Each method does lane by lane what its namesake in simd/archsimd does.
// Products are converted explicitly, float32(x*y), so that no compiler may fuse them with a sum.
type (
	F32 struct{ a, b, c, d float32 } // four float32
	I32 struct{ a, b, c, d int32 }   // four int32
	M32 struct{ a, b, c, d int32 }   // four times yes, -1, or no, 0
	U8  struct{ lo, hi uint64 }      // sixteen bytes
)

func splat(x float32) F32 { return F32{x, x, x, x} }
func splatI(x int32) I32  { return I32{x, x, x, x} }

func load(s []float32) F32 {
	p := (*[4]float32)(s)
	return F32{p[0], p[1], p[2], p[3]}
}

func loadI(s []int32) I32 {
	p := (*[4]int32)(s)
	return I32{p[0], p[1], p[2], p[3]}
}

func loadU8(s []uint8) U8 {
	p := (*[16]uint8)(s)
	return U8{
		uint64(p[0]) | uint64(p[1])<<8 | uint64(p[2])<<16 | uint64(p[3])<<24 | uint64(p[4])<<32 | uint64(p[5])<<40 | uint64(p[6])<<48 | uint64(p[7])<<56,
		uint64(p[8]) | uint64(p[9])<<8 | uint64(p[10])<<16 | uint64(p[11])<<24 | uint64(p[12])<<32 | uint64(p[13])<<40 | uint64(p[14])<<48 | uint64(p[15])<<56,
	}
}

// bits and float are the same bits in the other type, not a conversion.
func bits(x F32) I32 {
	return I32{int32(math.Float32bits(x.a)), int32(math.Float32bits(x.b)), int32(math.Float32bits(x.c)), int32(math.Float32bits(x.d))}
}

func float(x I32) F32 {
	return F32{math.Float32frombits(uint32(x.a)), math.Float32frombits(uint32(x.b)), math.Float32frombits(uint32(x.c)), math.Float32frombits(uint32(x.d))}
}

// minUnsigned compares as uint32: of two negative floats it takes the one nearer zero, and any other before a negative one.
func minUnsigned(x, y I32) I32 {
	return I32{
		int32(min(uint32(x.a), uint32(y.a))), int32(min(uint32(x.b), uint32(y.b))),
		int32(min(uint32(x.c), uint32(y.c))), int32(min(uint32(x.d), uint32(y.d))),
	}
}

// maxUnsigned compares as uint32: any negative float before a positive one.
func maxUnsigned(x, y I32) I32 {
	return I32{
		int32(max(uint32(x.a), uint32(y.a))), int32(max(uint32(x.b), uint32(y.b))),
		int32(max(uint32(x.c), uint32(y.c))), int32(max(uint32(x.d), uint32(y.d))),
	}
}

func (x F32) Add(y F32) F32 { return F32{x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d} }
func (x F32) Sub(y F32) F32 { return F32{x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d} }
func (x F32) Div(y F32) F32 { return F32{x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d} }
func (x F32) Mul(y F32) F32 {
	return F32{float32(x.a * y.a), float32(x.b * y.b), float32(x.c * y.c), float32(x.d * y.d)}
}

func (x F32) GetElem(i uint8) float32 { return [4]float32{x.a, x.b, x.c, x.d}[i] }

// Sqrt is that of each lane: a float64 root rounded to float32 is the float32 root.
func (x F32) Sqrt() F32      { return F32{sqrt(x.a), sqrt(x.b), sqrt(x.c), sqrt(x.d)} }
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func (x F32) StoreArray(p *[4]float32) { *p = [4]float32{x.a, x.b, x.c, x.d} }
func (x F32) Store(s []float32)        { x.StoreArray((*[4]float32)(s)) }

func (x I32) Add(y I32) I32    { return I32{x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d} }
func (x I32) Sub(y I32) I32    { return I32{x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d} }
func (x I32) And(y I32) I32    { return I32{x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d} }
func (x I32) AndNot(y I32) I32 { return I32{x.a &^ y.a, x.b &^ y.b, x.c &^ y.c, x.d &^ y.d} }
func (x I32) Or(y I32) I32     { return I32{x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d} }
func (x I32) Xor(y I32) I32    { return I32{x.a ^ y.a, x.b ^ y.b, x.c ^ y.c, x.d ^ y.d} }
func (x I32) Min(y I32) I32    { return I32{min(x.a, y.a), min(x.b, y.b), min(x.c, y.c), min(x.d, y.d)} }
func (x I32) Max(y I32) I32    { return I32{max(x.a, y.a), max(x.b, y.b), max(x.c, y.c), max(x.d, y.d)} }

func (x I32) ShiftAllLeft(n uint64) I32  { return I32{x.a << n, x.b << n, x.c << n, x.d << n} }
func (x I32) ShiftAllRight(n uint64) I32 { return I32{x.a >> n, x.b >> n, x.c >> n, x.d >> n} }

func (x I32) ConvertToFloat32() F32 {
	return F32{float32(x.a), float32(x.b), float32(x.c), float32(x.d)}
}

func (x I32) StoreArray(p *[4]int32) { *p = [4]int32{x.a, x.b, x.c, x.d} }
func (x I32) Store(s []int32)        { x.StoreArray((*[4]int32)(s)) }

// yes is -1 for true.
func yes(b bool) int32 {
	if b {
		return -1
	}
	return 0
}

func (x I32) Equal(y I32) M32 {
	return M32{yes(x.a == y.a), yes(x.b == y.b), yes(x.c == y.c), yes(x.d == y.d)}
}

func (x F32) Greater(y F32) M32 {
	return M32{yes(x.a > y.a), yes(x.b > y.b), yes(x.c > y.c), yes(x.d > y.d)}
}

func (x F32) GreaterEqual(y F32) M32 {
	return M32{yes(x.a >= y.a), yes(x.b >= y.b), yes(x.c >= y.c), yes(x.d >= y.d)}
}

func (x F32) Less(y F32) M32      { return y.Greater(x) }
func (x F32) LessEqual(y F32) M32 { return y.GreaterEqual(x) }

func (m M32) And(n M32) M32  { return M32{m.a & n.a, m.b & n.b, m.c & n.c, m.d & n.d} }
func (m M32) Or(n M32) M32   { return M32{m.a | n.a, m.b | n.b, m.c | n.c, m.d | n.d} }
func (m M32) ToInt32x4() I32 { return I32(m) }

// IfElse is x where m holds and y elsewhere.
func (x I32) IfElse(m M32, y I32) I32 {
	return I32{x.a&m.a | y.a&^m.a, x.b&m.b | y.b&^m.b, x.c&m.c | y.c&^m.c, x.d&m.d | y.d&^m.d}
}

// IfElse is x where m holds and y elsewhere.
func (x F32) IfElse(m M32, y F32) F32 { return float(bits(x).IfElse(m, bits(y))) }

// Masked is x where m holds and zero elsewhere.
func (x F32) Masked(m M32) F32 { return float(bits(x).And(I32(m))) }

func (x U8) And(y U8) U8 { return U8{x.lo & y.lo, x.hi & y.hi} }
func (x U8) Or(y U8) U8  { return U8{x.lo | y.lo, x.hi | y.hi} }

// Add adds byte by byte; in this build a sum above 255 would carry into the next byte, so callers stay below.
func (x U8) Add(y U8) U8 { return U8{x.lo + y.lo, x.hi + y.hi} }

func (x U8) StoreArray(p *[16]uint8) {
	for i := range 8 {
		p[i], p[i+8] = uint8(x.lo>>(8*i)), uint8(x.hi>>(8*i))
	}
}

// words is sixteen bytes as two numbers.
func words(x U8) (lo, hi uint64) { return x.lo, x.hi }

// wordsAt is words of bytes in memory.
func wordsAt(s *[Step]uint8) (lo, hi uint64) { return words(loadU8(s[:])) }
