package multigrid

// grid is the faces of a level, or its links, and what parents give it.
type grid struct {
	shape    [3]int
	periodic [3]bool
	weights  [3]float64   // T along each axis, where faces is nil
	faces    [3][]float64 // T with the lower neighbour
	links    *Links       // in place of faces, on the coarser grids of a varied operator
	sides    []side       // on which T may be other than 0, where the operator is varied
	width    [3][]float64 // of the voxels along each axis, in voxels of the finest grid
	halved   [3]bool      // axes along which the next coarser grid has half the voxels
	seams    bool         // some periodic axis is odd: two colours do not suffice
	basis    *Basis       // of the next coarser grid's voxels, where the operator is varied
}

// strong is the share of the strongest axis' mean face from which an axis is coarsened.
const strong = 0.5

// Level is the faces of one grid of the hierarchy, in the form of Operator, or its links.
type Level struct {
	Operator
	Links  *Links  // in place of faces, on the coarser grids of a varied operator; else nil
	Halved [3]bool // axes along which the next coarser grid has half the voxels
	Basis  *Basis  // of the next coarser grid's voxels; nil where voxels are given their parent's value
}

// Levels returns the hierarchy of an operator, the finest grid first, for solvers
// that live elsewhere.
func Levels(op Operator) ([]Level, error) {
	if err := op.validate(); err != nil {
		return nil, err
	}
	var levels []Level
	for _, g := range gridsOf(op) {
		faces := Operator{Shape: g.shape, Periodic: g.periodic, Weights: g.weights, Faces: g.faces}
		levels = append(levels, Level{faces, g.links, g.halved, g.basis})
	}
	return levels, nil
}

// gridsOf returns the grids of the hierarchy, the finest first.
func gridsOf(op Operator) []grid {
	next := (*grid).coarser
	if op.Varied() && !op.Shifted {
		next = (*grid).coarserVaried
	}
	grids := []grid{newGrid(op, widths(op.Shape))}
	for {
		last := &grids[len(grids)-1]
		if last.shape == [3]int{1, 1, 1} {
			return grids
		}
		last.halved = last.strongAxes()
		grids = append(grids, next(last))
	}
}

func newGrid(op Operator, width [3][]float64) grid {
	g := grid{shape: op.Shape, periodic: op.Periodic, weights: op.Weights, faces: op.Faces, width: width}
	for axis, n := range g.shape {
		g.periodic[axis] = g.periodic[axis] && n > 1
		g.seams = g.seams || g.periodic[axis] && n%2 == 1
	}
	return g
}

// coarser returns the next coarser grid of an operator whose faces are alike.
func (g *grid) coarser() grid {
	coarse, width := Operator{Shape: g.halvedShape(), Periodic: g.periodic}, g.width
	for axis, halve := range g.halved {
		if halve {
			width[axis] = joined(g.width[axis])
		}
	}
	if g.staysAlike() {
		coarse.Weights = g.coarseWeights()
	} else {
		for axis := range 3 {
			coarse.Faces[axis] = g.coarseFaces(axis, coarse.Shape, width[axis])
		}
	}
	return newGrid(coarse, width)
}

// coarserVaried returns the next coarser grid of an operator whose faces differ.
func (g *grid) coarserVaried() grid {
	coarse := newGrid(Operator{Shape: g.halvedShape(), Periodic: g.periodic}, g.width)
	g.sides = g.sidesOf()
	g.interpolate(&coarse)
	g.linkParents(&coarse)
	return coarse
}

func (g *grid) halvedShape() [3]int {
	shape := g.shape
	for axis, halve := range g.halved {
		if halve {
			shape[axis] = (g.shape[axis] + 1) / 2
		}
	}
	return shape
}

func (g *grid) voxels() int { return g.shape[0] * g.shape[1] * g.shape[2] }

func (g *grid) number(v [3]int) int { return v[0] + g.shape[0]*(v[1]+g.shape[1]*v[2]) }

