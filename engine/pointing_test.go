package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// synapse is a secretor of 10 molecules/s 10 µm from a cell with receptors in the middle of
// a cube whose faces, half an edge away, are held at 0; both are of radius 5 µm.
func synapse(edge, half float64, p tissue.Pointing) *tissue.Model {
	n := int(math.Round(2 * half / edge))
	m := solid([3]int{n, n, n})
	m.Grid.Spacing = [3]float64{edge, edge, edge}
	m = withBoundary(m, every(tissue.Boundary{Kind: tissue.Dirichlet}))
	m.Substrates[0].DiffusionCoefficient, m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 10, 0, 0
	m.CellTypes = []tissue.CellType{
		{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: 1e4, OnRate: onRate}}},
		{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10, Pointing: p}}},
	}
	m.Cells = tissue.Cells{}
	m.Cells.Add(0, r3.Vec{X: half, Y: half, Z: half})
	m.Cells.Add(1, r3.Vec{X: half + 10, Y: half, Z: half})
	return m
}

// A partially absorbing sphere takes up, of what a point releases a distance d from its
// centre, by reciprocity with its uptake from the held faces of a cube (TestCloudCellsAreSpheres),
//
//	(1/d − M/(2W))/(4πD) / (1/κ + (1/a − M/(2W))/(4πD))
func TestTipsFeedNeighboursAsPointsDo(t *testing.T) {
	const diffusion, radius, half, madelung, molecules = 10., 5., 105., 1.747565, 0.602214076
	kappa := onRate / molecules * 1e4
	caught := func(d float64) float64 {
		wall := madelung / (2 * half)
		return (1/d - wall) / (4 * math.Pi * diffusion) / (1/kappa + (1/radius-wall)/(4*math.Pi*diffusion))
	}
	for _, tc := range []struct {
		name     string
		p        tissue.Pointing
		coupling engine.Coupling
		want     float64 // molecules/s
		tol      float64 // 1e-3: walls; 0.03: a tip at the very surface reaches into the neighbour by tipWidth/4; 0.015: tips beyond nearGap on 5 µm; voxel: what Pointing says of neighbours
	}{
		{"all around", tissue.Pointing{}, engine.CloudCoupling, 10 * caught(10), 1e-3},
		{"into the synapse", tissue.Pointing{Fraction: 1}, engine.CloudCoupling, 10 * caught(5), 0.03},
		{"half into it", tissue.Pointing{Fraction: 0.5}, engine.CloudCoupling, 5*caught(5) + 5*caught(10), 0.03},
		{"away", tissue.Pointing{Fraction: 1, Direction: r3.Vec{X: 1}}, engine.CloudCoupling, 10 * caught(15), 0.015},
		{"sideways", tissue.Pointing{Fraction: 1, Direction: r3.Vec{Y: 1}}, engine.CloudCoupling, 10 * caught(math.Sqrt(125)), 1e-3},
		{"no partner", tissue.Pointing{Fraction: 1, Towards: 1}, engine.CloudCoupling, 10 * caught(10), 1e-3},
		{"away, voxel", tissue.Pointing{Fraction: 1, Direction: r3.Vec{X: 1}}, engine.VoxelCoupling, 10 * caught(15), 0.25},
	} {
		for _, edge := range []float64{5, 10, 15} {
			if tc.coupling == engine.VoxelCoupling && edge < 10 {
				continue // beyond the sub-voxel law
			}
			t.Run(fmt.Sprintf("%s/h=%g", tc.name, edge), func(t *testing.T) {
				m := synapse(edge, half, tc.p)
				s := processor().solver(t, m, engine.Options{Coupling: tc.coupling, Scheme: engine.Adaptive})
				advance(t, s, 8000)
				states, err := s.Cells()
				if err != nil {
					t.Fatal(err)
				}
				off := states.TakenUp[0][0]/tc.want - 1
				if math.Abs(off) > tc.tol {
					t.Errorf("%.5g molecules/s taken up, want %.5g: off by %.4f", states.TakenUp[0][0], tc.want, off)
				}
				if got := states.Secreted[0][1]; math.Abs(got-10) > 1e-9 {
					t.Errorf("secreted %g molecules/s, want 10", got)
				}
				if l := ledger(t, s, 0); math.Abs(l.Residual()) > 1e-12*l.Handled() {
					t.Errorf("residual %g of %g", l.Residual(), l.Handled())
				}
			})
		}
	}
}

// A GPU's tips are the processor's, on a grid where they lie in other voxels than their cells.
func TestTipsAgreeOnBothDevices(t *testing.T) {
	m := synapse(15, 60, tissue.Pointing{Fraction: 0.5})
	for _, coupling := range []engine.Coupling{engine.CloudCoupling, engine.VoxelCoupling} {
		var want float64
		onBothDevices(t, func(t *testing.T, d device) {
			s := d.solver(t, m, engine.Options{Coupling: coupling, TimeStep: 10})
			advance(t, s, 300)
			states, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			if got := states.TakenUp[0][0]; want == 0 {
				want = got
			} else if math.Abs(got/want-1) > 2e-5 { // float32: some hundred eps over 30 steps
				t.Errorf("%s: %.8g molecules/s taken up, want %.8g", coupling, got, want)
			}
		})
	}
}
