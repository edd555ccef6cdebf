package validate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/bench/oracle"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func denseSuspension() Case {
	return Case{
		ID:     "DENSE",
		Title:  "What each of 200 cells takes up in a dense suspension",
		Source: "0: multiple scattering without a grid, oracle.Scatter (Foldy, Phys. Rev. 67 (1945) 107; Lax, Rev. Mod. Phys. 23 (1951) 287), exact for one sphere, with what neighbours send as monopoles",
		Setup: `200 cells of 5 µm at random in (100 µm)³, none overlapping, a tenth of the volume; R receptors each, k_on = 3.1e7/(M s),
20 of them export 10 molecules/s; D = 10 µm²/s, decay 0.004/s (a diffusion length of 50 µm), so that the oracle's infinite
space and the middle of a closed box of 400 µm are the same to 1e-3. Coupling cloud. Uptake is that of Solver.Cells for a
cell, off by the root mean square of its difference from the oracle's over their mean. Runs last 10 lifetimes, in
sixteen stretches, and are checked a quarter of their time beyond. The figure is of 1e4 receptors.
float32: four half units in the last place times the root of fastest over slowest rate.`,
		Observables: []Observable{
			{"RMS error of uptake, R=10000, h=10", 0, "", 0.03},
			{"RMS error of uptake, R=10000, h=20", 0, "", 0.05},
			{"RMS error of uptake, R=100000, h=10", 0, "", 0.03},
			{"RMS error of uptake, R=100000, h=20", 0, "", 0.05},
		},
		observe: observeDense,
	}
}

func observeDense(l *lab) error {
	l.draw(figure.Axis{Quantity: "uptake by multiple scattering", Unit: "molecules/s", Log: true}, figure.Axis{Quantity: "uptake", Unit: "molecules/s", Log: true})
	for _, receptors := range []float64{1e4, 1e5} {
		for _, edge := range []float64{10, 20} {
			if err := l.observeSuspension(receptors, edge); err != nil {
				return err
			}
		}
	}
	return nil
}

// observeSuspension reads the uptake of cells of some receptors, on voxels of an edge, µm.
func (l *lab) observeSuspension(receptors, edge float64) error {
	set := []string{"domain.voxel=" + quantity.Format(edge, "um")}
	for _, t := range []string{"secretor", "consumer"} {
		set = append(set, fmt.Sprintf("cells.types.%s.receptors.receptor.count=%g", t, receptors))
	}
	r, err := l.start("dense", set...)
	if err != nil {
		return err
	}
	if err := r.settle(1e-4, r.present); err != nil {
		return err
	}
	states, err := r.solver.Cells()
	if err != nil {
		return err
	}
	want, err := oracle.Scatter(spheres(r.model))
	if err != nil {
		return err
	}
	var points []figure.Point
	square, mean := 0.0, 0.0
	for i, s := range want {
		uptake, got := s.Flux+states.Secreted[0][i], states.TakenUp[0][i]
		square += (got - uptake) * (got - uptake) / float64(len(want))
		mean += uptake / float64(len(want))
		points = append(points, figure.Point{X: uptake, Y: got})
	}
	l.read(fmt.Sprintf("RMS error of uptake, R=%.0f, h=%g", receptors, edge), math.Sqrt(square)/mean, r.rounding())
	if receptors == 1e4 { // with more, monopoles leave cells in the shadow of others below 0
		slices.SortFunc(points, func(a, b figure.Point) int { return cmp.Compare(a.X, b.X) })
		first, last := points[0].X, points[len(points)-1].X
		l.trace(fmt.Sprintf("h = %g µm", edge), points, []figure.Point{{X: first, Y: first}, {X: last, Y: last}})
	}
	return nil
}

// spheres returns the cells of a model with receptors, and its first substrate, for the oracle.
func spheres(m *tissue.Model) ([]oracle.Sphere, oracle.Medium) {
	var all []oracle.Sphere
	for i, at := range m.Cells.Position {
		t := m.CellTypes[m.Cells.Type[i]]
		s := oracle.Sphere{At: at, Radius: t.Radius}
		for _, r := range t.Receptors {
			s.Uptake += r.OnRate * r.Count / quantity.MoleculesPerNanomolar
		}
		for _, e := range t.Exchange {
			s.Release += e.NetExportRate
		}
		all = append(all, s)
	}
	return all, oracle.Medium{Diffusion: m.Substrates[0].DiffusionCoefficient, DecayRate: m.Substrates[0].DecayRate}
}
