package validate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// Result is one observable of a case, observed and expected.
type Result struct {
	Case       string  `json:"case"`
	Observable string  `json:"observable"`
	Observed   float64 `json:"observed"` // from runs of the engine
	Expected   float64 `json:"expected"`
	Unit       string  `json:"unit"`
	Error      float64 `json:"error"`     // |observed − expected|/|expected|; where 0 is expected |observed|
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

// Report is what a case came to.
type Report struct {
	Results []Result
	Chart   *figure.Chart // observed and expected over space or time; nil: the case has none
}

// NewSolver opens a solver on the device under test.
type NewSolver func(m *tissue.Model, o engine.Options) (engine.Solver, error)

// Cases returns all cases, by ID.
func Cases() []Case {
	return []Case{
		wallGradient(), secretingSphere(), pointSource(), lineSource(), spreadingGaussian(), cosineMode(),
		closedBinding(), fixedLigand(), absorbingCell(), fisherFront(), latticeSelfTerm(), turingPair(), twoLayers(), permeableWall(), saturableLayer(),
		tissueAndBlood(), massBalance(), randomWalk(), denseSuspension(), autocrineCell(), mixedThreshold(), meanField(), nicheLength(), solitarySecretor(),
		interleukin2Traffic(), bistableArthritis(), receptorTraffic(), influenza(), tumourNecrosis(), acuteInflammation(),
		interleukin7Feedback(), alveoliToPlasma(), diffusiveRelay(), interleukin2Accumulation(),
	}
}

// ErrNotSettled marks a run that was to reach its steady state and did not.
var ErrNotSettled = errors.New("not settled")

// Run runs the case on the device that open opens solvers on; single says that it
// computes in float32, which widens the tolerances to what rounding allows (see
// Setup). A result that does not pass is no error.
func (c Case) Run(ctx context.Context, open NewSolver, single bool) (Report, error) {
	l := &lab{ctx: ctx, open: open, single: single, readings: map[string]reading{}}
	err := c.observe(l)
	if err = errors.Join(err, l.close()); err != nil {
		return Report{}, fmt.Errorf("validate: %s: %w", c.ID, err)
	}
	report := Report{Chart: l.chart}
	for _, o := range c.Observables {
		r, ok := l.readings[o.Name]
		if !ok {
			return Report{}, fmt.Errorf("validate: %s: nothing observed for %q", c.ID, o.Name)
		}
		result := Result{
			Case: c.ID, Observable: o.Name, Unit: o.Unit, Observed: r.value, Expected: o.Expected,
			Error: departure(r.value, o.Expected), Tolerance: o.Tolerance,
		}
		if single {
			result.Tolerance = max(o.Tolerance, r.rounding)
		}
		result.Pass = result.Error <= result.Tolerance // false for NaN
		report.Results = append(report.Results, result)
	}
	return report, nil
}

// departure returns the relative error, or the whole of it where nothing is expected.
func departure(observed, expected float64) float64 {
	if expected == 0 {
		return math.Abs(observed)
	}
	return math.Abs(observed-expected) / math.Abs(expected)
}
