package render

import (
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// Disc is where a slice cuts a cell.
type Disc struct {
	X, Y   float64 // centre, to the right and up in the picture, µm
	Radius float64 // of the circle of the cut, µm
	Type   tissue.CellTypeID
	Cell   int // which of the cells
}

// Cut returns the discs that a slice cuts from the cells. A cell of radius r
// whose centre lies d off the plane through the centres of the layer leaves a
// disc of radius √(r² − d²), or none if d ≥ r. In a planar grid the z slice shows
// every cell whole. It panics if the slice is not of the grid.
func Cut(cells *tissue.Cells, types []tissue.CellType, g tissue.Grid, s Slice) []Disc {
	if err := s.Validate(g); err != nil {
		panic(err)
	}
	right, up := s.Across()
	at := s.Position(g)
	var discs []Disc
	for i, position := range cells.Position {
		centre := [3]float64{position.X, position.Y, position.Z}
		radius := types[cells.Type[i]].Radius
		if !(g.Planar && s.Axis == 2) {
			off := centre[s.Axis] - at
			if math.Abs(off) >= radius {
				continue
			}
			radius = math.Sqrt(radius*radius - off*off)
		}
		discs = append(discs, Disc{X: centre[right], Y: centre[up], Radius: radius, Type: cells.Type[i], Cell: i})
	}
	return discs
}

// Shadow returns the discs that all cells throw along an axis, over a projection of the
// field: each whole.
func Shadow(cells *tissue.Cells, types []tissue.CellType, axis int) []Disc {
	right, up := Slice{Axis: axis}.Across()
	discs := make([]Disc, cells.Len())
	for i, position := range cells.Position {
		centre := [3]float64{position.X, position.Y, position.Z}
		discs[i] = Disc{X: centre[right], Y: centre[up], Radius: types[cells.Type[i]].Radius, Type: cells.Type[i], Cell: i}
	}
	return discs
}
