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
		discs = append(discs, Disc{X: centre[right], Y: centre[up], Radius: radius, Type: cells.Type[i]})
	}
	return discs
}
