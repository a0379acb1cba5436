package grid

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// BorderWeight writes to dst the border term of the U-Net weight map, w0 exp(-(d1+d2)²/(2 sigma²)), d1 and d2 being the
// distances to the nearest and second nearest instance of the label map. It is 0 on the instances unless everywhere is
// set, and 0 on every pixel if there are fewer than two instances. sigma must be positive. Memory as for TwoNearest.
//
// Ronneberger et al., U-Net, MICCAI 2015, equation 2.
func (w *Work) BorderWeight(dst []float32, labels []int32, d Dims, s Spacing, w0, sigma float64, everywhere bool) {
	d.check(len(dst))
	inverse := 1 / (2 * float64(sigma*sigma))
	// Half the least float32 is 2 to the -150; what is below it is 0 there, and most of a map is.
	faint := 150*math.Ln2 + math.Log(max(1, math.Abs(w0)))
	w.twoNearest(labels, d, s, func(at int, found costs, a axes) {
		dst, labels := dst[at:at+len(found.near)], labels[at:at+len(found.near)]
		for i := range dst {
			dst[i] = 0
			if everywhere || labels[i] <= 0 {
				sum := float64(a.unit * (math.Sqrt(found.near[i]) + math.Sqrt(found.far[i])))
				if fall := float64(sum * sum * inverse); fall < faint {
					dst[i] = float32(float64(w0 * vec.Exp64(-fall)))
				}
			}
		}
	})
}
