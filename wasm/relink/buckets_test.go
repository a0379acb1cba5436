//go:build !js

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTakeBuckets(t *testing.T) {
	var table []byte
	for i := range 3*bucketsOfEach + 5 { // the last function is short
		table = append(table, bucket(i/bucketsOfEach)...)
	}
	memory := append([]byte("before"), append(append([]byte(nil), table...), "after"...)...)
	got, err := takeBuckets(memory)
	if err != nil || got != (bucketTable{at: len("before"), entries: 3*bucketsOfEach + 5}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if want := append([]byte("before"), append(make([]byte, len(table)), "after"...)...); !bytes.Equal(memory, want) {
		t.Errorf("what is left is %q", memory)
	}
	if _, err := takeBuckets(memory); err == nil || !strings.Contains(err.Error(), "table of instructions") {
		t.Errorf("where there is none: %v", err)
	}
}

// A module that starts with the writer of a table has it in memory.
func TestWriter(t *testing.T) {
	table := bucketTable{at: 100, entries: 40}
	sections := start([]section{
		{sectionType, []byte{0}},
		{sectionFunction, []byte{0}},
		{5, []byte{1, 0, 1}},                   // a memory of a page
		{7, []byte{1, 3, 'm', 'e', 'm', 2, 0}}, // exported
		{sectionCode, []byte{0}},
	}, table.writer())
	module := []byte(header)
	for _, s := range sections {
		module = append(append(module, s.id, byte(len(s.body))), s.body...)
	}
	file := filepath.Join(t.TempDir(), "module.wasm")
	if err := os.WriteFile(file, module, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const script = `const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
process.stdout.write(Buffer.from(new WebAssembly.Instance(module).exports.mem.buffer, 0, 1000));`
	got, err := exec.CommandContext(ctx, "node", "-e", script, file).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, 1000)
	for i := range table.entries {
		copy(want[table.at+i*bucketSize:], bucket(i/bucketsOfEach))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("memory is %v", got)
	}
}
