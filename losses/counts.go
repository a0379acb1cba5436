package losses

import "math"

// Confusion is the hard confusion of a batch: what was predicted against what
// is true, for each image.
//
// Where a pixel has one class of C, M[(n*C+t)*C+p] are the pixels of image n of
// truth t that were predicted p. Where channels are independent, Sigmoid, Four
// holds TP, FP, FN and TN of channel c at (n*C+c)*4. With pixel weights, both
// hold sums of weights.
type Confusion struct {
	N, C    int
	Sigmoid bool
	M       []float64
	Four    []float64
}

// Fourfold is the confusion of one class with the rest.
type Fourfold struct{ TP, FP, FN, TN float64 }

func (f *Fourfold) add(o Fourfold) {
	f.TP += o.TP
	f.FP += o.FP
	f.FN += o.FN
	f.TN += o.TN
}

// Fourfolds gives each class of each image against the rest; class c of image n
// is at n*C+c.
func (c *Confusion) Fourfolds() []Fourfold {
	if !c.Sigmoid {
		out := make([]Fourfold, 0, c.N*c.C)
		for n := range c.N {
			out = append(out, fourfolds(c.image(n), c.C)...)
		}
		return out
	}
	out := make([]Fourfold, c.N*c.C)
	for i := range out {
		f := c.Four[4*i : 4*i+4]
		out[i] = Fourfold{TP: f[0], FP: f[1], FN: f[2], TN: f[3]}
	}
	return out
}

// image is the matrix of one image, truth by prediction.
func (c *Confusion) image(n int) []float64 { return c.M[n*c.C*c.C : (n+1)*c.C*c.C] }

// batch is the matrix of all images.
func (c *Confusion) batch() []float64 {
	m := make([]float64, c.C*c.C)
	for n := range c.N {
		for i, x := range c.image(n) {
			m[i] += x
		}
	}
	return m
}

// fourfolds takes a matrix, truth by prediction, apart into its classes.
func fourfolds(m []float64, classes int) []Fourfold {
	out := make([]Fourfold, classes)
	all := 0.0
	for i, x := range m {
		all += x
		if t, p := i/classes, i%classes; t == p {
			out[t].TP = x
		} else {
			out[t].FN += x
			out[p].FP += x
		}
	}
	for c, f := range out {
		// Of counts the difference is exact; of weights it may fall below 0 by a rounding.
		out[c].TN = math.Max(0, all-(f.TP+f.FP+f.FN))
	}
	return out
}

// Score is what a metric gives.
type Score struct {
	Value     float64
	PerClass  []float64            // over the batch; NaN where a class has no score or does not count
	Values    []float64            // of class c of image n, at n*C+c; of each image where the classes are only scored together
	Undefined int                  // scores of 0/0 that the value goes without
	Extra     map[string][]float64 // tp, fp, fn and tn of each class over the batch; confusion, truth by prediction
}

// jointly are the defaults of a metric that looks at all classes at once.
var jointly = Settings{{"average", "joint"}}

