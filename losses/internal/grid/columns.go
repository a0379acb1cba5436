package grid

import (
	"math"
	"math/bits"
)

// columns counts, for the pixels of a plane, the steps along the first axis to the nearest pixel of the other kind. It
// knows only where the kind changes, and so takes memory for the border of the object: 8 bytes a change, and a plane.
type columns struct {
	changes []change
	last    []int32 // place in changes of the change at or before the plane, or none

	// Of the run that the pixel is in: half the steps from the pixel before it to the pixel after it, and the plane in
	// the middle of them. The nearer of the two is half - |plane - middle| away, which has no branch.
	half, middle []float64
}

// A change is a plane where a column changes kind, and the place of the change before it in the same column.
type change struct{ plane, before int32 }

const none = -1

// scan finds every change of kind and stands on the last plane.
func (c *columns) scan(k *kinds, planes, plane int) {
	c.last, c.half, c.middle = grow(c.last, plane), grow(c.half, plane), grow(c.middle, plane)
	for i := range plane {
		c.last[i] = none
	}
	c.changes = c.changes[:0]
	for z := 1; z < planes; z++ {
		before := k.plane(z - 1)
		for w, word := range k.plane(z) {
			for differ := word ^ before[w]; differ != 0; differ &= differ - 1 {
				i := w*64 + bits.TrailingZeros64(differ)
				c.changes = append(c.changes, change{plane: int32(z), before: c.last[i]})
				c.last[i] = int32(len(c.changes) - 1)
			}
		}
	}
	for i := range plane {
		c.between(i, math.Inf(1))
	}
}

// between sets the ends of the run of pixel i. end is the plane after it, +Inf if there is none.
func (c *columns) between(i int, end float64) {
	const before = -1 << 45 // farther than any plane, and half the sum with one is exact
	start := float64(before)
	if last := c.last[i]; last != none {
		start = float64(c.changes[last].plane - 1)
		end = min(end, -before)
	}
	c.half[i], c.middle[i] = (end-start)/2, 0
	if end <= math.MaxFloat64 {
		c.middle[i] = (end + start) / 2
	}
}

// back steps from plane z to the plane before it.
func (c *columns) back(k *kinds, z int) {
	before := k.plane(z - 1)
	for w, word := range k.plane(z) {
		for differ := word ^ before[w]; differ != 0; differ &= differ - 1 {
			i := w*64 + bits.TrailingZeros64(differ)
			c.last[i] = c.changes[c.last[i]].before
			c.between(i, float64(z))
		}
	}
}

// parabolas writes the height and sum of the parabolas of a run of pixels of plane z. The first is pixel i of the plane, at
// from in its line. Where there is none both are +Inf.
func (c *columns) parabolas(height, sum []float64, i, from, z int, spacing, inverse float64) {
	half, middle, sum := c.half[i:i+len(height)], c.middle[i:i+len(height)], sum[:len(height)]
	plane, x := float64(z), float64(from)
	for len(height) >= 4 {
		a, m, h, s := (*[4]float64)(half), (*[4]float64)(middle), (*[4]float64)(height), (*[4]float64)(sum)
		h0 := squared(a[0]-math.Abs(plane-m[0]), spacing)
		h1 := squared(a[1]-math.Abs(plane-m[1]), spacing)
		h2 := squared(a[2]-math.Abs(plane-m[2]), spacing)
		h3 := squared(a[3]-math.Abs(plane-m[3]), spacing)
		h[0], h[1], h[2], h[3] = h0, h1, h2, h3
		s[0], s[1], s[2], s[3] = sumAt(h0, x, inverse), sumAt(h1, x+1, inverse), sumAt(h2, x+2, inverse), sumAt(h3, x+3, inverse)
		half, middle, height, sum = half[4:], middle[4:], height[4:], sum[4:]
		x += 4
	}
	for k := range height {
		height[k] = squared(half[k]-math.Abs(plane-middle[k]), spacing)
		sum[k] = sumAt(height[k], x, inverse)
		x++
	}
}

func squared(count, spacing float64) float64 {
	d := float64(count * spacing)
	return float64(d * d)
}
