package main

import (
	"encoding/binary"
	"slices"
)

// Go's compiler has sixteen vectors at hand and keeps what is more of them in the
// frame, where an engine has to leave them. A function of wasm may have any number
// of variables: those places of the frame become such, and the engine, which knows
// how many registers there are, does as it sees fit.

// The variable that holds the stack pointer, and the type of a vector.
const (
	framePointer = 1
	typeVector   = 0x7b
	vectorBytes  = 16
)

// spills makes variables of the places in the frame that hold vectors and nothing
// else, unless a call comes between a store and a load: a goroutine that goes on
// after it has its frame, but not its variables.
func (f *function) spills() {
	slots := f.slots()
	if len(slots) == 0 {
		return
	}
	first, ok := f.variables()
	if !ok {
		return
	}
	var kept []int
	for _, at := range slots {
		if !f.liveAfterCall(at) {
			kept = append(kept, at)
		}
	}
	if len(kept) == 0 {
		return
	}
	for i := range f.parts {
		f.parts[i].promote(kept, first)
	}
	f.declare(len(kept))
}

// slots are the places that vectors are both stored to and loaded from by their
// number alone, as the compiler does with what it has no register for. The bottom
// of the frame is for what is passed to calls.
func (f *function) slots() []int {
	stored, loaded := map[int]bool{}, map[int]bool{}
	for i := range f.parts {
		ops := f.parts[i].ops
		for k := range ops {
			if at, ok := storeAt(ops, k); ok {
				stored[at] = true
			}
			if at, ok := loadAt(ops, k); ok {
				loaded[at] = true
			}
		}
	}
	var slots []int
	for at := range stored {
		if at > 0 && loaded[at] {
			slots = append(slots, at)
		}
	}
	slices.Sort(slots)
	return slices.DeleteFunc(slots, f.shared)
}

// shared tells whether something else of the frame is in the place of a vector.
func (f *function) shared(at int) bool {
	for i := range f.parts {
		ops := f.parts[i].ops
		for k := range ops {
			o := &ops[k]
			if o.jump != noJump || !o.accesses() || k == 0 {
				continue
			}
			_, isLoad := loadAt(ops, k-1)
			_, isStore := storeAt(ops, k-2)
			if (isLoad || isStore) && o.at == at {
				continue
			}
			// What is no place by its number cannot be there: only what has an address is found by one.
			if base := &ops[k-1]; base.isFrame() && overlaps(o.at, at) {
				return true
			}
			if k > 1 && ops[k-2].isFrame() && overlaps(o.at, at) {
				return true
			}
		}
	}
	return false
}

func overlaps(a, b int) bool { return a < b+vectorBytes && b < a+vectorBytes }

func (s *step) isFrame() bool {
	return s.jump == noJump && s.code == opLocalGet && s.arg == framePointer
}

func (s *step) isVector(sub int) bool {
	return s.jump == noJump && s.code == opVector && s.arg == sub
}

// loadAt is the place that a vector is loaded from by two instructions.
func loadAt(ops []step, k int) (int, bool) {
	if k < 0 || k+1 >= len(ops) || !ops[k].isFrame() || !ops[k+1].isVector(vectorLoad) {
		return 0, false
	}
	return ops[k+1].at, true
}

// storeAt is the place that a variable is stored to by three instructions.
func storeAt(ops []step, k int) (int, bool) {
	if k < 0 || k+2 >= len(ops) || !ops[k].isFrame() || !ops[k+2].isVector(vectorStore) {
		return 0, false
	}
	if v := &ops[k+1]; v.code != opLocalGet || v.jump != noJump {
		return 0, false
	}
	return ops[k+2].at, true
}

// liveAfterCall tells whether what is in a place is needed where a call returns to.
func (f *function) liveAfterCall(at int) bool {
	n := len(f.parts)
	reads, writes := make([]bool, n), make([]bool, n) // before anything else, and before a part is left
	for i := range f.parts {
		ops := f.parts[i].ops
		for k := range ops {
			if a, ok := loadAt(ops, k); ok && a == at {
				reads[i] = true
				break
			}
			if a, ok := storeAt(ops, k); ok && a == at {
				writes[i] = true
				break
			}
			if ops[k].jump >= 0 {
				break
			}
		}
	}
	live := slices.Clone(reads)
	for changed := true; changed; {
		changed = false
		for i := range f.parts {
			if live[i] || writes[i] {
				continue
			}
			for _, e := range f.parts[i].out {
				if live[e.to] {
					live[i], changed = true, true
				}
			}
		}
	}
	for i := range f.parts {
		if f.parts[i].table && live[i] {
			return true
		}
	}
	return false
}

// promote turns loads and stores of places into those of variables.
func (p *part) promote(slots []int, first int) {
	out := p.ops[:0:0]
	for k := 0; k < len(p.ops); k++ {
		if at, ok := loadAt(p.ops, k); ok {
			if i, ok := slices.BinarySearch(slots, at); ok {
				out = append(out, variable(opLocalGet, first+i))
				k++
				continue
			}
		}
		if at, ok := storeAt(p.ops, k); ok {
			if i, ok := slices.BinarySearch(slots, at); ok {
				out = append(out, p.ops[k+1], variable(opLocalSet, first+i))
				k += 2
				continue
			}
		}
		out = append(out, p.ops[k])
	}
	p.ops = out
}

func variable(code byte, i int) step {
	return step{op: op{code: code, bytes: binary.AppendUvarint([]byte{code}, uint64(i)), arg: i}, jump: noJump}
}

// variables is how many a function has, with the one it is called with.
func (f *function) variables() (n int, ok bool) {
	r := &reader{rest: f.locals}
	n = 1
	for k := r.uint(); k > 0 && !r.cut; k-- {
		n += r.uint()
		r.byte()
	}
	return n, !r.cut
}

// declare adds variables for vectors.
func (f *function) declare(n int) {
	r := &reader{rest: f.locals}
	groups := r.uint()
	out := append(binary.AppendUvarint(nil, uint64(groups+1)), r.rest...)
	f.locals = append(binary.AppendUvarint(out, uint64(n)), typeVector)
}
