package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// Package runtime finds the function of an instruction by a table with an entry
// for every 4096 instructions: the first function there, and how many more begin
// in each sixteenth (findfuncbucket). In a wasm program each function has 65536
// instructions to itself, so that entry i is function i/16 and nothing else. The
// table is a quarter of the module as a browser unpacks it: the module writes it
// when it starts, sooner than it could arrive.

const (
	bucketSize    = 20
	bucketsOfEach = 16 // entries of a function
)

// A bucketTable is where that table is in memory, and how many entries it has.
type bucketTable struct{ at, entries int }

// takeBuckets makes zeros of the table.
func takeBuckets(memory []byte) (bucketTable, error) {
	first := bytes.Repeat(bucket(0), bucketsOfEach)
	next := append(bytes.Repeat(bucket(1), bucketsOfEach), bucket(2)...)
	t := bucketTable{at: bytes.Index(memory, next) - len(first)}
	if t.at < 0 || !bytes.HasPrefix(memory[t.at:], first) {
		return t, errors.New("has no table of instructions that is known")
	}
	for at := t.at; bytes.HasPrefix(memory[at:], bucket(t.entries/bucketsOfEach)); at += bucketSize {
		clear(memory[at : at+bucketSize])
		t.entries++
	}
	return t, nil
}

// bucket is an entry.
func bucket(function int) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(function)), make([]byte, bucketSize-4)...)
}

// writer is the body of a function that writes the table: its two variables are
// the place of an entry and its number.
func (t bucketTable) writer() []byte {
	const place, number, i32, tee, less, add, shift, aligned = 0, 1, 0x7f, 0x22, 0x49, 0x6a, 0x76, 2
	b := []byte{1, 2, i32, opLoop, noType}
	b = appendInt(append(b, opLocalGet, place, opLocalGet, number, opI32Const), 4)
	b = binary.AppendUvarint(append(b, shift, firstStore, aligned), uint64(t.at))
	b = appendInt(append(b, opLocalGet, place, opI32Const), bucketSize)
	b = appendInt(append(b, add, opLocalSet, place, opLocalGet, number, opI32Const), 1)
	b = appendInt(append(b, add, tee, number, opI32Const), t.entries)
	return append(b, less, opBrIf, 0, opEnd, opEnd)
}

// start adds a function to the sections of a module that runs when it starts.
// Sections come in the order of their numbers, and a program imports functions
// alone.
func start(sections []section, body []byte) []section {
	function := []byte{0x60, 0, 0} // takes and gives nothing
	var ofType, imported, own, place int
	for i := range sections {
		s := &sections[i]
		switch s.id {
		case sectionType:
			s.body, ofType = added(s.body, function)
		case sectionImport:
			imported = (&reader{rest: s.body}).uint()
		case sectionFunction:
			s.body, own = added(s.body, binary.AppendUvarint(nil, uint64(ofType)))
		case sectionCode:
			s.body, _ = added(s.body, append(binary.AppendUvarint(nil, uint64(len(body))), body...))
		}
		if s.id < sectionStart && s.id != sectionCustom {
			place = i + 1
		}
	}
	first := section{sectionStart, binary.AppendUvarint(nil, uint64(imported+own))}
	return slices.Insert(sections, place, first)
}

// added is a list with one more element, and how many it had.
func added(list, element []byte) (longer []byte, count int) {
	r := &reader{rest: list}
	count = r.uint()
	longer = binary.AppendUvarint(nil, uint64(count+1))
	return append(append(longer, r.rest...), element...), count
}
