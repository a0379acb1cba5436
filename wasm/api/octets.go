package api

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// What an input says of itself, beside the options of the losses: in the query
// of a body of octets, in the fields of a form, in the input of a run. No option
// of a loss has one of these names.
const (
	keyShape      = "shape"        // of the prediction, [N,C,(D,)H,W]
	keyForm       = "form"         // logits, probs or labels
	keyPrediction = "prediction"   // type of its numbers
	keyTarget     = "target"       // type of its numbers
	keyKind       = "kind"         // of the target: labels, soft, instances or mask
	keyWeights    = "pixelWeights" // type of the weights of the pixels, which follow the target
	keyIgnore     = "ignore"       // labels that count nowhere
	keyChannel    = "channel"      // of a PNG file in colour
	keyChannels   = "channels"     // classes of a prediction of labels
	keyNames      = "names"        // losses of a report
)

// widths are the bytes of each type of number.
var widths = map[string]int{"uint8": 1, "uint16": 2, "int32": 4, "float32": 4}

// octetInput reads prediction, target and weights, one after the other.
func (a *API) octetInput(o Octets, q *fields) (in losses.Input, err error) {
	dims, err := q.integers(keyShape)
	if err != nil {
		return in, err
	}
	if dims == nil {
		return in, refusal(400, losses.CodeShape, keyShape, "shape is missing, must be that of the prediction: shape=N,C,H,W")
	}
	s, err := losses.ParseShape(keyShape, dims)
	if err != nil {
		return in, err
	}
	if err := a.config.fits(s); err != nil {
		return in, err
	}
	in.Prediction.Shape = s
	px := s.N * s.Pixels()

	kind, err := q.word(keyPrediction, "float32", "float32", "labels", "uint8", "uint16", "int32")
	if err != nil {
		return in, err
	}
	form, err := q.word(keyForm, "", "logits", "probs", "labels")
	switch {
	case err != nil:
		return in, err
	case kind == "labels" || kind == "float32" && form == "labels":
		kind = "uint8"
	}
	switch {
	case kind == "float32" && form == "":
		return in, malformed(keyForm, "form is missing, must be logits or probs")
	case kind != "float32" && form != "" && form != "labels":
		return in, malformed(keyForm, "form is %s, must be labels where the prediction is of %s", form, kind)
	case kind == "float32" && form == "probs":
		in.Prediction.Form = losses.Probs
	case kind != "float32":
		in.Prediction.Form = losses.Classes
	}
	targetType, err := q.word(keyTarget, "uint8", "uint8", "uint16", "int32", "float32")
	if err != nil {
		return in, err
	}
	usual := "labels"
	if targetType == "float32" {
		usual = "soft"
	}
	targetKind, err := q.word(keyKind, usual, "labels", "soft", "instances")
	if err != nil {
		return in, err
	}
	if (targetKind == "soft") != (targetType == "float32") {
		return in, malformed(keyKind, "kind is %s, does not go with a target of %s", targetKind, targetType)
	}
	weights, err := q.word(keyWeights, "", "float32")
	if err != nil {
		return in, err
	}
	if in.Ignore, err = q.labels(keyIgnore); err != nil {
		return in, err
	}

	// Labels may be one per pixel or one per element; the length tells.
	first, rest := px, o.Len()
	if weights != "" {
		rest -= 4 * px
	}
	if kind == "float32" {
		first = s.Len()
	}
	targets := []int{px, s.Len()}
	if targetKind == "soft" {
		targets = targets[1:]
	}
	for _, p := range []int{first, s.Len()} {
		for _, t := range targets {
			if p*widths[kind]+t*widths[targetType] != rest {
				continue
			}
			at := p * widths[kind]
			if kind == "float32" {
				in.Prediction.Data = o.Float32(0, p)
			} else {
				in.Prediction.Labels = octetLabels(o, kind, 0, p)
			}
			switch targetKind {
			case "soft":
				in.Target.Kind, in.Target.Soft = losses.Soft, o.Float32(at, t)
			default:
				if targetKind == "instances" {
					in.Target.Kind = losses.Instances
				}
				in.Target.Labels = octetLabels(o, targetType, at, t)
			}
			if weights != "" {
				in.Weight = o.Float32(o.Len()-4*px, px)
			}
			return in, nil
		}
	}
	want := first*widths[kind] + targets[0]*widths[targetType] + o.Len() - rest
	return in, refusal(400, losses.CodeLength, "body", "has %d bytes, shape %v with a prediction of %s and a target of %s wants %d", o.Len(), dims, kind, targetType, want)
}

func octetLabels(o Octets, kind string, at, n int) (l losses.Labels) {
	switch kind {
	case "uint8":
		l.U8 = o.Bytes(at, n)
	case "uint16":
		l.U16 = o.Uint16(at, n)
	default:
		l.I32 = o.Int32(at, n)
	}
	return l
}

// fits refuses a shape that is larger than is configured.
func (c *Config) fits(s losses.Shape) error {
	if px := s.N * s.Pixels(); px > c.MaxPixels {
		return refusal(413, "size", keyShape, "has %d pixels, must have at most %d", px, c.MaxPixels)
	}
	if n := s.Len(); n > c.MaxElements {
		return refusal(413, "size", keyShape, "has %d elements, must have at most %d", n, c.MaxElements)
	}
	return nil
}

// fields are names with texts, each to be used once: what is left over is an
// error, so that nothing is ignored.
type fields struct {
	texts map[string]string
	used  map[string]bool
}

// fieldsOf refuses a name that stands twice.
func fieldsOf(v url.Values) (*fields, error) {
	f := &fields{texts: map[string]string{}, used: map[string]bool{}}
	for k, texts := range v {
		if len(texts) != 1 {
			return nil, malformed(k, "%.40s is given %d times, must be given once", k, len(texts))
		}
		f.texts[k] = texts[0]
	}
	return f, nil
}

func (f *fields) take(key string) (text string, found bool) {
	text, found = f.texts[key]
	f.used[key] = true
	return text, found
}

// rest is what was not taken: options.
func (f *fields) rest() map[string]string {
	out := map[string]string{}
	for k, v := range f.texts {
		if !f.used[k] {
			out[k] = v
		}
	}
	return out
}

// word takes one of a few words.
func (f *fields) word(key, usual string, words ...string) (string, error) {
	text, found := f.take(key)
	if !found {
		return usual, nil
	}
	for _, w := range words {
		if w == text {
			return w, nil
		}
	}
	return "", malformed(key, "%s is %.40q, must be one of %s", key, text, strings.Join(words, ", "))
}

// integers takes a list of whole numbers; nil where there is none.
func (f *fields) integers(key string) ([]int, error) {
	text, found := f.take(key)
	if !found {
		return nil, nil
	}
	parts := strings.Split(strings.Trim(text, "[] "), ",")
	if len(parts) > 64 {
		return nil, malformed(key, "%s has %d numbers, must have at most 64", key, len(parts))
	}
	out := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseInt(strings.TrimSpace(p), 10, 32)
		if err != nil {
			return nil, malformed(key, "%s has %.20q, must be whole numbers and commas", key, p)
		}
		out[i] = int(n)
	}
	return out, nil
}

func (f *fields) labels(key string) ([]int32, error) {
	list, err := f.integers(key)
	var out []int32
	for _, n := range list {
		out = append(out, int32(n))
	}
	return out, err
}
