package losses

import "math"

// Version is that of the package.
const Version = "0.1.0"

// Manifest is everything a host needs to know of the registry.
type Manifest struct {
	Version string          `json:"version"`
	Losses  []ManifestEntry `json:"losses"`
}

// ManifestEntry is one loss or metric in words. An open end of Range is null.
type ManifestEntry struct {
	Name    string     `json:"name"`
	Title   string     `json:"title"`
	Family  string     `json:"family"`
	Kind    string     `json:"kind"`
	Formula string     `json:"formula"`
	Source  string     `json:"source"`
	Doc     string     `json:"doc"`
	Better  string     `json:"better"`
	Range   []*float64 `json:"range"`
	Sum     bool       `json:"sum"`
	Modes   []string   `json:"modes"`
	Targets []string   `json:"targets"`
	Presets []string   `json:"presets"`
	Params  []Param    `json:"params"`
}

// Describe is the manifest.
func Describe() Manifest {
	m := Manifest{Version: Version}
	for i := range Registry {
		e := &Registry[i]
		x := ManifestEntry{
			Name: e.Name, Title: e.Title, Family: e.Group, Kind: e.Kind, Formula: e.Formula, Source: e.Source, Doc: e.Doc,
			Better: e.Better, Range: []*float64{open(e.Range[0]), open(e.Range[1])}, Sum: e.Sum(),
			Modes: e.Modes, Presets: e.presets(), Params: e.Params(),
		}
		if x.Modes == nil {
			x.Modes = []string{"binary", "multiclass", "multilabel"}
		}
		kinds := e.Kinds
		if kinds == nil {
			kinds = []Kind{Hard, Soft}
		}
		for _, k := range kinds {
			x.Targets = append(x.Targets, k.String())
		}
		m.Losses = append(m.Losses, x)
	}
	return m
}

func open(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return &x
}
