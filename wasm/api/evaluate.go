package api

import (
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/maskloss/maskloss/losses"
)

// evaluate is POST /v1/evaluate/{name}.
func (a *API) evaluate(c *call) error {
	name, err := url.PathUnescape(c.segment)
	if err != nil {
		name = c.segment
	}
	if _, err := lookup(name); err != nil {
		return err
	}
	return a.score(c, []string{name}, false)
}

// report is POST /v1/report.
func (a *API) report(c *call) error { return a.score(c, nil, true) }

// request is a body understood: what to score, and how.
type request struct {
	in    losses.Input
	plan  *plan
	notes []losses.Warning
	deep  bool // the shape has a depth, be it 1
}

// score reads a body of any type, evaluates and answers.
func (a *API) score(c *call, names []string, many bool) error {
	began := time.Now()
	accept, err := c.accepts(typeJSON, typeOctets, typePNG)
	if err != nil {
		return err
	}
	if many && accept != typeJSON {
		return refusal(406, "accept", "accept", "is %s, a report is %s alone: evaluate one loss", accept, typeJSON)
	}
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return malformed("query", "the query cannot be read: %v", err)
	}
	q, err := fieldsOf(query)
	if err != nil {
		return err
	}
	var r *request
	switch c.media {
	case typeOctets:
		r, err = a.readOctets(c, q, names)
	case typeMultipart:
		r, err = a.readForm(c, q, names)
	default:
		r, err = a.readDocument(c, q, names)
	}
	if err != nil {
		return err
	}
	if accept != typeJSON {
		if err := r.wantPlane(accept); err != nil {
			return err
		}
	}
	specs, err := r.plan.fit(r.in)
	if err != nil {
		return err
	}
	if err := a.config.checkWhole(r.in, specs); err != nil {
		return err
	}
	if accept == typeJSON {
		if err := checkPlanes(r.in, specs); err != nil {
			return err
		}
	}
	c.spent("read", began)
	began = time.Now()
	scored, err := run(r.in, specs)
	if err != nil {
		return err
	}
	c.spent("score", began)
	for i := range scored {
		scored[i].notes = r.notes
		scored[i].flatten(r)
	}
	if accept != typeJSON {
		return c.plane(accept, r.in.Prediction.Shape, scored[0])
	}
	return c.results(scored, many)
}

// checkWhole refuses an input that is too large for losses that sort or measure
// all of it at once.
func (c *Config) checkWhole(in losses.Input, specs []losses.Spec) error {
	n := in.Prediction.Shape.Len()
	for _, s := range specs {
		if n > c.MaxWhole && !losses.Lookup(s.Name).Sum() {
			return refusal(413, "size", keyShape, "has %d elements, %s is no sum over pixels and takes at most %d", n, s.Name, c.MaxWhole)
		}
	}
	return nil
}

// checkPlanes refuses more numbers than an answer of JSON can hold, before they
// are computed.
func checkPlanes(in losses.Input, specs []losses.Spec) error {
	s, n := in.Prediction.Shape, 0
	for i := range specs {
		o := &specs[i].Options
		if o.Gradient {
			n += s.Len()
		}
		if o.Heatmap {
			n += s.N * s.Pixels()
		}
		if o.Reduction == "none" {
			n += s.Len()
		}
	}
	if n > maxNumbers {
		return refusal(413, "size", "gradient", "the planes asked for have %d numbers, JSON may have at most %d: accept %s", n, maxNumbers, typeOctets)
	}
	return nil
}

// readOctets reads a binary body; everything else is in the query.
func (a *API) readOctets(c *call, q *fields, names []string) (*request, error) {
	o, err := a.octets(c)
	if err != nil {
		return nil, err
	}
	in, err := a.octetInput(o, q)
	if err != nil {
		return nil, err
	}
	p, err := a.planOf(q, names)
	return &request{in: in, plan: p, deep: strings.Count(q.texts[keyShape], ",") == 4}, err
}

