package main

import "encoding/binary"

// sum is a variable and a constant.
type sum struct{ variable, constant int }

// mostOffset is what a load may be off its base: a base and what lies so near it
// are both within the memory.
const mostOffset = 1 << 12

// addresses lets loads and stores add a constant to their address, which costs
// nothing there, where the compiler has made a variable of the sum.
func (p *part) addresses() {
	sums := map[int]sum{}
	for k := range p.ops {
		s := &p.ops[k]
		if s.jump != noJump {
			continue
		}
		if s.accesses() {
			base := k - 2 // of a load; a store has a variable between
			if s.stores() {
				base--
			}
			if x, ok := sums[p.address(base)]; ok && s.at+x.constant < mostOffset {
				p.ops[base] = variable(opLocalGet, x.variable)
				s.move(x.constant)
			}
		}
		if s.code != opLocalSet && s.code != opLocalTee {
			continue
		}
		delete(sums, s.arg)
		for v, x := range sums {
			if x.variable == s.arg {
				delete(sums, v)
			}
		}
		if x, ok := p.sum(k - 3); ok && x.variable != s.arg {
			sums[s.arg] = x
		}
	}
}

// move adds to the offset of a load or store.
func (s *step) move(by int) {
	head := 2 // the instruction and its alignment
	if s.code == opVector {
		head = 3
	}
	s.at += by
	s.bytes = binary.AppendUvarint(append([]byte(nil), s.bytes[:head]...), uint64(s.at))
}

// address is the variable that is made an address at a place, -1 for none.
func (p *part) address(k int) int {
	if k < 0 || p.ops[k].jump != noJump || p.ops[k].code != opLocalGet || p.ops[k+1].jump != noJump || p.ops[k+1].code != opWrap {
		return -1
	}
	return p.ops[k].arg
}

// sum is what three instructions add up.
func (p *part) sum(k int) (sum, bool) {
	if k < 0 {
		return sum{}, false
	}
	a, b, c := &p.ops[k], &p.ops[k+1], &p.ops[k+2]
	if a.code != opLocalGet || b.code != opI64Const || c.code != opI64Add || a.jump != noJump || b.arg < 0 || b.arg >= mostOffset {
		return sum{}, false
	}
	return sum{a.arg, b.arg}, true
}
