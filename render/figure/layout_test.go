package figure

import (
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/render"
)

// words and everything else stay on the page, and a panel's room does not reach
// into that of another.
func TestNothingOverlapsOrLeavesThePage(t *testing.T) {
	longTitle := "Interleukin 2 consumed by regulatory T cells in a dense lymph node after antigen encounter"
	for _, shape := range [][2]int{{40, 30}, {64, 64}, {100, 50}, {20, 80}, {200, 1}, {1, 200}, {1, 1}, {400, 3}, {3, 400}, {1024, 768}} {
		for _, o := range []Options{{}, {Width: 85}, {Width: 190, Height: 190}, {Pixels: image.Pt(640, 480), DPI: 96}} {
			for _, title := range []string{"", "IL-2", longTitle} {
				for _, types := range []int{0, 2, 6} {
					for _, log := range []bool{false, true} {
						name := fmt.Sprintf("%v voxels, %+v, title %.4q, %d types, log %t", shape, o, title, types, log)
						m := Map{
							Plane: &render.Plane{Slice: render.Slice{Axis: 2}, Width: shape[0], Height: shape[1], Spacing: [2]float64{10, 10},
								Position: 105, Values: make([]float32, shape[0]*shape[1])},
							Title: title, Quantity: "IL-2", Unit: "nM", Time: 123456, Scale: render.Scale{Log: log},
						}
						for i := range types {
							m.CellTypes = append(m.CellTypes, CellType{Name: []string{"Th", "Treg", "dendritic cell", "B cell", "macrophage", "NK"}[i]})
						}
						p, err := one(m).page(o)
						if err != nil {
							t.Errorf("%s: %v", name, err)
							continue
						}
						if fault := p.fault(); fault != "" {
							t.Errorf("%s: %s", name, fault)
						}
					}
				}
			}
		}
	}
}

// fault says what is wrong with a layout, or "".
func (p *page) fault() string {
	var taken []image.Rectangle
	for i, b := range p.blocks {
		room, wants := b.around(p.ruler, p.plots[i].Size(), p.words[i])
		plot := p.plots[i]
		all := image.Rect(plot.Min.X-room.left, plot.Min.Y-room.top, plot.Max.X+room.right, plot.Max.Y+room.bottom)
		if len(p.blocks) == 1 && wants > float64(p.width-plot.Min.X) {
			return fmt.Sprintf("words %g pixels wide from %d on a page of %d", wants, plot.Min.X, p.width)
		}
		if !all.In(image.Rect(0, 0, p.width, p.height)) {
			return fmt.Sprintf("panel %d takes %v of %d by %d", i+1, all, p.width, p.height)
		}
		for j, other := range taken {
			if all.Overlaps(other) {
				return fmt.Sprintf("panel %d at %v overlaps panel %d at %v", i+1, all, j+1, other)
			}
		}
		taken = append(taken, all)
	}
	if p.width%2 != 0 || p.height%2 != 0 {
		return fmt.Sprintf("a page of %d by %d: want even numbers", p.width, p.height)
	}
	return ""
}

func TestMapIsToScale(t *testing.T) {
	for name, m := range exampleMaps(t) {
		p, err := one(m).page(Options{})
		if err != nil {
			t.Fatal(err)
		}
		w, h := m.Plane.Size()
		want := min(max(w/h, 1/tallest), flattest)
		size := p.plots[0].Size()
		got := float64(size.X) / float64(size.Y)
		if math.Abs(got/want-1) > 1/float64(min(size.X, size.Y)) { // a pixel of the shorter side
			t.Errorf("%s: map of %v pixels for %g by %g µm", name, size, w, h)
		}
	}
}

func TestSizeDoesNotDependOnDensities(t *testing.T) {
	m := exampleMaps(t)["slice_linear_viridis"]
	m.Scale = render.Scale{Low: 0, High: 0.03}
	first, err := one(m).Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	later := *m.Plane
	later.Values = make([]float32, len(m.Plane.Values))
	for i := range later.Values {
		later.Values[i] = 7
	}
	m.Plane, m.Time, m.Cells = &later, 1e6, nil
	second, err := one(m).Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if first.Bounds() != second.Bounds() {
		t.Errorf("%v and %v", first.Bounds(), second.Bounds())
	}
}

