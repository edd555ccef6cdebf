package validate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
)

func mixedThreshold() Case {
	return Case{
		ID:     "P03",
		Title:  "Secretors and consumers of IL-2, well mixed: the threshold of saturable uptake",
		Source: "Brunner et al., github.com/lukaskiwitz/thesis, paper_models/Brunner_etal_Figure1/run/well-mixed: linear, m = q f N/(k_on R (1−f) N/V + k_d); saturable, the positive root of k_d m = q f N − k_endo R (1−f) N m/(m + K_D)",
		Setup: `One voxel of V = 10124401.2244 µm³ holds N = 1000 cells: f N secretors of q = 10 molecules/s, the others take
up, by R = 10000 receptors at k_on = 3.1e7/(M s), or saturably at k_endo R = 4.6 molecules/s with half of it at
K_D = 7.437 pM, which is the case's 45343.8 molecules in V. Decay 0.1/h. From nothing in sixteen stretches of 36000 s
= 1/k_d, of 100 s for the linear ones, and four more as a check; coupling plain.
float32: four half units in the last place times the root of the fastest rate, k_endo R N/K_D, over k_d.`,
		Observables: []Observable{
			{"c linear f=0.05", 1.6968170543126544, "pM", 0.005},
			{"c linear f=0.1", 3.5820549588804282, "pM", 0.005},
			{"c linear f=0.2", 8.059012515894247, "pM", 0.005},
			{"c linear f=0.3", 13.814103254741546, "pM", 0.005},
			{"c linear f=0.4", 21.48581239227766, "pM", 0.005},
			{"c linear f=0.5", 32.22285580891347, "pM", 0.005},
			{"c saturated f=0.05", 0.9604997299822129, "pM", 0.005},
			{"c saturated f=0.1", 2.3672195239910727, "pM", 0.005},
			{"c saturated f=0.2", 8.839068207933442, "pM", 0.005},
			{"c saturated f=0.3", 94.06366198149539, "pM", 0.005},
			{"c saturated f=0.4", 7338.064609155199, "pM", 0.005},
			{"c saturated f=0.5", 15948.447591290425, "pM", 0.005},
		},
		observe: observeThreshold,
	}
}

func observeThreshold(l *lab) error {
	l.draw(figure.Axis{Quantity: "fraction of secretors"}, figure.Axis{Quantity: "c", Unit: "pM", Log: true})
	rounding := 4 * eps32 * math.Sqrt(mixedEndocytosis/mixedHalf/mixedDecay)
	for _, consumer := range []struct {
		cellType, duration, observable string
		expected                       func(f float64) float64
	}{{"linear", "1600 s", "c linear", linearDensity}, {"saturable", "576000 s", "c saturated", saturableDensity}} {
		for _, secretors := range []int{50, 100, 200, 300, 400, 500} {
			const cells = 1000
			r, err := l.start("p03", "cells.place.1.type="+consumer.cellType, "duration="+consumer.duration,
				fmt.Sprintf("cells.place.0.number=%d", secretors), fmt.Sprintf("cells.place.1.number=%d", cells-secretors))
			if err != nil {
				return err
			}
			if err := r.settle(1e-4, r.density); err != nil {
				return err
			}
			density, err := r.density()
			if err != nil {
				return err
			}
			l.read(fmt.Sprintf("%s f=%g", consumer.observable, float64(secretors)/cells), 1000*density, rounding)
		}
		l.trace(consumer.cellType, l.profile(consumer.observable+" f=%g", 0.05, 0.1, 0.2, 0.3, 0.4, 0.5), curve(0.04, 0.52, consumer.expected))
	}
	return nil
}

// Of P03: q N and k_endo R N, molecules/s; k_on R N, µm³/s; k_d, 1/s; V, µm³; K_D, molecules.
const (
	mixedRelease     = 1e4
	mixedEndocytosis = 4600
	mixedUptake      = 514767.1108238925
	mixedDecay       = 0.1 / 3600
	mixedVolume      = 10124401.2244
	mixedHalf        = 45343.81237655793
)

// linearDensity returns Source's density for a fraction of secretors, pM.
func linearDensity(f float64) float64 {
	present := mixedRelease * f / (mixedUptake*(1-f)/mixedVolume + mixedDecay)
	return 1000 * present / mixedVolume / molecules(1)
}

// saturableDensity returns Source's density for a fraction of secretors, pM.
func saturableDensity(f float64) float64 {
	b := mixedDecay*mixedHalf - mixedRelease*f + mixedEndocytosis*(1-f)
	present := (math.Sqrt(b*b+4*mixedDecay*mixedRelease*f*mixedHalf) - b) / (2 * mixedDecay)
	return 1000 * present / mixedVolume / molecules(1)
}

// density returns the density in the first voxel: that of a box of one.
func (r *run) density() (float64, error) {
	density, err := r.gather(r3.Vec{})
	return density[0], err
}

func meanField() Case {
	return Case{
		ID:     "P04",
		Title:  "Mean field of IL-2 with saturable endocytosis",
		Source: "Kiwitz and Thurley, github.com/lukaskiwitz/thesis, main/MySolver.py MyMeanFieldSolver and unit_tests/box_grid_tests/box_grid_test.py: dc/dt = (q − k_endo R c/(K_D + c))/V − k_d c",
		Setup: `The unit test's ten cells in one voxel: one secretes 10 molecules/s and has 100 receptors, eight have 5000, one
100; on average q = 1 molecule/s and R = 4020. Each cell takes up at most k_endo R with k_endo = 1.1e-3/s, half
of it at K_D = 7.437276 pM. The voxel is ten boxes of d = 20 µm, the extracellular fraction 1 − (4/3) π ρ³/d³
with ρ = 5 µm. Decay 0.1/h. rtol 1e-5, coupling plain; steady at 400 s, 50 decay times, and a quarter beyond.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"c(10 s)", 1.31358264, "pM", 0.002},
			{"c(60 s)", 2.15755124, "pM", 0.002},
			{"c steady", 2.172608060569122, "pM", 0.002},
		},
		observe: observeMeanField,
	}
}

func observeMeanField(l *lab) error {
	r, err := l.start("p04")
	if err != nil {
		return err
	}
	for _, t := range []float64{10, 60} {
		if _, err := r.solver.Advance(l.ctx, t); err != nil {
			return err
		}
		density, err := r.density()
		if err != nil {
			return err
		}
		l.read(fmt.Sprintf("c(%g s)", t), 1000*density, accumulated)
	}
	steady, err := l.start("p04")
	if err != nil {
		return err
	}
	if err := steady.settle(1e-6, steady.density); err != nil {
		return err
	}
	density, err := steady.density()
	l.read("c steady", 1000*density, accumulated)
	return err
}
