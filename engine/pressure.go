package engine

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine/multigrid"
	"github.com/cytofield/cytofield/tissue"
)

// Pressure returns the pressure of the fluid in every voxel, Pa, NaN in impermeable
// regions; nil where no pressure drives a flow.
func Pressure(m *tissue.Model) (*tissue.Field, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	f, err := newFluid(m, m.Labels())
	if err != nil || f == nil || f.pressure == nil {
		return nil, err
	}
	return &tissue.Field{Grid: m.Grid, Values: f.pressure}, nil
}

// darcy is the balance of fluid, per volume of voxel, 1/s:
//
//	Σ_faces K_face/Δx² (p_neighbour − p) + source − sink p = 0
//
// with harmonic means at the faces and half a voxel to walls that hold a pressure. A
// leaky wall of area A is a sink Lp A/V with the source Lp A p_v/V, lymph one of its rate.
// Pressures are relative to a level amid the given ones, for their differences to keep
// their digits.
type darcy struct {
	model        *tissue.Model
	conductivity []float64 // K per voxel, µm²/(Pa s); 0 in impermeable regions
	faces        [3][]float64
	sink, source []float64
	drains       []tissue.Lymph // per voxel; nil for none
	level        float64        // Pa
}

const (
	pressureTolerance = 1e-13 // relative residual; rounding usually ends the cycles earlier
	pressureCycles    = 300   // most; 10 to 20 are usual
	lymphRounds       = 50    // most, of a search that ends within a few
)

// drive solves for the pressure and sets the flow that it drives.
func (f *fluid) drive(m *tissue.Model, labels []uint8) error {
	d := newDarcy(m, labels)
	p := make([]float64, m.Grid.Voxels())
	drained, err := d.solve(p)
	if err != nil {
		return fmt.Errorf("engine: flow: %w", err)
	}
	d.flows(f, p)
	if d.drains != nil {
		f.lymph = make([]float64, len(p))
		for i, lymph := range d.drains {
			if drained[i] {
				f.lymph[i] = lymph.Rate * (p[i] - (lymph.Pressure - d.level))
			}
		}
	}
	f.pressure = p
	for i := range p {
		p[i] += d.level
		if d.conductivity[i] == 0 {
			p[i] = math.NaN()
		}
	}
	return nil
}

func newDarcy(m *tissue.Model, labels []uint8) *darcy {
	n := m.Grid.Voxels()
	d := &darcy{
		model: m, conductivity: make([]float64, n), sink: make([]float64, n), source: make([]float64, n), level: middle(m),
	}
	for i := range d.conductivity {
		d.conductivity[i] = m.Flow.Pressure.Conductivity
		if labels == nil || labels[i] == 0 {
			continue
		}
		r := m.Regions[labels[i]-1]
		d.conductivity[i] = r.HydraulicConductivity
		if r.Impermeable {
			d.conductivity[i] = 0
		}
		if r.Lymph != nil && r.Lymph.Rate > 0 {
			if d.drains == nil {
				d.drains = make([]tissue.Lymph, n)
			}
			d.drains[i] = *r.Lymph
		}
	}
	d.open()
	d.walls()
	return d
}

// middle returns the middle of the pressures that the model gives, Pa.
func middle(m *tissue.Model) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	see := func(p float64) { low, high = min(low, p), max(high, p) }
	for _, faces := range m.Flow.Pressure.Faces {
		for _, face := range faces {
			if face.Kind == tissue.HeldPressure {
				see(face.Pressure)
			}
		}
	}
	for _, r := range m.Regions {
		if r.Leak != nil {
			see(r.Leak.Pressure)
		}
		if r.Lymph != nil {
			see(r.Lymph.Pressure)
		}
	}
	return low + (high-low)/2
}

// open sets the faces between voxels.
func (d *darcy) open() {
	g, periodic := d.model.Grid, periodicOf(d.model)
	for axis, h := range g.Spacing {
		d.faces[axis] = make([]float64, g.Voxels())
		for i := range d.faces[axis] {
			if above, ok := next(g, i, axis, periodic[axis]); ok && above != i {
				d.faces[axis][above] = harmonic(d.conductivity[i], d.conductivity[above]) / (h * h)
			}
		}
	}
}

// harmonic returns the harmonic mean of two conductances.
func harmonic(a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return 2 * a * b / (a + b)
}

