package render

import (
	"image"
	"image/color"
	"math"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/golden"
	"github.com/cytofield/cytofield/tissue"
)

var update = golden.Flag()

// fieldOf fills a field with a function of the centres of voxels.
func fieldOf(g tissue.Grid, density func(p r3.Vec) float64) *tissue.Field {
	f := tissue.NewField(g)
	for i := range f.Values {
		v := g.Coordinates(i)
		f.Values[i] = density(g.Centre(v[0], v[1], v[2]))
	}
	return f
}

// even is fog of one absorption, 1/µm, whatever the density.
func even(absorption float64) Opacity { return Opacity{{At: 0, PerMicron: absorption}} }

func front() Camera { return Camera{Azimuth: 0, Elevation: 0, Zoom: 1} }

// The slab is 60 µm deep. Rounding alone: each of up to 1000 steps multiplies once.
func TestFogAbsorbsTheSameAtEveryStep(t *testing.T) {
	g := brick()
	s := Scene{Grid: g, Camera: front(), Volumes: []Volume{{
		Field: fieldOf(g, func(r3.Vec) float64 { return 0.7 }), Map: colormap.Viridis(), Scale: Scale{High: 1}, Opacity: even(0.02),
	}}}
	want := 1 - math.Exp(-0.02*60)
	colour := fractions(colormap.Viridis().At(0.7))
	for _, step := range []float64{0.06, 0.7, 2.5, 17, 500} {
		tr := newTracer(s, image.Pt(100, 100))
		tr.step = step
		l := tr.trace(50.3, 49.1)
		if math.Abs(1-l.clear-want) > 1e-12 {
			t.Errorf("steps of %g µm: opacity %.15g, want %.15g", step, 1-l.clear, want)
		}
		for c := range colour {
			if math.Abs(l.glow[c]-want*colour[c]) > 0.5/255 { // the table rounds the colour between two entries
				t.Errorf("steps of %g µm: channel %d glows %g, want %g", step, c, l.glow[c], want*colour[c])
			}
		}
	}
}

// Along a slope of absorption the trapezoid is exact but for the half voxels at the
// walls, where the density is constant.
func TestFogAddsUpAlongASlope(t *testing.T) {
	g := brick()
	s := Scene{Grid: g, Camera: front(), Volumes: []Volume{{
		Field: fieldOf(g, func(p r3.Vec) float64 { return p.Y / 60 }), Map: colormap.Viridis(), Scale: Scale{High: 1},
		Opacity: Opacity{{0, 0}, {1, 0.05}},
	}}}
	tr := newTracer(s, image.Pt(100, 100))
	want := 0.05 * 60 / 2.0
	if got := -math.Log(tr.trace(50.3, 49.1).clear); math.Abs(got-want) > 1e-6*want {
		t.Errorf("optical depth %g, want %g", got, want)
	}
}

func TestFogOfTwoFieldsAddsUp(t *testing.T) {
	g := brick()
	f := fieldOf(g, func(r3.Vec) float64 { return 1 })
	volume := Volume{Field: f, Map: colormap.Viridis(), Scale: Scale{High: 1}, Opacity: even(0.01)}
	other := volume
	other.Opacity = even(0.03)
	s := Scene{Grid: g, Camera: front(), Volumes: []Volume{volume, other}}
	l := newTracer(s, image.Pt(100, 100)).trace(50, 50)
	if want := math.Exp(-0.04 * 60); math.Abs(l.clear-want) > 1e-12 {
		t.Errorf("%g comes through, want %g", l.clear, want)
	}
}

// Voxels without a number hold no fog, and those beside them keep theirs up to
// the face between.
func TestFogLeavesOutMissingVoxels(t *testing.T) {
	for _, missing := range [][2]float64{{20, 35}, {40, 60}, {0, 25}} {
		f := fieldOf(brick(), func(p r3.Vec) float64 {
			if p.Y > missing[0] && p.Y < missing[1] {
				return math.NaN()
			}
			return 1
		})
		s := Scene{Grid: f.Grid, Camera: front(), Volumes: []Volume{{Field: f, Map: colormap.Viridis(), Scale: Scale{High: 1}, Opacity: even(0.02)}}}
		tr := newTracer(s, image.Pt(100, 100))
		tr.step = 0.01
		got, want := -math.Log(tr.trace(50, 50).clear)/0.02, 60-missing[1]+missing[0]
		if math.Abs(got-want) > 2*tr.step { // each face lies within a step
			t.Errorf("%v µm missing: %g µm of fog, want %g", missing, got, want)
		}
	}
}

