package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// pointing is what the cells of a model export of one substrate towards one side: of an
// export E with a Pointing of fraction f,
//
//	f E      at the tip x + a n
//	(1 − f) E all around, by SurfaceLaw
//
// with a the radius and n the direction of the cell at x. With coupling cloud a tip is a
// cell of its own, tipWidth as wide and of no uptake, so that neighbours see it where it is
// and not as the grid has it: see Pairs. With the others it is a source in its voxel, and
// what neighbours see is the grid's own field, which is off within two or three voxels. A
// tip in a voxel that is held adds nothing; one beyond a wall sits on it, and one in an
// impermeable voxel goes to the cell's.
type pointing map[int][]Tip

// Tip is where a cell exports to.
type Tip struct {
	At   r3.Vec  // in the box, µm
	Rate float64 // amount/s
}

// tipWidth is the radius of a tip in radii of its cell: small beside a synapse's micrometres,
// in which a point source is as good as any.
const tipWidth = 0.1

// tipCohorts returns the tips of a group, those of a type and a substrate together.
func (laws SurfaceLaws) tipCohorts(members []*field) []*Cohort {
	m := laws.model
	var all []*Cohort
	for id, t := range m.CellTypes {
		for i, f := range members {
			if !t.Points(f.id) {
				continue
			}
			fluid := CohortFluid{Member: i, Substrate: f.id, Capacity: capacityOf(m, f.id, f.substrate.Mosaic)}
			c := &Cohort{Type: tissue.CellTypeID(id), Name: t.Name, Kinetics: Kinetics{Substrates: len(m.Substrates)}, Tips: []Tip{}}
			points := laws.pointing(f.id)
			for cell, of := range m.Cells.Type {
				for _, tip := range points[cell] {
					if of == c.Type {
						c.Cells, c.Tips = append(c.Cells, cell), append(c.Tips, tip)
						fluid.Laws = append(fluid.Laws, SurfaceLaw{Release: tip.Rate, Export: tip.Rate})
					}
				}
			}
			c.Fluids = []CohortFluid{fluid}
			all = append(all, c)
		}
	}
	return all
}

// sphere returns the centre and the radius of a cell, or of its tip, µm.
func (c *Cohort) sphere(m *tissue.Model, k int) (centre r3.Vec, radius float64) {
	radius = m.CellTypes[c.Type].Radius
	if c.Tips != nil {
		return c.Tips[k].At, tipWidth * radius
	}
	return m.Cells.Position[c.Cells[k]], radius
}

// pointing returns what the cells of a model export towards one side; nil where none does.
func (laws SurfaceLaws) pointing(s tissue.SubstrateID) pointing {
	m := laws.model
	if !slices.ContainsFunc(m.CellTypes, func(t tissue.CellType) bool { return t.Points(s) }) {
		return nil
	}
	all := pointing{}
	partners := map[tissue.CellTypeID]*touching{}
	for i, t := range m.Cells.Type {
		for _, e := range m.ExchangeOf(i) {
			if e.Substrate != s || e.NetExportRate*e.Pointing.Fraction == 0 {
				continue
			}
			n := e.Pointing.Direction
			if n == (r3.Vec{}) {
				to := e.Pointing.Towards
				if partners[to] == nil {
					partners[to] = newTouching(m, s, to)
				}
				n = partners[to].direction(i)
			}
			if n != (r3.Vec{}) {
				at := r3.Add(m.Cells.Position[i], r3.Scale(m.CellTypes[t].Radius, n))
				all[i] = append(all[i], Tip{inBox(m, s, at), e.NetExportRate * e.Pointing.Fraction})
			}
		}
	}
	return all
}

// rate returns what a cell exports towards one side, amount/s.
func (p pointing) rate(cell int) float64 {
	sum := 0.0
	for _, t := range p[cell] {
		sum += t.Rate
	}
	return sum
}

// rest returns what is left of the law of a cell without what it exports towards one side.
func (p pointing) rest(cell int, law SurfaceLaw) SurfaceLaw {
	if rate := p.rate(cell); rate > 0 {
		law.Export, law.Release = law.Export-rate, law.Export-rate+law.Secretion*law.Saturation
	}
	return law
}

