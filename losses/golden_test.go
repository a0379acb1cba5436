package losses

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// The golden data are values and gradients that the authors' own programs gave,
// run in float64. MASKLOSS_GOLDEN names another folder of such files.

// tally counts the cases of a run: each is counted once.
var tally struct{ passed, failed, quirks atomic.Int64 }

func TestMain(m *testing.M) {
	code := m.Run()
	if p, f, q := tally.passed.Load(), tally.failed.Load(), tally.quirks.Load(); p+f+q > 0 {
		fmt.Printf("golden: %d passed, %d failed, %d quirks\n", p, f, q)
	}
	os.Exit(code)
}

func TestGolden(t *testing.T) {
	dir := os.Getenv("MASKLOSS_GOLDEN")
	if dir == "" {
		dir = filepath.Join("testdata", "golden")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s (%v)", dir, err)
	}
	big := newBigInputs(filepath.Join(dir, "big_inputs.json"))
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if name == "big_inputs" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var file struct {
				Cases []json.RawMessage `json:"cases"`
			}
			readJSON(t, path, &file)
			if len(file.Cases) == 0 {
				t.Fatalf("%s has no cases", path)
			}
			for i, raw := range file.Cases {
				var c fixture
				if err := json.Unmarshal(raw, &c); err != nil {
					t.Fatalf("case %d: %v", i, err)
				}
				t.Run(c.Name, func(t *testing.T) {
					defer c.count(t)
					c.raw = raw
					c.resolve(t, big)
					c.run(t, name)
				})
			}
		})
	}
}

// fixture is one case as its file has it.
type fixture struct {
	Name, Kind, Note string
	Params           map[string]any
	Shape            []int
	Input            string
	Pred             floats
	PredRef          string `json:"pred_ref"`
	Target           floats
	TargetRef        string `json:"target_ref"`
	TargetShape      []int  `json:"target_shape"`
	TargetKind       string `json:"target_kind"`
	Weights          floats
	OutShape         []int `json:"out_shape"`
	Expect           struct {
		Value       *float           `json:"value"`
		Values      floats           `json:"values"`
		ValuesShape []int            `json:"values_shape"`
		Grad        floats           `json:"grad"`
		GradIdx     []int            `json:"grad_idx"`
		GradAt      floats           `json:"grad_at"`
		GradStats   map[string]float `json:"grad_stats"`
		Metrics     map[string]json.RawMessage
		Tolerance   struct{ Abs, Rel float64 }
	}
	Recommended json.RawMessage

	raw json.RawMessage
}

// count adds the case to the tally. A quirk documents what its reference does;
// it counts as a quirk unless it fails.
func (c *fixture) count(t *testing.T) {
	switch {
	case t.Failed():
		tally.failed.Add(1)
	case c.Kind == "quirk":
		tally.quirks.Add(1)
		t.Skipf("quirk: %s", c.Note) // reported as such, never as passed
	case t.Skipped():
		tally.failed.Add(1)
		t.Error("a parity case was skipped")
	default:
		tally.passed.Add(1)
	}
}

// run compares what the loss or map of the file gives with the case.
func (c *fixture) run(t *testing.T, file string) {
	if c.Kind != "parity" && c.Kind != "quirk" {
		t.Fatalf("kind is %q", c.Kind)
	}
	switch file {
	case "confusion":
		runConfusionCase(t, c.raw)
	case "edt":
		c.edt(t)
	case "distance_map":
		c.distanceMap(t)
	case "unet_weight_map":
		c.unetWeightMap(t)
	case "argmax_onehot":
		c.argmaxOneHot(t)
	default:
		c.loss(t, file)
	}
}

// loss evaluates the loss of the file as the case wants it.
func (c *fixture) loss(t *testing.T, file string) {
	w, err := translate(c, file)
	if err != nil {
		c.refuse(t, err)
		return
	}
	value, gradient, values, shape, err := w.run()
	if err != nil {
		c.refuse(t, err)
		return
	}
	if c.Kind == "quirk" {
		c.quirk(t, value, gradient)
		return
	}
	if c.Expect.Value == nil {
		t.Fatal("the case expects no value")
	}
	c.near(t, "value", value, float64(*c.Expect.Value))
	if c.Expect.Values != nil {
		c.values(t, w, values, shape)
	}
	c.gradient(t, gradient)
}

