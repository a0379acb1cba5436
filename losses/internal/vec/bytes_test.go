package vec

import (
	"math"
	"slices"
	"testing"
)

// TestConfusion compares with a plain loop, also beyond what a byte can count.
func TestConfusion(t *testing.T) {
	c := newCorpus(7)
	for _, n := range []int{0, 1, 63, 64, 65, 1000, 63 * 64, 63*64 + 1, 5000} {
		for _, full := range []bool{false, true} {
			a, b := c.bytes(n, 2), c.bytes(n, 2)
			if full {
				for i := range a {
					a[i], b[i] = 1, 1
				}
			}
			var want [4]int
			for i := range a {
				want[2*(1-a[i])+(a[i]^b[i])]++
			}
			tp, fp, fn, tn, ok := Confusion8(a, b)
			if got := [4]int{tp, fp, fn, tn}; !ok || got != [4]int{want[0], want[1], want[3], want[2]} {
				t.Errorf("counts of %d are %v and %v, want %v", n, got, ok, want)
			}
			if ones, ok := Ones8(a); !ok || ones != tp+fp {
				t.Errorf("ones of %d are %d and %v, want %d", n, ones, ok, tp+fp)
			}
			for i := range n { // anything else is seen wherever it stands
				for _, x := range [][]uint8{a, b} {
					was := x[i]
					x[i] = uint8(2 << (i % 7))
					if _, _, _, _, ok := Confusion8(a, b); ok {
						t.Fatalf("Confusion8 of %d takes %d at %d for 0 or 1", n, x[i], i)
					}
					if _, ok := Ones8(x); ok {
						t.Fatalf("Ones8 of %d takes %d at %d for 0 or 1", n, x[i], i)
					}
					x[i] = was
				}
			}
		}
	}
}

// TestMarks compares every length and class with a plain loop.
func TestMarks(t *testing.T) {
	c := newCorpus(10)
	for n := 0; n <= 150; n++ {
		label, mask := c.bytes(n, 4), make([]uint8, n)
		for class := range uint8(5) {
			got, want := Mark8(mask, label, class), 0
			for i, l := range label {
				hit := uint8(0)
				if l == class {
					hit = 1
					want++
				}
				if mask[i] != hit {
					t.Fatalf("mark %d of %d is %d, want %d of label %d and class %d", i, n, mask[i], hit, l, class)
				}
			}
			if got != want {
				t.Fatalf("%d marks of %d, want %d", got, n, want)
			}
		}
		for i := range label {
			label[i] = 255 - uint8(n)
			if got := Largest8(label); got != max(255-uint8(n), slices.Max(label)) {
				t.Fatalf("largest of %d is %d, want %d", n, got, slices.Max(label))
			}
		}
	}
}

// TestSettle compares with a plain loop.
func TestSettle(t *testing.T) {
	c := newCorpus(12)
	for _, n := range lengths {
		x, bytes := c.between(n, -9, 9), c.bytes(n, 4)
		want, cleared, others := slices.Clone(x), slices.Clone(x), 0
		for i, b := range bytes {
			if b > 1 {
				want[i], cleared[i] = Certain, 0
				others++
			}
		}
		y, stand := guarded(n)
		if got, finite := Settle8(y, x, bytes); got != others || !finite {
			t.Errorf("Settle8 of %d says %d and %v, want %d", n, got, finite, others)
		}
		stand(t, "Settle8")
		equal(t, "Settle8", y, want)
		copy(y, x)
		Clear8(y, bytes)
		stand(t, "Clear8")
		equal(t, "Clear8", y, cleared)
		for i := range n {
			was := x[i]
			x[i] = float32(math.Inf(1 - 2*(i&1)))
			if i%3 == 0 {
				x[i] = float32(math.NaN())
			}
			if _, finite := Settle8(y, x, bytes); finite {
				t.Fatalf("Settle8 of %d takes %v at %d for finite", n, x[i], i)
			}
			x[i] = was
		}
	}
}
