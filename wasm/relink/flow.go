package main

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// A goroutine may stop in the middle of any function, so Go makes each a loop
// around a table of its parts: whoever calls says with which part to begin, and
// every jump sets the next one and goes around. An engine sees one loop that all
// variables live in, however short the loop that was written. Here functions get
// their loops and branches back. Only parts where a call returns to, and those
// that no structure reaches, are begun by way of the table.

// reshape gives all functions of a code section their structure.
func reshape(section []byte, names map[int]string) ([]byte, error) {
	if len(names) == 0 {
		return nil, errors.New("has no names of functions: link without -s")
	}
	ends := map[int]ending{}
	for i, name := range names {
		if e := endingOf(name); e != returns {
			ends[i] = e
		}
	}
	r := &reader{rest: section}
	n := r.uint()
	out := binary.AppendUvarint(nil, uint64(n))
	for range n {
		body := reshapeOne(r.bytes(r.uint()), ends)
		out = append(binary.AppendUvarint(out, uint64(len(body))), body...)
	}
	if r.cut || len(r.rest) > 0 {
		return nil, errors.New("has a code section of the wrong length")
	}
	return out, nil
}

// ending is what a call of a function comes to.
type ending uint8

const (
	returns   ending = iota
	never            // to nothing: it panics
	recovered        // a panic that was recovered from goes on with it
)

func endingOf(name string) ending {
	switch name {
	case "runtime.deferreturn":
		return recovered
	case "runtime.gopanic", "runtime.throw", "runtime.fatal", "runtime.panicdivide", "runtime.panicshift",
		"runtime.panicdottypeE", "runtime.panicdottypeI", "runtime.panicnildottype":
		return never
	}
	if strings.HasPrefix(name, "runtime.goPanic") || strings.HasPrefix(name, "runtime.panicmakeslice") {
		return never
	}
	return returns
}

// part is a run of instructions that is entered at its beginning only.
type part struct {
	ops   []step
	next  int  // the part that follows; -1 where this one has left
	table bool // it is begun by way of the table

	out         []edge
	in          []int // parts that jump here
	order, idom int
	inner       []int  // parts that this one dominates at once
	merge, head bool   // it has a label: jumps come from before it, or from behind
	body        []bool // the parts of the loop that it heads
}

// edge is a way to leave a part.
type edge struct {
	to     int
	around bool // by way of the table
}

// step is what a part does: an instruction as it is, or a jump.
type step struct {
	op
	jump int // to a part; noJump, or unwind for the end of the function
	edge int
}

const (
	noJump = -1
	unwind = -2
)

// function is the body of one, taken apart.
type function struct {
	locals, prologue []byte
	parts            []part // the last is the table
	entry            []int  // the part of each number
	first            []int  // the first number of each part
	unwinds          bool
	around           bool // some jump goes by way of the table
}

// parse takes a body apart. It is nil for one of another form, as in functions
// that were written in assembly.
func parse(body []byte) *function {
	r := &reader{rest: body}
	f := &function{}
	for n := r.uint(); n > 0 && !r.cut; n-- {
		r.uint()
		r.byte()
	}
	f.locals = body[:len(body)-len(r.rest)]
	o := r.op()
	for ; o.code != opBlock && o.code != opLoop; o = r.op() {
		if r.cut || o.code == opIf || o.code == opEnd {
			return nil
		}
		f.prologue = append(f.prologue, o.bytes...)
	}
	// What is around the parts, from the outside in.
	var blocks []byte
	for ; o.code == opBlock || o.code == opLoop; o = r.op() {
		if r.cut || o.bytes[1] != noType {
			return nil
		}
		blocks = append(blocks, o.code)
	}
	loop := slices.Index(blocks, opLoop)
	f.unwinds = loop == 1
	if loop < 0 || loop > 1 || slices.Contains(blocks[loop+1:], opLoop) || o.code != opLocalGet || o.arg != 0 {
		return nil
	}
	o = r.op()
	n := len(blocks) - loop - 1
	if o.code != opBrTable || r.op().code != opEnd || r.cut {
		return nil
	}
	for _, label := range o.table {
		if label >= n {
			return nil
		}
		f.entry = append(f.entry, label)
	}
	f.parts = make([]part, n+1)
	for i := range n {
		if !f.part(r, i, n) {
			return nil
		}
	}
	tail := []byte{opUnreachable}
	if f.unwinds {
		tail = append(tail, opEnd, opI32Const, 1)
	}
	if r.cut || string(r.rest) != string(append(tail, opEnd)) {
		return nil
	}
	f.first = make([]int, n)
	for i := len(f.entry) - 1; i >= 0; i-- {
		f.first[f.entry[i]] = i
	}
	return f
}

