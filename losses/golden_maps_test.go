package losses

import (
	"fmt"
	"testing"
)

// Golden cases of maps: their shapes are those of masks, without channels.

// size reads the shape of one mask, [H,W] or [D,H,W].
func size(t *testing.T, dims []int) (d, h, w int) {
	t.Helper()
	switch len(dims) {
	case 2:
		return 1, dims[0], dims[1]
	case 3:
		return dims[0], dims[1], dims[2]
	}
	t.Fatalf("%v is no shape of a mask", dims)
	return
}

// only fails where the case has parameters beyond those read.
func (c *fixture) only(t *testing.T, read ...string) {
	t.Helper()
	for key := range c.Params {
		if !contains(read, key) {
			t.Fatalf("parameter %s is not known", key)
		}
	}
}

// numbers is a parameter that is a list or null.
func (c *fixture) numbers(t *testing.T, key string) []float64 {
	t.Helper()
	if c.Params[key] == nil {
		return nil
	}
	list, ok := numbers(c.Params[key])
	if !ok {
		t.Fatalf("%s is %v", key, c.Params[key])
	}
	return list
}

func (c *fixture) edt(t *testing.T) {
	c.only(t, "spacing")
	d, h, w := size(t, c.Shape)
	dst := make([]float32, len(c.Pred))
	if err := EDT(dst, Labels{I32: c.Pred.int32s()}, d, h, w, c.numbers(t, "spacing")); err != nil {
		t.Fatal(err)
	}
	c.metric(t, "edt", float64s(dst))
	c.complete(t)
}

func (c *fixture) distanceMap(t *testing.T) {
	c.only(t, "spacing", "num_classes")
	n := c.TargetShape[0]
	d, h, w := size(t, c.TargetShape[1:])
	px := d * h * w
	k, ok := c.Params["num_classes"].(float64)
	if !ok {
		t.Fatalf("num_classes is %v", c.Params["num_classes"])
	}
	classes, spacing := int(k), c.numbers(t, "spacing")
	labels := c.Target.int32s()
	signed := make([]float32, n*classes*px)
	inside := make([]float32, len(signed))
	// the unit that the reference takes off inside is 1 whatever the spacing
	if err := DistanceMap(signed, Labels{I32: labels}, n, classes, d, h, w, spacing, 1); err != nil {
		t.Fatal(err)
	}
	for i := range n * classes { // the distance within a class is the EDT of its mask
		mask := make([]uint8, px)
		full := true
		for j, l := range labels[i/classes*px:][:px] {
			if l == int32(i%classes) {
				mask[j] = 1
			} else {
				full = false
			}
		}
		if full { // no border: the case is a quirk, only the other classes count
			c.dropClass(t, i, px, signed)
			continue
		}
		if err := EDT(inside[i*px:][:px], Labels{U8: mask}, d, h, w, spacing); err != nil {
			t.Fatal(err)
		}
	}
	if c.Kind == "quirk" {
		return
	}
	c.metric(t, "signed", float64s(signed))
	c.metric(t, "inside", float64s(inside))
	c.complete(t)
}

// dropClass holds the signed map of a class that fills its image to 0.
func (c *fixture) dropClass(t *testing.T, i, px int, signed []float32) {
	t.Helper()
	for j, x := range signed[i*px:][:px] {
		if x != 0 {
			t.Errorf("plane %d is of a class that fills the image and has %v at %d, must be 0", i, x, j)
			return
		}
	}
	if c.Kind != "quirk" {
		t.Errorf("plane %d is of a class that fills the image, where the reference is no reference", i)
	}
}

func (c *fixture) unetWeightMap(t *testing.T) {
	c.only(t, "w0", "sigma", "class_weights")
	n := c.TargetShape[0]
	d, h, w := size(t, c.TargetShape[1:])
	w0, ok0 := c.Params["w0"].(float64)
	sigma, ok1 := c.Params["sigma"].(float64)
	if !ok0 || !ok1 {
		t.Fatalf("w0 and sigma are %v and %v", c.Params["w0"], c.Params["sigma"])
	}
	weights := c.numbers(t, "class_weights") // null: the border term alone
	dst := make([]float32, n*d*h*w)
	if err := UNetWeightMap(dst, Labels{I32: c.Target.int32s()}, n, d, h, w, nil, UNetMap{W0: w0, Sigma: sigma, ClassWeights: weights}); err != nil {
		t.Fatal(err)
	}
	c.metric(t, "weight", float64s(dst))
	c.complete(t)
}

func (c *fixture) argmaxOneHot(t *testing.T) {
	c.only(t, "ties")
	if want := "lowest class index (numpy order)"; fmt.Sprint(c.Params["ties"]) != want {
		t.Fatalf("ties is %v, there is only %q", c.Params["ties"], want)
	}
	shape, err := ParseShape("shape", c.Shape)
	if err != nil {
		t.Fatal(err)
	}
	px := shape.Pixels()
	scores := Scores{Shape: shape, Data: c.Pred.float32s()}
	arg := make([]int32, shape.N*px)
	if err := Argmax(arg, scores); err != nil {
		t.Fatal(err)
	}
	labels := Labels{I32: arg}
	hot := make([]float32, shape.Len())
	if err := OneHot(hot, labels, shape.N, shape.C, px, nil); err != nil {
		t.Fatal(err)
	}
	ids := make([]float64, len(arg))
	for i, l := range arg {
		ids[i] = float64(l)
	}
	c.metric(t, "argmax", ids)
	c.metric(t, "onehot", float64s(hot))
	// the gradient of a summed cross entropy is p - t, whichever t
	c.metric(t, "softmax", activations(t, scores, "multiclass", labels, hot))
	zeros := make([]float32, shape.Len())
	c.metric(t, "sigmoid", activations(t, scores, "multilabel", Labels{U8: make([]uint8, shape.Len())}, zeros))
	c.complete(t)
}

func activations(t *testing.T, scores Scores, mode string, labels Labels, target []float32) []float64 {
	t.Helper()
	spec, err := Decode("ce", map[string]any{"mode": mode, "reduction": "sum"})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, len(target))
	if _, err := Evaluate(Input{Prediction: scores, Target: Target{Labels: labels}}, []Spec{spec}, []Out{{Gradient: out}}); err != nil {
		t.Fatal(err)
	}
	p := float64s(out)
	for i, x := range target {
		p[i] += float64(x)
	}
	return p
}

func float64s(list []float32) []float64 {
	out := make([]float64, len(list))
	for i, x := range list {
		out[i] = float64(x)
	}
	return out
}
