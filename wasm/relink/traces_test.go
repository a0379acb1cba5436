package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

const address = 4096 // of the memory of these tests

// A handTable is a table of one function.
type handTable struct {
	names, values string
	stack, line   uint32    // where these lists are in values
	lists         []uint32  // and these
	facts         [8]uint32 // where they are in data
	data          string
}

// memory is the table, what points at it, and its facts.
func (h handTable) memory() []byte {
	const headerSize = 72
	record := make([]byte, fieldFirst)
	put := func(field int, x uint32) { binary.LittleEndian.PutUint32(record[field:], x) }
	put(fieldStack, h.stack)
	put(fieldFile, h.line)
	put(fieldLine, h.line)
	put(fieldLists, uint32(len(h.lists)))
	put(fieldUnit, 7)
	put(fieldStart, 8)
	record[fieldFacts] = byte(len(h.facts))
	for _, x := range append(h.lists, h.facts[:]...) {
		record = binary.LittleEndian.AppendUint32(record, x)
	}
	units := headerSize + len(h.names)
	values := units + 4
	records := values + len(h.values)
	word := binary.LittleEndian.AppendUint64
	m := []byte(magicOfTable)
	for _, x := range []int{1, 0, 0, headerSize, units, 0, values, records} {
		m = word(m, uint64(x))
	}
	m = append(append(append(m, h.names...), "unit"...), h.values...)
	m = append(append(m, 0, 0, 0, 0, 8, 0, 0, 0), record...)
	m = word(word(m, address), address+headerSize)
	for range wordFact - 2 {
		m = word(m, 0)
	}
	m = word(m, uint64(address+len(m)+8))
	return append(m, h.data...)
}

func TestDropTraces(t *testing.T) {
	const none = noFact
	calls := strings.Repeat("inlined call....", 3)
	h := handTable{
		names:  "kept\x00gone\x00",
		values: "\x00" + "\x02\x01\x00" + "\x04\x09\x00" + "\x04\x01\x02\x01\x00" + "\x02\x07\x00",
		stack:  1, line: 4, lists: []uint32{4, 12, 7, 4},
		facts: [8]uint32{0, none, none, 4, none, 52, none, none},
		data:  "maps" + calls + "args\xffmore",
	}
	m := h.memory()
	if err := dropTraces(m, address); err != nil {
		t.Fatal(err)
	}
	has := func(part string, want bool) {
		t.Helper()
		if bytes.Contains(m, []byte(part)) != want {
			t.Errorf("%q is there: %v, want %v", part, !want, want)
		}
	}
	has("kept\x00\x00\x00\x00\x00\x00", true) // no name that no function has, and no units
	has("\x00\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x07\x00", true)
	has("maps"+strings.Repeat("\x00", len(calls)+5)+"more", true)

	// What is needed for other ends stays: a list of lines that is one of stack maps, calls that begin within other facts.
	h.lists[1], h.facts[0] = 4, 20
	m = h.memory()
	if err := dropTraces(m, address); err != nil {
		t.Fatal(err)
	}
	has("\x00\x02\x01\x00\x04\x09\x00\x00", true)
	has("maps"+calls, true)
	has("args", false)

	// Twice is once.
	again := bytes.Clone(m)
	if err := dropTraces(again, address); err != nil || !bytes.Equal(again, m) {
		t.Errorf("the second time it does something, or says %v", err)
	}
}

func TestOtherTables(t *testing.T) {
	good := handTable{names: "f\x00", values: "\x00\x02\x01\x00", stack: 1, line: 1}.memory()
	if err := dropTraces(bytes.Clone(good), address); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(m []byte) []byte{
		"another magic":     func(m []byte) []byte { m[0]++; return m },
		"cut":               func(m []byte) []byte { return m[:60] },
		"many functions":    func(m []byte) []byte { m[8+3] = 1; return m },
		"names behind":      func(m []byte) []byte { m[8*wordNames+2] = 1; return m },
		"facts elsewhere":   func(m []byte) []byte { m[len(m)-1] = 1; return m },
		"nothing points at": func(m []byte) []byte { return bytes.ReplaceAll(m, []byte{0, 0x10, 0, 0, 0, 0, 0, 0}, make([]byte, 8)) },
	} {
		if err := dropTraces(spoil(bytes.Clone(good)), address); err == nil || !strings.Contains(err.Error(), "table of functions") {
			t.Errorf("%s: got %v, want an error", name, err)
		}
	}
}

func FuzzDropTraces(f *testing.F) {
	f.Add("f\x00", "\x00\x02\x01\x00", uint32(1), uint32(1), uint32(1), uint32(1), uint32(4), uint32(0), "data\xff", 0, byte(0))
	f.Add("f\x00", "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x00", uint32(0), uint32(0), uint32(0), uint32(1), uint32(4), uint32(0), "", 0, byte(0)) // too many calls
	f.Fuzz(func(_ *testing.T, names, values string, stack, line, safe, inlined, calls, arguments uint32, data string, at int, x byte) {
		h := handTable{names: names, values: values, stack: stack, line: line, lists: []uint32{safe, line, inlined}, data: data}
		h.facts[factInlined], h.facts[factArguments] = calls, arguments
		m := h.memory()
		m[uint(at)%uint(len(m))] ^= x
		_ = dropTraces(m, address)
	})
}
