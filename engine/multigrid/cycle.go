package multigrid

// stage is the part of a sweep that relaxes voxels which do not read each other. On a
// grid with faces these are the voxels of one colour, x + y + z even or odd, which touch
// an even or odd number of seams. A seam is the last voxel along an odd periodic axis,
// whose upper neighbour has its colour; that neighbour touches one seam less. On a grid
// with links they are those with one parity along each axis, which is 2 on seams.
type stage struct {
	colour, seam int
	parities     [3]int
	factor       float64 // of the correction
	fromZero     bool    // the sweep starts from u = 0, whatever u holds
}

// stages returns those of a sweep, in the order of a sweep before the coarse correction.
func (g *grid) stages() (all []stage) {
	if g.wide() {
		n := [3]int{g.parities(0), g.parities(1), g.parities(2)}
		for z := range n[2] {
			for y := range n[1] {
				for x := range n[0] {
					all = append(all, stage{parities: [3]int{x, y, z}})
				}
			}
		}
		return all
	}
	for colour := range 2 {
		all = append(all, stage{colour: colour})
		if g.seams {
			all = append(all, stage{colour: colour, seam: 1})
		}
	}
	return all
}

// parities returns how many parities there are along an axis.
func (g *grid) parities(axis int) int {
	switch {
	case g.shape[axis] == 1:
		return 1
	case g.seam(axis):
		return 3
	}
	return 2
}

// parity returns that of a voxel's place along an axis.
func (g *grid) parity(axis, at int) int {
	if g.seam(axis) && at == g.shape[axis]-1 {
		return 2
	}
	return at % 2
}

// seam reports whether an axis is periodic and odd.
func (g *grid) seam(axis int) bool { return g.periodic[axis] && g.shape[axis]%2 == 1 }

// cycle writes to u what one cycle makes of A u = f from u = 0: a symmetric and
// positive map of f.
func (l *level) cycle() {
	fromZero := !l.seams && !l.varied()
	if !fromZero {
		clear(l.u)
	}
	last := len(l.stages) - 1
	for n := range l.sweeps {
		for i := range l.stages {
			// The last stage leaves residuals of 0, which need not be restricted.
			l.relax(i, n == l.sweeps-1 && i == last, fromZero && n == 0 && i == 0)
		}
	}
	if !l.alone {
		l.restrict()
		l.coarse.cycle()
		l.prolong()
	}
	for n := range l.sweeps {
		for i := last; i >= 0; i-- {
			l.relax(i, n == 0 && i == last, false)
		}
	}
}

func (l *level) relax(number int, settle, fromZero bool) {
	l.stage = l.stages[number]
	l.stage.factor, l.stage.fromZero = l.factor, fromZero
	if settle {
		l.stage.factor = 1
	}
	l.inParallel((*level).relaxRows, l.shape[1]*l.shape[2])
}

// relaxRows takes each voxel of the stage towards where its own residual is 0,
//
//	u_i' = u_i + ω ((f_i + Σ_f T_f u_j) / (Σ_f T_f + k_i) − u_i)
func (l *level) relaxRows(from, to int) {
	nx := l.shape[0]
	for number := from; number < to; number++ {
		s := l.span(number)
		if s.from >= s.to {
			continue
		}
		first, n := number*nx+s.from, s.to-s.from
		u, f, inverse := l.u[first:][:n], l.f[first:][:n], l.inverse[first:][:n]
		switch row := l.u[number*nx:][:nx]; {
		case l.stage.fromZero:
			for i := 0; i < n; i += 2 {
				u[i] = f[i] * inverse[i]
			}
		case l.stage.factor == 1:
			l.neighbours(l.u, row, number, s)
			for i := 0; i < n; i += 2 {
				u[i] = (f[i] + u[i]) * inverse[i]
			}
		default:
			row = l.r[from*nx:][:nx] // stays in the cache
			l.neighbours(l.u, row, number, s)
			sums, factor := row[s.from:][:n], l.stage.factor
			for i := 0; i < n; i += 2 {
				u[i] += factor * ((f[i]+sums[i])*inverse[i] - u[i])
			}
		}
	}
}

