package losses

// Result is what one loss or metric says of an input.
type Result struct {
	Value    float64
	PerClass []float64      // nil where there is none; NaN where a class has no pixel
	Valid    int            // pixels counted
	Params   map[string]any // as used; shared by all results of a Spec, not to be written to
	Warnings []Warning
	Extra    map[string][]float64 // further numbers of a metric
}

// Warning is something that a caller should know of a number.
type Warning struct{ Code, Message string }

// Out is where the wanted planes of one result go; nil is not wanted. None may
// share memory with the input or with each other.
type Out struct {
	Gradient []float32 // d value / d prediction.data, of its length
	Heatmap  []float32 // [N,(D,)H,W], sums to the value
	Values   []float32 // of the length of ValuesShape
}

// A Job is a set of losses and metrics on one input, ready to run: Scan any
// ranges of its blocks in any order into states, Merge them, Finish the sum into
// numbers, and Spread these over the pixels. Losses that are no sums do all of
// their work in Finish.
type Job struct {
	in      Input
	specs   []Spec
	terms   []*term
	views   []*group
	state   int
	scratch *Scratch
	done    bool
	mapped  bool  // some weights were made of the input
	outs    []Out // of a Run that spreads while it sums
}

// term is one loss of one spec: a spec is one term, or several if Compound.
type term struct {
	spec      int
	weight    float64
	loss      any
	options   Options
	group     *group
	on        []bool
	at        int  // of its own state
	alone     bool // the only term of its spec
	form      termForm
	exact     bool  // a region term that needs the digits of small errors
	pixel     Pixel // the loss, if it is one; what else it is, nil where it is not
	soft      SoftPixel
	logits    OfLogits
	ofLog     func(loss, x, log []float32) // of OfLog
	divisor   Divided
	log       bool // it is a LogLikelihood
	squared   bool // it is -q² u
	modulated bool // it is Modulated
	need      need // of each class
	same      bool // its state is that of a term before it
	even      bool // the two classes of a channel weigh the same
	plain     bool // even, and the cross entropy of logits

	hit, miss   []float64 // d value / d sum of the pixels' losses, per channel
	hitB, missB []float64 // the same for a divisor
	region      []regionSpread
}

type termForm uint8

const (
	hardPixel  termForm = iota // of the true class
	densePixel                 // every class by its share of the target
	bothPixel                  // every channel by its share of target and background
	regionTerm
	planeTerm
	countsTerm
)

// regionSpread is what a region loss does to the pixels of one plane.
type regionSpread struct {
	hit, miss, square, abs float64 // d value / d p where t=1 and t=0; by p², by |p-t|
	fp, fn, even           float64 // share of the heat of p(1-t), (1-p)t and of 1
}

// group is a view with the terms that share its passes.
type group struct {
	view
	mode       string
	terms      []*term
	channels   int
	stats      int // state: pixels that count, all pixels, then per channel the pixels and weights of hit and miss
	sums       int // state of the region sums; -1 where not needed
	squares    bool
	exact      bool     // errors are summed for themselves
	confusion  []matrix // one per threshold
	soft       bool     // the target is numbers
	hard       bool     // some term reads the true class
	dense      bool     // some term reads every class
	complement bool     // some loss of the true class reads 1-p
	need       need     // most that some sum or loss reads of each class
	read       *reader
	p, g, d    [][]float32 // of all classes, for chains: d are those of g, or where these will be
	spread     *spreader
}

// A matrix is the confusion of a threshold, and where it is in the state.
type matrix struct {
	threshold float64
	at        int
}

// errors tells whether errors are always summed: of logits of independent channels they cost nothing more.
func (g *group) errors() bool { return g.act == sigmoidLogits && !g.soft }

// matrixOf is where the confusion of a threshold is in the state, -1 where nowhere.
func (g *group) matrixOf(threshold float64) int {
	for _, m := range g.confusion {
		if m.threshold == threshold {
			return m.at
		}
	}
	return -1
}

// The counted and all pixels of a group; then per channel hit and miss pixels,
// hit and miss weights.
const (
	headSlots = 2
	statSlots = 4
)

// NewJob checks an input against what the losses want and lays out their state.
func NewJob(in Input, specs []Spec) (*Job, error) { return new(Scratch).NewJob(in, specs) }

// NewJob is NewJob with memory that earlier jobs have released.
func (s *Scratch) NewJob(in Input, specs []Spec) (*Job, error) {
	if err := in.Check(); err != nil {
		return nil, err
	}
	j := &Job{in: in, specs: specs, scratch: s}
	for i, s := range specs {
		if err := j.addSpec(i, s); err != nil {
			return nil, err
		}
	}
	j.takeReaders()
	return j, nil
}

