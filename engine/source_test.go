package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Under every scheme a source that is everywhere fills the fluid as decay lets it,
//
//	c = r/λ + (c₀ − r/λ) exp(−λ t)
//
// and the ledger knows what it gave off.
func TestASourceFillsTheFluid(t *testing.T) {
	const rate, until = 2e-3, 700. // nM/s, s
	onBothDevices(t, func(t *testing.T, d device) {
		for _, tc := range []struct {
			o   engine.Options
			tol float64 // of the density, relative
		}{
			{engine.Options{RelativeTolerance: 1e-5}, 1e-4}, // ten steps' tolerances
			{engine.Options{Scheme: engine.Implicit, RelativeTolerance: 1e-5}, 1e-4},
			{engine.Options{Scheme: engine.FTCS, TimeStep: 1}, 1e-3}, // λ dt / 2 = 5e-4
			{engine.Options{Scheme: engine.LOD, TimeStep: 1}, 2e-3},  // λ dt
			{engine.Options{Scheme: engine.Steady}, 1e-4},
		} {
			t.Run(fmt.Sprint(tc.o.Scheme), func(t *testing.T) {
				m := solid([3]int{7, 5, 3})
				m.Sources = []tissue.Source{{Rates: []tissue.SourceRate{{Density: rate / 2}}}, {Rates: []tissue.SourceRate{
					{Density: rate / 4, Molecules: rate / 4 * quantity.MoleculesPerNanomolar * 1000 * 105}}}}
				s := d.solver(t, m, tc.o)
				advance(t, s, until)
				lambda := m.Substrates[0].DecayRate
				want := rate/lambda + (1-rate/lambda)*math.Exp(-lambda*until)
				if tc.o.Scheme == engine.Steady {
					want = rate / lambda
				}
				for voxel, got := range read(t, s, m.Grid, 0).Values {
					if math.Abs(got/want-1) > tc.tol {
						t.Fatalf("voxel %d: %g nM, want %g to within %g", voxel, got, want, tc.tol)
					}
				}
				l := ledger(t, s, 0)
				if want := rate * until * quantity.MoleculesPerNanomolar * 1000 * 105; tc.o.Scheme != engine.Steady && math.Abs(l.Secreted/want-1) > 2*d.residual {
					t.Errorf("%g molecules given off, want %g", l.Secreted, want)
				}
				if math.Abs(l.Residual()) > d.residual*l.Handled() {
					t.Errorf("residual %g of %+v", l.Residual(), l)
				}
			})
		}
	})
}

// A source is to the fluid what cells are that export as much from the same voxels.
func TestASourceIsLikeCellsThatExport(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		cells, source := solid([3]int{9, 7, 5}), solid([3]int{9, 7, 5})
		within := tissue.Sphere{Centre: r3.Vec{X: 40, Y: 30, Z: 25}, Radius: 14}
		cells.CellTypes = []tissue.CellType{exchanging("T", tissue.Exchange{NetExportRate: 3})}
		n := 0
		for voxel := range cells.FreeVoxels(0, within, nil) {
			at := cells.Grid.Coordinates(voxel)
			cells.Cells.Add(0, cells.Grid.Centre(at[0], at[1], at[2]))
			n++
		}
		if n < 8 {
			t.Fatalf("%d voxels in the sphere: want some", n)
		}
		source.Sources = []tissue.Source{{Rates: []tissue.SourceRate{{Molecules: 3 * float64(n)}}, Within: within}}
		var got [2]*tissue.Field
		for i, m := range []*tissue.Model{cells, source} {
			s := d.solver(t, m, engine.Options{})
			advance(t, s, 600)
			got[i] = read(t, s, m.Grid, 0)
		}
		for voxel, want := range got[0].Values {
			if math.Abs(got[1].Values[voxel]/want-1) > 64*d.epsilon { // rounding of a rate that is shared out
				t.Fatalf("voxel %d: %g nM of a source, %g of cells", voxel, got[1].Values[voxel], want)
			}
		}
	})
}

// No cell made what a source gives off: it is of the rest.
func TestWhatASourceGivesOffIsOfTheRest(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := populate(solid([3]int{7, 5, 3}), 20, exchanging("T", tissue.Exchange{NetExportRate: 3, UptakeRate: 0.01}))
		m.Sources = []tissue.Source{{Rates: []tissue.SourceRate{{Molecules: 20}}}}
		m.Attribution = []tissue.Attribution{{Substrate: 0, By: tissue.TagTypes}}
		s := d.solver(t, m, engine.Options{})
		advance(t, s, 60)
		tags := attribution(t, s, 0).Tags
		for i, want := range []float64{20 * 60, 3 * 60 * float64(m.Cells.Len())} {
			if got := tags[i].Ledger.Secreted; math.Abs(got/want-1) > d.residual {
				t.Errorf("%g molecules of %q, want %g", got, tags[i].Sender, want)
			}
		}
		whole := read(t, s, m.Grid, 0)
		for voxel, sum := range tagSum(t, s, m, 0) {
			if want := whole.Values[voxel]; math.Abs(sum-want) > 256*d.epsilon*want { // each tag rounds in each stage
				t.Fatalf("voxel %d: tags sum up to %g nM of %g", voxel, sum, want)
			}
		}
	})
}
