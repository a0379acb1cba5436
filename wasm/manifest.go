//go:build js && wasm

package main

import (
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// The manifest with the tags that vert goes by: it takes those of JSON, but
// literally.
type manifest struct {
	Version string  `js:"version"`
	Losses  []entry `js:"losses"`
}

type entry struct {
	Name    string     `js:"name"`
	Title   string     `js:"title"`
	Family  string     `js:"family"`
	Kind    string     `js:"kind"`
	Formula string     `js:"formula"`
	Source  string     `js:"source"`
	Doc     string     `js:"doc"`
	Better  string     `js:"better"`
	Range   []*float64 `js:"range"`
	Sum     bool       `js:"sum"`
	Modes   []string   `js:"modes"`
	Targets []string   `js:"targets"`
	Presets []string   `js:"presets"`
	Params  []param    `js:"params"`
}

type param struct {
	Name    string   `js:"name"`
	Type    string   `js:"type"`
	Default any      `js:"default"`
	Min     *float64 `js:"min"`
	Max     *float64 `js:"max"`
	Above   *float64 `js:"above"`
	Enum    []string `js:"enum"`
	Doc     string   `js:"doc"`
}

// describe() gives the manifest.
func (p *program) describe([]js.Value) (any, error) {
	d := losses.Describe()
	m := manifest{Version: d.Version, Losses: []entry{}}
	for _, l := range d.Losses {
		e := entry{
			Name: l.Name, Title: l.Title, Family: l.Family, Kind: l.Kind, Formula: l.Formula, Source: l.Source, Doc: l.Doc,
			Better: l.Better, Range: l.Range, Sum: l.Sum, Modes: l.Modes, Targets: l.Targets, Presets: l.Presets,
		}
		for _, q := range l.Params {
			e.Params = append(e.Params, param{q.Name, q.Type, q.Default, q.Min, q.Max, q.Above, q.Enum, q.Doc})
		}
		m.Losses = append(m.Losses, e)
	}
	return m, nil
}
