package losses

import (
	"errors"
	"math"
	"testing"
)

// The class of the largest score, the lower of equal ones, for whole blocks and
// what is left of them; infinite scores are scores, what is not a number is none.
func TestArgmaxIsTheLargest(t *testing.T) {
	g := lcg(61)
	for _, px := range []int{1, 15, 16, 1023, 1024, 2100} {
		for _, classes := range []int{2, 3, 7} {
			s := Scores{Shape: Shape{2, classes, 1, 1, px}, Form: Logits}
			for range s.Shape.Len() {
				s.Data = append(s.Data, float32(g.next(5)-2))
			}
			s.Data[g.next(len(s.Data))] = float32(math.Inf(1))
			s.Data[g.next(len(s.Data))] = float32(math.Inf(-1))
			got := make([]int32, 2*px)
			if err := Argmax(got, s); err != nil {
				t.Fatal(err)
			}
			for i, arg := range got {
				want := 0
				at := func(c int) float32 { return s.Data[(i/px*classes+c)*px+i%px] }
				for c := range classes {
					if at(c) > at(want) {
						want = c
					}
				}
				if int(arg) != want {
					t.Fatalf("%d pixels of %d classes: pixel %d is of class %d, want %d", px, classes, i, arg, want)
				}
			}
			s.Data[g.next(len(s.Data))] = float32(math.NaN())
			var e *Error
			if err := Argmax(got, s); !errors.As(err, &e) || e.Code != CodeValue {
				t.Errorf("%d pixels of %d classes with a NaN: error is %v", px, classes, err)
			}
		}
	}
}
