package cpu

import (
	"slices"

	"github.com/cytofield/cytofield/engine"
)

const (
	// lodRows is how many x lines are solved side by side: one alone waits for its
	// own recurrence.
	lodRows = 4
	// lodWidth is how many y or z lines are: a row of them per line of memory.
	lodWidth = 128
)

// split takes n steps of LOD: a sweep of backward Euler along each axis, then the cells.
// Mirrored by sweep_lod.glsl, exchange_lod.glsl and impose_dirichlet.glsl.
func (st *stepper) split(dt float64, n int) engine.Trial {
	if st.lod == nil || st.lod.dt != dt {
		st.lod = newLOD(st, dt)
	}
	l, all := st.lod, tally{}
	l.listActions(st.cells.Sites)
	for step := range n {
		all.add(st.sweepPlanes(step > 0))
		for i := range l.across {
			all.inflow += st.hold(l.nodes)
			all.add(st.sweep(&l.across[i]))
		}
		all.inflow += st.hold(l.nodes)
	}
	st.eachRow(func(row int) { st.act(row, row+1) })
	all.inflow += st.hold(l.nodes)
	for i := range l.actions {
		st.cells.integral[i] += dt * l.actions[i].seen
	}
	trial := st.measure()
	trial.Decayed, trial.Inflow = st.substrate.DecayRate*all.sum, all.inflow
	copy(st.far, st.density) // the candidate a failure reads
	return trial
}

// lod is what steps of one length need.
type lod struct {
	dt             float64
	within, across []sweep // those that lie in planes of z, where there are several, and the others
	nodes          []engine.Node
	firstNode      []int // of each plane, and the end
	planes         []tally
	actions        []action
}

func newLOD(st *stepper, dt float64) *lod {
	planes := st.grid.Shape[2]
	l := &lod{dt: dt, nodes: st.substrate.Nodes, planes: make([]tally, planes)}
	for _, line := range engine.Lines(st.substrate, dt) {
		if planes > 1 && line.Axis < 2 {
			l.within = append(l.within, sweep{line, st.grid.Shape})
		} else {
			l.across = append(l.across, sweep{line, st.grid.Shape})
		}
	}
	voxels := st.grid.Shape[0] * st.grid.Shape[1]
	for z := range planes + 1 {
		first, _ := slices.BinarySearchFunc(l.nodes, z*voxels, func(n engine.Node, voxel int) int { return n.Voxel - voxel })
		l.firstNode = append(l.firstNode, first)
	}
	return l
}

// hold gives nodes their densities, and returns what that adds up to.
func (st *stepper) hold(nodes []engine.Node) (added float64) {
	for _, node := range nodes {
		added += node.Density - st.density[node.Voxel]
		st.density[node.Voxel] = node.Density
	}
	return added
}

// tally is what lines add to the ledger: Σ c times their share of dt, and the inflow through
// held walls.
type tally struct{ sum, inflow float64 }

func (t *tally) add(more tally) {
	t.sum += more.sum
	t.inflow += more.inflow
}

// sweepPlanes sweeps each plane along x and y while it is in the cache, and before that lets
// the cells act that have not since the last step.
func (st *stepper) sweepPlanes(acting bool) (all tally) {
	l, size := st.lod, st.grid.Shape[0]*st.grid.Shape[1]
	inParallel(len(l.planes), func(from, to int) {
		desks := make([]*bundle, len(l.within))
		for i := range desks {
			desks[i] = l.within[i].newBundle()
		}
		for z := from; z < to; z++ {
			l.planes[z] = tally{}
			nodes := l.nodes[l.firstNode[z]:l.firstNode[z+1]]
			if acting {
				st.act(z*st.grid.Shape[1], (z+1)*st.grid.Shape[1])
				l.planes[z].inflow += st.hold(nodes)
			}
			for i := range l.within {
				l.planes[z].inflow += st.hold(nodes)
				for n := range l.within[i].bundles() {
					l.planes[z].add(desks[i].solve(st.density[z*size:][:size], n))
				}
			}
		}
	})
	for _, t := range l.planes {
		all.add(t)
	}
	return all
}