// Fog of a known absorption in front of an opaque black surface tells how deep it
// lies.
func depth(t *testing.T, f *tissue.Field, level float64, camera Camera, x, y float64) float64 {
	t.Helper()
	const absorption = 0.02
	s := Scene{Grid: f.Grid, Camera: camera, Volumes: []Volume{{
		Field: f, Map: colormap.Viridis(), Scale: Scale{Low: -1e9, High: -1e8}, Opacity: even(absorption),
		Surfaces: []Surface{{Level: level, Colour: color.RGBA{A: 255}, Opacity: 1}},
	}}}
	tr := newTracer(s, image.Pt(200, 200))
	l := tr.trace(x, y)
	if l.clear != 0 {
		t.Fatalf("the ray meets no surface: %g comes through", l.clear)
	}
	yellow := fractions(colormap.Viridis().At(1))
	return -math.Log(1-l.glow[0]/yellow[0]) / absorption
}

func TestSurfaceOfASlopeIsItsPlane(t *testing.T) {
	f := fieldOf(brick(), func(p r3.Vec) float64 { return p.Y })
	for _, level := range []float64{3.1, 20, 22.5, 41.77, 57} {
		if got := depth(t, f, level, front(), 100, 100); math.Abs(got-level) > 1e-9 {
			t.Errorf("the surface of %g lies %g µm deep", level, got)
		}
		if back := depth(t, f, level, Camera{Azimuth: 180, Zoom: 1}, 100, 100); math.Abs(back-(60-level)) > 1e-9 {
			t.Errorf("from behind it lies %g µm deep, want %g", back, 60-level)
		}
	}
}

// r² between centres Δ = 2 µm apart is linear along each axis, at most Δ²/4 too high
// along each: the surface of 20 µm lies at most 3 Δ²/4/(2·20) = 0.075 µm inside.
func TestSurfaceOfABowlIsASphere(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{30, 30, 30}, Spacing: [3]float64{2, 2, 2}}
	f := fieldOf(g, func(p r3.Vec) float64 {
		q := r3.Sub(p, r3.Vec{X: 30, Y: 30, Z: 30})
		return r3.Dot(q, q)
	})
	for _, camera := range []Camera{front(), {Azimuth: 30, Elevation: 24, Zoom: 1}, {Azimuth: -77, Elevation: -60, Zoom: 1}, {Azimuth: 30, Elevation: 24, Zoom: 1, Perspective: true}} {
		v := camera.View(g, image.Pt(200, 200))
		for _, aside := range []float64{0, 7, 14} {
			x := 100 + aside*v.perMicron
			r := v.ray(x, 100)
			toCentre := r3.Sub(v.centre(), r.from)
			nearest := r3.Dot(toCentre, r.along)
			off := r3.Norm(r3.Sub(toCentre, r3.Scale(nearest, r.along)))
			near, _ := newTracer(Scene{Grid: g, Camera: camera}, image.Pt(200, 200)).span(r)
			at := near + depth(t, f, 400, camera, x, 100)
			if radius := math.Hypot(at-nearest, off); at > nearest || radius > 20+1e-6 || radius < 20-0.075 {
				t.Errorf("%+v, %g µm aside: radius %g, want 20", camera, aside, radius)
			}
		}
	}
}

