package api

import (
	"bytes"
	"fmt"

	"github.com/maskloss/maskloss/losses"
)

// file is an array that came as a PNG, an NPY or a COCO RLE file.
type file struct {
	dims   []int // [H,W], or whatever an NPY file says
	floats []float32
	labels losses.Labels // class ids, or intensities
	full   int           // of intensities, the value of white; 0 where they are ids
}

var (
	pngMagic = []byte("\x89PNG\r\n\x1a\n")
	npyMagic = []byte("\x93NUMPY")
)

// readFile goes by how the bytes begin, not by what the file is called.
func (c *Config) readFile(field string, b []byte, channel string) (*file, error) {
	text := bytes.TrimLeft(b, " \t\r\n")
	switch {
	case bytes.HasPrefix(b, pngMagic):
		return c.readPNG(field, b, channel)
	case bytes.HasPrefix(b, npyMagic):
		return c.readNPY(field, b)
	case bytes.HasPrefix(text, []byte("{")):
		return c.readRLE(field, text)
	}
	return nil, malformed(field, "%s is neither PNG nor NPY nor COCO RLE as JSON", field)
}

// reading is how files are to be understood.
type reading struct {
	form, kind, channel string
	channels            int
	ignore              []int32
}

func (q *fields) reading() (r reading, err error) {
	if r.form, err = q.word(keyForm, "", "logits", "probs", "labels"); err != nil {
		return r, err
	}
	if r.kind, err = q.word(keyKind, "", "labels", "soft", "instances", "mask"); err != nil {
		return r, err
	}
	if r.channel, err = q.word(keyChannel, "", "red", "green", "blue", "alpha"); err != nil {
		return r, err
	}
	if r.ignore, err = q.labels(keyIgnore); err != nil {
		return r, err
	}
	n, err := q.integers(keyChannels)
	switch {
	case err != nil:
		return r, err
	case n == nil:
		r.channels = 1
	case len(n) != 1 || n[0] < 1 || n[0] > 1<<16:
		return r, malformed(keyChannels, "channels is %v, must be a number of classes", n)
	default:
		r.channels = n[0]
	}
	return r, nil
}

// pair makes an input of two files. Without a form, greys and alpha are
// probabilities; class ids are what they are for a metric, and certain
// probabilities for a loss.
func (c *Config) pair(prediction, target []byte, r reading, specs []losses.Spec) (in losses.Input, notes []losses.Warning, err error) {
	p, err := c.readFile(keyPrediction, prediction, r.channel)
	if err != nil {
		return in, nil, err
	}
	t, err := c.readFile(keyTarget, target, r.channel)
	if err != nil {
		return in, nil, err
	}
	in.Ignore = r.ignore
	if in.Prediction, err = c.scoresOf(p, r, specs); err != nil {
		return in, nil, err
	}
	in.Target, notes, err = targetOf(t, r, in.Prediction.Shape)
	return in, notes, err
}

func (c *Config) scoresOf(p *file, r reading, specs []losses.Spec) (s losses.Scores, err error) {
	dims := p.dims
	if p.floats != nil {
		dims = withFront(dims, 4)
		if s.Shape, err = losses.ParseShape(keyPrediction, dims); err != nil {
			return s, err
		}
		switch r.form {
		case "":
			return s, malformed(keyForm, "form is missing, must be logits or probs for a file of floating point numbers")
		case "labels":
			return s, malformed(keyForm, "form is labels, must be logits or probs for a file of floating point numbers")
		case "probs":
			s.Form = losses.Probs
		}
		s.Data = p.floats
		return s, c.fits(s.Shape)
	}
	dims = withFront(dims, 3) // [N,(D,)H,W]
	full := append([]int{dims[0], r.channels}, dims[1:]...)
	if len(full) > 5 {
		return s, refusal(400, losses.CodeShape, keyPrediction, "prediction has %d axes, labels have [N,H,W] or [N,D,H,W]", len(dims))
	}
	if s.Shape, err = losses.ParseShape(keyPrediction, full); err != nil {
		return s, err
	}
	if err := c.fits(s.Shape); err != nil {
		return s, err
	}
	grey := p.full > 0 && r.form != "labels"
	switch {
	case r.form == "logits":
		return s, malformed(keyForm, "form is logits, must be probs or labels for a file of whole numbers")
	case grey && r.channels > 1:
		return s, malformed(keyChannels, "channels is %d, greys are the probability of one class: pass form=labels if they are class ids", r.channels)
	case grey:
		s.Form, s.Data = losses.Probs, p.shares()
		return s, nil
	}
	if err := p.checkIDs(r); err != nil {
		return s, err
	}
	sharp := r.form == "probs"
	for _, spec := range specs {
		e := losses.Lookup(spec.Name)
		sharp = sharp || r.form == "" && e.Kind == "loss"
	}
	if !sharp {
		s.Form, s.Labels = losses.Classes, p.labels
		return s, nil
	}
	s.Form, s.Data = losses.Probs, make([]float32, s.Shape.Len())
	px := s.Shape.Pixels()
	for i := range p.labels.Len() {
		l := int(p.labels.At(i))
		switch {
		case r.channels == 1:
			s.Data[i] = float32(l)
		default:
			s.Data[(i/px*r.channels+l)*px+i%px] = 1
		}
	}
	return s, nil
}

