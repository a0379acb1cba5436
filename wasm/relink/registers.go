package main

import "encoding/binary"

// A Go program keeps its registers in globals. Exported, they let a host put
// back what it found in memory and registers when a program had started, which is
// sooner done than to start another one (js/image.js).

var registers = [...]string{"SP", "CTXT", "g", "RET0", "RET1", "RET2", "RET3", "PAUSE"}

// exportRegisters adds them to an export section.
func exportRegisters(section []byte) []byte {
	const global = 3
	for i, name := range registers {
		export := append(binary.AppendUvarint(nil, uint64(len(name))), name...)
		section, _ = added(section, append(export, global, byte(i)))
	}
	return section
}
