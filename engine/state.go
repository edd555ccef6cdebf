package engine

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Stats returns the work so far.
func (in *Integrator) Stats() Stats { return in.stats }

// Read copies a substrate's density into dst.
func (in *Integrator) Read(s tissue.SubstrateID, dst *tissue.Field) error {
	if dst.Grid.Shape != in.model.Grid.Shape {
		return fmt.Errorf("engine: read into a field of %v voxels: want %v", dst.Grid.Shape, in.model.Grid.Shape)
	}
	return in.fields[s].member.Read(dst.Values)
}

// ErrNoEstimate is what ReadError returns where the last step left none: an implicit one or
// one of a fixed scheme, or where the density has been written or restored since.
var ErrNoEstimate = errors.New("engine: the last step left no estimate of its error by voxel")

// ReadError copies what the last step of RKC2 is estimated to have got wrong in each voxel of
// a layer, as ReadLayer lays it out, in the substrate's unit: 12 C times the defect of the
// trapezoidal rule, of which the control of the step takes the norm.
func (in *Integrator) ReadError(s tissue.SubstrateID, axis, index int, dst []float64) error {
	if err := in.fitsLayer(axis, index, dst); err != nil {
		return err
	}
	f := in.fields[s]
	e := f.group.estimate
	if e.dt == 0 {
		return ErrNoEstimate
	}
	if err := f.member.ReadDefect(axis, index, e.dt, dst); err != nil {
		return err
	}
	for i := range dst {
		dst[i] *= e.constant
	}
	return nil
}

// ReadLayer copies the densities of one layer of voxels into dst.
func (in *Integrator) ReadLayer(s tissue.SubstrateID, axis, index int, dst []float64) error {
	if err := in.fitsLayer(axis, index, dst); err != nil {
		return err
	}
	return in.fields[s].member.ReadLayer(axis, index, dst)
}

// fitsLayer reports a layer that is none, or that dst does not fit.
func (in *Integrator) fitsLayer(axis, index int, dst []float64) error {
	g := in.model.Grid
	if axis < 0 || axis > 2 || index < 0 || index >= g.Shape[axis] {
		return fmt.Errorf("engine: read layer %d across axis %d of %v voxels", index, axis, g.Shape)
	}
	if right, up := tissue.Across(axis); len(dst) != g.Shape[right]*g.Shape[up] {
		return fmt.Errorf("engine: read a layer of %d × %d voxels into %d densities", g.Shape[right], g.Shape[up], len(dst))
	}
	return nil
}

// Write replaces a substrate's density; the ledger books the difference.
func (in *Integrator) Write(s tissue.SubstrateID, src *tissue.Field) error {
	if src.Grid.Shape != in.model.Grid.Shape {
		return fmt.Errorf("engine: write a field of %v voxels: want %v", src.Grid.Shape, in.model.Grid.Shape)
	}
	f := in.fields[s]
	f.group.estimate.dt = 0
	before := f.ledger.Present
	density := in.withHeld(f, src.Values)
	if t := f.tagging(); t != nil {
		was := make([]float64, len(density))
		if err := f.member.Read(was); err != nil {
			return err
		}
		if err := in.retag(t, was, density); err != nil {
			return err
		}
	}
	if err := f.member.Write(density); err != nil {
		return err
	}
	if err := in.measure(f); err != nil {
		return err
	}
	f.ledger.Written += f.ledger.Present - before
	f.least = max(f.least, 0)
	in.disturb(s)
	return nil
}

// withHeld returns densities with the held ones in place of what stands there.
func (in *Integrator) withHeld(f *field, density []float64) []float64 {
	p := f.substrate.Mosaic
	if p == nil || !slices.Contains(p.Held, true) {
		return density
	}
	held := make([]float64, len(density))
	startDensities(in.model, f.id, in.labels, in.Time(), held)
	for i, c := range density {
		if p.Free(i) {
			held[i] = c
		}
	}
	return held
}

// disturb restarts the step control of the group a discrete event touched.
func (in *Integrator) disturb(s tissue.SubstrateID) {
	for _, g := range in.groups {
		for _, f := range g.fields {
			if f.id == s {
				g.ready, g.step = false, 0
			}
		}
	}
}

// Gather interpolates a density and its gradient at points.
func (in *Integrator) Gather(s tissue.SubstrateID, at []r3.Vec, density []float64, gradient []r3.Vec) error {
	return in.fields[s].member.Gather(at, density, gradient)
}

