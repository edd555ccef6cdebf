package cpu

import (
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// ReadProjection reduces the layers along an axis to one. Mirrored by project_layers.glsl.
func (st *stepper) ReadProjection(axis int, how engine.Projection, dst []float64) error {
	strides := [3]int{1, st.grid.Shape[0], st.grid.Shape[0] * st.grid.Shape[1]}
	right, up := tissue.Across(axis)
	width, height, layers := st.grid.Shape[right], st.grid.Shape[up], st.grid.Shape[axis]
	inParallel(height, func(from, to int) {
		seen := make([]float64, width)
		for v := from; v < to; v++ {
			line := dst[v*width:][:width]
			clear(line)
			clear(seen)
			for layer := range layers {
				st.project(how, v*strides[up]+layer*strides[axis], strides[right], line, seen)
			}
			for u, n := range seen {
				switch {
				case n == 0, how == engine.LeastPositive && line[u] == 0:
					line[u] = math.NaN()
				case how == engine.Mean:
					line[u] /= n
				}
			}
		}
	})
	return nil
}

// project takes a line of voxels, from one on with a stride, into what a projection has of
// them, and counts those that it has seen.
func (st *stepper) project(how engine.Projection, voxel, stride int, line, seen []float64) {
	m := st.substrate.Mosaic
	for u := range line {
		c := st.density[voxel]
		solid := m != nil && m.Solid[m.Labels[voxel]]
		voxel += stride
		if solid {
			continue
		}
		switch {
		case how == engine.Mean:
			line[u] += c
		case how == engine.LeastPositive:
			if c > 0 && (line[u] == 0 || c < line[u]) {
				line[u] = c
			}
		case seen[u] == 0:
			line[u] = c
		case how == engine.Maximum:
			line[u] = max(line[u], c)
		default:
			line[u] = min(line[u], c)
		}
		seen[u]++
	}
}
