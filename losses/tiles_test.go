package losses

import (
	"fmt"
	"math"
	"testing"
)

// Sums add up: however an input is cut, and in whatever order the parts come.

// However the blocks of a sum are shared out, and in whatever order the parts
// are merged, the bits are the same.
func TestTilesMakeTheSameBits(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			// three blocks and a rest for each plane
			for _, s := range append(samples(e, 2, 1, 41, 76), wide(e, 2, 1, 41, 76)...) {
				whole, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				for cut := 1; cut <= 3; cut++ {
					spec := whole.spec
					spec.Options.Heatmap = e.Kind == "loss" // known before the scan
					job, err := NewJob(s.in, []Spec{spec})
					if err != nil {
						t.Fatal(err)
					}
					out := outOf(e, job, s.in)
					result := inTiles(t, job, out, uint64(cut), cut)
					result.Params = whole.result.Params
					if d := differ(whole.result, result); d != "" {
						t.Fatalf("%s in tiles of %d: %s", s.name, cut, d)
					}
					if d := differOut(out, whole.out); d != "" {
						t.Fatalf("%s in tiles of %d: %s", s.name, cut, d)
					}
				}
			}
		})
	}
}

// differOut tells where planes differ by a bit first, "" where they do not.
func differOut(got, want Out) string {
	for _, p := range []struct {
		name      string
		got, want []float32
	}{{"gradient", got.Gradient, want.Gradient}, {"heatmap", got.Heatmap, want.Heatmap}, {"values", got.Values, want.Values}} {
		if i := firstDifference(p.got, p.want); i >= 0 {
			return fmt.Sprintf("%s[%d] is %v, want %v", p.name, i, p.got[i], p.want[i])
		}
	}
	return ""
}

// inTiles scans and spreads tiles of some blocks each, in random order.
func inTiles(t *testing.T, job *Job, out Out, seed uint64, blocks int) Result {
	t.Helper()
	g := lcg(seed)
	var tiles [][2]int
	for from := 0; from < job.Blocks(); from += blocks {
		tiles = append(tiles, [2]int{from, min(from+blocks, job.Blocks())})
	}
	total := make([]float64, job.StateLen())
	for _, i := range g.shuffle(len(tiles)) {
		state := make([]float64, job.StateLen())
		if err := job.Scan(tiles[i][0], tiles[i][1], state); err != nil {
			t.Fatal(err)
		}
		Merge(total, state)
	}
	results, err := job.Finish(total, []Out{out})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range g.shuffle(len(tiles)) {
		if err := job.Spread(tiles[i][0], tiles[i][1], []Out{out}); err != nil {
			t.Fatal(err)
		}
	}
	return results[0]
}

// differ names the first difference in bits of two results.
func differ(a, b Result) string {
	if !sameBits(a.Value, b.Value) {
		return fmt.Sprintf("value %v and %v", a.Value, b.Value)
	}
	if a.Valid != b.Valid {
		return fmt.Sprintf("valid %d and %d", a.Valid, b.Valid)
	}
	if len(a.PerClass) != len(b.PerClass) {
		return fmt.Sprintf("%d and %d classes", len(a.PerClass), len(b.PerClass))
	}
	for i := range a.PerClass {
		if !sameBits(a.PerClass[i], b.PerClass[i]) {
			return fmt.Sprintf("class %d: %v and %v", i, a.PerClass[i], b.PerClass[i])
		}
	}
	return ""
}

func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

