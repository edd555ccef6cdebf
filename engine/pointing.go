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
const tipWidth = 0.005

// PointingCount says how many cells of a type export a substrate towards one side.
type PointingCount struct {
	Type      tissue.CellTypeID
	Substrate tissue.SubstrateID
	Cells, Of int // that do, and all that export it
}

// Tip is a sphere that gives off what a cell exports towards one side, or an Echo of it.
type Tip struct {
	At     r3.Vec  // µm
	Radius float64 // µm
	Echo   Echo
}

// Echo is what a Tip gives off for the cell that another lies next to, amount/s:
//
//	Dipole (1 − β)/(2 + β) + Quadrupole (2 − β)/(3 + β),   β = κ′ Hindrance
//
// with κ′ what that cell takes up per density at its surface, amount/s per density. A
// partially absorbing sphere of radius a at 0 answers a source q at distance d with all
// multipoles,
//
//	q/(4π α D A) Σ_l (l − β)/(l + 1 + β) a^(2l+1)/(d r)^(l+1) P_l(cos)
//
// Its net flux is l = 0 alone, which the cell's law has. The rest is, exactly for l = 1 and 2
// and nearly for others, what three sources make whose sum is 0: at 0, at the image of the
// source, a²/d from there, and between (see echoes). Each is a sphere within the cell, which
// is the same outside, and evens out to 0 over the cell's surface; of half its radius or
// less, so that the first, which gives off, outweighs within the cell what the next takes up.
// TestPartnersAnswerTips holds it against all multipoles.
//
// As the cell sees nothing of it, what changes κ′ does not come back: an Echo has no part in
// the bound of the Jacobian.
type Echo struct {
	Cohort, Cell int     // the cell next to it
	Hindrance    float64 // 1/(4π α D A a) of it, density per amount/s; 0 where it takes nothing up
	Dipole       float64 // amount/s
	Quadrupole   float64 // amount/s
}

// echoes are the places of these sources, from 0 to the image, and what a dipole and a
// quadrupole of 1 make of them: their moment l is Σ weight place^l.
var echoes = [...]struct{ place, dipole, quadrupole float64 }{{0, -3, 2}, {0.5, 4, -4}, {1, -1, 2}}

// tipCohorts returns the tips of cells: of an export E with a tissue.Pointing of fraction f,
//
//	f E       leaves at the tip x + a n of a cell of radius a at x
//	(1 − f) E all around, as SurfaceLaw has it
//
// A tip is a sphere, tipWidth as wide, that takes up nothing. What the grid gets wrong
// of it at cells near it, its own included, is put right as between cells: see Pairs. The
// cell it lies next to sends an Echo, of spheres within that cell; the tip's own is
// transparent. The laws of the cells are left with the rest. A cell without a partner, or
// whose tip would lie in an impermeable voxel, has none and exports all around; a tip beyond
// a wall lies on it.
func (laws SurfaceLaws) tipCohorts(cells []*Cohort, members []*field) []*Cohort {
	var all []*Cohort
	var p *pointer // made for the first that point
	for _, of := range cells {
		for f := range of.Fluids {
			fluid := &of.Fluids[f]
			if !laws.model.CellTypes[of.Type].Points(fluid.Substrate) {
				continue
			}
			if p == nil {
				p = newPointer(laws, cells, members)
			}
			c := &Cohort{Type: of.Type, Name: of.Name, Kinetics: Kinetics{Substrates: len(laws.model.Substrates)}, Tips: []Tip{},
				Fluids: []CohortFluid{{Member: fluid.Member, Substrate: fluid.Substrate, Capacity: fluid.Capacity}}}
			for k := range of.Cells {
				p.point(c, of.Cells[k], &fluid.Laws[k])
			}
			all = append(all, c)
		}
	}
	return all
}

// pointer finds where the exports of the cells of a group point to.
type pointer struct {
	SurfaceLaws
	cells    []*Cohort
	whose    []Neighbour // per cell of the model, itself; of a cohort below 0 where it is in none
	open     func(voxel int) bool
	partners map[tissue.CellTypeID]*contacts // made when asked for
	bodies   *contacts                       // of all cells; made when asked for
}

func newPointer(laws SurfaceLaws, cells []*Cohort, members []*field) *pointer {
	p := &pointer{SurfaceLaws: laws, cells: cells, open: laws.open(members), partners: map[tissue.CellTypeID]*contacts{}}
	p.whose = slices.Repeat([]Neighbour{{Cohort: -1}}, laws.model.Cells.Len())
	for i, c := range cells {
		for k, cell := range c.Cells {
			p.whose[cell] = Neighbour{Cohort: i, Cell: k}
		}
	}
	return p
}

// point moves what a cell exports towards one side from its law to tips.
func (p *pointer) point(tips *Cohort, cell int, law *SurfaceLaw) {
	m, fluid := p.model, &tips.Fluids[0]
	radius := m.CellTypes[tips.Type].Radius
	for _, e := range m.ExchangeOf(cell) {
		rate := e.NetExportRate * e.Pointing.Fraction
		if e.Substrate != fluid.Substrate || rate == 0 {
			continue
		}
		n := e.Pointing.Direction
		if n == (r3.Vec{}) {
			if n = p.towards(e.Pointing.Towards, cell); n == (r3.Vec{}) {
				continue
			}
		}
		at := inBox(m, e.Substrate, r3.Add(m.Cells.Position[cell], r3.Scale(radius, n)))
		if !p.permeable(at) {
			continue
		}
		law.Export, law.Release = law.Export-rate, law.Release-rate
		tips.addTip(cell, Tip{At: at, Radius: tipWidth * radius}, rate)
		for _, sphere := range p.echo(cell, e.Substrate, at, rate) {
			tips.addTip(cell, sphere, 0)
		}
	}
}