// sweep solves all lines along an axis. Sums are in the order of the bundles.
func (st *stepper) sweep(s *sweep) (all tally) {
	tallies := make([]tally, s.bundles())
	inParallel(len(tallies), func(from, to int) {
		desk := s.newBundle()
		for n := from; n < to; n++ {
			tallies[n] = desk.solve(st.density, n)
		}
	})
	for _, t := range tallies {
		all.add(t)
	}
	return all
}

// sweep is the lines along one axis, of a plane of z or, along z, of the whole grid. They are
// solved in bundles: along x of rows that follow one another, else of lines side by side.
type sweep struct {
	engine.Line
	shape [3]int
}

// chunks returns how many bundles lie side by side along x.
func (s *sweep) chunks() int { return (s.shape[0] + lodWidth - 1) / lodWidth }

func (s *sweep) bundles() int {
	switch s.Axis {
	case 0:
		return (s.shape[1] + lodRows - 1) / lodRows
	case 1:
		return s.chunks()
	default:
		return s.chunks() * s.shape[1]
	}
}

// solve solves the lines of a bundle in place.
func (b *bundle) solve(c []float64, number int) (t tally) {
	nx, ny := b.shape[0], b.shape[1]
	if b.Axis == 0 {
		t = b.solveRows(c[number*lodRows*nx : min((number+1)*lodRows, ny)*nx])
	} else {
		stride, chunks := nx, b.chunks()
		if b.Axis == 2 {
			stride = nx * ny
		}
		x := number % chunks * lodWidth
		t = b.solveBeside(c[number/chunks*nx+x:], stride, min(nx-x, lodWidth))
	}
	t.sum *= b.Share
	return t
}

// held reports whether a wall holds a density at an end of the lines.
func held(l engine.Line) bool {
	_, lower := l.Held(0)
	_, upper := l.Held(1)
	return lower || upper
}

// ends returns what held walls add to the second difference at the two ends of a
// line, 2 (c_wall − c), or 0.
func ends(l engine.Line, first, last float64) (lower, upper float64) {
	if wall, ok := l.Held(0); ok {
		lower = 2 * (wall - first)
	}
	if wall, ok := l.Held(1); ok {
		upper = 2 * (wall - last)
	}
	return lower, upper
}

// solveRows solves up to lodRows lines along x that follow one another. Its sum is Σ c.
func (b *bundle) solveRows(c []float64) (t tally) {
	l, change, n := b.Line, b.change, len(b.Transfer)
	if len(c) == lodRows*n {
		t.sum = solveFour(l, c, change)
	} else {
		for at := 0; at < len(c); at += n {
			t.sum += solveOne(l, c[at:][:n], change[:n])
		}
	}
	if held(l) {
		for at := 0; at < len(c); at += n {
			lower, upper := ends(l, c[at], c[at+n-1])
			t.inflow += l.Fourier * (lower + upper)
		}
	}
	return t
}

// solveOne solves one line in place and returns Σ c.
func solveOne(l engine.Line, c, change []float64) float64 {
	n := len(c)
	lower, upper := ends(l, c[0], c[n-1])
	below, d := -lower, 0.0 // difference to the voxel before
	for i, own := range c {
		above := upper
		if i < n-1 {
			above = c[i+1] - own
		}
		d = l.Transfer[i]*((above-below)+d) - l.Loss[i]*own
		change[i], below = d, above
	}
	sum := 0.0
	d = 0
	for i := n - 1; i >= 0; i-- {
		d = change[i] + l.Transfer[i]*d
		c[i] += d
		sum += c[i]
	}
	return sum
}