// A figure as wide as a journal's column is exactly that wide if its height leaves it free.
func TestWidthIsWhatWasAskedFor(t *testing.T) {
	m := exampleMaps(t)["slice_linear_viridis"]
	for _, width := range []float64{85, 89, 120, 183} {
		p, err := Figure{Panels: []Panel{m, m, charts()["chart_log"]}, Layout: "AB\nCC"}.page(Options{Width: width})
		if err != nil {
			t.Fatal(err)
		}
		// Columns are whole pixels wide and the page is an even number of them.
		if got := float64(p.width) / float64(p.dpi) * 25.4; math.Abs(got-width) > 4*25.4/300 {
			t.Errorf("%.2f mm wide, want %g", got, width)
		}
	}
}

func TestPlotsOfARowAndAColumnLineUp(t *testing.T) {
	all := exampleMaps(t)
	m, c := all["slice_linear_viridis"], charts()["chart_series"]
	for layout, same := range map[string][][2]int{ // pairs of panels: left edges, then top edges
		"AB\nCD":        {{0, 2}, {1, 3}, {0, 1}, {2, 3}},
		"AAB\nCDD":      {{0, 2}, {2, 0}, {0, 1}, {2, 3}},
		"ABB\nA.C\nADD": {{1, 3}, {3, 1}, {0, 1}, {1, 0}},
	} {
		p, err := Figure{Panels: []Panel{m, c, c, m}, Layout: layout, Letters: SmallLetters, Title: "Four panels"}.page(Options{})
		if err != nil {
			t.Errorf("%q: %v", layout, err)
			continue
		}
		if fault := p.fault(); fault != "" {
			t.Errorf("%q: %s", layout, fault)
		}
		for i, pair := range same {
			a, b := p.plots[pair[0]].Min, p.plots[pair[1]].Min
			if i < 2 && a.X != b.X || i >= 2 && a.Y != b.Y {
				t.Errorf("%q: panels %v begin at %v and %v", layout, pair, a, b)
			}
		}
	}
}

func TestMosaic(t *testing.T) {
	if _, _, _, err := mosaic("AAB\nA.B\n", 0); err == nil {
		t.Error("a layout of two panels for none: no error")
	}
	cells, rows, columns, err := mosaic("AAB\nAAC\nD.C", 4)
	want := []cell{{0, 0, 2, 2}, {0, 2, 1, 1}, {1, 2, 2, 1}, {2, 0, 1, 1}}
	if err != nil || rows != 3 || columns != 3 || !slices.Equal(cells, want) {
		t.Errorf("%v in %d by %d, %v; want %v", cells, rows, columns, err, want)
	}
	if _, rows, columns, _ = mosaic("", 5); rows != 2 || columns != 3 {
		t.Errorf("five panels on %d rows of %d", rows, columns)
	}
	for layout, mention := range map[string]string{
		"AB\nA": "row 2 has 1", "AB\nBA": "panel A is not a rectangle", "AC": "'C'", "AA": "panel B has no place", "AbB": "'b'", "BA\nAA": "panel A is not a rectangle",
	} {
		if _, _, _, err := mosaic(layout, 2); err == nil || !strings.Contains(err.Error(), mention) {
			t.Errorf("%q: %v, want an error about %q", layout, err, mention)
		}
	}
}

