package main

import (
	"bytes"
	"strings"
	"testing"
)

// Hand-made modules: a header, a memory section of one page, and data sections.
const memory = header + "\x05\x03\x01\x00\x01"

func TestData(t *testing.T) {
	for _, row := range []struct{ name, module, want string }{
		{"no data", memory, memory},
		{"one segment", memory + "\x0b\x07\x01\x00\x41\x08\x0b\x01a", memory + "\x0b\x07\x01\x00\x41\x08\x0b\x01a"},
		{
			"a gap",
			memory + "\x0b\x0d\x02\x00\x41\x08\x0b\x01a\x00\x41\x0b\x0b\x01b",
			memory + "\x0b\x0a\x01\x00\x41\x08\x0b\x04a\x00\x00b",
		},
		{
			"a wide gap",
			memory + "\x0b\x0e\x02\x00\x41\x08\x0b\x01a\x00\x41\xc9\x00\x0b\x01b",
			memory + "\x0b\x0e\x02\x00\x41\x08\x0b\x01a\x00\x41\xc9\x00\x0b\x01b",
		},
		{
			"zeros",
			memory + "\x0b\x4e\x02\x00\x41\x08\x0b\x01a\x00\x41\x0b\x0b\x42" + strings.Repeat("\x00", 65) + "b",
			memory + "\x0b\x0e\x02\x00\x41\x08\x0b\x01a\x00\x41\xcc\x00\x0b\x01b",
		},
		{
			"out of order, an offset of two bytes, a section behind",
			memory + "\x0b\x0f\x02\x00\x41\xc2\x00\x0b\x01b\x00\x41\xc0\x00\x0b\x01a\x00\x02\x01x",
			memory + "\x0b\x0a\x01\x00\x41\xc0\x00\x0b\x03a\x00b\x00\x02\x01x",
		},
	} {
		got, err := relink([]byte(row.module))
		if err != nil || string(got) != row.want {
			t.Errorf("%s: got %q, %v, want %q", row.name, got, err, row.want)
			continue
		}
		if again, err := relink(got); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s, joined twice: got %q, %v, want %q", row.name, again, err, got)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, row := range []struct{ name, module, want string }{
		{"a page", "<html>", "no WebAssembly"},
		{"a section that is cut", memory + "\x0b\x07\x01\x00\x41", "within a section"},
		{"a passive segment", memory + "\x0b\x04\x01\x01\x01a", "passive"},
		{"a global as offset", memory + "\x0b\x07\x01\x00\x23\x00\x0b\x01a", "constant"},
		{"a negative offset", memory + "\x0b\x07\x01\x00\x41\x78\x0b\x01a", "plain constant"},
		{"a segment that is cut", memory + "\x0b\x07\x01\x00\x41\x08\x0b\x02a", "wrong length"},
		{"bytes behind the last segment", memory + "\x0b\x08\x01\x00\x41\x08\x0b\x01ab", "wrong length"},
	} {
		_, err := relink([]byte(row.module))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want an error with %q", row.name, err, row.want)
		}
	}
}
