package multigrid

import (
	"math"
	"math/rand/v2"
	"testing"
)

// variedOperators have faces at random, on even and odd shapes with and without
// periodic axes and closed faces, and such that axes are coarsened one after the other.
func variedOperators() (all []Operator) {
	random := rand.New(rand.NewPCG(3, 0))
	for _, op := range []Operator{
		{Shape: [3]int{8, 6, 4}},
		{Shape: [3]int{7, 5, 6}},
		{Shape: [3]int{7, 5, 6}, Periodic: [3]bool{true, true, true}},
		{Shape: [3]int{9, 1, 5}, Periodic: [3]bool{true, false, false}},
		{Shape: [3]int{1, 13, 1}},
		{Shape: [3]int{2, 3, 4}, Periodic: [3]bool{true, true, true}},
	} {
		for _, along := range []float64{1, 30} {
			op.Faces = [3][]float64{}
			for axis := range 3 {
				for range op.voxels() {
					t := math.Pow(10, -2*random.Float64())
					if random.Float64() < 0.1 {
						t = 0
					}
					if axis == 2 {
						t *= along
					}
					op.Faces[axis] = append(op.Faces[axis], t)
				}
			}
			all = append(all, op)
		}
	}
	return all
}

// given returns what a parent gives each voxel, by what a cycle adds for it alone.
func given(l *level, parent int) []float64 {
	clear(l.u)
	clear(l.coarse.u)
	l.coarse.u[parent] = 1
	l.seams = true // everything is added
	l.interpolateRows(0, l.shape[1]*l.shape[2])
	return append([]float64(nil), l.u...)
}

// applied returns Σ T (u_i − u_j).
func applied(l *level, u []float64) []float64 {
	all := make([]float64, len(u))
	nx := l.shape[0]
	for number := range l.shape[1] * l.shape[2] {
		l.neighbours(u, all[number*nx:][:nx], number, span{0, nx, 1})
	}
	for i := range all {
		all[i] = l.diagonal[i]*u[i] - all[i]
	}
	return all
}

// Parents give every voxel 1 together, and coarse links are what Galerkin makes of the
// finer ones by the shares with which the cycle interpolates; sums of r go by the same.
func TestCoarseLinksAreGalerkins(t *testing.T) {
	for _, op := range variedOperators() {
		finest := newLevels(op)
		finest.setSink(make([]float64, op.voxels()), variedSweeps)
		for l := finest; l.coarse != nil; l = l.coarse {
			n := len(l.coarse.u)
			shares := make([][]float64, n)
			for parent := range n {
				shares[parent] = given(l, parent)
			}
			for i := range l.u {
				sum := 0.0
				for parent := range n {
					sum += shares[parent][i]
				}
				if math.Abs(sum-1) > 1e-12 {
					t.Fatalf("%v, %v: parents give voxel %d %g", op.Shape, l.shape, i, sum)
				}
			}
			for parent := range n {
				product := applied(l, shares[parent])
				clear(l.coarse.u)
				l.coarse.u[parent] = 1
				column := applied(l.coarse, l.coarse.u)
				copy(l.r, product)
				gathered := make([]float64, n)
				l.gather(gathered, false)
				for other := range n {
					want := 0.0
					for i, share := range shares[other] {
						want += share * product[i]
					}
					if math.Abs(gathered[other]-want) > 1e-12*l.diagonal[0] {
						t.Fatalf("%v, %v: parent %d gathers %g, its shares are %g", op.Shape, l.shape, other, gathered[other], want)
					}
					if math.Abs(column[other]-want) > 1e-10*finest.mostDiagonal() {
						t.Fatalf("%v %v, %v %v to %v: parents %d and %d: %g, Galerkin %g", op.Shape, op.Periodic, l.shape, l.halved, l.coarse.shape, parent, other, column[other], want)
					}
				}
			}
		}
	}
}

func (l *level) mostDiagonal() float64 {
	most := 0.0
	for _, d := range l.diagonal {
		most = max(most, d)
	}
	return most
}
