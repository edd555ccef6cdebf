package engine_test

import (
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// relaxation is a model that has been left to itself until its fast waves have
// faded, and its density a while later, both from the equation solved otherwise.
// A step that jumps over waves still in motion halves them rather than follows
// them, and no order is seen.
type relaxation struct {
	m           *tissue.Model
	duration    float64 // s
	radius      float64 // ρ, 1/s
	start, want []float64
}

func relax(t *testing.T, m *tissue.Model, o engine.Options, duration float64) relaxation {
	t.Helper()
	e := newEquation(m, 0, o.Coupling == engine.PlainCoupling)
	r := relaxation{m: m, duration: duration, radius: radius(processor().solver(t, m, o))}
	start := tissue.NewField(m.Grid)
	start.Fill(m.Substrates[0].InitialDensity)
	// Fourth order at 0.3/ρ: its error is below 1e-9, under the smallest measured by 20.
	steps := int(math.Ceil(duration * r.radius / 0.3))
	r.start = e.solve(start.Values, duration, steps)
	r.want = e.solve(r.start, duration, steps)
	return r
}

// error returns the relative L2 error of the float64 solver in a number of steps.
func (r relaxation) error(t *testing.T, o engine.Options, steps int) float64 {
	t.Helper()
	o.TimeStep = r.duration / float64(steps)
	s := processor().solver(t, r.m, o)
	write(t, s, 0, &tissue.Field{Grid: r.m.Grid, Values: r.start})
	advance(t, s, r.duration)
	return distance(read(t, s, r.m.Grid, 0).Values, r.want)
}

func (r relaxation) errors(t *testing.T, o engine.Options, steps ...int) []float64 {
	var errors []float64
	for _, n := range steps {
		errors = append(errors, r.error(t, o, n))
	}
	return errors
}

func (r relaxation) stages(steps int) int {
	return engine.RKC2Stages(r.duration/float64(steps), r.radius)
}

// timeModels have every kind of term; D, µm²/s, says how stiff they are on voxels of 10 µm.
func timeModels(diffusion float64) map[string]*tissue.Model {
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 0.5}
	secretor := exchanging("secretor", tissue.Exchange{SecretionRate: 0.02, SaturationDensity: 2})
	consumer := exchanging("consumer", tissue.Exchange{UptakeRate: 0.03})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 3, HalfSaturation: 0.5, NetExportRate: 0.1})
	models := map[string]*tissue.Model{
		"linear cells":    populate(solid([3]int{7, 5, 6}), 4, secretor, consumer),
		"saturable cells": populate(solid([3]int{7, 5, 6}), 4, saturable),
		"a held wall":     withBoundary(solid([3]int{12, 5, 6}), [3][2]tissue.Boundary{{held, {}}, {}, {}}),
	}
	for _, m := range models {
		m.Substrates[0].DiffusionCoefficient = diffusion
	}
	return models
}

// 100 s in steps of 3.1 s and less at ρ = 1.2/s: three stages every time.
func TestAdaptiveIsSecondOrderInTimeWithFewStages(t *testing.T) {
	for name, m := range timeModels(10) {
		t.Run(name, func(t *testing.T) {
			r := relax(t, m, engine.Options{}, 100)
			if s := r.stages(32); s != 3 {
				t.Fatalf("%d stages, want 3", s)
			}
			order(t, r.errors(t, engine.Options{}, 32, 64, 128, 256), 2, 0.05)
		})
	}
}

// As steps shorten the number of stages falls, and with it the error constant
// rises from 0.050 to 0.095: by less than 7 % from one step to its half while there
// are nine stages or more, which is an order of 1.9. Divided by the constant the
// errors of linear models are of second order throughout; those of saturable
// cells have terms with other constants.
func TestAdaptiveIsSecondOrderInTimeWithManyStages(t *testing.T) {
	for name, m := range timeModels(100) {
		t.Run(name, func(t *testing.T) {
			r := relax(t, m, engine.Options{}, 100)
			if most, least := r.stages(8), r.stages(32); most < 17 || least < 9 {
				t.Fatalf("%d to %d stages, want at least 17 to 9", most, least)
			}
			order(t, r.errors(t, engine.Options{}, 8, 16, 32), 2, 0.1)
			if name == "saturable cells" {
				return
			}
			steps := []int{16, 32, 64, 128, 256}
			errors := r.errors(t, engine.Options{}, steps...)
			for i, n := range steps {
				errors[i] /= engine.NewRKC2(r.stages(n)).ErrorConstant
			}
			order(t, errors, 2, 0.05)
		})
	}
}

func TestForwardEulerIsFirstOrderInTime(t *testing.T) {
	for name, m := range timeModels(10) {
		t.Run(name, func(t *testing.T) {
			o := engine.Options{Scheme: engine.FTCS}
			r := relax(t, m, o, 100) // 256 steps are half the stability bound
			order(t, r.errors(t, o, 256, 512, 1024), 1, 0.05)
		})
	}
}

// Without the sub-voxel law the cell terms are others, and the order is the same.
func TestPlainCouplingIsSecondOrderInTime(t *testing.T) {
	o := engine.Options{Coupling: engine.PlainCoupling}
	for name, m := range timeModels(10) {
		t.Run(name, func(t *testing.T) {
			order(t, relax(t, m, o, 100).errors(t, o, 32, 64, 128), 2, 0.05)
		})
	}
}