// countRows are the metrics of the confusion matrix, in the order of display.
var countRows = []Entry{
	{
		Name: "iou", Title: "Intersection over union", Group: "overlap", Kind: "metric",
		Formula: `\frac{TP}{TP+FP+FN}`,
		Source:  "Jaccard, Étude comparative de la distribution florale dans une portion des Alpes et du Jura, Bulletin de la Société Vaudoise des Sciences Naturelles 1901",
		Doc:     "What both masks share, of what either covers; also the Jaccard index, threat score and critical success index. Both empty: 1.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: IoU{},
	},
	{
		Name: "dice-score", Title: "Dice score", Group: "overlap", Kind: "metric",
		Formula: `\frac{2\,TP}{2\,TP+FP+FN}`,
		Source:  "Dice, Measures of the amount of ecologic association between species, Ecology 1945",
		Doc:     "Twice what both masks share, of the sum of their sizes; the same as F1. Both empty: 1.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: DiceScore{},
	},
	{
		Name: "f-beta", Title: "F-beta score", Group: "overlap", Kind: "metric",
		Formula: `\frac{(1+\beta^2)\,TP}{(1+\beta^2)\,TP+\beta^2\,FN+FP}`,
		Source:  "van Rijsbergen, Information retrieval, Butterworths 1979",
		Doc:     "The harmonic mean of precision and recall, recall weighing beta squared as much. Both empty: 1.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: FBeta{Beta: 1},
	},
	{
		Name: "generalized-dice-score", Title: "Generalized Dice score", Group: "overlap", Kind: "metric",
		Formula: `\frac{2\sum_c w_c\,TP_c}{\sum_c w_c\,(2\,TP_c+FP_c+FN_c)},\quad w_c=\frac{1}{(TP_c+FN_c)^2}`,
		Source:  "Crum, Camara and Hill, Generalized overlap measures for evaluation and validation in medical image analysis, IEEE Transactions on Medical Imaging 2006",
		Doc:     "The Dice score of all classes together, small classes weighing more; an absent class weighs as much as the smallest present one. Each image, then their mean.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: GeneralizedDiceScore{WeightType: "square"},
		Defaults: Settings{{"average", "jointImagewise"}},
	},
	{
		Name: "volumetric-similarity", Title: "Volumetric similarity", Group: "overlap", Kind: "metric",
		Formula: `1-\frac{|FN-FP|}{2\,TP+FP+FN}`,
		Source:  "Cárdenes, de Luis-García and Bach-Cuadra, A multidimensional segmentation evaluation for medical image data, Computer Methods and Programs in Biomedicine 2009",
		Doc:     "How alike the sizes of the masks are, wherever they lie.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: VolumetricSimilarity{},
	},
	{
		Name: "precision", Title: "Precision", Group: "rates", Kind: "metric",
		Formula: `\frac{TP}{TP+FP}`,
		Source:  "Powers, Evaluation: from precision, recall and F-measure to ROC, informedness, markedness and correlation, Journal of Machine Learning Technologies 2011",
		Doc:     "How much of the prediction is right; also the positive predictive value.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: Precision{},
	},
	{
		Name: "recall", Title: "Recall", Group: "rates", Kind: "metric",
		Formula: `\frac{TP}{TP+FN}`,
		Source:  "Yerushalmy, Statistical problems in assessing methods of medical diagnosis, with special reference to X-ray techniques, Public Health Reports 1947",
		Doc:     "How much of the truth was found; also the sensitivity or true positive rate.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: Recall{},
	},
	{
		Name: "specificity", Title: "Specificity", Group: "rates", Kind: "metric",
		Formula: `\frac{TN}{TN+FP}`,
		Source:  "Yerushalmy, Statistical problems in assessing methods of medical diagnosis, with special reference to X-ray techniques, Public Health Reports 1947",
		Doc:     "How much of what is not the class was left alone; also the true negative rate.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: Specificity{},
	},
	{
		Name: "negative-predictive-value", Title: "Negative predictive value", Group: "rates", Kind: "metric",
		Formula: `\frac{TN}{TN+FN}`,
		Source:  "Altman and Bland, Diagnostic tests 2: predictive values, BMJ 1994",
		Doc:     "How much of what was left alone is right.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: NegativePredictiveValue{},
	},
	{
		Name: "false-positive-rate", Title: "False positive rate", Group: "rates", Kind: "metric",
		Formula: `\frac{FP}{FP+TN}`,
		Source:  "Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 2006",
		Doc:     "How much of what is not the class was taken for it: 1 - specificity.",
		Better:  "lower", Range: [2]float64{0, 1}, Loss: FalsePositiveRate{},
	},
	{
		Name: "false-negative-rate", Title: "False negative rate", Group: "rates", Kind: "metric",
		Formula: `\frac{FN}{FN+TP}`,
		Source:  "Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 2006",
		Doc:     "How much of the truth was missed: 1 - recall.",
		Better:  "lower", Range: [2]float64{0, 1}, Loss: FalseNegativeRate{},
	},
	{
		Name: "false-discovery-rate", Title: "False discovery rate", Group: "rates", Kind: "metric",
		Formula: `\frac{FP}{FP+TP}`,
		Source:  "Benjamini and Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 1995",
		Doc:     "How much of the prediction is wrong: 1 - precision.",
		Better:  "lower", Range: [2]float64{0, 1}, Loss: FalseDiscoveryRate{},
	},
	{
		Name: "false-omission-rate", Title: "False omission rate", Group: "rates", Kind: "metric",
		Formula: `\frac{FN}{FN+TN}`,
		Source:  "Altman and Bland, Diagnostic tests 2: predictive values, BMJ 1994",
		Doc:     "How much of what was left alone is of the class: 1 - negative predictive value.",
		Better:  "lower", Range: [2]float64{0, 1}, Loss: FalseOmissionRate{},
	},
	{
		Name: "accuracy", Title: "Accuracy", Group: "agreement", Kind: "metric",
		Formula: `\frac{\sum_c TP_c}{\text{pixels}};\quad\text{one class: }\frac{TP+TN}{TP+FP+FN+TN}`,
		Source:  "Metz, Basic principles of ROC analysis, Seminars in Nuclear Medicine 1978",
		Doc:     "How many pixels are right. With an average over classes, each class is scored against the rest.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: Accuracy{}, Defaults: jointly,
	},
	{
		Name: "balanced-accuracy", Title: "Balanced accuracy", Group: "agreement", Kind: "metric",
		Formula: `\operatorname{mean}_c\frac{TP_c}{TP_c+FN_c};\quad\text{one class: }\tfrac12\left(\frac{TP}{TP+FN}+\frac{TN}{TN+FP}\right)`,
		Source:  "Brodersen, Ong, Stephan and Buhmann, The balanced accuracy and its posterior distribution, ICPR 2010",
		Doc:     "The mean recall of the classes that the truth holds; of one class, the mean of recall and specificity.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: BalancedAccuracy{}, Defaults: jointly,
	},
	{
		Name: "kappa", Title: "Cohen's kappa", Group: "agreement", Kind: "metric",
		Formula: `\frac{p_o-p_e}{1-p_e}=1-\frac{\sum_{tp}w_{tp}M_{tp}}{\sum_{tp}w_{tp}E_{tp}}`,
		Source:  "Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 1960; weighted: Psychological Bulletin 1968",
		Doc:     "Agreement beyond that of chance: 0 is chance, 1 is perfect. Weights make an error cost by the distance of class ids.",
		Better:  "higher", Range: [2]float64{-1, 1}, Loss: Kappa{Weights: "none"}, Defaults: jointly,
	},
	{
		Name: "mcc-score", Title: "Matthews correlation", Group: "agreement", Kind: "metric",
		Formula: `\frac{\sum_c(TP_c\,TN_c-FP_c\,FN_c)}{\sqrt{\sum_c(TP_c+FP_c)(TN_c+FN_c)}\,\sqrt{\sum_c(TP_c+FN_c)(TN_c+FP_c)}}`,
		Source:  "Matthews, Comparison of the predicted and observed secondary structure of T4 phage lysozyme, Biochimica et Biophysica Acta 1975; Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, Computational Biology and Chemistry 2004",
		Doc:     "The correlation of prediction and truth: 0 is chance, 1 is perfect, -1 is the opposite.",
		Better:  "higher", Range: [2]float64{-1, 1}, Loss: MCCScore{}, Defaults: jointly,
	},
	{
		Name: "informedness", Title: "Informedness", Group: "agreement", Kind: "metric",
		Formula: `\frac{TP}{TP+FN}+\frac{TN}{TN+FP}-1`,
		Source:  "Youden, Index for rating diagnostic tests, Cancer 1950",
		Doc:     "Recall and specificity beyond chance; also Youden's J.",
		Better:  "higher", Range: [2]float64{-1, 1}, Loss: Informedness{},
	},
	{
		Name: "markedness", Title: "Markedness", Group: "agreement", Kind: "metric",
		Formula: `\frac{TP}{TP+FP}+\frac{TN}{TN+FN}-1`,
		Source:  "Powers, Evaluation: from precision, recall and F-measure to ROC, informedness, markedness and correlation, Journal of Machine Learning Technologies 2011",
		Doc:     "Both predictive values beyond chance.",
		Better:  "higher", Range: [2]float64{-1, 1}, Loss: Markedness{},
	},
	{
		Name: "fowlkes-mallows", Title: "Fowlkes-Mallows index", Group: "agreement", Kind: "metric",
		Formula: `\sqrt{\frac{TP}{TP+FP}\cdot\frac{TP}{TP+FN}}`,
		Source:  "Fowlkes and Mallows, A method for comparing two hierarchical clusterings, Journal of the American Statistical Association 1983",
		Doc:     "The geometric mean of precision and recall.",
		Better:  "higher", Range: [2]float64{0, 1}, Loss: FowlkesMallows{},
	},
	{
		Name: "prevalence-threshold", Title: "Prevalence threshold", Group: "agreement", Kind: "metric",
		Formula: `\frac{\sqrt{FPR}}{\sqrt{TPR}+\sqrt{FPR}}`,
		Source:  "Balayla, Prevalence threshold and the geometry of screening curves, PLOS ONE 2020",
		Doc:     "The share of foreground below which precision falls off steeply. Undefined where the prediction tells nothing: where recall is the false positive rate.",
		Better:  "lower", Range: [2]float64{0, 1}, Loss: PrevalenceThreshold{},
	},
}
