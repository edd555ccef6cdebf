package figure

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/golden"
)

// hill is 1/(1 + (r/100 µm)²) about the middle of 400 by 300 µm, whose contours are circles.
func hill() *render.Plane {
	p := &render.Plane{Slice: render.Slice{Axis: 2}, Position: 105, Width: 40, Height: 30, Spacing: [2]float64{10, 10}}
	for v := range p.Height {
		for u := range p.Width {
			x, y := 10*float64(u)+5-200, 10*float64(v)+5-150
			p.Values = append(p.Values, float32(0.05/(1+(x*x+y*y)/1e4)))
		}
	}
	return p
}

func ring(x, y, r float64) []render.Point {
	var line []render.Point
	for i := range 61 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 60)
		line = append(line, render.Point{X: x + r*cos, Y: y + r*sin})
	}
	return line
}

func overlaid() Map {
	m := Map{
		Plane: hill(), Quantity: "IL-2", Unit: "nM", Time: 7200, Title: "Gradient and contours",
		Contours: []Contour{
			{Level: 0.02, Lines: [][]render.Point{ring(200, 150, 100*math.Sqrt(1.5))}},
			{Level: 0.01, Lines: [][]render.Point{ring(200, 150, 200)}, Dashed: true},
		},
		Arrows:   Arrows{Quantity: "flux", Unit: "nM", Per: " µm/s"},
		Outlines: []Outline{{Name: "T zone", Lines: [][]render.Point{{{X: 20, Y: 20}, {X: 120, Y: 20}, {X: 120, Y: 90}, {X: 20, Y: 90}, {X: 20, Y: 20}}}, Dashed: true}},
		Markers:  []Marker{{From: render.Point{X: 200, Y: 150}, To: render.Point{X: 360, Y: 250}, Label: "P"}},
		Cells:    []render.Disc{{X: 200, Y: 150, Radius: 8}, {X: 300, Y: 60, Radius: 6}, {X: 398, Y: 200, Radius: 8}},
	}
	m.CellValues, m.CellBar = []float64{900, 400, 2500}, ColorBar{Scale: render.Scale{High: 2000}, Quantity: "receptors", Label: "receptors per cell", Above: true}
	m.CellBar.Colors = namedMap("inferno")
	for x := 20.0; x < 400; x += 40 {
		for y := 20.0; y < 300; y += 40 {
			dx, dy := x-200, y-150
			f := 1 / math.Pow(1+(dx*dx+dy*dy)/1e4, 2) / 100
			m.Arrows.At = append(m.Arrows.At, render.Arrow{X: x, Y: y, U: f * dx, V: f * dy})
		}
	}
	return m
}

func namedMap(name string) colormap.Map {
	m, err := colormap.ByName(name)
	if err != nil {
		panic(err)
	}
	return m
}

// two substrates that meet: in between their colours add up to white.
func mergedMap() Map {
	a, b := hill(), hill()
	for v := range a.Height {
		for u := range a.Width {
			a.Values[u+a.Width*v] = float32(math.Exp(-math.Pow(float64(u)-14, 2)/60) * 0.05)
			b.Values[u+a.Width*v] = float32(math.Exp(-math.Pow(float64(u)-24, 2)/60) * 30)
		}
	}
	return Map{Title: "Two chemokines", Time: math.NaN(), Channels: []Channel{
		{Plane: a, Quantity: "CCL21", Unit: "nM"}, {Plane: b, Quantity: "CXCL13", Unit: "nM"},
	}}
}

func kymograph() Map {
	p := &render.Plane{Width: 50, Height: 37, Spacing: [2]float64{8, 600}, Planar: true}
	for v := range p.Height {
		for u := range p.Width {
			t := 600 * (float64(v) + 0.5)
			p.Values = append(p.Values, float32(math.Exp(-math.Pow(8*float64(u)-200, 2)/(2*(200+2*t)))*20/math.Sqrt(1+t/100)))
		}
	}
	return Map{
		Plane: p, Quantity: "TNF", Unit: "pM", Time: math.NaN(), Title: "Kymograph", Colors: namedMap("magma"),
		X: MapAxis{Quantity: "x", Unit: "µm", Start: -200}, Y: MapAxis{Quantity: "time", Unit: "s", Shown: "h"},
	}
}

