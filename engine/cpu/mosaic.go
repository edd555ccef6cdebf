package cpu

import (
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// mosaic is engine.Mosaic made ready for rows: what passes the faces, and what a
// voxel makes of it.
type mosaic struct {
	face     [3][]float64 // (α D)_face/Δx² of each voxel's lower face per axis, 1/s
	capacity []float64    // R α per voxel
	loss     []float64    // α λ per voxel, 1/s
	react    []float64    // α per voxel, 0 where nothing reacts
}

func newMosaic(p *engine.Mosaic, g tissue.Grid, periodic [3]bool) *mosaic {
	n := g.Voxels()
	m := &mosaic{capacity: make([]float64, n), loss: make([]float64, n), react: make([]float64, n)}
	stride := 1
	for axis, count := range g.Shape {
		m.face[axis] = make([]float64, n)
		h2 := g.Spacing[axis] * g.Spacing[axis]
		for i := range n {
			switch at := g.Coordinates(i)[axis]; {
			case at > 0:
				m.face[axis][i] = p.Face(i-stride, i) / h2
			case periodic[axis] && count > 1:
				m.face[axis][i] = p.Face(i+(count-1)*stride, i) / h2
			}
		}
		stride *= count
	}
	for i, label := range p.Labels {
		m.capacity[i], m.loss[i], m.react[i] = p.Capacity[label], p.Loss[label], p.Reacting[label]
	}
	return m
}

// addMosaic adds own c + scale (Σ_faces (α D)_face/Δx² (c_neighbour − c) − α λ c)/(R α)
// of one row to out.
func (op *operator) addMosaic(r row, c, out []float64) {
	m, nx := op.mosaic, op.shape[0]
	own, south, north := c[r.at:][:nx], c[r.south:][:nx], c[r.north:][:nx]
	below, top := c[r.below:][:nx], c[r.top:][:nx]
	// An upper face is the lower one of the neighbour; at a wall the neighbour is the
	// voxel itself, and the difference zero.
	faceX := m.face[0][r.at:][:nx]
	faceSouth, faceNorth := m.face[1][r.at:][:nx], m.face[1][r.north:][:nx]
	faceBelow, faceTop := m.face[2][r.at:][:nx], m.face[2][r.top:][:nx]
	capacity, loss := m.capacity[r.at:][:nx], m.loss[r.at:][:nx]
	for x, c := range own {
		left, right := op.neighbour(0, x, -1), op.neighbour(0, x, +1)
		flux := faceX[x]*(own[left]-c) + faceX[right]*(own[right]-c) +
			faceSouth[x]*(south[x]-c) + faceNorth[x]*(north[x]-c) +
			faceBelow[x]*(below[x]-c) + faceTop[x]*(top[x]-c)
		out[x] += op.own*c + op.scale*(flux-loss[x]*c)/capacity[x]
	}
}

// amount returns Σ R α c of a row of a mosaic.
func (st *stencil) amount(r row, c []float64) float64 {
	sum := 0.0
	for x, share := range st.mosaic.capacity[r.at:][:len(c)] {
		sum += share * c[x]
	}
	return sum
}

// loss returns what a row of densities makes decay a second: λ/R Σ c; in a mosaic Σ α λ c.
func (st *stencil) loss(r row, c []float64) float64 {
	if st.mosaic == nil {
		return st.decay * sum(c)
	}
	sum := 0.0
	for x, rate := range st.mosaic.loss[r.at:][:len(c)] {
		sum += rate * c[x]
	}
	return sum
}
