package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// A Go program carries the file and the line of each of its instructions, for the
// traces of a crash. They are a twelfth of the module as it travels. Without them
// a trace still has the names of functions, and lines are read from a build that
// was not relinked.

// The table of functions, as package runtime has it (pcHeader and _func).
const (
	magicOfTable = "\xf1\xff\xff\xff\x00\x00\x01\x08"

	wordFunctions = 1 // how many, in words of 8 bytes from the beginning
	wordUnits     = 5 // where the table of compilation units is
	wordValues    = 7 // of values by instruction; before it the files
	wordRecords   = 8 // of the records of functions

	fieldStack = 16 // of a record, in bytes: the values of the stack pointer
	fieldFile  = 20
	fieldLine  = 24
	fieldLists = 28 // how many more lists of values there are
	fieldUnit  = 32
	fieldStart = 36 // the line that a function begins at
	fieldFirst = 44 // of those lists
)

var errTable = errors.New("has a table of functions of another Go")

// dropPlaces makes zeros of files and lines.
func dropPlaces(memory []byte) error {
	at := bytes.Index(memory, []byte(magicOfTable))
	if at < 0 {
		return errors.New("has no table of functions that is known")
	}
	t := table{memory: memory[at:]}
	n, units, values, records := t.word(wordFunctions), t.word(wordUnits), t.word(wordValues), t.word(wordRecords)
	if n > 1<<20 || !(units < values && values < records && records+8*n < len(t.memory)) {
		return errTable
	}
	// Lists that are alike are one: those that are needed for other ends stay.
	var places []int
	needed := map[int]bool{0: true}
	for i := range n {
		f := records + t.number(records+8*i+4)
		if f+fieldFirst > len(t.memory) {
			return errTable
		}
		places = append(places, t.number(f+fieldFile), t.number(f+fieldLine))
		needed[t.number(f+fieldStack)] = true
		for k := range min(t.number(f+fieldLists), 16) {
			needed[t.number(f+fieldFirst+4*k)] = true
		}
		for _, field := range []int{fieldFile, fieldLine, fieldUnit, fieldStart} {
			clear(t.memory[f+field : f+field+4])
		}
	}
	for _, list := range places {
		if needed[list] {
			continue
		}
		needed[list] = true // it is gone
		end, ok := t.list(values+list, records)
		if !ok {
			return errTable
		}
		clear(t.memory[values+list : end])
	}
	clear(t.memory[units:values])
	return nil
}

// table is the memory from the table on.
type table struct{ memory []byte }

func (t *table) word(i int) int { return int(binary.LittleEndian.Uint64(t.memory[8*i:])) }

// number is the one of 4 bytes at a place, 0 beyond the end.
func (t *table) number(at int) int {
	if at+4 > len(t.memory) {
		return 0
	}
	return int(binary.LittleEndian.Uint32(t.memory[at:]))
}

// list is where a list of values ends: pairs of how much the value and the
// instruction advance, until a value does not.
func (t *table) list(at, limit int) (end int, ok bool) {
	for first := true; at < limit; first = false {
		value, n := binary.Uvarint(t.memory[at:limit])
		at += max(n, 1)
		if value == 0 && !first {
			return at, true
		}
		_, n = binary.Uvarint(t.memory[at:limit])
		at += max(n, 1)
	}
	return at, false
}
