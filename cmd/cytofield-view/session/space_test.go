package session

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// seenIn is a view of the box of marrow in a mode.
func seenIn(s *Session, mode Mode, l Layers) View {
	space := StandardSpace(s.scenario.Model.Grid)
	space.Mode, space.Cuts = mode, [3]int{9, 4, 2}
	return View{Slice: render.Slice{Axis: 2, Index: 2}, Space: space, Layers: l}
}

// On each slice of the box lies what lies on it in the plane, on one scale.
func TestTheSlicesOfTheBoxAreThoseOfThePlane(t *testing.T) {
	s := openedMarrow(t)
	s.RunTo(60)
	must(t, s.Tick(0, 0))
	merge, err := NewMerge([]tissue.SubstrateID{1, 0})
	must(t, err)
	for name, l := range map[string]Layers{
		"lines": {Contours: 4, Outlines: true}, "molecules": {Overlay: MoleculesOverlay, Contours: 3}, "error": {Overlay: ErrorOverlay}, "merged": {Merge: merge, Contours: 2},
	} {
		box, err := s.Look(seenIn(s, Both, l))
		must(t, err)
		if len(box.Cuts) != 3 {
			t.Fatalf("%s: %d slices", name, len(box.Cuts))
		}
		most := 0.0
		for axis, cut := range box.Cuts {
			plane, err := s.Look(View{Slice: cut.Slice, Layers: l})
			must(t, err)
			if cut.Slice != (render.Slice{Axis: axis, Index: box.View.Space.Cuts[axis]}) || !alike(cut.Plane, plane.Plane) {
				t.Errorf("%s: the slice %v is not that of the plane", name, cut.Slice)
			}
			for i, m := range plane.Merged {
				if !alike(cut.Merged[i], m.Plane) {
					t.Errorf("%s: channel %d in slice %v is not that of the plane", name, i, cut.Slice)
				}
			}
			if want := contoured(plane.Plane, box.Scale.Levels(max(l.Contours, 1))); l.Contours > 0 && !reflect.DeepEqual(cut.Contours, want) {
				t.Errorf("%s: contours of slice %v are not those of the plane at levels of the box", name, cut.Slice)
			}
			if !reflect.DeepEqual(cut.Outlines, plane.Outlines) {
				t.Errorf("%s: outlines of slice %v are not those of the plane", name, cut.Slice)
			}
			most = max(most, plane.High)
		}
		low, high := s.solver.Extremes(0)
		if l.Overlay.Replaces() {
			low, high = box.Low, most
		}
		if box.Low != low || box.High != high {
			t.Errorf("%s: %g to %g, want %g to %g", name, box.Low, box.High, low, high)
		}
		for i, m := range box.Merged {
			if _, high := s.solver.Extremes(m.Substrate); m.High != high || m.Plane != nil {
				t.Errorf("%s: channel %d up to %g, want %g", name, i, m.High, high)
			}
		}
		if want := len(merge.Channels); l.Merge != nil && (len(box.Fields) != want || !slices.Equal(box.Volumes(), []tissue.SubstrateID{1, 0})) {
			t.Errorf("%s: fog of %v", name, box.Volumes())
		}
	}
}

// alike compares planes, whose missing densities are alike too.
func alike(a, b *render.Plane) bool {
	return a.Slice == b.Slice && slices.EqualFunc(a.Values, b.Values, func(x, y float32) bool { return x == y || math.IsNaN(float64(x)) && math.IsNaN(float64(y)) })
}

// Every cell of the box has what cells of a slice have; without slices it has no lines, and
// nothing takes the place of densities.
func TestCellsOfTheBoxHaveColoursAndLimits(t *testing.T) {
	s := openedMarrow(t)
	r, err := s.Look(seenIn(s, Volume, Layers{CellsBy: "IL-2_surface_nM", Overlay: LimitOverlay, Contours: 3, Arrows: FluxArrows}))
	must(t, err)
	column, err := s.observer().column("IL-2_surface_nM")
	must(t, err)
	if !slices.Equal(r.CellValues, column) || len(r.Bodies) != 4 || len(r.Dead) != 4 {
		t.Errorf("%d cells have %v, want %v", len(r.Bodies), r.CellValues, column)
	}
	for i, want := range []Limit{Crowded, Crowded, Resolved, Resolved} {
		if got, ok := r.Limits[i]; !ok || got != want {
			t.Errorf("cell %d: limit %d, want %d", i, got, want)
		}
	}
	if r.Cuts != nil || r.Contours != nil || r.Arrows != nil {
		t.Error("lines in a box without slices")
	}
	fixed := &render.Scale{High: 7}
	v := seenIn(s, Volume, Layers{Overlay: MoleculesOverlay})
	v.Fixed = fixed
	r, err = s.Look(v)
	must(t, err)
	if r.View.Layers.Overlay != NoOverlay || r.Scale == *fixed {
		t.Errorf("molecules in fog, on the scale %v", r.Scale)
	}
}
