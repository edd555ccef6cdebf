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
	decay    float64    // λ/R, 1/s
	share    float64    // 1/R: of a rate of reaction
	periodic [3]bool
	rows     []row
	mosaic   *mosaic // nil in uniform tissue
}

// row is a line of voxels along x with the offsets of its neighbour lines.
type row struct {
	at                       int // index of the first voxel
	south, north, below, top int
}

func newStencil(s engine.Substrate) *stencil {
	st := &stencil{shape: s.Grid.Shape, weight: engine.StencilWeights(s.Grid, s.Substrate), decay: s.DecayRate, share: s.ReactionShare}
	for axis := range st.periodic {
		st.periodic[axis] = s.Boundary[axis][0].Kind == tissue.Periodic
	}
	if g := s.Grid; s.Mosaic != nil {
		st.mosaic = newMosaic(s.Mosaic, g, st.periodic)
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

// operator is own + scale × (diffusion − decay), ready to apply to a row.
type operator struct {
	*stencil
	own, scale, x, y, z, decay float64
}

func (st *stencil) scaled(own, scale float64) operator {
	return operator{st, own, scale, scale * st.weight[0], scale * st.weight[1], scale * st.weight[2], scale * st.decay}
}

// apply writes own c + (Σ_axes scale D/Δx² ((c₋ − c) + (c₊ − c)) − scale λ c) of one
// row to out. Differences first: where the field is smooth they are small, and so is
// the rounding of what diffusion moves.
func (op operator) apply(r row, c, out []float64) {
	if op.mosaic != nil {
		clear(out)
		op.addMosaic(r, c, out)
		return
	}
	nx := op.shape[0]
	own := c[r.at:][:nx]
	south, north := c[r.south:][:nx], c[r.north:][:nx]
	below, top := c[r.below:][:nx], c[r.top:][:nx]
	if n := nx - 2; n > 0 { // slices of one length spare the compiler's bounds checks
		o := out[1:][:n]
		left, mid, right := own[:n], own[1:][:n], own[2:][:n]
		s, north, b, t := south[1:][:n], north[1:][:n], below[1:][:n], top[1:][:n]
		for i := range o {
			c := mid[i]
			o[i] = op.own*c + (op.x*((left[i]-c)+(right[i]-c)) + op.y*((s[i]-c)+(north[i]-c)) + op.z*((b[i]-c)+(t[i]-c)) - op.decay*c)
		}
	}
	for x := 0; x < nx; x += max(nx-1, 1) {
		out[x] = op.atEnd(x, own, south, north, below, top)
	}
}

// advance writes what apply makes of d_{j−1} = near, with ν d_{j−2} and a share of the
// rate, of one row over d_{j−2} = far.
func (op operator) advance(r row, near, far []float64, nu float64, rate []float64, share float64) {
	if op.mosaic != nil {
		for x, rate := range rate {
			far[x] = nu*far[x] + share*rate
		}
		op.addMosaic(r, near, far)
		return
	}
	nx := op.shape[0]
	own := near[r.at:][:nx]
	south, north := near[r.south:][:nx], near[r.north:][:nx]
	below, top := near[r.below:][:nx], near[r.top:][:nx]
	if n := nx - 2; n > 0 {
		o, q := far[1:][:n], rate[1:][:n]
		left, mid, right := own[:n], own[1:][:n], own[2:][:n]
		s, north, b, t := south[1:][:n], north[1:][:n], below[1:][:n], top[1:][:n]
		for i := range o {
			c := mid[i]
			o[i] = op.own*c + (op.x*((left[i]-c)+(right[i]-c)) + op.y*((s[i]-c)+(north[i]-c)) + op.z*((b[i]-c)+(t[i]-c)) - op.decay*c) + nu*o[i] + share*q[i]
		}
	}
	for x := 0; x < nx; x += max(nx-1, 1) {
		far[x] = op.atEnd(x, own, south, north, below, top) + nu*far[x] + share*rate[x]
	}
}

// atEnd is what apply makes of the first or the last voxel of a row.
func (op operator) atEnd(x int, own, south, north, below, top []float64) float64 {
	c, left, right := own[x], own[op.neighbour(0, x, -1)], own[op.neighbour(0, x, +1)]
	return op.own*c + (op.x*((left-c)+(right-c)) + op.y*((south[x]-c)+(north[x]-c)) + op.z*((below[x]-c)+(top[x]-c)) - op.decay*c)
}

// inParallel splits n items among the processors.
func inParallel(n int, work func(from, to int)) {
	inParallelBy(n, func(_, from, to int) { work(from, to) })
}

// inParallelBy tells the work which of workers(n) does it.
func inParallelBy(n int, work func(worker, from, to int)) {
	workers := workers(n)
	if workers == 1 {
		work(0, 0, n)
		return
	}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { work(w, n*w/workers, n*(w+1)/workers) })
	}
	wait.Wait()
}

// workers returns among how many goroutines n items are split.
func workers(n int) int { return max(1, min(runtime.GOMAXPROCS(0), n)) }
