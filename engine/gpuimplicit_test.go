package engine_test

import (
	"fmt"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// Implicit steps, whose stages are solved far below float32, and steady states on both devices.
func TestGPUImplicitAgreesWithReference(t *testing.T) {
	const empty = 1e-20 // nM: a steady state that only takes up
	d := gputest.Open(t)
	for name, m := range agreementModels() {
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
