package main

// What the compiler writes for want of a second look. Go's addresses are of 64
// bits, those of the memory of 32: each is made the one and then the other.

// More instructions by their first byte.
const (
	opLocalTee = 0x22
	opI64Const = 0x42
	opI32Eqz   = 0x45
	opI64Eqz   = 0x50
	opI32Add   = 0x6a
	opI64Add   = 0x7c
	opWrap     = 0xa7
	opExtendU  = 0xad
)

// opposite are comparisons of integers and what is true where they are not.
var opposite = map[byte]byte{
	0x46: 0x47, 0x47: 0x46, 0x48: 0x4e, 0x49: 0x4f, 0x4a: 0x4c, 0x4b: 0x4d, 0x4c: 0x4a, 0x4d: 0x4b, 0x4e: 0x48, 0x4f: 0x49,
	0x51: 0x52, 0x52: 0x51, 0x53: 0x59, 0x54: 0x5a, 0x55: 0x57, 0x56: 0x58, 0x57: 0x55, 0x58: 0x56, 0x59: 0x53, 0x5a: 0x54,
}

// tidy writes what a part does with fewer instructions, to the same effect.
func (p *part) tidy() {
	var out []step
	for _, s := range p.ops {
		out = append(out, s)
		for {
			n := len(out)
			out = shorten(out)
			if len(out) == n {
				break
			}
		}
	}
	p.ops = out
}

// shorten looks at the last instructions.
func shorten(s []step) []step {
	n := len(s)
	code := func(back int) int {
		if n < back || s[n-back].jump != noJump {
			return -1
		}
		return int(s[n-back].code)
	}
	switch last := code(1); {
	case last == opWrap && code(2) == opI64Const:
		// A constant.
		return append(s[:n-2], number(opI32Const, int(int32(s[n-2].arg))))
	case last == opWrap && code(2) == opI64Add && code(3) == opI64Const && code(4) == opExtendU:
		// A number of 32 bits and a constant.
		return append(s[:n-4], number(opI32Const, int(int32(s[n-3].arg))), plain(opI32Add))
	case last == opWrap && code(2) == opExtendU:
		return s[:n-2]
	case last == opLocalGet && code(2) == opLocalSet && s[n-1].arg == s[n-2].arg:
		t := s[n-2]
		t.code, t.bytes = opLocalTee, append([]byte{opLocalTee}, t.bytes[1:]...)
		return append(s[:n-2], t)
	case last == opI32Eqz && code(2) >= 0:
		if o, ok := opposite[byte(code(2))]; ok {
			return append(s[:n-2], plain(o))
		}
	case last == opI64Eqz && code(2) == opExtendU:
		return append(s[:n-2], plain(opI32Eqz))
	}
	return s
}

func plain(code byte) step { return step{op: op{code: code, bytes: []byte{code}}, jump: noJump} }

// number is an instruction whose operand is a constant.
func number(code byte, x int) step {
	return step{op: op{code: code, bytes: appendInt([]byte{code}, x), arg: x}, jump: noJump}
}
