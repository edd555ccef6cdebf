package validate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// limit is a way to infinite space from boxes of half edge W whose walls hold the
// density a cell in the middle would see far away. The images of the cell in the
// walls shift the density at and around it by
//
//	B/W + C/W³ + ...
//
// for a given flux: the second term is the grid's own, and every box more than
// one removes a term.
type limit struct {
	weights []float64
}

func newLimit(halfEdges ...float64) (limit, error) {
	n := len(halfEdges)
	powers, one := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	one.SetVec(0, 1)
	for box, w := range halfEdges {
		for term := range n { // Σ weight × W^(1−2 term) is 0 but for the constant
			power := 1 - 2*term
			if term == 0 {
				power = 0
			}
			powers.Set(term, box, math.Pow(w/halfEdges[0], float64(power)))
		}
	}
	var weights mat.VecDense
	err := weights.SolveVec(powers, one)
	return limit{weights.RawVector().Data}, err
}

// of returns the limit of what was observed in each box.
func (l limit) of(observed []float64) float64 {
	sum := 0.0
	for i, w := range l.weights {
		sum += w * observed[i]
	}
	return sum
}

// amplification is how many times the error of the boxes the limit may have.
func (l limit) amplification() float64 {
	sum := 0.0
	for _, w := range l.weights {
		sum += math.Abs(w)
	}
	return sum
}
