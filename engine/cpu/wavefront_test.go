package cpu

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// crowded has linear and saturable cells, a held wall, odd sizes and a shape's number
// of axes.
func crowded(shape [3]int, periodic int) *tissue.Model {
	m := &tissue.Model{
		Grid:                  tissue.Grid{Shape: shape, Spacing: [3]float64{10, 12, 9}},
		ExtracellularFraction: 0.3,
		Substrates:            []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 1e-3, InitialDensity: 1}},
		CellTypes: []tissue.CellType{
			{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 5}}},
			{Name: "Treg", Radius: 4, Exchange: []tissue.Exchange{{MaxUptakeRate: 1, HalfSaturation: 0.2}}},
		},
	}
	walls := &m.Substrates[0].Boundary
	walls[0][0] = tissue.Boundary{Kind: tissue.Dirichlet, Density: 2}
	if periodic > 0 {
		walls[periodic] = [2]tissue.Boundary{{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}
	}
	for voxel := 0; voxel < m.Grid.Voxels(); voxel += 7 {
		at := m.Grid.Coordinates(voxel)
		for k := range 1 + voxel%3 {
			m.Cells.Add(tissue.CellTypeID((voxel+k)%2), m.Grid.Centre(at[0], at[1], at[2]))
		}
	}
	return m
}

// The order of the passes changes no bit of the density, the ledger or the steps.
func TestWavesEqualPassesThroughTheWholeGrid(t *testing.T) {
	type result struct {
		density []float64
		ledger  engine.Ledger
		stats   engine.Stats
	}
	run := func(m *tissue.Model, o engine.Options, voxels int) (r result) {
		in, err := engine.NewIntegrator(m, o, func(wanted engine.Group) (engine.Stepper, error) {
			g := newGroup(wanted)
			st := g.members[0]
			if st.inWaves = false; voxels > 0 {
				if st.waves, st.inWaves = newWaves(st.stencil, voxels, 3); !st.inWaves {
					t.Fatalf("no waves in slabs of %d voxels", voxels)
				}
			}
			return g, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if r.stats, err = in.Advance(context.Background(), 60); err != nil {
			t.Fatal(err)
		}
		f := tissue.NewField(m.Grid)
		if err := in.Read(0, f); err != nil {
			t.Fatal(err)
		}
		if r.ledger, err = in.Ledger(0); err != nil {
			t.Fatal(err)
		}
		r.density = f.Values
		return r
	}
	for _, shape := range [][3]int{{11, 13, 17}, {9, 14, 1}, {1, 7, 12}, {6, 1, 9}} {
		for _, periodic := range []int{0, 1} {
			if shape[2] == 1 && periodic == 1 {
				continue // the first row is next to the last
			}
			m := crowded(shape, periodic)
			for _, o := range []engine.Options{{}, {TimeStep: 5}, {TimeStep: 60}, {Scheme: engine.FTCS}} {
				want := run(m, o, 0)
				for _, voxels := range []int{1, 15} {
					t.Run(fmt.Sprintf("%v/%d/%s%v/%d", shape, periodic, o.Scheme, o.TimeStep, voxels), func(t *testing.T) {
						got := run(m, o, voxels)
						if got.stats != want.stats || got.ledger != want.ledger {
							t.Errorf("%+v, %+v; want %+v, %+v", got.stats, got.ledger, want.stats, want.ledger)
						}
						if !slices.Equal(got.density, want.density) {
							t.Error("the densities differ")
						}
					})
				}
			}
		}
	}
}

// A row next to one far away would be overwritten too early.
func TestAPeriodicLastAxisHasNoWaves(t *testing.T) {
	for _, shape := range [][3]int{{5, 6, 40}, {5, 40, 1}} {
		axis := 2
		if shape[2] == 1 {
			axis = 1
		}
		for _, periodic := range []int{0, axis} {
			m := crowded(shape, periodic)
			s := engine.Substrate{Substrate: m.Substrates[0], Grid: m.Grid}
			if _, ok := newWaves(newStencil(s), 1, 3); ok != (periodic == 0) {
				t.Errorf("%v, periodic axis %d: waves %v", shape, periodic, ok)
			}
		}
	}
}
