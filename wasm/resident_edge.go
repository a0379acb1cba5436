//go:build js && wasm && edge

package main

import (
	"net/http"
	"net/url"
	"syscall/js"
	"unicode/utf8"

	"github.com/maskloss/maskloss/wasm/api"
)

// resident answers requests without waiting for anything.
type resident struct{ *api.API }

func newResident(env js.Value, runs *api.Runs, health js.Value) resident {
	return resident{newAPI(env, runs, api.Host{Health: func() any {
		h, out := health.Invoke(), map[string]float64{}
		for _, k := range []string{"memory", "peak", "started", "served"} {
			out[k] = h.Get(k).Float()
		}
		return out
	}})}
}

// bind adds the functions of the worker to those of the page:
//
//   - head(request, verdict) gives the answer that needs no body, or {here, limit,
//     seconds}: whether answer will do, and how large and slow a body may be.
//   - answer(request, length) answers a request whose body is in block 0 of the
//     arena.
//
// A request is {method, url, headers}, headers as name, value, name, value. An
// answer is {status, headers, text or bytes}.
func (r resident) bind(binding js.Value) {
	binding.Set("head", js.FuncOf(func(_ js.Value, arg []js.Value) any {
		req := requestOf(arg[0])
		if v := arg[1].String(); v != "" {
			req = api.WithVerdict(req, api.Verdict(v))
		}
		if out := r.Admit(req); out != nil {
			return answerOf(out)
		}
		return map[string]any{"here": r.Stateless(req), "limit": r.Limit(req), "seconds": r.Seconds()}
	}))
	binding.Set("answer", js.FuncOf(func(_ js.Value, arg []js.Value) any {
		return answerOf(r.Answer(api.WithOctets(requestOf(arg[0]), arenaOctets(arg[1].Int()))))
	}))
}

func requestOf(v js.Value) *http.Request {
	r := &http.Request{Method: v.Get("method").String(), Header: http.Header{}, ContentLength: -1}
	u, err := url.Parse(v.Get("url").String())
	if err != nil { // as good as an address that is not there
		u = &url.URL{Path: "/%"}
	}
	r.URL, r.Host = u, u.Host
	headers := v.Get("headers")
	for i := 0; i+1 < headers.Length(); i += 2 {
		r.Header.Set(headers.Index(i).String(), headers.Index(i+1).String())
	}
	return r
}

func answerOf(a *api.Answer) js.Value {
	headers := make([]any, 0, 2*len(a.Header))
	for k, values := range a.Header {
		for _, v := range values {
			headers = append(headers, k, v)
		}
	}
	out := map[string]any{"status": a.Status, "headers": headers}
	if len(a.Body) > 0 && utf8.Valid(a.Body) {
		out["text"] = string(a.Body)
	} else if len(a.Body) > 0 {
		b := js.Global().Get("Uint8Array").New(len(a.Body))
		js.CopyBytesToJS(b, a.Body)
		out["bytes"] = b
	}
	return js.ValueOf(out)
}

// arenaOctets is a body of that many bytes in block 0, read where it is.
type arenaOctets int

func (o arenaOctets) Len() int { return int(o) }

func (o arenaOctets) Bytes(at, n int) []byte { return seen[uint8](o, at, n) }

func (o arenaOctets) Uint16(at, n int) []uint16 {
	if at%2 != 0 {
		return api.Bytes(o.Bytes(0, int(o))).Uint16(at, n)
	}
	return seen[uint16](o, at, n)
}

func (o arenaOctets) Int32(at, n int) []int32 {
	if at%4 != 0 {
		return api.Bytes(o.Bytes(0, int(o))).Int32(at, n)
	}
	return seen[int32](o, at, n)
}

func (o arenaOctets) Float32(at, n int) []float32 {
	if at%4 != 0 {
		return api.Bytes(o.Bytes(0, int(o))).Float32(at, n)
	}
	return seen[float32](o, at, n)
}

// seen is a part of block 0; its bounds were checked against the length of the
// body, so that nothing but an error of ours can make it fail.
func seen[T element](_ arenaOctets, at, n int) []T {
	v, err := view[T](array{At: at, Len: n})
	if err != nil {
		panic(err)
	}
	return v
}
