package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// Runs is where batches of pairs are kept and worked off.
//
// A run is a list of pairs of mask files. Each pair is one message of a queue and
// one row of a table, whose result and mergeable state are written once. Messages
// may come late, twice, or again after a crash: what is done is not done again.
// The total is merged from the states, each once, in whatever order; the sums are
// exact, so that it is the number that one machine would have given.
type Runs struct {
	DB    Database
	Masks Bucket
	Jobs  Queue
}

// Database runs statements of SQLite as one transaction, and gives the rows of
// each.
type Database interface {
	Batch(...Statement) ([][]Row, error)
}

// Statement is SQL with its arguments: strings, numbers and nil.
type Statement struct {
	SQL  string
	Args []any
}

// Row is the columns of one row.
type Row map[string]any

func (r Row) text(key string) string { s, _ := r[key].(string); return s }
func (r Row) int(key string) int     { n, _ := r[key].(float64); return int(n) }

func sql(text string, args ...any) Statement { return Statement{text, args} }

// Bucket holds the files of masks.
type Bucket interface {
	// Get gives a file; ErrMissing where there is none, ErrLarge where it has more
	// bytes than most.
	Get(key string, most int) ([]byte, error)
	// List gives keys in order, those after a key.
	List(prefix, after string, limit int) ([]string, error)
}

// What a bucket may say.
var (
	ErrMissing = refusal(404, "missing", "", "there is no such file")
	ErrLarge   = refusal(413, "size", "", "the file is larger than is accepted")
)

// Queue takes up to 100 messages at a time.
type Queue interface {
	Send(messages []string) error
}

// runSpec is what a run does with each pair, as it is kept.
type runSpec struct {
	Names   json.RawMessage `json:"names"`
	Options map[string]any  `json:"options,omitempty"`
	Input   runInput        `json:"input"`
	Prefix  *runPrefix      `json:"prefix,omitempty"`
}

// runInput says how files are read.
type runInput struct {
	Form     string  `json:"form,omitempty"`
	Kind     string  `json:"kind,omitempty"`
	Channel  string  `json:"channel,omitempty"`
	Channels int     `json:"channels,omitempty"`
	Ignore   []int32 `json:"ignore,omitempty"`
}

// runPrefix pairs the files below one prefix with those of the same name below
// another.
type runPrefix struct {
	Prediction string `json:"prediction"`
	Target     string `json:"target"`
}

// specs decodes the losses of a run.
func (s *runSpec) specs() ([]losses.Spec, error) {
	wanted, all, err := readNames(s.Names)
	if err != nil {
		return nil, err
	}
	if all {
		return nil, malformed(keyNames, "names is all, a run wants them one by one")
	}
	shared := map[string]any{}
	for k, x := range s.Options {
		shared[k] = x
	}
	p, err := newPlan(wanted, false, shared)
	if err != nil {
		return nil, err
	}
	_, err = losses.NewTally(p.specs)
	return p.specs, err
}

func (i runInput) reading() (reading, error) {
	q := &fields{texts: map[string]string{}, used: map[string]bool{}}
	for k, text := range map[string]string{keyForm: i.Form, keyKind: i.Kind, keyChannel: i.Channel} {
		if text != "" {
			q.texts[k] = text
		}
	}
	r, err := q.reading()
	if err != nil {
		return r, err
	}
	if i.Channels < 0 || i.Channels > 1<<16 {
		return r, malformed("input.channels", "channels is %d, must be a number of classes", i.Channels)
	}
	r.channels, r.ignore = max(1, i.Channels), i.Ignore
	return r, nil
}

// runOrder is a request for a run, understood.
type runOrder struct {
	id, print, request string
	listing            bool
	pairs              [][2]string
}

