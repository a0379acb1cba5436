package grid

import "math"

// BorderWeight writes to dst the border term of the U-Net weight map, w0 exp(-(d1+d2)²/(2 sigma²)), d1 and d2 being the
// distances to the nearest and second nearest instance of the label map. It is 0 on the instances unless everywhere is
// set, and 0 on every pixel if there are fewer than two instances. sigma must be positive. It takes 4 bytes a pixel, and a
// plane in 3-D, a row in 2-D.
//
// Ronneberger et al., U-Net, MICCAI 2015, equation 2.
func (w *Work) BorderWeight(dst []float32, labels []int32, d Dims, s Spacing, w0, sigma float64, everywhere bool) {
	w.border = grow(w.border, len(dst))
	width := 2 * float64(sigma*sigma)
	w.twoNearest(dst, w.border, labels, d, s, func(at int, found []pair, unit float64) {
		for i, p := range found {
			if p.farLabel == 0 || labels[at+i] > 0 && !everywhere {
				dst[at+i] = 0
				continue
			}
			sum := float64(unit * (math.Sqrt(p.near) + math.Sqrt(p.far)))
			dst[at+i] = float32(float64(w0 * exp(-float64(sum*sum)/width)))
		}
	})
}
