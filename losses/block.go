package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// blocksOf is the number of blocks of a plane.
func blocksOf(px int) int { return (px + vec.Block - 1) / vec.Block }

// blockRange is where block b of a plane begins, and its size.
func blockRange(b, px int) (at, size int) {
	at = b * vec.Block
	return at, min(vec.Block, px-at)
}

// padded rounds a size up to what the kernels take.
func padded(n int) int { return (n + vec.Step - 1) / vec.Step * vec.Step }

// How a view makes probabilities of scores.
type activation uint8

const (
	softmaxLogits activation = iota
	softmaxProbs             // probabilities of exclusive classes, given
	sigmoidLogits
	sigmoidProbs
)

func (a activation) sigmoid() bool { return a >= sigmoidLogits }

// A view is one way to read an input: its activation, and where the target of a
// plane comes from. Losses with the same view share its passes.
type view struct {
	act       activation
	perPixel  bool      // sigmoids: labels are per pixel, and channel c is hit by label c
	weight    []float32 // of each pixel, nil for ones
	smoothing float64   // of the target
	half      bool      // two classes: smoothing by halves
}

// A reader loads blocks of one view. Everything has the padded length, with
// weight 0 and label -1 beyond the end.
type reader struct {
	in    *Input
	view  *view
	shape Shape

	at, size, n int // of the block: first pixel, pixels, padded size
	image       int

	z          [][]float32 // scores, per class
	m, rest    []float32   // softmax
	arg        []int32
	labels     []int32   // hard
	t          []float32 // dense: the target of one class
	w          []float32 // nil where every pixel of the block weighs 1
	valid      int       // pixels that count
	counted    int       // pixels of the class of a channel; -1 where not yet known
	settled    bool      // the ignored pixels of a block, still with the label -1, are certain zeros
	p, q       []float32 // of one class
	u, v       []float32 // log p and log q of one class, or u of the true class
	loss, rise []float32
	risen      *term // of which rise is the slope, by what term gives it by; nil if of none
	ones       []float32
	haveU      bool // r.u is of the true class
	haveQ      bool // r.q is
	haveP      bool // r.p is that of the channel's logits
	faded      bool // r.e is e^-|x| of the channel, or of a softmax log(1+rest)
	e          []float32
	hits       []float64 // weight of the pixels of each class, after scanStats

	// What is wanted of a softmax: what is of the true class, the probability of
	// each class, and what is of any by the largest logit; keep also the exponential
	// of each class by it.
	bare, parts, shifted, keep bool
	room                       []float32    // a gradient that is not yet written, to keep them in
	near                       bool         // grown holds, and what is made of it
	grown                      [][]float32  // e^z of each class, and zeros up to a multiple of four
	own, other                 []float32    // e^z, or e^(z-m), of the true class and of all others
	top, low                   []float32    // the largest e^z and the sum of all others
	few                        [3][]float32 // e^z of each of at most three classes, until own and other are made of it
	spread                     bool         // the gradient is there already
	count                      []int32      // labels of the block: ignored, then of each class
	seen                       []int32      // the classes that the block has
	haveTurns                  bool         // mem.turns are those of the labels

	mem struct {
		kept, z                                             [][]float32
		grown                                               []float32
		own, other, top, low, none                          [vec.Block]float32 // none stays zero
		m, rest, t, w, p, q, u, v, e, loss, rise, ones, tmp [vec.Block]float32
		arg, leading, labels                                [vec.Block]int32
		turns                                               [vec.Block / vec.Step]int32
		settled                                             [vec.Block]float32
		marks                                               [vec.Block]uint8
	}
}

// reader gives a reader of a view of an input: a released one if there is one.
func (s *Scratch) reader(in *Input, v *view) *reader {
	var r *reader
	if n := len(s.readers); n > 0 {
		r, s.readers = s.readers[n-1], s.readers[:n-1]
	} else {
		r = new(reader)
		vec.Fill(r.mem.ones[:], 1)
	}
	r.in, r.view, r.shape = in, v, in.Prediction.Shape
	r.bare, r.parts, r.shifted, r.keep, r.room = false, false, false, false, nil
	r.z, r.hits = grow(r.z, r.shape.C), grow(r.hits, r.shape.C)
	r.mem.z, r.count = grow(r.mem.z, r.shape.C), grow(r.count, r.shape.C+1)
	r.grown = grow(r.grown, (r.shape.C+3)&^3)
	return r
}

