package engine

import (
	"math"
	"testing"
)

func TestGreensFunctionStartsAtTheSelfTerm(t *testing.T) {
	for _, spacing := range [][3]float64{{1, 1, 1}, {10, 10, 10}, {5, 10, 20}} {
		if got, want := newGreen(spacing).at(0, 0, 0), latticeSelfTerm(spacing); math.Abs(got/want-1) > 1e-10 {
			t.Errorf("%v: G(0) = %.14g, want %.14g", spacing, got, want)
		}
	}
}

// Σ_axes (2 G(n) − G(n+e) − G(n−e))/h² is 1/V at the source and 0 elsewhere. For cubes
// it makes G(0) − G(1, 0, 0) = 1/(6 h).
func TestGreensFunctionSolvesTheStencil(t *testing.T) {
	for _, spacing := range [][3]float64{{1, 1, 1}, {1, 2, 3}} {
		g := newGreen(spacing)
		const most = greenReach - 1
		for _, n := range [][3]int{{0, 0, 0}, {1, 0, 0}, {0, 2, 0}, {-1, 1, 2}, {5, 4, 3}, {most, 0, 0}, {-most, most, most}} {
			sum, at := 0.0, g.at(n[0], n[1], n[2])
			for axis, h := range spacing {
				up, down := n, n
				up[axis]++
				down[axis]--
				sum += (2*at - g.at(up[0], up[1], up[2]) - g.at(down[0], down[1], down[2])) / (h * h)
			}
			want := 0.0
			if n == [3]int{} {
				want = 1 / (spacing[0] * spacing[1] * spacing[2])
			}
			if math.Abs(sum-want) > 1e-10 {
				t.Errorf("%v, n = %v: %.3g, want %.3g", spacing, n, sum, want)
			}
		}
	}
}

// Beyond the table the asymptote goes on where the table ends.
func TestGreensFunctionGoesOnBeyondItsTable(t *testing.T) {
	for _, spacing := range [][3]float64{{10, 10, 10}, {5, 10, 20}} {
		g := newGreen(spacing)
		for _, n := range [][3]int{{greenReach, 0, 0}, {0, greenReach, 3}, {0, 0, greenReach}, {greenReach, greenReach, greenReach}} {
			r := 0.0
			for axis, h := range spacing {
				r += float64(n[axis]*n[axis]) * h * h
			}
			longest := max(spacing[0], spacing[1], spacing[2])
			tol := 1.1 * longest * longest / (4 * r) // the next term, largest on the axes, and a tenth for those after
			if got, want := g.at(n[0], n[1], n[2]), 1/(4*math.Pi*math.Sqrt(r)); math.Abs(got/want-1) > tol {
				t.Errorf("%v, n = %v: %.6g 1/µm, asymptote %.6g", spacing, n, got, want)
			}
		}
	}
}