func (j *Job) takeReaders() {
	for _, g := range j.views {
		g.read = j.scratch.reader(&j.in, &g.view)
	}
}

// Again readies a released job to run once more, on what its input holds by then. It is false for a job whose weights were made of
// what the input held: that needs a new one.
func (j *Job) Again() (bool, error) {
	if j.mapped {
		return false, nil
	}
	if err := j.in.Check(); err != nil {
		return false, err
	}
	j.done = false
	j.takeReaders()
	return true, nil
}

// Release leaves the memory of a job that is done to the next one.
func (j *Job) Release() {
	for _, g := range j.views {
		if g.read != nil {
			g.read.in, g.read.view, g.read.room = nil, nil, nil
			clear(g.read.z) // parts of the caller's data
			g.read.t = nil  // so may this be; without it begin cuts anew
			j.scratch.readers = append(j.scratch.readers, g.read)
			g.read = nil
		}
	}
}

func (j *Job) addSpec(i int, s Spec) error {
	parts := []Part{{Weight: 1, Loss: s.Loss, Options: s.Options}}
	if c, ok := s.Loss.(Compound); ok {
		parts = c.Parts(s.Options)
	}
	for _, p := range parts {
		_, whole := p.Loss.(Plane)
		_, outer := p.Loss.(Outer)
		if (whole || outer || len(parts) > 1) && s.Options.Reduction != "mean" {
			return fail(CodeOption, "reduction", "is %s, %s is made of a mean", s.Options.Reduction, s.Name)
		}
	}
	mode, err := j.mode(s)
	if err != nil {
		return err
	}
	if c, ok := s.Loss.(interface {
		Check(mode string, channels int) error
	}); ok {
		if err := c.Check(mode, j.in.Prediction.Shape.C); err != nil {
			return err
		}
	}
	if kinds := s.entry.Kinds; kinds != nil {
		ok := false
		for _, k := range kinds {
			ok = ok || k == j.in.Target.Kind
		}
		if !ok {
			return fail(CodeOption, "target.kind", "is %v, %s needs %v", j.in.Target.Kind, s.Name, kinds[0])
		}
	} else if j.in.Target.Kind == Instances {
		return fail(CodeOption, "target.kind", "is instances, %s needs labels or soft", s.Name)
	}
	for _, p := range parts {
		t := &term{spec: i, weight: p.Weight, loss: p.Loss, options: p.Options, alone: len(parts) == 1}
		if err := j.addTerm(t, mode, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// mode settles how the channels of a spec relate.
func (j *Job) mode(s Spec) (string, error) {
	c, mode := j.in.Prediction.Shape.C, s.Options.Mode
	switch {
	case mode == "auto" && c == 1:
		mode = "binary"
	case mode == "auto":
		mode = "multiclass"
		if s.entry.Modes != nil && !contains(s.entry.Modes, mode) && j.perElement() {
			mode = "multilabel"
		}
	case mode == "binary" && c != 1:
		return "", fail(CodeOption, "mode", "is binary, the prediction has %d channels, must have 1", c)
	case mode == "multiclass" && c == 1:
		return "", fail(CodeOption, "mode", "is multiclass, the prediction has 1 channel, must have at least 2")
	}
	if m := s.entry.Modes; m != nil && !contains(m, mode) {
		return "", fail(CodeOption, "mode", "%s is not defined for %s; it is for %s", s.Name, mode, join(m))
	}
	return mode, nil
}

// perElement tells whether the target has one label per channel.
func (j *Job) perElement() bool {
	s := j.in.Prediction.Shape
	return j.in.Target.Kind == Soft || j.in.Target.Labels.Len() == s.Len()
}

func join(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += ", "
		}
		out += s
	}
	return out
}

func (j *Job) addTerm(t *term, mode, name string) error {
	in, c := &j.in, j.in.Prediction.Shape.C
	_, counts := t.loss.(Counts)
	sigmoid := mode != "multiclass"
	if s, ok := t.loss.(Sigmoids); ok && s.Sigmoids() {
		sigmoid = true
	}
	v := view{smoothing: t.options.LabelSmoothing, weight: in.Weight}
	switch {
	case in.Prediction.Form == Classes && !counts:
		return fail(CodeOption, "prediction.form", "is labels, %s needs logits or probs", name)
	case sigmoid && in.Prediction.Form == Logits:
		v.act = sigmoidLogits
	case sigmoid:
		v.act = sigmoidProbs
	case in.Prediction.Form == Logits:
		v.act = softmaxLogits
	default:
		v.act = softmaxProbs
	}
	v.perPixel = sigmoid && mode == "multiclass"
	if in.Target.Kind != Soft {
		want := c
		if mode == "multiclass" {
			want = 1
		}
		if px := in.Prediction.Shape.N * in.Prediction.Shape.Pixels(); in.Target.Labels.Len() != px*want {
			return fail(CodeShape, "target.shape", "has %d labels, mode %s wants %d: %s", in.Target.Labels.Len(), mode, px*want,
				map[bool]string{true: "one per pixel", false: "one per channel and pixel"}[want == 1])
		}
	}
	if in.Prediction.Form == Classes {
		if err := in.checkPredictedShape(mode); err != nil {
			return err
		}
	}
	if onLogits(t.loss) && in.Prediction.Form != Logits {
		return fail(CodeOption, "prediction.form", "is %v, %s needs logits", in.Prediction.Form, name)
	}
	if _, ok := t.loss.(Plane); ok && in.Weight != nil {
		return fail(CodeOption, "weight", "%s does not weigh pixels", name)
	}
	if o, ok := t.loss.(interface{ Halves() bool }); ok {
		v.half = o.Halves()
	}
	if m, ok := t.loss.(Mapped); ok {
		w, err := m.Map(in, &t.options)
		if err != nil {
			return err
		}
		v.weight = w
		j.mapped = true
	}
	if err := t.checkClasses(c, sigmoid, mode); err != nil {
		return err
	}
	g := j.group(v, mode)
	t.group = g
	g.terms = append(g.terms, t)
	j.terms = append(j.terms, t)
	j.layOut(t, g)
	g.need = max(g.need, t.need)
	return nil
}

// checkClasses settles which classes count.
func (t *term) checkClasses(c int, sigmoid bool, mode string) error {
	o := &t.options
	for _, i := range o.Classes.List {
		if i < 0 || i >= c && !(c == 1 && i == 1) {
			return fail(CodeOption, "classes", "has %d, the prediction has %d", i, c)
		}
	}
	if c == 1 && o.Classes.List != nil {
		if o.Classes.List[0] != 1 && o.Classes.List[0] != 0 || len(o.Classes.List) > 1 {
			return fail(CodeOption, "classes", "is %v, one channel has only the foreground: [1]", o.Classes.List)
		}
		o.Classes.List = []int{0}
	}
	if n := len(o.ClassWeights); n > 0 && n != c && !(c == 1 && n == 2) {
		return fail(CodeOption, "classWeights", "has %d numbers, must have one per class: %d", n, c)
	}
	_, region := t.loss.(Region)
	if region && o.Scope == "pooled" && o.ClassWeights != nil {
		return fail(CodeOption, "classWeights", "have no meaning where scope is pooled")
	}
	if region && c == 1 && len(o.ClassWeights) == 2 {
		return fail(CodeOption, "classWeights", "has 2 numbers, one channel has only the foreground: 1")
	}
	t.on = o.counts(c, nil)
	return nil
}

// group finds the view, or adds it.
func (j *Job) group(v view, mode string) *group {
	for _, g := range j.views {
		if g.act == v.act && g.perPixel == v.perPixel && g.smoothing == v.smoothing && g.half == v.half && sameSlice(g.weight, v.weight) {
			return g
		}
	}
	g := &group{view: v, mode: mode, channels: j.in.Prediction.Shape.C, sums: -1, stats: -1, soft: j.in.Target.Kind == Soft}
	j.views = append(j.views, g)
	g.stats = j.reserve((headSlots + statSlots*g.channels) * slot)
	return g
}

func sameSlice(a, b []float32) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

func (j *Job) reserve(n int) int {
	at := j.state
	j.state += n
	return at
}

// Region sums per plane. Of logits and a hard target the errors are summed, and TP
// is what FN lacks of T. Of others TP and P are summed, and the errors are got by
// subtraction. An exact group sums all of them, for terms that need the digits.
const (
	sumTP = iota // Σ w p t
	sumP         // Σ w p
	sumT         // Σ w t
	sumN         // Σ w
	sumFP        // Σ w p (1-t)
	sumFN        // Σ w (1-p) t
	sumPP        // Σ w p²
	sumTT        // Σ w t²
	sumD         // Σ w |p-t|
	regionSums
)

// layOut reserves the state of a term and says how it is read.
func (j *Job) layOut(t *term, g *group) {
	switch l := t.loss.(type) {
	case Pixel:
		t.settle(l)
		one := false
		if o, ok := l.(OneVsRest); ok {
			one = o.OneVsRest()
		}
		switch {
		case g.act.sigmoid() && (g.soft || g.smoothing > 0), one && !g.act.sigmoid():
			t.form, t.need, g.dense = bothPixel, andLogQ, true
		case g.soft || g.smoothing > 0:
			t.form, g.dense = densePixel, true
			if t.modulated {
				t.need = andQ
			}
		default:
			t.form, g.hard = hardPixel, true
			_, weighs := l.(Weigher)
			if e, ok := l.(Even); ok {
				weighs = !e.Even()
			}
			t.even = !weighs && g.act.sigmoid() && !g.perPixel && len(t.options.ClassWeights) < 2
			t.plain = t.even && t.log && g.act == sigmoidLogits
			g.complement = g.complement || t.modulated
		}
		if o := g.twin(t); o != nil {
			t.at, t.same = o.at, true
			return
		}
		slots := 2 * g.channels
		if t.divided() {
			slots *= 2
		}
		t.at = j.reserve(slots * slot)
	case Region, Joint:
		t.form, t.need, g.dense = regionTerm, andQ, true
		if s, ok := l.(Squarer); ok && s.Squares() {
			g.squares = true
			g.exact = g.exact || !g.soft // |p-t| is p or q
		}
		t.exact = exact(l)
		g.exact = g.exact || t.exact || t.options.Heatmap && !g.errors()
		// The sums are shared by all region losses of the group and always have
		// room for the squares, so that a later term may ask for them.
		if g.sums < 0 {
			g.sums = j.reserve(j.in.Prediction.Shape.N * g.channels * regionSums * slot)
		}
	case Plane:
		t.form = planeTerm
	case Counts:
		t.form = countsTerm
		key := t.options.Threshold
		if !g.act.sigmoid() {
			key = 0
		}
		if g.matrixOf(key) < 0 {
			n := j.in.Prediction.Shape.N * g.channels * 4
			if !g.act.sigmoid() {
				n = j.in.Prediction.Shape.N * g.channels * g.channels
			}
			g.confusion = append(g.confusion, matrix{key, j.reserve(n * slot)})
		}
	}
}

// twin is a term before t that sums the same, nil if there is none: cross entropies
// of independent channels differ in what they make of their sums.
func (g *group) twin(t *term) *term {
	for _, o := range g.terms {
		if o != t && o.form == hardPixel && t.form == hardPixel && o.log && t.log && o.plain == t.plain && o.even == t.even && g.act.sigmoid() {
			return o
		}
	}
	return nil
}

// settle looks once at what a loss is: to ask an interface costs as much as a pass over a few pixels.
func (t *term) settle(l Pixel) {
	t.pixel = l
	t.soft, _ = l.(SoftPixel)
	_, t.log = l.(LogLikelihood)
	if s, ok := l.(Squared); ok {
		t.squared = s.Squared()
	}
	if m, ok := l.(Modulated); ok {
		t.modulated = m.Modulated()
	}
	t.logits, _ = l.(OfLogits)
	if o, ok := l.(OfLog); ok {
		t.ofLog = o.OfLog()
	}
	if d, ok := l.(Divided); ok && d.Divisor(nil, nil, nil, nil) {
		t.divisor = d
	}
}

func (t *term) divided() bool { return t.divisor != nil }

// Results is the number of results.
func (j *Job) Results() int { return len(j.specs) }

// Blocks is the number of blocks of all images.
func (j *Job) Blocks() int {
	s := j.in.Prediction.Shape
	return s.N * blocksOf(s.Pixels())
}

// StateLen is the length of a state.
func (j *Job) StateLen() int { return j.state }

// ValuesShape is the shape of result i's values, nil unless its reduction is
// none: [N,D,H,W] or [N,C,D,H,W] of a pixel loss, [N,classes] of a ratio.
func (j *Job) ValuesShape(i int) []int {
	if j.specs[i].Options.Reduction != "none" {
		return nil
	}
	s := j.in.Prediction.Shape
	for _, t := range j.terms {
		if t.spec != i {
			continue
		}
		on := 0
		for _, b := range t.on {
			if b {
				on++
			}
		}
		switch {
		case t.form == regionTerm:
			shape := []int{s.N, on}
			if _, ok := t.loss.(Joint); ok {
				shape[1] = 1
			}
			switch t.options.Scope {
			case "batch":
				return shape[1:]
			case "pooled":
				return []int{1}
			}
			return shape
		case t.form <= bothPixel && t.group.act.sigmoid(), t.form == bothPixel:
			return []int{s.N, s.C, s.D, s.H, s.W}
		case t.form <= bothPixel:
			return []int{s.N, s.D, s.H, s.W}
		}
	}
	return nil
}
