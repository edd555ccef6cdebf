package bench

import (
	"context"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// The same cells stand in every grid, a tenth of them secretors.
func TestSuspensionIsTheSameInEveryGrid(t *testing.T) {
	fine, coarse := suspension(10), suspension(20)
	for _, m := range []*tissue.Model{fine, coarse} {
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if got := m.Cells.Count(2); got[0] != 20 || got[1] != 180 {
			t.Errorf("%d secretors and %d others, want 20 and 180", got[0], got[1])
		}
	}
	for i, at := range fine.Cells.Position {
		if at != coarse.Cells.Position[i] {
			t.Fatalf("cell %d at %v, and at %v", i, at, coarse.Cells.Position[i])
		}
	}
}

// What is given off is taken up, on the receptors' way, or decays: a cell with all its
// receptors bound takes up k_int of their number.
func TestOccupiedReceptorsTakeUpWhatTheyCan(t *testing.T) {
	m := suspension(20)
	bound, err := occupied(m)
	if err != nil {
		t.Fatal(err)
	}
	k, total := denseReceptor(), 0.0
	for i, b := range bound {
		if !(b > 0 && b < k.Count) {
			t.Errorf("cell %d has %g bound of %g", i, b, k.Count)
		}
		total += k.Internalisation * b
	}
	if released := 200.; total > released || total < released/2 { // most of it: cells are a screening length of 13 µm
		t.Errorf("%g molecules/s taken up of %g", total, released)
	}
}

// Coupling cloud is off by a hundredth on the coarsest grid, plain by more than a tenth.
func TestCloudMeetsTheOccupancyOfMultipleScattering(t *testing.T) {
	if testing.Short() {
		t.Skip("a second")
	}
	off := map[string]float64{}
	for _, coupling := range []engine.Coupling{engine.CloudCoupling, engine.PlainCoupling} {
		way := Dense{Coupling: string(coupling), Edge: 20}
		if err := quiet(1).occupy(context.Background(), &way); err != nil {
			t.Fatal(err)
		}
		if way.Voxels != 8000 || way.Seconds <= 0 || way.Sweeps <= 0 {
			t.Errorf("%+v", way)
		}
		off[way.Coupling] = way.Error
	}
	if off["cloud"] > 0.05 || off["plain"] < 0.1 { // 0.05 is what case DENSE asks for
		t.Errorf("off by %v", off)
	}
}

// Cells with states are counted, and cost something beside the fields.
func TestCellsAreWeighed(t *testing.T) {
	w := named(t, "receptors")
	w.Rivals = nil
	r, err := quiet(1).Measure(context.Background(), w, 24, 2)
	if err != nil {
		t.Fatal(err)
	}
	if r.Cells != w.Model(24, 2).Cells.Len() || r.Cells == 0 || math.IsNaN(r.Over) || r.Over <= 0 {
		t.Errorf("%d cells, %g times as long", r.Cells, r.Over)
	}
	// 4 variables × 5 fields, 2 fluids × 16 fields and laws, float64; and no more than three times that.
	if least := 8. * (4*5 + 2*16); r.PerCell < least || r.PerCell > 3*least {
		t.Errorf("%g bytes per cell, want %g to %g", r.PerCell, least, 3*least)
	}
}
