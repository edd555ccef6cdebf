package validate

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render/figure"
)

func absorbingCell() Case {
	return Case{
		ID:     "A11",
		Title:  "Flux into a partially absorbing cell (Smoluchowski, Collins & Kimball)",
		Source: "Collins & Kimball, J. Colloid Sci. 4 (1949) 425: J = 4π D a C∞ k/(k + 4π D a), k = k_on R; in a shell 1/kD becomes (1/a − 1/Rb)/(4π D), checked by finite volumes",
		Setup: `D = 10 µm²/s, a = 5 µm, k_on = 3.1e7/(M s), C∞ = 1 pM, no decay; R = 100, 1500, 10000 receptors on voxels of
10 µm, R = 1e5 and 1e15 (a perfect absorber) on 20 µm, where the sub-voxel law holds for any R; coupling
voxel. The cell sits in the middle of a cube of 11, 21, 31 and 41 voxels an edge, C∞ held at its walls and
everywhere at the start. Flux and density at the surface are those of Solver.Cells. To infinite space: C∞/J
goes with the half edge W as A + B/W + C/W³ + E/W⁵; A by the four cubes. 4π D a is J/C∞ of the perfect
absorber. Shell of Rb = 50 µm: the density is harmonic there, so its mean over a sphere sees no walls; J ×
C∞/mean(Rb) in the largest cube, mean over 2000 directions. k = k_on R: half-life of 1 pM in a closed single
voxel of (20 µm)³ with the cell, 10 s of fixed steps of 0.05 s. Runs last 16 decay times of the cube's slowest
mode, in as many stretches, and are checked a quarter of their time beyond.
float32: four half units in the last place times the root of fastest over slowest rate, times what the limit
of the cubes amplifies.`,
		Observables: []Observable{
			{"k=kon*R", 514.7671108238925, "um^3/s", 1e-5},
			{"4 pi D a", 628.3185307179587, "um^3/s", 1e-6},
			{"uptake flux", 0.1703973328366192, "molec/s", 0.01},
			{"C_surface/C_inf", 0.5496688156019974, "", 0.01},
			{"perfect absorber flux", 0.3783822634099931, "molec/s", 0.01},
			{"R=100 flux", 0.003074808789498893, "molec/s", 0.01},
			{"R=1500 flux", 0.04141094313364284, "molec/s", 0.01},
			{"R=100000 flux", 0.33722142299019664, "molec/s", 0.01},
			{"flux with C(Rb=50um)=Cinf", 0.17843271439762234, "molec/s", 0.01},
		},
		observe: observeAbsorbers,
	}
}

// farDensity is held at the walls around an absorbing cell, nM.
const farDensity = 1e-3

// absorption is what cells in boxes of growing size come to in infinite space.
type absorption struct {
	flux        float64 // molecules/s
	surface     float64 // density at the surface, nM
	voxel       float64 // density of its voxel in the largest box, nM, and
	voxelFlux   float64 // the flux there, molecules/s
	selfDensity float64 // dip of its voxel's density over its flux, nM s/molecule
	rounding    float64
	largest     *run
}

// absorb runs a cell of some receptors, in a medium of a diffusion coefficient,
// µm²/s, in the middle of cubes of n voxels of an edge, µm.
func (l *lab) absorb(receptors, diffusion, edge float64, cubes []int, set ...string) (absorption, error) {
	var perFlux, perSurface, dip, halfEdges []float64
	var a absorption
	for _, n := range cubes {
		size := float64(n) * edge
		all := append(cube(n, edge), fmt.Sprintf("cells.types.cell.receptors.receptor.count=%g", receptors),
			fmt.Sprintf("substrates.cytokine.diffusion=%g um^2/s", diffusion), untilSteady(size, diffusion))
		r, err := l.start("a11", append(all, set...)...)
		if err != nil {
			return a, err
		}
		flux := func() (float64, error) {
			_, takenUp, err := r.onlyCell()
			return takenUp, err
		}
		if err := r.settle(2e-7, flux); err != nil {
			return a, err
		}
		surface, takenUp, err := r.onlyCell()
		if err != nil {
			return a, err
		}
		voxel, err := r.gather(r.model.Cells.Position[0])
		if err != nil {
			return a, err
		}
		a.voxel, a.voxelFlux, a.largest = voxel[0], takenUp, r
		perFlux, perSurface = append(perFlux, 1/takenUp), append(perSurface, 1/surface)
		dip, halfEdges = append(dip, (farDensity-voxel[0])/takenUp), append(halfEdges, size/2)
	}
	limit, err := newLimit(halfEdges...)
	if err != nil {
		return a, err
	}
	a.flux, a.surface, a.selfDensity = 1/limit.of(perFlux), 1/limit.of(perSurface), limit.of(dip)
	a.rounding = limit.amplification() * a.largest.rounding()
	return a, nil
}

func observeAbsorbers(l *lab) error {
	cubes := []int{11, 21, 31, 41}
	for _, cell := range []struct {
		receptors, edge float64
		flux            string
	}{
		{100, 10, "R=100 flux"}, {1500, 10, "R=1500 flux"}, {1e4, 10, "uptake flux"},
		{1e5, 20, "R=100000 flux"}, {1e15, 20, "perfect absorber flux"},
	} {
		a, err := l.absorb(cell.receptors, 10, cell.edge, cubes)
		if err != nil {
			return err
		}
		l.read(cell.flux, a.flux, a.rounding)
		switch cell.receptors {
		case 1e4:
			l.read("C_surface/C_inf", a.surface/farDensity, a.rounding)
			mean, err := a.largest.sphereMean(50, false)
			if err != nil {
				return err
			}
			l.read("flux with C(Rb=50um)=Cinf", a.voxelFlux*farDensity/mean, a.rounding)
		case 1e15:
			l.read("4 pi D a", a.flux/molecules(farDensity), a.rounding)
		}
	}
	if err := traceAbsorbers(l); err != nil {
		return err
	}
	return observeUptakeRate(l)
}

// traceAbsorbers shows the flux into a cell over its receptors.
func traceAbsorbers(l *lab) error {
	const perReceptor, encounter = 0.05147671108238925, 628.3185307179587 // k_on and 4π D a, µm³/s
	expected, err := samples(100, 100, 1e5, func(receptors float64) (float64, error) {
		rate := perReceptor * receptors
		return molecules(farDensity) * rate * encounter / (rate + encounter), nil
	})
	observed := append(l.profile("R=%.0f flux", 100, 1500, 100000),
		figure.Point{X: 10000, Y: l.readings["uptake flux"].value})
	l.draw(figure.Axis{Quantity: "receptors per cell", Log: true}, figure.Axis{Quantity: "flux", Unit: "molecules/s"})
	l.trace("", observed, expected)
	return err
}

// observeUptakeRate lets a cell empty a single voxel: c falls as e^(−k t/V).
func observeUptakeRate(l *lab) error {
	r, err := l.start("a11-mixed")
	if err != nil {
		return err
	}
	before, err := r.present()
	if err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	after, err := r.present()
	exponent := math.Log(before / after)
	l.read("k=kon*R", exponent*r.model.Grid.VoxelVolume()/r.model.Duration, accumulated/exponent)
	return err
}