func firstDifference(a, b []float32) int {
	if len(a) != len(b) {
		return 0
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) && !(a[i] != a[i] && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

// The images of a batch, one at a time through a tally, give what the batch gives.
func TestTallyGivesTheBatch(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		if !e.Sum() {
			continue
		}
		if _, mapped := e.Loss.(Mapped); mapped {
			continue // the weight map of a tile ends at its border
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 4, 1, 5, 7) {
				whole, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				if whole.spec.Options.Average == "jointImagewise" {
					continue // needs all images at once, and says so
				}
				results := tallied(t, whole.spec, inImages(s.in))
				if !nearly(whole.result.Value, results.Value, 1e-9) {
					t.Errorf("%s: in one %v, one by one %v", s.name, whole.result.Value, results.Value)
				}
				if results.Valid != whole.result.Valid {
					t.Errorf("%s: valid is %d, want %d", s.name, results.Valid, whole.result.Valid)
				}
			}
		})
	}
}

// Rows of an image as inputs of their own give what the image gives, where the
// sums run over all that is given.
func TestRowsGiveTheImage(t *testing.T) {
	for i := range Registry {
		e := &Registry[i]
		if !e.Sum() {
			continue
		}
		if _, mapped := e.Loss.(Mapped); mapped {
			continue // the weight map of a tile ends at its border
		}
		more := map[string]any{}
		table := e.table()
		if _, ok := table["scope"]; ok {
			more["scope"] = "batch"
		}
		if _, ok := table["average"]; ok {
			more["average"] = "micro"
			if !possible(e, samples(e, 1, 1, 2, 2)[0].with(more)) {
				more["average"] = "joint"
			}
		}
		t.Run(e.Name, func(t *testing.T) {
			for _, s := range samples(e, 1, 1, 6, 11) {
				s := s.with(more)
				whole, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				if got := tallied(t, whole.spec, inRows(s.in)); !nearly(whole.result.Value, got.Value, regrouped) {
					t.Errorf("%s: whole %v, in rows %v", s.name, whole.result.Value, got.Value)
				}
			}
		})
	}
}

// regrouped is how far two float32 sums of the same terms may lie apart that
// group them differently.
const regrouped = 1e-6

func nearly(a, b, relative float64) bool {
	return sameBits(a, b) || math.Abs(a-b) <= relative*math.Max(0.1, math.Max(math.Abs(a), math.Abs(b)))
}

// tallied adds inputs to two tallies by turns and merges them.
func tallied(t *testing.T, spec Spec, parts []Input) Result {
	t.Helper()
	var two [2]*Tally
	for i := range two {
		tally, err := NewTally([]Spec{spec})
		if err != nil {
			t.Fatal(err)
		}
		two[i] = tally
	}
	for i, in := range parts {
		if err := two[i%2].Add(in); err != nil {
			t.Fatal(err)
		}
	}
	if err := two[0].Merge(two[1].State()); err != nil {
		t.Fatal(err)
	}
	results, err := two[0].Result()
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// inImages takes a batch apart into its images.
func inImages(in Input) []Input {
	s := in.Prediction.Shape
	var out []Input
	for n := range s.N {
		from, to := n*s.Pixels(), (n+1)*s.Pixels()
		out = append(out, pick(in, s.N*s.Pixels(), span(from, to), Shape{1, s.C, s.D, s.H, s.W}))
	}
	return out
}

// inRows takes one image apart into its rows.
func inRows(in Input) []Input {
	s := in.Prediction.Shape
	var out []Input
	for y := range s.H {
		out = append(out, pick(in, s.Pixels(), span(y*s.W, (y+1)*s.W), Shape{1, s.C, 1, 1, s.W}))
	}
	return out
}

func span(from, to int) []int {
	out := make([]int, to-from)
	for i := range out {
		out[i] = from + i
	}
	return out
}

// pick takes pixels of a batch, counted over its images, all of one image each.
func pick(in Input, total int, pixels []int, s Shape) Input {
	old := in.Prediction.Shape
	px := old.Pixels()
	elements := func(per int) []int { // where they are, of arrays of one or per channel
		if per == total {
			return pixels
		}
		var at []int
		for c := range old.C {
			for _, p := range pixels {
				at = append(at, (p/px*old.C+c)*px+p%px)
			}
		}
		return at
	}
	out := in
	out.Prediction.Shape = s
	out.Prediction.Data = take(in.Prediction.Data, elements)
	out.Prediction.Labels = Labels{take(in.Prediction.Labels.U8, elements), take(in.Prediction.Labels.U16, elements), take(in.Prediction.Labels.I32, elements)}
	out.Target.Shape = nil
	out.Target.Soft = take(in.Target.Soft, elements)
	out.Target.Labels = Labels{take(in.Target.Labels.U8, elements), take(in.Target.Labels.U16, elements), take(in.Target.Labels.I32, elements)}
	out.Weight = take(in.Weight, elements)
	return out
}

func take[T any](list []T, elements func(int) []int) []T {
	if list == nil {
		return nil
	}
	at := elements(len(list))
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = list[k]
	}
	return out
}

