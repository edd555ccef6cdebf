package multigrid

import (
	"errors"
	"fmt"
	"math"
)

// Operator is the matrix: faces and sinks of a grid whose voxel (x, y, z) is number
// x + Shape[0] (y + Shape[1] z). Its units are the caller's: with T and k in 1/s and s
// in nM/s, u is in nM.
type Operator struct {
	Shape    [3]int
	Periodic [3]bool
	// Weights are the faces along each axis where they are all alike: D/Δx².
	Weights [3]float64
	// Faces are given instead of the weights, for all axes of more than one voxel, where
	// they differ: that of each voxel with its lower neighbour. The lower neighbour of the
	// first is the last where the axis is periodic, and else a wall, whose entry is not
	// used. They are kept, not copied.
	Faces [3][]float64
	// Sink is k of each voxel; nil is none.
	Sink []float64
	// Shifted says that k will hold the 1/dt of implicit steps: solutions take a few cycles
	// then whatever the transfers are, and the plain ones cost least although faces differ.
	Shifted bool
}

func (op Operator) voxels() int { return op.Shape[0] * op.Shape[1] * op.Shape[2] }

// Varied reports whether faces are given.
func (op Operator) Varied() bool {
	return op.Faces[0] != nil || op.Faces[1] != nil || op.Faces[2] != nil
}

// validate reports all that is wrong with the operator but for its sinks.
func (op Operator) validate() error {
	var errs []error
	for axis, n := range op.Shape {
		if n < 1 {
			errs = append(errs, fmt.Errorf("multigrid: shape %v: axis %d needs at least one voxel", op.Shape, axis))
		}
	}
	if errs != nil {
		return errors.Join(errs...)
	}
	for axis, faces := range op.Faces {
		if faces == nil && op.Shape[axis] > 1 && op.Varied() {
			errs = append(errs, fmt.Errorf("multigrid: faces of axis %d: none, though other axes have them", axis))
		} else if faces == nil {
			if err := notNegative(fmt.Sprintf("weight of axis %d", axis), op.Weights[axis]); err != nil {
				errs = append(errs, err)
			}
		} else {
			errs = append(errs, allNotNegative(fmt.Sprintf("faces of axis %d", axis), faces, op.voxels()))
		}
	}
	return errors.Join(errs...)
}

// allNotNegative reports a wrong length or the first negative or infinite value.
func allNotNegative(name string, values []float64, voxels int) error {
	if len(values) != voxels {
		return fmt.Errorf("multigrid: %s: %d values for %d voxels", name, len(values), voxels)
	}
	for i, v := range values {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return notNegative(fmt.Sprintf("%s, voxel %d", name, i), v)
		}
	}
	return nil
}

func notNegative(name string, v float64) error {
	if v >= 0 && v <= math.MaxFloat64 {
		return nil
	}
	return fmt.Errorf("multigrid: %s: %g: must be finite and not negative", name, v)
}
