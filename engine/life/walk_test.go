package life_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

const minute = 60.

// walker is a neutrophil's walk of pc4covid19 (case A26): 4 µm/min, persistence 5 min.
func walker() tissue.CellType {
	return tissue.CellType{Name: "neutrophil", Radius: 5, Life: tissue.Life{
		Motility: tissue.Motility{Speed: 4 / minute, PersistenceTime: 5 * minute},
	}}
}

// Fürth's mean square displacement, 2 S² P (t − P (1 − exp(−t/P))), holds whatever the
// dimension and the cell step. Of 6000 walkers its standard error is √(2/3) of 1.3 % in
// space and 1.3 % in the plane once the walk is diffusive; 5 % is that of case A26.
func TestWalkIsFuerths(t *testing.T) {
	for _, tc := range []struct {
		planar bool
		step   float64 // min
	}{{false, 1}, {false, 5}, {true, 1}, {true, 2.5}} {
		t.Run(fmt.Sprintf("planar=%t/step=%g", tc.planar, tc.step), func(t *testing.T) {
			m := tissueOf([3]int{600, 600, 600}, walker())
			if tc.planar {
				planar(m)
			}
			for range 6000 {
				m.Cells.Add(0, middle(m))
			}
			l, s := live(t, m)
			for _, at := range []float64{5, 60, 600} {
				run(t, l, s, int((at*minute-s.now)/(tc.step*minute)+0.5), tc.step*minute)
				sum := 0.
				for _, p := range l.Model().Cells.Position {
					sum += r3.Norm2(r3.Sub(p, middle(m)))
				}
				got := sum / float64(m.Cells.Len())
				want := 2 * 16 * 5 * (at - 5*(1-math.Exp(-at/5)))
				if math.Abs(got/want-1) > 0.05 {
					t.Errorf("mean square displacement after %g min: %.4g µm², want %.4g within 5 %%", at, got, want)
				}
			}
		})
	}
}

// The mean of a direction b g + (1 − b) u, normalised, along g is that of the unit vector
// to a random point of a sphere of radius 1 − b seen from b away, which is the slope of
// the mean distance: 2b/(3(1−b)) up to b = ½, else 1 − (1−b)²/(3b²). In the plane it is
// summed over u. The standard error of the mean speed, 8000 cells over 24 persistence
// times, is 0.3 % of S; ±0.012 S is four of them.
func TestDriftIsThatOfTheBias(t *testing.T) {
	for _, tc := range []struct {
		bias   float64
		planar bool
		down   bool
	}{{0.25, false, false}, {0.7, false, false}, {0.7, false, true}, {0.7, true, false}, {1, true, false}, {0, false, false}} {
		t.Run(fmt.Sprintf("bias=%g/planar=%t/down=%t", tc.bias, tc.planar, tc.down), func(t *testing.T) {
			kind := walker()
			kind.Life.Motility.Bias = tc.bias
			sensitivity := 1.
			if tc.down {
				sensitivity = -1
			}
			kind.Life.Motility.Sensitivity = []tissue.ChemotacticSensitivity{{Substrate: 0, Value: sensitivity}}
			m := tissueOf([3]int{600, 600, 600}, kind)
			if tc.planar {
				planar(m)
			}
			for range 8000 {
				m.Cells.Add(0, middle(m))
			}
			l, s := live(t, m)
			s.base, s.slope = 10, r3.Vec{X: 1e-3}
			run(t, l, s, 60, 2*minute)
			drift := 0.
			for _, p := range l.Model().Cells.Position {
				drift += (p.X - middle(m).X) / float64(m.Cells.Len())
			}
			got, want := drift/(4*120), sensitivity*meanLean(tc.bias, tc.planar)
			if math.Abs(got-want) > 0.012 {
				t.Errorf("mean velocity along the gradient %.4f S, want %.4f", got, want)
			}
		})
	}
}

func meanLean(b float64, planar bool) float64 {
	if !planar {
		if b <= 0.5 {
			return 2 * b / (3 * (1 - b))
		}
		return 1 - (1-b)*(1-b)/(3*b*b)
	}
	const n = 10000
	sum := 0.
	for k := range n {
		sin, cos := math.Sincos(2 * math.Pi * (float64(k) + 0.5) / n)
		x, y := b+(1-b)*cos, (1-b)*sin
		sum += x / math.Hypot(x, y) / n
	}
	return sum
}

// Walls turn cells back, periodic axes lead round, and no cell enters or jumps a region
// that is closed to it.
func TestCellsStayWhereTheyMayBe(t *testing.T) {
	for _, periodic := range []bool{false, true} {
		kind := walker()
		kind.Life.Motility.Speed = 30 / minute // three voxels in a step
		kind.Life.Mechanics = tissue.Mechanics{Repulsion: 10 / minute, Adhesion: 0.4 / minute}
		m := tissueOf([3]int{9, 12, 7}, kind)
		if periodic {
			m.Substrates[0].Boundary[0] = [2]tissue.Boundary{{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}
		}
		m.Regions = []tissue.Region{{
			Name: "bone", Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
			Shape: tissue.Box{From: r3.Vec{Y: 50}, To: r3.Vec{X: 90, Y: 60, Z: 70}}, // a wall across
		}}
		for k := range 200 {
			m.Cells.Add(0, r3.Vec{X: 1 + 0.4*float64(k), Y: 0.2 * float64(k), Z: 35})
		}
		l, s := live(t, m)
		wrapped := false
		for range 200 {
			before := append([]r3.Vec(nil), l.Model().Cells.Position...)
			run(t, l, s, 1, minute)
			for i, p := range l.Model().Cells.Position {
				if !m.Grid.Contains(p) || m.Obstacle(p) != nil || p.Y > 50 {
					t.Fatalf("periodic %t: cell %d at %v, beyond a wall", periodic, i, p)
				}
				wrapped = wrapped || math.Abs(p.X-before[i].X) > 60
			}
		}
		if wrapped != periodic {
			t.Errorf("periodic %t: a cell went round: %t", periodic, wrapped)
		}
	}
}
