package validate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// Result is one observable of a case, observed and expected.
type Result struct {
	Case       string  `json:"case"`
	Observable string  `json:"observable"`
	Observed   float64 `json:"observed"` // from runs of the engine
	Expected   float64 `json:"expected"`
	Unit       string  `json:"unit"`
	Error      float64 `json:"error"`     // |observed − expected|/|expected|
	Tolerance  float64 `json:"tolerance"` // of Error
	Pass       bool    `json:"pass"`
}

// Observable is what a case asks for: the number it should come to and how far
// off, relative, a run in float64 may be.
type Observable struct {
	Name      string
	Expected  float64
	Unit      string
	Tolerance float64
}

// Case is a closed form or a published model with its numbers.
type Case struct {
	ID          string
	Title       string
	Source      string // where the expected numbers are from
	Setup       string // grids, boxes, steps and corrections of the runs
	Observables []Observable

	observe func(*lab) error
}

// NewSolver opens a solver on the device under test.
type NewSolver func(m *tissue.Model, o engine.Options) (engine.Solver, error)

// Cases returns all cases, by ID.
func Cases() []Case {
	return []Case{
		wallGradient(), secretingSphere(), pointSource(), spreadingGaussian(), cosineMode(),
		absorbingCell(), latticeSelfTerm(), massBalance(), autocrineCell(),
	}
}

// ErrNotSettled marks a run that was to reach its steady state and did not.
var ErrNotSettled = errors.New("not settled")

// Run runs the case on the device that open opens solvers on; single says that it
// computes in float32, which widens the tolerances to what rounding allows (see
// Setup). A result that does not pass is no error.
func (c Case) Run(ctx context.Context, open NewSolver, single bool) ([]Result, error) {
	l := &lab{ctx: ctx, open: open, single: single, readings: map[string]reading{}}
	err := c.observe(l)
	if err = errors.Join(err, l.close()); err != nil {
		return nil, fmt.Errorf("validate: %s: %w", c.ID, err)
	}
	results := make([]Result, 0, len(c.Observables))
	for _, o := range c.Observables {
		r, ok := l.readings[o.Name]
		if !ok {
			return nil, fmt.Errorf("validate: %s: nothing observed for %q", c.ID, o.Name)
		}
		result := Result{
			Case: c.ID, Observable: o.Name, Unit: o.Unit, Observed: r.value, Expected: o.Expected,
			Error: math.Abs(r.value-o.Expected) / math.Abs(o.Expected), Tolerance: o.Tolerance,
		}
		if single {
			result.Tolerance = max(o.Tolerance, r.rounding)
		}
		result.Pass = result.Error <= result.Tolerance // false for NaN
		results = append(results, result)
	}
	return results, nil
}
