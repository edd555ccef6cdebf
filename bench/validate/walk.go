package validate

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/life"
)

func randomWalk() Case {
	return Case{
		ID:     "A26",
		Title:  "Persistent random walk of neutrophils",
		Source: "Fürth, Zeitschrift für Physik 2 (1920) 244: ⟨r²⟩ = 2 S² P (t − P (1 − exp(−t/P))), S = 4 µm/min, P = 5 min",
		Setup: `6000 cells in the middle of a box of 6 mm that none leaves, cell step 1 min, no field. The standard error of
the mean square displacement is 1.1 % once the walk is diffusive; the tolerance is the case's.`,
		Observables: []Observable{
			{"MSD(t=5 min)", 294.3035529371539, "um^2", 0.05},
			{"MSD(t=60 min)", 8800.004915369884, "um^2", 0.05},
			{"MSD(t=600 min)", 95200, "um^2", 0.05},
		},
		observe: observeWalk,
	}
}

func observeWalk(l *lab) error {
	r, err := l.start("a26")
	if err != nil {
		return err
	}
	start := slices.Clone(r.model.Cells.Position)
	simulation := engine.New(r.solver)
	if err := life.Start(simulation, r.model, r.solver, life.Options{}); err != nil {
		return err
	}
	for _, minutes := range []float64{5, 60, 600} {
		if err := simulation.Advance(l.ctx, 60*minutes); err != nil {
			return err
		}
		sum := 0.
		for i, p := range r.model.Cells.Position {
			sum += r3.Norm2(r3.Sub(p, start[i]))
		}
		l.read(fmt.Sprintf("MSD(t=%g min)", minutes), sum/float64(len(start)), 0)
	}
	return nil
}
