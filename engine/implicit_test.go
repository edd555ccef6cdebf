package engine_test

import (
	"testing"

	"github.com/cytofield/cytofield/engine"
)

// Two cycles a stage leave the order as it is.
func TestImplicitIsSecondOrderInTime(t *testing.T) {
	o := engine.Options{Scheme: engine.Implicit}
	for _, diffusion := range []float64{10, 100} {
		for name, m := range timeModels(diffusion) {
			t.Run(name, func(t *testing.T) {
				r := relax(t, m, o, 100)
				order(t, r.errors(t, o, 8, 16, 32, 64), 2, 0.1)
				t.Log(r.errors(t, o, 4, 8, 16, 32, 64, 128))
			})
		}
	}
}
