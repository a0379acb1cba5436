package api

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// requestID is the caller's, where it is plain, or a new one.
func requestID(r *http.Request) string {
	given := head(r, "X-Request-Id")
	plain := len(given) >= 8 && len(given) <= 64
	for _, c := range given {
		plain = plain && (c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_')
	}
	if plain {
		return given
	}
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// find settles the route.
func (c *call) find() *Problem {
	var allowed []string
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range routes {
		segment, ok := routes[i].match(c.URL.EscapedPath())
		if !ok {
			continue
		}
		if routes[i].method == method {
			c.route, c.segment = &routes[i], segment
			return nil
		}
		allowed = append(allowed, routes[i].method)
	}
	if allowed == nil {
		return refusal(404, "not-found", "path", "%.200q is no address here, /openapi.json lists them all", c.URL.Path)
	}
	if slices.Contains(allowed, "GET") {
		allowed = append(allowed, "HEAD")
	}
	allowed = append(allowed, "OPTIONS")
	p := refusal(405, "method", "method", "%.20s is not for this address, must be one of %s", c.Method, strings.Join(allowed, ", "))
	p.header = http.Header{"Allow": {strings.Join(allowed, ", ")}}
	return p
}

// admit refuses by the head of a request; what it answers itself has a status.
func (a *API) admit(c *call) error {
	if a.host.Fault != nil {
		a.log(c, "config", a.host.Fault.Error())
		return refusal(500, "config", "", "the worker is not configured as it must be, the log says how")
	}
	p := c.find()
	if p != nil && p.Status == 405 && c.Method == http.MethodOptions {
		a.preflight(c, p.header.Get("Allow"))
		return nil
	}
	if p != nil {
		return p
	}
	if v, _ := c.Context().Value(verdictKey{}).(Verdict); v != "" {
		return a.condemn(v)
	}
	if c.route.guarded {
		if err := a.config.authorise(head(c.Request, "Authorization")); err != nil {
			return err
		}
	}
	if c.route.types == nil {
		return nil
	}
	if err := c.readType(); err != nil {
		return err
	}
	if e := head(c.Request, "Content-Encoding"); e != "" && e != "identity" {
		return refusal(415, "type", "content-encoding", "%.40q is not accepted, the body must come as it is", e)
	}
	if n, most := a.declared(c), a.config.limitOf(c.media); n > int64(most) {
		return refusal(413, "size", "content-length", "is %d, must be at most %d bytes of %s", n, most, c.media)
	}
	return nil
}

// declared is the length of the body by its header, or -1.
func (a *API) declared(c *call) int64 {
	if n, err := strconv.ParseInt(head(c.Request, "Content-Length"), 10, 64); err == nil {
		return n
	}
	return c.ContentLength
}

// condemn is the problem of a verdict.
func (a *API) condemn(v Verdict) *Problem {
	switch v {
	case RateLimited:
		p := refusal(429, "rate", "", "too many requests from this address, %d seconds later is early enough", a.config.RetryAfter)
		p.header = http.Header{"Retry-After": {strconv.Itoa(a.config.RetryAfter)}}
		return p
	case TooLarge:
		return refusal(413, "size", "body", "has more bytes than are accepted: %d, as JSON %d", a.config.MaxBytes, a.config.JSONBytes)
	case TooSlow:
		return refusal(408, "timeout", "body", "took longer than %d seconds to arrive", a.config.BodySeconds)
	case BrokenOff:
		return malformed("body", "broke off on its way")
	}
	return refusal(500, "internal", "", "verdict %q is not known", string(v))
}

// readType reads the type of the body.
func (c *call) readType() error {
	given := head(c.Request, "Content-Type")
	media, params, err := mime.ParseMediaType(given)
	if err != nil || !slices.Contains(c.route.types, media) {
		return refusal(415, "type", "content-type", "is %.80q, must be one of %s", given, strings.Join(c.route.types, ", "))
	}
	c.media, c.boundary = media, params["boundary"]
	if s := strings.ToLower(params["charset"]); media == typeJSON && s != "" && s != "utf-8" {
		return refusal(415, "type", "content-type", "charset is %.40q, must be utf-8", s)
	}
	return nil
}

// authorise compares digests, so that neither the length nor the place of the
// first difference shows in the time taken.
func (c *Config) authorise(header string) error {
	if c.Open {
		return nil
	}
	scheme, given, _ := strings.Cut(header, " ")
	want, got := sha256.Sum256([]byte(c.Token)), sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(want[:], got[:]) == 1 && c.usable() && strings.EqualFold(scheme, "Bearer") {
		return nil
	}
	p := refusal(401, "token", "authorization", "must be Bearer and a valid token")
	p.header = http.Header{"Www-Authenticate": {`Bearer realm="maskloss"`}}
	return p
}

// preflight answers OPTIONS.
func (a *API) preflight(c *call, allow string) {
	c.out.Status = http.StatusNoContent
	c.out.Header.Set("Allow", allow)
	if a.config.origin(head(c.Request, "Origin")) == "" {
		return
	}
	c.out.Header.Set("Access-Control-Allow-Methods", allow)
	c.out.Header.Set("Access-Control-Allow-Headers", "authorization, content-type, idempotency-key, x-request-id")
	c.out.Header.Set("Access-Control-Max-Age", "86400")
}

// origin is what an origin is answered with: itself or * where it is allowed,
// nothing otherwise.
func (c *Config) origin(given string) string {
	switch {
	case given == "":
		return ""
	case slices.Contains(c.Origins, "*"):
		return "*"
	case slices.Contains(c.Origins, given):
		return given
	}
	return ""
}

// finish puts on what every answer has, and logs it.
func (a *API) finish(c *call) *Answer {
	h := c.out.Header
	h.Set("X-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Origin")
	if o := a.config.origin(head(c.Request, "Origin")); o != "" {
		h.Set("Access-Control-Allow-Origin", o)
		h.Set("Access-Control-Expose-Headers", "link, location, retry-after, server-timing, x-maskloss-plane, x-maskloss-value, x-request-id")
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	c.timing = append(c.timing, "total;dur="+strconv.FormatFloat(float64(time.Since(c.started).Microseconds())/1000, 'f', 1, 64))
	h.Set("Server-Timing", strings.Join(c.timing, ", "))
	a.log(c, "request", "")
	return &c.out
}

// log writes one line. Neither headers nor query nor body are in it: they may
// hold what is secret.
func (a *API) log(c *call, event, detail string) {
	if a.host.Log == nil {
		return
	}
	line := struct {
		Event  string  `json:"event"`
		ID     string  `json:"id"`
		Method string  `json:"method"`
		Route  string  `json:"route,omitempty"`
		Status int     `json:"status,omitempty"`
		Code   string  `json:"code,omitempty"`
		Detail string  `json:"detail,omitempty"`
		Bytes  int     `json:"bytes"`
		MS     float64 `json:"ms"`
	}{event, c.id, c.Method, "", c.out.Status, c.code, detail, len(c.out.Body), float64(time.Since(c.started).Microseconds()) / 1000}
	if c.route != nil {
		line.Route = c.route.path
	}
	if len(line.Method) > 20 {
		line.Method = line.Method[:20]
	}
	if b, err := json.Marshal(line); err == nil {
		a.host.Log(b)
	}
}