// span returns the voxels of a row that belong to the stage.
func (l *level) span(number int) span {
	y, z, nx := number%l.shape[1], number/l.shape[1], l.shape[0]
	if l.wide() {
		return l.spanOfParities(y, z)
	}
	whole := span{(l.stage.colour + y + z) % 2, nx, 2}
	if !l.seams {
		return whole
	}
	seams := 0
	for axis, at := range [3]int{1: y, 2: z} {
		if axis > 0 && l.seam(axis) && at == l.shape[axis]-1 {
			seams++
		}
	}
	if !l.seam(0) {
		if seams%2 != l.stage.seam {
			return span{}
		}
		return whole
	}
	if seams%2 == l.stage.seam {
		return span{whole.from, nx - 1, 2}
	}
	if whole.from != (nx-1)%2 {
		return span{}
	}
	return span{nx - 1, nx, 2}
}

func (l *level) spanOfParities(y, z int) span {
	nx, want := l.shape[0], l.stage.parities
	switch {
	case l.parity(1, y) != want[1] || l.parity(2, z) != want[2]:
		return span{}
	case want[0] == 2:
		return span{nx - 1, nx, 2}
	case l.seam(0):
		return span{want[0], nx - 1, 2}
	}
	return span{want[0], nx, 2}
}

// unsettled returns the voxels of a row whose residual is not 0 after a sweep of
// the second colour; where there are no seams, they are the first's. On grids with
// links they are not looked for.
func (l *level) unsettled(number int) span {
	if l.seams || l.wide() {
		return span{0, l.shape[0], 1}
	}
	return span{(number%l.shape[1] + number/l.shape[1]) % 2, l.shape[0], 2}
}

// settled reports whether all voxels at an offset from places are settled: if all axes
// are halved, places are of the first colour.
func (l *level) settled(offset [3]int) bool {
	for axis, n := range l.shape {
		if n > 1 && !l.halved[axis] {
			return false
		}
	}
	return !l.seams && !l.wide() && (offset[0]+offset[1]+offset[2])%2 != 0
}

// restrict makes f of the coarser level.
func (l *level) restrict() {
	if l.varied() {
		l.inParallel((*level).residualRows, l.shape[1]*l.shape[2])
		l.gather(l.coarse.f, true)
	} else {
		l.inParallel((*level).restrictRows, l.coarse.shape[1]*l.coarse.shape[2])
	}
}

// prolong adds what the parents have found.
func (l *level) prolong() {
	if l.varied() {
		l.inParallel((*level).interpolateRows, l.shape[1]*l.shape[2])
	} else {
		l.inParallel((*level).prolongRows, l.shape[1]*l.shape[2])
	}
}

// restrictRows sums the residuals of the children of the coarser level's rows.
func (l *level) restrictRows(from, to int) {
	c, nx, shift := l.coarse, l.shape[0], l.shift()
	for parent := from; parent < to; parent++ {
		sums := c.f[parent*c.shape[0]:][:c.shape[0]]
		clear(sums)
		l.eachChild(parent, func(number int) {
			s := l.unsettled(number)
			at := number * nx
			l.neighbours(l.u, l.r[at:][:nx], number, s)
			u, f, r, diagonal := l.u[at:][:nx], l.f[at:][:nx], l.r[at:][:nx], l.diagonal[at:][:nx]
			for x := s.from; x < s.to; x += s.step {
				sums[x>>shift] += f[x] + (r[x] - diagonal[x]*u[x])
			}
		})
	}
}

// prolongRows adds the parents' values, where the sweep that follows reads them.
func (l *level) prolongRows(from, to int) {
	nx, shift := l.shape[0], l.shift()
	for number := from; number < to; number++ {
		y, z := number%l.shape[1], number/l.shape[1]
		parent := l.parent([3]int{0, y, z})
		c := l.coarse
		values := c.u[c.shape[0]*(parent[1]+c.shape[1]*parent[2]):][:c.shape[0]]
		s := l.unsettled(number)
		u := l.u[number*nx:][:nx]
		for x := s.from; x < s.to; x += s.step {
			u[x] += values[x>>shift]
		}
	}
}
