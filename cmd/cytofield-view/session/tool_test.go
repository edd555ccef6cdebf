package session

import (
	"context"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// bled is a pond whose substrate meets blood.
var bled = strings.Replace(pond, "cells:\n", `body:
  represents: 1 mm^3
  compartments: {plasma: {volume: 3 mm^3, half_life: 1 h}}
  exchange: {IL-2: {permeability: 0.01 um/s, surface: 70 /cm, compartment: plasma}}
cells:
`, 1)

var spot = Spheres{Places: []r3.Vec{{X: 60, Y: 60, Z: 5}, {X: 90, Y: 60, Z: 5}}, Radius: 25}

// Each tool is a setting that a run repeats, and can be taken back and made again.
func TestWhatAToolDoesARunRepeats(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		use        func(*Session) error
		settings   int
	}{
		{"add cells", pond, func(s *Session) error { return s.AddCells("Th", 3, spot) }, 1},
		{"remove a type", pond, func(s *Session) error { return s.RemoveCells("Treg", spot) }, 1},
		{"remove all", pond, func(s *Session) error { return s.RemoveCells("", spot) }, 1},
		{"wound", pond, func(s *Session) error { return s.Wound(spot) }, 2},
		{"source", pond, func(s *Session) error { return s.Source("TNF", 50, spot) }, 1},
		{"blood", bled, func(s *Session) error { return s.DoseBody("plasma", "1e-15 mol") }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := openedAs(t, tc.text, nil)
			s.RunTo(300)
			must(t, s.Tick(0, 0))
			before := densities(t, s.solver, s.scenario.Model)
			must(t, tc.use(s))
			if len(s.edits) != 1 || len(s.edits[0].Settings) != tc.settings || s.edits[0].FromStart {
				t.Fatalf("edits %v, want one with %d events", s.edits, tc.settings)
			}
			finish := func() []float64 {
				must(t, s.simulation.Advance(context.Background(), s.Duration()))
				return densities(t, s.solver, s.scenario.Model)
			}
			after := finish()
			d, err := s.source.decode(settings(s.edits))
			must(t, err)
			// Steps end elsewhere before an edit that was not known yet: ten of the step's tolerance of 1e-3.
			if got := apart(headless(t, d, nil), after); got > 1e-2 {
				t.Errorf("a run of %v differs by %.2g", s.edits[0].Settings, got)
			}
			must(t, s.Undo())
			if s.Time() != 300 || apart(before, densities(t, s.solver, s.scenario.Model)) != 0 {
				t.Errorf("at %g s after undo, densities differ by %.2g", s.Time(), apart(before, densities(t, s.solver, s.scenario.Model)))
			}
			must(t, s.Redo())
			if len(s.edits) != 1 || s.Time() != 300 || apart(after, finish()) != 0 {
				t.Errorf("after redo the run of %v differs", s.edits)
			}
			if err := s.Redo(); err != ErrNothingToRedo {
				t.Errorf("a second redo: %v", err)
			}
		})
	}
}

func TestCellsComeWhereTheBrushIs(t *testing.T) {
	s := opened(t, nil)
	must(t, s.AddCells("Th", 4, spot))
	m := s.scenario.Model
	if n := m.Cells.Len(); n != 17 {
		t.Fatalf("%d cells, want 13 and 4 more", n)
	}
	for i := 13; i < 17; i++ {
		p := m.Cells.Position[i]
		if r3.Norm(r3.Sub(p, spot.Places[0])) > 25.1 && r3.Norm(r3.Sub(p, spot.Places[1])) > 25.1 {
			t.Errorf("a cell came at %v", p)
		}
		for j := range i {
			if d := r3.Norm(r3.Sub(p, m.Cells.Position[j])); d < 10 {
				t.Errorf("cells %d and %d are %g µm apart", i, j, d)
			}
		}
	}
	if err := s.AddCells("Tc", 4, spot); err == nil || s.scenario.Model.Cells.Len() != 17 {
		t.Errorf("cells of no type: %v", err)
	}
}

