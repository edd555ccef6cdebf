package session

import (
	"errors"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// observer makes of a moment what a report shows of it, whether the moment is computed or
// was recorded.
type observer struct {
	scenario   *scenario.Scenario
	cells      *tissue.Cells
	ground     *ground
	resolution *resolution
	scales     *scales
	filed      bool // densities are in no texture

	layer    func(v View, dst []float64) error           // of what the view has in the place of densities in its slice, to the right and then up
	whole    func(id tissue.SubstrateID) (*Field, error) // nil where it is on a device
	extremes func(id tissue.SubstrateID) (low, high float64, err error)
	column   func(name string) ([]float64, error) // of cells.csv, of all cells
}

// scales are those that were found, and hold as long as they show what there is.
type scales struct {
	plane    steady
	channels map[tissue.SubstrateID]steady
	tint     tint
	gate     [2]extent // of the axes of its plot
}

func newScales() scales { return scales{channels: map[tissue.SubstrateID]steady{}} }

// observer looks at the moment.
func (s *Session) observer() *observer {
	o := &observer{
		scenario: s.scenario, cells: &s.scenario.Model.Cells, ground: &s.ground, resolution: &s.resolution, scales: &s.scales,
		whole: s.field,
		extremes: func(id tissue.SubstrateID) (low, high float64, err error) {
			low, high = s.solver.Extremes(id)
			return low, high, nil
		},
	}
	o.layer = func(v View, dst []float64) error {
		if v.Layers.Overlay == ErrorOverlay {
			return s.errors(v.Substrate, v.Slice.Axis, v.Slice.Index, dst)
		}
		return s.solver.ReadLayer(v.Substrate, v.Slice.Axis, v.Slice.Index, dst)
	}
	var states *engine.CellStates
	o.column = func(name string) ([]float64, error) {
		if states == nil {
			now, err := s.solver.Cells()
			if err != nil {
				return nil, err
			}
			states = &now
		}
		return record.CellColumn(s.scenario.Model, *states, name)
	}
	return o
}

// look adds to a report all that its view asks for of the moment, but the densities at its
// cursor.
func (o *observer) look(r *Report) (err error) {
	m, v := o.scenario.Model, r.View
	r.Grid, r.Substrates, r.CellTypes = m.Grid, m.Substrates, m.CellTypes
	r.Cells, r.CellIDs, r.Discs = o.cells.Len(), slices.Clone(o.cells.ID), render.Cut(o.cells, m.CellTypes, m.Grid, v.Slice)
	r.Signals, r.Variables = signals(m), variables(m)
	if m.Body != nil {
		r.Body = m.Body.Variables
	}
	if r.Plane, err = o.plane(v); err != nil {
		return err
	}
	r.reworked = o.ground.solid || v.Layers.Overlay.Replaces() || o.filed && v.Space.Mode == Slice
	var seen render.Range
	seen.Add(r.Plane)
	if v.Space.Mode != Slice {
		if seen, err = o.lookAround(r); err != nil {
			return err
		}
	}
	r.NoEstimate = v.Layers.Overlay == ErrorOverlay && seen.Empty()
	r.Low, r.High = seen.Ends()
	if r.Scale = o.scales.plane.follow(v, &seen); v.Fixed != nil {
		r.Scale = *v.Fixed
	}
	return errors.Join(o.lay(r), o.understand(r))
}

// plane reads the densities of the slice in view, or what the view makes of them; voxels
// without fluid have none.
func (o *observer) plane(v View) (*render.Plane, error) {
	m := o.scenario.Model
	right, up := v.Slice.Across()
	density := make([]float64, m.Grid.Shape[right]*m.Grid.Shape[up])
	if err := o.layer(v, density); err != nil {
		return nil, err
	}
	p := render.NewPlane(m.Grid, v.Slice, density)
	o.ground.rework(m, p, v)
	return p, nil
}

// lookAround adds to a report what the box shows, and returns what its scale is found by:
// the densities of the whole tissue, or what its slices show in their place.
func (o *observer) lookAround(r *Report) (seen render.Range, err error) {
	m, v := o.scenario.Model, r.View
	r.Bodies = bodies(m, o.cells)
	for _, id := range v.volumes() {
		field, err := o.whole(id)
		if err != nil {
			return seen, err
		}
		r.Fields = append(r.Fields, field)
	}
	if v.Space.Mode.HasSlices() {
		for axis, index := range v.Space.Cuts {
			cut, err := o.cut(r, render.Slice{Axis: axis, Index: index})
			if err != nil {
				return seen, err
			}
			r.Cuts = append(r.Cuts, cut)
		}
	}
	if v.Layers.Overlay.Replaces() {
		for _, cut := range r.Cuts {
			seen.Add(cut.Plane)
		}
		return seen, nil
	}
	low, high, err := o.extremes(v.Substrate)
	if low <= high {
		seen.AddEnds(low, high)
	}
	return seen, err
}

// cut reads a slice of the box, as far as it is needed.
func (o *observer) cut(r *Report, s render.Slice) (c Cut, err error) {
	v := r.View
	c.Slice, v.Slice = s, s
	if r.reworked || v.Layers.Contours > 0 {
		if c.Plane, err = o.plane(v); err != nil {
			return c, err
		}
	}
	if v.Layers.Merge == nil {
		return c, nil
	}
	for _, id := range v.channels() {
		v.Substrate = id
		p, err := o.plane(v)
		if err != nil {
			return c, err
		}
		c.Merged = append(c.Merged, p)
	}
	return c, nil
}

// understand adds what cells have, and how it is distributed where that is asked for.
func (o *observer) understand(r *Report) (err error) {
	if r.View.Gate != nil {
		if r.Gated, err = o.gated(r.View.Gate); err != nil {
			return err
		}
	}
	if r.View.Voxels {
		if r.Voxels, err = o.voxels(r.View); err != nil {
			return err
		}
	}
	if r.View.Occupied {
		r.Occupied, err = o.occupied()
	}
	return err
}

// signal returns one of every cell, by its column of cells.csv.
func (o *observer) signal(name string) ([]float64, error) {
	axis := slices.Index(placeColumns(), name)
	if axis < 0 {
		return o.column(name)
	}
	values := make([]float64, o.cells.Len())
	for i, p := range o.cells.Position {
		values[i] = component(p, axis)
	}
	return values, nil
}

func component(p r3.Vec, axis int) float64 { return [3]float64{p.X, p.Y, p.Z}[axis] }
