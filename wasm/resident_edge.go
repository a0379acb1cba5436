//go:build js && wasm && edge

package main

import (
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"syscall/js"
	"unicode/utf8"

	"github.com/maskloss/maskloss/wasm/api"
)

// resident answers requests without waiting for anything.
type resident struct {
	*api.API
	held int // of the arena, when the garbage collector was last set
}

func newResident(env js.Value, runs *api.Runs, health js.Value) *resident {
	return &resident{API: newAPI(env, runs, api.Host{Health: func() any {
		h, out := health.Invoke(), map[string]float64{}
		for _, k := range []string{"memory", "peak", "started", "served"} {
			out[k] = h.Get(k).Float()
		}
		return out
	}}), held: -1}
}

// bind adds the functions of the worker to those of the page:
//
//   - head(request, verdict) gives the answer that needs no body, or {here, limit,
//     seconds}: whether answer will do, and how large and slow a body may be.
//   - answer(request, length) answers a request whose body is in block 0 of the
//     arena.
//
// A request is one text of lines, as every string that crosses costs: method,
// url, then names and values of headers in turn. An answer is a list: status,
// headers as such lines, and the body as text or bytes.
func (r *resident) bind(binding js.Value) {
	binding.Set("head", js.FuncOf(func(_ js.Value, arg []js.Value) any {
		req := requestOf(arg[0].String())
		if v := arg[1].String(); v != "" {
			req = api.WithVerdict(req, api.Verdict(v))
		}
		if out := r.Admit(req); out != nil {
			return answerOf(out)
		}
		return map[string]any{"here": r.Stateless(req), "limit": r.Limit(req), "seconds": r.Seconds()}
	}))
	binding.Set("answer", js.FuncOf(func(_ js.Value, arg []js.Value) any {
		r.pace()
		return answerOf(r.Answer(api.WithOctets(requestOf(arg[0].String()), arenaOctets(arg[1].Int()))))
	}))
}

// pace lets garbage gather up to what the arena allows for, rather than collect
// the little of small requests every few of them.
func (r *resident) pace() {
	if r.held == shared.held {
		return
	}
	if r.held = shared.held; r.held < garbage {
		debug.SetGCPercent(100 * garbage / leastHeap)
	}
}

// leastHeap is where Go begins to collect at 100 percent.
const leastHeap = 4 << 20

func requestOf(text string) *http.Request {
	lines := strings.Split(text, "\n")
	r := &http.Request{Method: lines[0], Header: http.Header{}, ContentLength: -1}
	u, err := url.Parse(lines[1])
	if err != nil { // as good as an address that is not there
		u = &url.URL{Path: "/%"}
	}
	r.URL, r.Host = u, u.Host
	for i := 2; i+1 < len(lines); i += 2 {
		r.Header.Set(lines[i], lines[i+1])
	}
	return r
}

func answerOf(a *api.Answer) any {
	var headers strings.Builder
	for k, values := range a.Header {
		for _, v := range values {
			headers.WriteString(k + "\n" + v + "\n")
		}
	}
	if utf8.Valid(a.Body) {
		return []any{a.Status, headers.String(), string(a.Body)}
	}
	b := js.Global().Get("Uint8Array").New(len(a.Body))
	js.CopyBytesToJS(b, a.Body)
	return []any{a.Status, headers.String(), b}
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
