package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// faceKinds are the conditions on a face that are written as a mapping.
func faceKinds() []string { return []string{"dirichlet", "flux", "robin"} }

// noSubstrate stands for the domain where a boundary is decoded.
const noSubstrate tissue.SubstrateID = -1

// boundary decodes the condition on the faces of the box. Faces it does not name
// stay. The domain's own has no substrate whose density could be held.
func (d *decoder) boundary(v value, faces [3][2]tissue.Boundary, id tissue.SubstrateID) [3][2]tissue.Boundary {
	set := func(v value, axis, first, last int) {
		if face, ok := d.face(v, id); ok {
			for side := first; side <= last; side++ {
				faces[axis][side] = face
			}
		}
	}
	if v.kind != mapping || slices.ContainsFunc(faceKinds(), func(kind string) bool { return v.find(kind) >= 0 }) {
		if face, ok := d.face(v, id); ok {
			for axis := range d.model().Grid.Dimensions() {
				faces[axis] = [2]tissue.Boundary{face, face}
			}
		}
		return faces
	}
	if !d.eachFace(v, "{x: periodic, z-: no-flux}", set) {
		return faces
	}
	for axis := range 3 {
		if name := tissue.AxisName(axis); (faces[axis][0].Kind == tissue.Periodic) != (faces[axis][1].Kind == tissue.Periodic) {
			v.fault("periodic at one %s face and not at the other: want both, %s: periodic", name, name)
		}
	}
	return faces
}

// eachFace calls set for what a mapping says of faces: of both sides of an axis
// under x, y, z, of one under x-, x+ and so on.
func (d *decoder) eachFace(v value, example string, set func(v value, axis, first, last int)) bool {
	f, ok := v.fields(example, "x", "y", "z", "x-", "x+", "y-", "y+", "z-", "z+")
	if !ok {
		return false
	}
	for axis := range 3 {
		name := tissue.AxisName(axis)
		for _, sides := range []struct {
			key         string
			first, last int
		}{{name, 0, 1}, {name + "-", 0, 0}, {name + "+", 1, 1}} {
			v, ok := f.get(sides.key)
			switch {
			case !ok:
			case axis >= d.model().Grid.Dimensions():
				d.fault(v.key, v.path, "a 2D domain has no %s faces", name)
			case sides.key != name && f.has(name):
				d.fault(v.key, v.path, "%q has said it for both %s faces already; give %s- and %s+ instead", name, name, name, name)
			default:
				set(v, axis, sides.first, sides.last)
			}
		}
	}
	return true
}

// face decodes the condition on one face.
func (d *decoder) face(v value, id tissue.SubstrateID) (tissue.Boundary, bool) {
	const example = "{dirichlet: 1 nM}"
	switch {
	case v.kind == scalar && v.text == "no-flux":
		return tissue.Boundary{Kind: tissue.NoFlux}, true
	case v.kind == scalar && v.text == "periodic":
		return tissue.Boundary{Kind: tissue.Periodic}, true
	case v.kind == mapping && id == noSubstrate:
		v.fault("a density or a flux belongs to one substrate: want no-flux or periodic here, and {dirichlet: ...} under substrates.NAME.boundary")
	case v.kind != mapping && id == noSubstrate:
		v.fault("%s: want no-flux or periodic", v.written())
	case v.kind != mapping:
		v.fault("%s: want no-flux, periodic, %s, {flux: ...} or {robin: ...}", v.written(), example)
	default:
		f, key, ok := v.oneOf(example, faceKinds()...)
		if !ok {
			break
		}
		v, ok := f.get(key)
		switch {
		case !ok:
		case key == "flux":
			inwards, ok := d.flux(v, id)
			return tissue.Boundary{Kind: tissue.Flux, Flux: inwards}, ok
		case key == "robin":
			return d.robin(v, id)
		default:
			density, series, ok := d.held(v, id)
			return tissue.Boundary{Kind: tissue.Dirichlet, Density: density, Series: series}, ok
		}
	}
	return tissue.Boundary{}, false
}

// oneOf returns the one key, of several, that a mapping has.
func (v value) oneOf(example string, keys ...string) (fields, string, bool) {
	f, ok := v.fields(example, keys...)
	if !ok {
		return f, "", false
	}
	var given []string
	for _, key := range keys {
		if f.has(key) {
			given = append(given, key)
		}
	}
	switch {
	case len(given) == 1:
		return f, given[0], true
	case len(given) > 1:
		v.fault("%s in one place: want one of them", strings.Join(given, " and "))
	case len(v.entries) == 0:
		v.fault("want one of %s, such as %s", strings.Join(keys, ", "), example)
	}
	return f, "", false // other keys have been reported
}

