package api

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// npySizes are the bytes of each type.
var npySizes = map[string]int{"f2": 2, "f4": 4, "f8": 8, "b1": 1, "u1": 1, "u2": 2, "u4": 4, "i1": 1, "i2": 2, "i4": 4, "i8": 8}

// readNPY reads an array of NumPy. Integers and booleans are class ids. The size
// is checked by the header.
func (c *Config) readNPY(field string, b []byte) (*file, error) {
	header, body, ok := npyParts(b)
	if !ok {
		return nil, malformed(field, "%s is an NPY file whose header is cut off or of an unknown version", field)
	}
	descr, shape, columns, ok := npyHeader(header)
	if !ok {
		return nil, malformed(field, "%s is an NPY file whose header lacks a plain descr, fortran_order or shape", field)
	}
	kind := descr[1:]
	size, known := npySizes[kind]
	if !known {
		return nil, malformed(field, "%s is an NPY file of %.8q, must be one of f2 f4 f8 b1 u1 u2 u4 i1 i2 i4 i8", field, descr)
	}
	var dims []int
	total := 1
	for _, part := range strings.Split(shape, ",") {
		part = strings.TrimSuffix(strings.TrimSpace(part), "L")
		if part == "" {
			continue
		}
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil || n < 1 {
			return nil, refusal(400, losses.CodeShape, field, "%s has shape (%s), every size must be at least 1", field, shape)
		}
		dims = append(dims, int(n))
		if total > c.MaxElements/int(n) {
			return nil, refusal(413, "size", field, "%s has shape (%s), must have at most %d elements", field, shape, c.MaxElements)
		}
		total *= int(n)
	}
	if len(dims) < 2 || len(dims) > 5 {
		return nil, refusal(400, losses.CodeShape, field, "%s has shape (%s), must have two to five axes", field, shape)
	}
	if len(body) != total*size {
		return nil, refusal(400, losses.CodeLength, field, "%s has %d bytes after its header, shape (%s) of %s wants %d", field, len(body), shape, descr, total*size)
	}
	f := &file{dims: dims}
	var bytes binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		bytes = binary.BigEndian
	}
	from := func(i int) int { return i }
	if columns {
		from = fortran(dims)
	}
	return f, f.fill(field, kind, body, bytes, total, size, from)
}

// npyHeader reads the three entries of the header, a Python dictionary of plain
// literals.
func npyHeader(header string) (descr, shape string, columns, ok bool) {
	descr, foundDescr := npyEntry(header, "descr", "'", "'")
	if !foundDescr {
		descr, foundDescr = npyEntry(header, "descr", `"`, `"`)
	}
	shape, foundShape := npyEntry(header, "shape", "(", ")")
	_, true1 := npyEntry(header, "fortran_order", "True", "")
	_, false1 := npyEntry(header, "fortran_order", "False", "")
	ok = foundDescr && foundShape && true1 != false1 && len(descr) >= 3 && strings.ContainsRune("<>|=", rune(descr[0])) && len(shape) <= 200
	return descr, shape, true1, ok
}

// npyEntry is what stands between two marks after a key.
func npyEntry(header, key, from, to string) (string, bool) {
	for _, quote := range []string{"'", `"`} {
		if _, rest, found := strings.Cut(header, quote+key+quote); found {
			rest = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(rest, " "), ":"), " ")
			rest, found = strings.CutPrefix(rest, from)
			if !found {
				return "", false
			}
			text, _, ended := strings.Cut(rest, to)
			return text, ended
		}
	}
	return "", false
}

func npyParts(b []byte) (header string, body []byte, ok bool) {
	if len(b) < 12 || b[6] < 1 || b[6] > 3 {
		return "", nil, false
	}
	at, n := 10, int(binary.LittleEndian.Uint16(b[8:]))
	if b[6] > 1 {
		long := binary.LittleEndian.Uint32(b[8:])
		if long > 1<<16 {
			return "", nil, false
		}
		at, n = 12, int(long)
	}
	if len(b)-at < n {
		return "", nil, false
	}
	return string(b[at : at+n]), b[at+n:], true
}

// fill reads the numbers; from says where number i is.
func (f *file) fill(field, kind string, b []byte, order binary.ByteOrder, total, size int, from func(int) int) error {
	if kind[0] == 'f' {
		f.floats = make([]float32, total)
		for i := range f.floats {
			p := b[from(i)*size:]
			switch size {
			case 2:
				f.floats[i] = half(order.Uint16(p))
			case 4:
				f.floats[i] = math.Float32frombits(order.Uint32(p))
			default:
				f.floats[i] = float32(math.Float64frombits(order.Uint64(p)))
			}
		}
		return nil
	}
	if size == 1 && kind != "i1" {
		f.labels.U8 = make([]uint8, total)
		for i := range f.labels.U8 {
			x := b[from(i)]
			if kind == "b1" {
				x = min(x, 1)
			}
			f.labels.U8[i] = x
		}
		return nil
	}
	f.labels.I32 = make([]int32, total)
	for i := range f.labels.I32 {
		p := b[from(i)*size:]
		var x int64
		switch kind {
		case "i1":
			x = int64(int8(p[0]))
		case "u2":
			x = int64(order.Uint16(p))
		case "i2":
			x = int64(int16(order.Uint16(p)))
		case "u4":
			x = int64(order.Uint32(p))
		case "i4":
			x = int64(int32(order.Uint32(p)))
		default:
			x = int64(order.Uint64(p))
		}
		if int64(int32(x)) != x {
			return refusal(422, losses.CodeLabel, field, "%s is %d at index %d, a label must fit in 32 bits", field, x, i)
		}
		f.labels.I32[i] = int32(x)
	}
	return nil
}

// fortran says where in an array of columns first the element i of rows first is.
func fortran(dims []int) func(int) int {
	return func(i int) int {
		at, stride := 0, 1
		for _, d := range dims {
			stride *= d
		}
		for k := len(dims) - 1; k >= 0; k-- {
			stride /= dims[k]
			at += i % dims[k] * stride
			i /= dims[k]
		}
		return at
	}
}

// half is an IEEE half as a float32.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&31), uint32(h&1023)
	switch exp {
	case 0:
		x := float32(frac) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(x))
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