// walls lets the voxels meet the faces of the box and leaky vessels.
func (d *darcy) walls() {
	g := d.model.Grid
	for axis, faces := range d.model.Flow.Pressure.Faces {
		h := g.Spacing[axis]
		for side, face := range faces {
			for _, voxel := range faceVoxels(g, axis, side) {
				k := d.conductivity[voxel]
				switch {
				case k == 0:
				case face.Kind == tissue.HeldPressure:
					d.hold(voxel, 2*k/(h*h), face.Pressure)
				case face.Kind == tissue.GivenInflow:
					d.source[voxel] += face.Inflow / h
				}
			}
		}
	}
	for i, r := range d.model.Regions {
		if r.Leak == nil {
			continue
		}
		for _, wall := range d.model.VesselSurface(i) {
			d.hold(wall.Voxel, r.Leak.Conductivity*wall.Area/g.VoxelVolume(), r.Leak.Pressure)
		}
	}
}

// hold draws a voxel towards a pressure, Pa, at a rate, 1/(Pa s).
func (d *darcy) hold(voxel int, rate, pressure float64) {
	d.sink[voxel] += rate
	d.source[voxel] += rate * (pressure - d.level)
}

// solve finds the pressure, and where lymphatics drain: they take nothing where it is
// below theirs. From drains everywhere, every round closes those that would give:
// Newton's method for a convex law, whose pressures fall from the second round on, so
// that it ends.
func (d *darcy) solve(p []float64) (drained []bool, err error) {
	solver, err := multigrid.New(multigrid.Operator{Shape: d.model.Grid.Shape, Periodic: periodicOf(d.model), Faces: d.faces})
	if err != nil {
		return nil, err
	}
	drained = make([]bool, len(d.drains))
	for i, lymph := range d.drains {
		drained[i] = lymph.Rate > 0
	}
	sink, source := make([]float64, len(p)), make([]float64, len(p))
	for range lymphRounds {
		copy(sink, d.sink)
		copy(source, d.source)
		for i, lymph := range d.drains {
			if drained[i] {
				sink[i] += lymph.Rate
				source[i] += lymph.Rate * (lymph.Pressure - d.level)
			}
		}
		if err := solver.SetSink(sink); err != nil {
			return nil, err
		}
		if _, _, err := solver.Solve(p, source, pressureTolerance, pressureCycles); err != nil {
			return nil, fmt.Errorf("no pressure balances what flows in and out: %w", err)
		}
		changed := false
		for i, lymph := range d.drains {
			above := lymph.Rate > 0 && p[i] > lymph.Pressure-d.level
			changed = changed || above != drained[i]
			drained[i] = above
		}
		if !changed {
			return drained, nil
		}
	}
	return nil, fmt.Errorf("where lymph drains is not settled after %d rounds", lymphRounds)
}

// flows sets the flow through the faces and out of vessels that a pressure drives.
func (d *darcy) flows(f *fluid, p []float64) {
	m, g := d.model, d.model.Grid
	for axis, h := range g.Spacing {
		for i := range p {
			if above, ok := next(g, i, axis, f.upper[axis] == nil); ok {
				f.lower[axis][above] = d.faces[axis][above] * h * (p[i] - p[above])
			}
		}
		if f.upper[axis] == nil {
			continue
		}
		for side, face := range m.Flow.Pressure.Faces[axis] {
			for k, voxel := range faceVoxels(g, axis, side) {
				inward := d.inflow(face, voxel, h, p)
				if side == 0 {
					f.lower[axis][voxel] = inward
				} else {
					f.upper[axis][k] = -inward
				}
			}
		}
	}
	for i, r := range m.Regions {
		if r.Leak == nil {
			continue
		}
		for _, wall := range m.VesselSurface(i) {
			f.leak[i] = append(f.leak[i], r.Leak.Conductivity*wall.Area*((r.Leak.Pressure-d.level)-p[wall.Voxel]))
		}
	}
}

// inflow returns the flow into a voxel through a face of the box, µm/s.
func (d *darcy) inflow(face tissue.PressureFace, voxel int, h float64, p []float64) float64 {
	k := d.conductivity[voxel]
	switch {
	case k == 0:
		return 0
	case face.Kind == tissue.HeldPressure:
		return 2 * k / h * ((face.Pressure - d.level) - p[voxel])
	case face.Kind == tissue.GivenInflow:
		return face.Inflow
	}
	return 0
}
