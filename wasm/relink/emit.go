package main

import (
	"encoding/binary"
	"slices"
)

// reshapeOne gives the body of a function its structure, if it is of the form
// that Go's compiler makes.
func reshapeOne(body []byte, ends map[int]ending) []byte {
	f := parse(body)
	if f == nil {
		return body
	}
	for i := range f.parts {
		f.parts[i].tidy()
		f.parts[i].addresses()
	}
	f.link(ends)
	f.spills()
	for i := range f.parts {
		f.parts[i].inFrame()
	}
	f.structure()
	w := &writer{function: f}
	w.out = append(append(w.out, f.locals...), f.prologue...)
	if f.unwinds {
		w.open(opBlock, unwind)
	}
	w.tree(len(f.parts) - 1)
	w.out = append(w.out, opUnreachable) // the tree never ends, which is not plain to see
	if f.unwinds {
		w.close()
		w.out = append(w.out, opI32Const, 1)
	}
	return append(w.out, opEnd)
}

// writer writes a function by its dominators: what a part dominates is written
// within the part's own scope, what needs a label behind a block, so that all
// jumps are branches out of blocks or back to the head of a loop.
type writer struct {
	*function
	out    []byte
	frames []frame // the blocks that are open
}

// frame is a block that ends before a part, or the loop that a part heads, or
// any block, of no part.
type frame struct {
	to   int
	loop bool
}

func (w *writer) open(code byte, to int) {
	w.out = append(w.out, code, noType)
	w.frames = append(w.frames, frame{to, code == opLoop})
}

func (w *writer) close() {
	w.out = append(w.out, opEnd)
	w.frames = w.frames[:len(w.frames)-1]
}

// tree writes a part and all that it dominates.
func (w *writer) tree(i int) {
	p := &w.parts[i]
	var behind []int // in the order of the parts
	var within []int
	for _, k := range p.inner {
		switch {
		case !w.parts[k].merge:
		case p.body != nil && !p.body[k]:
			behind = append(behind, k)
		default:
			within = append(within, k)
		}
	}
	for _, k := range slices.Backward(behind) {
		w.open(opBlock, k)
	}
	if p.head {
		w.open(opLoop, i)
	}
	for _, k := range slices.Backward(within) {
		w.open(opBlock, k)
	}
	w.part(i)
	for _, k := range within {
		w.close()
		w.tree(k)
	}
	if p.head {
		w.close()
	}
	for _, k := range behind {
		w.close()
		w.tree(k)
	}
}

// part writes what a part does.
func (w *writer) part(i int) {
	p := &w.parts[i]
	if i == len(w.parts)-1 {
		w.begin()
		return
	}
	for k := 0; k < len(p.ops); k++ {
		s := &p.ops[k]
		// A jump alone in an if is a conditional branch.
		if s.code == opIf && k+2 < len(p.ops) && p.ops[k+1].jump >= 0 && p.ops[k+2].code == opEnd {
			if e := p.out[p.ops[k+1].edge]; !e.around {
				w.branch(opBrIf, i, e)
				k += 2
				continue
			}
		}
		switch {
		case s.jump == unwind:
			w.out = binary.AppendUvarint(append(w.out, s.code), uint64(w.depth(frame{unwind, false})))
		case s.jump >= 0:
			w.branch(opBr, i, p.out[s.edge])
		default:
			w.out = append(w.out, s.bytes...)
			switch s.code {
			case opBlock, opLoop, opIf:
				w.frames = append(w.frames, frame{to: noJump})
			case opEnd:
				w.frames = w.frames[:len(w.frames)-1]
			}
		}
	}
	if p.next >= 0 {
		w.follow(i, p.out[len(p.out)-1])
	} else if n := len(p.ops); n == 0 || !p.ops[n-1].leaves() {
		w.out = append(w.out, opUnreachable)
	}
}

// begin goes to the part whose number the caller gives.
func (w *writer) begin() {
	n := 0
	for i, p := range w.parts {
		if p.table && p.order >= 0 && i < len(w.parts)-1 {
			n++
		}
	}
	if n == 1 {
		w.branch(opBr, len(w.parts)-1, edge{to: w.entry[0]})
		return
	}
	w.open(opBlock, noJump)
	w.out = append(w.out, opLocalGet, 0, opBrTable)
	w.out = binary.AppendUvarint(w.out, uint64(len(w.entry)-1))
	for _, i := range w.entry {
		label := 0
		if w.parts[i].table {
			label = w.depth(frame{i, false})
		}
		w.out = binary.AppendUvarint(w.out, uint64(label))
	}
	w.close()
	w.out = append(w.out, opUnreachable)
}

// branch writes a jump of part i.
func (w *writer) branch(code byte, i int, e edge) {
	to := frame{e.to, w.parts[e.to].order <= w.parts[i].order}
	if e.around {
		w.out = appendInt(append(w.out, opI32Const), w.first[e.to])
		w.out = append(w.out, opLocalSet, 0)
		to = frame{len(w.parts) - 1, true}
	}
	w.out = binary.AppendUvarint(append(w.out, code), uint64(w.depth(to)))
}

// follow writes what comes after part i: the next part where it has no label.
func (w *writer) follow(i int, e edge) {
	to := &w.parts[e.to]
	if !e.around && to.order > w.parts[i].order && !to.merge {
		w.tree(e.to)
		return
	}
	if !e.around && w.frames[len(w.frames)-1] == (frame{e.to, false}) {
		return // its block ends here
	}
	w.branch(opBr, i, e)
}

// depth is the label of an open block.
func (w *writer) depth(f frame) int {
	for d, k := range slices.Backward(w.frames) {
		if k == f {
			return len(w.frames) - 1 - d
		}
	}
	panic("join: a branch out of reach")
}