// begin sets the sizes of a block.
func (r *reader) begin(image, at, size int) {
	r.image, r.at, r.size, r.n = image, at, size, padded(size)
	r.haveU, r.haveQ, r.haveP, r.faded, r.near, r.counted = false, false, false, false, false, -1
	r.few[0], r.spread, r.settled, r.risen = nil, false, false, nil
	r.p, r.q, r.own = r.mem.p[:r.n], r.mem.q[:r.n], r.mem.own[:r.n]
	if len(r.t) != r.n {
		r.cut(r.n)
	}
}

// cut makes everything that no one points elsewhere have a padded size.
func (r *reader) cut(n int) {
	r.u, r.v = r.mem.u[:n], r.mem.v[:n]
	r.loss, r.rise, r.ones = r.mem.loss[:n], r.mem.rise[:n], r.mem.ones[:n]
	r.labels, r.t = r.mem.labels[:n], r.mem.t[:n]
	r.e = r.mem.e[:n]
	r.m, r.rest, r.arg = r.mem.m[:n], r.mem.rest[:n], r.mem.arg[:n]
	r.other, r.top, r.low = r.mem.other[:n], r.mem.top[:n], r.mem.low[:n]
}

// scores points r.z[c] at the scores of class c, checked.
func (r *reader) scores(c int) error {
	x := r.given(c)
	probs := r.view.act == softmaxProbs || r.view.act == sigmoidProbs
	if probs && !vec.Within01(x) || !probs && !vec.Finite(x) {
		return badScore(r.in.Prediction.Data, probs)
	}
	r.z[c] = x
	return nil
}

// given is the scores of class c, of the padded length.
func (r *reader) given(c int) []float32 {
	px := r.shape.Pixels()
	start := (r.image*r.shape.C+c)*px + r.at
	x := r.in.Prediction.Data[start : start+r.size]
	if r.size < r.n {
		if r.mem.z[c] == nil {
			r.mem.z[c] = make([]float32, vec.Block)
		}
		tail := r.mem.z[c][:r.n]
		copy(tail, x)
		for i := r.size; i < r.n; i++ {
			tail[i] = x[0]
		}
		x = tail
	}
	return x
}

// badScore names the first score that cannot be.
func badScore(data []float32, probs bool) error {
	for i, x := range data {
		if x != x || x > math.MaxFloat32 || x < -math.MaxFloat32 {
			return fail(CodeValue, "prediction.data", "is %v at index %d, must be finite", x, i)
		}
	}
	for i, x := range data {
		if probs && !(x >= 0 && x <= 1) {
			hint := ""
			if x > 1 && x <= 255 {
				hint = "; divide a 0..255 mask by 255, or pass it as labels"
			}
			return fail(CodeDomain, "prediction.data", "is %v at index %d, a probability must be in [0, 1]%s", x, i, hint)
		}
	}
	return fail(CodeValue, "prediction.data", "changed while it was read")
}

// sigmoid loads one channel of a block.
func (r *reader) sigmoid(image, c, at, size int) error {
	r.begin(image, at, size)
	return r.scores(c)
}

// target loads labels and weights of a block: of channel c where the view is of
// sigmoids. Padding and ignored pixels have the label -1 and the weight 0.
func (r *reader) target(c int) error {
	t := &r.in.Target
	px := r.shape.Pixels()
	pixel := r.image*px + r.at
	r.valid = r.size
	var w []float32
	if r.view.weight != nil {
		w = r.view.weight[pixel : pixel+r.size]
	}
	if t.Kind == Soft {
		r.soft(c)
		if w == nil && r.size == r.n {
			r.w = nil
			return nil
		}
	} else {
		start := pixel
		if r.view.act.sigmoid() && !r.view.perPixel {
			start = (r.image*r.shape.C+c)*px + r.at
		}
		if err := r.hard(start); err != nil {
			return err
		}
		if w == nil && r.valid == r.n {
			r.w = nil
			return nil
		}
	}
	r.w = r.mem.w[:r.n]
	switch {
	case w == nil && t.Kind != Soft:
		vec.Choose(r.w, r.labels, -1, 0, 1)
		return nil
	case w == nil:
		copy(r.w, r.ones)
	default:
		copy(r.w, w)
	}
	clear(r.w[r.size:])
	if t.Kind != Soft && r.valid < r.size {
		vec.MulUnless(r.w, r.w, r.ones, r.mem.none[:r.n], r.labels, -1)
	}
	return nil
}

