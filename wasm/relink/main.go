// Command relink makes a module of Go's linker smaller and faster. Its data loses
// what only traces of a crash read (traces.go), a table that it then makes itself
// (buckets.go) and long runs of zeros (data.go), its functions get their loops back
// (flow.go) and do the same with fewer instructions (peephole.go, addresses.go,
// frames.go, spills.go), its registers are exported (registers.go), and the names
// of functions, which flow.go needs, are left out.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: relink linked.wasm module.wasm")
		os.Exit(2)
	}
	if err := rewrite(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "relink: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// rewrite leaves alone what is there already.
func rewrite(from, to string) error {
	module, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	module, err = relink(module)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(to); err == nil && bytes.Equal(old, module) {
		return nil
	}
	return os.WriteFile(to, module, 0o644)
}

// The parts of the binary format that matter here.
const (
	header           = "\x00asm\x01\x00\x00\x00"
	sectionCustom    = 0
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionCode      = 10
	sectionData      = 11
	namesOfFunctions = 1
)

type section struct {
	id   byte
	body []byte
}

// relink copies a module, section by section, but for its code, data and names.
func relink(module []byte) ([]byte, error) {
	if !bytes.HasPrefix(module, []byte(header)) {
		return nil, errors.New("is no WebAssembly module")
	}
	var sections []section
	var names map[int]string
	r := &reader{rest: module[len(header):]}
	for len(r.rest) > 0 {
		s := section{id: r.byte()}
		s.body = r.bytes(r.uint())
		if r.cut {
			return nil, errors.New("ends within a section")
		}
		if own, ok := functionNames(s); ok {
			names = own
			continue
		}
		sections = append(sections, s)
	}
	var table bucketTable
	for i := range sections {
		s := &sections[i]
		var err error
		switch s.id {
		case sectionCode:
			s.body, err = reshape(s.body, names)
		case sectionGlobal:
			if names != nil && (&reader{rest: s.body}).uint() != len(registers) {
				err = errors.New("has other globals than the registers of Go")
			}
		case sectionExport:
			if names != nil {
				s.body = exportRegisters(s.body)
			}
		case sectionData:
			s.body, table, err = joinData(s.body, names != nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if table.entries > 0 {
		sections = start(sections, table.writer())
	}
	out := append([]byte(nil), header...)
	for _, s := range sections {
		out = append(binary.AppendUvarint(append(out, s.id), uint64(len(s.body))), s.body...)
	}
	return out, nil
}

// functionNames reads the names of functions, by number, of the section that has
// them.
func functionNames(s section) (map[int]string, bool) {
	r := &reader{rest: s.body}
	if s.id != sectionCustom || string(r.bytes(r.uint())) != "name" {
		return nil, false
	}
	names := map[int]string{}
	for len(r.rest) > 0 && !r.cut {
		id, part := r.byte(), &reader{}
		part.rest = r.bytes(r.uint())
		if id != namesOfFunctions {
			continue
		}
		for n := part.uint(); n > 0 && !part.cut; n-- {
			i := part.uint()
			names[i] = string(part.bytes(part.uint()))
		}
	}
	return names, true
}