// A sum does not know where its pixels are.
func TestOrderOfPixelsDoesNotMatter(t *testing.T) {
	each(t, 1, 5, 7, func(t *testing.T, e *Entry, s sample, r ran) {
		if _, mapped := e.Loss.(Mapped); mapped || !e.Sum() || s.options["reduction"] == "none" {
			return
		}
		g := lcg(3)
		shape := s.in.Prediction.Shape
		px := shape.Pixels()
		order := g.shuffle(px)
		moved := s
		var parts []Input
		for n := range shape.N {
			pixels := make([]int, px)
			for i, k := range order {
				pixels[i] = n*px + k
			}
			parts = append(parts, pick(s.in, shape.N*px, pixels, Shape{1, shape.C, shape.D, shape.H, shape.W}))
		}
		moved.in = joined(s.in, parts)
		got, err := run(e, moved)
		if err != nil {
			t.Error(err)
			return
		}
		if !nearly(got.result.Value, r.result.Value, regrouped) {
			t.Errorf("value is %v, and %v in another order", r.result.Value, got.result.Value)
		}
		for i := range got.out.Gradient {
			n, k := i/px, i%px
			a, b := float64(got.out.Gradient[i]), float64(r.out.Gradient[n*px+order[k]])
			if !nearly(a, b, 1e-5) && math.Abs(a-b) > 1e-9 {
				t.Errorf("gradient is %v, and %v in another order", b, a)
				return
			}
		}
	})
}

// joined puts images together to a batch of the shape of one.
func joined(like Input, parts []Input) Input {
	out := like
	out.Prediction.Data, out.Target.Soft, out.Weight = nil, nil, nil
	out.Prediction.Labels, out.Target.Labels = Labels{}, Labels{}
	for _, p := range parts {
		out.Prediction.Data = append(out.Prediction.Data, p.Prediction.Data...)
		out.Prediction.Labels.U8 = append(out.Prediction.Labels.U8, p.Prediction.Labels.U8...)
		out.Target.Soft = append(out.Target.Soft, p.Target.Soft...)
		out.Target.Labels.U8 = append(out.Target.Labels.U8, p.Target.Labels.U8...)
		out.Target.Labels.I32 = append(out.Target.Labels.I32, p.Target.Labels.I32...)
		out.Weight = append(out.Weight, p.Weight...)
	}
	return out
}

// All losses together, in shared passes, are each loss alone, to the bit.
func TestTogetherIsAlone(t *testing.T) {
	for _, mode := range []string{"binary", "multiclass", "multilabel"} {
		t.Run(mode, func(t *testing.T) {
			s := sampleOf(mode, Hard, Logits, 2, 1, 37, 45, 5)
			var specs []Spec
			var outs []Out
			var alone []ran
			for i := range Registry {
				e := &Registry[i]
				if !contains(e.modes(), mode) || !possible(e, s) {
					continue
				}
				r, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", e.Name, err)
				}
				job, err := NewJob(s.in, []Spec{r.spec})
				if err != nil {
					t.Fatal(err)
				}
				alone = append(alone, r)
				specs = append(specs, r.spec)
				outs = append(outs, outOf(e, job, s.in))
			}
			results, err := Evaluate(s.in, specs, outs)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range alone {
				if d := differ(r.result, results[i]); d != "" {
					t.Errorf("%s: %s", r.spec.Name, d)
				}
				if d := differOut(outs[i], r.out); d != "" {
					t.Errorf("%s, alone and together: %s", r.spec.Name, d)
				}
			}
		})
	}
}

