package render

import (
	"image"
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// solidScene has balls before and behind three planes, and two that overlap.
func solidScene() (Scene, [3]float64) {
	g := tissue.Grid{Shape: [3]int{10, 8, 6}, Spacing: [3]float64{10, 10, 10}}
	s := Scene{Grid: g, Camera: Camera{Azimuth: 25, Elevation: 20, Zoom: 1, Perspective: true}}
	for _, c := range []r3.Vec{{X: 20, Y: 20, Z: 20}, {X: 24, Y: 16, Z: 22}, {X: 80, Y: 60, Z: 40}, {X: 70, Y: 20, Z: 45}, {X: 45, Y: 45, Z: 35}} {
		s.Balls = append(s.Balls, Ball{Centre: c, Radius: 7, Colour: color.RGBA{R: 255, A: 255}})
	}
	v := Volume{Field: tissue.NewField(g), Map: colormap.Viridis(), Scale: Scale{High: 1}}
	var planes [3]float64
	for axis := range 3 {
		v.Slices = append(v.Slices, Middle(g, axis))
		planes[axis] = Middle(g, axis).Position(g)
	}
	s.Volumes = []Volume{v}
	return s, planes
}

// What is picked at a pixel is what the picture shows there.
func TestThePickedIsWhatIsSeen(t *testing.T) {
	scene, planes := solidScene()
	size := image.Pt(120, 90)
	for _, perspective := range []bool{true, false} {
		scene.Camera.Perspective = perspective
		traced := newTracer(scene, size)
		solids, sorted := scene.View(size).Solids(scene.Balls, planes), scene.View(size).Solids(scene.Balls, planes)
		sorted.sort()
		picked := map[bool]int{}
		for y := 0.5; y < 90; y++ {
			for x := 0.5; x < 120; x++ {
				a := aim{ray: traced.view.ray(x, y)}
				a.near, a.far = traced.span(a.ray)
				end, _ := traced.solid(&a, x, y)
				r, cell := a.ray, a.cell
				at, ball, found := solids.First(x, y)
				if found != !math.IsInf(end, 1) || found && (ball >= 0) != cell || found && r3.Norm(r3.Sub(at, r.at(end))) > 1e-9 {
					t.Fatalf("pixel %g, %g: picked %v of ball %d, seen at %v, a cell: %v", x, y, at, ball, r.at(end), cell)
				}
				if found {
					if again, same, _ := sorted.First(x, y); again != at || same != ball {
						t.Fatalf("pixel %g, %g: ball %d, sorted %d", x, y, ball, same)
					}
					picked[cell]++
				}
			}
		}
		if picked[true] < 100 || picked[false] < 1000 {
			t.Errorf("%d pixels of balls and %d of planes", picked[true], picked[false])
		}
	}
}

func TestWhatLiesBehindIsHidden(t *testing.T) {
	scene, planes := solidScene()
	v := scene.View(image.Pt(120, 90))
	solids := v.Solids(scene.Balls, planes)
	toEye := func(p r3.Vec, far float64) r3.Vec { return r3.Add(p, r3.Scale(far, v.toward)) }
	for _, tc := range []struct {
		name   string
		at     r3.Vec
		hidden bool
	}{
		{"before a ball", toEye(scene.Balls[1].Centre, 9), false},
		{"in a ball", scene.Balls[1].Centre, true},
		{"behind a plane", r3.Vec{X: 50, Y: 75, Z: 15}, true},
		{"on the plane across y", r3.Vec{X: 75, Y: 45, Z: 50}, false},
		{"beside the picture", r3.Vec{X: 900, Y: -500, Z: 900}, false},
	} {
		if got := solids.Hides(tc.at); got != tc.hidden {
			t.Errorf("%s: hidden %v", tc.name, got)
		}
	}
	for i, hidden := range []bool{true, false, true, false, true} {
		if got := solids.HidesBall(i); got != hidden {
			t.Errorf("ball %d is hidden: %v", i, got)
		}
	}
	if (v.Solids(nil, [3]float64{math.NaN(), math.NaN(), math.NaN()})).Hides(r3.Vec{X: 50, Y: 40, Z: 30}) {
		t.Error("nothing hides the middle of the box")
	}
}
