package main

import (
	"bytes"
	"testing"
)

// TestInFrame takes what adds a constant to the stack pointer before a load or a
// store.
func TestInFrame(t *testing.T) {
	sp, other := []byte{opLocalGet, 1}, []byte{opLocalGet, 2}
	plus := []byte{opI32Const, 0xf8, 0x01, opI32Add} // 248
	less := []byte{opI32Const, 0x78, opI32Add}       // -8
	load := func(at ...byte) []byte { return append([]byte{0x29, 3}, at...) }
	store := func(at ...byte) []byte { return append([]byte{0x37, 3}, at...) }
	one := []byte{opI64Const, 1}
	for _, c := range []struct {
		name      string
		ops, want [][]byte
	}{
		{"a load", [][]byte{sp, plus, load(8)}, [][]byte{sp, load(0x80, 0x02)}},
		{"a store", [][]byte{sp, plus, other, store(0)}, [][]byte{sp, other, store(0xf8, 0x01)}},
		{"a store of a sum", [][]byte{sp, plus, other, one, {opI64Add}, store(0)}, [][]byte{sp, other, one, {opI64Add}, store(0xf8, 0x01)}},
		{"a store of what is loaded so", [][]byte{sp, plus, sp, plus, load(0), store(0)}, [][]byte{sp, sp, load(0xf8, 0x01), store(0xf8, 0x01)}},
		{"a store of an address", [][]byte{sp, plus, sp, plus, {opExtendU}, store(0)}, [][]byte{sp, sp, plus, {opExtendU}, store(0xf8, 0x01)}},
		{"vectors", [][]byte{sp, plus, sp, plus, {opVector, 0, 4, 0}, {opVector, vectorStore, 4, 0}}, [][]byte{sp, sp, {opVector, 0, 4, 0xf8, 0x01}, {opVector, vectorStore, 4, 0xf8, 0x01}}},
		{"one after another", [][]byte{sp, plus, one, store(0), sp, plus, one, store(0)}, [][]byte{sp, one, store(0xf8, 0x01), sp, one, store(0xf8, 0x01)}},
		{"another variable", [][]byte{other, plus, load(0)}, nil},
		{"a constant below 0", [][]byte{sp, less, load(0)}, nil},
		{"a sum that is kept", [][]byte{sp, plus, {opLocalTee, 3}, load(0)}, nil},
		{"a sum of the sum", [][]byte{sp, plus, plus, load(0)}, nil},
		{"a value beneath", [][]byte{sp, plus, sp, load(0), {opLocalSet, 4}, {opLocalSet, 5}}, nil},
		{"a branch between", [][]byte{sp, plus, other, {opWrap}, {opIf, noType}, {opEnd}, one, store(0)}, nil},
		{"a call between", [][]byte{sp, plus, {opI32Const, 0}, {opCall, 7}, {opDrop}, one, store(0)}, nil},
		{"nothing on the stack", [][]byte{load(0), store(0)}, nil},
	} {
		before := bytes.Join(c.ops, nil)
		want := bytes.Join(c.want, nil)
		if c.want == nil {
			want = before
		}
		var p part
		for r := (&reader{rest: before}); len(r.rest) > 0; {
			p.ops = append(p.ops, step{op: r.op(), jump: noJump})
		}
		p.inFrame()
		var got []byte
		for _, s := range p.ops {
			got = append(got, s.bytes...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %x has become %x, want %x", c.name, before, got, want)
		}
	}
}
