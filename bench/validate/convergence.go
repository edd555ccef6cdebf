package validate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// Study is how the error of a scheme falls as voxels or steps get smaller.
type Study struct {
	Scheme    engine.Scheme `json:"scheme"`
	Of        string        `json:"of"` // "space" or "time"
	Problem   string        `json:"problem"`
	Rungs     []Rung        `json:"rungs"`
	Expected  float64       `json:"expected_order"`
	Tolerance float64       `json:"tolerance"` // of the order
	Pass      bool          `json:"pass"`
}

// Rung is one run of a study.
type Rung struct {
	Voxels int     `json:"voxels"` // along the axis that is refined; of the box in time
	Steps  int     `json:"steps"`
	Error  float64 `json:"error"`           // relative, L2 norm
	Order  float64 `json:"order,omitempty"` // from the rung before; 0 for the first
}

// orderTolerance is how far an observed order may be from the expected one: what
// the next term of the error makes on the coarsest rungs, 0.03, and some.
const orderTolerance = 0.05

// stepping is a scheme whose order is asserted.
type stepping struct {
	scheme    engine.Scheme
	order     float64 // in time
	saturable bool    // takes cells whose uptake saturates
}

func steppings() []stepping {
	return []stepping{{engine.Adaptive, 2, true}, {engine.FTCS, 1, true}, {engine.LOD, 1, false}}
}

// Convergence measures the order of every scheme at fixed steps, in space along
// each axis and in time.
//
// Space: 1 + cos(π x/L) between no-flux walls, L = 160 µm, whose other axes have
// two and three voxels of 40 and 60 µm, until diffusion and decay have taken 1/e,
// against the continuum. Steps go with the voxel for schemes of second order and
// with its square for those of first, so that the error in time stays a share of
// 1 % and 30 % of that in space and falls with it.
//
// Time: 1 + the product of a cosine along each axis of 8³ voxels, against its exact
// decay on this grid; and a box of cells that has been left to itself for 100 s,
// another 100 s on, against the adaptive scheme in 2048 steps. In float32 the
// latter's errors drown in rounding; it is left out there, and the ladders are
// shorter.
func Convergence(ctx context.Context, open NewSolver, single bool) ([]Study, error) {
	l := &lab{ctx: ctx, open: open, single: single, readings: map[string]reading{}}
	studies, err := l.converge()
	if err = errors.Join(err, l.close()); err != nil {
		return nil, fmt.Errorf("validate: convergence: %w", err)
	}
	return studies, nil
}

func (l *lab) converge() ([]Study, error) {
	var studies []Study
	for _, s := range steppings() {
		of := func(kind, problem string, order float64, rungs []Rung, err error) error {
			study := Study{Scheme: s.scheme, Of: kind, Problem: problem, Rungs: rungs, Expected: order, Tolerance: orderTolerance}
			study.judge()
			studies = append(studies, study)
			return err
		}
		for axis := range 3 {
			rungs, err := l.refineSpace(s, axis)
			if err := of("space", "cosine along "+tissue.AxisName(axis), 2, rungs, err); err != nil {
				return nil, err
			}
		}
		rungs, err := l.refineWave(s)
		if err := of("time", "cosines along three axes", s.order, rungs, err); err != nil {
			return nil, err
		}
		for _, consumer := range []string{"linear", "saturable"} {
			if l.single || consumer == "saturable" && !s.saturable {
				continue
			}
			rungs, err := l.refineCells(s, consumer)
			if err := of("time", consumer+" cells", s.order, rungs, err); err != nil {
				return nil, err
			}
		}
	}
	return studies, nil
}

// judge finds the orders between rungs and holds them against the expected one.
func (s *Study) judge() {
	s.Pass = len(s.Rungs) > 1
	for i := 1; i < len(s.Rungs); i++ {
		fine, coarse := &s.Rungs[i], s.Rungs[i-1]
		finer := float64(fine.Steps) / float64(coarse.Steps)
		if s.Of == "space" {
			finer = float64(fine.Voxels) / float64(coarse.Voxels)
		}
		fine.Order = math.Log(coarse.Error/fine.Error) / math.Log(finer)
		s.Pass = s.Pass && math.Abs(fine.Order-s.Expected) <= s.Tolerance // false for NaN
	}
}

// wave is 1 + a product of cosines of half a period in the box, along some axes.
type wave struct {
	grid tissue.Grid
	axes []int
}

// field returns the wave, faded, times a factor.
func (w wave) field(fade, factor float64) *tissue.Field {
	f := tissue.NewField(w.grid)
	size := w.grid.Size()
	for i := range f.Values {
		v := w.grid.Coordinates(i)
		p := w.grid.Centre(v[0], v[1], v[2])
		at := [3]float64{p.X, p.Y, p.Z}
		product := fade
		for _, axis := range w.axes {
			product *= math.Cos(math.Pi * at[axis] / size[axis])
		}
		f.Values[i] = factor * (1 + product)
	}
	return f
}

