package session

import (
	"image"
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
	r, err := s.Look(View{Log: true})
	must(t, err)
	file := r.FigureFile(Paper{Width: 60, DPI: 50, Theme: "dark", Map: "viridis", Cells: true})
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
	if got := (render.Scale{Low: panel.Channels[0].Range.Low, High: panel.Channels[0].Range.High, Log: panel.Log}); got != r.Scale {
		t.Errorf("the figure has scale %v, the window %v", got, r.Scale)
	}
	must(t, s.Step())
	must(t, undisturbed.Step())
	if got := apart(densities(t, undisturbed.solver, s.scenario.Model), densities(t, s.solver, s.scenario.Model)); got != 0 {
		t.Errorf("a figure changed the run by %g", got)
	}
}
