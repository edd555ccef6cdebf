package figure

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/render"
)

// sides are the axes of a map of 12 cm on paper at 200 dpi, as they are labelled.
func (b *mapBlock) sides(t *testing.T) (x, y string) {
	t.Helper()
	r, err := newRuler(20, 200, Light())
	if err != nil {
		t.Fatal(err)
	}
	l := b.lay(r, image.Pt(945, 945), 945)
	return spell(l.x.ticks) + " " + l.x.label.String(), spell(l.y.ticks) + " " + l.y.label.String()
}

func TestAxesOfMapsConvertTheirUnits(t *testing.T) {
	square := func(edge float64) *render.Plane {
		return &render.Plane{Slice: render.Slice{Axis: 2}, Width: 2, Height: 2, Spacing: [2]float64{edge / 2, edge / 2}, Values: make([]float32, 4)}
	}
	long := func(width, seconds float64) *render.Plane {
		p := square(width)
		p.Spacing[1] = seconds / 2
		return p
	}
	time := func(shown string) MapAxis { return MapAxis{Quantity: "time", Unit: "s", Shown: shown} }
	length := func(shown string) MapAxis { return MapAxis{Quantity: "x", Unit: "µm", Shown: shown} }
	for _, tc := range []struct {
		name string
		m    Map
		x, y string
	}{
		{"tissue in µm", Map{Plane: square(400)}, "0 100 200 300 400 x (µm)", "0 100 200 300 400 y (µm)"},
		{"an organ in mm", Map{Plane: square(6000)}, "0 1 2 3 4 5 6 x (mm)", "0 1 2 3 4 5 6 y (mm)"},
		{"mm asked for", Map{Plane: square(400), X: length("mm"), Y: length("nm")}, "0 0.1 0.2 0.3 0.4 x (mm)", "0 100000 200000 300000 400000 x (nm)"},
		{"s in min", Map{Plane: long(400, 1800), X: length(""), Y: time("min")}, "0 100 200 300 400 x (µm)", "0 5 10 15 20 25 30 time (min)"},
		{"s in h", Map{Plane: long(400, 86400), X: length(""), Y: time("h")}, "0 100 200 300 400 x (µm)", "0 5 10 15 20 time (h)"},
		{"s in d", Map{Plane: long(400, 4*86400), X: length(""), Y: time("d")}, "0 100 200 300 400 x (µm)", "0 1 2 3 4 time (d)"},
		{"s", Map{Plane: long(400, 40), X: length(""), Y: time("")}, "0 100 200 300 400 x (µm)", "0 10 20 30 40 time (s)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := tc.m.block()
			if err != nil {
				t.Fatal(err)
			}
			if x, y := b.(*mapBlock).sides(t); x != tc.x || y != tc.y {
				t.Errorf("axes %q and %q, want %q and %q", x, y, tc.x, tc.y)
			}
		})
	}
}

