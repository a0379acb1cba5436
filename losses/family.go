package losses

// Pixel is a loss of each pixel alone: a function of the log-probability of its
// true class. The class weights, the reduction and the chain back to the scores
// are the same for all of them and are not stated here.
type Pixel interface {
	// Term gives loss[i] and slope[i] = d loss / d u for the log-probability
	// u[i] of the true class and its complement q[i] = 1-p. slope may be nil.
	Term(loss, slope, u, q []float32)
}

// Weigher is a Pixel loss with class weights of its own.
type Weigher interface {
	Weights(w *ClassWeights)
}

// Even is a Weigher that may weigh all classes alike.
type Even interface{ Even() bool }

// Squared is a Pixel loss that may be -q² u.
type Squared interface{ Squared() bool }

// ClassWeights are the weights of one channel each. With a softmax only Hit is
// used: the weight of the pixels of that class. With sigmoids each channel has
// its foreground, Hit, and its background, Miss. They start at 1.
type ClassWeights struct {
	Sigmoid             bool
	Hit, Miss           []float64
	HitCount, MissCount []float64 // counted pixels of each
}

// OneVsRest is a Pixel loss that, with a softmax, sees every class of a pixel as
// a two-class problem of its own.
type OneVsRest interface{ OneVsRest() bool }

// SoftPixel is a Pixel loss whose soft target is not the mixture of its two
// hard ones. Sigmoids only: x is the logit, g the target, slope d loss / d x.
type SoftPixel interface {
	SoftTerm(loss, slope, x, g []float32)
}

// Divided is a Pixel loss divided by a sum of its own, which is differentiated
// too. Divisor has the form of Term and is not weighted.
type Divided interface {
	Divisor(loss, slope, u, q []float32) bool
}

// Mapped is a Pixel loss whose pixel weights come from the target.
type Mapped interface {
	Map(in *Input, o *Options) ([]float32, error)
}

// Sums are the soft confusion of one class over one unit: an image, a batch or
// everything. Every pixel enters by its weight.
type Sums struct {
	TP, FP, FN float64 // Σ p t, Σ p (1-t), Σ (1-p) t
	N          float64 // Σ 1
	PP, TT, D  float64 // Σ p², Σ t², Σ |p-t|; only where Squares asks for them
}

func (s *Sums) add(o Sums) {
	s.TP += o.TP
	s.FP += o.FP
	s.FN += o.FN
	s.N += o.N
	s.PP += o.PP
	s.TT += o.TT
	s.D += o.D
}

// Region is a loss of the sums of one class. d is its derivative by each sum;
// d.N and d.TT are not read.
type Region interface {
	Region(s Sums) (loss float64, d Sums)
}

// Joint is a loss of the sums of all classes of a unit together. It fills d.
type Joint interface {
	Joint(s, d []Sums) float64
}

// Squarer is a Region or Joint loss that may need PP, TT and D.
type Squarer interface{ Squares() bool }

// Outer is a Region loss with a function around the mean over its units.
type Outer interface {
	Outer(mean float64) (value, slope float64)
}

// Plane is a loss that needs whole planes: it sorts them, or measures distances.
type Plane interface {
	Plane(p *Planes) (PlaneResult, error)
}

// OfImages is a Plane loss that may, by its options, be the mean of what each image
// gives: its value, and per class, without the images that have none. Images may
// then be scored apart from each other.
type OfImages interface {
	OfImages(o *Options) bool
}

// Counts is a metric of a confusion matrix.
type Counts interface {
	Counts(c *Confusion, o *Options) (Score, error)
}

// Compound is a weighted sum of other losses.
type Compound interface {
	Parts(o Options) []Part
}

// Part is one loss of a Compound.
type Part struct {
	Weight  float64
	Loss    any
	Options Options
}

// Constant is added to each value of a Region or Joint loss. It stands apart
// because the pixels share it alike, not by their errors.
type Constant interface{ Constant() float64 }

// Sigmoids is a loss that wants independent channels whatever the mode.
type Sigmoids interface{ Sigmoids() bool }

// OnLogits is a Plane loss whose gradient is by the logits themselves.
type OnLogits interface{ OnLogits() bool }

func onLogits(loss any) bool {
	l, ok := loss.(OnLogits)
	return ok && l.OnLogits()
}

// LogLikelihood is a Pixel loss that is -u.
type LogLikelihood interface{ LogLikelihood() }

// Modulated is a Pixel loss whose Term reads q; of any other q is only made to
// chain its slope.
type Modulated interface{ Modulated() bool }

// OfLogits is a Pixel loss whose slope by the logit of the true class, q times that by u, is not made of the latter, as it has
// more digits. p = 1-q is given where slope is wanted, and v = log q if NeedsLogs.
type OfLogits interface {
	TermOfLogits(loss, slope, u, p, q, v []float32)
	NeedsLogs() bool
}

// OfLog is a Pixel loss whose value is a function of x = -u and of log = log2 x, so that several such losses may take one logarithm.
type OfLog interface {
	OfLog() func(loss, x, log []float32)
}

// Exact is a Region loss that may magnify small sums and then wants TP, FP and FN
// with digits of their own.
type Exact interface{ Exact() bool }

func exact(loss any) bool {
	l, ok := loss.(Exact)
	return ok && l.Exact()
}