// solveFour does for four lines what solveOne does for one.
func solveFour(l engine.Line, c, change []float64) float64 {
	n := len(l.Transfer)
	transfer, loss := l.Transfer, l.Loss[:n]
	c0, c1, c2, c3 := c[:n], c[n:][:n], c[2*n:][:n], c[3*n:][:n]
	d0, d1, d2, d3 := change[:n], change[n:][:n], change[2*n:][:n], change[3*n:][:n]
	b0, u0 := ends(l, c0[0], c0[n-1])
	b1, u1 := ends(l, c1[0], c1[n-1])
	b2, u2 := ends(l, c2[0], c2[n-1])
	b3, u3 := ends(l, c3[0], c3[n-1])
	b0, b1, b2, b3 = -b0, -b1, -b2, -b3
	var e0, e1, e2, e3 float64
	o0, o1, o2, o3 := c0[0], c1[0], c2[0], c3[0]
	last := n - 1
	for i := range last {
		e, k := transfer[i], loss[i]
		n0, n1, n2, n3 := c0[i+1], c1[i+1], c2[i+1], c3[i+1]
		a0, a1, a2, a3 := n0-o0, n1-o1, n2-o2, n3-o3
		e0 = e*((a0-b0)+e0) - k*o0
		e1 = e*((a1-b1)+e1) - k*o1
		e2 = e*((a2-b2)+e2) - k*o2
		e3 = e*((a3-b3)+e3) - k*o3
		d0[i], d1[i], d2[i], d3[i] = e0, e1, e2, e3
		b0, b1, b2, b3 = a0, a1, a2, a3
		o0, o1, o2, o3 = n0, n1, n2, n3
	}
	e, k := transfer[last], loss[last]
	e0 = e*((u0-b0)+e0) - k*o0
	e1 = e*((u1-b1)+e1) - k*o1
	e2 = e*((u2-b2)+e2) - k*o2
	e3 = e*((u3-b3)+e3) - k*o3
	o0, o1, o2, o3 = o0+e0, o1+e1, o2+e2, o3+e3
	c0[last], c1[last], c2[last], c3[last] = o0, o1, o2, o3
	s0, s1, s2, s3 := o0, o1, o2, o3
	for i := last - 1; i >= 0; i-- {
		e := transfer[i]
		e0 = d0[i] + e*e0
		e1 = d1[i] + e*e1
		e2 = d2[i] + e*e2
		e3 = d3[i] + e*e3
		o0, o1, o2, o3 = c0[i]+e0, c1[i]+e1, c2[i]+e2, c3[i]+e3
		c0[i], c1[i], c2[i], c3[i] = o0, o1, o2, o3
		s0 += o0
		s1 += o1
		s2 += o2
		s3 += o3
	}
	return s0 + s1 + s2 + s3
}

// bundle solves a bundle of the lines of a sweep.
type bundle struct {
	*sweep
	change []float64    // d, row by row
	ghost  [2][]float64 // beyond a held wall: c_wall + (c_wall − c)
	none   []float64    // zeros
}

func (s *sweep) newBundle() *bundle {
	width := lodRows
	if s.Axis > 0 {
		width = min(s.shape[0], lodWidth)
	}
	return &bundle{
		sweep: s, change: make([]float64, s.shape[s.Axis]*width), none: make([]float64, width),
		ghost: [2][]float64{make([]float64, width), make([]float64, width)},
	}
}

