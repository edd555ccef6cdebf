package session

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// marrow has bone, a dense part, a vessel thinner than a voxel, and cells near each other.
const marrow = `
cytofield: 1
title: marrow
domain: {size: [120 um, 90 um, 50 um], voxel: 10 um, extracellular: 0.5}
duration: 20 min
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 1e-3 /s, initial: 1 nM, boundary: {x-: {dirichlet: 3 nM}}}
  TNF: {diffusion: 5 um^2/s, decay: 1e-3 /s, initial: 2 nM}
regions:
  - {name: bone, impermeable: true, shape: {box: {from: [80 um, 40 um, 0 um], to: [120 um, 60 um, 50 um]}}}
  - {name: dense, extracellular: 0.1, shape: {box: {from: [0 um, 60 um, 0 um], to: [60 um, 90 um, 50 um]}}, substrates: {IL-2: {diffusion: 2 um^2/s}}}
  - {name: capillary, shape: {cylinder: {from: [10 um, 20 um, 20 um], to: [110 um, 20 um, 20 um], radius: 3 um}}, vessel: {IL-2: {permeability: 0.1 um/s, blood: 1 nM}}}
cells:
  types:
    Th: {radius: 5 um, receptors: {R: {ligand: IL-2, count: 100, on_rate: 10 /nM/h}}}
    rest: {radius: 5 um}
  place:
    - {type: Th, pattern: positions, at: [[25 um, 45 um, 25 um], [38 um, 45 um, 25 um], [75 um, 75 um, 25 um]]}
    - {type: rest, pattern: positions, at: [[55 um, 15 um, 25 um]]}
output: {every: 5 min}
`

func openedMarrow(t *testing.T) *Session {
	t.Helper()
	return openedAs(t, marrow, nil)
}

func TestLayersAreThoseOfThePlane(t *testing.T) {
	s := openedMarrow(t)
	s.RunTo(60)
	must(t, s.Tick(0, 0))
	view := View{Slice: render.Slice{Axis: 2, Index: 2}, Layers: Layers{Contours: 4, Arrows: FluxArrows, Stride: 2, Outlines: true, CellsBy: "IL-2_surface_nM", Overlay: LimitOverlay}}
	r, err := s.Look(view)
	must(t, err)
	m := s.scenario.Model
	field := tissue.NewField(m.Grid)
	must(t, s.solver.Read(0, field))
	plane := render.Extract(field, view.Slice)
	for i, c := range r.Plane.Values {
		bone := i%12 >= 8 && (i/12 == 4 || i/12 == 5)
		if math.IsNaN(float64(c)) != bone || !bone && c != plane.Values[i] {
			t.Errorf("voxel %d, %d: %g, in the solver %g nM, bone %v", i%12, i/12, c, plane.Values[i], bone)
		}
	}
	levels := r.Scale.Levels(4)
	for i, lines := range r.Plane.Contours(levels) {
		if r.Contours[i].Level != levels[i] || !reflect.DeepEqual(r.Contours[i].Lines, lines) {
			t.Errorf("contour %g nM is not that of the plane", levels[i])
		}
	}
	flux, dense := r.Plane.Flux(10, 0.5, 2), r.Plane.Flux(2, 0.1, 2)
	if len(r.Arrows) == 0 || len(r.Arrows) != len(flux) {
		t.Fatalf("%d arrows, want %d", len(r.Arrows), len(flux))
	}
	for i, a := range r.Arrows {
		want := flux[i]
		if a.X < 60 && a.Y > 60 {
			want = dense[i]
		}
		if d := math.Hypot(a.U-want.U, a.V-want.V); d > 1e-12*math.Hypot(want.U, want.V) { // products in another order
			t.Errorf("arrow at %g, %g: %g, %g, want %g, %g", a.X, a.Y, a.U, a.V, want.U, want.V)
		}
	}
	var names []string
	for _, o := range r.Outlines {
		names = append(names, o.Name)
	}
	if !reflect.DeepEqual(names, []string{"bone", "dense", "capillary"}) {
		t.Errorf("outlines of %v", names)
	}
	if r.Walls != [4]tissue.BoundaryKind{tissue.Dirichlet, tissue.NoFlux, tissue.NoFlux, tissue.NoFlux} {
		t.Errorf("walls %v", r.Walls)
	}
	states, err := s.solver.Cells()
	must(t, err)
	column, err := record.CellColumn(m, states, "IL-2_surface_nM")
	must(t, err)
	for _, d := range r.Discs {
		if r.CellValues[d.Cell] != column[d.Cell] {
			t.Errorf("cell %d: %g nM, want %g", d.Cell, r.CellValues[d.Cell], column[d.Cell])
		}
		if want := []Limit{Crowded, Crowded, Resolved, Resolved}[d.Cell]; r.Limits[d.Cell] != want {
			t.Errorf("cell %d: limit %d, want %d", d.Cell, r.Limits[d.Cell], want)
		}
	}
}

