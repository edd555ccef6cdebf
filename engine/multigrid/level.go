package multigrid

// level is the system on one grid of the hierarchy.
type level struct {
	grid
	sweeps int     // before and after the coarse correction
	factor float64 // by which sweeps go further than to a residual of 0
	alone  bool    // the sinks are so strong that sweeps need no coarse correction

	sink              []float64 // k; nil on the finest level, where the caller has it
	diagonal, inverse []float64 // Σ_f T_f + k, and its inverse, 0 where it is 0
	u, f, r           []float64 // A u = f, and the residual
	wall              []float64 // T of a row of walls: zeros
	coarse            *level

	stages        []stage   // of a sweep
	stage         stage     // of the running pass
	gathered      []float64 // what the running pass sums for the parents
	unsettledOnly bool      // of the children in it
}

const (
	mostSweeps = 8
	// Where k is at least these shares of the diagonal in every voxel, ...
	enough = 0.5  // one sweep each way leaves (1 - 0.5)⁴ of any error
	single = 0.05 // coarser levels, whose share is about four times that, need no more sweeps

	// A varied operator takes these sweeps on its finest level and one on coarser ones, and
	// where some k is below single one more, each of which goes so much further.
	variedSweeps = 2
	further      = 1.3
)

// newLevels returns the finest level.
func newLevels(op Operator) *level {
	var coarser *level
	grids := gridsOf(op)
	for i := len(grids) - 1; i >= 0; i-- {
		l := newLevel(grids[i])
		if i > 0 {
			l.sink = make([]float64, len(l.u))
		}
		l.coarse, coarser = coarser, l
	}
	return coarser
}

func newLevel(g grid) *level {
	n := g.voxels()
	return &level{
		grid: g, stages: g.stages(),
		diagonal: make([]float64, n), inverse: make([]float64, n), u: make([]float64, n), f: make([]float64, n), r: make([]float64, n),
		wall: make([]float64, g.shape[0]),
	}
}

// setSink makes the diagonals of this level and all coarser ones from its k. It is to be
// swept so many times at least.
func (l *level) setSink(k []float64, sweeps int) {
	l.sink = k
	for i := range l.u {
		l.u[i] = 1 // the neighbours' sum is then S
	}
	l.inParallel((*level).diagonalRows, l.shape[1]*l.shape[2])
	share := l.weakestSink()
	l.alone = l.coarse == nil || share >= enough
	l.sweeps, l.factor = sweeps, 1
	if l.varied() && share < single {
		l.sweeps, l.factor = sweeps+1, further
	}
	if l.alone {
		return
	}
	switch {
	case l.varied():
		sweeps = 1
	case share < single:
		sweeps = min(2*sweeps, mostSweeps)
	}
	l.restrictSink()
	l.coarse.setSink(l.coarse.sink, sweeps)
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
		l.neighbours(l.u, l.r[number*nx:][:nx], number, span{0, nx, 1})
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

// restrictSink sums what the children take up,
//
//	k_parent = Σ_children P k S/(k + S),   S = Σ_f T_f
//
// with P the share of each that is the parent's.
func (l *level) restrictSink() {
	if l.sink == nil {
		clear(l.coarse.sink)
		return
	}
	l.inParallel((*level).takeRows, l.shape[1]*l.shape[2])
	l.gather(l.coarse.sink, false)
}

// takeRows makes k S/(k + S) of S.
func (l *level) takeRows(from, to int) {
	nx := l.shape[0]
	for i := from * nx; i < to*nx; i++ {
		l.r[i] = l.sink[i] * l.r[i] * l.inverse[i]
	}
}

// gather sums r of the children, times their shares, for each parent; of all of them
// or of those that are not settled.
func (l *level) gather(sums []float64, unsettledOnly bool) {
	l.gathered, l.unsettledOnly = sums, unsettledOnly
	if l.varied() {
		l.inParallel((*level).gatherRows, l.coarse.shape[1]*l.coarse.shape[2])
	} else {
		l.inParallel((*level).joinRows, l.coarse.shape[1]*l.coarse.shape[2])
	}
}

// joinRows gathers where children are one parent's alone.
func (l *level) joinRows(from, to int) {
	nx, parents, shift := l.shape[0], l.coarse.shape[0], l.shift()
	for parent := from; parent < to; parent++ {
		sums := l.gathered[parent*parents:][:parents]
		clear(sums)
		l.eachChild(parent, func(number int) {
			for x, r := range l.r[number*nx:][:nx] {
				sums[x>>shift] += r
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
