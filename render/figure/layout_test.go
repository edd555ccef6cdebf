package figure

import (
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/render"
)

func TestNothingOverlapsOrLeavesThePage(t *testing.T) {
	longTitle := "Interleukin 2 consumed by regulatory T cells in a dense lymph node after antigen encounter"
	for _, shape := range [][2]int{{40, 30}, {64, 64}, {100, 50}, {20, 80}, {200, 1}, {1, 200}, {1, 1}, {400, 3}, {3, 400}, {1024, 768}} {
		for _, o := range []Options{{}, {Width: 1004, DPI: 300}, {Width: 2244, Height: 2244, DPI: 300}, {Width: 640, Height: 480, DPI: 96}} {
			for _, title := range []string{"", "IL-2", longTitle} {
				for _, types := range []int{0, 2, 6} {
					for _, log := range []bool{false, true} {
						name := fmt.Sprintf("%v voxels, %+v, title %.4q, %d types, log %t", shape, o, title, types, log)
						f := Frame{
							Plane: &render.Plane{Slice: render.Slice{Axis: 2}, Width: shape[0], Height: shape[1], Spacing: [2]float64{10, 10},
								Position: 105, Values: make([]float32, shape[0]*shape[1])},
							Title: title, Substrate: "IL-2", Unit: "nM", Time: 123456, Scale: render.Scale{Log: log},
						}
						for i := range types {
							f.CellTypes = append(f.CellTypes, CellType{Name: []string{"Th", "Treg", "dendritic cell", "B cell", "macrophage", "NK"}[i]})
						}
						f, err := f.complete()
						if err != nil {
							t.Fatal(err)
						}
						o, err := o.complete()
						if err != nil {
							t.Fatal(err)
						}
						l, err := arrange(f, o)
						if err != nil {
							t.Errorf("%s: %v", name, err)
							continue
						}
						if fault := faultOf(f, o, l); fault != "" {
							t.Errorf("%s: %s", name, fault)
						}
					}
				}
			}
		}
	}
}

// faultOf says what is wrong with a layout, or "".
func faultOf(f Frame, o Options, l *layout) string {
	letters, err := loadLetters()
	if err != nil {
		return err.Error()
	}
	pl := &planner{frame: f, options: o, em: l.em, letters: letters}
	page := image.Rect(0, 0, l.width, l.height)
	if l.width%2 != 0 || l.height%2 != 0 || l.width > o.Width+1 || l.height > o.Height+1 {
		return fmt.Sprintf("page of %v in %d by %d", page.Size(), o.Width, o.Height)
	}
	boxes := map[string]image.Rectangle{"map": l.field, "bar": l.bar}
	text := func(name string, at image.Point, w words, size float64) {
		boxes[name] = image.Rect(at.X, at.Y-int(capHeight*size), at.X+int(pl.width(w, size)), at.Y)
	}
	for i, line := range l.title {
		at := image.Pt(l.field.Min.X, int(l.titleBase+titleLead*l.em*float64(i)))
		text(fmt.Sprintf("title line %d", i), at, set(line, bold), titleSize*l.em)
	}
	if l.stamp != (image.Point{}) {
		text("time", l.stamp, timeStamp(f.Time), l.em)
	}
	if l.place != (image.Point{}) {
		text("place", l.place, pl.place(), l.em)
	}
	for _, e := range l.legend {
		r := int(legendDisc * l.em)
		boxes["key "+e.name] = image.Rect(e.at.X, e.at.Y-r, e.at.X+2*r+int(legendText*l.em+pl.width(plain(e.name), l.em)), e.at.Y+r)
	}
	if l.lying {
		x := l.bar.Max.X + int((barTip+0.6)*l.em)
		text("bar label", image.Pt(x, l.bar.Max.Y-2), l.barLabel, l.em)
	}
	for name, box := range boxes {
		if box.Empty() || !box.In(page) {
			return fmt.Sprintf("%s at %v leaves the page %v", name, box, page)
		}
		for other, with := range boxes {
			if name < other && box.Overlaps(with) {
				return fmt.Sprintf("%s at %v overlaps %s at %v", name, box, other, with)
			}
		}
	}
	return ""
}

func TestMapIsToScale(t *testing.T) {
	for name, f := range frames(t) {
		f, err := f.complete()
		if err != nil {
			t.Fatal(err)
		}
		o, err := Options{}.complete()
		if err != nil {
			t.Fatal(err)
		}
		l, err := arrange(f, o)
		if err != nil {
			t.Fatal(err)
		}
		w, h := f.Plane.Size()
		want := min(max(w/h, 1/tallest), flattest)
		got := float64(l.field.Dx()) / float64(l.field.Dy())
		if math.Abs(got/want-1) > 1/float64(min(l.field.Dx(), l.field.Dy())) { // a pixel of the shorter side
			t.Errorf("%s: map of %v pixels for %g by %g µm", name, l.field.Size(), w, h)
		}
	}
}

func TestSizeDoesNotDependOnDensities(t *testing.T) {
	f := frames(t)["slice_linear_viridis"]
	f.Scale = render.Scale{Low: 0, High: 0.03}
	first, err := f.Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	later := *f.Plane
	later.Values = make([]float32, len(f.Plane.Values))
	for i := range later.Values {
		later.Values[i] = 7
	}
	f.Plane, f.Time, f.Cells = &later, 1e6, nil
	second, err := f.Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if first.Bounds() != second.Bounds() {
		t.Errorf("%v and %v", first.Bounds(), second.Bounds())
	}
}

func TestFrameRefusesWhatItCannotShow(t *testing.T) {
	good := frames(t)["all_zero"]
	for _, tc := range []struct {
		name    string
		spoil   func(*Frame, *Options)
		mention string
	}{
		{"no plane", func(f *Frame, _ *Options) { f.Plane = nil }, "no plane"},
		{"no spacing", func(f *Frame, _ *Options) { p := *f.Plane; p.Spacing = [2]float64{}; f.Plane = &p }, "0 by 0 µm"},
		{"falling scale", func(f *Frame, _ *Options) { f.Scale = render.Scale{Low: 2, High: 1} }, "from 2 to 1"},
		{"log scale from zero", func(f *Frame, _ *Options) { f.Scale = render.Scale{High: 1, Log: true} }, "logarithmic"},
		{"cell without type", func(f *Frame, _ *Options) { f.Cells = []render.Disc{{Radius: 1}} }, "type 0 of 0"},
		{"no room", func(_ *Frame, o *Options) { o.Width, o.Height = 100, 60 }, "no room"},
		{"negative width", func(_ *Frame, o *Options) { o.Width = -5 }, "-5"},
		{"negative text", func(_ *Frame, o *Options) { o.TextSize = -1 }, "-1 points"},
	} {
		f, o := good, Options{}
		tc.spoil(&f, &o)
		_, err := f.Image(o)
		if err == nil || !strings.Contains(err.Error(), tc.mention) {
			t.Errorf("%s: %v, want an error about %q", tc.name, err, tc.mention)
		}
	}
}

func TestPaletteNeverRunsOut(t *testing.T) {
	seen := map[[3]uint8]bool{}
	for i := range 8 {
		c := Palette(i)
		seen[[3]uint8{c.R, c.G, c.B}] = true
	}
	if len(seen) != 8 || Palette(8) != Palette(0) || Palette(-1) != Palette(7) {
		t.Errorf("%d colours", len(seen))
	}
}
