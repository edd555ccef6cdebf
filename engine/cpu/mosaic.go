package cpu

import (
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// mosaic is engine.Mosaic made ready for rows: what passes the faces, and what a
// voxel makes of it.
type mosaic struct {
	face     [3][]float64 // engine.Passage.Conductance/Δx² of each voxel's lower face per axis, 1/s
	carry    [3][]float64 // engine.Passage.Carry/Δx² of it, 1/s
	flows    bool         // whether any is carried
	capacity []float64    // R α per voxel
	loss     []float64    // α λ per voxel, 1/s
	react    []float64    // α per voxel, 0 where nothing reacts
}

func newMosaic(p *engine.Mosaic, g tissue.Grid, periodic [3]bool) *mosaic {
	n := g.Voxels()
	m := &mosaic{flows: p.Flows(), capacity: make([]float64, n), loss: make([]float64, n), react: make([]float64, n)}
	for axis, h := range g.Spacing {
		m.face[axis], m.carry[axis] = make([]float64, n), make([]float64, n)
		for i, passage := range p.Passages(g, axis, periodic[axis]) {
			m.face[axis][i], m.carry[axis][i] = passage.Conductance/(h*h), passage.Carry/(h*h)
		}
	}
	for i, label := range p.Labels {
		m.capacity[i], m.loss[i], m.react[i] = p.Capacity[label], p.Loss[label], p.Reacting[label]
	}
	return m
}

// addMosaic adds own c + scale (Σ_faces (α D)_face/Δx² (c_neighbour − c) − α λ c)/(R α)
// of one row to out.
func (op *operator) addMosaic(r row, c, out []float64) {
	if op.mosaic.flows {
		op.addFlow(r, c, out)
		return
	}
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

// across returns what reaches a voxel through its lower face, density/s times R α:
//
//	k (c_lower − c) + q⁺ c_lower + q⁻ c
func (m *mosaic) across(axis, voxel int, lower, c float64) float64 {
	q := m.carry[axis][voxel]
	return m.face[axis][voxel]*(lower-c) + max(q, 0)*lower + min(q, 0)*c
}

// addFlow is addMosaic where fluid carries: what comes in through the lower faces
// less what leaves through the upper ones, which are those of the neighbours.
func (op *operator) addFlow(r row, c, out []float64) {
	m, nx := op.mosaic, op.shape[0]
	south, north, below, top := c[r.south:], c[r.north:], c[r.below:], c[r.top:]
	own := c[r.at:][:nx]
	for x, c := range own {
		left, right := op.neighbour(0, x, -1), op.neighbour(0, x, +1)
		flux := m.across(0, r.at+x, own[left], c) + m.across(1, r.at+x, south[x], c) + m.across(2, r.at+x, below[x], c)
		if right != x { // else it is a face of the box
			flux -= m.across(0, r.at+right, c, own[right])
		}
		if r.north != r.at {
			flux -= m.across(1, r.north+x, c, north[x])
		}
		if r.top != r.at {
			flux -= m.across(2, r.top+x, c, top[x])
		}
		out[x] += op.own*c + op.scale*(flux-m.loss[r.at+x]*c)/m.capacity[r.at+x]
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
