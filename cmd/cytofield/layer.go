package main

import (
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// layer reads planes from a solver without the rest of the field.
type layer struct {
	grid      tissue.Grid
	solid     []int // voxels without fluid
	densities []float64
}

func newLayer(m *tissue.Model) layer { return layer{grid: m.Grid, solid: solid(m)} }

// read returns the densities of a slice now; NaN where nothing can be.
func (l *layer) read(s engine.Solver, id tissue.SubstrateID, at render.Slice) (*render.Plane, error) {
	right, up := at.Across()
	size := l.grid.Shape[right] * l.grid.Shape[up]
	if len(l.densities) != size {
		l.densities = make([]float64, size)
	}
	if err := s.ReadLayer(id, at.Axis, at.Index, l.densities); err != nil {
		return nil, err
	}
	plane := render.NewPlane(l.grid, at, l.densities)
	for _, voxel := range l.solid {
		if v := l.grid.Coordinates(voxel); v[at.Axis] == at.Index {
			plane.Values[v[right]+plane.Width*v[up]] = float32(math.NaN())
		}
	}
	return plane, nil
}
