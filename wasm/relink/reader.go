package main

import "encoding/binary"

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
		if shift > 56 {
			r.bytes(-1)
			return 0
		}
	}
}

// appendInt writes a signed LEB128.
func appendInt(b []byte, x int) []byte {
	for ; x > 0x3f || x < -0x40; x >>= 7 {
		b = append(b, byte(x)|0x80)
	}
	return append(b, byte(x)&0x7f)
}
