//go:build js && wasm

// Command wasm is package losses for a JavaScript host.
//
// The host gives globalThis a context while the program starts; the program
// puts its functions into context.binding and leaves the context alone from
// then on, so that the host may remove it at once. Nothing else is global, and
// any number of instances live side by side.
//
// A call never throws and never ends the program: it answers {value} or
// {error: {code, field, message}}. Options and results cross as JavaScript
// objects (codec.go), pixels through memory that Go owns (arena.go).
package main

import "syscall/js"

func main() {
	context := js.Global().Get("context")
	if serve(context) {
		return
	}
	stop := host.bind(context.Get("binding"))
	<-stop
}
