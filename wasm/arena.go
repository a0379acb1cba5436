//go:build js && wasm

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"unsafe"
)

// arena is the memory that host and program share: blocks by number. The host
// reserves a block, writes arrays into it and says where they are as offsets;
// the program checks the bounds. A block only grows, starts at a multiple of 64
// and loses its contents when it grows. The address of a block holds until the
// next reserve; the host's views hold until the program allocates anything.
type arena struct {
	blocks map[int][]byte
	held   int // bytes of all blocks
	share  int // the garbage that may gather, in percent of what is in use
}

// The blocks that the program itself fills; the host has the others, and knows
// these numbers.
const (
	blockOut   = 1 // planes of evaluate, and maps
	blockState = 2 // of state and tallyState
	blockWords = 3 // of an input, and of results
)

const (
	align = 64
	// A 32-bit memory ends at 4 GiB, and allocating beyond it would end the
	// program; the margin is for what Go itself needs.
	mostMemory = 4<<30 - 64<<20
	// Garbage that may gather before it is collected, whatever the size of the
	// blocks: Go would let it grow to as much again as they take.
	garbage = 16 << 20
)

var shared = arena{blocks: map[int][]byte{}}

// reserve makes a block hold at least size bytes and gives its address, or 0
// where there is not so much memory; the block then is gone. size is a float64
// because the host may want more than a memory has.
//
//lint:ignore U1000 the host calls it
//go:wasmexport reserve
func reserve(block int32, size float64) (at uint32) {
	defer func() {
		if recover() != nil { // a length that no slice can have
			at = 0
		}
	}()
	b, err := shared.grow(int(block), size)
	if err != nil {
		return 0
	}
	return address(b)
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// write puts numbers at the beginning of a block and gives its address.
func (a *arena) write(block int, numbers []float64) (uint32, error) {
	b, err := a.grow(block, float64(len(numbers)*8))
	if err != nil {
		return 0, err
	}
	copy(unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(b))), len(numbers)), numbers)
	return address(b), nil
}

// release gives the memory of a block back to Go.
//
//lint:ignore U1000 the host calls it
//go:wasmexport release
func release(block int32) {
	shared.drop(int(block))
	shared.pace()
}

// collect gives back what nothing refers to any more, before the build looks at
// the memory (js/scripts/image.js).
//
//lint:ignore U1000 the build calls it
//go:wasmexport collect
func collect() { runtime.GC() }

func (a *arena) grow(block int, size float64) ([]byte, error) {
	b := a.blocks[block]
	if size <= float64(len(b)) && b != nil {
		return b, nil
	}
	big := len(b) > garbage
	b = nil
	a.drop(block)
	if big {
		runtime.GC() // so that the new block may take the place of the old one
	}
	if size > garbage {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if float64(m.Sys)+size > mostMemory && float64(m.HeapIdle) < size {
			a.pace()
			return nil, noMemory(size)
		}
	}
	n := max(align, roundUp(int(size)))
	b = make([]byte, n+align)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & (align - 1)
	b = b[skip : skip+n]
	a.blocks[block] = b
	a.held += len(b)
	a.pace()
	return b, nil
}

func (a *arena) drop(block int) {
	a.held -= len(a.blocks[block])
	delete(a.blocks, block)
}

// pace keeps the garbage beside the blocks small.
func (a *arena) pace() {
	share := 100
	if a.held > garbage {
		share = max(2, 100*garbage/a.held)
	}
	if share != a.share {
		a.share = share
		debug.SetGCPercent(share)
	}
}

func noMemory(size float64) error {
	return &failure{Code: "memory", Message: fmt.Sprintf("%.0f bytes more are wanted than the memory of WebAssembly can hold", size)}
}

// array says where the elements of one array are.
type array struct {
	Block int    `js:"block"`
	Type  string `js:"type"` // f32, f64, u8, u16, i32
	At    int    `js:"at"`   // bytes from the start of the block
	Len   int    `js:"len"`  // elements
}

type element interface {
	float32 | float64 | uint8 | uint16 | int32
}

// view is the array as a slice.
//
// SAFETY: start checks the bounds and the alignment, and none of the element
// types holds a pointer. The slice keeps its block alive, also when the block
// is dropped from the arena.
func view[T element](a array) ([]T, error) {
	var t T
	p, err := a.start(int(unsafe.Sizeof(t)))
	if p == nil {
		return nil, err
	}
	return unsafe.Slice((*T)(p), a.Len), nil
}

// start is where the first element is, of so many bytes; nil where there is none.
func (a array) start(size int) (unsafe.Pointer, error) {
	b := shared.blocks[a.Block]
	if a.Len < 0 || a.Len > len(b)/size || a.At < 0 || a.At > len(b)-a.Len*size || a.At%size != 0 {
		return nil, &failure{Code: "internal", Message: fmt.Sprintf("array %+v is outside of its block of %d bytes", a, len(b))}
	}
	if a.Len == 0 {
		return nil, nil
	}
	return unsafe.Pointer(&b[a.At]), nil
}

// layout places arrays one after the other.
type layout struct {
	block, size int
}

// add places n elements of a type of the given width.
func (l *layout) add(kind string, width, n int) array {
	a := array{Block: l.block, Type: kind, At: l.size, Len: n}
	l.size += roundUp(n * width)
	return a
}

// put makes room for the arrays of a layout and copies numbers into them.
func (l *layout) put(arrays []array, numbers [][]float64) error {
	if _, err := shared.grow(l.block, float64(l.size)); err != nil {
		return err
	}
	for i, a := range arrays {
		dst, err := view[float64](a)
		if err != nil {
			return err
		}
		copy(dst, numbers[i])
	}
	return nil
}

func roundUp(n int) int { return (n + align - 1) &^ (align - 1) }
