package grid

import "math/bits"

// columns counts, for the pixels of a plane, the steps along the first axis to the nearest pixel of the other kind. It
// knows only where the kind changes, and so takes memory for the border of the object: 8 bytes a change, and a plane.
type columns struct {
	changes []change
	last    []int32 // place in changes of the change at or before the plane, or none
	start   []int32 // plane of that change
	end     []int32 // plane of the next change
}

// A change is a plane where a column changes kind, and the place of the change before it in the same column.
type change struct{ plane, before int32 }

const (
	none  = -1
	never = 1 << 30 // farther than any plane, and no overflow when planes are taken from it
)

// scan finds every change of kind and stands on the last plane.
func (c *columns) scan(k *kinds, planes, plane int) {
	c.last, c.start, c.end = grow(c.last, plane), grow(c.start, plane), grow(c.end, plane)
	for i := range plane {
		c.last[i], c.start[i], c.end[i] = none, -never, never
	}
	c.changes = c.changes[:0]
	for z := 1; z < planes; z++ {
		before := k.plane(z - 1)
		for w, word := range k.plane(z) {
			for differ := word ^ before[w]; differ != 0; differ &= differ - 1 {
				i := w*64 + bits.TrailingZeros64(differ)
				c.changes = append(c.changes, change{plane: int32(z), before: c.last[i]})
				c.last[i], c.start[i] = int32(len(c.changes)-1), int32(z)
			}
		}
	}
}

// back steps from plane z to the plane before it.
func (c *columns) back(k *kinds, z int) {
	before := k.plane(z - 1)
	for w, word := range k.plane(z) {
		for differ := word ^ before[w]; differ != 0; differ &= differ - 1 {
			i := w*64 + bits.TrailingZeros64(differ)
			last := c.changes[c.last[i]].before
			c.last[i], c.start[i], c.end[i] = last, -never, int32(z)
			if last != none {
				c.start[i] = c.changes[last].plane
			}
		}
	}
}

// parabolas writes the height and sum of the parabolas of a run of pixels of plane z. The first is pixel i of the plane, at
// from in its line. Where there is none the height is that of never, or a little more.
func (c *columns) parabolas(height, sum []float64, i, from, z int, spacing, inverse float64) {
	starts, ends, sum := c.start[i:i+len(height)], c.end[i:i+len(height)], sum[:len(height)]
	x := float64(from)
	for len(height) >= 4 {
		start, end, h, s := (*[4]int32)(starts), (*[4]int32)(ends), (*[4]float64)(height), (*[4]float64)(sum)
		h0 := squared(steps(z, start[0], end[0]), spacing)
		h1 := squared(steps(z, start[1], end[1]), spacing)
		h2 := squared(steps(z, start[2], end[2]), spacing)
		h3 := squared(steps(z, start[3], end[3]), spacing)
		h[0], h[1], h[2], h[3] = h0, h1, h2, h3
		s[0], s[1], s[2], s[3] = sumAt(h0, x, inverse), sumAt(h1, x+1, inverse), sumAt(h2, x+2, inverse), sumAt(h3, x+3, inverse)
		starts, ends, height, sum = starts[4:], ends[4:], height[4:], sum[4:]
		x += 4
	}
	for k := range height {
		height[k] = squared(steps(z, starts[k], ends[k]), spacing)
		sum[k] = sumAt(height[k], x, inverse)
		x++
	}
}

// steps is the smaller of the steps to before the start and to the end, without a branch.
func steps(z int, start, end int32) float64 {
	back, on := z-int(start)+1, int(end)-z
	less := on - back
	return float64(back + less&(less>>63))
}

func squared(count, spacing float64) float64 {
	d := float64(count * spacing)
	return float64(d * d)
}
