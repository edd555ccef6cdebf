package figure

import (
	"image"
	"image/color"
	"math"
	"testing"
)

func TestDiscCoversItsArea(t *testing.T) {
	s := newRaster(120, 100)
	black := color.NRGBA{A: 255}
	covered := func(r image.Rectangle) float64 {
		sum := 0.0
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				sum += 1 - float64(s.pixels.RGBAAt(x, y).R)/255
			}
		}
		return sum
	}
	for _, r := range []float64{3, 7.3, 20} {
		s.box(s.pixels.Rect, color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff})
		s.disc(s.pixels.Rect, 50.4, 50.7, r, black)
		// The edge is as wide as a pixel, which adds π/12 to the area.
		if got, want := covered(s.pixels.Rect), math.Pi*r*r; math.Abs(got-want) > 0.02*want {
			t.Errorf("radius %g covers %g pixels, want %g", r, got, want)
		}
	}
	s.box(s.pixels.Rect, color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff})
	clip := image.Rect(0, 0, 50, 100)
	s.disc(clip, 50, 50, 20, black)
	if half, all := covered(clip), covered(s.pixels.Rect); half != all || math.Abs(half-200*math.Pi) > 7 {
		t.Errorf("clipped to its left half, a disc covers %g pixels there and %g in all", half, all)
	}
}
