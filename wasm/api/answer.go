package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// encodeJSON leaves < and & as they are: no page reads this as HTML.
func encodeJSON(x any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(x)
	return b.Bytes(), err
}

// number is a float64 in JSON, to the last bit; null where JSON has none for it.
type number float64

// MarshalJSON writes the shortest text that reads back as the same number.
func (n number) MarshalJSON() ([]byte, error) {
	x := float64(n)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(x)
}

func numbersOf(list []float64) []number {
	if list == nil {
		return nil
	}
	out := make([]number, len(list))
	for i, x := range list {
		out[i] = number(x)
	}
	return out
}

// maxNumbers is the most numbers of planes in one answer of JSON: as text they are
// three times the bytes, all of them in memory at once.
const maxNumbers = 1 << 20

// appendPlane writes a plane as a field of an object, each number as short as a
// float32 allows. A plane has too many numbers for the reflection of
// encoding/json.
func appendPlane(b []byte, name string, plane []float32) []byte {
	if plane == nil {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":[`...)
	for i, x := range plane {
		if i > 0 {
			b = append(b, ',')
		}
		if x != x || x > math.MaxFloat32 || x < -math.MaxFloat32 {
			b = append(b, "null"...)
			continue
		}
		b = strconv.AppendFloat(b, float64(x), 'g', -1, 32)
	}
	return append(b, ']')
}

type warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// resultJSON is a result as everywhere in this product.
type resultJSON struct {
	Value       number              `json:"value"`
	PerClass    []number            `json:"perClass"`
	ValuesShape []int               `json:"valuesShape,omitempty"`
	Valid       int                 `json:"valid"`
	Params      map[string]any      `json:"params"`
	Warnings    []warning           `json:"warnings"`
	Extra       map[string][]number `json:"extra,omitempty"`
}

// append writes the result as an object; its name is where it stands.
func (s *scored) append(b []byte) ([]byte, error) {
	r := s.result
	out := resultJSON{Value: number(r.Value), PerClass: numbersOf(r.PerClass), Valid: r.Valid, Params: r.Params, Warnings: []warning{}, ValuesShape: s.shape}
	for _, w := range append(append([]losses.Warning(nil), s.notes...), r.Warnings...) {
		out.Warnings = append(out.Warnings, warning{w.Code, w.Message})
	}
	for k, list := range r.Extra {
		if out.Extra == nil {
			out.Extra = map[string][]number{}
		}
		out.Extra[k] = numbersOf(list)
	}
	text, err := encodeJSON(out)
	if err != nil {
		return nil, err
	}
	b = append(b, text[:len(text)-len("}\n")]...)
	b = appendPlane(b, "values", s.out.Values)
	b = appendPlane(b, "gradient", s.out.Gradient)
	b = appendPlane(b, "heatmap", s.out.Heatmap)
	return append(b, '}'), nil
}

// numbers is how many numbers its planes have.
func (s *scored) numbers() int { return len(s.out.Values) + len(s.out.Gradient) + len(s.out.Heatmap) }

// byName is results in the order asked for.
type byName []scored

// MarshalJSON is {name: result}, or null.
func (l byName) MarshalJSON() ([]byte, error) { return l.append(nil) }

func (l byName) append(b []byte) (_ []byte, err error) {
	if l == nil {
		return append(b, "null"...), nil
	}
	b = append(b, '{')
	for i := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, l[i].name), ':')
		if b, err = l[i].append(b); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// results answers with numbers: one result, or several by name.
func (c *call) results(list []scored, many bool) (err error) {
	n := 0
	for i := range list {
		n += list[i].numbers()
	}
	b := make([]byte, 0, 1024*len(list)+14*n)
	if many {
		b, err = byName(list).append(b)
	} else {
		b, err = list[0].append(b)
	}
	c.out.Status, c.out.Body = 200, b
	c.out.Header.Set("Content-Type", typeJSON)
	return err
}

// plane answers with one plane: its numbers, or drawn. The value is in a header.
func (c *call) plane(accept string, s losses.Shape, r scored) error {
	c.out.Status = 200
	h := c.out.Header
	h.Set("Content-Type", accept)
	if value, err := number(r.result.Value).MarshalJSON(); err == nil {
		h.Set("X-Maskloss-Value", string(value))
	}
	if accept == typePNG {
		h.Set("X-Maskloss-Plane", "heatmap")
		var err error
		c.out.Body, err = drawHeat(r.out.Heatmap, s)
		return err
	}
	name, data := "heatmap", r.out.Heatmap
	switch {
	case r.out.Gradient != nil:
		name, data = "gradient", r.out.Gradient
	case data == nil:
		name, data = "values", r.out.Values
	}
	h.Set("X-Maskloss-Plane", name)
	b := make([]byte, 4*len(data))
	for i, x := range data {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	c.out.Body = b
	return nil
}

// accepts picks the type of the answer: the one of those offered with the highest
// quality, the first of them where they are alike.
func (c *call) accepts(offered ...string) (string, error) {
	given := head(c.Request, "Accept")
	if given == "" {
		return offered[0], nil
	}
	best, most := "", 0.0
	for _, o := range offered {
		if q := quality(given, o); q > most {
			best, most = o, q
		}
	}
	if best == "" {
		return "", refusal(406, "accept", "accept", "is %.80q, must allow one of %s", given, strings.Join(offered, ", "))
	}
	return best, nil
}

// quality is how much an Accept header likes a type: by its most specific range.
func quality(accept, media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	found, rank := 0.0, 0
	for _, part := range strings.Split(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		at := 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case media:
			at = 3
		case kind + "/*":
			at = 2
		case "*/*":
			at = 1
		}
		if at <= rank {
			continue
		}
		q := 1.0
		for _, p := range strings.Split(params, ";") {
			if text, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				x, err := strconv.ParseFloat(text, 64)
				if err != nil || !(x >= 0 && x <= 1) {
					x = 0
				}
				q = x
			}
		}
		found, rank = q, at
	}
	return found
}
