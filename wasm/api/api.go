// Package api is package losses over HTTP: handlers of net/http that know no
// host. Routes and parameters follow the registry of losses.
//
// An answer is made whole before a byte of it is sent, so that a failure, also a
// panic, is always a problem document and never half an answer.
package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/maskloss/maskloss/losses"
)

// API answers requests.
type API struct {
	config Config
	runs   *Runs
	host   Host
	plans  plans
}

// Host is what an API wants of the machine that it is on; each may be nil.
type Host struct {
	Log    func(line []byte) // one JSON object per request
	Health func() any        // shown by /healthz
	Fault  error             // what is wrong with the configuration; nothing is served then
}

// New makes an API; runs is nil where there is no place to keep them.
func New(c Config, runs *Runs, host Host) *API {
	return &API{config: c, runs: runs, host: host}
}

// Answer is a whole response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// route is one line of the table below.
type route struct {
	method, path string
	guarded      bool     // wants the token
	types        []string // of the body
	handle       func(*API, *call) error
}

const (
	typeJSON      = "application/json"
	typeOctets    = "application/octet-stream"
	typeMultipart = "multipart/form-data"
	typePNG       = "image/png"
	typeCSV       = "text/csv"
	typeLines     = "application/x-ndjson"
	typeProblem   = "application/problem+json"
)

var inputTypes = []string{typeOctets, typeMultipart, typeJSON}

// routes is everything that can be asked. {x} stands for one segment.
var routes = []route{
	{"GET", "/healthz", false, nil, (*API).health},
	{"GET", "/openapi.json", false, nil, (*API).openapi},
	{"GET", "/v1/version", false, nil, (*API).version},
	{"GET", "/v1/losses", false, nil, (*API).losses},
	{"GET", "/v1/losses/{name}", false, nil, (*API).loss},
	{"POST", "/v1/evaluate/{name}", true, inputTypes, (*API).evaluate},
	{"POST", "/v1/report", true, inputTypes, (*API).report},
	{"POST", "/v1/runs", true, []string{typeJSON}, (*API).createRun},
	{"GET", "/v1/runs/{id}", true, nil, (*API).run},
	{"GET", "/v1/runs/{id}/results", true, nil, (*API).runResults},
	{"POST", "/v1/runs/{id}/cancel", true, nil, (*API).cancelRun},
	{"POST", "/v1/runs/{id}/resume", true, nil, (*API).resumeRun},
}

// Routes lists method and path of every route.
func Routes() [][2]string {
	list := make([][2]string, len(routes))
	for i, r := range routes {
		list[i] = [2]string{r.method, r.path}
	}
	return list
}

// match finds the segment that stands for {x}.
func (r *route) match(path string) (segment string, ok bool) {
	want, got := strings.Split(r.path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return "", false
	}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{"):
			segment = got[i]
			if segment == "" {
				return "", false
			}
		case w != got[i]:
			return "", false
		}
	}
	return segment, true
}

// call is one request on its way.
type call struct {
	*http.Request
	id              string
	started         time.Time
	route           *route
	segment         string // what {x} of the route is
	media, boundary string // of the body
	timing          []string
	out             Answer
	code            string // of the problem, if it came to one
}

// Verdict is what a host found out about a request before the API saw it.
type Verdict string

// The verdicts.
const (
	RateLimited Verdict = "rate"
	TooLarge    Verdict = "size"
	TooSlow     Verdict = "timeout"
	BrokenOff   Verdict = "body"
)

type verdictKey struct{}

// WithVerdict tells the API of a verdict.
func WithVerdict(r *http.Request, v Verdict) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), verdictKey{}, v))
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := a.Answer(r)
	for k, v := range out.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(out.Status)
	if r.Method != http.MethodHead && len(out.Body) > 0 {
		_, _ = w.Write(out.Body)
	}
}

// Answer is the answer to a request.
func (a *API) Answer(r *http.Request) *Answer {
	c := newCall(r)
	a.guard(c, func() error {
		if err := a.admit(c); err != nil || c.out.Status != 0 {
			return err
		}
		return c.route.handle(a, c)
	})
	return a.finish(c)
}

// Admit answers what can be refused, or answered, by the head of a request alone;
// nil lets it pass.
func (a *API) Admit(r *http.Request) *Answer {
	c := newCall(r)
	a.guard(c, func() error { return a.admit(c) })
	if c.out.Status == 0 {
		return nil
	}
	return a.finish(c)
}

// Stateless tells whether a request, once admitted, is answered by arithmetic
// alone: without storage, and without a decoder of files.
func (a *API) Stateless(r *http.Request) bool {
	c := newCall(r)
	if problem := c.find(); problem != nil || strings.HasPrefix(c.route.path, "/v1/runs") {
		return false
	}
	return c.route.types == nil || c.readType() == nil && c.media == typeOctets
}

func newCall(r *http.Request) *call {
	return &call{Request: r, id: requestID(r), started: time.Now(), out: Answer{Header: http.Header{}}}
}

// guard turns an error or a panic of f into a problem.
func (a *API) guard(c *call, f func() error) {
	defer func() {
		if p := recover(); p != nil {
			a.log(c, "panic", fmt.Sprintf("%v\n%s", p, debug.Stack()))
			c.refuse(&Problem{Code: "internal", Status: 500, Detail: "the request could not be carried out, the log has more under its id"})
		}
	}()
	if err := f(); err != nil {
		p := problemOf(err)
		if p.Status >= 500 {
			a.log(c, "error", err.Error())
		}
		c.refuse(p)
	}
}

// json puts a document into the answer.
func (c *call) json(status int, x any) error {
	body, err := encodeJSON(x)
	if err != nil {
		return err
	}
	c.out.Status, c.out.Body = status, body
	c.out.Header.Set("Content-Type", typeJSON)
	return nil
}

// spent notes how long a step took.
func (c *call) spent(step string, since time.Time) {
	c.timing = append(c.timing, fmt.Sprintf("%s;dur=%.1f", step, float64(time.Since(since).Microseconds())/1000))
}

// head reads a header, whole also where the host split it at its commas.
func head(r *http.Request, name string) string {
	return strings.TrimSpace(strings.Join(r.Header.Values(name), ","))
}

// lookup finds a loss by name.
func lookup(name string) (*losses.Entry, error) {
	if e := losses.Lookup(name); e != nil {
		return e, nil
	}
	_, err := losses.Decode(name, nil)
	return nil, err
}
