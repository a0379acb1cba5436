//go:build js && wasm && edge

package main

import (
	"encoding/json"
	"net/http"
	"syscall/js"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare/queues"

	"github.com/maskloss/maskloss/wasm/api"
)

// serve takes the part that an edge worker gives the program; a context without
// env is that of a page, and gets the functions of the page alone.
//
// The resident part lives through many requests and does arithmetic only: it
// must not wait for anything, because a promise belongs to the request that made
// it. The other part lives for one event and may wait for storage.
func serve(context js.Value) bool {
	env := context.Get("env")
	if env.IsUndefined() {
		return false
	}
	runs := storage(env)
	if context.Get("resident").Truthy() {
		binding := context.Get("binding")
		stop := host.bind(binding)
		newResident(env, runs, context.Get("health")).bind(binding)
		<-stop
		return true
	}
	a := newAPI(env, runs, api.Host{})
	workers.ServeNonBlock(eventHandler{a})
	queues.ConsumeNonBlock(func(b *queues.MessageBatch) error { return consume(a, b) })
	workers.Ready()
	<-workers.Done()
	return true
}

func newAPI(env js.Value, runs *api.Runs, to api.Host) *api.API {
	c, err := api.ReadConfig(variables(env))
	if err != nil {
		to.Fault = err
	}
	to.Log = logLine
	return api.New(c, runs, to)
}

// variables reads those of the worker. What is no text is there, but empty.
func variables(env js.Value) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		v := env.Get(name)
		if v.Type() == js.TypeString {
			return v.String(), true
		}
		return "", !v.IsUndefined()
	}
}

func logLine(line []byte) { js.Global().Get("console").Call("log", string(line)) }

// eventHandler answers the one request that this instance was made for.
type eventHandler struct{ *api.API }

// ServeHTTP takes the body in one promise; read as a stream it would be two calls
// for every piece.
func (h eventHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if raw, ok := r.Body.(interface{ GetRawJSBody() js.Value }); ok {
		whole, err := await(js.Global().Get("Response").New(raw.GetRawJSBody()).Call("arrayBuffer"))
		if err != nil {
			r = api.WithVerdict(r, api.BrokenOff)
		} else {
			r = api.WithOctets(r, api.Bytes(bytesOf(whole)))
		}
	}
	h.API.ServeHTTP(w, r)
}

// bytesOf copies an ArrayBuffer.
func bytesOf(buffer js.Value) []byte {
	view := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, view.Length())
	js.CopyBytesToGo(b, view)
	return b
}

// await waits for a promise; never in the resident part.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	then := js.FuncOf(func(_ js.Value, arg []js.Value) any {
		done <- outcome{value: arg[0]}
		return nil
	})
	defer then.Release()
	fail := js.FuncOf(func(_ js.Value, arg []js.Value) any {
		done <- outcome{err: js.Error{Value: js.Global().Get("Error").New(js.Global().Get("String").Invoke(arg[0]))}}
		return nil
	})
	defer fail.Release()
	promise.Call("then", then, fail)
	o := <-done
	return o.value, o.err
}

// fromJSON reads a JavaScript value by its JSON.
func fromJSON(v js.Value, into any) error {
	return json.Unmarshal([]byte(js.Global().Get("JSON").Call("stringify", v).String()), into)
}
