package render

import (
	"fmt"

	"github.com/cytofield/cytofield/tissue"
)

// Slice is one layer of voxels of a grid: Axis 0, 1 or 2 is the axis it stands
// on, Index its place there. The picture of a z slice shows x to the right and y
// up, of a y slice x to the right and z up, of an x slice y to the right and z up.
type Slice struct{ Axis, Index int }

// Middle returns the slice through the middle of a grid; of two middle layers
// the upper.
func Middle(g tissue.Grid, axis int) Slice { return Slice{Axis: axis, Index: g.Shape[axis] / 2} }

// Across returns the axes that run to the right and up in the picture.
func (s Slice) Across() (right, up int) { return tissue.Across(s.Axis) }

// Position returns where the centres of the layer lie on the axis, µm.
func (s Slice) Position(g tissue.Grid) float64 {
	return (float64(s.Index) + 0.5) * g.Spacing[s.Axis]
}

// Validate reports a slice that is not of the grid.
func (s Slice) Validate(g tissue.Grid) error {
	if s.Axis < 0 || s.Axis > 2 {
		return fmt.Errorf("render: slice across axis %d: want 0, 1 or 2", s.Axis)
	}
	if s.Index < 0 || s.Index >= g.Shape[s.Axis] {
		return fmt.Errorf("render: slice %s=%d of %d layers: want 0 to %d", tissue.AxisName(s.Axis), s.Index, g.Shape[s.Axis], g.Shape[s.Axis]-1)
	}
	return nil
}

// Plane is the density in one slice, kept apart from its field: small enough to
// hold one per frame and to paint again with another scale.
type Plane struct {
	Slice      Slice
	Projection Projection // how the layers became one; Slice.Index says nothing then
	Position   float64    // of the layer's centres on the slice's axis, µm; 0 of a projection
	Depth      float64    // of what is projected, µm; 0 of a section
	Planar     bool       // the field is 2D and this is all of it
	Width      int        // voxels to the right
	Height     int        // voxels up
	Spacing    [2]float64 // voxel edge to the right and up, µm
	Values     []float32  // density as the GPU keeps it; right runs fastest, up from the bottom
}

// NewPlane returns the plane of a slice with the given densities, to the right and then
// up; nil stands for zeros. It panics if the slice is not of the grid (Slice.Validate) or
// the densities are not as many as its voxels.
func NewPlane(g tissue.Grid, s Slice, densities []float64) *Plane {
	if err := s.Validate(g); err != nil {
		panic(err)
	}
	right, up := s.Across()
	p := &Plane{
		Slice:    s,
		Position: s.Position(g),
		Planar:   g.Planar && s.Axis == 2,
		Width:    g.Shape[right],
		Height:   g.Shape[up],
		Spacing:  [2]float64{g.Spacing[right], g.Spacing[up]},
		Values:   make([]float32, g.Shape[right]*g.Shape[up]),
	}
	if densities != nil && len(densities) != len(p.Values) {
		panic(fmt.Sprintf("render: %d densities for a plane of %d × %d voxels", len(densities), p.Width, p.Height))
	}
	for i, c := range densities {
		p.Values[i] = float32(c)
	}
	return p
}

// Extract copies a slice out of a field. It panics if the slice is not of the
// field's grid (Slice.Validate).
func Extract(f *tissue.Field, s Slice) *Plane {
	p := NewPlane(f.Grid, s, nil)
	right, up := s.Across()
	var voxel [3]int
	voxel[s.Axis] = s.Index
	for i := range p.Values {
		voxel[right], voxel[up] = i%p.Width, i/p.Width
		p.Values[i] = float32(f.At(voxel[0], voxel[1], voxel[2]))
	}
	return p
}

// At returns the density of the voxel u to the right and v up.
func (p *Plane) At(u, v int) float32 { return p.Values[u+p.Width*v] }

// Size returns the edges of the plane, µm.
func (p *Plane) Size() (width, height float64) {
	return float64(p.Width) * p.Spacing[0], float64(p.Height) * p.Spacing[1]
}
