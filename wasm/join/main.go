// Command join makes one data segment of all those of a WebAssembly module, in
// place.
//
// Go's linker leaves out every run of eight zero bytes, which cuts the data into
// tens of thousands of segments. Zeros cost nothing once the module is
// compressed, while the offset and the length of each segment do: joined, the
// module is a fourteenth smaller as it travels, and quicker to start.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: join module.wasm")
		os.Exit(2)
	}
	if err := rewrite(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "join: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func rewrite(name string) error {
	module, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	joined, err := join(module)
	if err != nil || bytes.Equal(joined, module) {
		return err
	}
	return os.WriteFile(name, joined, 0o644)
}

// The parts of the binary format that matter here.
const (
	header      = "\x00asm\x01\x00\x00\x00"
	sectionData = 11
	opEnd       = 0x0b
	opI32Const  = 0x41
)

// join copies a module, section by section, but for its data.
func join(module []byte) ([]byte, error) {
	if !bytes.HasPrefix(module, []byte(header)) {
		return nil, errors.New("is no WebAssembly module")
	}
	r := &reader{rest: module[len(header):]}
	out := append([]byte(nil), header...)
	for len(r.rest) > 0 {
		id, body := r.byte(), r.bytes(r.uint())
		if r.cut {
			break
		}
		if id == sectionData {
			segment, err := joinData(body)
			if err != nil {
				return nil, err
			}
			body = segment
		}
		out = append(binary.AppendUvarint(append(out, id), uint64(len(body))), body...)
	}
	if r.cut {
		return nil, errors.New("ends within a section")
	}
	return out, nil
}

// joinData makes one segment of those of a data section, with zeros between
// them. Go's are all of the one memory, at constant offsets, in any order.
func joinData(section []byte) ([]byte, error) {
	type segment struct {
		at   int
		data []byte
	}
	r := &reader{rest: section}
	segments := make([]segment, 0, len(section)/16)
	from, to := 1<<31, 0
	for n := r.uint(); n > 0 && !r.cut; n-- {
		if memory, op := r.uint(), r.byte(); memory != 0 || op != opI32Const {
			return nil, errors.New("has a data segment that is passive, or at no constant offset")
		}
		s := segment{at: r.int()}
		if end := r.byte(); end != opEnd || s.at < 0 {
			return nil, errors.New("has a data segment at an offset that is no plain constant")
		}
		s.data = r.bytes(r.uint())
		segments = append(segments, s)
		from, to = min(from, s.at), max(to, s.at+len(s.data))
	}
	if r.cut || len(r.rest) > 0 {
		return nil, errors.New("has a data section of the wrong length")
	}
	if len(segments) < 2 {
		return section, nil
	}
	memory := make([]byte, to-from)
	for _, s := range segments {
		copy(memory[s.at-from:], s.data)
	}
	out := appendInt([]byte{1, 0, opI32Const}, from)
	out = binary.AppendUvarint(append(out, opEnd), uint64(len(memory)))
	return append(out, memory...), nil
}

// reader reads what a module is made of. Beyond the end everything is zero.
type reader struct {
	rest []byte
	cut  bool
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.rest, r.cut = nil, true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// uint reads an unsigned LEB128.
func (r *reader) uint() int {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 || x > 1<<32-1 {
		n = -1
	}
	r.bytes(n)
	return int(x)
}

// int reads a signed LEB128.
func (r *reader) int() int {
	x := 0
	for shift := 0; ; shift += 7 {
		b := r.byte()
		x |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			if b&0x40 != 0 {
				x -= 1 << (shift + 7)
			}
			return x
		}
		if shift > 28 {
			r.bytes(-1)
			return 0
		}
	}
}

// appendInt writes a signed LEB128 that is not negative.
func appendInt(b []byte, x int) []byte {
	for ; x > 0x3f; x >>= 7 {
		b = append(b, byte(x)|0x80)
	}
	return append(b, byte(x))
}
