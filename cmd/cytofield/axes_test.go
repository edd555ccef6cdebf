package main

import (
	"fmt"
	"image"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// filmed measures the outputs of a run for a movie of panels, and returns the charts of each.
func filmed(t *testing.T, run, panels string) [][]figure.Panel {
	t.Helper()
	r, err := plate.OpenRun(run)
	if err != nil {
		t.Fatal(err)
	}
	f, err := scenario.ReadFigure("f.yaml", []byte("cytofield_figure: 1\nat: all\npanels:\n"+panels))
	if err != nil {
		t.Fatal(err)
	}
	spec, err := f.Decode(r.Scenario())
	if err != nil {
		t.Fatal(err)
	}
	p := plate.NewPage(spec, r, nil)
	times, err := p.Times()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Measure(times, func(int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var frames [][]figure.Panel
	for _, at := range times {
		drawn, err := p.At(at)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, drawn.Panels)
	}
	return frames
}

// tallest is the highest value of a chart.
func tallest(c figure.Chart) float64 {
	most := 0.
	for _, s := range c.Series {
		for _, p := range s.Line {
			most = max(most, p.Y)
		}
		for _, b := range s.Band {
			most = max(most, b.High)
		}
		for _, b := range s.Bars {
			most = max(most, b.Height)
		}
	}
	return most
}

// In a movie the axes of every chart are the same in all frames, hold all of their curves, and
// are not much longer than these need.
func TestAxesOfAMovieStandStill(t *testing.T) {
	run := recorded(t, file(t, "told.yaml", told), "--device", "cpu")
	for _, panel := range []string{
		"{kind: profile, substrates: [IL-2, TNF]}",
		"{kind: profile, substrate: IL-2, scale: log}",
		"{kind: radial, substrate: IL-2, around: Th, distance: 40 um}",
		"{kind: histogram, substrate: IL-2, bins: 8}",
		"{kind: histogram, substrate: IL-2, bins: 8, range: [0 pM, 50 pM]}",
		"{kind: histogram, variable: IL-2_surface_nM, bins: 8}",
	} {
		t.Run(panel, func(t *testing.T) {
			frames := filmed(t, run, "  A: "+panel+"\n")
			first, most := frames[0][0].(figure.Chart), 0.
			for _, frame := range frames {
				chart := frame[0].(figure.Chart)
				if chart.X != first.X || chart.Y != first.Y {
					t.Errorf("axes %+v and %+v, at first %+v and %+v", chart.X, chart.Y, first.X, first.Y)
				}
				if most = max(most, tallest(chart)); !chart.Stamped {
					t.Error("no time above it")
				}
			}
			if high := first.Y.High; !(most > 0 && high >= most*(1-1e-6) && high <= 2*most) { // a round number is at most 1.5 times the last
				t.Errorf("up to %g, the axis to %g: want it to hold all, and little more", most, high)
			}
		})
	}
}

// The colours of amounts in a matrix mean one number in all frames.
func TestAmountsOfAMovieHaveOneScale(t *testing.T) {
	run := recorded(t, file(t, "told.yaml", told), "--device", "cpu")
	frames := filmed(t, run, "  A: {kind: matrix, substrate: IL-2, amounts: true}\n")
	first := frames[0][0].(figure.Matrix)
	most := 0.
	for _, frame := range frames {
		m := frame[0].(figure.Matrix)
		if m.Scale != first.Scale {
			t.Errorf("scale %+v, at first %+v", m.Scale, first.Scale)
		}
		for _, row := range m.Values {
			for _, v := range row {
				most = max(most, v)
			}
		}
	}
	if high := first.Scale.High; !(most > 0 && high >= most*(1-1e-6)) {
		t.Errorf("up to %g, the scale to %g", most, high)
	}
}

// A range of its own leaves each frame its axes.
func TestOwnRangesMoveWithTheFrames(t *testing.T) {
	run := recorded(t, file(t, "told.yaml", told), "--device", "cpu")
	frames := filmed(t, run, "  A: {kind: profile, substrate: IL-2, range: own}\n  B: {kind: histogram, substrate: IL-2, range: own}\n")
	for _, frame := range frames {
		if y := frame[0].(figure.Chart).Y; y.Low != 0 || y.High != 0 {
			t.Errorf("profile from %g to %g: want the chart to choose", y.Low, y.High)
		}
	}
	a, b := frames[1][1].(figure.Chart).X, frames[len(frames)-1][1].(figure.Chart).X
	if a.High == b.High || !(b.High < 1) { // the densities are of pM
		t.Errorf("histograms to %g and %g nM: want each as far as its densities", a.High, b.High)
	}
}

// Frames of charts that a run draws have their axes in common: but for the curves and the time
// above them the frames are one.
func TestFramesOfChartsHaveOnePairOfAxes(t *testing.T) {
	const charts = `  frames:
    - {kind: histogram, substrate: IL-2, bins: 8, range: [0 pM, 50 pM]}
    - {kind: histogram, variable: IL-2_surface_nM, bins: 8}
    - {kind: profile, substrate: IL-2}
    - {kind: radial, substrate: IL-2, around: Th}
`
	run := recorded(t, file(t, "told.yaml", told+charts), "--device", "cpu")
	pictures := frames(t, run)
	for _, name := range []string{"IL-2-histogram", "IL-2_surface_nM-histogram", "IL-2-profile", "IL-2-radial"} {
		first := decode(t, pictures[name+"-0001.png"])
		changed := image.Rectangle{}
		for n := 2; n < 6; n++ {
			changed = changed.Union(difference(first, decode(t, pictures[fmt.Sprintf("%s-%04d.png", name, n)])))
		}
		whole := first.Bounds().Max
		if left, below := changed.Min.X, whole.Y-changed.Max.Y; changed.Empty() || left < whole.X/12 || below < whole.Y/12 {
			t.Errorf("%s: frames differ in %v of %v: want the numbers at the axes to stay", name, changed, whole)
		}
	}
}
