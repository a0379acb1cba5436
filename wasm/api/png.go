package api

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"

	"github.com/maskloss/maskloss/losses"
)

// readPNG reads the samples of a PNG file: palette indices are class ids, greys
// and channels intensities of up to 16 bits. Without a channel, a file with alpha
// gives its alpha, and one in colour must be grey.
//
// The size is checked by the header, before anything is decompressed.
func (c *Config) readPNG(field string, b []byte, channel string) (*file, error) {
	if len(b) < 33 || string(b[12:16]) != "IHDR" {
		return nil, malformed(field, "%s is a PNG file without a header", field)
	}
	w, h := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	depth, kind := int(b[24]), b[25]
	if uint64(w)*uint64(h) > uint64(c.MaxPixels) {
		return nil, refusal(413, "size", field, "%s has %d x %d pixels by its header, must have at most %d", field, w, h, c.MaxPixels)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, malformed(field, "%s is no whole PNG file: %v", field, err)
	}
	f := &file{dims: []int{int(h), int(w)}}
	switch m := img.(type) {
	case *image.Paletted:
		if channel != "" {
			return nil, malformed(keyChannel, "channel is %s, %s has a palette, whose indices are class ids", channel, field)
		}
		f.labels.U8 = packed(m.Pix, m.Stride, 1, 0, int(w), int(h))
	case *image.Gray:
		f.full = 1<<min(depth, 8) - 1
		f.labels.U8 = packed(m.Pix, m.Stride, 1, 0, int(w), int(h))
		if scale := uint8(255 / f.full); scale > 1 { // the decoder stretches to 8 bits
			for i := range f.labels.U8 {
				f.labels.U8[i] /= scale
			}
		}
	case *image.Gray16:
		f.full = 1<<16 - 1
		f.labels.U16 = packed16(m.Pix, m.Stride, 2, 0, int(w), int(h))
	case *image.RGBA:
		return f, f.colour(m.Pix, m.Stride, 4, kind, depth, channel, field)
	case *image.NRGBA:
		return f, f.colour(m.Pix, m.Stride, 4, kind, depth, channel, field)
	case *image.RGBA64:
		return f, f.colour(m.Pix, m.Stride, 8, kind, depth, channel, field)
	case *image.NRGBA64:
		return f, f.colour(m.Pix, m.Stride, 8, kind, depth, channel, field)
	default:
		return nil, malformed(field, "%s is a PNG file of a kind that is not read", field)
	}
	if channel != "" && channel != "red" {
		return nil, malformed(keyChannel, "channel is %s, %s has grey alone", channel, field)
	}
	return f, nil
}

// The colour types of PNG.
const (
	pngGrey = iota
	_
	pngRGB
	_
	pngGreyAlpha
	_
	pngRGBA
)

// colour takes one channel of a file that has several. A grey file with a
// transparent grey is read like one without.
func (f *file) colour(pix []uint8, stride, step int, kind uint8, depth int, channel, field string) error {
	h, w := f.dims[0], f.dims[1]
	at, ok := map[string]int{"red": 0, "green": 1, "blue": 2, "alpha": 3}[channel]
	alpha := kind == pngGreyAlpha || kind == pngRGBA
	switch {
	case ok && at == 3 && !alpha:
		return malformed(keyChannel, "channel is alpha, %s has none", field)
	case ok:
	case alpha:
		at = 3
	case kind == pngRGB && !isGrey(pix, stride, step, w, h):
		return malformed(keyChannel, "channel is missing, must be red, green or blue for %s, which is in colour", field)
	}
	f.full = 1<<depth - 1
	if step == 8 {
		f.labels = losses.Labels{U16: packed16(pix, stride, step, 2*at, w, h)}
		return nil
	}
	f.labels = losses.Labels{U8: packed(pix, stride, step, at, w, h)}
	if scale := uint8(255 / f.full); kind == pngGrey && scale > 1 {
		for i := range f.labels.U8 {
			f.labels.U8[i] /= scale
		}
	}
	return nil
}

// isGrey tells whether red, green and blue are alike everywhere.
func isGrey(pix []uint8, stride, step, w, h int) bool {
	n := step / 4
	for y := range h {
		for x := range w {
			p := pix[y*stride+x*step:]
			if !bytes.Equal(p[:n], p[n:2*n]) || !bytes.Equal(p[:n], p[2*n:3*n]) {
				return false
			}
		}
	}
	return true
}

// packed takes one byte of every pixel.
func packed(pix []uint8, stride, step, at, w, h int) []uint8 {
	out := make([]uint8, w*h)
	for y := range h {
		row := pix[y*stride:]
		for x := range w {
			out[y*w+x] = row[x*step+at]
		}
	}
	return out
}

// packed16 takes two bytes of every pixel.
func packed16(pix []uint8, stride, step, at, w, h int) []uint16 {
	out := make([]uint16, w*h)
	for y := range h {
		row := pix[y*stride:]
		for x := range w {
			out[y*w+x] = binary.BigEndian.Uint16(row[x*step+at:])
		}
	}
	return out
}
