package losses

// Entry is one row of the registry: a loss or metric with its words.
type Entry struct {
	Name    string     // kebab-case
	Title   string     // as a heading
	Group   string     // the family of the literature
	Kind    string     // loss or metric
	Formula string     // TeX
	Source  string     // author, venue, year
	Doc     string     // one or two sentences
	Better  string     // lower or higher
	Range   [2]float64 // of the value; ±Inf where open
	Loss    any        // the loss with its default parameters

	Modes    []string                  // where not every mode
	Kinds    []Kind                    // kinds of target, where not Hard and Soft
	Takes    []string                  // shared options beyond those of its family
	Defaults map[string]any            // of shared options, where not the common ones
	Presets  map[string]map[string]any // preset -> parameter -> value
}

var (
	pixelTakes  = []string{"mode", "preset", "reduction", "classWeights", "classes", "includeBackground", "denominator", "gradient", "heatmap"}
	regionTakes = []string{"mode", "preset", "reduction", "scope", "classWeights", "classWeightMode", "classes", "includeBackground", "empty", "gradient", "heatmap"}
	planeTakes  = []string{"mode", "preset", "scope", "classes", "includeBackground", "gradient", "heatmap"}
	countsTakes = []string{"mode", "preset", "average", "threshold", "empty", "classes", "includeBackground", "classWeights"}
)

// takes lists the shared options of a row.
func (e *Entry) takes() []string {
	var base []string
	switch e.Loss.(type) {
	case Pixel:
		base = pixelTakes
	case Region, Joint:
		base = regionTakes
	case Plane:
		base = planeTakes
	case Counts:
		base = countsTakes
	case Compound:
		base = []string{"mode", "preset", "gradient", "heatmap"}
	}
	out := append([]string(nil), e.Takes...)
	for _, t := range base {
		if t != "preset" || e.Presets != nil {
			out = append(out, t)
		}
	}
	return out
}

// Sum tells whether the loss is a sum: whether states of tiles and images merge
// to that of the whole.
func (e *Entry) Sum() bool {
	switch l := e.Loss.(type) {
	case Plane:
		return false
	case Compound:
		for _, p := range l.Parts(DefaultOptions()) {
			if _, ok := p.Loss.(Plane); ok {
				return false
			}
		}
	}
	return true
}

// Lookup finds a row by name; nil where there is none.
func Lookup(name string) *Entry {
	for i := range Registry {
		if Registry[i].Name == name {
			return &Registry[i]
		}
	}
	return nil
}

// Names lists the registry in its order.
func Names() []string {
	out := make([]string, len(Registry))
	for i := range Registry {
		out[i] = Registry[i].Name
	}
	return out
}

// Registry is the table of contents, in the order of display.
var Registry = []Entry{}
