//go:build js && wasm

package main

import (
	"syscall/js"

	"github.com/maskloss/maskloss/losses"
)

// describe() gives the manifest, in JSON.
func (p *program) describe([]js.Value) (any, error) {
	m := losses.Describe()
	rows := make([]object, len(m.Losses))
	for i, l := range m.Losses {
		params := make([]object, len(l.Params))
		for k, q := range l.Params {
			params[k] = object{
				{"name", q.Name}, {"type", q.Type}, {"default", q.Default}, {"min", q.Min}, {"max", q.Max},
				{"above", q.Above}, {"enum", q.Enum}, {"doc", q.Doc},
			}
		}
		rows[i] = object{
			{"name", l.Name}, {"title", l.Title}, {"family", l.Family}, {"kind", l.Kind}, {"formula", l.Formula},
			{"source", l.Source}, {"doc", l.Doc}, {"better", l.Better}, {"range", l.Range}, {"sum", l.Sum},
			{"modes", l.Modes}, {"targets", l.Targets}, {"presets", l.Presets}, {"params", params},
		}
	}
	return string(appendJSON(nil, object{{"version", m.Version}, {"losses", rows}})), nil
}
