package life_test

import (
	"context"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Cells that bind a ligand and hold it, divide, die with and without what they hold, move
// and are eaten.
const binding = `cytofield: 1
domain: {size: [100 um, 100 um, 60 um], voxel: 10 um, extracellular: 0.3}
duration: 1 h
substrates: {TNF: {diffusion: 50 um^2/s, decay: 1e-4 /s, initial: 200 pM}}
cells:
  types:
    macrophage:
      radius: 5 um
      export: {TNF: 5 molecules/s}
      receptors: {TNFR1: {ligand: TNF, count: 2000, on_rate: 1e7 /M/s, off_rate: 1e-3 /s}}
      motility: {speed: 3 um/min, persistence: 5 min, bias: 30 %, towards: {TNF: 1}}
      mechanics: {repulsion: 10 um/min}
      division: {rate: 1 /h, share: 40 %}
      necrosis: {rate: 0.5 /h, duration: 20 min, release: {TNF: {variable: TNFR1 bound}}}
      clearance: 3 /h
  place: [{type: macrophage, pattern: random, number: 40, min_distance: 8 um}]
rules:
  - {type: macrophage, signal: occupancy of TNFR1, increases: export of TNF, to: 20 molecules/s, half_max: 50 %, hill: 2}
`

// lived returns the model of binding, with settings, after so many seconds of its life, and
// its solver.
func lived(t *testing.T, until float64, set ...string) (*tissue.Model, engine.Solver) {
	t.Helper()
	s, err := scenario.Decode("binding.yaml", []byte(binding), "", scenario.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	solver, err := cpu.NewSolver(s.Model, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	simulation := engine.New(solver)
	if err := life.Start(simulation, s.Model, solver, life.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := simulation.Advance(context.Background(), until); err != nil {
		t.Fatal(err)
	}
	return s.Model, solver
}

// The ledger accounts for every molecule of the fluid while cells come and go: to rounding,
// of some 1e5 sums in float64.
func TestLedgerHoldsWhileCellsComeAndGo(t *testing.T) {
	m, solver := lived(t, 3600)
	ledger, err := solver.Ledger(0)
	if err != nil {
		t.Fatal(err)
	}
	if r := math.Abs(ledger.Residual()) / ledger.Handled(); r > 1e-11 {
		t.Errorf("residual %.2g of what was handled: %+v", r, ledger)
	}
	cells := &m.Cells
	if last := cells.ID[cells.Len()-1]; last < 60 || cells.Len() == int(last) || ledger.Written <= 0 {
		t.Errorf("%d cells, ids up to %d, %g molecules released: want births, deaths and releases", cells.Len(), last, ledger.Written)
	}
}

// Division shares out what the solver holds of a cell: receptors, free and bound, that
// nothing makes or loses are as many as before.
func TestReceptorsOutliveDivision(t *testing.T) {
	_, solver := lived(t, 1800, "cells.types.macrophage.necrosis=", "cells.types.macrophage.clearance=")
	states, err := solver.Cells()
	if err != nil {
		t.Fatal(err)
	}
	receptors := 0.
	for _, v := range states.Variables {
		receptors += v[0] + v[1]
	}
	if n := len(states.ID); n < 50 || math.Abs(receptors/80000-1) > 1e-11 { // rounding
		t.Errorf("%d cells have %.15g receptors, want more than 40 cells and 80000", n, receptors)
	}
}