// part reads part i of n up to its end.
func (f *function) part(r *reader, i, n int) bool {
	p := &f.parts[i]
	depth, loop := 0, n-i-1 // labels of what is around: blocks, the loop, where a stack is unwound
	for !r.cut {
		o := r.op()
		switch o.code {
		case opNop:
			continue
		case opBlock, opLoop, opIf:
			depth++
		case opEnd:
			if depth == 0 {
				p.next = i + 1
				if last := len(p.ops) - 1; i == n-1 || last >= 0 && p.ops[last].leaves() {
					p.next = -1
				}
				return true
			}
			depth--
		case opBrTable:
			if r.cut || slices.Max(o.table) >= depth {
				return false
			}
		case opBr, opBrIf:
			switch label := o.arg - depth; {
			case label < 0:
			case label == loop+1 && f.unwinds:
				p.ops = append(p.ops, step{op: o, jump: unwind})
				continue
			case label != loop || o.code != opBr || !f.jump(p):
				return false
			default:
				continue
			}
		}
		p.ops = append(p.ops, step{op: o, jump: noJump})
	}
	return false
}

// jump makes one of the three instructions that go around, the last of which is
// just read. In an if of nothing else it is a conditional one.
func (f *function) jump(p *part) bool {
	k := len(p.ops)
	if k < 2 || p.ops[k-1].code != opLocalSet || p.ops[k-1].arg != 0 || p.ops[k-2].code != opI32Const {
		return false
	}
	to := p.ops[k-2].arg
	if to < 0 || to >= len(f.entry) {
		return false
	}
	p.ops = append(p.ops[:k-2], step{op: op{code: opBr}, jump: f.entry[to]})
	return true
}

// leaves tells whether nothing behind a step is reached.
func (s *step) leaves() bool {
	return s.code == opReturn || s.code == opUnreachable || s.code == opBr
}

// called is the function that a part ends with a call of, or -1. Whether the
// stack is unwound follows at once.
func (p *part) called() int {
	n := len(p.ops)
	if n == 0 || p.ops[n-1].code != opBrIf || p.ops[n-1].jump != unwind {
		return -1
	}
	for _, s := range slices.Backward(p.ops) {
		if s.code == opCall {
			return s.arg
		}
		if s.code == opIndirect {
			break
		}
	}
	return indirect
}

// indirect is in the place of the number of a function that is not known.
const indirect = 1 << 32

// link finds the ways between the parts. The table begins those that a call
// returns to, and the first.
func (f *function) link(ends map[int]ending) {
	n := len(f.parts) - 1
	table := &f.parts[n]
	table.next = -1
	for i := range f.entry[:min(2, len(f.entry))] {
		f.parts[f.entry[i]].table = true
	}
	for i := range f.parts[:n] {
		p := &f.parts[i]
		call := p.called()
		if call < 0 {
			continue
		}
		switch ends[call] {
		case never:
			p.next = -1
			continue
		case recovered:
			p.table = true
		}
		if p.next >= 0 {
			f.parts[p.next].table = true
		}
	}
	for i := range f.parts[:n] {
		p := &f.parts[i]
		if p.table {
			table.out = append(table.out, edge{to: i})
		}
		for k := range p.ops {
			if s := &p.ops[k]; s.jump >= 0 {
				s.edge = len(p.out)
				p.out = append(p.out, edge{to: s.jump})
			}
		}
		if p.next >= 0 {
			p.out = append(p.out, edge{to: p.next})
		}
	}
}