// hard loads labels from an index of the target on.
func (r *reader) hard(start int) error {
	t, end := &r.in.Target, start+r.size
	lo, hi := t.Labels.read(r.labels, start, end, r.in.Ignore)
	most := int32(r.shape.C) - 1
	if r.view.act.sigmoid() && !r.view.perPixel {
		most = 1
	}
	if t.Kind == Instances {
		most = math.MaxInt32
	}
	if lo < 0 || hi > most {
		return badLabel(t, r.in.Ignore, most)
	}
	if t.Kind == Instances {
		for i, l := range r.labels {
			r.labels[i] = min(l, 1)
		}
		lo, hi = 0, 1
	}
	if len(r.in.Ignore) > 0 {
		r.valid = r.n - vec.Count(r.labels, -1)
	}
	if !r.view.act.sigmoid() {
		r.census(max(lo, 0), min(hi, int32(r.shape.C)-1))
	}
	return nil
}

// badLabel names the first label that is no class.
func badLabel(t *Target, ignore []int32, most int32) error {
	for i := range t.Labels.Len() {
		l := t.Labels.At(i)
		if (l < 0 || l > most) && !has(ignore, l) {
			hint := ""
			if l == 255 && most == 1 {
				hint = "; a 0..255 mask must become 0 and 1"
			}
			return fail(CodeLabel, "target.data", "is %d at index %d, must be in [0, %d] or ignored%s", l, i, most, hint)
		}
	}
	return fail(CodeLabel, "target.data", "changed while it was read")
}

func has(list []int32, x int32) bool {
	for _, e := range list {
		if e == x {
			return true
		}
	}
	return false
}

// soft points r.t at the target of class c as numbers, of the padded length.
//
//go:noinline
func (r *reader) soft(c int) {
	px := r.shape.Pixels()
	start := (r.image*r.shape.C+c)*px + r.at
	r.t = r.in.Target.Soft[start : start+r.size]
	if r.size < r.n {
		t := r.mem.t[:r.n]
		copy(t, r.t)
		clear(t[r.size:])
		r.t = t
	}
}

// denseTarget makes r.t the target of class c: soft, or hard with smoothing.
func (r *reader) denseTarget(c int) {
	hard := r.in.Target.Kind != Soft
	if hard {
		vec.Hits(r.t, r.labels, r.class(c))
	} else if !r.view.act.sigmoid() {
		r.soft(c)
	}
	s := float32(r.view.smoothing)
	if s == 0 {
		return
	}
	scale, add := 1-s, s/float32(r.shape.C)
	if r.view.act.sigmoid() {
		scale, add = 1-float32(2*s), s
		if r.view.half {
			scale, add = 1-s, s/2
		}
	}
	t := r.mem.t[:r.n]
	vec.Line(t, r.t, scale, add)
	r.t = t
}

// class is the label that hits channel c.
func (r *reader) class(c int) int32 {
	if r.view.act.sigmoid() && !r.view.perPixel {
		return 1
	}
	return int32(c)
}

// probs makes r.p and r.q those of class c.
func (r *reader) probs(c int) {
	r.haveU, r.haveQ = false, false
	switch r.view.act {
	case softmaxLogits:
		r.softmaxClass(c, r.q)
	case sigmoidLogits:
		vec.FadedSigmoid(r.p, r.q, r.fade(c), r.z[c])
		r.haveP = true
	default:
		r.p = r.z[c]
		vec.Sub(r.q, r.ones, r.p)
	}
}

// positives makes r.p that of class c.
func (r *reader) positives(c int) {
	switch {
	case r.haveP:
	case r.view.act == sigmoidLogits:
		vec.FadedSigmoid(r.p, nil, r.fade(c), r.z[c])
		r.haveP = true
	default:
		r.probs(c)
	}
}

// fade makes r.e e^-|x| of the channel's logits, once.
func (r *reader) fade(c int) []float32 {
	if !r.faded {
		vec.Fade(r.e, r.z[c])
		r.faded = true
	}
	return r.e
}

// probability is probs, without r.q where it need not be.
func (r *reader) probability(c int, complement bool) {
	if complement || r.in.Target.Kind == Soft {
		r.probs(c)
		return
	}
	switch r.view.act {
	case softmaxLogits:
		r.haveU, r.haveQ = false, false
		r.softmaxClass(c, nil)
	case sigmoidLogits:
		r.positives(c)
	default:
		r.haveU, r.haveQ = false, false
		r.p = r.z[c]
	}
}

// What a loss of every class reads of each, of these all up to one.
type need uint8

const (
	logP need = iota
	andP
	andQ    // 1-p
	andLogQ // log(1-p)
)

