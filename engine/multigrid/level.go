package multigrid

// level is the system on one grid of the hierarchy.
type level struct {
	grid
	sweeps int  // before and after the coarse correction
	alone  bool // the sinks are so strong that sweeps need no coarse correction

	sink              []float64 // k; nil on the finest level, where the caller has it
	diagonal, inverse []float64 // Σ_f T_f + k, and its inverse, 0 where it is 0
	u, f, r           []float64 // A u = f, and the residual
	wall              []float64 // T of a row of walls: zeros
	coarse            *level

	stage stage // of the running pass
}

// stage is what a pass is about: voxels with these parities of x + y + z and of the
// number of seams they touch.
type stage struct {
	colour, seam int
	fromZero     bool // the sweep starts from u = 0, whatever u holds
}

const (
	mostSweeps = 8
	// Where k is at least these shares of the diagonal in every voxel, ...
	enough = 0.5  // one sweep each way leaves (1 - 0.5)⁴ of any error
	single = 0.05 // coarser levels, whose share is about four times that, need no more sweeps
)

// newLevels returns the finest level.
func newLevels(op Operator, sweeps int) *level {
	var coarser *level
	grids := gridsOf(op)
	for i := len(grids) - 1; i >= 0; i-- {
		l := newLevel(grids[i], sweeps)
		if i > 0 {
			l.sink = make([]float64, len(l.u))
		}
		l.coarse, coarser = coarser, l
	}
	return coarser
}

func newLevel(g grid, sweeps int) *level {
	n := g.shape[0] * g.shape[1] * g.shape[2]
	return &level{
		grid: g, sweeps: sweeps,
		diagonal: make([]float64, n), inverse: make([]float64, n), u: make([]float64, n), f: make([]float64, n), r: make([]float64, n),
		wall: make([]float64, g.shape[0]),
	}
}

// setSink makes the diagonals of this level and all coarser ones from its k.
func (l *level) setSink(k []float64) {
	l.sink = k
	for i := range l.u {
		l.u[i] = 1 // the neighbours' sum is then S
	}
	l.inParallel((*level).diagonalRows, l.shape[1]*l.shape[2])
	share := l.weakestSink()
	l.alone = l.coarse == nil || share >= enough
	if l.alone {
		return
	}
	c := l.coarse
	c.sweeps = l.sweeps
	if share < single {
		c.sweeps = min(2*l.sweeps, mostSweeps)
	}
	l.inParallel((*level).sinkRows, c.shape[1]*c.shape[2])
	c.setSink(c.sink)
}

// weakestSink returns the least k as a share of the diagonal of any voxel that has one.
func (l *level) weakestSink() float64 {
	if l.sink == nil {
		return 0
	}
	least := 1.0
	for i, k := range l.sink {
		if l.inverse[i] > 0 {
			least = min(least, k*l.inverse[i])
		}
	}
	return least
}

// diagonalRows writes Σ_f T_f to r, and from it the diagonal and its inverse.
func (l *level) diagonalRows(from, to int) {
	nx := l.shape[0]
	for number := from; number < to; number++ {
		l.neighbours(l.u, l.r, number, span{0, nx, 1})
		for i := number * nx; i < (number+1)*nx; i++ {
			l.diagonal[i], l.inverse[i] = l.r[i], 0
			if l.sink != nil {
				l.diagonal[i] += l.sink[i]
			}
			if l.diagonal[i] > 0 {
				l.inverse[i] = 1 / l.diagonal[i]
			}
		}
	}
}

// sinkRows sums the sinks of the coarser level's rows,
//
//	k_parent = Σ_children k S/(k + S),   S = Σ_f T_f
func (l *level) sinkRows(from, to int) {
	c, nx := l.coarse, l.shape[0]
	for parent := from; parent < to; parent++ {
		sums := c.sink[parent*c.shape[0]:][:c.shape[0]]
		clear(sums)
		if l.sink == nil {
			continue
		}
		l.eachChild(parent, func(number int) {
			for x := range nx {
				i := number*nx + x
				sums[x>>l.shift()] += l.sink[i] * l.r[i] * l.inverse[i]
			}
		})
	}
}

// shift is 1 where the rows are halved: x >> shift is the parent's x.
func (l *level) shift() int {
	if l.halved[0] {
		return 1
	}
	return 0
}

// eachChild calls visit for the numbers of the rows whose parent is a row of the coarser level.
func (l *level) eachChild(parent int, visit func(number int)) {
	y0, y1 := l.children(1, parent%l.coarse.shape[1])
	z0, z1 := l.children(2, parent/l.coarse.shape[1])
	for z := z0; z < z1; z++ {
		for y := y0; y < y1; y++ {
			visit(z*l.shape[1] + y)
		}
	}
}