func TestFigureRefusesWhatItCannotShow(t *testing.T) {
	good := exampleMaps(t)["all_zero"]
	for _, tc := range []struct {
		name    string
		spoil   func(*Map, *Options)
		mention string
	}{
		{"no plane", func(m *Map, _ *Options) { m.Plane = nil }, "no plane"},
		{"no spacing", func(m *Map, _ *Options) { p := *m.Plane; p.Spacing = [2]float64{}; m.Plane = &p }, "0 by 0 µm"},
		{"falling scale", func(m *Map, _ *Options) { m.Scale = render.Scale{Low: 2, High: 1} }, "from 2 to 1"},
		{"log scale from zero", func(m *Map, _ *Options) { m.Scale = render.Scale{High: 1, Log: true} }, "logarithmic"},
		{"cell without type", func(m *Map, _ *Options) { m.Cells = []render.Disc{{Radius: 1}} }, "type 0 of 0"},
		{"cells without values", func(m *Map, _ *Options) { m.CellValues = []float64{1}; m.CellBar.Scale.High = 1 }, "1 values of 0 cells"},
		{"hours of a length", func(m *Map, _ *Options) { m.X = MapAxis{Quantity: "x", Unit: "µm", Shown: "h"} }, `"µm" shown in "h"`},
		{"no room", func(_ *Map, o *Options) { o.Pixels = image.Pt(100, 60) }, "no room"},
		{"negative width", func(_ *Map, o *Options) { o.Width = -5 }, "-5"},
		{"negative text", func(_ *Map, o *Options) { o.TextSize = -1 }, "-1 points"},
	} {
		m, o := good, Options{}
		tc.spoil(&m, &o)
		_, err := one(m).Image(o)
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

func TestEqualBarsAreDrawnOnce(t *testing.T) {
	m := exampleMaps(t)["slice_linear_viridis"]
	other := exampleMaps(t)["planar_batlow"]
	for _, tc := range []struct {
		how    Sharing
		panels []Panel
		shown  int // by panels
		page   bool
	}{
		{Each, []Panel{m, m, m, m}, 4, false},
		{PerRow, []Panel{m, m, m, m}, 2, false},
		{PerFigure, []Panel{m, m, m, m}, 0, true},
		{PerRow, []Panel{m, other, m, m}, 3, false},
		{PerFigure, []Panel{m, other, m, m}, 2, false},
	} {
		p, err := Figure{Panels: tc.panels, Bars: tc.how}.page(Options{})
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, b := range p.blocks {
			for _, bar := range b.bars() {
				if !bar.hidden {
					shown++
				}
			}
		}
		if shown != tc.shown || p.bar != nil != tc.page {
			t.Errorf("sharing %d: %d bars beside panels, one of the page %t; want %d and %t", tc.how, shown, p.bar != nil, tc.shown, tc.page)
		}
	}
}

// A map whose bar lies under it reaches from one margin to the other.
func TestWideMapTakesTheWidth(t *testing.T) {
	for _, shape := range [][2]int{{90, 20}, {70, 25}, {100, 9}, {200, 1}} {
		for _, o := range []Options{{}, {Width: 89}, {Width: 183}} {
			m := Map{Plane: &render.Plane{Slice: render.Slice{Axis: 2}, Width: shape[0], Height: shape[1], Spacing: [2]float64{10, 10},
				Values: make([]float32, shape[0]*shape[1])}, Quantity: "IL-2", Unit: "nM", Scale: render.Scale{High: 1}}
			p, err := one(m).page(o)
			if err != nil {
				t.Fatal(err)
			}
			room, _ := p.blocks[0].around(p.ruler, p.plots[0].Size(), p.words[0])
			// The room may be a pixel or two more than this plot needs, since it only grows while the layout is found.
			if blank := p.width - p.ruler.px(margin) - p.plots[0].Max.X - room.right; blank > 4 {
				t.Errorf("%v voxels, %+v: %d pixels on the right are blank", shape, o, blank)
			}
		}
	}
}

func TestMapsThatSpanAlikeAreEquallyHigh(t *testing.T) {
	all := exampleMaps(t)
	square, chart, matrix := all["slice_linear_viridis"], charts()["chart_series"], senders()
	wide := square
	wide.Plane = hill()
	for _, layout := range []string{"AABB\nCCCD", "AB\nCD", "AABBCC\n.DDDD.", "AABBB\nCCCCD"} {
		panels := []Panel{square, wide, chart, matrix}
		p, err := Figure{Panels: panels, Layout: layout, Letters: SmallLetters, Bars: PerRow}.page(Options{Width: 180})
		if err != nil {
			t.Fatal(err)
		}
		if fault := p.fault(); fault != "" {
			t.Errorf("%q: %s", layout, fault)
		}
		// Columns are whole pixels: the heights of two maps differ by that over the aspect, at most 2.
		if alike := p.cells[0].columns == p.cells[1].columns; alike && math.Abs(float64(p.plots[0].Dy()-p.plots[1].Dy())) > 2+0.005*float64(p.plots[0].Dy()) {
			t.Errorf("%q: maps of %v and %v pixels", layout, p.plots[0].Size(), p.plots[1].Size())
		}
	}
}

// A chart in a row of flat panels is not squeezed flat, and gives way where a page is low.
func TestChartsKeepAQuarterOfTheirWidth(t *testing.T) {
	for _, layout := range []string{"AABB\nCCCD", "A\nB\nC\nD", "ABCD", "AB\nCD"} {
		p, err := Figure{Panels: []Panel{histogram(), banded(), charts()["chart_series"], senders()}, Layout: layout}.page(Options{Width: 180})
		if err != nil {
			t.Fatal(err)
		}
		for i, plot := range p.plots[:3] {
			if plot.Dy() < plot.Dx()/4 {
				t.Errorf("%q: chart %d of %v pixels", layout, i+1, plot.Size())
			}
		}
	}
}

func TestLegendCoversNothing(t *testing.T) {
	inside := 0
	for _, o := range []Options{{}, {Width: 40}, {Width: 89, Height: 30}, {Width: 89, Height: 89}} {
		for name, c := range map[string]Chart{"histogram": histogram(), "band": banded(), "series": charts()["chart_series"]} {
			c.Legend = InsideChart
			p, err := one(c).page(o)
			if err != nil {
				t.Errorf("%s, %+v: %v", name, o, err)
				continue
			}
			b := p.blocks[0].(*chartBlock)
			if b.Legend != InsideChart {
				continue
			}
			inside++
			x, y := b.spans(p.ruler, p.plots[0].Size())
			at, _ := b.emptiest(p.ruler, p.plots[0], b.lay(p.ruler, 0), onto(p.plots[0], x, y))
			l := b.lay(p.ruler, 0)
			box := image.Rect(int(at.x), int(at.y-legendLead*p.ruler.em/2), int(at.x+l.wants), int(at.y+legendLead*p.ruler.em*(float64(l.rows)-0.5)))
			for _, q := range b.obstacles(p.ruler, p.plots[0], onto(p.plots[0], x, y)) {
				if image.Pt(int(q.x), int(q.y)).In(box) {
					t.Errorf("%s, %+v: the legend at %v covers %v", name, o, box, q)
					break
				}
			}
		}
	}
	if inside == 0 {
		t.Error("no legend stands inside")
	}
}

// Journals take no lines below a quarter of a point.
func TestRulesAreThickEnoughToPrint(t *testing.T) {
	for _, dpi := range []int{72, 96, 150, 200, 300, 600, 1200} {
		r, err := newRuler(7.0/72*float64(dpi), dpi, Light())
		if err != nil {
			t.Fatal(err)
		}
		if points := float64(r.rule) / float64(dpi) * 72; points < 0.25 {
			t.Errorf("%d dpi: rules of %.2f points", dpi, points)
		}
	}
}

// A camera that is near leaves corners of the box out of its picture; what stands there takes
// no room.
func TestWhatACameraLeavesOutTakesNoRoom(t *testing.T) {
	near := view()
	far := near
	far.Labels = append([]SceneLabel{{At: [2]float64{-900, 100}, Out: [2]float64{-1, 0}, Symbol: "z", Text: "1 mm"}}, near.Labels...)
	far.Lines = append([]SceneLine{{From: [2]float64{160, 2000}, To: [2]float64{160, 3000}, Arrow: true}}, near.Lines...)
	var pictures [2]*image.RGBA
	for i, s := range []Scene{near, far} {
		var err error
		if pictures[i], err = (Figure{Panels: []Panel{s}}).Image(Options{Pixels: image.Pt(500, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	if pictures[0].Rect != pictures[1].Rect || !slices.Equal(pictures[0].Pix, pictures[1].Pix) {
		t.Errorf("%v, want the picture without them, %v", pictures[1].Rect, pictures[0].Rect)
	}
}

// Names of axes and bars that are longer than the plot beside them stay in the panel.
func TestLongNamesStayInTheirPanel(t *testing.T) {
	long := "free receptors of interleukin 2 at the surface"
	c := histogram()
	c.X.Quantity, c.Y.Quantity = long, long
	m := overlaid()
	m.Label, m.X.Quantity, m.Y.Quantity, m.CellValues, m.CellTypes = long, long, long, nil, []CellType{{Name: "Th"}}
	s := senders()
	s.Label, s.RowsAre, s.ColumnsAre = long, long, long
	v := view()
	v.Bars[0].Label = long
	for _, layout := range []string{"AB\nCD", "ABB\nCDD"} {
		p, err := Figure{Panels: []Panel{c, m, s, v}, Layout: layout}.page(Options{Width: 183})
		if err != nil {
			t.Fatal(err)
		}
		if fault := p.fault(); fault != "" {
			t.Errorf("%q: %s", layout, fault)
		}
		for i, b := range p.blocks {
			room, _ := b.around(p.ruler, p.plots[i].Size(), p.words[i])
			_, isScene := b.(*sceneBlock)
			size, wide := p.plots[i].Size(), int(p.ruler.width(plain(long), p.ruler.em))
			if !isScene && wide > size.X+room.left+room.right || wide > size.Y+room.top+room.bottom {
				t.Errorf("%q: panel %d has %v and %+v for names %d long", layout, i+1, size, room, wide)
			}
		}
	}
}
