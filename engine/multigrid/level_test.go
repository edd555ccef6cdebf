package multigrid

import "testing"

// The sums over faces, of a grid whose voxels stay alike, are its coarse weights.
func TestCoarseWeightsAreTheSumsOfFaces(t *testing.T) {
	for _, op := range []Operator{
		{Shape: [3]int{8, 4, 6}, Weights: [3]float64{1, 2, 3}},
		{Shape: [3]int{8, 1, 6}, Weights: [3]float64{1, 2, 3}, Periodic: [3]bool{true, false, false}},
		{Shape: [3]int{8, 4, 5}, Weights: [3]float64{25, 25, 1}},
	} {
		l := newLevels(op)
		if !l.staysAlike() || l.coarse.faces[0] != nil {
			t.Fatalf("%v: the coarser level has faces", op.Shape)
		}
		for axis := range 3 {
			l.coarse.eachFace(axis, func(above, below [3]int, want float64) {
				faces := l.coarseFaces(axis, l.coarse.shape, l.coarse.width[axis])
				n := l.coarse.shape
				if got := faces[above[0]+n[0]*(above[1]+n[1]*above[2])]; got != want {
					t.Fatalf("%v, axis %d, %v to %v: faces sum to %g, weight %g", op.Shape, axis, below, above, got, want)
				}
			})
		}
	}
}