func TestColourBarsConvertTheirUnits(t *testing.T) {
	r, err := newRuler(20, 200, Light())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name        string
		unit, shown string
		scale       render.Scale
		want        string
	}{
		{"nM become pM", "nM", "", render.Scale{High: 0.04}, "0 10 20 30 40 IL-2 (pM)"},
		{"nM become fM", "nM", "", render.Scale{High: 4e-4}, "0 100 200 300 400 IL-2 (fM)"},
		{"nM become µM", "nM", "", render.Scale{High: 4000}, "0 1 2 3 4 IL-2 (µM)"},
		{"nM stay", "nM", "", render.Scale{High: 4}, "0 1 2 3 4 IL-2 (nM)"},
		{"differences", "nM", "", render.Scale{Low: -0.02, High: 0.02}, "−20 −10 0 10 20 IL-2 (pM)"},
		{"fM asked for", "nM", "fM", render.Scale{High: 0.004}, "0 1000 2000 3000 4000 IL-2 (fM)"},
		{"nM asked for", "nM", "nM", render.Scale{High: 0.04}, "0 0.01 0.02 0.03 0.04 IL-2 (nM)"},
		{"decades", "nM", "fM", render.Scale{Low: 1e-6, High: 1e-3, Log: true}, "1 . . . . . . . . 10 . . . . . . . . 100 . . . . . . . . 1000 IL-2 (fM)"},
		{"mmHg stay", "mmHg", "", render.Scale{High: 40}, "0 10 20 30 40 IL-2 (mmHg)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := newBar(ColorBar{Scale: tc.scale, Quantity: "IL-2", Unit: tc.unit, Shown: tc.shown})
			if err != nil {
				t.Fatal(err)
			}
			if got := spell(b.ticks(r, 250, 2.4)) + " " + b.name.String(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestAxesOfChartsConvertTheirUnits(t *testing.T) {
	r, err := newRuler(20, 200, Light())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		axis Axis
		most float64 // in Unit; the data begin at 0
		want string
	}{
		{"s in min", Axis{Quantity: "time", Unit: "s", Shown: "min"}, 3600, "0 20 40 60 time (min)"},
		{"s in h", Axis{Quantity: "time", Unit: "s", Shown: "h"}, 6 * 3600, "0 2 4 6 time (h)"},
		{"s in d", Axis{Quantity: "time", Unit: "s", Shown: "d"}, 5 * 86400, "0 1 2 3 4 5 time (d)"},
		{"µm in mm", Axis{Quantity: "r", Unit: "µm", Shown: "mm"}, 4000, "0 1 2 3 4 r (mm)"},
		{"nM in pM", Axis{Quantity: "IL-2", Unit: "nM", Shown: "pM"}, 0.05, "0 10 20 30 40 50 IL-2 (pM)"},
		{"nM in fM", Axis{Quantity: "IL-2", Unit: "nM", Shown: "fM"}, 5e-6, "0 1 2 3 4 5 IL-2 (fM)"},
		{"nM", Axis{Quantity: "IL-2", Unit: "nM"}, 5, "0 1 2 3 4 5 IL-2 (nM)"},
		{"given ends", Axis{Quantity: "IL-2", Unit: "nM", Shown: "pM", High: 0.03}, 0.05, "0 5 10 15 20 25 30 IL-2 (pM)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := Chart{X: tc.axis, Y: Axis{Quantity: "y"}, Series: []Series{{Line: []Point{{0, 0}, {tc.most, 1}}}}}.block()
			if err != nil {
				t.Fatal(err)
			}
			x, _ := b.(*chartBlock).spans(r, image.Pt(945, 945))
			if got := spell(x.ticks) + " " + x.label().String(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// Contours and the colour bar are in one unit, the one asked for.
func TestContoursHaveTheUnitOfTheBar(t *testing.T) {
	b, err := Map{Plane: hill(), Unit: "nM", Shown: "fM", Scale: render.Scale{High: 0.05}}.block()
	if err != nil {
		t.Fatal(err)
	}
	m := b.(*mapBlock)
	if want := m.colour[0].factor; m.factor() != want || short(0.02*want) != "20000" {
		t.Errorf("contours times %g, the bar times %g, 0.02 nM as %s: want 1e6 for both and 20000", m.factor(), want, short(0.02*want))
	}
}

func TestUnitsOfAnotherKindAreRefused(t *testing.T) {
	if _, err := newBar(ColorBar{Scale: render.Scale{High: 1}, Quantity: "O2", Unit: "mmHg", Shown: "pM"}); err == nil || !strings.Contains(err.Error(), `"mmHg" shown in "pM"`) {
		t.Errorf("mmHg in pM: %v", err)
	}
	merged := Map{Channels: []Channel{{Plane: hill(), Unit: "nM", Shown: "h"}}}
	if _, err := merged.block(); err == nil || !strings.Contains(err.Error(), `"nM" shown in "h"`) {
		t.Errorf("nM in h: %v", err)
	}
}

func TestTimesInOneUnit(t *testing.T) {
	for _, tc := range []struct {
		seconds float64
		unit    string
		want    string
	}{
		{7800, "", "2 h 10 min"}, {7800, "h", "2.167 h"}, {7200, "h", "2 h"}, {7800, "min", "130 min"}, {7800, "s", "7800 s"},
		{45, "min", "0.75 min"}, {36 * 3600, "d", "1.5 d"}, {123456, "min", "2058 min"}, {600000, "s", "600000 s"}, {0, "h", "0 h"}, {-5400, "h", "−1.5 h"},
	} {
		if got := FormatTimeIn(tc.seconds, tc.unit); got != tc.want {
			t.Errorf("%g s in %q: %q, want %q", tc.seconds, tc.unit, got, tc.want)
		}
	}
	if got := timeStamp(5400, "h").String(); got != "t = 1.5 h" {
		t.Errorf("stamp %q", got)
	}
}

// A bar of a dark colour has a light plate, so that both can be seen on any picture.
func TestPlateStandsOutFromTheScaleBar(t *testing.T) {
	for _, c := range []struct {
		level uint8
		light bool
	}{{0, true}, {0x40, true}, {0x50, false}, {0xff, false}} {
		if light := plate(grey(c.level)).R > 0x80; light != c.light {
			t.Errorf("grey %d: light plate %t, want %t", c.level, light, c.light)
		}
	}
}

// A scale bar that is asked for is there, in the corner and colour asked for: of the map by its
// length, in a scene that a near camera shows a part of by a shorter one.
func TestScaleBarThatIsAskedForIsDrawn(t *testing.T) {
	red := color.RGBA{R: 0xff, A: 0xff}
	style := ScaleBar{Length: 200, Corner: UpperLeft, Color: red, Bare: true}
	plane := &render.Plane{Slice: render.Slice{Axis: 2}, Width: 2, Height: 2, Spacing: [2]float64{200, 200}, Values: make([]float32, 4)}
	scene := Scene{Size: image.Pt(100, 100), Paint: func(size image.Point) *image.RGBA { return image.NewRGBA(image.Rectangle{Max: size}) }, Time: math.NaN(), ScaleBar: style}
	near := scene
	scene.PerMicron, near.PerMicron = 0.25, 1 // 400 µm and 100 µm wide
	for _, tc := range []struct {
		name  string
		panel Panel
		share float64 // of the width
	}{
		{"map", Map{Plane: plane, Unit: "nM", Time: math.NaN(), ScaleBar: style, Hide: ColorBars | Axes}, 0.5},
		{"scene", scene, 0.5},
		{"near", near, 0.2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			img, err := Figure{Panels: []Panel{tc.panel}}.Image(Options{Pixels: image.Pt(300, 0), DPI: 100})
			if err != nil {
				t.Fatal(err)
			}
			box := image.Rectangle{}
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					if c := color.RGBAModel.Convert(img.At(x, y)); c == red {
						box = box.Union(image.Rect(x, y, x+1, y+1))
					}
				}
			}
			middle := img.Bounds().Max.Div(2)
			if width := float64(box.Dx()) / float64(img.Bounds().Dx()); math.Abs(width-tc.share) > 0.06 || box.Max.Y > middle.Y || box.Min.X > middle.X/2 {
				t.Errorf("bar at %v of %v, %.2f of its width: want %g in the upper left", box, img.Bounds().Max, width, tc.share)
			}
		})
	}
}
