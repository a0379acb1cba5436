package losses

// Options are shared by all losses and metrics; which of them one takes is in
// its registry row, and giving it another is an error. The empty string, nil
// and the zero of a choice mean the default of the loss.
type Options struct {
	Mode              string    `js:"mode" enum:"auto|binary|multiclass|multilabel" doc:"how channels relate: one foreground, one class of many, or independent classes; auto: binary for one channel, multiclass for more"`
	Preset            string    `js:"preset" enum:"|monai|smp|nnunet|torch|author" doc:"the conventions of another implementation, as defaults of the other options"`
	Reduction         string    `js:"reduction" enum:"mean|sum|none" doc:"how terms become one number; none also gives each in values, and their sum as value"`
	Scope             string    `js:"scope" enum:"image|batch|pooled" doc:"over what the sums of a ratio run: each class of each image, each class of the batch, or everything"`
	ClassWeights      []float64 `js:"classWeights" min:"0" doc:"one weight per class"`
	ClassWeightMode   string    `js:"classWeightMode" enum:"multiply|normalized" doc:"multiply the loss of a class and take the plain mean, or divide by the sum of the weights"`
	Classes           Choice    `js:"classes" doc:"the classes that count: a list, all, or present (those that the target holds)"`
	IncludeBackground bool      `js:"includeBackground" doc:"whether class 0 counts"`
	LabelSmoothing    float64   `js:"labelSmoothing" min:"0" max:"1" doc:"share of the target spread over all classes (two classes: over the other one)"`
	Denominator       string    `js:"denominator" enum:"|weightSum|valid|count|allPixels" doc:"what a mean divides by: the weights of the counted pixels, their number (valid, count), or all pixels with the ignored ones"`
	Empty             string    `js:"empty" enum:"score|zero|skip|one|nan" doc:"what a class without a pixel in the target gives: its formula, 0, nothing, 1 or NaN"`
	Spacing           []float64 `js:"spacing" above:"0" doc:"distance between pixel centres per axis, (D,)H,W"`
	Threshold         float64   `js:"threshold" min:"0" max:"1" doc:"probability from which on a pixel is foreground"`
	Average           string    `js:"average" enum:"joint|jointImagewise|macro|micro|weighted|imagewise|microImagewise" doc:"how the scores of classes and images become one number: of the whole matrix (joint), the mean of the classes (macro), of the summed counts (micro), or of each image first (imagewise)"`

	Gradient bool `js:"gradient" doc:"also give d value / d prediction"`
	Heatmap  bool `js:"heatmap" doc:"also give the value's share of each pixel"`
}

// DefaultOptions is the plain loss.
func DefaultOptions() Options {
	return Options{
		Mode: "auto", Reduction: "mean", Scope: "image", ClassWeightMode: "multiply",
		IncludeBackground: true, Empty: "score", Threshold: 0.5, Average: "macro",
	}
}

// Choice is a choice of classes: a list, or a word. The zero value is the
// default of the loss.
type Choice struct {
	Word string
	List []int
}

// counts tells for each of c classes whether it counts. present, where not nil,
// says which classes the target holds.
//
//go:noinline
func (o *Options) counts(c int, present []bool) []bool {
	on := make([]bool, c)
	for i := range on {
		on[i] = o.Classes.List == nil && (o.IncludeBackground || i > 0 || c == 1)
		if o.Classes.Word == "present" && present != nil {
			on[i] = on[i] && present[i]
		}
	}
	for _, i := range o.Classes.List {
		on[i] = true
	}
	return on
}