// Labels of one, two and four bytes are the same, to the bit: those of bytes have passes of their own, also where a block holds
// an ignored label.
func TestWideLabelsAreBytes(t *testing.T) {
	widen := func(l Labels, bits int) Labels {
		var out Labels
		for _, x := range l.U8 {
			if bits == 16 {
				out.U16 = append(out.U16, uint16(x))
			} else {
				out.I32 = append(out.I32, int32(x))
			}
		}
		return out
	}
	for i := range Registry {
		e := &Registry[i]
		t.Run(e.Name, func(t *testing.T) {
			for _, plain := range append(samples(e, 2, 1, 64, 70), wide(e, 2, 1, 64, 70)...) {
				if plain.in.Target.Kind != Hard {
					continue
				}
				ignored := plain
				ignored.name += " with some ignored"
				ignored.in.Ignore = []int32{77}
				ignored.in.Target.Labels.U8 = append([]uint8(nil), plain.in.Target.Labels.U8...)
				for k := range ignored.in.Target.Labels.U8 {
					if at := k % (64 * 70); at > 1100 && at < 1400 || at == 4470 {
						ignored.in.Target.Labels.U8[k] = 77
					}
				}
				for _, s := range []sample{plain, ignored} {
					bytes, err := run(e, s)
					if err != nil {
						t.Fatalf("%s: %v", s.name, err)
					}
					for _, bits := range []int{16, 32} {
						other := s
						other.in.Target.Labels = widen(s.in.Target.Labels, bits)
						if s.in.Prediction.Form == Classes {
							other.in.Prediction.Labels = widen(s.in.Prediction.Labels, bits)
						}
						r, err := run(e, other)
						if err != nil {
							t.Fatalf("%s: %v", s.name, err)
						}
						if d := differ(bytes.result, r.result) + differ(value(t, s, bytes.spec), value(t, other, bytes.spec)); d != "" {
							t.Errorf("%s in %d bits: %s", s.name, bits, d)
						}
						if d := differOut(r.out, bytes.out); d != "" {
							t.Errorf("%s in %d bits: %s", s.name, bits, d)
						}
					}
				}
			}
		})
	}
}

// value evaluates a sample for its numbers alone.
func value(t *testing.T, s sample, spec Spec) Result {
	t.Helper()
	results, err := Evaluate(s.in, []Spec{spec}, nil)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return results[0]
}

