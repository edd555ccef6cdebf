package plate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// A box lies in the middle of its picture and fills it to 94 % along one side, in perspective too,
// and what a camera aims at is in the middle.
func TestABoxFillsItsPicture(t *testing.T) {
	for _, shape := range [][3]int{{30, 20, 10}, {90, 20, 20}, {10, 10, 60}} {
		g := tissue.Grid{Shape: shape, Spacing: [3]float64{10, 10, 10}}
		for _, camera := range []render.Camera{
			{Azimuth: 30, Elevation: 24, Zoom: 1}, {Azimuth: 30, Elevation: 24, Zoom: 1, Perspective: true}, {Azimuth: -110, Elevation: -60, Zoom: 1, Perspective: true},
		} {
			scene := render.Scene{Grid: g, Camera: camera}
			size := fit(&scene)
			low, high := extent(scene.View(size))
			wide, tall := (high[0]-low[0])/float64(size.X), (high[1]-low[1])/float64(size.Y)
			const pixel = 2 // of 1000
			if filled := max(wide, tall); math.Abs(filled-0.94) > 0.01 {
				t.Errorf("%v, %+v: it fills %.3f of %v", shape, camera, filled, size)
			}
			if x, y := low[0]+high[0]-float64(size.X), low[1]+high[1]-float64(size.Y); math.Abs(x) > 2*pixel || math.Abs(y) > 2*pixel {
				t.Errorf("%v, %+v: its middle is %.1f, %.1f pixels off", shape, camera, x/2, y/2)
			}
		}
		aimed := render.Scene{Grid: g, Camera: render.Camera{Azimuth: 30, Elevation: 24, Zoom: 2, Perspective: true, Aim: r3.Vec{X: 40, Y: -20, Z: 10}}}
		size := fit(&aimed)
		edges := g.Size()
		x, y, _ := aimed.View(size).Project(r3.Vec{X: edges[0]/2 + 40, Y: edges[1]/2 - 20, Z: edges[2]/2 + 10})
		if math.Abs(x-float64(size.X)/2) > 1e-6 || math.Abs(y-float64(size.Y)/2) > 1e-6 {
			t.Errorf("%v: aimed at %g, %g of %v", shape, x, y, size)
		}
	}
}
