package tissue

import (
	"errors"
	"fmt"
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

// Within reports whether a point lies in a shape, of which nil is everywhere.
func Within(s Shape, p r3.Vec) bool { return s == nil || s.Contains(p) }

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

// validateShape checks a shape and those it is made of. The wall of a vessel is
// to be cut into patches: so it has a surface and a radius that fits the box.
func validateShape(s Shape, g Grid, wall bool) error {
	parts := func(name string, all []Shape) error {
		if len(all) == 0 {
			return fmt.Errorf("%s of no shapes: want at least one", name)
		}
		var faults []error
		for _, part := range all {
			if part == nil {
				faults = append(faults, fmt.Errorf("%s of a shape that is not there", name))
			} else if err := validateShape(part, g, wall); err != nil {
				faults = append(faults, err)
			}
		}
		return errors.Join(faults...)
	}
	switch s := s.(type) {
	case Union:
		return parts("union", s)
	case Intersection:
		return parts("intersection", s)
	case Difference:
		return parts("difference", s)
	case Box:
		size := r3.Sub(s.To, s.From)
		if !finiteVec(s.From, s.To) || size.X < 0 || size.Y < 0 || size.Z < 0 {
			return fmt.Errorf("box from %v to %v µm: want corners in this order", s.From, s.To)
		}
	case Sphere:
		if !finiteVec(s.Centre) {
			return fmt.Errorf("sphere round %v µm: want a point", s.Centre)
		}
		return validateRadius(s.Radius, g, wall)
	case Cylinder:
		if !finiteVec(s.From, s.To) || s.From == s.To {
			return fmt.Errorf("cylinder from %v to %v µm: want two points", s.From, s.To)
		}
		return validateRadius(s.Radius, g, wall)
	case HalfSpace:
		if !finiteVec(s.Point, s.Normal) || s.Normal == (r3.Vec{}) || g.Planar && s.Normal.Z != 0 {
			return fmt.Errorf("half space at %v µm with the normal %v: want a point and a direction, in 2D one of the plane", s.Point, s.Normal)
		}
	case LabelImage:
		return s.validate(wall)
	}
	return nil
}

func finiteVec(all ...r3.Vec) bool {
	for _, v := range all {
		if !finite(v.X) || !finite(v.Y) || !finite(v.Z) {
			return false
		}
	}
	return true
}

func validateRadius(radius float64, g Grid, wall bool) error {
	if !positive(radius) {
		return fmt.Errorf("radius %g µm: want a positive length", radius)
	}
	size := g.Size()
	if longest := max(size[0], size[1], size[2]); wall && radius > longest {
		return fmt.Errorf("radius %g µm of a vessel: want at most the longest edge of the domain, %g µm", radius, longest)
	}
	return nil
}

func (l LabelImage) validate(wall bool) error {
	if wall {
		return errors.New("a vessel of labelled pixels, whose staircase has no true surface: want cylinders, spheres or boxes")
	}
	for axis := range 3 {
		if l.Shape[axis] < 1 || !positive(l.Size[axis]) {
			return fmt.Errorf("label image of %d pixels over %g µm along %s: want more than 0", l.Shape[axis], l.Size[axis], axisNames[axis])
		}
	}
	if pixels := l.Shape[0] * l.Shape[1] * l.Shape[2]; len(l.Labels) != pixels {
		return fmt.Errorf("label image with %d labels for %d pixels", len(l.Labels), pixels)
	}
	return nil
}
