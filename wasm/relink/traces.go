package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// A Go program carries the file and the line of each of its instructions, which
// calls were inlined there, and how to print the arguments of each function, all
// for the traces of a crash. They are a sixth of the module as it travels. Without
// them a trace still has the names of the functions that were called; the rest is
// read from a build that was not relinked.

// The table of functions, as package runtime has it (pcHeader and _func).
const (
	magicOfTable = "\xf1\xff\xff\xff\x00\x00\x01\x08"

	wordFunctions = 1 // how many, in words of 8 bytes from the beginning
	wordNames     = 4 // where their names are, each with a zero behind
	wordUnits     = 5 // the table of compilation units
	wordValues    = 7 // the lists of values by instruction; before it the files
	wordRecords   = 8 // the records of functions

	fieldName  = 4  // of a record, in bytes
	fieldStack = 16 // the values of the stack pointer
	fieldFile  = 20
	fieldLine  = 24
	fieldLists = 28 // how many more lists of values there are
	fieldUnit  = 32
	fieldStart = 36 // the line that a function begins at
	fieldFacts = 43 // one byte: how many facts there are
	fieldFirst = 44 // of those lists, and behind them of the facts

	// Of the lists: where a signal may interrupt, of which wasm has none, what is
	// inlined, and which arguments are live. Of the facts: the inlined calls, and
	// what the arguments are.
	listSafe, listInlined, listLive         = 0, 2, 3
	factInlined, factArguments, factLive    = 3, 5, 6
	noList, noFact                          = 0, 1<<32 - 1
	sizeOfInlined, endOfArguments, wordFact = 16, 0xff, 43 // in moduledata: where facts are
)

var errTable = errors.New("has a table of functions of another Go")

// dropTraces makes zeros of what only traces read, of memory from an address on.
func dropTraces(memory []byte, from int) error {
	t, err := tableOf(memory, from)
	if err != nil {
		return err
	}
	keptNames, keptLists, keptFacts := map[int]bool{}, map[int]bool{noList: true}, []int{}
	lists, inlined, arguments := map[int]bool{}, map[int]int{}, map[int]bool{}
	for _, f := range t.records {
		keptNames[t.number(f+fieldName)] = true
		keptLists[t.number(f+fieldStack)] = true
		for _, field := range []int{fieldFile, fieldLine} {
			lists[t.number(f+field)] = true
			t.set(f+field, noList)
		}
		t.set(f+fieldUnit, 0)
		t.set(f+fieldStart, 0)
		calls := 0
		for k, at := range t.lists(f) {
			list := t.number(at)
			switch k {
			case listInlined:
				most, ok := t.largest(list)
				if !ok {
					return errTable
				}
				calls = most + 1
				fallthrough
			case listSafe, listLive:
				lists[list] = true
				t.set(at, noList)
			default:
				keptLists[list] = true
			}
		}
		for k, at := range t.facts(f) {
			fact := t.number(at)
			switch {
			case fact == noFact:
				continue
			case k == factInlined:
				inlined[fact] = calls
			case k == factArguments || k == factLive:
				arguments[fact] = true
			default:
				keptFacts = append(keptFacts, fact)
				continue
			}
			t.set(at, noFact)
		}
	}
	// What is alike is one: what is needed for other ends stays.
	for list := range lists {
		if !keptLists[list] {
			end, ok := t.list(list)
			if !ok {
				return errTable
			}
			clear(t.memory[t.values+list : end])
		}
	}
	slices.Sort(keptFacts)
	for fact, calls := range inlined {
		t.clearFact(fact, fact+sizeOfInlined*calls, keptFacts)
	}
	for fact := range arguments {
		if n := bytes.IndexByte(memory[min(t.factsAt+fact, len(memory)):], endOfArguments); n >= 0 {
			t.clearFact(fact, fact+n+1, keptFacts)
		}
	}
	clear(t.memory[t.units:t.values])
	t.dropNames(keptNames)
	return nil
}

// dropNames makes zeros of all names but those that are kept, by where they are.
func (t *table) dropNames(kept map[int]bool) {
	for at := t.names; at < t.units; {
		n := bytes.IndexByte(t.memory[at:t.units], 0)
		if n < 0 {
			return
		}
		if !kept[at-t.names] {
			clear(t.memory[at : at+n])
		}
		at += n + 1
	}
}

