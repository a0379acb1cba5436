package api

import (
	"encoding/json"

	"github.com/maskloss/maskloss/losses"
)

// readRLE reads COCO run lengths, {"size": [height, width], "counts": ...}: the
// pixels column after column in runs of 0, 1, 0, 1, ..., as numbers or as the
// compressed string of pycocotools.
func (c *Config) readRLE(field string, b []byte) (*file, error) {
	var rle struct {
		Size   []int           `json:"size"`
		Counts json.RawMessage `json:"counts"`
	}
	if !shallow(b) {
		return nil, malformed(field, "%s is nested deeper than %d", field, maxDepth)
	}
	if err := json.Unmarshal(b, &rle); err != nil {
		return nil, malformed(field, "%s is no COCO RLE: %v", field, err)
	}
	if len(rle.Size) != 2 || rle.Size[0] < 1 || rle.Size[1] < 1 {
		return nil, refusal(400, losses.CodeShape, field, "%s has size %.40v, must be [height, width]", field, rle.Size)
	}
	h, w := rle.Size[0], rle.Size[1]
	if h > c.MaxPixels/w {
		return nil, refusal(413, "size", field, "%s has %d x %d pixels, must have at most %d", field, w, h, c.MaxPixels)
	}
	var text string
	var counts []int
	if json.Unmarshal(rle.Counts, &text) == nil {
		ok := false
		if counts, ok = unpackCounts(text, h*w); !ok {
			return nil, malformed(field, "%s has counts that are no compressed run lengths", field)
		}
	} else if err := json.Unmarshal(rle.Counts, &counts); err != nil {
		return nil, malformed(field, "%s has counts that are neither whole numbers nor a string", field)
	}
	columns := make([]uint8, h*w)
	at := 0
	for i, n := range counts {
		if n < 0 || n > len(columns)-at {
			return nil, refusal(400, losses.CodeLength, field, "%s has counts[%d] of %d, the runs must add up to %d pixels", field, i, n, h*w)
		}
		if i%2 == 1 {
			for k := range n {
				columns[at+k] = 1
			}
		}
		at += n
	}
	if at != len(columns) {
		return nil, refusal(400, losses.CodeLength, field, "%s has counts that add up to %d, must be %d pixels", field, at, h*w)
	}
	out := make([]uint8, h*w)
	for x := range w {
		for y := range h {
			out[y*w+x] = columns[x*h+y]
		}
	}
	return &file{dims: []int{h, w}, labels: losses.Labels{U8: out}}, nil
}

// unpackCounts reads groups of five bits, lowest first, one character each; from
// the fourth on a length is the difference to the one two before.
func unpackCounts(text string, most int) (counts []int, ok bool) {
	for i := 0; i < len(text); {
		value, shift := 0, 0
		for more := true; more; i++ {
			if i >= len(text) || shift > 30 {
				return nil, false
			}
			group := int(text[i]) - 48
			if group < 0 || group > 63 {
				return nil, false
			}
			value |= group & 31 << shift
			shift += 5
			if more = group&32 != 0; !more && group&16 != 0 {
				value |= -1 << shift
			}
		}
		if len(counts) > 2 {
			value += counts[len(counts)-2]
		}
		if value < 0 || value > most {
			return nil, false
		}
		counts = append(counts, value)
	}
	return counts, true
}
