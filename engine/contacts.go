package engine

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// contacts finds living cells of a type that a cell touches, sorted into bins wider than
// any two that touch are apart.
type contacts struct {
	model    *tissue.Model
	to       tissue.CellTypeID
	periodic [3]bool
	edge     float64 // µm
	bins     map[[3]int][]int
}

func newContacts(m *tissue.Model, to tissue.CellTypeID) *contacts {
	all := &contacts{model: m, to: to, periodic: m.PeriodicAxes(), bins: map[[3]int][]int{}}
	for _, t := range m.CellTypes {
		all.edge = max(all.edge, t.Reach()+m.CellTypes[to].Reach())
	}
	for i, t := range m.Cells.Type {
		if t == to && !m.Cells.IsDead(i) {
			bin := all.bin(m.Cells.Position[i])
			all.bins[bin] = append(all.bins[bin], i)
		}
	}
	return all
}

func (all *contacts) bin(p r3.Vec) [3]int {
	return [3]int{int(math.Floor(p.X / all.edge)), int(math.Floor(p.Y / all.edge)), int(math.Floor(p.Z / all.edge))}
}

// direction returns the unit vector from a cell to the nearest that it touches, of two as
// near to the one of lower number; 0 where it touches none.
func (all *contacts) direction(cell int) r3.Vec {
	m := all.model
	reach := m.CellTypes[m.Cells.Type[cell]].Reach() + m.CellTypes[all.to].Reach()
	least, nearest, way := math.Inf(1), -1, r3.Vec{}
	for _, from := range all.images(m.Cells.Position[cell]) {
		b := all.bin(from)
		for k := range 27 {
			for _, i := range all.bins[[3]int{b[0] + k%3 - 1, b[1] + k/3%3 - 1, b[2] + k/9 - 1}] {
				d := r3.Sub(m.Cells.Position[i], from)
				if r := r3.Norm(d); i != cell && r > 0 && r <= reach && (r < least || r == least && i < nearest) {
					least, nearest, way = r, i, r3.Scale(1/r, d)
				}
			}
		}
	}
	return way
}

// images returns a point and its images round periodic axes that are near enough the box
// to touch what is in it.
func (all *contacts) images(at r3.Vec) []r3.Vec {
	points := []r3.Vec{at}
	for axis, size := range all.model.Grid.Size() {
		x, had := [3]float64{at.X, at.Y, at.Z}[axis], points
		for _, shift := range []float64{-size, size} {
			if !all.periodic[axis] || x+shift < -all.edge || x+shift > size+all.edge {
				continue
			}
			along := [3]r3.Vec{{X: shift}, {Y: shift}, {Z: shift}}[axis]
			for _, p := range had {
				points = append(points, r3.Add(p, along))
			}
		}
	}
	return points
}
