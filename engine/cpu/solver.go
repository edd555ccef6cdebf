package cpu

import (
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// Solver is engine.Solver in float64 on the processor.
type Solver struct{ *engine.Integrator }

var _ engine.Solver = (*Solver)(nil)

// NewSolver prepares a model. Errors are those of the model and the options, and of a
// processor without the vectors that the program was built with.
func NewSolver(m *tissue.Model, o engine.Options) (*Solver, error) {
	if err := vectorsRun(); err != nil {
		return nil, err
	}
	in, err := engine.NewIntegrator(m, o, func(g engine.Group) (engine.Stepper, error) {
		return newGroup(g), nil
	})
	if err != nil {
		return nil, err
	}
	return &Solver{in}, nil
}

// Memory returns the memory a model takes, bytes: four fields per substrate and tag, and
// two that a run reads into. Cells come on top, and at the first implicit step or steady
// state ten to twelve fields more for each substrate that takes one.
func Memory(m *tissue.Model) int64 {
	followed := len(m.Substrates)
	for _, a := range m.Attribution {
		followed += 1 + len(m.Senders(a))
	}
	return int64(m.Grid.Voxels()) * 8 * int64(4*followed+2)
}
