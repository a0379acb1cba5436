package api

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/maskloss/maskloss/losses"
)

// readDocument reads an input in JSON: {prediction: {data, shape, form}, target:
// {data, shape, kind}, weight?, ignore?, options?, names?}.
func (a *API) readDocument(c *call, q *fields, names []string) (*request, error) {
	body, err := a.bytes(c)
	if err != nil {
		return nil, err
	}
	d, err := object("body", body, "prediction", "target", "weight", "ignore", "options", "names")
	if err != nil {
		return nil, err
	}
	in, err := a.config.documentInput(d)
	if err != nil {
		return nil, err
	}
	p, err := documentPlan(d, q, names)
	r := &request{in: in, plan: p}
	if s, err := object("prediction", d["prediction"], "data", "shape", "form"); err == nil {
		r.deep = bytes.Count(s["shape"], []byte{','}) == 4
	}
	return r, err
}

// documentPlan reads names and options; options may stand in the query too.
func documentPlan(d map[string]json.RawMessage, q *fields, names []string) (*plan, error) {
	wanted, all, err := readNames(d["names"])
	if err != nil {
		return nil, err
	}
	if names != nil {
		if d["names"] != nil {
			return nil, malformed(keyNames, "names is given, the address names the loss already")
		}
		wanted = []asked{{name: names[0]}}
	} else if text, found := q.take(keyNames); found {
		if d["names"] != nil {
			return nil, malformed(keyNames, "names is given twice, must be given once")
		}
		quoted, _ := json.Marshal(splitNames(text))
		if text == "all" {
			quoted = []byte(`"all"`)
		}
		if wanted, all, err = readNames(quoted); err != nil {
			return nil, err
		}
	}
	known := losses.Names()
	if !all {
		known = nil
		for _, w := range wanted {
			known = append(known, w.name)
		}
	}
	shared, own, err := textOptions(q.rest(), known)
	if err != nil {
		return nil, err
	}
	given := map[string]any{}
	if raw := d["options"]; raw != nil {
		if err := json.Unmarshal(raw, &given); err != nil {
			return nil, malformed("options", "options is no object: %v", err)
		}
	}
	for k, x := range given {
		if _, twice := shared[k]; twice {
			return nil, malformed(k, "%.40q is given twice, must be given once", k)
		}
		shared[k] = x
	}
	for i := range wanted {
		for k, x := range own[wanted[i].name] {
			if wanted[i].options == nil {
				wanted[i].options = map[string]any{}
			}
			wanted[i].options[k] = x
		}
	}
	return newPlan(wanted, all, shared)
}

// splitNames cuts a list at its commas.
func splitNames(text string) []string {
	var out []string
	for _, p := range bytes.Split([]byte(text), []byte(",")) {
		out = append(out, string(p))
	}
	return out
}

// readNames reads "all", a list of names, or {name: options}.
func readNames(raw json.RawMessage) (wanted []asked, all bool, err error) {
	if raw == nil {
		return nil, false, nil
	}
	var word string
	var list []string
	var own map[string]map[string]any
	switch {
	case json.Unmarshal(raw, &word) == nil && word == "all":
		return nil, true, nil
	case json.Unmarshal(raw, &list) == nil:
		for _, n := range list {
			wanted = append(wanted, asked{name: n})
		}
	case json.Unmarshal(raw, &own) == nil:
		for _, n := range sortedKeys(own) {
			wanted = append(wanted, asked{n, own[n]})
		}
	default:
		return nil, false, malformed(keyNames, "names must be all, a list of names, or an object of options by name")
	}
	if len(wanted) > len(losses.Registry) {
		return nil, false, malformed(keyNames, "names has %d entries, there are %d losses", len(wanted), len(losses.Registry))
	}
	return wanted, false, nil
}

// documentInput reads the arrays.
func (c *Config) documentInput(d map[string]json.RawMessage) (in losses.Input, err error) {
	p, err := object("prediction", d["prediction"], "data", "shape", "form")
	if err != nil {
		return in, err
	}
	t, err := object("target", d["target"], "data", "shape", "kind")
	if err != nil {
		return in, err
	}
	dims, err := c.jsonIntegers("prediction.shape", p["shape"])
	if err != nil {
		return in, err
	}
	s, err := losses.ParseShape("prediction.shape", dims)
	if err != nil {
		return in, err
	}
	if err := c.fits(s); err != nil {
		return in, err
	}
	in.Prediction.Shape = s
	form, err := jsonWord("prediction.form", p["form"], "logits", "probs", "labels")
	if err != nil {
		return in, err
	}
	switch form {
	case "labels":
		in.Prediction.Form = losses.Classes
		in.Prediction.Labels, err = c.jsonLabels("prediction.data", p["data"])
	case "probs":
		in.Prediction.Form = losses.Probs
		fallthrough
	default:
		in.Prediction.Data, err = c.jsonFloats("prediction.data", p["data"])
	}
	if err != nil {
		return in, err
	}
	if len(t["shape"]) > 0 {
		if in.Target.Shape, err = c.jsonIntegers("target.shape", t["shape"]); err != nil {
			return in, err
		}
	}
	kind, err := jsonWord("target.kind", t["kind"], "labels", "soft", "instances")
	if err != nil {
		return in, err
	}
	switch kind {
	case "soft":
		in.Target.Kind = losses.Soft
		in.Target.Soft, err = c.jsonFloats("target.data", t["data"])
	case "instances":
		in.Target.Kind = losses.Instances
		fallthrough
	default:
		in.Target.Labels, err = c.jsonLabels("target.data", t["data"])
	}
	if err != nil {
		return in, err
	}
	if raw := d["weight"]; raw != nil && string(raw) != "null" {
		if in.Weight, err = c.jsonFloats("weight", raw); err != nil {
			return in, err
		}
	}
	in.Ignore, err = c.jsonIgnore(d["ignore"])
	return in, err
}