// table is the memory from the table on, and what is where in it.
type table struct {
	memory               []byte
	names, units, values int
	end                  int   // of the values
	records              []int // one for each function

	whole   []byte // all of memory
	factsAt int    // where the facts are in it
}

func tableOf(memory []byte, from int) (*table, error) {
	at := bytes.Index(memory, []byte(magicOfTable))
	if at < 0 {
		return nil, errors.New("has no table of functions that is known")
	}
	t := &table{memory: memory[at:], whole: memory}
	if len(t.memory) < 8*wordRecords+8 {
		return nil, errTable
	}
	// What points at it and at the names knows where the facts are.
	pointers := binary.LittleEndian.AppendUint64(nil, uint64(from+at))
	module := bytes.Index(memory, binary.LittleEndian.AppendUint64(pointers, uint64(from+at+t.word(wordNames))))
	if module < 0 || module+8*wordFact+8 > len(memory) {
		return nil, errTable
	}
	t.factsAt = int(binary.LittleEndian.Uint64(memory[module+8*wordFact:])) - from
	n, records := t.word(wordFunctions), t.word(wordRecords)
	t.names, t.units, t.values, t.end = t.word(wordNames), t.word(wordUnits), t.word(wordValues), records
	if n > 1<<20 || t.names < 0 || !(t.names < t.units && t.units < t.values && t.values < records) || records+8*n >= len(t.memory) ||
		t.factsAt < 0 || t.factsAt > len(memory) {
		return nil, errTable
	}
	for i := range n {
		f := records + t.number(records+8*i+4)
		if f+fieldFirst > len(t.memory) {
			return nil, errTable
		}
		t.records = append(t.records, f)
	}
	return t, nil
}

func (t *table) word(i int) int { return int(binary.LittleEndian.Uint64(t.memory[8*i:])) }

// number is the one of 4 bytes at a place, 0 beyond the end.
func (t *table) number(at int) int {
	if at+4 > len(t.memory) {
		return 0
	}
	return int(binary.LittleEndian.Uint32(t.memory[at:]))
}

func (t *table) set(at, number int) {
	if at+4 <= len(t.memory) {
		binary.LittleEndian.PutUint32(t.memory[at:], uint32(number))
	}
}

// lists and facts are the places of those of a record.
func (t *table) lists(f int) []int {
	return places(f+fieldFirst, min(t.number(f+fieldLists), 16))
}

func (t *table) facts(f int) []int {
	return places(f+fieldFirst+4*min(t.number(f+fieldLists), 16), min(int(t.memory[f+fieldFacts]), 16))
}

func places(at, n int) []int {
	p := make([]int, n)
	for k := range p {
		p[k] = at + 4*k
	}
	return p
}

// clearFact does so from one place to another, but for what lies over one that is kept.
func (t *table) clearFact(from, to int, kept []int) {
	i, _ := slices.BinarySearch(kept, from)
	if i < len(kept) && kept[i] < to || t.factsAt+to > len(t.whole) {
		return
	}
	clear(t.whole[t.factsAt+from : t.factsAt+to])
}

// list is where a list of values ends: pairs of how much the value and the
// instruction advance, until a value does not.
func (t *table) list(list int) (end int, ok bool) {
	return t.each(list, func(int) {})
}

// largest is the largest value of a list, which begins at -1.
func (t *table) largest(list int) (most int, ok bool) {
	most, value := -1, -1
	if list == noList {
		return most, true
	}
	_, ok = t.each(list, func(step int) {
		value += step
		most = max(most, value)
	})
	return most, ok && most < 1<<20
}

func (t *table) each(list int, f func(step int)) (end int, ok bool) {
	at := t.values + list
	for first := true; at >= 0 && at < t.end; first = false {
		step, n := binary.Uvarint(t.memory[at:t.end])
		at += max(n, 1)
		if step == 0 && !first {
			return at, true
		}
		f(int(step>>1) ^ -int(step&1))
		_, n = binary.Uvarint(t.memory[at:t.end])
		at += max(n, 1)
	}
	return at, false
}
