package engine

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/tissue"
)

// DefaultLODStep is the step of LOD where none is given, s: BioFVM's 0.01 min.
const DefaultLODStep = 0.6

// Line is the system that a sweep of LOD solves on every line of voxels along an
// axis. With c the line before and c + d after,
//
//	d_i = f ((c_{i−1} + d_{i−1}) − 2 (c_i + d_i) + (c_{i+1} + d_{i+1})) − κ (c_i + d_i)
//	f = D dt/Δx²,  κ = λ dt over the number of axes
//
// backward Euler for the increment d, so that rounding scales with the change. At a
// no-flux wall the outer term is missing; at a held one, half a voxel away, it is
// 2 f (c_wall − c_i − d_i). Thomas' algorithm:
//
//	e_i = f b_i,  b_i = 1/(a_i − f e_{i−1}),  a_i the diagonal of the system
//	forward   d'_i = e_i (c_{i−1} − 2 c_i + c_{i+1} + d'_{i−1}) − κ b_i c_i
//	backward  d_i = d'_i + e_i d_{i+1}
type Line struct {
	Axis     int
	Fourier  float64   // f
	Share    float64   // dt over the number of axes, s: decay is λ Share Σ (c + d)
	Transfer []float64 // e_i
	Loss     []float64 // κ b_i
	Walls    [2]tissue.Boundary
}

// Lines returns the sweeps of a step of LOD in their order: x, y, z, without the
// axes along which nothing can move, but one at least.
func Lines(s Substrate, dt float64) []Line {
	axes := lodAxes(s.Grid, s.Substrate)
	lines := make([]Line, len(axes))
	for i, axis := range axes {
		n := s.Grid.Shape[axis]
		lines[i] = Line{Axis: axis, Transfer: make([]float64, n), Loss: make([]float64, n), Walls: s.Boundary[axis]}
		lines[i].set(s, dt, dt/float64(len(axes)))
	}
	return lines
}

func lodAxes(g tissue.Grid, s tissue.Substrate) []int {
	var axes []int
	for axis := range s.Boundary {
		if movesAlong(g, s, axis) {
			axes = append(axes, axis)
		}
	}
	if len(axes) == 0 {
		return []int{0}
	}
	return axes
}

// set makes the system that of a step of dt seconds.
func (l *Line) set(s Substrate, dt, share float64) {
	l.Fourier, l.Share = dt*faceWeight(s.Grid, s.Substrate, l.Axis), share
	loss, before := s.DecayRate*share, 0.0
	for i, n := 0, len(l.Transfer); i < n; i++ {
		diagonal := 1 + loss
		for side, inner := range [2]bool{i > 0, i < n-1} {
			switch {
			case inner:
				diagonal += l.Fourier
			case l.Walls[side].Kind == tissue.Dirichlet:
				diagonal += 2 * l.Fourier
			}
		}
		b := 1 / (diagonal - l.Fourier*before)
		l.Transfer[i], l.Loss[i] = l.Fourier*b, loss*b
		before = l.Transfer[i]
	}
}

// Held returns the density held at a side of the line, 0 lower and 1 upper.
func (l Line) Held(side int) (density float64, ok bool) {
	return l.Walls[side].Density, l.Walls[side].Kind == tissue.Dirichlet
}

// Node is a voxel whose centre LOD holds at a density, before every sweep, between
// sweeps and after the cells, as BioFVM holds its Dirichlet nodes.
type Node struct {
	Voxel   int
	Density float64
}

// nodes returns the held voxels of a substrate.
func nodes(m *tissue.Model, s tissue.SubstrateID, labels []uint8) []Node {
	var all []Node
	for i, label := range labels {
		if label == 0 {
			continue
		}
		for _, h := range m.Regions[label-1].Held {
			if h.Substrate == s {
				all = append(all, Node{i, h.Density})
			}
		}
	}
	return all
}

// schemeFaults says why a scheme does not take a model; nil where it does.
func schemeFaults(m *tissue.Model, scheme Scheme) error {
	if m.Body != nil && (scheme == Implicit || scheme == Steady || scheme == LOD) {
		return fmt.Errorf("engine: scheme %s: the tissue is part of a body: want none, or scheme adaptive or ftcs", scheme)
	}
	switch scheme {
	case Implicit, Steady:
		return errors.Join(implicitFaults(m, scheme), cohortFaults(m, scheme), attributionFaults(m, scheme))
	case LOD:
		return errors.Join(lodFaults(m), cohortFaults(m, scheme), attributionFaults(m, scheme))
	}
	return nil
}

func lodFaults(m *tissue.Model) error {
	var faults []error
	for _, s := range m.Substrates {
		for axis, faces := range s.Boundary {
			for _, face := range faces {
				if face.Kind != tissue.NoFlux && (face.Kind != tissue.Dirichlet || face.Series != nil) {
					faults = append(faults, fmt.Errorf("engine: scheme lod: substrate %q has a %s face along %s: want no-flux or a constant held density, or scheme adaptive",
						s.Name, face.Kind, tissue.AxisName(axis)))
				}
			}
		}
	}
	for i := range m.Regions {
		if !onlyHolds(m, i) {
			faults = append(faults, fmt.Errorf("engine: scheme lod: region %q is more than voxels with a constant held density: want tissue that is the same everywhere, or scheme adaptive", m.Regions[i].Name))
		}
	}
	if len(m.Reactions) > 0 {
		faults = append(faults, errors.New("engine: scheme lod: substrates react: want none to, or scheme adaptive"))
	}
	if m.Flow != nil {
		faults = append(faults, errors.New("engine: scheme lod: fluid flows: want fluid at rest, or scheme adaptive"))
	}
	for t, n := range m.Cells.Count(len(m.CellTypes)) {
		for _, e := range m.CellTypes[t].Exchange {
			if n > 0 && e.MaxUptakeRate > 0 {
				faults = append(faults, fmt.Errorf("engine: scheme lod: cell type %q: its uptake of %s saturates: want uptake in proportion to the density, or scheme adaptive",
					m.CellTypes[t].Name, m.Substrates[e.Substrate].Name))
			}
		}
	}
	return errors.Join(faults...)
}

// onlyHolds reports whether a region differs from what is around it in constant held
// densities alone.
func onlyHolds(m *tissue.Model, region int) bool {
	r := m.Regions[region]
	if r.Impermeable || r.HasWall() || r.ExtracellularFraction != m.ExtracellularFraction {
		return false
	}
	for s, medium := range r.Media {
		if around := m.Substrates[s].Medium(); medium.DiffusionCoefficient != around.DiffusionCoefficient || medium.DecayRate != around.DecayRate ||
			medium.RetardationFactor() != around.RetardationFactor() {
			return false
		}
	}
	for _, h := range r.Held {
		if h.Series != nil {
			return false
		}
	}
	return true
}
