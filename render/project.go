package render

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// Projection says how a plane came out of the layers of a field.
type Projection int

const (
	Section Projection = iota // one layer: no projection
	Maximum                   // the largest density along the axis
	Mean                      // the mean density along the axis
)

// String returns "section", "maximum" or "mean".
func (p Projection) String() string { return [...]string{"section", "maximum", "mean"}[p] }

// Project takes the maximum or the mean of a field along an axis. Voxels without
// a number are left out; a column of nothing else has none. It panics if there is
// no such axis or projection.
func Project(f *tissue.Field, axis int, how Projection) *Plane {
	p := NewProjection(f.Grid, axis, how, nil)
	right, up := p.Slice.Across()
	var voxel [3]int
	for i := range p.Values {
		voxel[right], voxel[up] = i%p.Width, i/p.Width
		p.Values[i] = float32(along(f, axis, voxel, how))
	}
	return p
}

// NewProjection returns the plane of a projection with the given densities, to the right and
// then up; nil stands for zeros. It panics if there is no such axis or projection, or the
// densities are not as many as the columns of voxels.
func NewProjection(g tissue.Grid, axis int, how Projection, densities []float64) *Plane {
	if how < Maximum || how > Mean {
		panic(fmt.Sprintf("render: projection %d: want Maximum or Mean", int(how)))
	}
	p := NewPlane(g, Slice{Axis: axis}, densities)
	p.Projection, p.Position = how, 0
	p.Depth = g.Size()[axis]
	return p
}

// along reduces the column of voxels along an axis.
func along(f *tissue.Field, axis int, voxel [3]int, how Projection) float64 {
	most, sum, n := math.Inf(-1), 0.0, 0
	for i := range f.Grid.Shape[axis] {
		voxel[axis] = i
		c := f.At(voxel[0], voxel[1], voxel[2])
		if math.IsNaN(c) {
			continue
		}
		most, sum, n = max(most, c), sum+c, n+1
	}
	switch {
	case n == 0:
		return math.NaN()
	case how == Maximum:
		return most
	}
	return sum / float64(n)
}

// Stamp says in words where the plane lies: "z = 45 µm", or of a projection
// "maximum along z, 0 to 90 µm"; "" if the plane is all of a planar field.
func (p *Plane) Stamp() string {
	axis := tissue.AxisName(p.Slice.Axis)
	switch {
	case p.Planar:
		return ""
	case p.Projection != Section:
		return fmt.Sprintf("%s along %s, 0 to %.4g µm", p.Projection, axis, p.Depth)
	}
	return fmt.Sprintf("%s = %.4g µm", axis, p.Position)
}

// Difference returns a − b, voxel by voxel; NaN where either has no number. Their
// planes must have the same size and show the same axes.
func Difference(a, b *Plane) (*Plane, error) {
	switch {
	case a.Slice.Axis != b.Slice.Axis:
		return nil, fmt.Errorf("render: difference of a plane across %s and one across %s: want the same axis",
			tissue.AxisName(a.Slice.Axis), tissue.AxisName(b.Slice.Axis))
	case a.Width != b.Width || a.Height != b.Height:
		return nil, fmt.Errorf("render: difference of %d × %d and %d × %d voxels: want the same grid", a.Width, a.Height, b.Width, b.Height)
	case a.Spacing != b.Spacing:
		return nil, fmt.Errorf("render: difference of voxels of %g × %g and %g × %g µm: want the same grid",
			a.Spacing[0], a.Spacing[1], b.Spacing[0], b.Spacing[1])
	case a.Projection != b.Projection:
		return nil, fmt.Errorf("render: difference of a %s and a %s: want both made alike", a.Projection, b.Projection)
	}
	d := *a
	d.Values = make([]float32, len(a.Values))
	for i := range d.Values {
		d.Values[i] = float32(float64(a.Values[i]) - float64(b.Values[i]))
	}
	return &d, nil
}

// Symmetric returns the linear scale around 0 for a difference: from −h to h, the
// round number above what is farthest from 0 in the range.
func (r *Range) Symmetric() Scale {
	farthest := max(math.Abs(r.low), math.Abs(r.high))
	if farthest == 0 {
		farthest = 1
	}
	high := roundUp(farthest)
	return Scale{Low: -high, High: high}
}
