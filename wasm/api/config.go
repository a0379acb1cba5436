package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Config is what an operator sets. Its names as variables are in settings.
type Config struct {
	Token        string   // the secret of callers
	Open         bool     // no token is asked for
	Origins      []string // of pages that may read answers; * for all
	MaxBytes     int      // of a body
	JSONBytes    int      // of a body that is JSON
	MaxPixels    int      // of all images of an input, depth included
	MaxElements  int      // of a prediction: pixels times classes
	MaxWhole     int      // of one for a loss that is no sum: it has several copies of the whole image in memory
	JSONElements int      // of an array in JSON
	MaxPairs     int      // in the body that starts a run
	BodySeconds  int      // that a body may take to arrive
	RetryAfter   int      // seconds, told to who asks too often
	RetrySeconds int      // before a pair that failed is tried again; twice as long each time
}

// Token that is shorter can be guessed, or is none: "undefined" is what a
// missing binding looks like to a script.
const leastToken = 12

func (c *Config) usable() bool {
	switch strings.ToLower(strings.TrimSpace(c.Token)) {
	case "undefined", "<undefined>", "null", "[object object]":
		return false
	}
	return len(c.Token) >= leastToken
}

// limitOf is the most bytes of a body of a type.
func (c *Config) limitOf(media string) int {
	if media == typeJSON {
		return c.JSONBytes
	}
	return c.MaxBytes
}

// Limit is the most bytes that the body of a request may have.
func (a *API) Limit(r *http.Request) int {
	media, _, _ := strings.Cut(head(r, "Content-Type"), ";")
	return a.config.limitOf(strings.ToLower(strings.TrimSpace(media)))
}

// Seconds is how long a body may take to arrive.
func (a *API) Seconds() int { return a.config.BodySeconds }

type setting struct {
	name         string
	value        func(*Config) *int
	usual, least int
}

var settings = []setting{
	{"MAX_BYTES", func(c *Config) *int { return &c.MaxBytes }, 24 << 20, 1},
	{"MAX_JSON_BYTES", func(c *Config) *int { return &c.JSONBytes }, 4 << 20, 1},
	{"MAX_PIXELS", func(c *Config) *int { return &c.MaxPixels }, 4 << 20, 1},
	{"MAX_ELEMENTS", func(c *Config) *int { return &c.MaxElements }, 6 << 20, 1},
	{"MAX_WHOLE_ELEMENTS", func(c *Config) *int { return &c.MaxWhole }, 3 << 19, 1},
	{"MAX_JSON_ELEMENTS", func(c *Config) *int { return &c.JSONElements }, 64 << 10, 1},
	{"MAX_PAIRS", func(c *Config) *int { return &c.MaxPairs }, 10_000, 1},
	{"BODY_SECONDS", func(c *Config) *int { return &c.BodySeconds }, 30, 1},
	{"RETRY_AFTER", func(c *Config) *int { return &c.RetryAfter }, 60, 1},
	{"RETRY_SECONDS", func(c *Config) *int { return &c.RetrySeconds }, 5, 0},
}

// ReadConfig reads the variables of a host; found tells whether one is there at
// all. AUTH=off opens the door only while there is no TOKEN, be it empty.
func ReadConfig(get func(name string) (value string, found bool)) (Config, error) {
	var c Config
	for _, s := range settings {
		*s.value(&c) = s.usual
		text, found := get(s.name)
		if !found {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < s.least {
			return c, fmt.Errorf("%s: is %q, must be a whole number of at least %d", s.name, text, s.least)
		}
		*s.value(&c) = n
	}
	mode, found := get("AUTH")
	if found && mode != "token" && mode != "off" {
		return c, fmt.Errorf("AUTH: is %q, must be token or off", mode)
	}
	token, bound := get("TOKEN")
	c.Token, c.Open = token, mode == "off" && !bound
	origins, _ := get("ORIGINS")
	for _, o := range strings.FieldsFunc(origins, func(r rune) bool { return r == ',' || r == ' ' }) {
		u, err := url.Parse(o)
		if o != "*" && (err != nil || u.Scheme+"://"+u.Host != o) {
			return c, fmt.Errorf("ORIGINS: has %q, must be * or origins such as https://example.org", o)
		}
		c.Origins = append(c.Origins, o)
	}
	return c, nil
}