// refuse fails a parity case; a quirk may be out of our language.
func (c *fixture) refuse(t *testing.T, err error) {
	if c.Kind == "quirk" {
		t.Logf("not reproduced: %v", err)
		return
	}
	t.Fatal(err)
}

// quirk holds us to what is recommended in place of the reference, where the
// case says it in numbers.
func (c *fixture) quirk(t *testing.T, value float64, gradient []float64) {
	var want struct {
		Value *float
		Grad  string
	}
	if json.Unmarshal(c.Recommended, &want) == nil && want.Value != nil {
		c.near(t, "recommended value", value, float64(*want.Value))
		if want.Grad == "zeros" {
			for i, g := range gradient {
				if g != 0 {
					t.Errorf("gradient[%d] is %v, recommended is 0", i, g)
					break
				}
			}
		}
	}
	for i, g := range gradient {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			t.Errorf("gradient[%d] is %v", i, g)
			break
		}
	}
	if c.Expect.Value != nil {
		t.Logf("reference %v, ours %v", float64(*c.Expect.Value), value)
	}
}

// near compares a value: 1e-6 + 1e-6 |want|, or the case's own if wider.
func (c *fixture) near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(want) && math.IsNaN(got) || got == want {
		return
	}
	if d := math.Abs(got - want); !(d <= c.wider(want, 1e-6+1e-6*math.Abs(want))) {
		t.Errorf("%s is %.10g, want %.10g (off by %.3g)", what, got, want, d)
	}
}

func (c *fixture) wider(want, tolerance float64) float64 {
	return math.Max(tolerance, c.Expect.Tolerance.Abs+c.Expect.Tolerance.Rel*math.Abs(want))
}

// widerSlope is wider for gradients, of which the format gives fewer digits:
// 1e-8 + 1e-5 |want| where a case has the usual tolerance.
func (c *fixture) widerSlope(want, tolerance float64) float64 {
	if c.Expect.Tolerance.Abs == 1e-7 && c.Expect.Tolerance.Rel == 1e-6 {
		return math.Max(tolerance, 1e-8+1e-5*math.Abs(want))
	}
	return c.wider(want, tolerance)
}

// values compares an unreduced output. A class that the reference leaves out of
// its output has no place in it; in ours it is there with what it adds, nothing.
func (c *fixture) values(t *testing.T, w *work, got []float32, shape []int) {
	t.Helper()
	got = w.kept(got, shape)
	want := c.Expect.Values
	if len(got) != len(want) {
		t.Errorf("there are %d values of shape %v, want %d of shape %v", len(got), shape, len(want), c.Expect.ValuesShape)
		return
	}
	for i := range want {
		if g, x := float64(got[i]), float64(want[i]); !(math.Abs(g-x) <= c.wider(x, 1e-6+1e-6*math.Abs(x))) {
			t.Errorf("values[%d] is %.9g, want %.9g", i, g, x)
			return
		}
	}
}

// gradient compares each element: 1e-6 of the largest + 2e-5 |want|, or the
// case's own if wider. Big cases give samples and norms instead.
func (c *fixture) gradient(t *testing.T, got []float64) {
	t.Helper()
	want, at := c.Expect.Grad, []int(nil)
	largest := 0.0
	if stats := c.Expect.GradStats; stats != nil {
		want, at = c.Expect.GradAt, c.Expect.GradIdx
		largest = float64(stats["maxabs"])
		c.gradientStats(t, got, stats)
		if len(at) != len(want) || len(at) == 0 {
			t.Fatalf("%d samples of the gradient at %d places", len(want), len(at))
		}
	} else if want == nil {
		return // where the subgradient is not unique, or the reference has none
	} else if len(want) != len(got) {
		t.Fatalf("gradient has %d elements, want %d", len(got), len(want))
	}
	for _, x := range want {
		largest = math.Max(largest, math.Abs(float64(x)))
	}
	for k, x := range want {
		i := k
		if at != nil {
			i = at[k]
		}
		x := float64(x)
		if d := math.Abs(got[i] - x); !(d <= c.widerSlope(x, 1e-6*largest+2e-5*math.Abs(x))) {
			t.Errorf("gradient[%d] is %.9g, want %.9g (off by %.3g, the largest is %.3g)", i, got[i], x, d, largest)
			return
		}
	}
}

