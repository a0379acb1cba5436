package main

import (
	"encoding/binary"
	"errors"
)

// Go's linker leaves out every run of eight zero bytes, which cuts the data into
// tens of thousands of segments. Zeros cost nothing once the module is
// compressed, while the offset and the length of each segment do: joined, the
// module is a fourteenth smaller as it travels, and quicker to start.

// joinData makes one segment of those of a data section, with zeros between
// them. Go's are all of the one memory, at constant offsets, in any order. Those
// of a whole program lose what only traces of a crash read, and what its table of
// instructions parts is two.
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
	if !program {
		return appendSegment([]byte{1}, from, memory), bucketTable{}, nil
	}
	if err := dropTraces(memory, from); err != nil {
		return nil, bucketTable{}, err
	}
	table, err := takeBuckets(memory)
	if err != nil {
		return nil, bucketTable{}, err
	}
	end := table.at + table.entries*bucketSize
	out := appendSegment([]byte{2}, from, memory[:table.at])
	out = appendSegment(out, from+end, memory[end:])
	table.at += from
	return out, table, nil
}

// appendSegment writes what is to be at a place in memory.
func appendSegment(out []byte, at int, data []byte) []byte {
	out = append(appendInt(append(out, 0, opI32Const), at), opEnd)
	return append(binary.AppendUvarint(out, uint64(len(data))), data...)
}
