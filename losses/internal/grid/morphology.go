package grid

// Erode writes to dst 1 where every pixel at most radius rows and columns away, and planes in 3-D, is inside the image and
// nonzero, 0 elsewhere: the erosion by a square of side 2 radius + 1, or radius erosions by a square of side 3. The time
// does not depend on the radius. dst may be the mask. It takes a bit for each pixel, and 4 bytes for each of a row in 2-D,
// of a plane in 3-D.
//
// A pixel stays if it is the middle of enough nonzero pixels in a row; then, of those, in a column; then along the planes.
func (w *Work) Erode(dst, mask []uint8, d Dims, radius int) {
	d.check(len(dst), len(mask))
	w.kinds.pack(mask, d.D*d.H, d.W)
	clear(dst)
	for row := range d.D * d.H {
		words, pixels := w.kinds.plane(row), dst[row*d.W:(row+1)*d.W]
		for from := 0; from < d.W; {
			to := runEnd(words, from, d.W)
			if is(words, from) != 0 {
				for x := from + radius; x < to-radius; x++ {
					pixels[x] = 1
				}
			}
			from = to
		}
	}
	plane := d.H * d.W
	for z := range d.D {
		w.erodeLines(dst[z*plane:(z+1)*plane], d.W, radius)
	}
	if d.D > 1 {
		w.erodeLines(dst, plane, radius)
	}
}

// erodeLines erodes along the first axis of an image of lines of n pixels.
func (w *Work) erodeLines(pixels []uint8, n, radius int) {
	w.together = grow(w.together, n)
	clear(w.together)
	enough := int32(2*radius + 1)
	for from := 0; from < len(pixels); from += n {
		line := pixels[from : from+n]
		for i, v := range line {
			w.together[i] = (w.together[i] + 1) * int32(v)
		}
		if middle := from - radius*n; middle >= 0 {
			line = pixels[middle : middle+n]
			for i, count := range w.together {
				line[i] = 0
				if count >= enough {
					line[i] = 1
				}
			}
		}
	}
	clear(pixels[max(0, len(pixels)-radius*n):])
}

// Edge writes to dst 1 on the nonzero pixels with a neighbour, across a side or a face, that is zero or outside the image;
// 0 elsewhere. It is the mask less its erosion by a cross.
func Edge(dst, mask []uint8, d Dims) {
	d.check(len(dst), len(mask))
	plane := d.H * d.W
	i := 0
	for z := range d.D {
		for y := range d.H {
			for x := range d.W {
				dst[i] = 0
				if mask[i] != 0 {
					inner := x > 0 && x+1 < d.W && mask[i-1] != 0 && mask[i+1] != 0 &&
						y > 0 && y+1 < d.H && mask[i-d.W] != 0 && mask[i+d.W] != 0 &&
						(d.D == 1 || z > 0 && z+1 < d.D && mask[i-plane] != 0 && mask[i+plane] != 0)
					if !inner {
						dst[i] = 1
					}
				}
				i++
			}
		}
	}
}

// DilateBall writes to dst 1 on the pixels at most radius from a nonzero pixel, 0 elsewhere: the dilation by a disk or a
// ball. The time does not depend on the radius. dst may be the mask. Memory as for SquaredDistance.
func (w *Work) DilateBall(dst, mask []uint8, d Dims, s Spacing, radius float64) {
	w.transform(len(dst), mask, d, s, both, func(at int, squared []float64, a axes) {
		words := w.kinds.plane(at / len(squared))
		far := float64(radius*radius) / float64(a.unit*a.unit)
		for i, v := range squared {
			dst[at+i] = 0
			if v <= far || is(words, i) != 0 {
				dst[at+i] = 1
			}
		}
	})
}