// gradientStats compares the norms of the whole gradient, each within what the
// tolerance of an element comes to.
func (c *fixture) gradientStats(t *testing.T, got []float64, want map[string]float) {
	t.Helper()
	var sum, l1, l2, top float64
	for _, g := range got {
		sum += g
		l1 += math.Abs(g)
		l2 += g * g
		top = math.Max(top, math.Abs(g))
	}
	n := float64(len(got))
	for _, s := range []struct {
		name            string
		got, scale, abs float64
	}{
		{"sum", sum, l1, n},
		{"l1", l1, l1, n},
		{"l2", math.Sqrt(l2), math.Sqrt(l2), math.Sqrt(n)},
		{"maxabs", top, top, 1},
	} {
		x, ok := want[s.name]
		if !ok {
			t.Errorf("the case has no %s of the gradient", s.name)
			continue
		}
		if d := math.Abs(s.got - float64(x)); !(d <= 1e-6*top*s.abs+2e-5*s.scale) {
			t.Errorf("%s of the gradient is %.9g, want %.9g", s.name, s.got, float64(x))
		}
	}
}

// metric compares a named list of numbers.
func (c *fixture) metric(t *testing.T, name string, got []float64) {
	t.Helper()
	raw, ok := c.Expect.Metrics[name]
	if !ok {
		t.Errorf("the case has no %s", name)
		return
	}
	delete(c.Expect.Metrics, name)
	var want floats
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, want %d", name, len(got), len(want))
	}
	for i, x := range want {
		x := float64(x)
		if !(math.Abs(got[i]-x) <= c.wider(x, 1e-6+1e-6*math.Abs(x))) {
			t.Errorf("%s[%d] is %.9g, want %.9g", name, i, got[i], x)
			return
		}
	}
}

// complete fails where the case has metrics that were not compared.
func (c *fixture) complete(t *testing.T) {
	t.Helper()
	for name := range c.Expect.Metrics {
		t.Errorf("metric %s was not compared", name)
	}
}

// float is a number that may be written "NaN", "Infinity" or "-Infinity".
type float float64

func (f *float) UnmarshalJSON(b []byte) error {
	s, err := strconv.Unquote(string(b))
	if err != nil {
		s = string(b)
	}
	x, err := strconv.ParseFloat(s, 64)
	*f = float(x)
	return err
}

// floats is a list of numbers, or one alone.
type floats []float

func (f *floats) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]float)(f))
	}
	*f = make(floats, 1)
	return json.Unmarshal(b, &(*f)[0])
}

func (f floats) float32s() []float32 {
	out := make([]float32, len(f))
	for i, x := range f {
		out[i] = float32(x)
	}
	return out
}

func (f floats) int32s() []int32 {
	out := make([]int32, len(f))
	for i, x := range f {
		out[i] = int32(x)
	}
	return out
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// bigInputs are arrays too long to be written as decimals, read when first used.
type bigInputs struct {
	path   string
	arrays map[string]struct {
		Dtype string
		Scale float64
		Shape []int
		Data  string
	}
}

func newBigInputs(path string) *bigInputs { return &bigInputs{path: path} }

func (b *bigInputs) read(t *testing.T, name string) floats {
	t.Helper()
	if b.arrays == nil {
		readJSON(t, b.path, &b.arrays)
	}
	a, ok := b.arrays[name]
	if !ok {
		t.Fatalf("%s has no array %s", b.path, name)
	}
	raw, err := base64.StdEncoding.DecodeString(a.Data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var out floats
	switch a.Dtype {
	case "int16le":
		for i := 0; i+1 < len(raw); i += 2 {
			out = append(out, float(float64(int16(binary.LittleEndian.Uint16(raw[i:])))*a.Scale))
		}
	case "uint8":
		for _, x := range raw {
			out = append(out, float(float64(x)*a.Scale))
		}
	default:
		t.Fatalf("%s is of dtype %s", name, a.Dtype)
	}
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	if n != len(out) {
		t.Fatalf("%s has %d elements, its shape is %v", name, len(out), a.Shape)
	}
	return out
}

// resolve reads what the case refers to.
func (c *fixture) resolve(t *testing.T, big *bigInputs) {
	t.Helper()
	if c.PredRef != "" {
		c.Pred = big.read(t, c.PredRef)
	}
	if c.TargetRef != "" {
		c.Target = big.read(t, c.TargetRef)
	}
}