// planOf is the plan of the losses named, or of those in the field names, with
// what is left of the fields as options. Callers ask the same again and again, and
// reading options takes longer than scoring a small mask: plans are remembered.
func (a *API) planOf(q *fields, names []string) (*plan, error) {
	var key strings.Builder
	rest := q.rest()
	for _, k := range sortedKeys(rest) {
		key.WriteString(k + "=" + rest[k] + "\x00")
	}
	if key.Len() > maxRemembered {
		return readPlan(q, names)
	}
	key.WriteString(strings.Join(names, ","))
	a.plans.Lock()
	defer a.plans.Unlock()
	if p := a.plans.known[key.String()]; p != nil {
		if names == nil {
			q.take(keyNames)
		}
		return p.copy(), nil
	}
	p, err := readPlan(q, names)
	if err != nil {
		return nil, err
	}
	if a.plans.known == nil || len(a.plans.known) >= 64 {
		a.plans.known = map[string]*plan{}
	}
	a.plans.known[key.String()] = p
	return p.copy(), nil
}

// maxRemembered is the most bytes of options that are worth remembering.
const maxRemembered = 1024

// plans are those of late, by what was asked.
type plans struct {
	sync.Mutex
	known map[string]*plan
}

// copy is a plan whose options may be changed.
func (p *plan) copy() *plan {
	c := *p
	c.specs = append([]losses.Spec(nil), p.specs...)
	return &c
}

// readPlan takes what is left of the fields as options.
func readPlan(q *fields, names []string) (*plan, error) {
	all := false
	if names == nil {
		text, _ := q.take(keyNames)
		if all = text == "all"; !all && text != "" {
			names = strings.Split(text, ",")
		}
	}
	if len(names) > len(losses.Registry) {
		return nil, malformed(keyNames, "names has %d entries, there are %d losses", len(names), len(losses.Registry))
	}
	known := names
	if all {
		known = losses.Names()
	}
	shared, own, err := textOptions(q.rest(), known)
	if err != nil {
		return nil, err
	}
	var wanted []asked
	for _, n := range names {
		wanted = append(wanted, asked{n, own[n]})
	}
	return newPlan(wanted, all, shared)
}

// wantPlane asks for the plane that an answer without numbers is made of: the one
// asked for, or the heat map.
func (r *request) wantPlane(accept string) error {
	s := &r.plan.specs[0]
	o := s.Options
	if o.Gradient && o.Heatmap {
		return refusal(400, losses.CodeOption, "gradient", "gradient is true beside heatmap, one plane alone can be %s", accept)
	}
	if accept == typePNG && o.Gradient {
		return refusal(400, losses.CodeOption, "gradient", "gradient is true, %s shows the heat map", accept)
	}
	if o.Heatmap || o.Gradient || accept == typeOctets && o.Reduction == "none" {
		return nil
	}
	// As an option, so that a metric refuses it.
	if _, err := losses.Decode(s.Name, map[string]any{"heatmap": true}); err != nil {
		return err
	}
	s.Options.Heatmap = true
	return nil
}

// scored is a result with its planes.
type scored struct {
	name   string
	result losses.Result
	out    losses.Out
	shape  []int // of the values
	notes  []losses.Warning
}

// flatten leaves the depth out of the shape of values per pixel, where the input
// has none.
func (s *scored) flatten(r *request) {
	if k := len(s.shape) - 3; k >= 1 && !r.deep && r.in.Prediction.Shape.D == 1 {
		s.shape = append(append([]int(nil), s.shape[:k]...), s.shape[k+1:]...)
	}
}

// run evaluates specs on an input.
func run(in losses.Input, specs []losses.Spec) ([]scored, error) {
	j, err := losses.NewJob(in, specs)
	if err != nil {
		return nil, err
	}
	state := make([]float64, j.StateLen())
	if err := j.Scan(0, j.Blocks(), state); err != nil {
		return nil, err
	}
	s := in.Prediction.Shape
	list := make([]scored, len(specs))
	outs := make([]losses.Out, len(specs))
	for i, spec := range specs {
		list[i].name = spec.Name
		if spec.Options.Gradient {
			outs[i].Gradient = make([]float32, s.Len())
		}
		if spec.Options.Heatmap {
			outs[i].Heatmap = make([]float32, s.N*s.Pixels())
		}
		if shape := j.ValuesShape(i); shape != nil {
			n := 1
			for _, d := range shape {
				n *= d
			}
			outs[i].Values, list[i].shape = make([]float32, n), shape
		}
	}
	results, err := j.Finish(state, outs)
	if err != nil {
		return nil, err
	}
	if err := j.Spread(0, j.Blocks(), outs); err != nil {
		return nil, err
	}
	for i := range list {
		list[i].result, list[i].out = results[i], outs[i]
	}
	return list, nil
}
