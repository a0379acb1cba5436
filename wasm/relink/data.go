package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Go's linker leaves out every run of eight zero bytes, which cuts the data into
// tens of thousands of segments. Zeros cost nothing once the module is
// compressed, while the offset and the length of each segment do: joined, the
// module is a fourteenth smaller as it travels, and quicker to start. Many zeros
// are left out all the same, as a page has to unpack and to read them: an eighth of
// the module, and a twentieth of the time to the first number.

// joinData joins the segments of a data section that few zeros part. Go's are all
// of the one memory, at constant offsets, in any order. Those of a whole program
// lose what only traces of a crash read, and its table of instructions.
func joinData(section []byte, program bool) ([]byte, bucketTable, error) {
	type segment struct {
		at   int
		data []byte
	}
	r := &reader{rest: section}
	segments := make([]segment, 0, len(section)/16)
	from, to := 1<<31, 0
	for n := r.uint(); n > 0 && !r.cut; n-- {
		if memory, op := r.uint(), r.byte(); memory != 0 || op != opI32Const {
			return nil, bucketTable{}, errors.New("has a data segment that is passive, or at no constant offset")
		}
		s := segment{at: r.int()}
		if end := r.byte(); end != opEnd || s.at < 0 {
			return nil, bucketTable{}, errors.New("has a data segment at an offset that is no plain constant")
		}
		s.data = r.bytes(r.uint())
		segments = append(segments, s)
		from, to = min(from, s.at), max(to, s.at+len(s.data))
	}
	if r.cut || len(r.rest) > 0 {
		return nil, bucketTable{}, errors.New("has a data section of the wrong length")
	}
	if len(segments) < 2 {
		return section, bucketTable{}, nil
	}
	memory := make([]byte, to-from)
	for _, s := range segments {
		copy(memory[s.at-from:], s.data)
	}
	var table bucketTable
	if program {
		if err := dropTraces(memory, from); err != nil {
			return nil, table, err
		}
		var err error
		if table, err = takeBuckets(memory); err != nil {
			return nil, table, err
		}
		table.at += from
	}
	spans := spansOf(memory)
	out := binary.AppendUvarint(nil, uint64(len(spans)))
	for _, s := range spans {
		out = appendSegment(out, from+s.at, memory[s.at:s.end])
	}
	return out, table, nil
}

const manyZeros = 64

type span struct{ at, end int }

// spansOf are what is between many zeros.
func spansOf(memory []byte) (spans []span) {
	zeros := make([]byte, manyZeros)
	for at := 0; at < len(memory); {
		if memory[at] == 0 && bytes.HasPrefix(memory[at:], zeros) {
			for at < len(memory) && memory[at] == 0 {
				at++
			}
			continue
		}
		end := len(memory)
		if n := bytes.Index(memory[at:], zeros); n >= 0 {
			end = at + n
		}
		spans = append(spans, span{at, end})
		at = end
	}
	return spans
}

// appendSegment writes what is to be at a place in memory.
func appendSegment(out []byte, at int, data []byte) []byte {
	out = append(appendInt(append(out, 0, opI32Const), at), opEnd)
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}
