package main

// inFrame lets loads and stores add a constant to the stack pointer, which costs
// nothing there, where the compiler adds it before: a frame is within the memory.
func (p *part) inFrame() {
	var out []step
	var stack []int // of values: where the sum of stack pointer and constant is, -1 for any other
	for _, s := range p.ops {
		takes, gives, ok := s.operands()
		if !ok || s.jump != noJump || takes > len(stack) {
			stack = stack[:0]
			out = append(out, s)
			continue
		}
		taken := stack[len(stack)-takes:]
		stack = stack[:len(stack)-takes]
		if s.accesses() && taken[0] >= 0 {
			at := taken[0]
			s.move(out[at+1].arg)
			out = append(out[:at+1], out[at+3:]...)
		}
		for range gives {
			stack = append(stack, frameSum(out, s))
		}
		out = append(out, s)
	}
	p.ops = out
}

// frameSum is where the sum of stack pointer and constant begins that an
// instruction completes, -1 for none.
func frameSum(before []step, s step) int {
	at := len(before) - 2
	if s.code != opI32Add || at < 0 || !before[at].isFrame() || before[at+1].code != opI32Const || before[at+1].arg < 0 {
		return -1
	}
	return at
}

// operands is how many values an instruction takes and gives, where that is plain
// from its code.
func (o *op) operands() (takes, gives int, ok bool) {
	switch c := o.code; {
	case c == opLocalGet || c == opGlobalGet || c >= opI32Const && c <= opF64Const:
		return 0, 1, true
	case c == opLocalSet || c == opGlobalSet || c == opDrop:
		return 1, 0, true
	case o.stores():
		return 2, 0, true
	case o.accesses() || c == opLocalTee || o.unary():
		return 1, 1, true
	case c >= opI32Eqz && c <= lastBinary:
		return 2, 1, true
	}
	return 0, 0, false
}

// unary tells whether an instruction makes a number of one other.
func (o *op) unary() bool {
	switch c := o.code; {
	case c == opI32Eqz || c == opI64Eqz:
		return true
	case c >= 0x67 && c <= 0x69 || c >= 0x79 && c <= 0x7b: // bits, counted
		return true
	case c >= 0x8b && c <= 0x91 || c >= 0x99 && c <= 0x9f: // signs, roots and rounding
		return true
	case c > lastBinary && c <= 0xc4: // conversions
		return true
	}
	return false
}