func (p *pointer) permeable(at r3.Vec) bool { return p.open == nil || p.open(p.model.Grid.IndexAt(at)) }

// towards returns the unit vector from a cell to the nearest living cell of a type that it
// touches; 0 where it touches none.
func (p *pointer) towards(to tissue.CellTypeID, cell int) r3.Vec {
	m := p.model
	if p.partners[to] == nil {
		p.partners[to] = newContacts(m, func(i int) bool { return m.Cells.Type[i] == to && !m.Cells.IsDead(i) })
	}
	partner, way := p.partners[to].nearest(m.Cells.Position[cell], func(i int, r float64) float64 {
		if i == cell || r == 0 {
			return math.Inf(1)
		}
		return r - reach(m, cell, i)
	})
	if partner < 0 {
		return r3.Vec{}
	}
	return r3.Unit(way)
}

// addTip adds one of a cell, which gives off a rate, amount/s, besides its Echo.
func (c *Cohort) addTip(cell int, tip Tip, rate float64) {
	c.Cells, c.Tips = append(c.Cells, cell), append(c.Tips, tip)
	c.Fluids[0].Laws = append(c.Fluids[0].Laws, SurfaceLaw{Release: rate, Export: rate})
}

// beside returns the cell that a tip of another lies next to, near enough for these two to
// touch, with the way from the tip to its centre, µm; −1 where there is none.
func (p *pointer) beside(cell int, at r3.Vec) (other int, way r3.Vec) {
	m := p.model
	if p.bodies == nil {
		p.bodies = newContacts(m, func(int) bool { return true })
	}
	return p.bodies.nearest(at, func(i int, r float64) float64 {
		if i == cell || r == 0 {
			return math.Inf(1)
		}
		return r + m.CellTypes[m.Cells.Type[cell]].Radius - reach(m, cell, i)
	})
}

// echo returns the spheres by which the cell that a tip of another lies next to answers
// what leaves there, amount/s. On a grid with a one-voxel axis, where cells are rods, or
// where a sphere's centre would lie in an impermeable voxel, there are none.
func (p *pointer) echo(cell int, s tissue.SubstrateID, at r3.Vec, rate float64) []Tip {
	m := p.model
	other, way := p.beside(cell, at)
	if other < 0 || !m.Grid.Solid() {
		return nil
	}
	radius := m.CellTypes[m.Cells.Type[other]].Radius
	distance := max(r3.Norm(way), radius) // of a tip inside, where cells overlap, as on its surface
	answer := Echo{Dipole: rate * radius / distance, Quadrupole: rate * radius / distance}
	mobility := p.mobility(p.label(m.Grid.IndexAt(m.Cells.Position[other])), s)
	if whose := p.whose[other]; whose.Cohort >= 0 && p.cells[whose.Cohort].meets(s) && mobility > 0 {
		answer.Cohort, answer.Cell = whose.Cohort, whose.Cell
		answer.Hindrance = 1 / (4 * math.Pi * radius * mobility * m.Substrates[s].Unit.AmountPerVolume())
	}
	var all []Tip
	for _, e := range echoes {
		out := min(e.place*radius/distance, 1-tipWidth) * radius // of the centre towards the tip, µm
		sphere := Tip{inBox(m, s, r3.Add(at, r3.Scale(1-out/r3.Norm(way), way))), min(radius/2, radius-out), answer}
		sphere.Echo.Dipole *= e.dipole
		sphere.Echo.Quadrupole *= e.quadrupole
		if !p.permeable(sphere.At) {
			return nil
		}
		all = append(all, sphere)
	}
	return all
}

// meets reports whether a substrate is one of the cohort's.
func (c *Cohort) meets(s tissue.SubstrateID) bool {
	return slices.ContainsFunc(c.Fluids, func(f CohortFluid) bool { return f.Substrate == s })
}

// sphere returns the centre and the radius of a cell, or of its tip, µm.
func (c *Cohort) sphere(m *tissue.Model, k int) (centre r3.Vec, radius float64) {
	if c.Tips != nil {
		return c.Tips[k].At, c.Tips[k].Radius
	}
	return m.Cells.Position[c.Cells[k]], m.CellTypes[c.Type].Radius
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

// pointingWarnings says which exports point to nobody, in a tissue where that stays so.
func pointingWarnings(m *tissue.Model, counts []PointingCount) []string {
	var all []string
	for _, n := range counts {
		if n.Cells == 0 && n.Of > 0 && !m.Lives() && len(m.Events) == 0 {
			all = append(all, fmt.Sprintf("cell type %q: none of its cells touches one to export %q towards: all of it leaves all around", m.CellTypes[n.Type].Name, m.Substrates[n.Substrate].Name))
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
