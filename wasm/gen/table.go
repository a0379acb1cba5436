package main

import (
	"fmt"
	"strings"

	"github.com/maskloss/maskloss/losses"
)

// The table stands between these lines of the README.
const (
	begin = "<!-- losses -->"
	end   = "<!-- /losses -->"
)

// fill puts the table between its marks; a text without them stays as it is.
func fill(text, table string) string {
	head, rest, ok := strings.Cut(text, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return text
	}
	return head + begin + "\n" + table + end + tail
}

// table lists the losses and the metrics.
func table(m losses.Manifest) string {
	var b strings.Builder
	for _, kind := range []string{"loss", "metric"} {
		fmt.Fprintf(&b, "\n| %s | family | what it is | source |\n|---|---|---|---|\n", kind)
		for _, e := range m.Losses {
			if e.Kind == kind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Name, cell(e.Family), cell(e.Doc), cell(e.Source))
			}
		}
	}
	return b.String() + "\n"
}

// cell is text that does not end a cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