// tips returns what a cell exports towards one side as cells that do nothing else; with
// coupling cloud they are in cohorts.
func (laws SurfaceLaws) tips(cell int, from pointing, mosaic *Mosaic) []placed {
	if laws.coupling == CloudCoupling {
		return nil
	}
	m := laws.model
	var all []placed
	for _, t := range from[cell] {
		voxel := m.Grid.IndexAt(t.At)
		if mosaic != nil && mosaic.Mobility[mosaic.Labels[voxel]] == 0 && mosaic.Free(voxel) {
			voxel = m.Grid.IndexAt(m.Cells.Position[cell])
		}
		if mosaic == nil || mosaic.Free(voxel) {
			all = append(all, placed{voxel, cell, SurfaceLaw{Release: t.Rate, Export: t.Rate}})
		}
	}
	return all
}

// inBox returns a point moved into the box, round periodic axes and onto other walls.
func inBox(m *tissue.Model, s tissue.SubstrateID, at r3.Vec) r3.Vec {
	x := [3]float64{at.X, at.Y, at.Z}
	for axis, size := range m.Grid.Size() {
		if m.Substrates[s].Boundary[axis][0].Kind == tissue.Periodic {
			x[axis] -= size * math.Floor(x[axis]/size)
		} else {
			x[axis] = min(max(x[axis], 0), size)
		}
	}
	return r3.Vec{X: x[0], Y: x[1], Z: x[2]}
}

// touching finds cells of a type that a cell touches, sorted into bins wider than any two
// that touch are apart.
type touching struct {
	model *tissue.Model
	s     tissue.SubstrateID // whose periodic axes count
	to    tissue.CellTypeID
	edge  float64 // µm
	bins  map[[3]int][]int
}

func newTouching(m *tissue.Model, s tissue.SubstrateID, to tissue.CellTypeID) *touching {
	widest := 0.0
	for _, t := range m.CellTypes {
		widest = max(widest, t.Radius)
	}
	all := &touching{m, s, to, tissue.ContactReach * (widest + m.CellTypes[to].Radius), map[[3]int][]int{}}
	for i, t := range m.Cells.Type {
		if t == to && !m.Cells.IsDead(i) {
			bin := all.bin(m.Cells.Position[i])
			all.bins[bin] = append(all.bins[bin], i)
		}
	}
	return all
}

func (all *touching) bin(p r3.Vec) [3]int {
	return [3]int{int(math.Floor(p.X / all.edge)), int(math.Floor(p.Y / all.edge)), int(math.Floor(p.Z / all.edge))}
}

// direction returns the unit vector from a cell to the nearest that it touches, of two as
// near to the one of lower number; 0 where it touches none.
func (all *touching) direction(cell int) r3.Vec {
	m := all.model
	at, radius := m.Cells.Position[cell], m.CellTypes[m.Cells.Type[cell]].Radius
	least, nearest, direction := tissue.ContactReach*(radius+m.CellTypes[all.to].Radius), -1, r3.Vec{}
	for _, from := range all.images(at) {
		b := all.bin(from)
		for k := range 27 {
			for _, i := range all.bins[[3]int{b[0] + k%3 - 1, b[1] + k/3%3 - 1, b[2] + k/9 - 1}] {
				d := r3.Sub(m.Cells.Position[i], from)
				if r := r3.Norm(d); i != cell && r > 0 && (r < least || r == least && (nearest < 0 || i < nearest)) {
					least, nearest, direction = r, i, r3.Scale(1/r, d)
				}
			}
		}
	}
	return direction
}

// images returns a point and where it is seen from round periodic axes.
func (all *touching) images(at r3.Vec) []r3.Vec {
	points := [][3]float64{{at.X, at.Y, at.Z}}
	for axis, size := range all.model.Grid.Size() {
		if all.model.Substrates[all.s].Boundary[axis][0].Kind != tissue.Periodic {
			continue
		}
		for _, p := range points {
			for _, shift := range []float64{-size, size} {
				if x := p[axis] + shift; x > -all.edge && x < size+all.edge {
					q := p
					q[axis] = x
					points = append(points, q)
				}
			}
		}
	}
	var list []r3.Vec
	for _, p := range points {
		list = append(list, r3.Vec{X: p[0], Y: p[1], Z: p[2]})
	}
	return list
}
