package losses

import (
	"fmt"
	"math"
	"testing"
)

// The cross entropy of exclusive classes and its gradient against float64:
// logits near zero and far, right and wrong, and blocks that hold both.
func TestSoftmaxIsAccurate(t *testing.T) {
	random := lcg(51)
	unit := func() float64 { return float64(random.next(1<<24)) / (1 << 24) }
	for _, classes := range []int{2, 3, 4, 5, 7, 10, 19, 40} {
		for _, kind := range []struct {
			name  string
			logit func(i int, right bool) float64
		}{
			{"within 6", func(int, bool) float64 { return 12*unit() - 6 }},
			{"within 39", func(int, bool) float64 { return 78*unit() - 39 }},
			{"within 100", func(int, bool) float64 { return 200*unit() - 100 }},
			{"near 14", func(_ int, right bool) float64 { return sided(14+unit(), right != (unit() < 0.02)) }},
			{"near 14, all right", func(_ int, right bool) float64 { return sided(14+unit(), right) }},
			{"near 20", func(_ int, right bool) float64 { return sided(20+unit(), right != (unit() < 0.02)) }},
			{"constant 14", func(_ int, right bool) float64 { return sided(14.3, right) }},
			{"constant 20", func(_ int, right bool) float64 { return sided(20.7, right) }},
			{"one far in each block", func(i int, _ bool) float64 {
				if i%1000 == 7 {
					return 90
				}
				return 12*unit() - 6
			}},
		} {
			t.Run(fmt.Sprintf("%d classes %s", classes, kind.name), func(t *testing.T) {
				const px = 5000
				data, labels := make([]float32, classes*px), make([]uint8, px)
				for i := range labels {
					labels[i] = uint8(i / 1500 % classes) // blocks of one class, then of two
					if i > px/2 {
						labels[i] = uint8(unit() * float64(classes))
					}
				}
				for c := range classes {
					for i := range px {
						data[c*px+i] = float32(kind.logit(i, int(labels[i]) == c))
					}
				}
				in := Input{
					Prediction: Scores{Shape: Shape{1, classes, 1, 1, px}, Form: Logits, Data: data},
					Target:     Target{Kind: Hard, Labels: Labels{U8: labels}},
				}
				spec, err := Decode("ce", nil)
				if err != nil {
					t.Fatal(err)
				}
				out := Out{Gradient: make([]float32, len(data))}
				got, err := Evaluate(in, []Spec{spec}, []Out{out})
				if err != nil {
					t.Fatal(err)
				}
				want, gradient := crossEntropy64(data, labels, classes)
				// Of a block's sum, what is below 2^-67 is dropped.
				if math.Abs(got[0].Value-want) > 1e-6*want+0x1p-67*8/px {
					t.Errorf("value is %.9g, want %.9g", got[0].Value, want)
				}
				for i, x := range gradient {
					if d := math.Abs(float64(out.Gradient[i])*px - x); !(d <= 2e-7) {
						t.Errorf("gradient[%d] is %v, want %v: off by %.2g", i, out.Gradient[i]*px, x, d)
						return
					}
				}
			})
		}
	}
}

func sided(x float64, right bool) float64 {
	if right {
		return x
	}
	return -x
}

// crossEntropy64 is the mean and the derivatives of its terms, in float64.
func crossEntropy64(data []float32, labels []uint8, classes int) (value float64, gradient []float64) {
	px := len(labels)
	gradient = make([]float64, len(data))
	for i, l := range labels {
		own := float64(data[int(l)*px+i])
		rest := 0.0 // beside own
		for c := range classes {
			if c != int(l) {
				rest += math.Exp(float64(data[c*px+i]) - own)
			}
		}
		value += math.Log1p(rest) / float64(px)
		for c := range classes {
			gradient[c*px+i] = math.Exp(float64(data[c*px+i])-own) / (1 + rest)
		}
		gradient[int(l)*px+i] = -rest / (1 + rest)
	}
	return value, gradient
}