// So is a loss of which only the gradient is wanted, which is made while it is summed, with each other loss.
func TestTwoTogetherAreAlone(t *testing.T) {
	ce := Lookup("ce")
	binary := sampleOf("binary", Hard, Logits, 2, 1, 64, 33, 6)
	weighted := binary
	weighted.name += " with weights"
	weighted.in.Weight = make([]float32, len(binary.in.Prediction.Data))
	for i := range weighted.in.Weight {
		weighted.in.Weight[i] = float32(i%7) / 4
	}
	two := []sample{binary, binary.masked(), weighted}
	for _, row := range []struct {
		e       *Entry
		options map[string]any
		samples []sample
	}{
		{ce, nil, append(wide(ce, 2, 1, 64, 33), sampleOf("multiclass", Hard, Logits, 2, 1, 64, 33, 6))},
		{Lookup("focal"), nil, two},
		{Lookup("focal"), map[string]any{"alpha": 0.25, "gamma": 1.7}, two},
		{Lookup("conservative"), nil, two},
	} {
		for _, s := range row.samples {
			first, err := run(row.e, s.with(row.options))
			if err != nil {
				t.Fatal(err)
			}
			for i := range Registry {
				e := &Registry[i]
				if !contains(e.modes(), s.mode) || !possible(e, s) {
					continue
				}
				second, err := run(e, s)
				if err != nil {
					t.Fatalf("%s: %v", e.Name, err)
				}
				job, err := NewJob(s.in, []Spec{second.spec})
				if err != nil {
					t.Fatal(err)
				}
				for _, with := range []Out{outOf(e, job, s.in), {}} {
					outs := []Out{{Gradient: nans(len(first.out.Gradient))}, with}
					results, err := Evaluate(s.in, []Spec{first.spec, second.spec}, outs)
					if err != nil {
						t.Fatal(err)
					}
					if d := differ(first.result, results[0]) + differ(second.result, results[1]); d != "" {
						t.Errorf("%s, %s with %s: %s", s.name, row.e.Name, e.Name, d)
					}
					if d := differOut(outs[0], Out{Gradient: first.out.Gradient}); d != "" {
						t.Errorf("%s, %s with %s: %s", s.name, row.e.Name, e.Name, d)
					}
					if with.Gradient == nil {
						continue
					}
					if d := differOut(with, second.out); d != "" {
						t.Errorf("%s, %s with %s: %s", s.name, row.e.Name, e.Name, d)
					}
				}
			}
		}
	}
}

// Losses that share sums, with options that part them, are each what they are alone: of logits and of probabilities, without and
// with what keeps a block from the quickest pass.
func TestSharedSumsAreTheirOwn(t *testing.T) {
	var specs []Spec
	for _, row := range []struct {
		name    string
		options map[string]any
	}{
		{"ce", nil}, {"wce", map[string]any{"posWeight": 3.0}}, {"wce", nil}, {"balanced-ce", map[string]any{"balancedBeta": 0.3}},
		{"ce", map[string]any{"classWeights": []float64{0.2, 2}}}, {"combo", map[string]any{"betaCe": 0.7}}, {"dice-ce", nil},
		{"focal", nil}, {"focal", map[string]any{"alpha": 0.25}}, {"focal", map[string]any{"gamma": 1.7, "alpha": 0.6}},
		{"focal", map[string]any{"gamma": 1.7}}, {"focal", map[string]any{"normalized": true}}, {"focal", map[string]any{"reducedThreshold": 0.5}},
		{"conservative", nil}, {"dice", nil}, {"dice", map[string]any{"squaredPred": true}}, {"dice", map[string]any{"logLoss": true}},
		{"focal-tversky", nil}, {"exp-log", nil}, {"iou", nil}, {"iou", map[string]any{"threshold": 0.3}},
	} {
		spec, err := Decode(row.name, row.options)
		if err != nil {
			t.Fatal(err)
		}
		specs = append(specs, spec)
	}
	for _, form := range []Form{Logits, Probs} {
		in := sampleOf("binary", Hard, form, 2, 1, 41, 67, 9).in
		ignored, marked, weighted := in, in, in
		ignored.Ignore = []int32{0}
		marked.Ignore = []int32{-1, 255, 77, 255}
		marked.Target.Labels.U8 = append([]uint8(nil), in.Target.Labels.U8...)
		for i := range marked.Target.Labels.U8 {
			if i%11 == 3 {
				marked.Target.Labels.U8[i] = []uint8{77, 255}[i%2]
			}
		}
		weighted.Weight = make([]float32, 2*41*67)
		for i := range weighted.Weight {
			weighted.Weight[i] = float32(i%7) / 4
		}
		for name, in := range map[string]Input{"plain": in, "ignored": ignored, "marked": marked, "weighted": weighted} {
			together, err := Evaluate(in, specs, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range specs {
				alone, err := Evaluate(in, []Spec{s}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if d := differ(alone[0], together[i]); d != "" {
					t.Errorf("%v, %s, %d, %s: %s", form, name, i, s.Name, d)
				}
			}
		}
	}
}
