// Package bench holds the workloads by which the solvers are timed.
package bench

import (
	"math"
	"math/rand/v2"

	"github.com/cytofield/cytofield/tissue"
)

// Exchange returns the workload `exchange` on n³ voxels of 20 µm: diffusion D,
// µm²/min, decay 0.1/min, one cell of 2494 µm³ in each of 3 % of the voxels that
// secretes at 10/min towards density 1, and in each of 20 % others one that takes
// up at rate uptake, 1/min; from zero. Solve it with coupling plain.
func Exchange(n int, diffusion, uptake float64) *tissue.Model {
	const minute = 60
	radius := math.Cbrt(2494 * 3 / (4 * math.Pi))
	m := &tissue.Model{
		Title:                 "exchange",
		Grid:                  tissue.Grid{Shape: [3]int{n, n, n}, Spacing: [3]float64{20, 20, 20}},
		ExtracellularFraction: 1,
		Substrates: []tissue.Substrate{{
			Name: "substrate", Unit: tissue.DimensionlessUnit,
			DiffusionCoefficient: diffusion / minute, DecayRate: 0.1 / minute,
		}},
		CellTypes: []tissue.CellType{
			{Name: "secretor", Radius: radius, Exchange: []tissue.Exchange{{SecretionRate: 10. / minute, SaturationDensity: 1}}},
			{Name: "consumer", Radius: radius, Exchange: []tissue.Exchange{{UptakeRate: uptake / minute}}},
		},
		Duration: minute,
		Seed:     1,
	}
	random := rand.New(rand.NewPCG(m.Seed, 0))
	for z := range n {
		for y := range n {
			for x := range n {
				switch draw := random.Float64(); {
				case draw < 0.03:
					m.Cells.Add(0, m.Grid.Centre(x, y, z))
				case draw < 0.23:
					m.Cells.Add(1, m.Grid.Centre(x, y, z))
				}
			}
		}
	}
	return m
}
