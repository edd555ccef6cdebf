package validate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func diffusiveRelay() Case {
	return Case{
		ID:     "P28",
		Title:  "Diffusive relay: cells that emit where they sense a threshold",
		Source: "Dieterle, Min, Irimia & Amir, eLife 9 (2020) e61771, Eqs 5-9: thin, v = √(a ρ D/(h C_th)); thick, v = 2 a ρ/(π C_th); front positions by Crank-Nicolson finite volumes of 0.5 µm and 5 ms",
		Setup: `D = 100 µm²/s, a ρ/h = 1 molecule/(µm³ s), C_th = 25 molecules/µm³; x < 0 emits from the start, no decay. Thin: a line
of 800 voxels of 2 µm from −600 to 1000 µm, no-flux; the front is where C falls through C_th, linear between
centres, the speed that of 300 to 400 s. The initiation time is when the first voxel beyond 0 reaches C_th,
linear between densities each 0.5 s. Thick: a plane of 1600 × 600 µm, emission in the voxels of its floor, C_th =
2 a ρ/(π v) with v = 2 µm/s; voxels of 10 and 5 µm, speed from 200 to 300 s and extrapolated linearly to voxels
of no height, since the floor the cells stand on is one voxel high. Swarm: D = 125 µm²/s and C_th/(a ρ) = 3.67e5
s/m, in the same way. The emission switches at once: steps are chosen by rtol 1e-4.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"thin: asymptotic speed", 2.0, "um/s", 0.02},
			{"thin: c at +50 um ahead of front / Cth", 0.36787944117144233, "", 0.03},
			{"thin: c at 100 um behind front", 75.0, "molec/um^3", 0.03},
			{"initiation time at x=0 (=2D/v^2)", 50.0, "s", 0.02},
			{"front position t=100 s", 89.73, "um", 0.02},
			{"front position t=200 s", 286.71, "um", 0.01},
			{"front position t=400 s", 686.1, "um", 0.005},
			{"thick half-space: speed (any D 25..100)", 2.0, "um/s", 0.12},
			{"thick half-space: initiation time 4D/(pi v^2), D=100", 31.830988618379067, "s", 0.05},
			{"neutrophil swarm: v=2/(pi 3.67e5 s/m)", 1.7346587802931372, "um/s", 0.03},
		},
		observe: func(l *lab) error {
			if err := observeThinRelay(l); err != nil {
				return err
			}
			return observeThickRelay(l)
		},
	}
}

// relayStart is where emission from the start ends, µm from the left wall.
const relayStart = 600

// emitBefore marks what emits from the start.
func emitBefore(x float64) float64 {
	if x < relayStart {
		return 1
	}
	return 0
}

func observeThinRelay(l *lab) error {
	r, err := l.start("p28-thin")
	if err != nil {
		return err
	}
	started, _ := r.model.Substrate("started")
	if err := r.write(started, emitBefore); err != nil {
		return err
	}
	const threshold = 25 // molecules/µm³
	initiation, err := r.initiation(threshold, 0.5, 100)
	if err != nil {
		return err
	}
	l.read("initiation time at x=0 (=2D/v^2)", initiation, accumulated)
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "c", Unit: "molecules/µm³"})
	l.chart.Lines = ""
	front := map[float64]float64{}
	for _, t := range []float64{100, 200, 300, 400} {
		profile, err := r.alongX(t)
		if err != nil {
			return err
		}
		for i := range profile {
			profile[i] = figure.Point{X: profile[i].X - relayStart, Y: molecules(profile[i].Y)}
		}
		front[t] = falls(profile, threshold)
		l.read(fmt.Sprintf("front position t=%g s", t), front[t], accumulated)
		l.trace(fmt.Sprintf("%g s", t), every(profile, 20), nil)
	}
	l.read("thin: asymptotic speed", (front[400]-front[300])/100, accumulated)
	density, err := r.gather(r3.Vec{X: relayStart + front[400] + 50}, r3.Vec{X: relayStart + front[400] - 100})
	if err != nil {
		return err
	}
	l.read("thin: c at +50 um ahead of front / Cth", molecules(density[0])/threshold, accumulated)
	l.read("thin: c at 100 um behind front", molecules(density[1]), accumulated)
	return nil
}

// initiation advances in steps, s, until the density at the border of what emits from
// the start reaches a threshold, molecules/µm³, and returns when it does.
func (r *run) initiation(threshold, step, until float64) (float64, error) {
	before := 0.0
	for t := step; t <= until; t += step {
		if _, err := r.solver.Advance(r.lab.ctx, t); err != nil {
			return 0, err
		}
		density, err := r.gather(r3.Vec{X: relayStart})
		if err != nil {
			return 0, err
		}
		now := molecules(density[0])
		if now >= threshold {
			return t - step*(now-threshold)/(now-before), nil
		}
		before = now
	}
	return math.NaN(), nil
}

func observeThickRelay(l *lab) error {
	for _, relay := range []struct {
		diffusion, perSpeed float64 // µm²/s; C_th/(a ρ), s/µm
		speed, initiation   string
	}{
		{100, 2 / (math.Pi * 2), "thick half-space: speed (any D 25..100)", "thick half-space: initiation time 4D/(pi v^2), D=100"},
		{125, 0.367, "neutrophil swarm: v=2/(pi 3.67e5 s/m)", ""},
	} {
		speeds, starts := map[float64]float64{}, map[float64]float64{}
		for _, edge := range []float64{10, 5} {
			speed, initiation, err := l.thickRelay(relay.diffusion, relay.perSpeed, edge)
			if err != nil {
				return err
			}
			speeds[edge], starts[edge] = speed, initiation
		}
		l.read(relay.speed, 2*speeds[5]-speeds[10], accumulated)
		if relay.initiation != "" {
			l.read(relay.initiation, 2*starts[5]-starts[10], accumulated)
		}
	}
	return nil
}

// thickRelay runs the plane and returns the speed, µm/s, and when it set off, s.
func (l *lab) thickRelay(diffusion, perSpeed, edge float64) (speed, initiation float64, err error) {
	const emission = 1 // a ρ, molecules/(µm² s)
	threshold := perSpeed * emission
	r, err := l.start("p28-thick", fmt.Sprintf("domain.voxel=%g um", edge), fmt.Sprintf("substrates.c.diffusion=%g um^2/s", diffusion),
		fmt.Sprintf("reactions.0.constants.S=%.17g nM/s", emission/edge/molecules(1)),
		fmt.Sprintf("reactions.0.constants.threshold=%.17g nM", threshold/molecules(1)))
	if err != nil {
		return 0, 0, err
	}
	for name, value := range map[string]func(x float64) float64{"floor": func(float64) float64 { return 1 }, "started": emitBefore} {
		id, _ := r.model.Substrate(name)
		f := tissue.NewField(r.model.Grid)
		for i := range f.Grid.Shape[0] {
			f.Set(i, 0, 0, value(f.Grid.Centre(i, 0, 0).X))
		}
		if err := r.solver.Write(id, f); err != nil {
			return 0, 0, err
		}
	}
	if initiation, err = r.initiation(threshold, 0.5, 100); err != nil {
		return 0, 0, err
	}
	var front [2]float64
	for i, t := range []float64{200, 300} {
		profile, err := r.alongX(t)
		if err != nil {
			return 0, 0, err
		}
		front[i] = falls(profile, threshold/molecules(1))
	}
	return (front[1] - front[0]) / 100, initiation, r.close()
}