// solveBeside solves lines along y or z, a row of up to lodWidth at a time, whose rows lie
// stride apart. Its sum is Σ c.
func (b *bundle) solveBeside(c []float64, stride, width int) (t tally) {
	n := len(b.Transfer)
	row := func(i int) []float64 { return c[i*stride:][:width] }
	change := func(i int) []float64 { return b.change[i*width:][:width] }
	before := b.none[:width]
	for i := range n {
		own := row(i)
		var lower, upper []float64
		if i > 0 {
			lower = row(i - 1)
		} else {
			lower = b.beyond(0, own)
		}
		if i < n-1 {
			upper = row(i + 1)
		} else {
			upper = b.beyond(1, own)
		}
		forward(b.Transfer[i], b.Loss[i], lower, own, upper, before, change(i))
		before = change(i)
	}
	after := b.none[:width]
	for i := n - 1; i >= 0; i-- {
		t.sum += backward(b.Transfer[i], change(i), after, row(i))
		after = change(i)
	}
	if held(b.Line) {
		for x := range width {
			lower, upper := ends(b.Line, row(0)[x], row(n - 1)[x])
			t.inflow += b.Fourier * (lower + upper)
		}
	}
	return t
}

// beyond mirrors a row at a wall: what is held, or nothing that differs.
func (b *bundle) beyond(side int, own []float64) []float64 {
	wall, ok := b.Held(side)
	if !ok {
		return own
	}
	ghost := b.ghost[side][:len(own)]
	for x, c := range own {
		ghost[x] = wall + (wall - c)
	}
	return ghost
}

// forward writes d'_i of a row of lines.
func forward(transfer, loss float64, lower, own, upper, before, change []float64) {
	n, rest := inBlocks(own)
	c, l, u, b, out := blocks(own, n), blocks(lower, n), blocks(upper, n), blocks(before, n), blocks(change, n)
	e, k := all(transfer), all(loss)
	for i := range c {
		c := load(&c[i])
		differences := load(&l[i]).Sub(c).Add(load(&u[i]).Sub(c))
		store(e.Mul(differences.Add(load(&b[i]))).Sub(k.Mul(c)), &out[i])
	}
	leaveVectors()
	for x := rest; x < len(own); x++ {
		c := own[x]
		change[x] = transfer*(((lower[x]-c)+(upper[x]-c))+before[x]) - loss*c
	}
}

// backward turns d'_i into d_i, adds it to the density, and returns the row's Σ c.
func backward(transfer float64, change, after, c []float64) float64 {
	n, rest := inBlocks(c)
	d, a, o := blocks(change, n), blocks(after, n), blocks(c, n)
	e := all(transfer)
	var sum vector
	for i := range o {
		change := load(&d[i]).Add(e.Mul(load(&a[i])))
		next := load(&o[i]).Add(change)
		store(change, &d[i])
		store(next, &o[i])
		sum = sum.Add(next)
	}
	s := total(sum)
	for x := rest; x < len(c); x++ {
		change[x] += transfer * after[x]
		c[x] += change[x]
		s += c[x]
	}
	return s
}

// action is what the cells of a voxel do in a step of LOD, as BioFVM's do,
//
//	seen = c + dt (source − export − sink c)/(1 + dt sink) = c + gain − loss c
//	c' = seen + dt export = seen + given
//
// c' − c = dt (source − sink seen) is what the ledger books. BioFVM applies the cells of a
// voxel one after another; a site adds their rates up first.
type action struct {
	voxel             int
	loss, gain, given float64
	seen              float64 // Σ of the steps
}

// listActions makes the actions of the sites as they are.
func (l *lod) listActions(sites []engine.Site) {
	l.actions = l.actions[:0]
	for _, s := range sites {
		scale := l.dt / (1 + l.dt*s.Sink)
		l.actions = append(l.actions, action{voxel: s.Voxel, loss: scale * s.Sink, gain: scale * (s.Source - s.Export), given: l.dt * s.Export})
	}
}

// act lets the linear cells of some rows act. Mirrored by exchange_lod.glsl.
func (st *stepper) act(from, to int) {
	actions := st.lod.actions[st.cells.firstSite[from]:st.cells.firstSite[to]]
	for i := range actions {
		a := &actions[i]
		c := st.density[a.voxel]
		seen := c + (a.gain - a.loss*c)
		a.seen += seen
		st.density[a.voxel] = seen + a.given
	}
}