// readRun reads the body that starts a run.
func (a *API) readRun(c *call) (*runOrder, error) {
	body, err := a.bytes(c)
	if err != nil {
		return nil, err
	}
	d, err := object("body", body, "names", "options", "input", "pairs", "prefix", "key")
	if err != nil {
		return nil, err
	}
	var s runSpec
	s.Names = d["names"]
	if raw := d["options"]; raw != nil && json.Unmarshal(raw, &s.Options) != nil {
		return nil, malformed("options", "options is no object")
	}
	if raw := d["input"]; raw != nil {
		if _, err := object("input", raw, keyForm, keyKind, keyChannel, keyChannels, keyIgnore); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &s.Input); err != nil {
			return nil, malformed("input", "input is malformed: %v", err)
		}
	}
	if _, err := s.Input.reading(); err != nil {
		return nil, err
	}
	if _, err := s.specs(); err != nil {
		return nil, err
	}
	o := &runOrder{}
	switch {
	case (d["pairs"] == nil) == (d["prefix"] == nil):
		return nil, malformed("pairs", "must be there, or else prefix: one of the two")
	case d["pairs"] != nil:
		if o.pairs, err = a.readPairs(d["pairs"]); err != nil {
			return nil, err
		}
	default:
		if s.Prefix, err = readPrefix(d["prefix"]); err != nil {
			return nil, err
		}
		o.listing = true
	}
	kept, err := json.Marshal(s)
	if err != nil {
		return nil, malformed("names", "names is malformed")
	}
	o.request = string(kept)
	o.print = digest(o.request, string(d["pairs"]))
	return o, o.identify(head(c.Request, "Idempotency-Key"), d["key"])
}

// identify names the run: by the caller's key, so that asking twice starts one
// run, or by chance.
func (o *runOrder) identify(header string, raw json.RawMessage) error {
	key := header
	if raw != nil {
		if header != "" || json.Unmarshal(raw, &key) != nil || key == "" {
			return malformed("key", "key must be a text, here or in the header idempotency-key")
		}
	}
	if len(key) > 200 {
		return malformed("key", "key has %d bytes, must have at most 200", len(key))
	}
	if key != "" {
		o.id = digest("key", key)[:32]
		return nil
	}
	var b [16]byte
	_, err := rand.Read(b[:])
	o.id = hex.EncodeToString(b[:])
	return err
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

const maxKey = 1024 // bytes of a key of the bucket

func (a *API) readPairs(raw json.RawMessage) ([][2]string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return nil, malformed("pairs", "pairs must be a list of {prediction, target}")
	}
	if len(list) > a.config.MaxPairs {
		return nil, refusal(413, "size", "pairs", "pairs has %d entries, must have at most %d: give a prefix", len(list), a.config.MaxPairs)
	}
	out := make([][2]string, len(list))
	seen := map[[2]string]int{}
	for i, one := range list {
		d, err := object("pairs", one, keyPrediction, keyTarget)
		if err != nil {
			return nil, err
		}
		var pair [2]string
		for k, name := range []string{keyPrediction, keyTarget} {
			if json.Unmarshal(d[name], &pair[k]) != nil || pair[k] == "" || len(pair[k]) > maxKey {
				return nil, malformed("pairs", "pairs[%d].%s must be the key of a file", i, name)
			}
		}
		if first, twice := seen[pair]; twice {
			return nil, malformed("pairs", "pairs[%d] is the same as pairs[%d]", i, first)
		}
		seen[pair], out[i] = i, pair
	}
	return out, nil
}

func readPrefix(raw json.RawMessage) (*runPrefix, error) {
	var p runPrefix
	var text string
	if json.Unmarshal(raw, &text) == nil {
		p = runPrefix{text + "prediction/", text + "target/"}
	} else {
		if _, err := object("prefix", raw, keyPrediction, keyTarget); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, malformed("prefix", "prefix must be a text, or {prediction, target}")
		}
	}
	if strings.HasPrefix(p.Prediction, p.Target) || strings.HasPrefix(p.Target, p.Prediction) || len(p.Prediction)+len(p.Target) > maxKey {
		return nil, malformed("prefix", "prefix has %.80q and %.80q, neither must begin with the other", p.Prediction, p.Target)
	}
	return &p, nil
}
