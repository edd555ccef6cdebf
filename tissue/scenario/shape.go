package scenario

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// deepestShape is how deep shapes may be made of shapes.
const deepestShape = 8

// shape decodes a shape, µm, at a depth of those it is part of. In 2D its points lie
// at half of the thickness.
func (d *decoder) shape(v value, depth int) (tissue.Shape, bool) {
	if depth > deepestShape {
		v.fault("shapes of shapes more than %d deep", deepestShape)
		return nil, false
	}
	f, key, ok := v.oneOf("{sphere: {centre: [1 um, 2 um, 3 um], radius: 50 um}}",
		"box", "sphere", "cylinder", "half_space", "union", "intersection", "difference", "labels")
	if !ok {
		return nil, false
	}
	if v, ok = f.get(key); !ok {
		return nil, false
	}
	switch key {
	case "box":
		return d.box(v)
	case "sphere":
		return d.sphere(v)
	case "cylinder":
		return d.cylinder(v)
	case "half_space":
		return d.halfSpace(v)
	case "labels":
		return d.labelImage(v)
	}
	parts, ok := d.parts(v, depth+1)
	switch key {
	case "union":
		return tissue.Union(parts), ok
	case "intersection":
		return tissue.Intersection(parts), ok
	}
	return tissue.Difference(parts), ok
}

// parts decodes the shapes that a Boolean combination is made of.
func (d *decoder) parts(v value, depth int) ([]tissue.Shape, bool) {
	items, ok := v.list("[{sphere: ...}, {box: ...}]")
	if ok && len(items) < 2 {
		v.fault("%d shapes: want at least 2", len(items))
		return nil, false
	}
	var all []tissue.Shape
	for _, item := range items {
		part, sound := d.shape(item, depth)
		all, ok = append(all, part), ok && sound
	}
	return all, ok
}

// point decodes a key of a shape that is a point, µm.
func (d *decoder) point(f fields, key string) (r3.Vec, bool) {
	v, ok := f.need(key, "[1 um, 2 um, 3 um]")
	if !ok {
		return r3.Vec{}, false
	}
	p, ok := d.vector(v, quantity.Length, false)
	if g := d.model().Grid; g.Planar {
		p.Z = g.Size()[2] / 2
	}
	return p, ok
}

func radius(f fields) (float64, bool) {
	v, ok := f.need("radius", "10 um")
	if !ok {
		return 0, false
	}
	return v.positive(quantity.Length)
}

func (d *decoder) box(v value) (tissue.Shape, bool) {
	f, ok := v.fields("{from: [0 um, 0 um, 0 um], to: [100 um, 100 um, 100 um]}", "from", "to")
	if !ok {
		return nil, false
	}
	from, first := d.point(f, "from")
	to, second := d.point(f, "to")
	if g := d.model().Grid; g.Planar {
		from.Z, to.Z = 0, g.Size()[2]
	}
	if !first || !second {
		return nil, false
	}
	for axis := range 3 {
		if !(components(from)[axis] <= components(to)[axis]) {
			v.fault("from lies above to along %s", tissue.AxisName(axis))
			return nil, false
		}
	}
	return tissue.Box{From: from, To: to}, true
}

func (d *decoder) sphere(v value) (tissue.Shape, bool) {
	f, ok := v.fields("{centre: [1 um, 2 um, 3 um], radius: 50 um}", "centre", "radius")
	if !ok {
		return nil, false
	}
	centre, placed := d.point(f, "centre")
	r, ok := radius(f)
	return tissue.Sphere{Centre: centre, Radius: r}, placed && ok
}

func (d *decoder) cylinder(v value) (tissue.Shape, bool) {
	f, ok := v.fields("{from: [0 um, 50 um, 50 um], to: [100 um, 50 um, 50 um], radius: 10 um}", "from", "to", "radius")
	if !ok {
		return nil, false
	}
	from, first := d.point(f, "from")
	to, second := d.point(f, "to")
	r, ok := radius(f)
	if first && second && from == to {
		v.fault("from and to are the same point: want the two ends of the axis")
		return nil, false
	}
	return tissue.Cylinder{From: from, To: to, Radius: r}, first && second && ok
}

func (d *decoder) halfSpace(v value) (tissue.Shape, bool) {
	f, ok := v.fields("{point: [0 um, 0 um, 50 um], normal: [0, 0, 1]}", "point", "normal")
	if !ok {
		return nil, false
	}
	point, placed := d.point(f, "point")
	v, ok = f.need("normal", "[0, 0, 1]")
	if !ok {
		return nil, false
	}
	normal, ok := d.vector(v, quantity.Dimensionless, false)
	if ok && normal == (r3.Vec{}) {
		v.fault("no direction: want a vector that points into the half space")
		return nil, false
	}
	return tissue.HalfSpace{Point: point, Normal: normal}, placed && ok
}

// shape writes a shape as a mapping of one key.
func (w *writer) shape(indent int, s tissue.Shape) {
	switch s := s.(type) {
	case tissue.Box:
		w.line(indent, "box: {from: %s, to: %s}", w.vectorText(s.From), w.vectorText(s.To))
	case tissue.Sphere:
		w.line(indent, "sphere: {centre: %s, radius: %s}", w.vectorText(s.Centre), um(s.Radius))
	case tissue.Cylinder:
		w.line(indent, "cylinder: {from: %s, to: %s, radius: %s}", w.vectorText(s.From), w.vectorText(s.To), um(s.Radius))
	case tissue.HalfSpace:
		w.line(indent, "half_space: {point: %s, normal: %s}", w.vectorText(s.Point), w.directionText(s.Normal))
	case tissue.Union:
		w.parts(indent, "union", s)
	case tissue.Intersection:
		w.parts(indent, "intersection", s)
	case tissue.Difference:
		w.parts(indent, "difference", s)
	case tissue.LabelImage:
		w.labelImage(indent, s)
	}
}

func (w *writer) parts(indent int, key string, all []tissue.Shape) {
	w.line(indent, "%s:", key)
	for _, part := range all {
		w.line(indent+1, "-")
		w.shape(indent+2, part)
	}
}

func (w *writer) directionText(v r3.Vec) string {
	var all []string
	direction := components(v)
	for _, component := range direction[:w.model().Grid.Dimensions()] {
		all = append(all, quantity.Format(component, ""))
	}
	return fmt.Sprintf("[%s]", strings.Join(all, ", "))
}
