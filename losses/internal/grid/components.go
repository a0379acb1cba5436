package grid

// Connectivity says which pixels touch.
type Connectivity int

const (
	Faces   Connectivity = iota // across a side of a pixel or a face of a voxel: 4 neighbours in 2-D, 6 in 3-D
	Corners                     // across a corner too: 8 neighbours in 2-D, 26 in 3-D
)

// Components writes to dst the connected components of the nonzero pixels, numbered from 1 in the order of their first
// pixels, 0 elsewhere, and returns how many they are. It takes a bit for each pixel, and 12 bytes for each run of nonzero
// pixels in a row.
//
// Runs are joined instead of pixels, each with the runs it touches in the rows before it. A component is known by its first
// run.
func (w *Work) Components(dst []int32, mask []uint8, d Dims, touching Connectivity) int {
	d.check(len(dst), len(mask))
	c := &w.components
	w.kinds.pack(mask, d.D*d.H, d.W)
	c.runs, c.parent, c.row = c.runs[:0], c.parent[:0], c.row[:0]
	for row := range d.D * d.H {
		c.scan(w.kinds.plane(row), d.W)
		y := row % d.H
		if y > 0 {
			c.join(row, row-1, touching)
		}
		if row >= d.H {
			c.join(row, row-d.H, touching)
			if touching == Corners && y > 0 {
				c.join(row, row-d.H-1, touching)
			}
			if touching == Corners && y+1 < d.H {
				c.join(row, row-d.H+1, touching)
			}
		}
	}
	return c.number(dst, d)
}

type components struct {
	runs   []run
	parent []int32 // place of an earlier run of the same component, or its own place
	row    []int32 // place of the first run of each row
}

// A run is the pixels of a row from one to before another, all nonzero.
type run struct{ from, to int32 }

// scan appends the runs of the next row.
func (c *components) scan(words []uint64, width int) {
	c.row = append(c.row, int32(len(c.runs)))
	for from := 0; from < width; {
		to := runEnd(words, from, width)
		if is(words, from) != 0 {
			c.parent = append(c.parent, int32(len(c.runs)))
			c.runs = append(c.runs, run{int32(from), int32(to)})
		}
		from = to
	}
}

// join makes one component of all runs of the last row and of a row before it that touch.
func (c *components) join(row, before int, touching Connectivity) {
	reach := int32(touching) // a corner is one pixel on
	i, j, end := c.row[before], c.row[row], c.row[before+1]
	for i < end && int(j) < len(c.runs) {
		a, b := c.runs[i], c.runs[j]
		if a.from < b.to+reach && b.from < a.to+reach {
			p, q := c.first(i), c.first(j)
			c.parent[max(p, q)] = min(p, q)
		}
		if a.to < b.to {
			i++
		} else {
			j++
		}
	}
}

// first is the first run of the component of run i. It halves the way there.
func (c *components) first(i int32) int32 {
	for c.parent[i] != i {
		c.parent[i] = c.parent[c.parent[i]]
		i = c.parent[i]
	}
	return i
}

// number writes the components to dst. Once a run is numbered, its number takes the place of its parent, which no later
// run asks for: a parent comes first.
func (c *components) number(dst []int32, d Dims) int {
	clear(dst)
	count := int32(0)
	for row := range d.D * d.H {
		end := len(c.runs)
		if row+1 < len(c.row) {
			end = int(c.row[row+1])
		}
		pixels := dst[row*d.W : (row+1)*d.W]
		for i := int(c.row[row]); i < end; i++ {
			if p := c.parent[i]; int(p) == i {
				count++
				c.parent[i] = count
			} else {
				c.parent[i] = c.parent[p]
			}
			run := pixels[c.runs[i].from:c.runs[i].to]
			for k := range run {
				run[k] = c.parent[i]
			}
		}
	}
	return int(count)
}
