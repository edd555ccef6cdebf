package session

import (
	"image"
	"math"
	"path/filepath"
	"testing"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// A figure shows the moment in view, as its file says, and leaves the session as it is.
func TestAFigureIsOfTheMomentInView(t *testing.T) {
	s, undisturbed := opened(t, nil), opened(t, nil)
	for range 5 {
		must(t, s.Step())
		must(t, undisturbed.Step())
	}
	r, err := s.Look(View{Log: true, Slice: render.Slice{Axis: 2}})
	must(t, err)
	file, err := r.FigureFile(Paper{Width: 60, DPI: 50, Theme: "dark", Map: "viridis", Cells: true})
	must(t, err)
	f, o, err := s.Figure(file)
	must(t, err)
	img, err := f.Image(o)
	must(t, err)
	if want := 118; img.Bounds().Dx() != want { // 60 mm at 50 dpi
		t.Errorf("%d pixels wide, want %d", img.Bounds().Dx(), want)
	}
	if img.At(0, 0) == image.White.C {
		t.Error("the theme is not dark")
	}
	must(t, f.Save(filepath.Join(t.TempDir(), "f.pdf"), o))
	read, err := scenario.ReadFigure("f.yaml", []byte(file))
	must(t, err)
	spec, err := read.Decode(s.scenario)
	must(t, err)
	panel := spec.Panels[0]
	span := panel.Channels[0].Range
	if near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-5*b }; !near(span.Low, r.Scale.Low) || !near(span.High, r.Scale.High) || panel.Log != r.Scale.Log { // six digits are written
		t.Errorf("the figure has scale %+v, the window %+v", span, r.Scale)
	}
	must(t, s.Step())
	must(t, undisturbed.Step())
	if got := apart(densities(t, undisturbed.solver, s.scenario.Model), densities(t, s.solver, s.scenario.Model)); got != 0 {
		t.Errorf("a figure changed the run by %g", got)
	}
}
