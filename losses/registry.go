package losses

import "math"

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
	Range   [2]float64 // of the value with the default parameters; ±Inf where open
	Loss    any        // the loss with its default parameters

	Modes    []string // where not every mode
	Kinds    []Kind   // kinds of target, where not Hard and Soft
	Takes    []string // shared options beyond those of its family
	Defaults Settings // of shared options, where not the common ones
	Presets  []Preset
}

// Preset is a set of parameters that reproduces another implementation.
type Preset struct {
	Name string
	Set  Settings
}

// Settings are parameters by name.
type Settings []Setting

// Setting is a parameter and its value.
type Setting struct {
	Name  string
	Value any
}

func (s Settings) get(name string) (any, bool) {
	for _, x := range s {
		if x.Name == name {
			return x.Value, true
		}
	}
	return nil, false
}

// preset finds a preset by name.
func (e *Entry) preset(name string) (Settings, bool) {
	for _, p := range e.Presets {
		if p.Name == name {
			return p.Set, true
		}
	}
	return nil, false
}

// presets are the names of a row's presets.
//
//go:noinline
func (e *Entry) presets() []string {
	out := make([]string, len(e.Presets))
	for i, p := range e.Presets {
		out[i] = p.Name
	}
	return out
}

var (
	pixelTakes  = []string{"mode", "preset", "reduction", "classWeights", "classes", "includeBackground", "denominator", "gradient", "heatmap"}
	regionTakes = []string{"mode", "preset", "reduction", "scope", "classWeights", "classWeightMode", "classes", "includeBackground", "empty", "gradient", "heatmap"}
	planeTakes  = []string{"mode", "preset", "reduction", "scope", "classes", "includeBackground", "gradient", "heatmap"}
	countsTakes = []string{"mode", "preset", "average", "threshold", "empty", "classes", "includeBackground", "classWeights"}
)

// takes lists the shared options of a row.
//
//go:noinline
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
		base = []string{"mode", "preset", "reduction", "gradient", "heatmap"}
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
	case Counts:
		x, _ := e.Defaults.get("average")
		average, _ := x.(string)
		return !perImage(average)
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

var inf = math.Inf(1)

// logCosh1 is log cosh 1, the same on every platform.
const logCosh1 = 0.4337808304830271

// Registry is the table of contents, in the order of display.
var Registry = append(lossRows, countRows...)