// What comes through a sphere's shell, twice crossed, follows the law of a thin one.
func TestSurfaceIsAThinShell(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{60, 60, 60}, Spacing: [3]float64{1, 1, 1}}
	f := fieldOf(g, func(p r3.Vec) float64 { return r3.Norm(r3.Sub(p, r3.Vec{X: 30, Y: 30, Z: 30})) })
	s := Scene{Grid: g, Camera: front(), Volumes: []Volume{{Field: f, Surfaces: []Surface{{Level: 20, Colour: color.RGBA{255, 255, 255, 255}, Opacity: 0.3}}}}}
	tr := newTracer(s, image.Pt(200, 200))
	for _, aside := range []float64{0, 8, 14, 18} {
		cos := math.Sqrt(1 - aside*aside/400)
		want := math.Pow(0.7, 2/cos)
		if got := tr.trace(100+aside*tr.view.perMicron, 100).clear; math.Abs(got-want) > 0.002 { // normals of r between centres
			t.Errorf("%g µm aside: %g comes through, want %g", aside, got, want)
		}
	}
}

// The opacity of all pixels adds up to the area of the silhouette. An edge pixel of
// nine rays is off by up to 1/6, at random: of 2πRs pixels at the edge, hundreds, a
// few in all.
func TestBallsAreRound(t *testing.T) {
	g := brick()
	for _, camera := range []Camera{{Azimuth: 30, Elevation: 24, Zoom: 3}, {Azimuth: 30, Elevation: 24, Zoom: 3, Perspective: true}} {
		s := Scene{Grid: g, Camera: camera, Balls: []Ball{{Centre: r3.Vec{X: 50, Y: 30, Z: 20}, Radius: 9, Colour: color.RGBA{200, 90, 40, 255}}}}
		size := image.Pt(300, 300)
		img, v := s.Paint(size), s.View(size)
		area, left, right := 0.0, 300, 0
		for y := range 300 {
			for x := range 300 {
				a := img.RGBAAt(x, y).A
				area += float64(a) / 255
				if a > 127 {
					left, right = min(left, x), max(right, x)
				}
			}
		}
		radius := 9 * v.perMicron
		if camera.Perspective {
			radius /= math.Sqrt(1 - 81/(v.distance*v.distance))
		}
		if want := math.Pi * radius * radius; math.Abs(area-want) > 3 {
			t.Errorf("perspective %v: %g pixels, want %g", camera.Perspective, area, want)
		}
		if got := float64(right-left+1) / 2; math.Abs(got-radius) > 0.5 {
			t.Errorf("perspective %v: radius of %g pixels, want %g", camera.Perspective, got, radius)
		}
	}
}

// Balls, slices and fog hide one another as they lie.
func TestWhatIsInFrontHides(t *testing.T) {
	g := brick()
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	near, far := Ball{r3.Vec{X: 50, Y: 10, Z: 20}, 5, red}, Ball{r3.Vec{X: 50, Y: 50, Z: 20}, 5, blue}
	volume := Volume{Field: fieldOf(g, func(r3.Vec) float64 { return 1 }), Map: colormap.Viridis(), Scale: Scale{High: 1}}
	cut := volume
	cut.Slices = []Slice{{Axis: 1, Index: 5}} // at 27.5 µm
	seen := func(v Volume, azimuth float64) color.RGBA {
		s := Scene{Grid: g, Camera: Camera{Azimuth: azimuth, Zoom: 1}, Volumes: []Volume{v}, Balls: []Ball{far, near}}
		return newTracer(s, image.Pt(200, 200)).trace(100, 100).colour()
	}
	if c := seen(volume, 0); c.R == 0 || c.B != 0 || c.A != 255 {
		t.Errorf("from the front: %v, want the red ball", c)
	}
	if c := seen(volume, 180); c.R != 0 || c.B == 0 {
		t.Errorf("from behind: %v, want the blue ball", c)
	}
	fog := volume
	fog.Opacity = even(0.1)
	if c, bare := seen(fog, 0), seen(volume, 0); c.G == 0 || c.R < bare.R/2 {
		t.Errorf("through 5 µm of fog: %v of %v", c, bare)
	}
	dense := volume
	dense.Opacity = even(100)
	if c, bare := seen(dense, 0), seen(volume, 0); math.Abs(float64(c.R)-0.75*float64(bare.R)-0.25*float64(colormap.Viridis().At(1).R)) > 1 {
		t.Errorf("in dense fog: %v, want three quarters of %v", c, bare)
	}
	dense.Surfaces = []Surface{{Level: 0.65, Colour: color.RGBA{G: 255, A: 255}, Opacity: 1}}
	dense.Opacity, dense.Field = nil, fieldOf(g, func(p r3.Vec) float64 { return 1 - p.Y/10 })
	if c := seen(dense, 0); c.R > 0 {
		t.Errorf("behind a tight surface: %v, want nothing of the ball", c)
	}
	only := Scene{Grid: g, Camera: front(), Volumes: []Volume{cut}, Balls: []Ball{far}}
	if c := newTracer(only, image.Pt(200, 200)).trace(100, 100).colour(); c != colormap.Viridis().At(1) {
		t.Errorf("a slice before the ball: %v, want its colour", c)
	}
}

