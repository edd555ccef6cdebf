package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// Implicit steps, whose stages are solved far below float32, and steady states on both devices.
func TestGPUImplicitAgreesWithReference(t *testing.T) {
	const empty = 1e-20 // nM: a steady state that only takes up
	d := gputest.Open(t)
	for name, m := range restingModels() {
		if testing.Short() && m.Grid.Voxels() > 700 {
			continue
		}
		for _, o := range []engine.Options{fixed(35), {Scheme: engine.Steady}} {
			t.Run(fmt.Sprintf("%s/%s", name, o.Scheme), func(t *testing.T) {
				if o.Scheme == engine.Steady && !hasSteadyState(t, m) {
					t.Skip("has no steady state")
				}
				solver, err := engine.NewGPUSolver(d, m, o)
				tested, reference := closing(t, solver, err), processor().solver(t, m, o)
				for _, until := range []float64{70, 140} {
					advance(t, reference, until)
					advance(t, tested, until)
				}
				for id := range m.Substrates {
					id := tissue.SubstrateID(id)
					if want := largest(read(t, reference, m.Grid, id).Values); want < empty {
						if got := largest(read(t, tested, m.Grid, id).Values); got > empty {
							t.Errorf("%.3g nM are left of nothing", got)
						}
						continue
					}
					compare(t, tested, reference, m, id)
				}
			})
		}
	}
}

// However inexactly stages are solved, with a tenth of a loose tolerance here, the
// ledger closes; and so it does where cells change between the steps.
func TestGPULedgerClosesForImplicitSteps(t *testing.T) {
	opened := gputest.Open(t)
	d := device{"gpu", eps32, 1e-5, func(t testing.TB, m *tissue.Model, o engine.Options) engine.Solver {
		t.Helper()
		s, err := engine.NewGPUSolver(opened, m, o)
		return closing(t, s, err)
	}}
	models := agreementModels()
	for _, name := range []string{"walls of every kind", "regions in 2D", "every term in one cell", "secretion and uptake"} {
		for _, o := range []engine.Options{{Scheme: engine.Implicit, RelativeTolerance: 0.1}, {Scheme: engine.Steady}} {
			t.Run(fmt.Sprintf("%s/%s", name, o.Scheme), func(t *testing.T) {
				m := models[name]
				s := d.solver(t, m, o)
				advance(t, s, 55)
				closes(t, d, s, m)
				fewer := *m
				fewer.Cells = tissue.Cells{}
				for i := 0; i < m.Cells.Len(); i += 2 {
					fewer.Cells.Add(m.Cells.Type[i], m.Cells.Position[i])
				}
				if err := s.Update(&fewer); err != nil {
					t.Fatal(err)
				}
				advance(t, s, 300)
				closes(t, d, s, m)
			})
		}
	}
}

// The first implicit step or steady state takes what it says, and closing gives everything back.
func TestGPUImplicitMemoryIsWhatStepsTake(t *testing.T) {
	d := gputest.Open(t)
	for name, m := range restingModels() {
		for _, o := range []engine.Options{fixed(7), {Scheme: engine.Steady}} {
			if o.Scheme == engine.Steady && !hasSteadyState(t, m) {
				continue
			}
			s, err := engine.NewGPUSolver(d, m, o)
			if err != nil {
				t.Fatal(err)
			}
			before := d.Allocated()
			advance(t, s, 7)
			if got, want := d.Allocated()-before, engine.GPUImplicitMemory(m, o.Scheme); got != want {
				t.Errorf("%s, %s: %d bytes taken, %d reckoned", name, o.Scheme, got, want)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if d.Live() != 0 {
				t.Errorf("%s, %s: %d resources are alive after close", name, o.Scheme, d.Live())
			}
		}
	}
}

// Two runs give the same bits.
func TestGPUImplicitStepsRepeatBitForBit(t *testing.T) {
	d := gputest.Open(t)
	m := agreementModels()["every term in one cell"]
	run := func() []float64 {
		s, err := engine.NewGPUSolver(d, m, engine.Options{Scheme: engine.Implicit})
		solver := closing(t, s, err)
		advance(t, solver, 140)
		return read(t, solver, m.Grid, 0).Values
	}
	if first, second := run(), run(); !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
}
