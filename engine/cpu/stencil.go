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
	g := s.Grid
	if s.Mosaic != nil {
		st.mosaic = newMosaic(s.Mosaic, g, st.periodic)
	}
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

func (st *stencil) scaled(own, scale float64) *operator {
	return &operator{st, own, scale, scale * st.weight[0], scale * st.weight[1], scale * st.weight[2], scale * st.decay}
}

// line is a row of a field with the rows beside it.
type line struct{ own, south, north, below, top []float64 }

func (st *stencil) line(r row, c []float64) line {
	nx := st.shape[0]
	return line{c[r.at:][:nx], c[r.south:][:nx], c[r.north:][:nx], c[r.below:][:nx], c[r.top:][:nx]}
}

// blocks returns a line in blocks but for its first voxel and the rest from some voxel
// on: what lies left and right of a block is then in the line too.
func (l line) blocks() (b neighbours, rest int) {
	n := max(len(l.own)-2, 0) / lanes
	if n == 0 {
		return b, min(1, len(l.own))
	}
	return neighbours{
		mid: blocks(l.own[1:], n), left: blocks(l.own, n), right: blocks(l.own[2:], n),
		south: blocks(l.south[1:], n), north: blocks(l.north[1:], n),
		below: blocks(l.below[1:], n), top: blocks(l.top[1:], n),
	}, 1 + n*lanes
}

// neighbours are blocks of a row and what lies beside them.
type neighbours struct{ mid, left, right, south, north, below, top []block }

// apply writes own c + (Σ_axes scale D/Δx² ((c₋ − c) + (c₊ − c)) − scale λ c) of one
// row to out. Differences first: where the field is smooth they are small, and so is
// the rounding of what diffusion moves.
func (op *operator) apply(r row, c, out []float64) {
	if op.mosaic != nil {
		clear(out)
		op.addMosaic(r, c, out)
		return
	}
	l := op.line(r, c)
	b, rest := l.blocks()
	op.applyBlocks(&b, blocks(out[min(1, len(out)-1):], len(b.mid)))
	for x := 0; x < len(out); x++ {
		if x == 1 {
			x = rest
		}
		out[x] = op.at(l, x)
	}
}

func (op *operator) applyBlocks(b *neighbours, out []block) {
	n := len(out)
	mid, left, right := b.mid[:n], b.left[:n], b.right[:n]
	south, north, below, top := b.south[:n], b.north[:n], b.below[:n], b.top[:n]
	own, wx, wy, wz, decay := all(op.own), all(op.x), all(op.y), all(op.z), all(op.decay)
	for i := range out {
		c := load(&mid[i])
		change := wx.Mul(load(&left[i]).Sub(c).Add(load(&right[i]).Sub(c)))
		change = change.Add(wy.Mul(load(&south[i]).Sub(c).Add(load(&north[i]).Sub(c))))
		change = change.Add(wz.Mul(load(&below[i]).Sub(c).Add(load(&top[i]).Sub(c))))
		store(own.Mul(c).Add(change.Sub(decay.Mul(c))), &out[i])
	}
	leaveVectors()
}

// advance writes what apply makes of d_{j−1} = near, with ν d_{j−2} and a share of the
// rate, of one row over d_{j−2} = far, and returns what near makes decay a second. Where
// ν is 0 it does not read far, which may hold anything.
func (op *operator) advance(r row, near, far []float64, nu float64, rate []float64, share float64) float64 {
	if op.mosaic != nil {
		for x, rate := range rate {
			kept := 0.0
			if nu != 0 {
				kept = nu * far[x]
			}
			far[x] = kept + share*rate
		}
		op.addMosaic(r, near, far)
		return op.loss(r, near[r.at:][:op.shape[0]])
	}
	l := op.line(r, near)
	b, rest := l.blocks()
	inner := min(1, len(far)-1)
	sum := op.advanceBlocks(&b, blocks(far[inner:], len(b.mid)), blocks(rate[inner:], len(b.mid)), nu, share, nu != 0)
	for x := 0; x < len(far); x++ {
		if x == 1 {
			x = rest
		}
		next := op.at(l, x) + share*rate[x]
		if nu != 0 {
			next += nu * far[x]
		}
		far[x] = next
		sum += l.own[x]
	}
	return op.stencil.decay * sum
}

// advanceBlocks takes the comparison ready made: between vectors it is dear.
func (op *operator) advanceBlocks(b *neighbours, far, rate []block, nu, share float64, keeps bool) float64 {
	n := len(far)
	rate, mid, left, right := rate[:n], b.mid[:n], b.left[:n], b.right[:n]
	south, north, below, top := b.south[:n], b.north[:n], b.below[:n], b.top[:n]
	own, wx, wy, wz, decay := all(op.own), all(op.x), all(op.y), all(op.z), all(op.decay)
	kept, part := all(nu), all(share)
	var sum vector
	for i := range far {
		c := load(&mid[i])
		change := wx.Mul(load(&left[i]).Sub(c).Add(load(&right[i]).Sub(c)))
		change = change.Add(wy.Mul(load(&south[i]).Sub(c).Add(load(&north[i]).Sub(c))))
		change = change.Add(wz.Mul(load(&below[i]).Sub(c).Add(load(&top[i]).Sub(c))))
		change = own.Mul(c).Add(change.Sub(decay.Mul(c)))
		change = change.Add(part.Mul(load(&rate[i])))
		if keeps {
			change = change.Add(kept.Mul(load(&far[i])))
		}
		store(change, &far[i])
		sum = sum.Add(c)
	}
	return total(sum)
}

// at is what apply makes of one voxel of a row.
func (op *operator) at(l line, x int) float64 {
	c, left, right := l.own[x], l.own[op.neighbour(0, x, -1)], l.own[op.neighbour(0, x, +1)]
	return op.own*c + (op.x*((left-c)+(right-c)) + op.y*((l.south[x]-c)+(l.north[x]-c)) + op.z*((l.below[x]-c)+(l.top[x]-c)) - op.decay*c)
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