// held decodes a density, or one over time.
func (d *decoder) held(v value, id tissue.SubstrateID) (float64, *tissue.TimeSeries, bool) {
	if v.kind != mapping {
		density, ok := d.density(v, id)
		return density, nil, ok
	}
	const example = "[[0 s, 0 nM], [1 h, 1 nM]]"
	f, ok := v.fields("{series: "+example+"}", "series")
	if !ok {
		return 0, nil, false
	}
	if v, ok = f.need("series", example); !ok {
		return 0, nil, false
	}
	knots, ok := v.list(example)
	if ok && len(knots) == 0 {
		v.fault("no knots: want at least one, such as %s", example)
		return 0, nil, false
	}
	series := &tissue.TimeSeries{}
	for _, knot := range knots {
		pair, listed := knot.list("[1 h, 1 nM]")
		if listed && len(pair) != 2 {
			knot.fault("%d entries: want a time and a density, such as [1 h, 1 nM]", len(pair))
		}
		if len(pair) != 2 {
			ok = false
			continue
		}
		time, timed := pair[0].in(quantity.Time)
		density, dense := d.density(pair[1], id)
		if last := len(series.Times) - 1; timed && last >= 0 && time <= series.Times[last] {
			pair[0].fault("%s: want a time after the one before, %s", pair[0].written(), quantity.Format(series.Times[last], "s"))
			timed = false
		}
		if ok = ok && timed && dense; timed {
			series.Times, series.Densities = append(series.Times, time+0), append(series.Densities, density)
		}
	}
	return 0, series, ok
}

// flux decodes what comes in per area and time, in the substrate's amount.
func (d *decoder) flux(v value, id tissue.SubstrateID) (float64, bool) {
	dimension, _ := fluxUnit(d.model().Substrates[id])
	return v.nonNegative(dimension)
}

// fluxUnit returns the dimension and unit of amount per area and time: for a density
// that counts no molecules, density times velocity.
func fluxUnit(s tissue.Substrate) (quantity.Dimension, string) {
	switch s.Unit {
	case tissue.DimensionlessUnit:
		return quantity.Velocity, "um/s"
	case tissue.MillimetresMercury:
		return quantity.Pressure + quantity.Velocity, "mmHg um/s"
	}
	return quantity.Flux, "molecules/um^2/s"
}

func (d *decoder) robin(v value, id tissue.SubstrateID) (tissue.Boundary, bool) {
	b := tissue.Boundary{Kind: tissue.Robin}
	f, ok := v.fields("{permeability: 0.05 um/s, density: 100 pM}", "permeability", "density")
	if !ok {
		return b, false
	}
	sound := false
	if v, ok := f.need("permeability", "0.05 um/s"); ok {
		b.Permeability, sound = v.nonNegative(quantity.Velocity)
	}
	v, ok = f.need("density", "100 pM")
	if !ok {
		return b, false
	}
	b.Density, b.Series, ok = d.held(v, id)
	return b, sound && ok
}

// faceText writes the condition on one face.
func faceText(b tissue.Boundary, s tissue.Substrate) string {
	switch b.Kind {
	case tissue.Dirichlet:
		return "{dirichlet: " + heldText(b.Density, b.Series, s) + "}"
	case tissue.Flux:
		_, unit := fluxUnit(s)
		return "{flux: " + quantity.Format(b.Flux, unit) + "}"
	case tissue.Robin:
		return fmt.Sprintf("{robin: {permeability: %s, density: %s}}", quantity.Format(b.Permeability, "um/s"), heldText(b.Density, b.Series, s))
	}
	return b.Kind.String()
}

// heldText writes a density, or one over time.
func heldText(density float64, series *tissue.TimeSeries, s tissue.Substrate) string {
	if series == nil {
		return densityText(density, s)
	}
	var knots []string
	for i, time := range series.Times {
		knots = append(knots, "["+quantity.Format(time, "s")+", "+densityText(series.Densities[i], s)+"]")
	}
	return "{series: [" + strings.Join(knots, ", ") + "]}"
}