// checkIDs refuses what are no classes.
func (p *file) checkIDs(r reading) error {
	most := max(r.channels-1, 1)
	for i := range p.labels.Len() {
		if l := p.labels.At(i); l < 0 || int(l) > most {
			return refusal(422, losses.CodeLabel, keyPrediction, "prediction is %d at index %d, must be in [0, %d]: channels says how many classes there are", l, i, most)
		}
	}
	return nil
}

func targetOf(t *file, r reading, s losses.Shape) (out losses.Target, notes []losses.Warning, err error) {
	if t.floats != nil {
		if r.kind != "" && r.kind != "soft" {
			return out, nil, malformed(keyKind, "kind is %s, must be soft for a file of floating point numbers", r.kind)
		}
		dims := withFront(t.dims, 4)
		return losses.Target{Kind: losses.Soft, Shape: dims, Soft: t.floats}, nil, sameSize(dims, s, true)
	}
	dims := withFront(t.dims, 3)
	if err := sameSize(dims, s, false); err != nil {
		return out, nil, err
	}
	out.Shape = dims
	if r.kind == "soft" {
		if t.full == 0 || s.C > 1 {
			return out, nil, malformed(keyKind, "kind is soft, must be labels for a file of class ids")
		}
		out.Kind, out.Soft = losses.Soft, t.shares()
		out.Shape = append([]int{dims[0], 1}, dims[1:]...)
		return out, nil, nil
	}
	out.Labels = t.labels
	switch {
	case r.kind == "instances":
		out.Kind = losses.Instances
	case r.kind == "mask":
		out.Labels = t.mask()
	case r.kind == "" && s.C == 1 && t.full > 1 && t.isMask(r.ignore):
		out.Labels = t.mask()
		notes = []losses.Warning{{Code: "mask", Message: fmt.Sprintf("the target holds 0 and %d alone, which is read as 1: kind=mask says so, kind=labels forbids it", t.full)}}
	}
	return out, notes, nil
}

// sameSize refuses a target of another size than the prediction.
func sameSize(dims []int, s losses.Shape, soft bool) error {
	per := []int{s.N, s.D, s.H, s.W}
	all := []int{s.N, s.C, s.D, s.H, s.W}
	if equal(dims, all) || !soft && equal(dims, per) || s.D == 1 && (equal(dims, []int{s.N, s.C, s.H, s.W}) || !soft && equal(dims, []int{s.N, s.H, s.W})) {
		return nil
	}
	want := per
	if soft {
		want = all
	}
	return refusal(400, losses.CodeShape, keyTarget, "target is %v, the prediction wants %v", dims, want)
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// withFront puts axes of 1 before the others.
func withFront(dims []int, axes int) []int {
	for len(dims) < axes {
		dims = append([]int{1}, dims...)
	}
	return dims
}

// shares are intensities as parts of white.
func (p *file) shares() []float32 {
	out := make([]float32, p.labels.Len())
	for i := range out {
		out[i] = float32(p.labels.At(i)) / float32(p.full)
	}
	return out
}

// mask is 1 above half of white; of ids, 1 for all but the background.
func (p *file) mask() losses.Labels {
	out := make([]uint8, p.labels.Len())
	for i := range out {
		if 2*int(p.labels.At(i)) > p.full {
			out[i] = 1
		}
	}
	return losses.Labels{U8: out}
}

// isMask tells whether all is black or white, white not to be ignored.
func (p *file) isMask(ignore []int32) bool {
	for _, l := range ignore {
		if int(l) == p.full {
			return false
		}
	}
	white := false
	for i := range p.labels.Len() {
		switch int(p.labels.At(i)) {
		case 0:
		case p.full:
			white = true
		default:
			return false
		}
	}
	return white
}
