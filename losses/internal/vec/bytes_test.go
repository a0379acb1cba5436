package vec

import "testing"

// TestAlpha compares every channel and length with a plain loop.
func TestAlpha(t *testing.T) {
	c := newCorpus(6)
	for n := 0; n <= 100; n++ {
		rgba := c.bytes(4*n, 256)
		for channel := range 4 {
			mask, unit := make([]uint8, n), make([]float32, n)
			AlphaUnit(unit, rgba, channel)
			for _, threshold := range []uint8{0, 1, 127, 128, 254, 255} {
				AlphaMask(mask, rgba, channel, threshold)
				for i := range n {
					v := rgba[4*i+channel]
					want := uint8(0)
					if v > threshold {
						want = 1
					}
					if mask[i] != want || unit[i] != float32(v)/255 {
						t.Fatalf("channel %d of pixel %d of %d is %d: mask above %d is %d, want %d; unit is %v, want %v",
							channel, i, n, v, threshold, mask[i], want, unit[i], float32(v)/255)
					}
				}
			}
		}
	}
}

// TestConfusion compares with a plain loop, also beyond what a byte can count.
func TestConfusion(t *testing.T) {
	c := newCorpus(7)
	for _, n := range []int{0, 1, 63, 64, 65, 1000, 63 * 64, 63*64 + 1, 300 * 64} {
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
			tp, fp, fn, tn := Confusion8(a, b)
			if got := [4]int{tp, fp, fn, tn}; got != [4]int{want[0], want[1], want[3], want[2]} {
				t.Errorf("counts of %d are %v, want %v", n, got, want)
			}
		}
	}
}
