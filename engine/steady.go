package engine

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/tissue"
)

// stepSteady takes a group to the steady state of its cells and walls at the end. The
// ledger books what these exchange there over the time passed, and the rest of the
// change, the jump from state to state, as written.
func (in *Integrator) stepSteady(g *group, until float64) error {
	f, dt := g.fields[0], until-g.time
	trials, err := g.stepper.Settle(g.time, dt)
	if err != nil {
		return fmt.Errorf("engine: substrate %q at t = %.6g s: steady state: %w", in.model.Substrates[f.id].Name, until, err)
	}
	in.stats.Cycles += int64(trials[0].Cycles)
	in.stats.Sweeps++
	if v := in.judge(g, trials, dt, 0, 1); !v.accepted() {
		return in.failure(g, dt, v)
	}
	before := f.ledger.Present
	if err := in.accept(g, trials, dt, until, dt); err != nil {
		return err
	}
	f.ledger.Written += f.ledger.Present - before - f.walls.heldInflow(dt)
	return nil
}

// heldInflow returns the amount that makes held densities follow their series for a
// time, s.
func (x *Exchange) heldInflow(elapsed float64) float64 {
	total := 0.0
	p := x.Capacity.mosaic
	if p == nil {
		return 0
	}
	for _, site := range x.Sites {
		if !p.Free(site.Voxel) {
			total += x.Capacity.At(site.Voxel) * site.Source * elapsed
		}
	}
	return total
}

// implicitFaults says why a model has no implicit steps or steady state; nil where it has.
func implicitFaults(m *tissue.Model, scheme Scheme) error {
	var faults []error
	if len(m.Reactions) > 0 {
		faults = append(faults, fmt.Errorf("engine: scheme %s: substrates react: want none to, or scheme adaptive", scheme))
	}
	if m.Flow != nil {
		faults = append(faults, fmt.Errorf("engine: scheme %s: fluid flows: want fluid at rest, or scheme adaptive", scheme))
	}
	return errors.Join(faults...)
}

// settles returns an error where a substrate has no steady state of its own: a part of
// the grid that nothing leaves, by decay, cells or walls.
func (f *field) settles() error {
	lost := f.losing()
	reached := make([]int, 0, len(lost))
	for i, l := range lost {
		if l {
			reached = append(reached, i)
		}
	}
	periodic := periodicAxes(f.substrate.Boundary)
	for len(reached) > 0 {
		i := reached[len(reached)-1]
		reached = reached[:len(reached)-1]
		eachNeighbour(f.substrate.Grid, periodic, i, func(axis, j, _ int) {
			if !lost[j] && f.joined(axis, i, j) {
				lost[j] = true
				reached = append(reached, j)
			}
		})
	}
	for i, l := range lost {
		if !l && f.changes(i) {
			p := f.substrate.Grid
			at := p.Coordinates(i)
			c := p.Centre(at[0], at[1], at[2])
			return fmt.Errorf("engine: scheme steady: substrate %q: nothing is lost, by decay, cells or walls, in the part of the tissue around (%g, %g, %g) µm: it has no steady state of its own; want a loss, or scheme adaptive",
				f.substrate.Name, c.X, c.Y, c.Z)
		}
	}
	return nil
}

// losing returns the voxels that lose something themselves.
func (f *field) losing() []bool {
	p := f.substrate.Mosaic
	lost := make([]bool, f.substrate.Grid.Voxels())
	for i := range lost {
		if p == nil {
			lost[i] = f.substrate.DecayRate > 0
		} else {
			lost[i] = p.Loss[p.Labels[i]] > 0
		}
	}
	for _, x := range [2]*Exchange{f.cells, f.walls} {
		for _, site := range x.Sites {
			lost[site.Voxel] = lost[site.Voxel] || site.Sink > 0
		}
		for _, cell := range x.Saturable {
			lost[cell.Voxel] = true
		}
	}
	return lost
}

// joined reports whether diffusion passes the face between two voxels.
func (f *field) joined(axis, a, b int) bool {
	if p := f.substrate.Mosaic; p != nil {
		return p.Face(a, b) > 0
	}
	return faceWeight(f.substrate.Grid, f.substrate.Substrate, axis) > 0
}

// changes reports whether the density of a voxel is free: neither held nor enclosed by
// faces that let nothing through.
func (f *field) changes(voxel int) bool {
	p := f.substrate.Mosaic
	if p == nil {
		return true
	}
	return p.Free(voxel) && p.Mobility[p.Labels[voxel]] > 0
}