// Cells tells what every cell exchanges at this moment, and its state.
func (in *Integrator) Cells() (CellStates, error) {
	m := in.model
	all := in.laws(m)
	n := m.Cells.Len()
	states := CellStates{ID: m.Cells.ID, Variables: make([][]float64, n)}
	centres, kinds := make([]r3.Vec, n), make([]cellKind, n)
	for i, p := range m.Cells.Position {
		at := m.Grid.VoxelAt(p)
		centres[i] = m.Grid.Centre(at[0], at[1], at[2])
		kinds[i] = all.kind(i, m.Grid.Index(at[0], at[1], at[2]))
	}
	for s := range m.Substrates {
		density := make([]float64, n)
		if err := in.Gather(tissue.SubstrateID(s), centres, density, nil); err != nil {
			return CellStates{}, err
		}
		surface, secreted, takenUp := density, make([]float64, n), make([]float64, n)
		laws := map[cellKind]SurfaceLaw{}
		for i, kind := range kinds {
			law, _ := all.ofCell(i, kind, tissue.SubstrateID(s), laws) // New had failed on a fault
			surface[i] = law.Surface(density[i])
			secreted[i], takenUp[i] = law.Secreted(surface[i]), law.TakenUp(surface[i])
		}
		states.Surface = append(states.Surface, surface)
		states.Secreted = append(states.Secreted, secreted)
		states.TakenUp = append(states.TakenUp, takenUp)
	}
	for _, g := range in.groups {
		if err := in.askCohorts(g, &states); err != nil {
			return CellStates{}, err
		}
	}
	return states, nil
}

// askCohorts puts what cohorts exchange in the place of what the law of a cell without a
// state says, and their states.
func (in *Integrator) askCohorts(g *group, states *CellStates) error {
	if len(g.cohorts) == 0 {
		return nil
	}
	if err := in.prepare(g); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if c.Tips != nil { // behind their cells
			for k, i := range c.Cells {
				states.Secreted[c.Fluids[0].Substrate][i] += c.Fluids[0].Laws[k].Export
			}
			continue
		}
		now, err := c.member.Exchange()
		if err != nil {
			return err
		}
		for f, fluid := range c.Fluids {
			s := fluid.Substrate
			for k, i := range c.Cells {
				given := now.Given[f][k]
				states.Surface[s][i], states.Secreted[s][i], states.TakenUp[s][i] = now.Surface[f][k], given, given+now.Flux[f][k]
			}
		}
		if err := c.tell(func(cell int, state []float64) { states.Variables[cell] = state }); err != nil {
			return err
		}
	}
	return nil
}

// Ledger returns the account of a substrate up to now.
func (in *Integrator) Ledger(s tissue.SubstrateID) (Ledger, error) {
	f := in.fields[s]
	if err := f.settle(); err != nil {
		return Ledger{}, err
	}
	return f.ledger, nil
}

// settle moves the integrals from the device into the ledger.
func (f *field) settle() error {
	for _, c := range f.group.cohorts {
		if err := c.settle(f.group.fields); err != nil {
			return err
		}
	}
	if f.elapsed == 0 {
		return nil
	}
	integrals, err := f.member.Integrals()
	if err != nil {
		return err
	}
	f.enter(integrals)
	return nil
}

// enter takes integrals into the ledger.
func (f *field) enter(integrals Integrals) {
	secreted, takenUp := f.cells.budget(f.elapsed, integrals)
	f.ledger.Secreted += secreted
	f.ledger.TakenUp += takenUp
	f.ledger.ThroughWalls += f.walls.inflow(f.elapsed, f.moment, f.exposure, integrals.Walls)
	f.elapsed, f.moment, f.exposure = 0, 0, 0
}

// Update takes a model with other cells or rates. Its tissue must be the one the
// solver was made for.
func (in *Integrator) Update(m *tissue.Model) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if !m.SameTissue(in.model) {
		return errors.New("engine: update: grid, extracellular fraction, substrates, reactions, regions, flow, body and attribution must stay; make a new solver")
	}
	if !sameKinetics(m, in.model) {
		return errors.New("engine: update: the variables and reactions of cell types must stay; make a new solver")
	}
	exchanges, err := in.exchanges(m)
	if err != nil {
		return err
	}
	renewed, err := in.renewed(m)
	if err != nil {
		return err
	}
	known, err := in.carried()
	if err != nil {
		return err
	}
	for i, f := range in.fields {
		if err := f.settle(); err != nil {
			return err
		}
		if err := f.member.Replace(exchanges[i], f.walls); err != nil {
			return err
		}
		f.cells = exchanges[i]
	}
	for i, g := range in.groups {
		for k, c := range g.cohorts {
			if err := c.replace(renewed[i][k]); err != nil {
				return err
			}
		}
		for k, t := range g.tagged {
			if err := t.renew(in, m, g, known[i][k]); err != nil {
				return err
			}
		}
		g.step = 0
	}
	in.model = m
	in.bound()
	return nil
}
