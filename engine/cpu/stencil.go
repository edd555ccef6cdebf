package cpu

import (
	"runtime"
	"sync"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// stencil is the seven-point Laplacian with its boundaries: no-flux, where a
// voxel at the wall is its own neighbour, or periodic. Held densities are an
// exchange with the wall and come after.
type stencil struct {
	shape    [3]int
	weight   [3]float64 // D/Δx², 1/s
	decay    float64    // λ, 1/s
	periodic [3]bool
	rows     []row
}

// row is a line of voxels along x with the offsets of its neighbour lines.
type row struct {
	at                       int // index of the first voxel
	south, north, below, top int
}

func newStencil(s engine.Substrate) *stencil {
	st := &stencil{shape: s.Grid.Shape, weight: engine.StencilWeights(s.Grid, s.Substrate), decay: s.DecayRate}
	for axis := range st.periodic {
		st.periodic[axis] = s.Boundary[axis][0].Kind == tissue.Periodic
	}
	g := s.Grid
	for z := range g.Shape[2] {
		for y := range g.Shape[1] {
			st.rows = append(st.rows, row{
				at:    g.Index(0, y, z),
				south: g.Index(0, st.neighbour(1, y, -1), z),
				north: g.Index(0, st.neighbour(1, y, +1), z),
				below: g.Index(0, y, st.neighbour(2, z, -1)),
				top:   g.Index(0, y, st.neighbour(2, z, +1)),
			})
		}
	}
	return st
}

// neighbour returns the coordinate next to i along an axis, wrapped or clamped.
func (st *stencil) neighbour(axis, i, step int) int {
	n := st.shape[axis]
	if st.periodic[axis] {
		return (i + step + n) % n
	}
	return min(max(i+step, 0), n-1)
}

// operator is scale × (diffusion − decay), ready to apply to a row.
type operator struct {
	*stencil
	x, y, z, centre float64 // weights of the neighbours and of the voxel itself
}

func (st *stencil) scaled(scale float64) operator {
	x, y, z := scale*st.weight[0], scale*st.weight[1], scale*st.weight[2]
	return operator{st, x, y, z, -2*(x+y+z) - scale*st.decay}
}

// apply writes scale × (Σ_axes D/Δx² (c₋ + c₊ − 2 c) − λ c) of one row to out.
func (op operator) apply(r row, c, out []float64) {
	nx := op.shape[0]
	own := c[r.at:][:nx]
	south, north := c[r.south:][:nx], c[r.north:][:nx]
	below, top := c[r.below:][:nx], c[r.top:][:nx]
	if n := nx - 2; n > 0 { // slices of one length spare the compiler's bounds checks
		o := out[1:][:n]
		left, mid, right := own[:n], own[1:][:n], own[2:][:n]
		s, north, b, t := south[1:][:n], north[1:][:n], below[1:][:n], top[1:][:n]
		for i := range o {
			o[i] = op.centre*mid[i] + op.x*(left[i]+right[i]) + op.y*(s[i]+north[i]) + op.z*(b[i]+t[i])
		}
	}
	for _, x := range [2]int{0, nx - 1} {
		left, right := own[op.neighbour(0, x, -1)], own[op.neighbour(0, x, +1)]
		out[x] = op.centre*own[x] + op.x*(left+right) + op.y*(south[x]+north[x]) + op.z*(below[x]+top[x])
	}
}

// inParallel splits n items among the processors.
func inParallel(n int, work func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		work(0, n)
		return
	}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { work(n*w/workers, n*(w+1)/workers) })
	}
	wait.Wait()
}
