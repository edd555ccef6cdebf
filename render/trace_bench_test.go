package render

import (
	"image"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// BenchmarkScene paints fog and a surface around cells of a field of 128³ voxels.
func BenchmarkScene(b *testing.B) {
	g := tissue.Grid{Shape: [3]int{128, 128, 128}, Spacing: [3]float64{10, 10, 10}}
	f := fieldOf(g, func(p r3.Vec) float64 {
		d := r3.Norm(r3.Sub(p, r3.Vec{X: 640, Y: 640, Z: 640}))
		return math.Exp(-d/120) / (d + 5)
	})
	for _, scale := range []Scale{{Low: 0, High: 0.05}, {Low: 1e-6, High: 0.1, Log: true}} {
		name := "scale=linear"
		if scale.Log {
			name = "scale=log"
		}
		s := Scene{Grid: g, Camera: StandardCamera(), Volumes: []Volume{{
			Field: f, Map: colormap.Viridis(), Scale: scale, Opacity: Fog(g, scale, 1),
			Surfaces: []Surface{{Level: 1e-3, Colour: colormap.Viridis().At(0.6), Opacity: 0.4}},
		}}}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.Paint(image.Pt(1024, 1024))
			}
		})
	}
}