func histogram() Chart {
	c := Chart{
		X: Axis{Quantity: "IL-2 at the surface", Unit: "nM", Shown: "pM"}, Y: Axis{Quantity: "cells"}, Legend: InsideChart,
		References: []Reference{{Value: 0.045, Upright: true, Name: "threshold"}},
	}
	for k, name := range []string{"Th", "Treg"} {
		s := Series{Name: name}
		for i := range 12 {
			x := float64(i) / 200
			s.Bars = append(s.Bars, Bar{x, x + 0.005, math.Round(60 * math.Exp(-math.Pow((x-0.015*float64(k+1))/0.009, 2)))})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func banded() Chart {
	s, exact := Series{Name: "median, 10 to 90 %"}, Series{Name: "no cells", Dashed: true}
	for i := range 30 {
		r := float64(i) * 5
		y := 40 * math.Exp(-r/60)
		s.Line, s.Band = append(s.Line, Point{r, y}), append(s.Band, Interval{r, y * 0.7, y * 1.4})
		exact.Line = append(exact.Line, Point{r, 48 * math.Exp(-r/75)})
	}
	return Chart{
		X: Axis{Quantity: "distance", Unit: "µm"}, Y: Axis{Quantity: "IL-2", Unit: "pM"}, Series: []Series{s, exact}, Legend: BelowChart, Grid: true,
		References: []Reference{{Value: 10, Name: "10 pM"}},
	}
}

func senders() Matrix {
	return Matrix{
		Title: "Who talks to whom", RowsAre: "sender", ColumnsAre: "receiver",
		Rows: []string{"Th", "Treg", "dendritic cell"}, Columns: []string{"Th", "Treg", "dendritic cell", "walls"},
		Values:   [][]float64{{1250, 8423, 31.4, 0}, {0.0123, 12, 450, 71234}, {math.NaN(), 3.2e-5, 2750, 99}},
		Quantity: "IL-2", Unit: "", Label: "molecules", Scale: render.Scale{High: 1e4},
	}
}

// view is a shaded ball in a box.
func view() Scene {
	paint := func(size image.Point) *image.RGBA {
		img := image.NewRGBA(image.Rectangle{Max: size})
		scale := 320 / float64(size.X)
		for y := range size.Y {
			for x := range size.X {
				if d := math.Hypot(float64(x)*scale-160, float64(y)*scale-135) / 70; d < 1 {
					img.Set(x, y, color.NRGBA{R: uint8(90 + 120*(1-d)), G: 120, B: 200, A: uint8(255 * min(1, 3*(1-d)))})
				}
			}
		}
		return img
	}
	corner := func(i int) [2]float64 { // of a box seen from above
		return [2]float64{60 + 140*float64(i&1) + 60*float64(i>>1&1), 220 - 130*float64(i>>2&1) - 50*float64(i>>1&1)}
	}
	s := Scene{
		Size: image.Pt(320, 260), Paint: paint, Time: 3600, Title: "A niche in 3D", Types: []CellType{{Name: "Th, secreting"}}, PerMicron: 0.7,
		Bars:   []ColorBar{{Scale: render.Scale{Low: 1, High: 100, Log: true}, Quantity: "IL-2", Unit: "pM", Colors: namedMap("inferno")}},
		Labels: []SceneLabel{{At: [2]float64{130, 220}, Out: [2]float64{0, 1}, Symbol: "x", Text: "1.2 mm"}, {At: [2]float64{60, 150}, Out: [2]float64{-1, 0}, Text: "200 µm", Small: true}},
	}
	for i := range 8 {
		for k := range 3 {
			if j := i | 1<<k; j != i {
				s.Lines = append(s.Lines, SceneLine{From: corner(i), To: corner(j), Behind: i&2 != 0 || j&2 != 0})
			}
		}
	}
	s.Lines = append(s.Lines, SceneLine{From: [2]float64{20, 250}, To: [2]float64{70, 250}, Arrow: true, Width: 0.12})
	return s
}

func kinds() map[string]Figure {
	small := overlaid()
	small.Title, small.CellValues, small.CellTypes = "", nil, []CellType{{Name: "Th"}}
	later := small
	later.Time, later.Hide = 14400, ScaleBars
	composed := Figure{
		Panels: []Panel{small, later, histogram(), banded()}, Layout: "AB\nCD",
		Title: "Sparse secretors feed a niche", Letters: SmallLetters, Bars: PerRow,
	}
	dark := composed
	dark.Panels, dark.Theme, dark.Letters, dark.Layout, dark.Bars = []Panel{small, later, charts()["chart_series"], senders()}, Dark(), Capitals, "AABB\nCCCD", PerFigure
	bare := overlaid()
	bare.Hide = Titles | Stamps | Axes | ColorBars | ScaleBars | Legends
	styled := mergedMap()
	styled.ScaleBar = ScaleBar{Length: 100, Corner: UpperLeft, Bare: true, Color: color.RGBA{R: 0xff, G: 0xff, B: 0x80, A: 0xff}}
	inked := mergedMap()
	inked.Style = Style{
		Title:  TitleStyle{Lettering{Size: 9, Color: color.RGBA{R: 0x00, G: 0x40, B: 0x80, A: 0xff}}, true},
		Stamps: StampStyle{Lettering{Size: 6}, true, UpperLeft},
	}
	inked.ScaleBar = ScaleBar{Size: 5}
	below := overlaid()
	below.Style = Style{Stamps: StampStyle{Lettering: Lettering{Size: 5, Color: color.RGBA{R: 0xa0, G: 0x20, A: 0xff}}}, Bars: BarStyle{Lettering{Size: 5}, true}}
	space := view()
	space.Title, space.Style = "Surfaces", Style{Title: TitleStyle{Centred: true}, Stamps: StampStyle{Inside: true, Corner: LowerLeft}, Bars: BarStyle{Lettering: Lettering{Size: 9}}}
	table := senders()
	table.Style.Bars.Color = color.RGBA{R: 0xa0, G: 0x20, A: 0xff}
	set := Figure{
		Panels: []Panel{inked, below, space, table}, Layout: "AB\nCD", Letters: Capitals, LetterStyle: Lettering{Size: 12, Color: color.RGBA{R: 0xa0, G: 0x20, A: 0xff}},
		Title: "Every part in a style of its own", TitleStyle: TitleStyle{Lettering{Size: 14}, true},
	}
	work := Figure{Legends: PerFigure, Panels: []Panel{charts()["chart_series"], charts()["chart_series"], histogram()}, Title: "Shared legend"}
	return map[string]Figure{
		"map_overlays": one(overlaid()), "map_merged": one(styled), "map_kymograph": one(kymograph()), "map_bare": one(bare),
		"chart_histogram": one(histogram()), "chart_band": one(banded()), "matrix": one(senders()), "scene": one(view()),
		"figure_light": composed, "figure_dark": dark, "figure_legend": work, "figure_styled": set,
	}
}

func kindOptions(name string) Options {
	switch name {
	case "figure_light", "figure_dark", "figure_legend", "figure_styled":
		return Options{Width: 183, DPI: 150}
	}
	return Options{Width: 89, DPI: 200}
}

func TestKindsOfPanelsLookAsTheyDid(t *testing.T) {
	for name, f := range kinds() {
		t.Run(name, func(t *testing.T) {
			img, err := f.Image(kindOptions(name))
			if err != nil {
				t.Fatal(err)
			}
			golden.Image(t, name+".png", img, 2, *update)
		})
	}
}
