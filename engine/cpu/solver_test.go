package cpu_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
)

// busy has every kind of exchange, several cells in a voxel, and numbers of rows,
// sites and cells that no number of processors divides.
func busy() *tissue.Model {
	m := &tissue.Model{
		Grid:                  tissue.Grid{Shape: [3]int{11, 13, 17}, Spacing: [3]float64{10, 12, 9}},
		ExtracellularFraction: 0.3,
		Substrates: []tissue.Substrate{
			{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 1e-3, InitialDensity: 1,
				Boundary: [3][2]tissue.Boundary{{{Kind: tissue.Dirichlet, Density: 2}, {}}, {{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}, {}}},
			{Name: "TNF", Unit: tissue.Nanomolar, DiffusionCoefficient: 80},
		},
		CellTypes: []tissue.CellType{
			{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 5}, {Substrate: 1, NetExportRate: 2}}},
			{Name: "Treg", Radius: 4, Exchange: []tissue.Exchange{{MaxUptakeRate: 1, HalfSaturation: 0.2}, {Substrate: 1, UptakeRate: 0.02}}},
		},
	}
	for voxel := 0; voxel < m.Grid.Voxels(); voxel += 7 {
		at := m.Grid.Coordinates(voxel)
		for k := range 1 + voxel%3 {
			m.Cells.Add(tissue.CellTypeID((voxel+k)%2), m.Grid.Centre(at[0], at[1], at[2]))
		}
	}
	return m
}

// linear makes a model one that scheme lod takes, and wider than a bundle of lines.
func linear(m *tissue.Model) *tissue.Model {
	m.Grid.Shape[0] = 71
	m.Substrates[0].Boundary[1] = [2]tissue.Boundary{}
	m.CellTypes[1].Exchange[0] = tissue.Exchange{SecretionRate: 0.1, SaturationDensity: 3}
	return m
}

// Sums go per row and then in the order of the rows, whoever computed them.
func TestResultsDoNotDependOnGOMAXPROCS(t *testing.T) {
	type result struct {
		densities [][]float64
		ledgers   []engine.Ledger
		stats     engine.Stats
	}
	run := func(t *testing.T, o engine.Options, processors int) (r result) {
		t.Helper()
		m := busy()
		if o.Scheme == engine.LOD {
			m = linear(m)
		}
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		s, err := cpu.NewSolver(m, o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if r.stats, err = s.Advance(context.Background(), 120); err != nil {
			t.Fatal(err)
		}
		for id := range m.Substrates {
			f := tissue.NewField(m.Grid)
			if err := s.Read(tissue.SubstrateID(id), f); err != nil {
				t.Fatal(err)
			}
			l, err := s.Ledger(tissue.SubstrateID(id))
			if err != nil {
				t.Fatal(err)
			}
			r.densities, r.ledgers = append(r.densities, f.Values), append(r.ledgers, l)
		}
		return r
	}
	for _, o := range []engine.Options{{}, {TimeStep: 5}, {Scheme: engine.FTCS}, {Scheme: engine.LOD}, {Scheme: engine.Implicit}, {Scheme: engine.Steady}} {
		want := run(t, o, 1)
		for _, processors := range []int{2, 3, 7} {
			t.Run(fmt.Sprintf("%s%v/%d", o.Scheme, o.TimeStep, processors), func(t *testing.T) {
				got := run(t, o, processors)
				if got.stats != want.stats || !slices.Equal(got.ledgers, want.ledgers) {
					t.Errorf("%+v, %+v; want %+v, %+v", got.stats, got.ledgers, want.stats, want.ledgers)
				}
				for id := range want.densities {
					if !slices.Equal(got.densities[id], want.densities[id]) {
						t.Errorf("substrate %d differs", id)
					}
				}
			})
		}
	}
}

// Between the centres a density is linear, and so its gradient is exact for a field
// that is; beyond the last centre it is that of the last. Across a periodic face it
// goes on at the other side.
func TestGatherInterpolates(t *testing.T) {
	m := busy()
	s, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g := m.Grid
	f := tissue.NewField(g)
	slope := [3]float64{0.01, 0.02, -0.03}
	for i := range f.Values {
		at := g.Coordinates(i)
		p := g.Centre(at[0], at[1], at[2])
		f.Values[i] = 10 + slope[0]*p.X + slope[1]*p.Y + slope[2]*p.Z
	}
	if err := s.Write(0, f); err != nil {
		t.Fatal(err)
	}
	size := g.Size()
	for _, tc := range []struct {
		name     string
		x, y, z  float64
		density  float64
		gradient [3]float64
	}{
		{"inside", 33, 44, 55, 10 + 0.33 + 0.88 - 1.65, slope},
		{"at a centre", 35, 42, 49.5, 10 + 0.35 + 0.84 - 1.485, slope},
		{"at the lower x wall", 0, 44, 55, 10 + 0.05 + 0.88 - 1.65, [3]float64{0, slope[1], slope[2]}},
		{"at the upper z wall", 33, 44, size[2], 10 + 0.33 + 0.88 - 0.03*(size[2]-4.5), [3]float64{slope[0], slope[1], 0}},
		// Halfway between the last and the first layer, 144 µm apart in y.
		{"across the periodic y wall", 33, 0, 55, 10 + 0.33 + 0.02*(size[1]/2) - 1.65, [3]float64{slope[0], -0.02 * 144 / 12, slope[2]}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			density, gradient := make([]float64, 1), make([]r3.Vec, 1)
			if err := s.Gather(0, []r3.Vec{{X: tc.x, Y: tc.y, Z: tc.z}}, density, gradient); err != nil {
				t.Fatal(err)
			}
			if math.Abs(density[0]-tc.density) > 1e-13*tc.density { // eight products
				t.Errorf("density %.15g, want %.15g", density[0], tc.density)
			}
			for axis, got := range [3]float64{gradient[0].X, gradient[0].Y, gradient[0].Z} {
				if math.Abs(got-tc.gradient[axis]) > 1e-13 {
					t.Errorf("gradient %v, want %v", gradient[0], tc.gradient)
				}
			}
			if err := s.Gather(0, []r3.Vec{{X: tc.x, Y: tc.y, Z: tc.z}}, nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
