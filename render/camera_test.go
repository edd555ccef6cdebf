package render

import (
	"image"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// brick has three different edges: 100, 60 and 40 µm.
func brick() tissue.Grid {
	return tissue.Grid{Shape: [3]int{20, 12, 10}, Spacing: [3]float64{5, 5, 4}}
}

func TestCameraShowsWhatSlicesShow(t *testing.T) {
	g, size := brick(), image.Pt(300, 200)
	for _, tc := range []struct {
		name       string
		camera     Camera
		right, up  r3.Vec  // µm from the middle of the box
		wide, high float64 // µm that fit at every azimuth
	}{
		{"y slice", Camera{Azimuth: 0, Elevation: 0, Zoom: 1}, r3.Vec{X: 10}, r3.Vec{Z: 10}, math.Hypot(100, 60), 40},
		{"x slice", Camera{Azimuth: 90, Elevation: 0, Zoom: 1}, r3.Vec{Y: 10}, r3.Vec{Z: 10}, math.Hypot(100, 60), 40},
		{"z slice", Camera{Azimuth: 0, Elevation: 90, Zoom: 1}, r3.Vec{X: 10}, r3.Vec{Y: 10}, math.Hypot(100, 60), math.Hypot(100, 60)},
		{"from behind", Camera{Azimuth: 180, Elevation: 0, Zoom: 1}, r3.Vec{X: -10}, r3.Vec{Z: 10}, math.Hypot(100, 60), 40},
		{"zoomed", Camera{Azimuth: 0, Elevation: 0, Zoom: 2}, r3.Vec{X: 10}, r3.Vec{Z: 10}, math.Hypot(100, 60) / 2, 20},
	} {
		v := tc.camera.View(g, size)
		scale := fill * min(300/tc.wide, 200/tc.high)
		if got := v.PerMicron(); math.Abs(got-scale) > 1e-12*scale {
			t.Errorf("%s: %g pixels per µm, want %g", tc.name, got, scale)
		}
		middle := r3.Vec{X: 50, Y: 30, Z: 20}
		for _, p := range []struct{ at, want r3.Vec }{
			{r3.Vec{}, r3.Vec{X: 150, Y: 100}},
			{tc.right, r3.Vec{X: 150 + 10*scale, Y: 100}},
			{tc.up, r3.Vec{X: 150, Y: 100 - 10*scale}},
			{r3.Cross(tc.right, tc.up), r3.Vec{X: 150, Y: 100, Z: -100}}, // towards the eye
		} {
			x, y, depth := v.Project(r3.Add(middle, p.at))
			if d := r3.Norm(r3.Sub(r3.Vec{X: x, Y: y, Z: depth}, p.want)); d > 1e-9 {
				t.Errorf("%s: %v is seen at (%g, %g), %g µm deep, want %v", tc.name, p.at, x, y, depth, p.want)
			}
		}
	}
}

// A ray through the place where a point is seen goes through the point.
func TestRaysPassWhatTheyShow(t *testing.T) {
	for _, perspective := range []bool{false, true} {
		for _, angles := range [][2]float64{{30, 24}, {-130, -70}, {0, 90}, {300, 5}} {
			v := Camera{Azimuth: angles[0], Elevation: angles[1], Zoom: 1.3, Perspective: perspective}.View(brick(), image.Pt(310, 170))
			for _, p := range []r3.Vec{{}, {X: 100, Y: 60, Z: 40}, {X: 12, Y: 50, Z: 33}} {
				x, y, _ := v.Project(p)
				r := v.ray(x, y)
				t1 := r3.Dot(r3.Sub(p, r.from), r.along)
				if d := r3.Norm(r3.Sub(r.at(t1), p)); d > 1e-9 || t1 <= 0 || math.Abs(r3.Norm(r.along)-1) > 1e-12 {
					t.Errorf("%v, perspective %v: passes %v at %g µm", angles, perspective, p, d)
				}
			}
		}
	}
}

func TestTheBoxFitsAtEveryAzimuth(t *testing.T) {
	for _, perspective := range []bool{false, true} {
		widest := 0.0
		for azimuth := 0.0; azimuth < 360; azimuth += 7 {
			v := Camera{Azimuth: azimuth, Elevation: 35, Zoom: 1, Perspective: perspective}.View(brick(), image.Pt(300, 900))
			for _, e := range v.Box() {
				for _, at := range [][2]float64{e.From, e.To} {
					if at[0] < 0 || at[0] > 300 || at[1] < 0 || at[1] > 900 {
						t.Fatalf("azimuth %g, perspective %v: corner at %v", azimuth, perspective, at)
					}
					widest = max(widest, math.Abs(at[0]-150))
				}
			}
		}
		if widest < 0.6*150 {
			t.Errorf("perspective %v: the box never takes more than ±%g of 150 pixels", perspective, widest)
		}
	}
}

func TestPerspectiveMagnifiesWhatIsNear(t *testing.T) {
	v := Camera{Azimuth: 0, Elevation: 0, Zoom: 1, Perspective: true}.View(brick(), image.Pt(300, 200))
	x1, _, near := v.Project(r3.Vec{X: 100, Y: 0, Z: 20})
	x2, _, far := v.Project(r3.Vec{X: 100, Y: 60, Z: 20})
	distance := 4 * r3.Norm(r3.Vec{X: 50, Y: 30, Z: 20})
	if want := (distance + 30) / (distance - 30); math.Abs((x1-150)/(x2-150)-want) > 1e-12 || near != -30 || far != 30 {
		t.Errorf("near %g px at %g µm, far %g px at %g µm, want a ratio of %g", x1-150, near, x2-150, far, want)
	}
	if v.PerMicron() != 0 {
		t.Errorf("a scale bar of %g pixels per µm is true nowhere", v.PerMicron())
	}
}

func TestBoxHidesItsBack(t *testing.T) {
	for _, tc := range []struct {
		name   string
		camera Camera
		hidden int
	}{
		{"a corner", Camera{Azimuth: 30, Elevation: 24, Zoom: 1}, 3},
		{"a corner from below", Camera{Azimuth: 200, Elevation: -50, Zoom: 1, Perspective: true}, 3},
		{"an edge", Camera{Azimuth: 30, Elevation: 0, Zoom: 1}, 5},
		{"an edge, for the eye is near", Camera{Azimuth: 5, Elevation: 24, Zoom: 1, Perspective: true}, 5},
		{"a face", Camera{Azimuth: 90, Elevation: 0, Zoom: 1}, 8},
		{"a face, in perspective", Camera{Azimuth: 90, Elevation: 0, Zoom: 1, Perspective: true}, 8},
	} {
		v := tc.camera.View(brick(), image.Pt(300, 200))
		hidden := 0
		for _, e := range v.Box() {
			if e.Hidden {
				hidden++
			}
		}
		if hidden != tc.hidden {
			t.Errorf("%s: %d hidden edges, want %d", tc.name, hidden, tc.hidden)
		}
	}
}

func TestAxesStandClearOfTheBox(t *testing.T) {
	for _, tc := range []struct {
		camera Camera
		want   []int
	}{
		{StandardCamera(), []int{0, 1, 2}},
		{Camera{Azimuth: 0, Elevation: 0, Zoom: 1}, []int{0, 2}},
		{Camera{Azimuth: 0, Elevation: 90, Zoom: 1, Perspective: true}, []int{0, 1}},
		{Camera{Azimuth: 250, Elevation: -40, Zoom: 1, Perspective: true}, []int{0, 1, 2}},
	} {
		v := tc.camera.View(brick(), image.Pt(300, 200))
		axes := v.Axes()
		if len(axes) != len(tc.want) {
			t.Errorf("%+v: %d axes, want %d", tc.camera, len(axes), len(tc.want))
			continue
		}
		for i, a := range axes {
			if a.Axis != tc.want[i] || a.Length != [3]float64{100, 60, 40}[a.Axis] || a.Hidden {
				t.Errorf("%+v: axis %d of %g µm, hidden %v", tc.camera, a.Axis, a.Length, a.Hidden)
			}
			for _, e := range v.Box() {
				for _, at := range [][2]float64{e.From, e.To} {
					if beyond := a.Out[0]*(at[0]-a.Middle()[0]) + a.Out[1]*(at[1]-a.Middle()[1]); beyond > 1e-9 {
						t.Errorf("%+v: a corner lies %g pixels beyond axis %d", tc.camera, beyond, a.Axis)
					}
				}
			}
		}
	}
}

func TestTriadPointsAsTheAxesDo(t *testing.T) {
	v := StandardCamera().View(brick(), image.Pt(300, 200))
	triad := v.Triad([2]float64{20, 180}, 10)
	for _, arrow := range triad {
		from := r3.Vec{}
		to := [3]r3.Vec{{X: 1}, {Y: 1}, {Z: 1}}[arrow.Axis]
		x1, y1, _ := v.Project(from)
		x2, y2, _ := v.Project(to)
		dx, dy := arrow.To[0]-20, arrow.To[1]-180
		if math.Abs(dx-10*(x2-x1)/v.PerMicron()) > 1e-9 || math.Abs(dy-10*(y2-y1)/v.PerMicron()) > 1e-9 {
			t.Errorf("axis %d: (%g, %g)", arrow.Axis, dx, dy)
		}
	}
	if triad[0].Axis != 1 { // y runs into the picture
		t.Errorf("axis %d is drawn first, want y, which the others may cover", triad[0].Axis)
	}
}

func TestCamerasThatCannotBe(t *testing.T) {
	for _, c := range []Camera{{}, {Azimuth: math.NaN(), Elevation: 0, Zoom: 1}, {Azimuth: 0, Elevation: 91, Zoom: 1}, {Azimuth: 0, Elevation: 0, Zoom: math.Inf(1)}, {Azimuth: math.Inf(1), Elevation: 0, Zoom: 1, Perspective: true}} {
		if c.Validate() == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}

// What the camera aims at is in the middle, and a picture that is moved shows the same
// places moved.
func TestCameraAims(t *testing.T) {
	size := image.Pt(300, 200)
	for _, perspective := range []bool{false, true} {
		c := Camera{Azimuth: 40, Elevation: 25, Zoom: 1.5, Perspective: perspective, Aim: r3.Vec{X: 20, Y: -10, Z: 5}}
		v := c.View(brick(), size)
		aim := r3.Add(v.centre(), c.Aim)
		if x, y, depth := v.Project(aim); math.Hypot(x-150, y-100) > 1e-9 || math.Abs(depth) > 1e-9 {
			t.Errorf("perspective %v: what it aims at is at %g, %g, %g µm behind", perspective, x, y, depth)
		}
		c.Aim = v.Pan(7, -4)
		if x, y, _ := c.View(brick(), size).Project(aim); math.Hypot(x-157, y-96) > 1e-9 {
			t.Errorf("perspective %v: moved by 7, -4 to %g, %g, want 157, 96", perspective, x, y)
		}
		c.Aim = v.Pan(1e6, 0)
		if !brick().Contains(r3.Add(v.centre(), r3.Scale(1-1e-9, c.Aim))) {
			t.Errorf("perspective %v: it aims outside the box, at %v µm from its middle", perspective, c.Aim)
		}
	}
}

// A ray meets the plane that is nearest along it, where that is projected to.
func TestARayMeetsTheNearestPlane(t *testing.T) {
	v := Camera{Azimuth: 30, Elevation: 24, Zoom: 1, Perspective: true}.View(brick(), image.Pt(300, 200))
	half := v.centre()
	planes := [3]float64{half.X, half.Y, half.Z}
	none := math.NaN()
	for _, tc := range []struct {
		name   string
		at     r3.Vec
		planes [3]float64
		want   bool
	}{
		{"the nearest corner of the z plane", r3.Vec{X: half.X * 1.2, Y: half.Y * 0.6, Z: half.Z}, planes, true},
		{"the x plane, alone", r3.Vec{X: half.X, Y: half.Y * 1.4, Z: half.Z * 1.5}, [3]float64{half.X, none, none}, true},
		{"beside the box", r3.Vec{X: -300, Y: half.Y, Z: half.Z}, planes, false},
		{"no plane", half, [3]float64{none, none, none}, false},
	} {
		x, y, _ := v.Project(tc.at)
		at, found := v.Cut(x, y, tc.planes)
		if found != tc.want || found && r3.Norm(r3.Sub(at, tc.at)) > 1e-9 {
			t.Errorf("%s: found %v at %v, want %v at %v", tc.name, found, at, tc.want, tc.at)
		}
	}
}

// The outline of a plane at a wall is that of the wall.
func TestOutlineOfAPlane(t *testing.T) {
	v := Camera{Azimuth: 30, Elevation: 24, Zoom: 1}.View(brick(), image.Pt(300, 200))
	for axis := range 3 {
		box := v.Box()
		for _, e := range v.Outline(axis, 0) {
			if !slices.ContainsFunc(box, func(b Edge) bool { return b.From == e.From && b.To == e.To }) {
				t.Errorf("across %d: %v is no edge of the box", axis, e)
			}
		}
		hidden := 0
		for _, e := range v.Outline(axis, component(v.centre(), axis)) {
			if e.Hidden {
				hidden++
			}
		}
		if hidden != 2 {
			t.Errorf("across %d: %d edges are hidden, want those on the two faces turned away", axis, hidden)
		}
	}
}
