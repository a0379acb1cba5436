package api

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
)

// Parts and bytes of a form that are no files.
const (
	maxParts = 200
	maxField = 64 << 10
)

// readForm reads a form: the files prediction and target, and options as fields,
// or in the query.
func (a *API) readForm(c *call, q *fields, names []string) (*request, error) {
	body, err := a.bytes(c)
	if err != nil {
		return nil, err
	}
	if c.boundary == "" {
		return nil, malformed("content-type", "boundary is missing, must be there for a form")
	}
	files := map[string][]byte{}
	form := multipart.NewReader(bytes.NewReader(body), c.boundary)
	for n := 0; ; n++ {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("body", "the form is cut off or malformed: %v", err)
		}
		name := part.FormName()
		if n >= maxParts {
			return nil, malformed("body", "the form has more than %d parts", maxParts)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, malformed("body", "the form breaks off in %.40q", name)
		}
		switch {
		case name == "":
			return nil, malformed("body", "the form has a part without a name")
		case name == keyPrediction || name == keyTarget:
			if files[name] != nil {
				return nil, malformed(name, "%s is given twice, must be given once", name)
			}
			files[name] = append([]byte{}, content...)
		case len(content) > maxField:
			return nil, malformed(name, "%.40q has %d bytes, a field must have at most %d", name, len(content), maxField)
		default:
			if _, twice := q.texts[name]; twice {
				return nil, malformed(name, "%.40q is given twice, must be given once", name)
			}
			q.texts[name] = string(content)
		}
	}
	for _, name := range []string{keyPrediction, keyTarget} {
		if files[name] == nil {
			return nil, malformed(name, "%s is missing, must be a PNG, NPY or COCO RLE file", name)
		}
	}
	how, err := q.reading()
	if err != nil {
		return nil, err
	}
	p, err := a.planOf(q, names)
	if err != nil {
		return nil, err
	}
	in, notes, err := a.config.pair(files[keyPrediction], files[keyTarget], how, p.specs)
	return &request{in: in, plan: p, notes: notes}, err
}
