package engine

import (
	"math"
	"testing"
)

func TestSelfTermIsWatsonsIntegral(t *testing.T) {
	const watson = 0.2527310098586630 // Watson 1939, third integral over 6
	for _, h := range []float64{1, 5, 20} {
		if got := latticeSelfTerm([3]float64{h, h, h}) * h; math.Abs(got/watson-1) > 1e-10 {
			t.Errorf("h = %g µm: W = %.16g, want %.16g", h, got, watson)
		}
	}
}

// The values for stretched voxels come from sums over the reciprocal lattice.
func TestSelfTermFollowsTheAspectRatio(t *testing.T) {
	for aspect, want := range map[float64]float64{2: 0.187, 3: 0.148} {
		const h = 10.0
		if got := latticeSelfTerm([3]float64{h, h, aspect * h}) * h; math.Abs(got-want) > 5e-4 {
			t.Errorf("aspect %g: W = %.6f, want %.3f", aspect, got, want)
		}
	}
}