// The slice in a scene has the colours of the slice alone.
func TestSlicesInASceneHaveTheirColours(t *testing.T) {
	f := fieldOf(brick(), func(p r3.Vec) float64 { return p.X + 2*p.Z })
	f.Set(10, 6, 5, math.NaN())
	s := Scene{Grid: f.Grid, Camera: front(), Volumes: []Volume{{
		Field: f, Map: colormap.Viridis(), Scale: Scale{High: 200}, Slices: []Slice{{1, 6}},
	}}}
	tr := newTracer(s, image.Pt(200, 200))
	for _, p := range []r3.Vec{{X: 20, Y: 32.5, Z: 9}, {X: 77.3, Y: 32.5, Z: 30}} {
		x, y, _ := tr.view.Project(p)
		got, want := tr.trace(x, y).colour(), colormap.Viridis().At((p.X+2*p.Z)/200)
		if apart(got.R, want.R) > 1 || apart(got.G, want.G) > 1 || apart(got.B, want.B) > 1 || got.A != 255 {
			t.Errorf("at %v: %v, want %v", p, got, want)
		}
	}
	x, y, _ := tr.view.Project(f.Grid.Centre(10, 6, 5))
	if got := tr.trace(x, y); got.clear != 1 {
		t.Errorf("a missing voxel hides what is behind: %g comes through", got.clear)
	}
}

// Rays place densities on a scale as everybody does.
func TestRaysKeepToTheScale(t *testing.T) {
	for _, sc := range []Scale{{Low: -2, High: 3}, {Low: 1e-4, High: 20, Log: true}} {
		s := Scene{Grid: brick(), Camera: front(), Volumes: []Volume{{Map: colormap.Viridis(), Scale: sc, Opacity: even(1)}}}
		v := newTracer(s, image.Pt(9, 9)).volumes[0]
		for _, c := range []float64{-5, -2, 0, 1e-4, 0.02, 1.7, 3, 20, math.Inf(1)} {
			if got, want := v.position(c), sc.Position(c); math.Abs(got-want) > 1e-12 {
				t.Errorf("%g on %+v lies at %g, want %g", c, sc, got, want)
			}
		}
	}
}

func TestScenesDoNotDependOnThreads(t *testing.T) {
	s := goldenScene()
	want := s.Paint(image.Pt(60, 40))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if fault := differ(s.Paint(image.Pt(60, 40)), want, 0); fault != "" {
		t.Error(fault)
	}
}

// goldenScene has all there is: two fields with fog, a surface, a slice, cells.
func goldenScene() Scene {
	g := tissue.Grid{Shape: [3]int{24, 20, 14}, Spacing: [3]float64{10, 10, 10}}
	spot := func(at r3.Vec, reach float64) func(r3.Vec) float64 {
		return func(p r3.Vec) float64 { return math.Exp(-r3.Norm(r3.Sub(p, at)) / reach) }
	}
	left, right := r3.Vec{X: 70, Y: 80, Z: 80}, r3.Vec{X: 170, Y: 120, Z: 60}
	inferno, err := colormap.ByName("inferno")
	if err != nil {
		panic(err)
	}
	log := Scale{Low: 1e-3, High: 1, Log: true}
	s := Scene{Grid: g, Camera: StandardCamera(), Volumes: []Volume{
		{
			Field: fieldOf(g, spot(left, 25)), Map: inferno, Scale: log, Opacity: Fog(g, log, 1),
			Surfaces: []Surface{{Level: 0.2, Colour: color.RGBA{59, 142, 165, 255}, Opacity: 0.4}},
		},
		{
			Field: fieldOf(g, spot(right, 30)), Map: colormap.Viridis(), Scale: Scale{High: 0.8}, Opacity: Fog(g, Scale{High: 0.8}, 1),
			Surfaces: []Surface{{Level: 0.5, Colour: color.RGBA{208, 122, 62, 255}, Opacity: 0.8}},
		},
	}}
	for i := range 40 {
		a := float64(i)
		s.Balls = append(s.Balls, Ball{
			Centre: r3.Vec{X: 120 + 100*math.Sin(1.7*a), Y: 100 + 85*math.Sin(2.3*a+1), Z: 70 + 55*math.Sin(3.1*a+2)},
			Radius: 5, Colour: color.RGBA{122, 156, 198, 255},
		})
	}
	return s
}

