package engine

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// contacts finds cells that a cell touches, sorted into bins wider than any two that
// touch are apart.
type contacts struct {
	model    *tissue.Model
	periodic [3]bool
	edge     float64 // µm
	bins     map[[3]int][]int
}

// newContacts sorts the cells that are to be found.
func newContacts(m *tissue.Model, found func(cell int) bool) *contacts {
	all := &contacts{model: m, periodic: m.PeriodicAxes(), bins: map[[3]int][]int{}}
	for _, t := range m.CellTypes {
		all.edge = max(all.edge, 2*t.Reach())
	}
	for i := range m.Cells.Len() {
		if found(i) {
			bin := all.bin(m.Cells.Position[i])
			all.bins[bin] = append(all.bins[bin], i)
		}
	}
	return all
}

func (all *contacts) bin(p r3.Vec) [3]int {
	return [3]int{int(math.Floor(p.X / all.edge)), int(math.Floor(p.Y / all.edge)), int(math.Floor(p.Z / all.edge))}
}

// nearest returns the cell with the least gap, with the way from a point to its centre, µm,
// of two as near the one of lower number; −1 where no gap is 0 or less. A gap is that of a
// cell whose centre is r away and increases with r, above 0 beyond the edge of a bin.
func (all *contacts) nearest(to r3.Vec, gap func(cell int, r float64) float64) (cell int, way r3.Vec) {
	least, cell := math.Inf(1), -1
	for _, from := range all.images(to) {
		b := all.bin(from)
		for k := range 27 {
			for _, i := range all.bins[[3]int{b[0] + k%3 - 1, b[1] + k/3%3 - 1, b[2] + k/9 - 1}] {
				d := r3.Sub(all.model.Cells.Position[i], from)
				if g := gap(i, r3.Norm(d)); g <= 0 && (g < least || g == least && i < cell) {
					least, cell, way = g, i, d
				}
			}
		}
	}
	return cell, way
}

// reach returns how far apart the centres of two cells that touch are at most, µm.
func reach(m *tissue.Model, a, b int) float64 {
	return m.CellTypes[m.Cells.Type[a]].Reach() + m.CellTypes[m.Cells.Type[b]].Reach()
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