// A source gives what it says.
func TestASourceGivesItsRate(t *testing.T) {
	s := opened(t, nil)
	must(t, s.Set("substrates.TNF.initial=0 nM"))
	must(t, s.Source("TNF", 50, spot))
	s.RunTo(600)
	must(t, s.Tick(0, 0))
	ledger, err := s.solver.Ledger(tissue.SubstrateID(1))
	must(t, err)
	if got, want := ledger.Secreted, 50.*600; math.Abs(got-want) > 1e-12*want || ledger.Written != 0 {
		t.Errorf("%g molecules were given off in 600 s at 50 a second and %g written, want %g and none", got, ledger.Written, want)
	}
}

// still is a pond in which no cell is in the way.
var still = pond[:strings.Index(pond, "cells:")] + "output: {every: 5 min}\n"

// A region or a vessel is there from its time on, densities go on from what they were, and the
// ledger knows where less fluid holds less.
func TestRegionsAndVesselsComeAtTheirTime(t *testing.T) {
	cut := Vessel{Substrate: "IL-2", Permeability: 0.5, Blood: 2, From: r3.Vec{X: 20, Y: 100}, To: r3.Vec{X: 160, Y: 100}, Radius: 10}
	upright := Vessel{Substrate: "TNF", Permeability: 0.5, Blood: 2, From: r3.Vec{X: 150, Y: 40}, To: r3.Vec{X: 150, Y: 40, Z: 10}, Radius: 15}
	for name, device := range map[string]*gpu.Device{"processor": nil, "device": gputest.Open(t)} {
		tolerance := map[bool]float64{true: 1e-9, false: 1e-5}[device == nil] // of the ledger: a residual of the solver's
		t.Run(name, func(t *testing.T) {
			s := openedAs(t, still, device)
			must(t, s.Happen("dose: {IL-2: 1 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 40 um}}"))
			s.RunTo(300)
			must(t, s.Tick(0, 0))
			for i, tc := range []struct {
				do   func() error
				want string
			}{
				{func() error { return s.Region(0.5, spot) }, "painted 1"},
				{func() error { return s.Region(0, Spheres{Places: []r3.Vec{{X: 40, Y: 40}}, Radius: 20}) }, "painted 2"},
				{func() error { return s.Place(cut) }, "vessel 1"},
				{func() error { return s.Place(upright) }, "vessel 2"},
				{func() error {
					return s.Set("regions[+]={name: sponge, shape: {sphere: {centre: [60 um, 60 um], radius: 20 um}}, extracellular: 0.5}")
				}, "sponge"},
			} {
				must(t, tc.do())
				regions := s.scenario.Model.Regions
				if s.Time() != 300 || len(s.edits) != i+2 || len(regions) != i+1 || regions[i].Name != tc.want {
					t.Fatalf("at %g s edits %v", s.Time(), s.edits)
				}
			}
			s.RunTo(400)
			must(t, s.Tick(0, 0))
			for id := range s.scenario.Model.Substrates {
				l, err := s.solver.Ledger(tissue.SubstrateID(id))
				must(t, err)
				if math.Abs(l.Residual()) > tolerance*l.Handled() || l.ThroughWalls <= 0 {
					t.Errorf("%s: residual %g of %+v, want none and an inflow", s.scenario.Model.Substrates[id].Name, l.Residual(), l)
				}
			}
			text, err := s.Text()
			must(t, err)
			if again := openedAs(t, string(text), device); len(again.scenario.Model.Regions) != 5 {
				t.Errorf("saved as\n%s", text)
			}
			for range 5 {
				must(t, s.Undo())
			}
			if s.Time() != 300 || len(s.scenario.Model.Regions) != 0 {
				t.Errorf("at %g s %d regions after they were undone", s.Time(), len(s.scenario.Model.Regions))
			}
		})
	}
}

// A value that the file says in other words is found and set.
func TestEveryParameterOfAPondCanBeTurned(t *testing.T) {
	s := openedAs(t, bled, nil)
	for _, p := range s.parameters() {
		if p.Path == "domain.extracellular" || p.Value == 0 {
			continue
		}
		must(t, s.Change(p, 1.1*p.Value))
		if got := find(t, s, p.Path); math.Abs(got.Value-1.1*p.Value) > 1e-9*math.Abs(p.Value) || !got.Changed() || got.Opened != p.Opened {
			t.Errorf("%s is %g and was %g, want %g and %g", p.Path, got.Value, got.Opened, 1.1*p.Value, p.Opened)
		}
	}
}