var lossRows = []Entry{
	{
		Name: "ce", Title: "Cross entropy", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `-\frac{1}{\sum_i w_{t_i}}\sum_i w_{t_i}\log p_{t_i}`,
		Doc:     "The negative log-probability of the true class: every pixel counts alike.",
		Source:  "Maximum likelihood; as torch 1.13 defines it",
		Loss:    CrossEntropy{Smoothing: "smp"}, Takes: []string{"labelSmoothing"},
		Presets: []Preset{{"torch", Settings{{"denominator", "weightSum"}}}, {"monai", Settings{{"denominator", "weightSum"}}}, {"smp", Settings{{"denominator", "allPixels"}}}, {"nnunet", Settings{{"denominator", "valid"}}}},
	},
	{
		Name: "wce", Title: "Weighted cross entropy", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `-\left(\beta\,g\log p+(1-g)\log(1-p)\right)`,
		Doc:     "Cross entropy with a price on positives: above 1 it lowers false negatives, below 1 false positives.",
		Source:  "Long et al., Fully convolutional networks for semantic segmentation, CVPR 2015",
		Loss:    WeightedCE{},
		Presets: []Preset{{"torch", Settings{}}, {"smp", Settings{{"denominator", "allPixels"}}}},
	},
	{
		Name: "balanced-ce", Title: "Balanced cross entropy", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `-\left(\beta\,g\log p+(1-\beta)(1-g)\log(1-p)\right)`,
		Doc:     "Positives weigh the share of negatives and negatives that of positives. A weight of 1/2 is half the cross entropy.",
		Source:  "Xie and Tu, Holistically-nested edge detection, ICCV 2015",
		Loss:    BalancedCE{}, Defaults: Settings{{"denominator", "valid"}},
	},
	{
		Name: "unet-ce", Title: "U-Net weighted cross entropy", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `-\frac1P\sum_i\left(w_{t_i}+w_0\,e^{-\frac{(d_1(i)+d_2(i))^2}{2\sigma^2}}\right)\log p_{t_i}`,
		Doc:     "Cross entropy with weight on the narrow gaps between instances. The target is a map of instances.",
		Source:  "Ronneberger et al., U-Net: convolutional networks for biomedical image segmentation, MICCAI 2015",
		Loss:    UNetCE{W0: 10, Sigma: 5}, Takes: []string{"spacing"}, Modes: []string{"binary", "multiclass"}, Kinds: []Kind{Instances},
		Defaults: Settings{{"denominator", "valid"}},
	},
	{
		Name: "focal", Title: "Focal", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `-\alpha_t(1-p_t)^\gamma\log p_t`,
		Doc:     "Cross entropy with easy pixels turned down, so that training looks at the hard ones.",
		Source:  "Lin et al., Focal loss for dense object detection, ICCV 2017",
		Loss:    Focal{Gamma: 2, MeanOver: "pixels"}, Takes: []string{"classWeightMode"}, Defaults: Settings{{"denominator", "valid"}},
		Presets: []Preset{{"monai", Settings{{"meanOver", "elements"}}}, {"smp", Settings{{"activation", "sigmoid"}}}, {"author", Settings{{"alpha", 0.25}, {"gamma", 2.0}}}},
	},
	{
		Name: "dice", Title: "Dice", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `1-\frac{2\sum_i p_ig_i+s}{\sum_i p_i+\sum_i g_i+s}`,
		Doc:     "One minus the soft Dice score of each class: blind to how large a class is.",
		Source:  "Milletari et al., V-Net, 3DV 2016",
		Loss:    Dice{SmoothNr: 1e-5, SmoothDr: 1e-5},
		Presets: []Preset{{"monai", Settings{{"scope", "image"}}}, {"smp", Settings{{"scope", "batch"}, {"smoothNr", 0.0}, {"smoothDr", 0.0}, {"empty", "zero"}, {"denominatorFloor", 2e-7}}}, {"author", Settings{{"squaredPred", true}}}, {"nnunet", Settings{{"smoothNr", 1.0}, {"smoothDr", 1.0}, {"offset", -1.0}}}},
	},
	{
		Name: "generalized-dice", Title: "Generalized Dice", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `1-\frac{2\sum_c w_c\sum_i p_{ic}g_{ic}+s}{\sum_c w_c\sum_i(p_{ic}+g_{ic})+s},\quad w_c=\left(\sum_i g_{ic}\right)^{-2}`,
		Doc:     "One ratio over all classes, each weighted by the inverse square of its size.",
		Source:  "Sudre et al., Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations, DLMIA 2017",
		Loss:    GeneralizedDice{WeightType: "square", SmoothNr: 1e-5, SmoothDr: 1e-5},
		Presets: []Preset{{"monai", Settings{{"scope", "image"}}}, {"author", Settings{{"weightEps", 1e-10}, {"smoothNr", 2e-10}, {"smoothDr", 1e-10}}}},
	},
	{
		Name: "jaccard", Title: "Jaccard", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `1-\frac{\sum_i p_ig_i+s}{\sum_i p_i+\sum_i g_i-\sum_i p_ig_i+s}`,
		Doc:     "One minus the soft intersection over union of each class.",
		Source:  "Rahman and Wang, Optimizing intersection-over-union in deep neural networks for image segmentation, ISVC 2016",
		Loss:    Jaccard{SmoothNr: 1e-5, SmoothDr: 1e-5, FormulaScale: "2I"},
		Presets: []Preset{{"monai", Settings{{"scope", "image"}}}, {"smp", Settings{{"scope", "batch"}, {"smoothNr", 0.0}, {"smoothDr", 0.0}, {"empty", "zero"}, {"formulaScale", "I"}, {"denominatorFloor", 1e-7}}}, {"nnunet", Settings{{"smoothNr", 1.0}, {"smoothDr", 1.0}, {"offset", -1.0}, {"formulaScale", "I"}}}},
	},
	{
		Name: "tversky", Title: "Tversky", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `1-\frac{TP+s}{TP+\alpha\,FP+\beta\,FN+s}`,
		Doc:     "Dice with a price each for false positives and false negatives; both 1/2 is Dice.",
		Source:  "Salehi et al., Tversky loss function for image segmentation using 3D fully convolutional deep networks, MLMI 2017",
		Loss:    Tversky{FPWeight: 0.3, FNWeight: 0.7, SmoothNr: 1e-5, SmoothDr: 1e-5},
		Presets: []Preset{{"monai", Settings{{"fpWeight", 0.5}, {"fnWeight", 0.5}}}, {"smp", Settings{{"scope", "batch"}, {"smoothNr", 0.0}, {"smoothDr", 0.0}, {"empty", "zero"}, {"fpWeight", 0.5}, {"fnWeight", 0.5}, {"denominatorFloor", 1e-7}}}, {"nnunet", Settings{{"smoothNr", 1.0}, {"smoothDr", 1.0}, {"offset", -1.0}}}, {"author", Settings{}}},
	},
	{
		Name: "focal-tversky", Title: "Focal Tversky", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `\left(1-TI\right)^{\gamma}`,
		Doc:     "A power of the Tversky loss: an exponent below 1 lifts small losses, so that nearly solved classes keep pulling.",
		Source:  "Abraham and Khan, A novel focal Tversky loss function with improved attention U-Net for lesion segmentation, ISBI 2019",
		Loss:    FocalTversky{FPWeight: 0.3, FNWeight: 0.7, Gamma: 0.75, Power: "afterMean", ClassReduction: "mean", SmoothNr: 1e-5, SmoothDr: 1e-5},
		Presets: []Preset{{"smp", Settings{{"scope", "batch"}, {"smoothNr", 0.0}, {"smoothDr", 0.0}, {"empty", "zero"}, {"denominatorFloor", 1e-7}}}, {"nnunet", Settings{{"smoothNr", 1.0}, {"smoothDr", 1.0}}}, {"author", Settings{{"power", "perClass"}, {"classReduction", "sum"}, {"smoothNr", 1e-6}, {"smoothDr", 1e-6}}}},
	},
	{
		Name: "log-cosh-dice", Title: "Log-cosh Dice", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, logCosh1},
		Formula: `\log\cosh\left(1-D\right)`,
		Doc:     "The Dice loss made smooth near 0, where its gradient fades.",
		Source:  "Jadon, A survey of loss functions for semantic segmentation, CIBCB 2020",
		Loss:    LogCoshDice{SmoothNr: 1e-6, SmoothDr: 1e-6},
	},
	{
		Name: "exp-log", Title: "Exponential logarithmic", Group: "compound", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `w_D\,\overline{(-\ln D_c)^{\gamma_D}}+w_C\,\overline{w_{t_i}(-\ln p_{t_i})^{\gamma_C}}`,
		Doc:     "Powers of log-Dice and of the cross entropy, for structures of very different size.",
		Source:  "Wong et al., 3D segmentation with exponential logarithmic loss for highly unbalanced object sizes, MICCAI 2018",
		Loss:    ExpLog{WDice: 0.8, WCross: 0.2, GammaDice: 0.3, GammaCross: 0.3, Smooth: 1},
		Takes:   []string{"scope", "classWeights"}, Defaults: Settings{{"scope", "batch"}},
	},
	{
		Name: "lovasz-hinge", Title: "Lovász hinge", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `\overline{\Delta_J}\left(\max(0,1-x_is_i)\right)`,
		Doc:     "The convex surrogate of the Jaccard loss on hinge errors of logits.",
		Source:  "Berman et al., The Lovász-Softmax loss, CVPR 2018",
		Loss:    LovaszHinge{}, Modes: []string{"binary", "multilabel"}, Kinds: []Kind{Hard},
	},
	{
		Name: "lovasz-softmax", Title: "Lovász-Softmax", Group: "overlap", Kind: "loss", Better: "lower", Range: [2]float64{0, 1},
		Formula: `\frac{1}{|C|}\sum_{c\in C}\overline{\Delta_{J_c}}\left(|g_{ic}-p_{ic}|\right)`,
		Doc:     "The convex surrogate of the Jaccard loss on probabilities, over the classes that are present.",
		Source:  "Berman et al., The Lovász-Softmax loss, CVPR 2018",
		Loss:    LovaszSoftmax{}, Kinds: []Kind{Hard}, Defaults: Settings{{"scope", "batch"}},
	},
	{
		Name: "boundary", Title: "Boundary", Group: "distance", Kind: "loss", Better: "lower", Range: [2]float64{-inf, inf},
		Formula: `\frac{1}{P}\sum_i\phi_G(i)\,p_i`,
		Doc:     "The signed distance to the true boundary, weighted by the prediction: least, and negative, at the perfect mask.",
		Source:  "Kervadec et al., Boundary loss for highly unbalanced segmentation, MIDL 2019",
		Loss:    Boundary{InsideOffset: 1}, Takes: []string{"spacing", "classes", "includeBackground"}, Kinds: []Kind{Hard},
		Defaults: Settings{{"includeBackground", false}},
	},
	{
		Name: "conservative", Title: "Conservative", Group: "cross entropy", Kind: "loss", Better: "lower", Range: [2]float64{-inf, inf},
		Formula: `\lambda\left(1+\log_a p_t\right)^2\log_a\left(-\log_a p_t\right)`,
		Doc:     "Meant to punish extremes; as printed it falls with confidence everywhere, its absolute value does what the text says.",
		Source:  "Zhu et al., Penalizing top performers: conservative loss for semantic segmentation adaptation, ECCV 2018",
		Loss:    Conservative{Lambda: 5, A: math.E, Variant: "literal"}, Defaults: Settings{{"denominator", "valid"}},
	},
	{
		Name: "combo", Title: "Combo", Group: "compound", Kind: "loss", Better: "lower", Range: [2]float64{-0.5, inf},
		Formula: `-\frac{\alpha}{P}\sum_i\left[\beta g\ln p+(1-\beta)(1-g)\ln(1-p)\right]-(1-\alpha)\frac{2\sum pg+S}{\sum p+\sum g+S}`,
		Doc:     "Cross entropy of every class against the rest, regularised by the Dice score.",
		Source:  "Taghanaki et al., Combo loss: handling input and output imbalance in multi-organ segmentation, CMIG 2019",
		Loss:    Combo{Alpha: 0.5, BetaCE: 0.5, Smooth: 1}, Takes: []string{"classes", "includeBackground"},
	},
	{
		Name: "dice-ce", Title: "Dice and cross entropy", Group: "compound", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `\lambda_D\,L_\mathrm{Dice}+\lambda_C\,L_\mathrm{CE}`,
		Doc:     "The sum that most segmentation networks are trained with today.",
		Source:  "Isensee et al., nnU-Net, Nature Methods 2021",
		Loss:    DiceCE{LambdaDice: 1, LambdaCE: 1, SmoothNr: 1e-5, SmoothDr: 1e-5},
		Takes:   []string{"scope", "classWeights", "classWeightMode", "includeBackground", "labelSmoothing", "empty"},
	},
	{
		Name: "dice-focal", Title: "Dice and focal", Group: "compound", Kind: "loss", Better: "lower", Range: [2]float64{0, inf},
		Formula: `\lambda_D\,L_\mathrm{Dice}+\lambda_F\,L_\mathrm{focal}`,
		Doc:     "The Dice loss with the focal loss of every class against the rest.",
		Source:  "Zhu et al., AnatomyNet, Medical Physics 2019",
		Loss:    DiceFocal{LambdaDice: 1, LambdaFocal: 1, Gamma: 2, FocalActivation: "sigmoid", SmoothNr: 1e-5, SmoothDr: 1e-5},
		Takes:   []string{"scope", "empty"},
	},
}
