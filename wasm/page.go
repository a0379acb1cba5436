//go:build js && wasm && !edge

package main

import "syscall/js"

// serve takes the part of the edge worker; this build has none.
func serve(js.Value) bool { return false }
