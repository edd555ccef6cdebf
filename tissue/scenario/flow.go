package scenario

import (
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// The units of Darcy flow in the model, whose pressures are in Pa.
const (
	conductivityUnit     = "um^2/(Pa s)"
	wallConductivityUnit = "um/(Pa s)"
	drainageUnit         = "1/(Pa s)"
)

const flowExample = "{velocity: [0.5 um/s, 0 um/s, 0 um/s]}, or {conductivity: 0.02 um^2/(Pa s), faces: {x-: {pressure: 100 Pa}, x+: {pressure: 0 Pa}}}"

// to returns a value in a unit.
func (v value) to(want quantity.Dimension, unit string) (float64, bool) {
	q, ok := v.quantity(want)
	if !ok {
		return 0, false
	}
	number, err := q.To(unit)
	if err != nil {
		v.fault("%v", err)
		return 0, false
	}
	return number + 0, true
}

// above is to for a value above zero, or with zero of zero or more.
func (v value) above(zero bool, want quantity.Dimension, unit string) (float64, bool) {
	number, ok := v.to(want, unit)
	switch {
	case ok && number < 0 && zero:
		v.fault("%s: want 0 or more", v.written())
	case ok && number <= 0 && !zero:
		v.fault("%s: want more than 0", v.written())
	default:
		return number, ok
	}
	return 0, false
}

func (d *decoder) flow(f fields) {
	v, ok := f.get("flow")
	if !ok {
		return
	}
	d.fluid = v
	if f, ok = v.fields(flowExample, "velocity", "conductivity", "faces"); !ok {
		return
	}
	if f.has("velocity") {
		for _, key := range []string{"conductivity", "faces"} {
			if other, ok := f.get(key); ok {
				d.fault(other.key, other.path, "velocity is given too: want either a velocity or pressures")
			}
		}
		if v, ok := f.get("velocity"); ok {
			velocity, _ := d.vector(v, quantity.Velocity, false)
			all := components(velocity)
			d.model().Flow = &tissue.Flow{Velocity: &all}
		}
		return
	}
	p := &tissue.PressureFlow{}
	if v, ok := f.need("conductivity", "0.02 "+conductivityUnit); ok {
		p.Conductivity, _ = v.above(false, quantity.HydraulicConductivity, conductivityUnit)
	}
	if v, ok := f.get("faces"); ok {
		d.openFaces(v, p)
	}
	d.model().Flow = &tissue.Flow{Pressure: p}
}

// openFaces decodes what the fluid does at the faces of the box.
func (d *decoder) openFaces(v value, p *tissue.PressureFlow) {
	d.eachFace(v, "{x-: {pressure: 100 Pa}, x+: {inflow: -0.1 um/s}}", func(v value, axis, first, last int) {
		if face, ok := d.openFace(v); ok {
			for side := first; side <= last; side++ {
				p.Faces[axis][side] = face
			}
		}
	})
}

func (d *decoder) openFace(v value) (tissue.PressureFace, bool) {
	const example = "{pressure: 100 Pa}"
	if v.kind == scalar && v.text == tissue.Closed.String() {
		return tissue.PressureFace{}, true
	}
	if v.kind != mapping {
		v.fault("%s: want closed, %s or {inflow: 0.1 um/s}", v.written(), example)
		return tissue.PressureFace{}, false
	}
	f, key, ok := v.oneOf(example, "pressure", "inflow")
	if !ok {
		return tissue.PressureFace{}, false
	}
	if v, ok = f.get(key); !ok {
		return tissue.PressureFace{}, false
	}
	if key == "inflow" {
		inflow, ok := v.in(quantity.Velocity)
		return tissue.PressureFace{Kind: tissue.GivenInflow, Inflow: inflow + 0}, ok
	}
	pressure, ok := v.to(quantity.Pressure, "Pa")
	return tissue.PressureFace{Kind: tissue.HeldPressure, Pressure: pressure}, ok
}

func (w *writer) flow() {
	flow := w.model().Flow
	switch {
	case flow == nil:
		return
	case flow.Velocity != nil:
		var all []string
		for _, v := range flow.Velocity[:w.model().Grid.Dimensions()] {
			all = append(all, quantity.Format(v, "um/s"))
		}
		w.line(0, "flow: {velocity: [%s]}", strings.Join(all, ", "))
		return
	}
	w.line(0, "flow:")
	w.line(1, "conductivity: %s", quantity.Format(flow.Pressure.Conductivity, conductivityUnit))
	var faces []string
	for axis := range w.model().Grid.Dimensions() {
		for side, face := range flow.Pressure.Faces[axis] {
			text := face.Kind.String()
			switch face.Kind {
			case tissue.HeldPressure:
				text = "{pressure: " + quantity.Format(face.Pressure, "Pa") + "}"
			case tissue.GivenInflow:
				text = "{inflow: " + quantity.Format(face.Inflow, "um/s") + "}"
			}
			faces = append(faces, tissue.AxisName(axis)+"-+"[side:side+1]+": "+text)
		}
	}
	w.line(1, "faces: {%s}", strings.Join(faces, ", "))
}
