package main

// The instructions that matter here, by their first byte.
const (
	opUnreachable = 0x00
	opNop         = 0x01
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opElse        = 0x05
	opEnd         = 0x0b
	opBr          = 0x0c
	opBrIf        = 0x0d
	opBrTable     = 0x0e
	opReturn      = 0x0f
	opCall        = 0x10
	opIndirect    = 0x11
	opDrop        = 0x1a
	opLocalGet    = 0x20
	opLocalSet    = 0x21
	opGlobalGet   = 0x23
	opGlobalSet   = 0x24
	firstLoad     = 0x28
	firstStore    = 0x36
	lastStore     = 0x3e
	opI32Const    = 0x41
	opF64Const    = 0x44
	lastBinary    = 0xa6
	opVector      = 0xfd
	vectorLoad    = 0
	vectorStore   = 11
	noType        = 0x40
)

// op is one instruction.
type op struct {
	code  byte
	bytes []byte
	arg   int   // its first operand: a label, an index, a constant, which vector operation it is
	at    int   // the offset of a load or store
	table []int // the labels of a br_table, the default last
}

// op reads an instruction.
func (r *reader) op() op {
	start := r.rest
	o := op{code: r.byte()}
	switch c := o.code; {
	case c == opBlock || c == opLoop || c == opIf:
		o.arg = r.int()
	case c == opBr || c == opBrIf || c == opCall || c == 0x12 || c >= 0x20 && c <= 0x26 || c == 0xd0 || c == 0xd2:
		o.arg = r.uint()
	case c == opIndirect || c == 0x13:
		o.arg = r.uint()
		r.uint()
	case c == opBrTable:
		for n := r.uint(); n >= 0 && !r.cut; n-- {
			o.table = append(o.table, r.uint())
		}
	case c == 0x1c: // select of a type
		r.bytes(r.uint())
	case c >= firstLoad && c <= lastStore: // loads and stores
		r.uint()
		o.at = r.uint()
	case c == 0x3f || c == 0x40: // of the memory's size
		r.byte()
	case c == opI32Const || c == 0x42:
		o.arg = r.int()
	case c == 0x43:
		r.bytes(4)
	case c == 0x44:
		r.bytes(8)
	case c == 0xfc:
		r.bulk(r.uint())
	case c == opVector:
		o.arg = r.uint()
		o.at = r.vector(o.arg)
	}
	o.bytes = start[:len(start)-len(r.rest)]
	return o
}

// bulk reads the operands of a bulk operation; conversions have none.
func (r *reader) bulk(sub int) {
	switch {
	case sub == 8 || sub == 10 || sub == 12 || sub == 14:
		r.uint()
		r.uint()
	case sub > 7:
		r.uint()
	}
}

// vector reads the operands of an operation on v128, and gives the offset of a
// load or store.
func (r *reader) vector(sub int) (offset int) {
	switch {
	case sub <= vectorStore || sub == 0x5c || sub == 0x5d: // loads and stores
		r.uint()
		return r.uint()
	case sub == 12 || sub == 13: // a constant, a shuffle
		r.bytes(16)
	case sub >= 21 && sub <= 34: // a lane
		r.byte()
	case sub >= 0x54 && sub <= 0x5b: // loads and stores of a lane
		r.uint()
		offset = r.uint()
		r.byte()
	}
	return offset
}

// accesses tells whether an instruction loads or stores.
func (o *op) accesses() bool {
	return o.code >= firstLoad && o.code <= lastStore || o.code == opVector && o.arg <= vectorStore
}

// stores tells which of the two.
func (o *op) stores() bool {
	return o.code >= firstStore && o.code <= lastStore || o.code == opVector && o.arg == vectorStore
}
