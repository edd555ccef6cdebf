package tissue

import (
	"errors"
	"fmt"
)

// Flow is the flow of interstitial fluid, given or driven by pressure; just one
// of its fields is set. It carries substrates with the Darcy velocity q = α v, the
// volume of fluid per area of tissue and time.
//
// What comes in through a face of the box has the density that a Dirichlet or
// Robin boundary says, else none; what leaves has that of the last voxel. A
// no-flux face is closed for diffusion only. Along a periodic axis fluid leaves and
// comes in again, and the pressure is periodic too.
type Flow struct {
	Velocity *[3]float64   // interstitial velocity v, the same everywhere, µm/s
	Pressure *PressureFlow // Darcy flow
}

// PressureFlow is Darcy flow through tissue,
//
//	q = −K ∇p,   ∇·q = Σ_vessels Lp s_v (p_v − p) − L_pl S/V (p − p_l)
//
// with s_v the wall of vessels per volume of tissue (Region.Leak, Region.Lymph).
// (Baxter & Jain 1989, Microvascular Research 37:77.)
type PressureFlow struct {
	Conductivity float64            // K outside regions, µm²/(Pa s)
	Faces        [3][2]PressureFace // per axis, lower and upper
}

// PressureKind says what happens to the fluid at a face of the box.
type PressureKind int

// The kinds of face.
const (
	Closed       PressureKind = iota // no fluid passes
	HeldPressure                     // the pressure at the wall is held
	GivenInflow                      // the velocity through the wall is given
)

func (k PressureKind) String() string {
	return [...]string{"closed", "pressure", "inflow"}[k]
}

// PressureFace is the condition on the fluid at one face of the box, none at the
// faces of a periodic axis.
type PressureFace struct {
	Kind     PressureKind
	Pressure float64 // held, Pa; HeldPressure only
	Inflow   float64 // Darcy velocity q inwards, µm/s, negative where fluid leaves; GivenInflow only
}

func (f *Flow) validate(m *Model) []error {
	var faults []error
	for axis := range 3 {
		if m.periodicFaces(axis)%len(m.Substrates) != 0 {
			faults = append(faults, fmt.Errorf("tissue: flow: some substrates are periodic along %s and some are not: want all, or none", axisNames[axis]))
		}
	}
	switch {
	case (f.Velocity == nil) == (f.Pressure == nil):
		faults = append(faults, errors.New("tissue: flow: want either a velocity or pressures"))
	case f.Pressure != nil:
		faults = append(faults, f.Pressure.validate(m)...)
	default:
		faults = append(faults, m.validateVelocity(*f.Velocity)...)
	}
	return faults
}

// periodicFaces returns the number of substrates that are periodic along an axis.
func (m *Model) periodicFaces(axis int) int {
	count := 0
	for _, s := range m.Substrates {
		if s.Boundary[axis][0].Kind == Periodic {
			count++
		}
	}
	return count
}

// validateVelocity checks that the same velocity everywhere leaves ∇·(α v) = 0:
// that along it α stays and nothing stands in its way.
func (m *Model) validateVelocity(v [3]float64) []error {
	var faults []error
	for axis, component := range v {
		if !finite(component) {
			faults = append(faults, fmt.Errorf("tissue: flow: velocity %g µm/s along %s: want a number", component, axisNames[axis]))
		}
	}
	if m.Grid.Planar && v[2] != 0 {
		faults = append(faults, fmt.Errorf("tissue: flow: velocity %g µm/s along z of a 2D domain: the plane has no z faces", v[2]))
	}
	if len(faults) > 0 || v == [3]float64{} {
		return faults
	}
	labels := m.Labels()
	for i := range labels {
		here := m.channel(labels[i])
		at := m.Grid.Coordinates(i)
		for axis := range 3 {
			next := at
			if next[axis]++; v[axis] == 0 || next[axis] == m.Grid.Shape[axis] {
				continue // across a periodic face nothing changes that does not change on the way
			}
			if there := m.channel(labels[m.Grid.Index(next[0], next[1], next[2])]); here != there {
				return []error{fmt.Errorf("tissue: flow: a velocity along %s, and beside voxel %v the share of fluid that moves changes from %g to %g: not free of divergence; want pressures instead", axisNames[axis], at, here, there)}
			}
		}
	}
	return nil
}

// channel returns the share of a voxel with a label that fluid moves in.
func (m *Model) channel(label uint8) float64 {
	switch {
	case label == 0:
		return m.ExtracellularFraction
	case m.Regions[label-1].Impermeable:
		return 0
	}
	return m.Regions[label-1].ExtracellularFraction
}

func (f *PressureFlow) validate(m *Model) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: flow: "+format, args...))
	}
	if !positive(f.Conductivity) {
		fault("hydraulic conductivity %g µm²/(Pa s): want more than 0", f.Conductivity)
	}
	held := false // the level of pressure
	for axis, faces := range f.Faces {
		for side, face := range faces {
			held = held || face.Kind == HeldPressure
			switch {
			case face.Kind < Closed || face.Kind > GivenInflow:
				fault("face %s of kind %d: want 0 to %d", faceName(axis, side), face.Kind, GivenInflow)
			case !finite(face.Pressure) || !finite(face.Inflow):
				fault("face %s with %g Pa and %g µm/s: want numbers", faceName(axis, side), face.Pressure, face.Inflow)
			case face.Kind != Closed && m.Grid.Planar && axis == 2:
				fault("an open z face of a 2D domain: the plane has no z faces")
			case face.Kind != Closed && m.periodicFaces(axis) > 0:
				fault("a pressure or an inflow at face %s, and substrates are periodic along %s: want one of them", faceName(axis, side), axisNames[axis])
			}
		}
	}
	for _, r := range m.Regions {
		held = held || r.Leak != nil && r.Leak.Conductivity > 0 || r.Lymph != nil && r.Lymph.Rate > 0
	}
	if !held {
		fault("nothing holds the pressure: want it at a face, in a leaky vessel or in lymph")
	}
	return faults
}
