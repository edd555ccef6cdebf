package validate

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render/figure"
)

func autocrineCell() Case {
	o := []Observable{
		{"C(r=5), R=0", 26.428300073792254, "pM", 0.03},
		{"C(r=10), R=0", 13.214150036896127, "pM", 0.03},
		{"C(r=20), R=0", 6.6070750184480636, "pM", 0.03},
		{"C(r=5), R=100", 26.213538502713114, "pM", 0.03},
		{"C(r=10), R=100", 13.106769251356557, "pM", 0.03},
		{"C(r=20), R=100", 6.553384625678278, "pM", 0.03},
		{"C(r=5), R=4000", 19.905161325010834, "pM", 0.03},
		{"C(r=10), R=4000", 9.952580662505417, "pM", 0.03},
		{"C(r=20), R=4000", 4.9762903312527085, "pM", 0.03},
		{"C(r=5), R=10000", 14.526812399935567, "pM", 0.03},
		{"C(r=10), R=10000", 7.2634061999677835, "pM", 0.03},
		{"C(r=20), R=10000", 3.6317030999838917, "pM", 0.03},
		{"autocrine fraction R=100", 0.008126196935841067, "", 0.03},
		{"autocrine fraction R=4000", 0.24682400043013436, "", 0.03},
		{"autocrine fraction R=10000", 0.4503311843980026, "", 0.03},
	}
	return Case{
		ID:     "P01",
		Title:  "A T cell that secretes IL-2 and takes it up again, nobody near",
		Source: "Kiwitz and Thurley, github.com/lukaskiwitz/thesis, UnitTest.py (u_exact_1) and spherical_test_problem.py: u(r) = q ρ/(r (k_on R + 4π D ρ))",
		Setup: `q = 10 molecules/s, ρ = 5 µm, D = 10 µm²/s, k_on = 111.6/(nM h), no decay; R = 0, 100, 4000 and 10000
receptors. Density at the surface and fraction taken up again are those of Solver.Cells for a cell in the
middle of cubes of 11, 21 and 41 voxels of 10 µm, coupling voxel, 0 held at the walls; to infinite space with
the half edge W: C goes as A + B/W + C/W³, to a few 1e-4 where the cell takes up. On voxels of 10 µm r = 10
and 20 µm lie in the grid's own near field, and on finer ones the sub-voxel law cannot hold R = 10000. So what
the cell gives off net in the limit is exported once more in octants of 20³ and 40³ voxels of 2.5 µm, with
no-flux mirror planes, 0 held outside, coupling plain; C(10) and C(20) are means over 2000 directions, to
infinite space by A + B/W. Runs last 16 decay times of the cube's slowest mode, in as many stretches, and are
checked a quarter of their time beyond.
float32: four half units in the last place times the root of fastest over slowest rate, times what the limit
of the cubes amplifies.`,
		Observables: o,
		observe:     observeAutocrine,
	}
}

const autocrineDiffusion = 10 // µm²/s, in p01.yaml and p01-near.yaml

func observeAutocrine(l *lab) error {
	l.draw(figure.Axis{Quantity: "r", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "pM"})
	for _, receptors := range []float64{0, 100, 4000, 10000} {
		net, err := observeSurface(l, receptors)
		if err != nil {
			return err
		}
		if err := observeSurroundings(l, receptors, net); err != nil {
			return err
		}
		l.trace(fmt.Sprintf("R = %g", receptors), l.profile(fmt.Sprintf("C(r=%%g), R=%g", receptors), 5, 10, 20), curve(5, 20, func(r float64) float64 {
			const released, radius, perReceptor = 10, 5, 0.05147671108238925 // molecules/s, µm, k_on in µm³/s
			return 1000 / molecules(1) * released * radius / (r * (perReceptor*receptors + 4*math.Pi*autocrineDiffusion*radius))
		}))
	}
	return nil
}

// observeSurface reads the density at the surface of a cell and the share it takes
// up again, and returns what it gives off net, molecules/s.
func observeSurface(l *lab, receptors float64) (net float64, err error) {
	var surfaces, uptakes, halfEdges []float64
	var rounding, secreted float64
	for _, n := range []int{11, 21, 41} {
		const edge = 10 // µm
		size := float64(n) * edge
		r, err := l.start("p01", append(cube(n, edge), untilSteady(size, autocrineDiffusion),
			fmt.Sprintf("cells.types.T.receptors.IL-2R.count=%g", receptors))...)
		if err != nil {
			return 0, err
		}
		surface := func() (float64, error) {
			surface, _, err := r.onlyCell()
			return surface, err
		}
		if err := r.settle(1e-4, surface); err != nil {
			return 0, err
		}
		states, err := r.solver.Cells()
		if err != nil {
			return 0, err
		}
		surfaces, halfEdges = append(surfaces, states.Surface[0][0]), append(halfEdges, size/2)
		uptakes = append(uptakes, states.TakenUp[0][0])
		rounding, secreted = r.rounding(), states.Secreted[0][0]
	}
	limit, err := newLimit(halfEdges...)
	if err != nil {
		return 0, err
	}
	rounding *= limit.amplification()
	l.read(fmt.Sprintf("C(r=5), R=%g", receptors), 1000*limit.of(surfaces), rounding)
	takenUp := limit.of(uptakes)
	if receptors > 0 {
		l.read(fmt.Sprintf("autocrine fraction R=%g", receptors), takenUp/secreted, rounding)
	}
	return secreted - takenUp, nil
}

// observeSurroundings reads the densities around a cell that gives off net
// molecules/s.
func observeSurroundings(l *lab, receptors, net float64) error {
	near := map[float64][]float64{}
	var halfEdges []float64
	var rounding float64
	for _, n := range []int{20, 40} {
		const edge = 2.5 // µm
		size := float64(n) * edge
		r, err := l.start("p01-near", append(cube(n, edge), untilSteady(2*size, autocrineDiffusion), // an octant
			fmt.Sprintf("cells.types.T.export.IL-2=%.17g molecules/s", net/8))...)
		if err != nil {
			return err
		}
		if err := r.settle(1e-4, r.present); err != nil {
			return err
		}
		for _, radius := range []float64{10, 20} {
			mean, err := r.sphereMean(radius, true)
			if err != nil {
				return err
			}
			near[radius] = append(near[radius], mean)
		}
		halfEdges, rounding = append(halfEdges, size), r.rounding()
	}
	limit, err := newLimit(halfEdges...)
	for radius, means := range near {
		l.read(fmt.Sprintf("C(r=%g), R=%g", radius, receptors), 1000*limit.of(means), limit.amplification()*rounding)
	}
	return err
}
