package tissue

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// Axis names of messages and files.
var axisNames = [3]string{"x", "y", "z"}

// AxisName returns "x", "y" or "z" for 0, 1 or 2.
func AxisName(axis int) string { return axisNames[axis] }

// faceName returns "x-" for the lower face across x, "z+" for the upper across z.
func faceName(axis, side int) string { return axisNames[axis] + "-+"[side:side+1] }

// Grid is a box of voxels with one corner at the origin. A planar grid (2D) has
// one layer of voxels whose third edge is the thickness of the tissue.
type Grid struct {
	Shape   [3]int     // voxels per axis
	Spacing [3]float64 // voxel edge per axis, µm
	Planar  bool       // 2D: Shape[2] is 1 and Spacing[2] is the thickness
}

// Voxels returns the number of voxels.
func (g Grid) Voxels() int { return g.Shape[0] * g.Shape[1] * g.Shape[2] }

// VoxelVolume returns the volume of one voxel, µm³.
func (g Grid) VoxelVolume() float64 { return g.Spacing[0] * g.Spacing[1] * g.Spacing[2] }

// Size returns the edges of the box, µm.
func (g Grid) Size() [3]float64 {
	var size [3]float64
	for axis := range size {
		size[axis] = float64(g.Shape[axis]) * g.Spacing[axis]
	}
	return size
}

// Across returns the axes that run to the right and up in a layer of voxels across an
// axis: x and y in a z layer, x and z in a y layer, y and z in an x layer.
func Across(axis int) (right, up int) {
	switch axis {
	case 0:
		return 1, 2
	case 1:
		return 0, 2
	default:
		return 0, 1
	}
}

// Index returns the position of voxel (x, y, z) in a Field: x runs fastest.
func (g Grid) Index(x, y, z int) int { return x + g.Shape[0]*(y+g.Shape[1]*z) }

// Coordinates is the inverse of Index.
func (g Grid) Coordinates(index int) [3]int {
	x := index % g.Shape[0]
	rest := index / g.Shape[0]
	return [3]int{x, rest % g.Shape[1], rest / g.Shape[1]}
}

// Centre returns the centre of voxel (x, y, z), µm.
func (g Grid) Centre(x, y, z int) r3.Vec {
	return r3.Vec{
		X: (float64(x) + 0.5) * g.Spacing[0],
		Y: (float64(y) + 0.5) * g.Spacing[1],
		Z: (float64(z) + 0.5) * g.Spacing[2],
	}
}

// Contains reports whether a point, µm, lies in the box, walls included.
func (g Grid) Contains(p r3.Vec) bool {
	size := g.Size()
	for axis, value := range [3]float64{p.X, p.Y, p.Z} {
		if !(value >= 0 && value <= size[axis]) {
			return false
		}
	}
	return true
}

// VoxelAt returns the voxel that holds a point of the box, µm. A point on the
// wall between two voxels belongs to the upper one, on the far wall of the box
// to the last voxel. Points outside go to the nearest voxel.
func (g Grid) VoxelAt(p r3.Vec) [3]int {
	var voxel [3]int
	for axis, value := range [3]float64{p.X, p.Y, p.Z} {
		i := int(math.Floor(value / g.Spacing[axis]))
		voxel[axis] = min(max(i, 0), g.Shape[axis]-1)
	}
	return voxel
}

// IndexAt returns the Index of the voxel that holds a point; see VoxelAt.
func (g Grid) IndexAt(p r3.Vec) int {
	at := g.VoxelAt(p)
	return g.Index(at[0], at[1], at[2])
}

// Solid reports whether every axis has more than one voxel.
func (g Grid) Solid() bool { return min(g.Shape[0], g.Shape[1], g.Shape[2]) > 1 }

// Dimensions returns 2 for a planar grid and 3 otherwise.
func (g Grid) Dimensions() int {
	if g.Planar {
		return 2
	}
	return 3
}

func (g Grid) validate() []error {
	var faults []error
	for axis := range 3 {
		if g.Shape[axis] < 1 {
			faults = append(faults, fmt.Errorf("tissue: grid: %d voxels along %s: want at least 1", g.Shape[axis], axisNames[axis]))
		}
		if !positive(g.Spacing[axis]) {
			faults = append(faults, fmt.Errorf("tissue: grid: voxel edge %g µm along %s: want a positive length", g.Spacing[axis], axisNames[axis]))
		}
	}
	if g.Planar && g.Shape[2] != 1 {
		faults = append(faults, fmt.Errorf("tissue: grid: a planar grid with %d layers: want 1", g.Shape[2]))
	}
	return faults
}

func finite(v float64) bool      { return !math.IsNaN(v) && !math.IsInf(v, 0) }
func positive(v float64) bool    { return v > 0 && !math.IsInf(v, 0) }
func nonNegative(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
