package render

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// A ray that crosses calm bricks in one step, and mild ones in longer steps, sees what one sees
// that takes every step.
func TestBricksHideNothing(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{37, 30, 26}, Spacing: [3]float64{10, 10, 12}}
	niche := func(p r3.Vec) float64 {
		d := r3.Norm(r3.Sub(p, r3.Vec{X: 210, Y: 120, Z: 150}))
		return math.Exp(-d/60) / (d + 5)
	}
	gap := func(p r3.Vec) float64 {
		if p.X > 100 && p.X < 140 {
			return math.NaN()
		}
		return niche(p)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, tc := range []struct {
		name  string
		field func(p r3.Vec) float64
		scale Scale
		flat  bool
	}{
		{"linear", niche, Scale{High: 0.05}, false},
		{"logarithmic", niche, Scale{Low: 1e-5, High: 0.1, Log: true}, false},
		{"missing voxels", gap, Scale{Low: 1e-3, High: 0.05}, false},
		{"nothing", func(r3.Vec) float64 { return 0 }, Scale{Low: 1e-5, High: 0.1, Log: true}, false},
		{"all unlike", func(r3.Vec) float64 { return random.Float64() }, Scale{High: 32}, false},
		{"a sheet", niche, Scale{High: 0.05}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := g
			if tc.flat {
				g.Shape[2], g.Planar = 1, true
			}
			for _, camera := range []Camera{StandardCamera(), {Azimuth: 200, Elevation: -50, Zoom: 1.5, Perspective: true}, {Zoom: 1}} {
				s := Scene{Grid: g, Camera: camera, Volumes: []Volume{{
					Field: fieldOf(g, tc.field), Map: colormap.Viridis(), Scale: tc.scale, Opacity: Fog(g, tc.scale, 1),
					Surfaces: []Surface{{Level: 2e-3, Colour: colormap.Viridis().At(0.6), Opacity: 0.4}},
				}}}
				sameSights(t, s, image.Pt(80, 60), tc.name == "all unlike")
			}
		})
	}
}

// sameSights compares the rays of a scene with and without bricks: within half a level of
// 255, or two thirds in fog without any order.
func sameSights(t *testing.T, s Scene, size image.Point, unlike bool) {
	t.Helper()
	levels := 0.5
	if unlike {
		levels = 2. / 3
	}
	tr := newTracer(s, size)
	calm := newBricks(tr)
	worst := 0.0
	for y := range size.Y {
		for x := range size.X {
			tr.bricks = nil
			want := tr.trace(float64(x)+0.5, float64(y)+0.5)
			tr.bricks = calm
			got := tr.trace(float64(x)+0.5, float64(y)+0.5)
			worst = max(worst, math.Abs(got.clear-want.clear))
			for k := range got.glow {
				worst = max(worst, math.Abs(got.glow[k]-want.glow[k]))
			}
		}
	}
	if t.Logf("%+v: off by %.2g levels", s.Camera, 255*worst); 255*worst > levels {
		t.Errorf("%+v: a ray is off by %g levels", s.Camera, 255*worst)
	}
}
