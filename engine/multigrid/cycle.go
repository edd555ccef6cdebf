package multigrid

// cycle writes to u what one cycle makes of A u = f from u = 0: a symmetric and
// positive map of f.
func (l *level) cycle() {
	if l.seams {
		clear(l.u)
	}
	for i := range l.sweeps {
		l.sweep(0, i == 0 && !l.seams)
		l.sweep(1, false)
	}
	if !l.alone {
		l.inParallel((*level).restrictRows, l.coarse.shape[1]*l.coarse.shape[2])
		l.coarse.cycle()
		l.inParallel((*level).prolongRows, l.shape[1]*l.shape[2])
	}
	for range l.sweeps {
		l.sweepBack(1)
		l.sweepBack(0)
	}
}

// sweep relaxes the voxels of one colour, those that touch an odd number of seams last.
func (l *level) sweep(colour int, fromZero bool) {
	l.relax(stage{colour, 0, fromZero})
	if l.seams {
		l.relax(stage{colour, 1, fromZero})
	}
}

// sweepBack is sweep in reverse order.
func (l *level) sweepBack(colour int) {
	if l.seams {
		l.relax(stage{colour, 1, false})
	}
	l.relax(stage{colour, 0, false})
}

func (l *level) relax(s stage) {
	l.stage = s
	l.inParallel((*level).relaxRows, l.shape[1]*l.shape[2])
}

// relaxRows solves each voxel of the stage for its own u,
//
//	u_i = (f_i + Σ_f T_f u_j) / (Σ_f T_f + k_i)
func (l *level) relaxRows(from, to int) {
	nx := l.shape[0]
	for number := from; number < to; number++ {
		s := l.span(number)
		if s.from >= s.to {
			continue
		}
		first, n := number*nx+s.from, s.to-s.from
		u, f, inverse := l.u[first:][:n], l.f[first:][:n], l.inverse[first:][:n]
		if l.stage.fromZero {
			for i := 0; i < n; i += 2 {
				u[i] = f[i] * inverse[i]
			}
			continue
		}
		l.neighbours(l.u, l.u, number, s)
		for i := 0; i < n; i += 2 {
			u[i] = (f[i] + u[i]) * inverse[i]
		}
	}
}

// span returns the voxels of a row that belong to the stage. A seam is the last
// voxel along an odd periodic axis, whose upper neighbour has its colour; that
// neighbour touches one seam less.
func (l *level) span(number int) span {
	y, z, nx := number%l.shape[1], number/l.shape[1], l.shape[0]
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

// seam reports whether an axis is periodic and odd.
func (l *level) seam(axis int) bool { return l.periodic[axis] && l.shape[axis]%2 == 1 }

// unsettled returns the voxels of a row whose residual is not 0 after a sweep of
// the second colour; where there are no seams, they are the first's.
func (l *level) unsettled(number int) span {
	if l.seams {
		return span{0, l.shape[0], 1}
	}
	return span{(number%l.shape[1] + number/l.shape[1]) % 2, l.shape[0], 2}
}

// restrictRows sums the residuals of the children of the coarser level's rows.
func (l *level) restrictRows(from, to int) {
	c, nx, shift := l.coarse, l.shape[0], l.shift()
	for parent := from; parent < to; parent++ {
		sums := c.f[parent*c.shape[0]:][:c.shape[0]]
		clear(sums)
		l.eachChild(parent, func(number int) {
			s := l.unsettled(number)
			l.neighbours(l.u, l.r, number, s)
			at := number * nx
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
