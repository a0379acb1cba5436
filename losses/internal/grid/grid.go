// Package grid is the geometry of the image plane: exact Euclidean distances, and what follows from them.
//
// An image is a flat slice in row order, D planes of H rows of W pixels; a 2-D image has D = 1. Distances are between
// pixel centres, in the unit of the spacing. Every map is exact, takes time in proportion to the pixels whatever the
// image, and has the same bits on every build: the arithmetic is + - * / and square root in float64, and no product is
// written where a compiler may fuse it into a sum.
package grid

// Dims is the size of an image: planes, rows, and pixels in a row. D is 1 in 2-D.
type Dims struct{ D, H, W int }

// Pixels is the number of pixels of the image.
func (d Dims) Pixels() int { return d.D * d.H * d.W }

// check panics unless every length is that of the image.
func (d Dims) check(lengths ...int) {
	if d.D < 0 || d.H < 0 || d.W < 0 {
		panic(badDims)
	}
	for _, n := range lengths {
		if n != d.Pixels() {
			panic(badLength)
		}
	}
}

// Spacing is the distance between pixel centres along D, H and W. An entry of 0 is unset and means 1.
type Spacing [3]float64

// Work is the scratch of the maps. It grows to the largest image it has seen and is used again; the zero value is ready.
// One Work serves one goroutine. Each map says what it takes.
type Work struct {
	half       []float64 // half[k] = 1/(2k)
	parabolas  []parabola
	kinds      kinds
	columns    columns
	square     []float64
	line       []float64
	height     []float64
	sum        []float64
	lineOut    []float64
	lineKinds  []uint64
	nearest    nearestWork
	components components
	together   []int32
}

const (
	badDims   = "grid: dims must not be negative"
	badLength = "grid: every slice must have one element per pixel"
)

// axes is an image as the distance passes see it: planes, along which distances are counted, then the rows and
// columns of each plane, along which parabolas are compared. A 2-D image is H planes of one row, so that only one pass
// compares parabolas.
type axes struct {
	planes, rows, cols          int
	perPlane, perRow, perColumn float64 // spacing along each
	unit                        float64 // what every distance is multiplied by at the end
	short                       bool    // squared distances are whole, of 24 bits at most, and unit is 1
}

func (d Dims) axes(s Spacing) axes {
	for i, v := range s {
		if v == 0 {
			s[i] = 1
		}
	}
	a := axes{
		planes: d.D, rows: d.H, cols: d.W,
		perPlane: s[0], perRow: s[1], perColumn: s[2],
		unit: 1,
	}
	if d.D == 1 {
		a.planes, a.rows = d.H, 1
		a.perPlane, a.perRow = s[1], s[2]
	}
	// One spacing along every axis is counted in pixels, where every squared distance is a whole number.
	if a.perPlane == a.perRow && a.perRow == a.perColumn {
		a.unit = a.perRow
		a.perPlane, a.perRow, a.perColumn = 1, 1, 1
		a.short = a.unit == 1 && a.planes*a.planes+a.rows*a.rows+a.cols*a.cols < 1<<24
	}
	return a
}

// grow returns s with n elements, in the memory of s where that is enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
