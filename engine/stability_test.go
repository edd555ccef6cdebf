package engine_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// shortestWave returns the wave that oscillates fastest along every axis of a
// grid: (−1)^i where it is periodic, cos(π (n−1)(i + ½)/n) between no-flux walls.
func shortestWave(m *tissue.Model) *tissue.Field {
	f := tissue.NewField(m.Grid)
	for i := range f.Values {
		f.Values[i] = 1
		at := m.Grid.Coordinates(i)
		for axis, n := range m.Grid.Shape {
			switch {
			case n == 1:
			case m.Substrates[0].Boundary[axis][0].Kind == tissue.Periodic:
				f.Values[i] *= 1 - 2*float64(at[axis]%2)
			default:
				f.Values[i] *= math.Cos(math.Pi * float64(n-1) * (float64(at[axis]) + 0.5) / float64(n))
			}
		}
	}
	return f
}

// edgeModels are grids in 1-D, 2-D and 3-D between walls of both kinds, with
// unequal spacings, and without decay, which damps.
func edgeModels() map[string]*tissue.Model {
	models := map[string]*tissue.Model{}
	shapes := [][3]int{{32, 1, 1}, {1, 32, 1}, {1, 1, 32}, {32, 24, 1}, {1, 24, 32}, {16, 24, 20}}
	if testing.Short() {
		shapes = [][3]int{{1, 24, 1}, {16, 24, 20}}
	}
	for _, shape := range shapes {
		for _, kind := range []tissue.BoundaryKind{tissue.NoFlux, tissue.Periodic} {
			m := withBoundary(solid(shape), every(tissue.Boundary{Kind: kind}))
			m.Grid.Spacing = [3]float64{10, 12, 8}
			m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0
			models[fmt.Sprintf("%v %v", shape, kind)] = m
		}
	}
	return models
}

// Forward Euler multiplies the shortest wave by 1 − dt ρ' a step, where ρ' is ρ for
// periodic walls and at least 0.993 ρ between no-flux walls of 16 voxels and more:
// by −0.998 or less at 0.999 of the bound and by −1.01 or more at 1.02 of it.
func TestStabilityBoundIsTheEdge(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range edgeModels() {
			for _, tc := range []struct {
				share       float64
				least, most float64 // of the wave after 320 steps
			}{
				{0.999, 0, 0.53}, // 0.998^320
				{1.02, 24, math.Inf(1)},
			} {
				t.Run(fmt.Sprintf("%s/%g", name, tc.share), func(t *testing.T) {
					const steps = 320
					s := d.solver(t, m, engine.Options{Scheme: engine.FTCS, AbsoluteTolerance: 1e9}) // a wave is negative
					dt := tc.share * engine.MaxTimeStep(radius(s))
					s = d.solver(t, m, engine.Options{Scheme: engine.FTCS, AbsoluteTolerance: 1e9, TimeStep: dt})
					wave := shortestWave(m)
					write(t, s, 0, wave)
					if stats := advance(t, s, steps*dt); stats.Steps != steps {
						t.Fatalf("%d steps, want %d", stats.Steps, steps)
					}
					grown := largest(read(t, s, m.Grid, 0).Values) / largest(wave.Values)
					if grown < tc.least || grown > tc.most {
						t.Errorf("the shortest wave grew by %.4g, want %g to %g", grown, tc.least, tc.most)
					}
				})
			}
		}
	})
}

func radius(s engine.Solver) float64 {
	return s.(interface {
		SpectralRadius(tissue.SubstrateID) float64
	}).SpectralRadius(0)
}

// shortestRate returns the rate at which the shortest wave fades, 1/s: the sum over
// the axes of 4 D/Δx², times sin²(π (n−1)/2n) between no-flux walls.
func shortestRate(m *tissue.Model) float64 {
	s := m.Substrates[0]
	rate := 0.0
	for axis, n := range m.Grid.Shape {
		if n == 1 {
			continue
		}
		weight := s.DiffusionCoefficient / (m.Grid.Spacing[axis] * m.Grid.Spacing[axis])
		sine := 1.0
		if s.Boundary[axis][0].Kind != tissue.Periodic {
			sine = math.Sin(math.Pi * float64(n-1) / float64(2*n))
		}
		rate += 4 * weight * sine * sine
	}
	return rate
}

// A step of s stages multiplies the shortest wave, an eigenvector, by the
// stability polynomial, and so damps it.
func TestStepAppliesTheStabilityPolynomial(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range edgeModels() {
			for _, stages := range []int{3, 5, 9, 51, 201} {
				t.Run(fmt.Sprintf("%s/s=%d", name, stages), func(t *testing.T) {
					s := d.solver(t, m, engine.Options{AbsoluteTolerance: 1e9})
					dt := 0.999 * engine.RKC2Step(stages, radius(s))
					s = d.solver(t, m, engine.Options{AbsoluteTolerance: 1e9, TimeStep: dt})
					wave := shortestWave(m)
					write(t, s, 0, wave)
					if stats := advance(t, s, 4*dt); stats.Steps != 4 || stats.Sweeps != 4*int64(stages)+1 {
						t.Fatalf("%d steps and %d sweeps, want 4 of %d stages and the first rate", stats.Steps, stats.Sweeps, stages)
					}
					factor := math.Pow(amplification(engine.NewRKC2(stages), -dt*shortestRate(m)), 4)
					for i := range wave.Values {
						wave.Values[i] *= factor
					}
					got := read(t, s, m.Grid, 0)
					// The argument's rounding times the s²/2 by which the polynomial
					// changes at its end, and the wave's own roundings, which fade slower
					// than it; 0.4 of that seen.
					tolerance := float64(stages*stages+100) * d.epsilon
					for i, want := range wave.Values {
						if math.Abs(got.Values[i]-want) > tolerance {
							t.Fatalf("voxel %v: %.9g, want %.9g within %.2g", m.Grid.Coordinates(i), got.Values[i], want, tolerance)
						}
					}
				})
			}
		}
	})
}

// ρ bounds what the cells and the walls add: a run at 0.999 of the bound from
// noise stays below what it started from and its sources.
func TestSpectralRadiusCoversCellsAndWalls(t *testing.T) {
	held := tissue.Boundary{Kind: tissue.Dirichlet}
	consumer := exchanging("consumer", tissue.Exchange{UptakeRate: 2})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 100, HalfSaturation: 0.2})
	for name, m := range map[string]*tissue.Model{
		"a held voxel":    withBoundary(solid([3]int{1, 1, 1}), every(held)),
		"held walls":      withBoundary(solid([3]int{9, 7, 5}), every(held)),
		"a held sheet":    withBoundary(solid([3]int{9, 1, 7}), every(held)),
		"linear cells":    populate(solid([3]int{7, 7, 7}), 1, consumer),
		"two a voxel":     populate(populate(solid([3]int{7, 7, 7}), 1, consumer), 2, consumer),
		"saturable cells": populate(solid([3]int{7, 7, 7}), 1, saturable),
	} {
		t.Run(name, func(t *testing.T) {
			d := processor()
			o := engine.Options{Scheme: engine.FTCS, AbsoluteTolerance: 1e9, Coupling: engine.PlainCoupling}
			o.TimeStep = 0.999 * engine.MaxTimeStep(radius(d.solver(t, m, o)))
			s := d.solver(t, m, o)
			write(t, s, 0, noise(m.Grid, 1))
			advance(t, s, 2000*o.TimeStep)
			if most := largest(read(t, s, m.Grid, 0).Values); most > 1 {
				t.Errorf("noise below 1 grew to %.4g", most)
			}
		})
	}
}