// logs makes what is needed of class c: r.u, r.p, r.q and r.v.
func (r *reader) logs(c int, n need) {
	if r.view.act != softmaxLogits {
		r.probs(c)
	}
	switch r.view.act {
	case softmaxLogits:
		r.haveU, r.haveQ = false, false
		switch {
		case n >= andQ:
			r.shiftedClass(c, r.q)
			vec.Lack(r.q, r.p, r.q)
		case n == andP:
			r.shiftedClass(c, nil)
		}
		vec.LogSoftmaxClass(r.u, r.z[c], r.m, r.whole())
		if n == andLogQ {
			vec.Log(r.v, r.q)
		}
	case sigmoidLogits:
		vec.LogSigmoid(r.u, r.v, r.z[c])
	default:
		logClamped(r.u, r.p)
		if n == andLogQ {
			logClamped(r.v, r.q)
		}
	}
}

// trueClass makes r.u and, where wanted, r.q the log-probability of the true
// class and its complement; labels that count nowhere give some finite number.
// Of given probabilities r.p is that of the true class.
func (r *reader) trueClass(c int, complement bool) {
	if r.view.act == sigmoidLogits {
		r.trueLog(c)
		if complement {
			r.trueLack(c)
		}
		return
	}
	if r.near {
		r.trueNear(complement)
		return
	}
	if r.haveU && (r.haveQ || !complement) {
		return
	}
	r.p = r.mem.p[:r.n] // it may have been the caller's
	r.q = r.mem.q[:r.n]
	switch r.view.act {
	case softmaxLogits:
		if !r.haveU || !r.keep {
			vec.GatherTrue(r.p, r.z, r.labels)
			vec.LogSoftmaxClass(r.u, r.p, r.m, r.whole())
		}
		r.haveU, r.haveQ = true, complement
		if complement {
			if r.keep {
				vec.GatherTrue(r.own, r.mem.kept[:r.shape.C], r.labels)
			} else {
				vec.Drop(r.own, r.p, r.m)
			}
			vec.Others(r.other, r.own, r.rest)
			vec.LackPart(r.q, r.own, r.other)
		}
		return
	case softmaxProbs:
		vec.GatherTrue(r.p, r.z, r.labels)
		vec.Sub(r.q, r.ones, r.p)
	default:
		vec.TrueOfTwo(r.p, r.q, r.z[c], r.labels, r.class(c))
	}
	logClamped(r.u, r.p)
	r.haveU, r.haveQ = true, true
}

// whole makes r.e log(1+rest), once.
func (r *reader) whole() []float32 {
	if !r.faded {
		vec.Log1p(r.e, r.rest)
		r.faded = true
	}
	return r.e
}

// sides are the labels of a channel, 1 for a hit.
func (r *reader) sides(c int) []int32 {
	k := r.class(c)
	if k == 1 {
		return r.labels
	}
	sides := r.mem.arg[:r.n]
	for i, l := range r.labels {
		sides[i] = 0
		if l == k {
			sides[i] = 1
		}
	}
	return sides
}

// trueLog makes r.u of logits of one channel.
func (r *reader) trueLog(c int) {
	if !r.haveU {
		vec.FadedLog(r.u, r.fade(c), r.z[c], r.sides(c), 1)
		r.haveU = true
	}
}

// trueLack makes r.q of logits of one channel.
func (r *reader) trueLack(c int) {
	if !r.haveQ {
		r.q = r.mem.q[:r.n]
		vec.FadedLack(r.q, r.fade(c), r.z[c], r.sides(c))
		r.haveQ = true
	}
}

// ofLogits tells whether term gives the slope by the logit of the true class.
func (r *reader) ofLogits(t *term) bool {
	return t.logits != nil && (r.view.act == sigmoidLogits || r.view.act == softmaxLogits)
}

// term gives a loss of the true class of channel c, after trueClass.
func (r *reader) term(t *term, loss, slope []float32, c int) {
	if !r.ofLogits(t) {
		t.pixel.Term(loss, slope, r.u, r.q)
		return
	}
	var p, v []float32
	if slope != nil {
		p = r.mem.tmp[:r.n]
	}
	if t.logits.NeedsLogs() {
		v = r.v
	}
	switch {
	case r.view.act == sigmoidLogits:
		if v != nil {
			vec.FadedLog(v, r.fade(c), r.z[c], r.sides(c), 0)
		}
		if p != nil {
			vec.FadedPart(p, r.fade(c), r.q)
		}
	default:
		if v != nil {
			vec.LogPart(v, r.other, r.own)
		}
		if p != nil {
			vec.LackPart(p, r.other, r.own)
		}
	}
	t.logits.TermOfLogits(loss, slope, r.u, p, r.q, v)
}

// logClamped is log p, at least -100 as torch has it.
func logClamped(dst, p []float32) {
	vec.Log(dst, p)
	vec.AtLeast(dst, dst, -100)
}
