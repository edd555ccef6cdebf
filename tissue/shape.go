package tissue

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// Shape is a set of points, µm. In a planar grid all points lie at half of the
// thickness: a Sphere is a disc there, a Cylinder a band.
//
// A voxel belongs to a shape that contains its centre. A centre on the surface
// of a Box belongs to it at the lower faces only, so that boxes side by side
// share no voxel; on any other surface it belongs to the shape, and a Difference
// leaves out what is on the surface of what it takes away.
type Shape interface {
	Contains(p r3.Vec) bool
}

// Box is the points between two corners.
type Box struct{ From, To r3.Vec }

// Contains reports whether a point lies in the box.
func (b Box) Contains(p r3.Vec) bool {
	return p.X >= b.From.X && p.Y >= b.From.Y && p.Z >= b.From.Z && p.X < b.To.X && p.Y < b.To.Y && p.Z < b.To.Z
}

// Sphere is the points no farther from a centre than a radius, µm.
type Sphere struct {
	Centre r3.Vec
	Radius float64
}

// Contains reports whether a point lies in the sphere.
func (s Sphere) Contains(p r3.Vec) bool { return r3.Norm2(r3.Sub(p, s.Centre)) <= s.Radius*s.Radius }

// Cylinder is the points no farther from the line between two points than a
// radius, µm, and between the planes across its ends.
type Cylinder struct {
	From, To r3.Vec
	Radius   float64
}

// Contains reports whether a point lies in the cylinder.
func (c Cylinder) Contains(p r3.Vec) bool {
	along, from := r3.Sub(c.To, c.From), r3.Sub(p, c.From)
	length, share := r3.Norm2(along), r3.Dot(from, along)
	if share < 0 || share > length {
		return false
	}
	return r3.Norm2(from)-share*share/length <= c.Radius*c.Radius
}

// HalfSpace is the points on the side of a plane that its normal points to.
type HalfSpace struct{ Point, Normal r3.Vec }

// Contains reports whether a point lies on the side of the normal.
func (h HalfSpace) Contains(p r3.Vec) bool { return r3.Dot(r3.Sub(p, h.Point), h.Normal) >= 0 }

// Union is the points in any of some shapes.
type Union []Shape

// Contains reports whether a point lies in one of the shapes.
func (u Union) Contains(p r3.Vec) bool {
	for _, s := range u {
		if s.Contains(p) {
			return true
		}
	}
	return false
}

// Intersection is the points in each of some shapes.
type Intersection []Shape

// Contains reports whether a point lies in all of the shapes.
func (x Intersection) Contains(p r3.Vec) bool {
	for _, s := range x {
		if !s.Contains(p) {
			return false
		}
	}
	return true
}

// Difference is the points in the first of some shapes and in none of the others.
type Difference []Shape

// Contains reports whether a point lies in the first shape alone.
func (d Difference) Contains(p r3.Vec) bool { return d[0].Contains(p) && !Union(d[1:]).Contains(p) }

// LabelImage is the points of an image with certain labels. The image fills a box
// with one corner at the origin; a point has the label of the pixel it lies in.
type LabelImage struct {
	Size   [3]float64 // of the box, µm
	Shape  [3]int     // pixels per axis
	Labels []uint16   // x fastest, then y, then z
	Values []uint16   // the labels that belong to the shape
}

// Contains reports whether the pixel that holds a point has one of the labels.
func (l LabelImage) Contains(p r3.Vec) bool {
	var pixel [3]int
	for axis, value := range [3]float64{p.X, p.Y, p.Z} {
		share := value / l.Size[axis]
		if !(share >= 0 && share < 1) {
			return false
		}
		pixel[axis] = min(int(math.Floor(share*float64(l.Shape[axis]))), l.Shape[axis]-1)
	}
	label := l.Labels[pixel[0]+l.Shape[0]*(pixel[1]+l.Shape[1]*pixel[2])]
	for _, value := range l.Values {
		if label == value {
			return true
		}
	}
	return false
}
