package multigrid

// linkedRow is a row of neighbours of another row's voxels, on the sides below, level
// and above along x.
type linkedRow struct {
	u       []float64
	t       [3][]float64 // T, nil where there is none, of voxel x at x + shift
	shift   [3]int
	wrapped bool // its last voxel is below its first
}

// linked is neighbours on a grid with links.
func (l *level) linked(u, out []float64, number int, s span) {
	n := l.shape[0]
	for x := s.from; x < s.to; x += s.step {
		out[x] = 0
	}
	own := [3]int{0, number % l.shape[1], number / l.shape[1]}
	for dz := -1; dz <= 1; dz++ {
		for dy := -1; dy <= 1; dy++ {
			next, open := l.beside(own, [3]int{0, dy, dz})
			if !open {
				continue
			}
			r := linkedRow{wrapped: l.periodic[0]}
			at := n * (next[1] + l.shape[1]*next[2])
			r.u = u[at:][:n]
			for dx := -1; dx <= 1; dx++ {
				side := sideAt([3]int{dx, dy, dz})
				switch {
				case side < self && l.links[side] != nil:
					r.t[1+dx] = l.links[side][number*n:][:n]
				case side > self && l.links[Sides-1-side] != nil: // kept at the other end
					r.t[1+dx], r.shift[1+dx] = l.links[Sides-1-side][at:][:n], dx
				}
			}
			if r.t[1] == nil { // the row itself
				r.t[1] = l.wall
			}
			r.add(out, s)
		}
	}
}

// add adds Σ T u_j over the row's voxels.
func (r *linkedRow) add(out []float64, s span) {
	n := len(r.u)
	from, to := s.from, min(s.to, n-1)
	if from == 0 {
		out[0] += r.first()
		from = s.step
	}
	if n > 1 && s.to == n && (n-1-s.from)%s.step == 0 {
		out[n-1] += r.last()
	}
	if from >= to {
		return
	}
	m := to - from
	below, level, above := r.u[from-1:][:m], r.u[from:][:m], r.u[from+1:][:m]
	toBelow, toLevel, toAbove := r.t[0][from+r.shift[0]:][:m], r.t[1][from:][:m], r.t[2][from+r.shift[2]:][:m]
	out = out[from:][:m]
	if s.step == 1 {
		for i := range out {
			out[i] += toBelow[i]*below[i] + toLevel[i]*level[i] + toAbove[i]*above[i]
		}
		return
	}
	for i := 0; i < m; i += 2 {
		out[i] += toBelow[i]*below[i] + toLevel[i]*level[i] + toAbove[i]*above[i]
	}
}

// first is what add adds to the row's first voxel.
func (r *linkedRow) first() float64 {
	n, sum := len(r.u), r.t[1][0]*r.u[0]
	if n == 1 {
		return sum
	}
	if r.wrapped {
		sum += r.t[0][(n+r.shift[0])%n] * r.u[n-1]
	}
	return sum + r.t[2][r.shift[2]]*r.u[1]
}

// last is what add adds to the row's last voxel, where it is not the first.
func (r *linkedRow) last() float64 {
	n := len(r.u)
	sum := r.t[1][n-1] * r.u[n-1]
	if r.wrapped {
		sum += r.t[2][(n-1+r.shift[2])%n] * r.u[0]
	}
	return sum + r.t[0][n-1+r.shift[0]]*r.u[n-2]
}

// residualRows writes f − A u, where it may be other than 0.
func (l *level) residualRows(from, to int) {
	nx := l.shape[0]
	for number := from; number < to; number++ {
		at := number * nx
		u, f, r, diagonal := l.u[at:][:nx], l.f[at:][:nx], l.r[at:][:nx], l.diagonal[at:][:nx]
		clear(r)
		s := l.unsettled(number)
		l.neighbours(l.u, r, number, s)
		for x := s.from; x < s.to; x += s.step {
			r[x] = f[x] + (r[x] - diagonal[x]*u[x])
		}
	}
}

// gatherRows gathers r by the shares of the basis.
func (l *level) gatherRows(from, to int) {
	c, nx := l.coarse, l.shape[0]
	for parent := from; parent < to; parent++ {
		at := parent * c.shape[0]
		sums := l.gathered[at:][:c.shape[0]]
		clear(sums)
		for side := range Sides {
			offset := offsetTo(side)
			shares := l.basis[side]
			if side != self && shares == nil || l.unsettledOnly && l.settled(offset) {
				continue
			}
			child, exists := l.child([3]int{0, parent % c.shape[1], parent / c.shape[1]}, [3]int{0, offset[1], offset[2]})
			if !exists {
				continue
			}
			r := l.r[nx*(child[1]+l.shape[1]*child[2]):][:nx]
			if side == self {
				for x := range sums {
					sums[x] += r[x<<l.shift()]
				}
				continue
			}
			addShares(sums, shares[at:][:len(sums)], r, offset[0], l.shift())
		}
	}
}

// addShares adds the shares of what lies at an offset from the places of a row's
// parents, every voxel or every other.
func addShares(sums, shares, r []float64, offset, shift int) {
	first := 0
	if offset < 0 {
		sums[0] += shares[0] * r[len(r)-1] // of a wall's voxel nothing
		first = 1
	}
	for x := first; x < len(sums) && x<<shift+offset < len(r); x++ {
		sums[x] += shares[x] * r[x<<shift+offset]
	}
}

// interpolateRows adds to each voxel its shares of its parents' values, where the sweep
// that follows reads it.
func (l *level) interpolateRows(from, to int) {
	nx := l.shape[0]
	for number := from; number < to; number++ {
		u, s := l.u[number*nx:][:nx], l.unsettled(number)
		places, n := l.places([3]int{0, number % l.shape[1], number / l.shape[1]}, &l.coarse.grid)
		for _, p := range places[:n] {
			l.addParents(u, s, p)
		}
	}
}

// addParents adds what the parents in the row of a place give.
func (l *level) addParents(u []float64, s span, p place) {
	n, side := l.coarse.shape[0], Sides-1-p.side
	row := func(values []float64) []float64 { return values[p.parent:][:n] }
	values, shift := row(l.coarse.u), l.shift()
	if shift == 0 || s.from == 0 { // at places along x
		step := max(s.step>>shift, 1)
		first := s.from
		if side == self {
			for x := first; x < n; x += step {
				u[x<<shift] += values[x]
			}
		} else {
			shares := row(l.basis[side])
			for x := first; x < n; x += step {
				u[x<<shift] += shares[x] * values[x]
			}
		}
	}
	if shift == 0 || s.from == 0 && s.step == 2 {
		return
	}
	above, below := row(l.basis[side+1]), row(l.basis[side-1])
	for x := 1; x < len(u)-1; x += 2 {
		u[x] += above[x/2]*values[x/2] + below[x/2+1]*values[x/2+1]
	}
	if x := len(u) - 1; x%2 == 1 {
		u[x] += above[x/2] * values[x/2]
		if l.periodic[0] {
			u[x] += below[0] * values[0]
		}
	}
}