// α c V, by the α of each voxel.
func TestMoleculesAreThoseOfTheVoxelsFluid(t *testing.T) {
	s := openedMarrow(t)
	r, err := s.Look(View{Slice: render.Slice{Axis: 2, Index: 2}, Layers: Layers{Overlay: MoleculesOverlay}})
	must(t, err)
	for _, tc := range []struct {
		u, v int
		want float64
	}{{3, 2, 0.5 * 0.602214076 * 1000}, {3, 7, 0.1 * 0.602214076 * 1000}} {
		if got := float64(r.Plane.At(tc.u, tc.v)); math.Abs(got/tc.want-1) > 1e-6 { // float32
			t.Errorf("%g molecules in voxel %d, %d at 1 nM, want %g", got, tc.u, tc.v, tc.want)
		}
	}
	if !r.Reworked() {
		t.Error("a plane of molecules is said to be as the solver has it")
	}
}

// The errors of a step stand in the place of densities as the solver estimates them, and
// where it does not the plane is empty and says so.
func TestErrorsAreThoseOfTheLastStep(t *testing.T) {
	s := opened(t, nil)
	view := View{Slice: render.Slice{Axis: 2}, Layers: Layers{Overlay: ErrorOverlay}}
	r, err := s.Look(view)
	must(t, err)
	if !r.NoEstimate || !math.IsNaN(float64(r.Plane.At(0, 0))) {
		t.Errorf("before the first step the error is %g", r.Plane.At(0, 0))
	}
	must(t, s.Step())
	r, err = s.Look(view)
	must(t, err)
	want := make([]float64, len(r.Plane.Values))
	must(t, s.solver.ReadError(0, 2, 0, want))
	for i, e := range want {
		if got := r.Plane.Values[i]; got != float32(math.Abs(e)) {
			t.Fatalf("voxel %d: an error of %g is shown, want %g", i, got, math.Abs(e))
		}
	}
	if r.NoEstimate || r.High == 0 || !r.Reworked() {
		t.Errorf("errors up to %g, reworked %t", r.High, r.Reworked())
	}
}

// Each channel has its own scale, which stays, and what cannot be merged is refused.
func TestMergedSubstratesKeepTheirScales(t *testing.T) {
	s := openedMarrow(t)
	m, err := NewMerge([]tissue.SubstrateID{1, 0})
	must(t, err)
	fixed := &render.Scale{Low: 0.5, High: 1}
	m.Channels[0].Fixed = fixed
	view := View{Slice: render.Slice{Axis: 2, Index: 2}, Layers: Layers{Merge: m}}
	r, err := s.Look(view)
	must(t, err)
	if len(r.Merged) != 2 || r.Merged[0].Scale != *fixed || !r.Merged[0].Clipped() || r.Merged[1].Scale.High != 1 || r.Merged[0].Colour != render.ChannelColours()[0] {
		t.Fatalf("merged %+v", r.Merged)
	}
	must(t, s.Happen(`clear: ["IL-2"]`))
	must(t, s.Happen(`dose: {"IL-2": 0.5 nM}`))
	if again, err := s.Look(view); err != nil || again.Merged[1].Scale != r.Merged[1].Scale {
		t.Errorf("the scale has gone from %v to %v; %v", r.Merged[1].Scale, again.Merged[1].Scale, err)
	}
	for _, ids := range [][]tissue.SubstrateID{{0}, {0, 0}, {0, 1, 0, 1}} {
		if _, err := NewMerge(ids); err == nil {
			t.Errorf("a merge of %v was taken", ids)
		}
	}
}

// What is watched leaves the numbers as they are.
func TestLayersDoNotChangeARun(t *testing.T) {
	var ends [2][]float64
	for i := range ends {
		s := openedMarrow(t)
		m, err := NewMerge([]tissue.SubstrateID{0, 1})
		must(t, err)
		for k := 1; k <= 20; k++ {
			s.RunTo(float64(60 * k))
			must(t, s.Tick(0, 0))
			if i == 1 {
				at := r3.Vec{X: 5, Y: 5, Z: 5}
				_, err := s.Look(View{Cursor: &at, Layers: Layers{Merge: m, Contours: 5, Arrows: GradientArrows, Outlines: true, CellsBy: "IL-2_taken_up_molecules_per_s", Overlay: LimitOverlay}})
				must(t, err)
			}
		}
		ends[i] = densities(t, s.solver, s.scenario.Model)
	}
	if !reflect.DeepEqual(ends[0], ends[1]) {
		t.Error("a run that was looked at has other numbers")
	}
}
