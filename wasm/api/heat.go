package api

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/maskloss/maskloss/losses"
)

// heatPalette runs from blue over white to orange, told apart by any eye; the
// middle is 0.
var heatPalette = func() color.Palette {
	p := make(color.Palette, 255)
	mix := func(to, t float64) uint8 { return uint8(math.Round(255 + (to-255)*t)) }
	for i := range p {
		t := float64(i-127) / 127
		if t < 0 {
			p[i] = color.RGBA{mix(0, -t), mix(90, -t), mix(181, -t), 255}
		} else {
			p[i] = color.RGBA{mix(200, t), mix(80, t), mix(0, t), 255}
		}
	}
	return p
}()

// drawHeat draws a heat map: its slices one below the other, the largest
// magnitude at either end of the colours.
func drawHeat(heat []float32, s losses.Shape) ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, s.W, len(heat)/s.W), heatPalette)
	most := 0.0
	for _, x := range heat {
		most = math.Max(most, math.Abs(float64(x)))
	}
	for i, x := range heat {
		t := 0.0
		if most > 0 {
			t = float64(x) / most
		}
		img.Pix[i] = uint8(math.Round(127 + 127*t))
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	err := e.Encode(&b, img)
	return b.Bytes(), err
}
