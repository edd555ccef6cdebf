package multigrid

// level is the system on one grid of the hierarchy.
type level struct {
	shape    [3]int
	periodic [3]bool
	weights  [3]float64   // T along each axis, where faces is nil
	faces    [3][]float64 // T with the lower neighbour
	width    [3][]float64 // of the voxels along each axis, in voxels of the finest grid
	halved   [3]bool      // axes along which the next coarser level joins two voxels
	seams    bool         // some periodic axis is odd: two colours do not suffice
	sweeps   int          // before and after the coarse correction
	alone    bool         // the sinks are so strong that sweeps need no coarse correction

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
	strong     = 0.5 // an axis is coarsened if its mean face is at least this × the strongest's
	mostSweeps = 8
	// Where k is at least these shares of the diagonal in every voxel, ...
	enough = 0.5  // one sweep each way leaves (1 - 0.5)⁴ of any error
	single = 0.05 // coarser levels, whose share is about four times that, need no more sweeps
)

func newLevel(op Operator, width [3][]float64, sweeps int) *level {
	n := op.voxels()
	l := &level{
		shape: op.Shape, periodic: op.Periodic, weights: op.Weights, faces: op.Faces, width: width, sweeps: sweeps,
		diagonal: make([]float64, n), inverse: make([]float64, n), u: make([]float64, n), f: make([]float64, n), r: make([]float64, n),
		wall: make([]float64, op.Shape[0]),
	}
	for axis, n := range l.shape {
		l.periodic[axis] = l.periodic[axis] && n > 1
		l.seams = l.seams || l.periodic[axis] && n%2 == 1
	}
	if n == 1 {
		return l
	}
	l.halved = l.strongAxes()
	coarse := Operator{Shape: l.shape, Periodic: l.periodic}
	coarseWidth := width
	for axis, halve := range l.halved {
		if halve {
			coarse.Shape[axis] = (l.shape[axis] + 1) / 2
			coarseWidth[axis] = joined(width[axis])
		}
	}
	if l.staysAlike() {
		coarse.Weights = l.coarseWeights()
	} else {
		for axis := range 3 {
			coarse.Faces[axis] = l.coarseFaces(axis, coarse.Shape, coarseWidth[axis])
		}
	}
	l.coarse = newLevel(coarse, coarseWidth, sweeps)
	l.coarse.sink = make([]float64, coarse.voxels())
	return l
}

// joined returns the widths of pairs of voxels.
func joined(width []float64) []float64 {
	var pairs []float64
	for i := 0; i < len(width); i += 2 {
		w := width[i]
		if i+1 < len(width) {
			w += width[i+1]
		}
		pairs = append(pairs, w)
	}
	return pairs
}

// strongAxes returns the axes to coarsen.
func (l *level) strongAxes() (axes [3]bool) {
	var mean [3]float64
	most := 0.0
	for axis, n := range l.shape {
		if n == 1 {
			continue
		}
		mean[axis] = l.meanFace(axis)
		most = max(most, mean[axis])
	}
	for axis, n := range l.shape {
		axes[axis] = n > 1 && mean[axis] >= strong*most
	}
	return axes
}

// meanFace returns the mean T of the faces within the grid along an axis.
func (l *level) meanFace(axis int) float64 {
	if l.faces[axis] == nil {
		return l.weights[axis]
	}
	sum, number := 0.0, 0
	l.eachFace(axis, func(_, _ [3]int, t float64) {
		sum += t
		number++
	})
	return sum / float64(number)
}

// eachFace calls visit for every face along an axis but walls, with the voxel
// above it, the one below it, and T.
func (l *level) eachFace(axis int, visit func(above, below [3]int, t float64)) {
	i := 0
	for z := range l.shape[2] {
		for y := range l.shape[1] {
			for x := range l.shape[0] {
				above, t := [3]int{x, y, z}, l.weights[axis]
				if l.faces[axis] != nil {
					t = l.faces[axis][i]
				}
				i++
				if above[axis] == 0 && !l.periodic[axis] {
					continue
				}
				below := above
				below[axis] = (above[axis] - 1 + l.shape[axis]) % l.shape[axis]
				visit(above, below, t)
			}
		}
	}
}

// staysAlike reports whether the next coarser level has weights as well: this one
// has, and no voxel stays alone.
func (l *level) staysAlike() bool {
	for axis, halve := range l.halved {
		if l.faces[axis] != nil || halve && l.shape[axis]%2 == 1 {
			return false
		}
	}
	return true
}

// coarseWeights returns what coarseFaces would sum where all faces and widths are alike.
func (l *level) coarseWeights() [3]float64 {
	weights := l.weights
	for axis := range weights {
		for other, halve := range l.halved {
			switch {
			case halve && other == axis:
				weights[axis] /= 2
			case halve:
				weights[axis] *= 2
			}
		}
	}
	return weights
}

// coarseFaces sums the faces between two parents, along a halved axis each times
// the ratio of the distances of the centres, fine to coarse.
func (l *level) coarseFaces(axis int, shape [3]int, width []float64) []float64 {
	sums := make([]float64, shape[0]*shape[1]*shape[2])
	l.eachFace(axis, func(above, below [3]int, t float64) {
		parent, other := l.parent(above), l.parent(below)
		if parent == other {
			return
		}
		fine := l.width[axis][above[axis]] + l.width[axis][below[axis]]
		wide := width[parent[axis]] + width[other[axis]]
		sums[parent[0]+shape[0]*(parent[1]+shape[1]*parent[2])] += t * (fine / wide)
	})
	return sums
}

// parent returns the coarser level's voxel that holds a voxel.
func (l *level) parent(v [3]int) [3]int {
	for axis, halve := range l.halved {
		if halve {
			v[axis] /= 2
		}
	}
	return v
}

// children returns the range of a level's voxels that one of the next coarser holds.
func (l *level) children(axis, parent int) (from, to int) {
	if !l.halved[axis] {
		return parent, parent + 1
	}
	return 2 * parent, min(2*parent+2, l.shape[axis])
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