// structure settles what jumps are branches: a jump back to what does not
// dominate it goes by way of the table.
func (f *function) structure() {
	n := len(f.parts) - 1
	for {
		order := f.sort()
		f.dominate(order)
		again := false
		for _, i := range order {
			for k := range f.parts[i].out {
				e := &f.parts[i].out[k]
				if e.around || f.parts[e.to].order > f.parts[i].order || f.dominates(e.to, i) {
					continue
				}
				e.around, f.around = true, true
				if to := &f.parts[e.to]; !to.table {
					to.table = true
					f.parts[n].out = append(f.parts[n].out, edge{to: e.to})
				}
				again = true
			}
		}
		if !again {
			f.label(order)
			return
		}
	}
}

// sort numbers the parts that are reached, each before those it leads to, but
// for jumps back, and as they came where there is a choice.
func (f *function) sort() (order []int) {
	for i := range f.parts {
		f.parts[i].order, f.parts[i].in, f.parts[i].inner = -1, nil, nil
	}
	type visit struct {
		at  int
		out []int
	}
	begin := func(i int) visit {
		f.parts[i].order = 0
		v := visit{at: i}
		for _, e := range f.parts[i].out {
			if !e.around {
				v.out = append(v.out, e.to)
			}
		}
		slices.Sort(v.out) // the last is gone into first
		return v
	}
	stack := []visit{begin(len(f.parts) - 1)}
	for len(stack) > 0 {
		v := &stack[len(stack)-1]
		if len(v.out) == 0 {
			order = append(order, v.at)
			stack = stack[:len(stack)-1]
			continue
		}
		to := v.out[len(v.out)-1]
		v.out = v.out[:len(v.out)-1]
		if f.parts[to].order < 0 {
			stack = append(stack, begin(to))
		}
	}
	slices.Reverse(order)
	for k, i := range order {
		f.parts[i].order = k
	}
	for _, i := range order {
		for _, e := range f.parts[i].out {
			if !e.around {
				f.parts[e.to].in = append(f.parts[e.to].in, i)
			}
		}
	}
	return order
}

// dominate finds the part that dominates each at once, after Cooper, Harvey and
// Kennedy.
func (f *function) dominate(order []int) {
	for _, i := range order {
		f.parts[i].idom = -1
	}
	f.parts[order[0]].idom = order[0]
	common := func(a, b int) int {
		for a != b {
			if f.parts[a].order > f.parts[b].order {
				a = f.parts[a].idom
			} else {
				b = f.parts[b].idom
			}
		}
		return a
	}
	for changed := true; changed; {
		changed = false
		for _, i := range order[1:] {
			idom := -1
			for _, from := range f.parts[i].in {
				switch {
				case f.parts[from].idom < 0:
				case idom < 0:
					idom = from
				default:
					idom = common(from, idom)
				}
			}
			if f.parts[i].idom != idom {
				f.parts[i].idom, changed = idom, true
			}
		}
	}
}

// dominates tells whether every way to b is by a.
func (f *function) dominates(a, b int) bool {
	for f.parts[b].order > f.parts[a].order {
		b = f.parts[b].idom
	}
	return a == b
}

// label finds the parts that jumps need a label for, and the loops.
func (f *function) label(order []int) {
	for _, i := range order {
		p := &f.parts[i]
		if i != order[0] {
			f.parts[p.idom].inner = append(f.parts[p.idom].inner, i)
		}
		ahead := 0
		for _, from := range p.in {
			if f.parts[from].order < p.order {
				ahead++
				continue
			}
			p.head = true
			f.loop(i, from)
		}
		p.merge = p.merge || ahead > 1 || p.table
		for k, e := range p.out {
			last := k == len(p.out)-1 && p.next >= 0
			if to := &f.parts[e.to]; !e.around && to.order > p.order && !last {
				to.merge = true
			}
		}
	}
	f.parts[order[0]].head = f.around
	// What a loop leads to is put behind it.
	for _, i := range order[1:] {
		if p := &f.parts[i]; p.head {
			for _, k := range p.inner {
				if !p.body[k] {
					f.parts[k].merge = true
				}
			}
		}
	}
}

// loop adds what leads to a jump back from a part to a head.
func (f *function) loop(head, from int) {
	h := &f.parts[head]
	if h.body == nil {
		h.body = make([]bool, len(f.parts))
		h.body[head] = true
	}
	for todo := []int{from}; len(todo) > 0; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if h.body[i] {
			continue
		}
		h.body[i] = true
		todo = append(todo, f.parts[i].in...)
	}
}
