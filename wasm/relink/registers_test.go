package main

import "testing"

func TestExportRegisters(t *testing.T) {
	const global = 3
	section := exportRegisters([]byte{1, 3, 'm', 'e', 'm', 2, 0})
	r := &reader{rest: section}
	if n := r.uint(); n != 1+len(registers) {
		t.Fatalf("%d exports, want %d", n, 1+len(registers))
	}
	if got := string(r.bytes(6)); got != "\x03mem\x02\x00" {
		t.Errorf("the first is %q, must be what was there", got)
	}
	for i, want := range registers {
		name, kind, number := string(r.bytes(r.uint())), r.byte(), r.uint()
		if name != want || kind != global || number != i {
			t.Errorf("export %d is %q of kind %d, number %d; want global %q", i, name, kind, number, want)
		}
	}
	if r.cut || len(r.rest) > 0 {
		t.Errorf("%d bytes are left, cut: %v", len(r.rest), r.cut)
	}
}

// A program whose globals are no registers of Go has no image, and so no build.
func TestRefusesOtherGlobals(t *testing.T) {
	names := "\x00\x0b\x04name\x01\x04\x01\x00\x01f"
	_, err := relink([]byte(memory + "\x06\x06\x01\x7f\x01\x41\x00\x0b" + names))
	if err == nil || err.Error() != "has other globals than the registers of Go" {
		t.Errorf("got %v", err)
	}
}