// goldenScenes have one thing each, or all.
func goldenScenes() map[string]Scene {
	all := goldenScene()
	fog := Scene{Grid: all.Grid, Camera: all.Camera, Volumes: []Volume{all.Volumes[0]}}
	fog.Volumes[0].Surfaces = nil
	surfaces := Scene{Grid: all.Grid, Camera: Camera{Azimuth: -50, Elevation: 35, Zoom: 1.2}, Volumes: []Volume{all.Volumes[0], all.Volumes[1]}}
	surfaces.Volumes[0].Opacity, surfaces.Volumes[1].Opacity = nil, nil
	cells := Scene{Grid: all.Grid, Camera: Camera{Azimuth: 30, Elevation: 24, Zoom: 1, Perspective: true}, Volumes: []Volume{all.Volumes[1]}, Balls: all.Balls}
	cells.Volumes[0].Opacity, cells.Volumes[0].Surfaces, cells.Volumes[0].Slices = nil, nil, []Slice{{2, 6}}
	return map[string]Scene{"fog": fog, "surfaces": surfaces, "cells": cells, "all": all}
}

func TestScenesLookAsTheyDid(t *testing.T) {
	for name, s := range goldenScenes() {
		golden.Image(t, "scene_"+name+".png", s.Paint(image.Pt(160, 120)), 1, *update)
	}
}

func TestScenesThatCannotBe(t *testing.T) {
	g := brick()
	f := tissue.NewField(g)
	good := Volume{Field: f, Map: colormap.Viridis(), Scale: Scale{High: 1}, Opacity: even(1)}
	change := func(how func(*Volume)) Scene {
		v := good
		how(&v)
		return Scene{Grid: g, Camera: StandardCamera(), Volumes: []Volume{v}}
	}
	if err := change(func(*Volume) {}).Validate(); err != nil {
		t.Errorf("a good scene: %v", err)
	}
	for _, tc := range []struct {
		scene Scene
		want  string
	}{
		{Scene{Grid: g}, "zoom"},
		{Scene{Grid: g, Camera: front(), Volumes: make([]Volume, 5)}, "5 fields"},
		{Scene{Grid: g, Camera: front(), Balls: []Ball{{}}}, "ball 1 of radius 0"},
		{change(func(v *Volume) { v.Field = tissue.NewField(tissue.Grid{Shape: [3]int{1, 1, 1}}) }), "same grid"},
		{change(func(v *Volume) { v.Map = colormap.Map{} }), "no colour map"},
		{change(func(v *Volume) { v.Scale.Low = 1 }), "scale from 1 to 1"},
		{change(func(v *Volume) { v.Opacity = Opacity{{0.5, 1}, {0.5, 2}} }), "position 0.5"},
		{change(func(v *Volume) { v.Opacity = even(-1) }), "opacity -1 1/µm"},
		{change(func(v *Volume) { v.Surfaces = []Surface{{Level: math.NaN()}} }), "surface at NaN"},
		{change(func(v *Volume) { v.Surfaces = make([]Surface, 9) }), "9 surfaces"},
		{change(func(v *Volume) { v.Slices = []Slice{{0, 20}} }), "x=20"},
	} {
		if err := tc.scene.Validate(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, want an error with %q", err, tc.want)
		}
	}
}