func (g *grid) voxel(number int) [3]int {
	nx, ny := g.shape[0], g.shape[1]
	return [3]int{number % nx, number / nx % ny, number / nx / ny}
}

// widths returns those of the finest grid's voxels along each axis: 1.
func widths(shape [3]int) (all [3][]float64) {
	for axis, n := range shape {
		all[axis] = make([]float64, n)
		for i := range n {
			all[axis][i] = 1
		}
	}
	return all
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
func (g *grid) strongAxes() (axes [3]bool) {
	var mean [3]float64
	most := 0.0
	for axis, n := range g.shape {
		if n == 1 {
			continue
		}
		mean[axis] = g.meanFace(axis)
		most = max(most, mean[axis])
	}
	for axis, n := range g.shape {
		axes[axis] = n > 1 && mean[axis] >= strong*most
	}
	return axes
}

// meanFace returns the mean T of the faces within the grid along an axis.
func (g *grid) meanFace(axis int) float64 {
	if g.wide() {
		return g.meanLink(axis)
	}
	if g.faces[axis] == nil {
		return g.weights[axis]
	}
	sum, number := 0.0, 0
	g.eachFace(axis, func(_, _ [3]int, t float64) {
		sum += t
		number++
	})
	return sum / float64(number)
}

// eachFace calls visit for every face along an axis but walls, with the voxel
// above it, the one below it, and T.
func (g *grid) eachFace(axis int, visit func(above, below [3]int, t float64)) {
	i := 0
	for z := range g.shape[2] {
		for y := range g.shape[1] {
			for x := range g.shape[0] {
				above, t := [3]int{x, y, z}, g.weights[axis]
				if g.faces[axis] != nil {
					t = g.faces[axis][i]
				}
				i++
				if above[axis] == 0 && !g.periodic[axis] {
					continue
				}
				below := above
				below[axis] = (above[axis] - 1 + g.shape[axis]) % g.shape[axis]
				visit(above, below, t)
			}
		}
	}
}

// staysAlike reports whether the next coarser level has weights as well: this one
// has, and no voxel stays alone.
func (g *grid) staysAlike() bool {
	for axis, halve := range g.halved {
		if g.faces[axis] != nil || halve && g.shape[axis]%2 == 1 {
			return false
		}
	}
	return true
}

// coarseWeights returns what coarseFaces would sum where all faces and widths are alike.
func (g *grid) coarseWeights() [3]float64 {
	weights := g.weights
	for axis := range weights {
		for other, halve := range g.halved {
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
func (g *grid) coarseFaces(axis int, shape [3]int, width []float64) []float64 {
	sums := make([]float64, shape[0]*shape[1]*shape[2])
	g.eachFace(axis, func(above, below [3]int, t float64) {
		parent, other := g.parent(above), g.parent(below)
		if parent == other {
			return
		}
		fine := g.width[axis][above[axis]] + g.width[axis][below[axis]]
		wide := width[parent[axis]] + width[other[axis]]
		sums[parent[0]+shape[0]*(parent[1]+shape[1]*parent[2])] += t * (fine / wide)
	})
	return sums
}

// parent returns the coarser level's voxel that holds a voxel.
func (g *grid) parent(v [3]int) [3]int {
	for axis, halve := range g.halved {
		if halve {
			v[axis] /= 2
		}
	}
	return v
}

// child returns the voxel at an offset from the place of a parent.
func (g *grid) child(parent, offset [3]int) (v [3]int, exists bool) {
	for axis, halved := range g.halved {
		if halved {
			parent[axis] *= 2
		}
	}
	return g.beside(parent, offset)
}

// children returns the range of a level's voxels that one of the next coarser holds.
func (g *grid) children(axis, parent int) (from, to int) {
	if !g.halved[axis] {
		return parent, parent + 1
	}
	return 2 * parent, min(2*parent+2, g.shape[axis])
}
