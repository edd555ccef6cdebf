package figure

import (
	"fmt"
	"image"
	"io"
	"math"
	"testing"

	"github.com/cytofield/cytofield/render"
)

// niches is a plane of n × n voxels with bumps around some cells.
func niches(n int) Map {
	p := &render.Plane{Width: n, Height: n, Spacing: [2]float64{10, 10}, Values: make([]float32, n*n)}
	m := Map{Plane: p, Quantity: "IL-2", Unit: "nM", Title: "Niches of IL-2", Time: 7200, CellTypes: []CellType{{Name: "Th"}, {Name: "Treg"}}}
	length := 10 * float64(n)
	for i := range 40 {
		x, y := math.Mod(float64(i)*0.618, 1)*length, math.Mod(float64(i)*0.382+0.1*float64(i%3), 1)*length
		m.Cells = append(m.Cells, render.Disc{X: x, Y: y, Radius: 5})
		for k := range p.Values {
			d := math.Hypot(10*float64(k%n)+5-x, 10*float64(k/n)+5-y)
			p.Values[k] += float32(math.Exp(-d/60) / (d + 5))
		}
	}
	return m
}

// BenchmarkFrame draws a frame of 1024 × 1024 pixels of a run of 128³ voxels: its pixels,
// and its PNG.
func BenchmarkFrame(b *testing.B) {
	f := Figure{Panels: []Panel{niches(128)}}
	o := Options{Pixels: image.Pt(1024, 1024)}
	for _, stage := range []struct {
		name string
		draw func() error
	}{
		{"pixels", func() error { _, err := f.Image(o); return err }},
		{"png", func() error { return f.Render(io.Discard, PNG, o) }},
	} {
		b.Run(fmt.Sprintf("as=%s", stage.name), func(b *testing.B) {
			for b.Loop() {
				if err := stage.draw(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
