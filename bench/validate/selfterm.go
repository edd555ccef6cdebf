package validate

import (
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
)

func latticeSelfTerm() Case {
	return Case{
		ID:     "A16",
		Title:  "What a voxel source or sink does to its own voxel, and the sub-voxel law",
		Source: "Watson's third triple integral over 6, W = 0.2527310098586630 (Watson, Q. J. Math. os-10 (1939) 266); a voxel sink is a sphere of radius h/(4π W); 1/k_vox = 1/k + 1/(4π D a) − W/(D h)",
		Setup: `h = 10 µm, D = 10 µm²/s, a = 5 µm, R = 1e4, k_on = 3.1e7/(M s), no decay. One cell in the middle of cubes of
15, 31 and 47 voxels an edge with 1 pM held at the walls. Coupling plain: J and the voxel's own density give
the dip (C∞ − C)/J = W/(D h) + B/W_box + C/W_box³, whose limit by the three cubes gives a_eff = 1/(4π D dip),
and C∞/J in the limit the uncorrected 1/k_eff. Coupling voxel: J/C of the voxel is k_vox, C∞/J in the limit
the true 1/k_eff. W of a source: a cell that exports 10 molecules/s among walls held at 0, C D h/q in the
limit. Largest k, largest R and the smallest voxel for any R: where the solver begins to refuse with
engine.ErrBeyondSubVoxelLaw, by bisection. Runs last 16 decay times of the cube's slowest mode, in as many
stretches, and are checked a quarter of their time beyond.
float32: four half units in the last place times the root of fastest over slowest rate, times what the limit
of the cubes amplifies.`,
		Observables: []Observable{
			{"a_eff/h", 0.3148702313596202, "", 1e-6},
			{"W of a voxel source", 0.252731009858663, "", 1e-6},
			{"h=10: k_vox for a=5,R=1e4,kon=3.1e7", 993.1814281683556, "um^3/s", 1e-4},
			{"uncorrected k_eff (k_vox=kon R) / true k_eff", 0.7906545784494249, "", 1e-4},
			{"largest k a single 10-um voxel can represent (D=10, a=5): 1/(W/(D h)-1/(4 pi D a))", 1068.6493187327867, "um^3/s", 1e-6},
			{"same as receptors per cell at k_on 3.1e7", 20759.860066086923, "#/cell", 1e-6},
			{"grid spacing above which any R can be matched: 4 pi W a", 15.879557678126105, "um", 1e-6},
		},
		observe: func(l *lab) error {
			return errors.Join(observeSinks(l), observeSource(l), observeRefusal(l))
		},
	}
}

// Of the cubes of A16.
const (
	selfEdge      = 10. // µm
	selfDiffusion = 10. // µm²/s, in a11.yaml and a16-source.yaml
)

func selfCubes() []int { return []int{15, 31, 47} }

func observeSinks(l *lab) error {
	const receptors = 1e4
	plain, err := l.absorb(receptors, selfDiffusion, selfEdge, selfCubes(), "numerics.coupling=plain")
	if err != nil {
		return err
	}
	dip := plain.selfDensity * molecules(1) // s/µm³
	l.read("a_eff/h", 1/(4*math.Pi*selfDiffusion*dip)/selfEdge, plain.rounding)
	corrected, err := l.absorb(receptors, selfDiffusion, selfEdge, selfCubes())
	if err != nil {
		return err
	}
	l.read("h=10: k_vox for a=5,R=1e4,kon=3.1e7", corrected.voxelFlux/molecules(corrected.voxel), accumulated)
	l.read("uncorrected k_eff (k_vox=kon R) / true k_eff", plain.flux/corrected.flux, plain.rounding+corrected.rounding)
	return nil
}

func observeSource(l *lab) error {
	var levels, halfEdges []float64
	var rounding, export float64
	for _, n := range selfCubes() {
		size := float64(n) * selfEdge
		r, err := l.start("a16-source", append(cube(n, selfEdge), untilSteady(size, selfDiffusion))...)
		if err != nil {
			return err
		}
		own := func() (float64, error) {
			density, err := r.gather(r.model.Cells.Position[0])
			return density[0], err
		}
		if err := r.settle(2e-7, own); err != nil {
			return err
		}
		density, err := own()
		if err != nil {
			return err
		}
		levels, halfEdges = append(levels, molecules(density)), append(halfEdges, size/2)
		rounding, export = r.rounding(), r.model.CellTypes[0].Exchange[0].NetExportRate
	}
	limit, err := newLimit(halfEdges...)
	l.read("W of a voxel source", limit.of(levels)*selfDiffusion*selfEdge/export, limit.amplification()*rounding)
	return err
}

// observeRefusal finds where the solver refuses cells.
func observeRefusal(l *lab) error {
	refuses := func(receptors, edge float64) (bool, error) {
		m, o, err := l.load("a11", append(cube(3, selfEdge), fmt.Sprintf("cells.types.cell.receptors.receptor.count=%g", receptors))...)
		if err != nil {
			return false, err
		}
		m.Grid.Spacing = [3]float64{edge, edge, edge}
		m.Cells.Position[0] = m.Grid.Centre(1, 1, 1)
		solver, err := l.open(m, o)
		if errors.Is(err, engine.ErrBeyondSubVoxelLaw) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		return false, solver.Close()
	}
	most, err := bisect(20000, 21500, func(receptors float64) (bool, error) { return refuses(receptors, selfEdge) })
	if err != nil {
		return err
	}
	m, _, err := l.load("a11")
	if err != nil {
		return err
	}
	onRate := m.CellTypes[0].Receptors[0].OnRate / m.Substrates[0].Unit.AmountPerVolume() // µm³/s
	l.read("same as receptors per cell at k_on 3.1e7", most, 0)
	l.read("largest k a single 10-um voxel can represent (D=10, a=5): 1/(W/(D h)-1/(4 pi D a))", most*onRate, 0)
	const endless = 1e15 // receptors: 1/k is 1e-13 of the self-term
	edge, err := bisect(16.5, 15.5, func(edge float64) (bool, error) { return refuses(endless, edge) })
	l.read("grid spacing above which any R can be matched: 4 pi W a", edge, 0)
	return err
}

// bisect returns the border between what is accepted and what is refused, to 1e-8.
func bisect(accepted, refused float64, refuses func(float64) (bool, error)) (float64, error) {
	return halve(accepted, refused, 1e-8, refuses)
}

// halve is bisect to a given relative width.
func halve(accepted, refused, within float64, refuses func(float64) (bool, error)) (float64, error) {
	for math.Abs(refused-accepted) > within*math.Abs(accepted) {
		middle := (accepted + refused) / 2
		no, err := refuses(middle)
		if err != nil {
			return 0, err
		}
		if no {
			refused = middle
		} else {
			accepted = middle
		}
	}
	return (accepted + refused) / 2, nil
}