// maxDepth is more than any document here has; a decoder calls itself for every
// level, and the stack of a host may be small.
const maxDepth = 16

// shallow tells whether JSON is nested no deeper than that.
func shallow(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxDepth {
				return false
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return true
}

// object reads an object, whose keys must all be known.
func object(field string, raw []byte, known ...string) (map[string]json.RawMessage, error) {
	if len(raw) == 0 {
		return nil, malformed(field, "%s is missing, must be an object", field)
	}
	if !shallow(raw) {
		return nil, malformed(field, "%s is nested deeper than %d", field, maxDepth)
	}
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		return nil, malformed(field, "%s is no JSON object: %v", field, err)
	}
	for _, k := range sortedKeys(m) {
		found := false
		for _, w := range known {
			found = found || w == k
		}
		if !found {
			return nil, malformed(field, "%s has %.40q, there are %v", field, k, known)
		}
	}
	return m, nil
}

func jsonWord(field string, raw json.RawMessage, words ...string) (string, error) {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		for _, w := range words {
			if w == s {
				return w, nil
			}
		}
	}
	return "", malformed(field, "%s is %.40s, must be one of %q", field, orMissing(raw), words)
}

func orMissing(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "missing"
	}
	return string(raw)
}

// jsonNumbers calls f with every number of a flat array.
func (c *Config) jsonNumbers(field string, raw json.RawMessage, room func(n int), f func(i int, x float64) error) error {
	if len(raw) < 2 || raw[0] != '[' {
		return malformed(field, "%s is %.40s, must be a flat array of numbers", field, orMissing(raw))
	}
	inner := bytes.TrimSpace(raw[1 : len(raw)-1])
	if len(inner) == 0 {
		return nil
	}
	n := bytes.Count(inner, []byte{','}) + 1
	if n > c.JSONElements {
		return refusal(413, "size", field, "%s has %d numbers, JSON may have at most %d: send application/octet-stream", field, n, c.JSONElements)
	}
	room(n)
	for i := range n {
		part := inner
		if k := bytes.IndexByte(inner, ','); k >= 0 {
			part, inner = inner[:k], inner[k+1:]
		}
		text := string(bytes.TrimSpace(part))
		x, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(x, 0) || text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
			return malformed(field, "%s has %.40s at index %d, must be a flat array of numbers", field, text, i)
		}
		if err := f(i, x); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) jsonFloats(field string, raw json.RawMessage) (out []float32, err error) {
	out = []float32{}
	err = c.jsonNumbers(field, raw, func(n int) { out = make([]float32, n) }, func(i int, x float64) error {
		out[i] = float32(x)
		return nil
	})
	return out, err
}

func (c *Config) jsonLabels(field string, raw json.RawMessage) (out losses.Labels, err error) {
	err = c.jsonNumbers(field, raw, func(n int) { out.I32 = make([]int32, n) }, func(i int, x float64) error {
		if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return refusal(422, losses.CodeLabel, field, "%s is %v at index %d, a label must be a whole number", field, x, i)
		}
		out.I32[i] = int32(x)
		return nil
	})
	return out, err
}

func (c *Config) jsonIntegers(field string, raw json.RawMessage) (out []int, err error) {
	err = c.jsonNumbers(field, raw, func(n int) { out = make([]int, n) }, func(i int, x float64) error {
		if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return refusal(400, losses.CodeShape, field, "%s has %v at index %d, must be whole numbers", field, x, i)
		}
		out[i] = int(x)
		return nil
	})
	return out, err
}

// jsonIgnore reads a label or labels.
func (c *Config) jsonIgnore(raw json.RawMessage) ([]int32, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if raw[0] != '[' {
		raw = append(append(json.RawMessage{'['}, raw...), ']')
	}
	l, err := c.jsonLabels("ignore", raw)
	return l.I32, err
}
