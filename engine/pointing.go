package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// tipWidth is the radius of a tip in radii of its cell. A cell as wide on whose surface the
// tip lies sees a share of tipWidth/4 less of it than of a point: see betweenSpheres.
const tipWidth = 0.02

// PointingCount says how many cells of a type export a substrate towards one side.
type PointingCount struct {
	Type      tissue.CellTypeID
	Substrate tissue.SubstrateID
	Cells, Of int // that do, and all that export it
}

// tipCohorts returns the tips of cells: of an export E with a tissue.Pointing of fraction f,
//
//	f E       leaves at the tip x + a n of a cell of radius a at x
//	(1 − f) E all around, as SurfaceLaw has it
//
// A tip is a sphere, tipWidth as wide, that takes up nothing. What the grid gets wrong
// of it at cells near it, its own included, is put right as between cells: see Pairs.
// The laws of the cells are left with the rest. A cell without a partner, or whose tip would
// lie in an impermeable voxel, has none and exports all around; a tip beyond a wall lies on it.
func (laws SurfaceLaws) tipCohorts(cells []*Cohort, members []*field) []*Cohort {
	var all []*Cohort
	partners, open := map[tissue.CellTypeID]*contacts{}, laws.open(members)
	for _, of := range cells {
		for f := range of.Fluids {
			fluid := &of.Fluids[f]
			if !laws.model.CellTypes[of.Type].Points(fluid.Substrate) {
				continue
			}
			c := &Cohort{Type: of.Type, Name: of.Name, Kinetics: Kinetics{Substrates: len(laws.model.Substrates)}, Tips: []r3.Vec{},
				Fluids: []CohortFluid{{Member: fluid.Member, Substrate: fluid.Substrate, Capacity: fluid.Capacity}}}
			for k := range of.Cells {
				laws.point(c, of.Cells[k], &fluid.Laws[k], partners, open)
			}
			all = append(all, c)
		}
	}
	return all
}

// point moves what a cell exports towards one side from its law to tips.
func (laws SurfaceLaws) point(tips *Cohort, cell int, law *SurfaceLaw, partners map[tissue.CellTypeID]*contacts, open func(voxel int) bool) {
	m, fluid := laws.model, &tips.Fluids[0]
	for _, e := range m.ExchangeOf(cell) {
		rate := e.NetExportRate * e.Pointing.Fraction
		if e.Substrate != fluid.Substrate || rate == 0 {
			continue
		}
		n := e.Pointing.Direction
		if to := e.Pointing.Towards; n == (r3.Vec{}) {
			if partners[to] == nil {
				partners[to] = newContacts(m, to)
			}
			if n = partners[to].direction(cell); n == (r3.Vec{}) {
				continue
			}
		}
		at := inBox(m, e.Substrate, r3.Add(m.Cells.Position[cell], r3.Scale(m.CellTypes[tips.Type].Radius, n)))
		if open != nil && !open(m.Grid.IndexAt(at)) {
			continue
		}
		law.Export, law.Release = law.Export-rate, law.Release-rate
		tips.Cells, tips.Tips = append(tips.Cells, cell), append(tips.Tips, at)
		fluid.Laws = append(fluid.Laws, SurfaceLaw{Release: rate, Export: rate})
	}
}

// sphere returns the centre and the radius of a cell, or of its tip, µm.
func (c *Cohort) sphere(m *tissue.Model, k int) (centre r3.Vec, radius float64) {
	radius = m.CellTypes[c.Type].Radius
	if c.Tips != nil {
		return c.Tips[k], tipWidth * radius
	}
	return m.Cells.Position[c.Cells[k]], radius
}

// pointingCounts counts the cells behind tips.
func pointingCounts(m *tissue.Model, cohorts []*Cohort) []PointingCount {
	var all []PointingCount
	for _, c := range cohorts {
		if c.Tips != nil {
			n := PointingCount{Type: c.Type, Substrate: c.Fluids[0].Substrate, Cells: len(slices.Compact(slices.Clone(c.Cells)))}
			for i, t := range m.Cells.Type {
				if t == c.Type && slices.ContainsFunc(m.ExchangeOf(i), func(e tissue.Exchange) bool { return e.Substrate == n.Substrate && e.NetExportRate > 0 }) {
					n.Of++
				}
			}
			all = append(all, n)
		}
	}
	return all
}

// greedy is κ/(4π α D a) of a partner above which a cell that touches it on the far side of
// a synapse sees less than nothing: from a tip on a partner of radius a, of which that takes
// β/(1 + β) as from its centre, 1/(3a) − β/(1 + β)/(2a) is left at the cell's centre.
const greedy = 2

// pointingWarnings says which exports point to nobody, in a tissue where that stays so, and
// which to cells in whose shadow others get less than nothing.
func pointingWarnings(laws SurfaceLaws, counts []PointingCount) []string {
	m := laws.model
	var all []string
	for _, n := range counts {
		from, s := m.CellTypes[n.Type], m.Substrates[n.Substrate]
		if n.Cells == 0 && n.Of > 0 && !m.Lives() && len(m.Events) == 0 {
			all = append(all, fmt.Sprintf("cell type %q: none of its cells touches one to export %q towards: all of it leaves all around", from.Name, s.Name))
		}
		for _, e := range from.Exchange {
			if e.Substrate != n.Substrate || e.Pointing.Fraction == 0 || e.Pointing.Direction != (r3.Vec{}) {
				continue
			}
			to := m.CellTypes[e.Pointing.Towards]
			law, _, _ := laws.AtStart(e.Pointing.Towards, n.Substrate) // a fault of it is told elsewhere
			if beta := law.Steepest() / (4 * math.Pi * to.Radius * laws.mobility(0, n.Substrate) * s.Unit.AmountPerVolume()); beta > greedy {
				all = append(all, fmt.Sprintf("cell type %q takes up %q so fast (κ/(4παDa) = %.2g) that cells behind it, seen from a %s that exports towards it, get too little or less than nothing; what it catches itself holds", to.Name, s.Name, beta, from.Name))
			}
		}
	}
	return all
}

// pointingFaults says which exports a coupling does not point: with others than cloud,
// neighbours would see the grid's own field, which is off by tens of percent where a
// synapse is.
func pointingFaults(m *tissue.Model, coupling Coupling) error {
	var faults []error
	for _, t := range m.CellTypes {
		for s := range m.Substrates {
			if coupling != CloudCoupling && t.Points(tissue.SubstrateID(s)) {
				faults = append(faults, fmt.Errorf("engine: coupling %s: cell type %q exports %s towards one side: want coupling cloud, or a synaptic fraction of 0", coupling, t.Name, m.Substrates[s].Name))
			}
		}
	}
	return errors.Join(faults...)
}

// inBox returns a point moved into the box, round periodic axes and onto other walls.
func inBox(m *tissue.Model, s tissue.SubstrateID, at r3.Vec) r3.Vec {
	x := [3]float64{at.X, at.Y, at.Z}
	for axis, size := range m.Grid.Size() {
		if m.Substrates[s].Boundary[axis][0].Kind == tissue.Periodic {
			x[axis] -= size * math.Floor(x[axis]/size)
		}
		x[axis] = min(max(x[axis], 0), size)
	}
	return r3.Vec{X: x[0], Y: x[1], Z: x[2]}
}