// rate returns how fast the wave decays by diffusion in the continuum, D Σ (π/L)²,
// and on the grid, D Σ (2/h)² sin²(π h/2L); 1/s.
func (w wave) rate(diffusion float64) (continuum, grid float64) {
	size := w.grid.Size()
	for _, axis := range w.axes {
		k := math.Pi / size[axis]
		onGrid := 2 / w.grid.Spacing[axis] * math.Sin(k*w.grid.Spacing[axis]/2)
		continuum, grid = continuum+diffusion*k*k, grid+diffusion*onGrid*onGrid
	}
	return continuum, grid
}

// runWave starts a wave on a grid of a shape and runs until 1/e of it is left.
// The error is that against its decay at the rate of the continuum or of the grid.
func (l *lab) runWave(scheme engine.Scheme, axes []int, shape [3]int, spacing [3]float64, steps int, continuum bool) (float64, error) {
	m, o, err := l.load("convergence-wave")
	if err != nil {
		return 0, err
	}
	m.Grid.Shape, m.Grid.Spacing = shape, spacing
	s := m.Substrates[0]
	w := wave{m.Grid, axes}
	rate, onGrid := w.rate(s.DiffusionCoefficient)
	duration := 1 / (rate + s.DecayRate)
	if !continuum {
		rate = onGrid
	}
	o.Scheme, o.TimeStep = scheme, duration/float64(steps)
	r, err := l.startModel("convergence-wave", m, o)
	if err != nil {
		return 0, err
	}
	start := w.field(1, 1)
	end, err := r.evolve(start, duration)
	if err != nil {
		return 0, err
	}
	return distance(end, w.field(math.Exp(-rate*duration), math.Exp(-s.DecayRate*duration))), r.close()
}

// evolve writes a start and returns what becomes of it by a time.
func (r *run) evolve(start *tissue.Field, until float64) (*tissue.Field, error) {
	if err := r.solver.Write(0, start); err != nil {
		return nil, err
	}
	if _, err := r.solver.Advance(r.lab.ctx, until); err != nil {
		return nil, err
	}
	end := tissue.NewField(start.Grid)
	return end, r.solver.Read(0, end)
}

// distance returns ‖got − want‖/‖want‖ in the L2 norm.
func distance(got, want *tissue.Field) float64 {
	var difference, norm float64
	for i, w := range want.Values {
		difference += (got.Values[i] - w) * (got.Values[i] - w)
		norm += w * w
	}
	return math.Sqrt(difference / norm)
}

func (l *lab) refineSpace(s stepping, axis int) ([]Rung, error) {
	sizes := []int{8, 16, 32, 64}
	if l.single {
		sizes = sizes[:2]
	}
	var rungs []Rung
	for _, n := range sizes {
		const length = 160 // µm
		shape, spacing := [3]int{}, [3]float64{}
		shape[axis], spacing[axis] = n, length/float64(n)
		shape[(axis+1)%3], spacing[(axis+1)%3] = 2, 40
		shape[(axis+2)%3], spacing[(axis+2)%3] = 3, 60
		steps := 4 * n
		if s.order == 1 {
			steps = 2 * n * n
		}
		e, err := l.runWave(s.scheme, []int{axis}, shape, spacing, steps, true)
		if err != nil {
			return nil, err
		}
		rungs = append(rungs, Rung{Voxels: n, Steps: steps, Error: e})
	}
	return rungs, nil
}

func (l *lab) refineWave(s stepping) ([]Rung, error) {
	steps := []int{16, 32, 64, 128}
	if l.single {
		steps = steps[:2]
	}
	var rungs []Rung
	for _, n := range steps {
		e, err := l.runWave(s.scheme, []int{0, 1, 2}, [3]int{8, 8, 8}, [3]float64{20, 20, 20}, n, false)
		if err != nil {
			return nil, err
		}
		rungs = append(rungs, Rung{Voxels: 8 * 8 * 8, Steps: n, Error: e})
	}
	return rungs, nil
}

func (l *lab) refineCells(s stepping, consumer string) ([]Rung, error) {
	m, o, err := l.load("convergence-cells", "cells.place.1.type="+consumer)
	if err != nil {
		return nil, err
	}
	evolve := func(scheme engine.Scheme, start *tissue.Field, steps int) (*tissue.Field, error) {
		o.Scheme, o.TimeStep = scheme, m.Duration/float64(steps)
		r, err := l.startModel("convergence-cells", m, o)
		if err != nil {
			return nil, err
		}
		end, err := r.evolve(start, m.Duration)
		return end, errors.Join(err, r.close())
	}
	const fine = 2048 // steps; their error is 1/256 of the smallest measured
	start := tissue.NewField(m.Grid)
	start.Fill(m.Substrates[0].InitialDensity)
	if start, err = evolve(engine.Adaptive, start, fine); err != nil {
		return nil, err
	}
	want, err := evolve(engine.Adaptive, start, fine)
	if err != nil {
		return nil, err
	}
	var rungs []Rung
	for _, steps := range []int{64, 128} {
		got, err := evolve(s.scheme, start, steps)
		if err != nil {
			return nil, err
		}
		rungs = append(rungs, Rung{Voxels: m.Grid.Voxels(), Steps: steps, Error: distance(got, want)})
	}
	return rungs, nil
}
