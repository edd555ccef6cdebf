package life_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Two cells at a distance d part by dd/dt = 2 k (1 − d/R)², so 1/(1 − d/R) grows by 2 k t/R.
// Of the overlap Euler's steps, of 0.1 min or half as long, miss 4.8 % and 2.4 %.
func TestRepulsionParts(t *testing.T) {
	for _, tc := range []struct{ step, tolerance float64 }{{minute, 0.05}, {0.05 * minute, 0.025}} {
		repel(t, tc.step, tc.tolerance)
	}
}

func repel(t *testing.T, step, tolerance float64) {
	t.Helper()
	const k, R = 10 / minute, 10.
	kind := tissue.CellType{Name: "T", Radius: R / 2, Life: tissue.Life{Mechanics: tissue.Mechanics{Repulsion: k}}}
	m := tissueOf([3]int{20, 20, 20}, kind)
	m.Cells.Add(0, middle(m))
	m.Cells.Add(0, r3.Add(middle(m), r3.Vec{X: 1.5, Y: 2}))
	m.Cells.Add(0, r3.Add(middle(m), r3.Vec{X: 50}))
	l, s := live(t, m)
	run(t, l, s, int(3*minute/step+0.5), step)
	at := l.Model().Cells.Position
	overlap := 1 - r3.Norm(r3.Sub(at[0], at[1]))/R
	want := 1 / (1/(1-2.5/R) + 2*k*3*minute/R)
	if math.Abs(overlap/want-1) > tolerance {
		t.Errorf("steps of %g s: overlap %.4f, want %.4f within %g", step, overlap, want, tolerance)
	}
	if centre := r3.Add(at[0], at[1]); r3.Norm(r3.Sub(centre, r3.Add(r3.Scale(2, middle(m)), r3.Vec{X: 1.5, Y: 2}))) > 1e-9 {
		t.Errorf("the pair moved as a whole, to %v", r3.Scale(0.5, centre))
	}
	if at[2] != m.Cells.Position[2] {
		t.Errorf("a cell out of reach moved to %v", at[2])
	}
}

// Cells at one place part too, in opposite directions.
func TestCellsAtOnePlacePart(t *testing.T) {
	for _, flat := range []bool{false, true} {
		kind := tissue.CellType{Name: "T", Radius: 5, Life: tissue.Life{Mechanics: tissue.Mechanics{Repulsion: 10 / minute}}}
		m := tissueOf([3]int{20, 20, 20}, kind)
		if flat {
			planar(m)
		}
		m.Cells.Add(0, middle(m))
		m.Cells.Add(0, middle(m))
		l, s := live(t, m)
		run(t, l, s, 10, minute)
		at := l.Model().Cells.Position
		if d := r3.Norm(r3.Sub(at[0], at[1])); d < 9 || d > 10 {
			t.Errorf("planar %t: %g µm apart, want nearly 10", flat, d)
		}
		if flat && (at[0].Z != 5 || at[1].Z != 5) {
			t.Errorf("%v and %v left the plane", at[0], at[1])
		}
	}
}

// With adhesion a pair comes to rest where both terms are alike,
// √k_r (1 − d/R) = √k_a (1 − d/A): PhysiCell's default pair at 0.9503 R for A = 1.25 R.
func TestAdhesionHoldsAPairAtItsDistance(t *testing.T) {
	kind := tissue.CellType{Name: "T", Radius: 5, Life: tissue.Life{Mechanics: tissue.Mechanics{Repulsion: 10 / minute, Adhesion: 0.4 / minute}}}
	for _, start := range []float64{6, 12} {
		m := tissueOf([3]int{20, 20, 20}, kind)
		m.Cells.Add(0, middle(m))
		m.Cells.Add(0, r3.Add(middle(m), r3.Vec{X: start}))
		l, s := live(t, m)
		run(t, l, s, 600, minute)
		at := l.Model().Cells.Position
		a := math.Sqrt(0.4 / 10)
		want := 10 * (1 - a) / (1 - a/1.25)
		if d := r3.Norm(r3.Sub(at[0], at[1])); math.Abs(d-want) > 1e-3*want {
			t.Errorf("from %g µm: at rest %.4f µm apart, want %.4f", start, d, want)
		}
	}
}
