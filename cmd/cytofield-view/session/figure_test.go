package session

import (
	"image"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
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

// printed is how the tests save figures.
func printed() Paper {
	return Paper{Width: 60, DPI: 50, Theme: "light", Map: "viridis", Cells: true, Zoom: 1}
}

// shownPanels decodes the figure file of a view, and returns its panels.
func shownPanels(t *testing.T, s *Session, file string, err error) []scenario.Panel {
	t.Helper()
	must(t, err)
	read, err := scenario.ReadFigure("f.yaml", []byte(file))
	must(t, err)
	spec, err := read.Decode(s.scenario)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return spec.Panels
}

// A figure has the layers that the view has.
func TestAFigureHasTheLayersOfTheView(t *testing.T) {
	s := openedMarrow(t)
	s.RunTo(60)
	must(t, s.Tick(0, 0))
	merge, err := NewMerge([]tissue.SubstrateID{1, 0})
	must(t, err)
	merge.Channels[0].Fixed = &render.Scale{High: 4}
	at := render.Slice{Axis: 1, Index: 4}
	for _, tc := range []struct {
		name string
		view View
		want func(r *Report, p scenario.Panel) bool
	}{
		{"lines", View{Slice: at, Log: true, Layers: Layers{Contours: 3, Arrows: FluxArrows, Outlines: true}}, func(r *Report, p scenario.Panel) bool {
			return p.Kind == scenario.SlicePanel && p.Log && p.Plane.Axis == 1 && p.Plane.Index == 4 && p.Blocks &&
				len(p.Contours.At) == len(r.Contours) && p.Contours.At[0] == r.Contours[0].Level && p.Arrows == scenario.FluxArrows && p.Regions
		}},
		{"cells by a column", View{Slice: render.Slice{Axis: 2, Index: 2}, Layers: Layers{CellsBy: "IL-2_surface_nM", CellScale: &render.Scale{Low: 1, High: 70}}}, func(_ *Report, p scenario.Panel) bool {
			return p.Cells.Shown && p.Cells.By == "IL-2_surface_nM" && p.Cells.Range == scenario.Span{Low: 1, High: 70}
		}},
		{"cells by state", View{Layers: Layers{CellsBy: ByState}}, func(_ *Report, p scenario.Panel) bool { return p.Cells.By == scenario.ByState }},
		{"molecules", View{Layers: Layers{Overlay: MoleculesOverlay, Contours: 3}}, func(r *Report, p scenario.Panel) bool {
			return p.Molecules && p.Channels[0].Range.High == r.Scale.High && len(p.Contours.At) > 0
		}},
		{"merged", View{Substrate: 1, Layers: Layers{Merge: merge, Contours: 2}}, func(r *Report, p scenario.Panel) bool {
			return p.Kind == scenario.MergePanel && len(p.Channels) == 2 && p.Channels[0].Substrate == 1 && p.Channels[0].Color == "#ff00ff" &&
				p.Channels[0].Range == scenario.Span{High: 4} && p.Channels[1].Range.High == digits(r.Merged[1].Scale.High) && p.Lined == 1 && len(p.Contours.At) > 0
		}},
	} {
		r, err := s.Look(tc.view)
		must(t, err)
		file, err := r.FigureFile(printed())
		panels := shownPanels(t, s, file, err)
		if len(panels) != 1 || !tc.want(r, panels[0]) {
			t.Errorf("%s: %+v of\n%s", tc.name, panels, file)
		}
		f, o, err := s.Figure(file)
		must(t, err)
		_, err = f.Image(o)
		must(t, err)
	}
	r, err := s.Look(View{Layers: Layers{Overlay: ErrorOverlay}})
	must(t, err)
	if file, err := r.FigureFile(printed()); err == nil {
		t.Errorf("an estimate that no run keeps is in\n%s", file)
	}
}

// A figure shows the box as the camera does.
func TestAFigureShowsTheBox(t *testing.T) {
	s := openedMarrow(t)
	s.RunTo(60)
	must(t, s.Tick(0, 0))
	for _, mode := range []Mode{Slices, Volume, Both} {
		space := StandardSpace(s.scenario.Model.Grid)
		space.Mode, space.Cuts, space.Surface, space.Opacity = mode, [3]int{1, 2, 3}, 0.7, 1.5
		space.Camera = render.Camera{Azimuth: 100, Elevation: -20, Zoom: 3, Aim: r3.Vec{X: 60, Y: -12, Z: 3}}
		r, err := s.Look(View{Space: space, Slice: render.Slice{Axis: 2, Index: 3}})
		must(t, err)
		paper := printed()
		paper.Zoom = 2.5
		file, err := r.FigureFile(paper)
		p := shownPanels(t, s, file, err)[0]
		want := scenario.Camera{Azimuth: 100, Elevation: -20, Zoom: 2.5, Aim: space.Camera.Aim}
		if p.Kind != scenario.VolumePanel || p.Camera != want || len(p.Cells.Types) != 2 || p.Channels[0].Range.High != r.Scale.High {
			t.Errorf("%s", file)
		}
		if (p.Opacity == 1.5) != mode.HasVolume() || (len(p.Surfaces.At) == 1) != mode.HasVolume() || (len(p.Planes) == 3) != mode.HasSlices() {
			t.Errorf("mode %v: %s", mode, file)
		}
		for axis, plane := range p.Planes {
			if plane.Axis != axis || plane.Index != space.Cuts[axis] {
				t.Errorf("planes %+v, want layers %v", p.Planes, space.Cuts)
			}
		}
		f, _, err := s.Figure(file)
		must(t, err)
		if _, ok := f.Panels[0].(figure.Scene); !ok {
			t.Errorf("a panel of %T", f.Panels[0])
		}
	}
}

// A figure of two branches has the planes that are compared in the window, between A's steps too.
func TestAFigureHasBothBranches(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(120)
	must(t, s.Tick(0, 0))
	b := forked(t, s)
	must(t, s.Set("substrates.IL-2.diffusion=20 um^2/s"))
	s.RunTo(203.7)
	must(t, s.Tick(0, 0))
	must(t, b.Follow(s, whole(0), 0))
	r, c := compared(t, s, b, whole(0))
	if c.Note != "A between its steps" {
		t.Fatalf("%q: want A between its steps", c.Note)
	}
	file, err := c.FigureFile(r, "difference", printed())
	if panels := shownPanels(t, s, file, err); len(panels) != 3 || !panels[0].Compared || panels[2].Kind != scenario.DifferencePanel {
		t.Fatalf("%s", file)
	}
	f, _, err := b.Figure(s, file, r.View)
	must(t, err)
	for i, want := range []*render.Plane{c.A.Plane, r.Plane, c.Difference} {
		m := f.Panels[i].(figure.Map)
		if !slices.Equal(m.Plane.Values, want.Values) {
			t.Errorf("panel %d is not the plane in view", i+1)
		}
	}
	if a := f.Panels[0].(figure.Map); a.Time != c.A.Time || a.Scale != f.Panels[1].(figure.Map).Scale {
		t.Errorf("A at %g s on %v, B on %v", a.Time, a.Scale, f.Panels[1].(figure.Map).Scale)
	}
	if f.Provenance["Compared with"] == "" {
		t.Error("the file does not say what B is compared with")
	}
	alone, err := c.FigureFile(r, "a", printed())
	if panels := shownPanels(t, s, alone, err); len(panels) != 1 || !panels[0].Compared {
		t.Errorf("%s", alone)
	}
}
