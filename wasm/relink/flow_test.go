//go:build !js

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrograms runs a program natively, as linked and relinked: nothing of what it
// says may differ.
func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	linked, module := filepath.Join(dir, "linked.wasm"), filepath.Join(dir, "module.wasm")
	wasm := []string{"GOOS=js", "GOARCH=wasm"}
	want := run(t, nil, "go", "run", "./testdata/flow")
	run(t, wasm, "go", "build", "-ldflags=-w", "-o", linked, "./testdata/flow")
	if err := rewrite(linked, module); err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(run(t, nil, "go", "env", "GOROOT"))
	host := filepath.Join(root, "lib/wasm/wasm_exec_node.js")
	for _, file := range []string{linked, module} {
		if got := run(t, nil, "node", "--stack-size=8192", host, file); got != want {
			t.Errorf("%s says\n%s, want\n%s", filepath.Base(file), got, want)
		}
	}
	crash := exec.Command("node", "--stack-size=8192", host, module, "crash")
	if out, err := crash.CombinedOutput(); err == nil || !strings.Contains(string(out), "index out of range [3] with length 3") ||
		!strings.Contains(string(out), "main.crash(") || !strings.Contains(string(out), "main.main(") {
		t.Errorf("a crash ends in %v and says\n%s", err, out)
	}
	if raw, err := os.ReadFile(module); err != nil || bytes.Contains(raw, []byte("main.element")) || !bytes.Contains(raw, []byte("main.crash")) {
		t.Errorf("%v, or the names of functions are not those that are called", err)
	}
	before, after := code(t, linked), code(t, module)
	if jumps(after) > jumps(before)/10 {
		t.Errorf("%d jumps of %d still go around", jumps(after), jumps(before))
	}
	if raw, err := os.ReadFile(module); err != nil || bytes.Contains(raw, []byte("testdata/flow/main.go")) {
		t.Errorf("%v, or the names of files are still there", err)
	}
	if len(after) > len(before)*19/20 {
		t.Errorf("the code has %d bytes of %d, must have fewer by a twentieth", len(after), len(before))
	}
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// code is the code section of a module.
func code(t *testing.T, file string) []byte {
	t.Helper()
	module, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for r := (&reader{rest: module[len(header):]}); len(r.rest) > 0; {
		if id, body := r.byte(), r.bytes(r.uint()); id == sectionCode {
			return body
		}
	}
	t.Fatalf("%s has no code", file)
	return nil
}

// jumps counts what sets the number of the next part and branches.
func jumps(section []byte) int {
	n := 0
	r := &reader{rest: section}
	for k := r.uint(); k > 0; k-- {
		body := &reader{rest: r.bytes(r.uint())}
		for l := body.uint(); l > 0; l-- {
			body.uint()
			body.byte()
		}
		var a, b op
		for len(body.rest) > 0 {
			c := body.op()
			if a.code == opI32Const && b.code == opLocalSet && b.arg == 0 && c.code == opBr {
				n++
			}
			a, b = b, c
		}
	}
	return n
}

// TestOtherFunctions leaves alone what is no function of the compiler.
func TestOtherFunctions(t *testing.T) {
	for _, body := range []string{
		"",
		"\x00\x41\x01\x0b",
		"\x00\x02\x40\x0b\x41\x01\x0b",
		"\x00\x03\x40\x02\x40\x20\x00\x0e\x00\x00\x0b\x0c\x05\x0b\x00\x0b",
		"\x00\x03\x40\x02\x40\x20\x01\x0e\x00\x00\x0b\x0b\x00\x0b",
		"\x00\x03\x40\x02",
		"\x01\x02\x7f\x03\x40\x02\x40\x20\x00\x0e\x00\x00\x0b\x41\x00\x21",
	} {
		if got := reshapeOne([]byte(body), nil); string(got) != body {
			t.Errorf("%q became %q", body, got)
		}
	}
}

func FuzzReshape(f *testing.F) {
	f.Add([]byte("\x00\x03\x40\x02\x40\x20\x00\x0e\x00\x00\x0b\x41\x00\x21\x00\x0c\x00\x0b\x00\x0b"))
	f.Fuzz(func(_ *testing.T, body []byte) {
		reshapeOne(body, map[int]ending{3: never, 4: recovered})
	})
}
