package bench

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
)

// Exact returns the densities a run is to come to at the end of a model, by substrate.
type Exact func(ctx context.Context, m *tissue.Model, o engine.Options) ([]*tissue.Field, error)

// exactTolerance is the rtol of a reference: with it, the error against a run at a
// tenth of it is below 1e-5. TestReferenceIsExact asserts so.
const exactTolerance = 1e-6

// Resolved is the smallest error that can be told from that of the reference.
const Resolved = exactTolerance

// TimeExact solves a model in float64 on the processor to a tolerance at which what is
// left of the error in time no longer shows.
func TimeExact(ctx context.Context, m *tissue.Model, o engine.Options) ([]*tissue.Field, error) {
	return exactAt(ctx, m, o, m.Duration)
}

// exactAt solves a model up to a time, s.
func exactAt(ctx context.Context, m *tissue.Model, o engine.Options, until float64) ([]*tissue.Field, error) {
	o.RelativeTolerance = exactTolerance
	s, err := cpu.NewSolver(m, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if _, err := s.Advance(ctx, until); err != nil {
		return nil, err
	}
	return densities(s, m)
}

// SteadyExact returns the steady state, as implicit steps come to it in float64: nothing
// is left of the start after so many times of the slowest decay.
func SteadyExact(ctx context.Context, m *tissue.Model, o engine.Options) ([]*tissue.Field, error) {
	const times = 25 // e^-25 = 1e-11
	o.Scheme = engine.Implicit
	slowest := m.Substrates[0].DecayRate
	for _, substrate := range m.Substrates {
		slowest = min(slowest, substrate.DecayRate)
	}
	return exactAt(ctx, m, o, times/slowest)
}

func densities(s engine.Solver, m *tissue.Model) ([]*tissue.Field, error) {
	var fields []*tissue.Field
	for i := range m.Substrates {
		f := tissue.NewField(m.Grid)
		if err := s.Read(tissue.SubstrateID(i), f); err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// distance returns ‖c − exact‖₂/‖exact‖₂ of the substrate that is furthest off.
func distance(densities, exact []*tissue.Field) float64 {
	worst := 0.0
	for i, want := range exact {
		var defect, norm float64
		for v, c := range want.Values {
			d := densities[i].Values[v] - c
			defect += d * d
			norm += c * c
		}
		worst = max(worst, math.Sqrt(defect/norm))
	}
	return worst
}

// judge knows the exact solution of a model and tells how far a way to solve it is off.
type judge struct {
	ctx   context.Context
	open  NewSolver
	model *tissue.Model
	exact []*tissue.Field
}

func newJudge(ctx context.Context, open NewSolver, m *tissue.Model, w Workload) (*judge, error) {
	exact, err := w.Exact(ctx, m, w.Options)
	if err != nil {
		return nil, fmt.Errorf("bench: reference of %s: %w", w.Name, err)
	}
	return &judge{ctx, open, m, exact}, nil
}

// way is how to solve a model, and what it comes to.
type way struct {
	Options engine.Options
	Error   float64 // relative L2, the worst of the substrates
	Work    float64 // sweeps; see engine.Stats.Work
	Step    float64 // the last, s
}

// try solves the model in a way. A run that does not end, because a step is too long
// to stay positive, has an infinite error.
func (j *judge) try(o engine.Options) (way, error) {
	s, err := j.open(j.model, o)
	if err != nil {
		return way{}, err
	}
	defer s.Close()
	stats, err := s.Advance(j.ctx, j.model.Duration)
	w := way{o, math.Inf(1), stats.Work(), stats.LastStep}
	if breaksDown(err) {
		return w, nil
	}
	if err != nil {
		return way{}, err
	}
	got, err := densities(s, j.model)
	if err != nil {
		return way{}, err
	}
	w.Error = distance(got, j.exact)
	return w, nil
}

// breaksDown says that a run stopped because of its steps.
func breaksDown(err error) bool {
	return errors.Is(err, engine.ErrNegative) || errors.Is(err, engine.ErrStepSize) || errors.Is(err, engine.ErrNotFinite)
}

// leastError is the smallest that ways are sought for.
const leastError = 1e-3

// adaptive tries ever tighter tolerances, and ever shorter fixed steps, until the
// error is the least sought for. Their work grows as it falls.
func (j *judge) adaptive(o engine.Options) ([]way, error) {
	o.Scheme = engine.Adaptive
	var loose, fixed []engine.Options
	for _, rtol := range []float64{0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5} {
		with := o
		with.RelativeTolerance = rtol
		loose = append(loose, with)
	}
	for _, parts := range []float64{1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 30, 60, 120} {
		with := o
		with.TimeStep = j.model.Duration / parts
		fixed = append(fixed, with)
	}
	var ways []way
	for _, ladder := range [][]engine.Options{loose, fixed} {
		for _, with := range ladder {
			w, err := j.try(with)
			if err != nil {
				return nil, err
			}
			if ways = append(ways, w); w.Error <= leastError {
				break
			}
		}
	}
	return ways, nil
}

// ftcs tries the scheme's own step, which is close to its longest, and ever shorter
// ones by its first order.
func (j *judge) ftcs(o engine.Options) ([]way, error) {
	const margin, most = 0.97, 6
	o.Scheme = engine.FTCS
	var ways []way
	for range most {
		w, err := j.try(o)
		if err != nil {
			return nil, err
		}
		ways = append(ways, w)
		if w.Error <= leastError || w.Step == 0 || math.IsInf(w.Error, 1) {
			break
		}
		wanted := leastError
		if w.Error > 10*leastError {
			wanted = 10 * leastError
		}
		o.TimeStep = w.Step * margin * wanted / w.Error
	}
	return ways, nil
}

// errNotFirstOrder says that the error of lod does not fall in proportion to its step.
var errNotFirstOrder = errors.New("the error of lod does not fall in proportion to its step")

// lod returns two ways whose errors are as their steps, within a tenth, the second at
// half the step of the first.
func (j *judge) lod(o engine.Options) (long, short way, err error) {
	const halvings = 5
	o.Scheme, o.TimeStep = engine.LOD, engine.DefaultLODStep
	if long, err = j.try(o); err != nil {
		return long, short, err
	}
	for range halvings {
		o.TimeStep /= 2
		if short, err = j.try(o); err != nil {
			return long, short, err
		}
		if math.Abs(long.Error/short.Error/2-1) <= 0.1 {
			return long, short, nil
		}
		long = short
	}
	return long, short, errNotFirstOrder
}

// extrapolate returns the way of a first-order scheme that has an error, from one at
// another: its step, s, is as much shorter.
func (w way) extrapolate(wanted float64) way {
	o := w.Options
	o.TimeStep = w.Step * wanted / w.Error
	return way{Options: o, Error: wanted, Step: o.TimeStep}
}

// cheapest returns the way of least work that has an error of at most so much.
func cheapest(ways []way, wanted float64) (best way, ok bool) {
	for _, w := range ways {
		if w.Error <= wanted && (!ok || w.Work < best.Work) {
			best, ok = w, true
		}
	}
	return best, ok
}
