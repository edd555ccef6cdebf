package cpu

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/engine"
)

// herd is how many cells of a cohort are evaluated at a time.
const herd = 128

// cohort is engine.Cohort at work. Its states go through the stages in increments, as the
// fields do. Mirrored by evaluate_cohort.glsl.
type cohort struct {
	*engine.Cohort
	members []*stepper
	voxel   []int32 // per cell, where each is in but one; nil elsewhere

	state, rate, near, far [][]float64 // per variable: y, F(y), d_{j−1}, d_{j−2}; see stepper
	fluids                 []*cohortFluid
	workers                []*physiology
	trials                 []engine.StateTrial
	steep                  []float64 // per herd, of its states: see steepness
	mix                    float64   // what solve gives a share in pull
	gathered               bool      // whether exchanged.seen is of where cells are evaluated next
}

// cohortFluid is what the cells exchange with one member of the group.
type cohortFluid struct {
	*engine.CohortFluid
	now, next, stage exchanged // at c, at the candidate, and at a stage
	// Σ_j w_j of what a stage changes, and the integrals booked.
	fluxShare, givenShare, flux, given []float64
	pull, correction                   []float64 // of Pairs: J as it is known, and Spread Σ Excess J
	sink                               []float64 // κ′, what a cell takes up per density at its surface, as it is known to tips
	echo                               []float64 // what tips give off besides their law: see engine.Echo
	slope                              []float64 // bound of |dF/dm| that a cell adds to its voxel, amount/s per density
	drops
}

// exchanged is, per cell, what it sees of the field but for Pairs, the density at its
// surface, the net flux into it and what it gives off.
type exchanged struct{ seen, surface, flux, given []float64 }

// drops are where the fluxes of cells go, in the order of voxels.
type drops struct {
	first []int // per row of voxels and the end: its place in all
	all   []drop
}

// drop is the share of a cell's flux that goes into a voxel, per capacity.
type drop struct {
	voxel, cell int32
	share       float64
}

func newDrops(st *stepper, all []drop) drops {
	d := drops{make([]int, len(st.stencil.rows)+1), all}
	for _, one := range all {
		d.first[int(one.voxel)/st.grid.Shape[0]+1]++
	}
	for row := range st.stencil.rows {
		d.first[row+1] += d.first[row]
	}
	return d
}

// add adds −scale × flux × share/capacity to the voxels of every cell.
func (d *drops) add(st *stepper, target []float64, scale float64, flux []float64) {
	st.eachRow(func(row int) {
		for _, one := range d.all[d.first[row]:d.first[row+1]] {
			target[one.voxel] -= scale * one.share * flux[one.cell]
		}
	})
}

// addChange adds −scale (flux at a stage − flux) share/capacity to a row of voxels.
func (d *drops) addChange(row int, target []float64, scale float64, stage, now []float64) {
	for _, one := range d.all[d.first[row]:d.first[row+1]] {
		target[one.voxel] -= scale * one.share * (stage[one.cell] - now[one.cell])
	}
}

func newCohort(c *engine.Cohort, members []*stepper) *cohort {
	all := &cohort{members: members}
	all.settle(c)
	return all
}

// settle takes the cells of a cohort with their states.
func (c *cohort) settle(from *engine.Cohort) {
	c.Cohort, c.workers = from, nil
	n := len(from.Cells)
	fields := func() [][]float64 {
		all := make([][]float64, len(from.State))
		for v := range all {
			all[v] = make([]float64, n)
		}
		return all
	}
	c.state, c.rate, c.near, c.far = fields(), fields(), fields(), fields()
	for v, y := range from.State {
		copy(c.state[v], y)
	}
	c.voxel = onlyVoxels(&from.Footprints)
	c.trials = make([]engine.StateTrial, len(from.State))
	c.steep = make([]float64, (n+herd-1)/herd)
	c.fluids = nil
	for i := range from.Fluids {
		c.fluids = append(c.fluids, newCohortFluid(&from.Fluids[i], &from.Footprints, c.members[from.Fluids[i].Member]))
	}
}

// onlyVoxels returns the voxel of each cell, nil where any has several.
func onlyVoxels(f *engine.Footprints) []int32 {
	if len(f.Voxel) != len(f.First)-1 {
		return nil
	}
	all := make([]int32, len(f.Voxel))
	for i, v := range f.Voxel {
		all[i] = int32(v)
	}
	return all
}

func newCohortFluid(from *engine.CohortFluid, f *engine.Footprints, st *stepper) *cohortFluid {
	n := len(from.Laws)
	fluid := &cohortFluid{CohortFluid: from}
	for _, field := range []*[]float64{
		&fluid.now.seen, &fluid.now.surface, &fluid.now.flux, &fluid.now.given,
		&fluid.next.seen, &fluid.next.surface, &fluid.next.flux, &fluid.next.given,
		&fluid.stage.seen, &fluid.stage.surface, &fluid.stage.flux, &fluid.stage.given,
		&fluid.fluxShare, &fluid.givenShare, &fluid.flux, &fluid.given, &fluid.slope, &fluid.pull, &fluid.correction, &fluid.sink, &fluid.echo,
	} {
		*field = make([]float64, n)
	}
	mosaic := st.substrate.Mosaic
	all := make([]drop, 0, len(f.Voxel))
	f.EachByVoxel(st.grid.Voxels(), func(cell, entry int) {
		v := f.Voxel[entry]
		if mosaic == nil || mosaic.Free(v) {
			all = append(all, drop{int32(v), int32(cell), f.Share[entry] / from.Capacity.At(v)})
		}
	})
	fluid.drops = newDrops(st, all)
	return fluid
}

// column returns where derivatives by an index of the rates stand: the fluids come first.
func (c *cohort) column(index int) int {
	if v := index - c.Kinetics.Substrates; v >= 0 {
		return len(c.fluids) + v
	}
	return slices.IndexFunc(c.fluids, func(f *cohortFluid) bool { return int(f.Substrate) == index })
}

// eachHerd shares the herds out to the processors.
func (c *cohort) eachHerd(visit func(p *physiology, i, from, to int)) {
	n := len(c.steep)
	for len(c.workers) < workers(n) {
		c.workers = append(c.workers, c.newPhysiology())
	}
	if n == 0 {
		return
	}
	inParallelBy(n, func(worker, first, last int) {
		for i := first; i < last; i++ {
			visit(c.workers[worker], i, i*herd, min((i+1)*herd, len(c.Cells)))
		}
	})
}

// view picks the densities and states that cells are evaluated at: c + unit × d and
// y + unit × dy, without d where unit is 0.
type view struct {
	c, d  func(*stepper) []float64
	y, dy [][]float64
	unit  float64
}

// states writes y + unit × dy of a herd, a row per variable.
func (v view) states(rows [][]float64, from, to int) {
	for i, y := range v.y {
		copy(rows[i], y[from:to])
		if v.unit != 0 {
			for k, d := range v.dy[i][from:to] {
				rows[i][k] += v.unit * d
			}
		}
	}
}

// evaluate solves the laws of a herd and evaluates its rates, which stay in p; out picks
// where a fluid's exchange goes.
func (c *cohort) evaluate(p *physiology, v view, from, to int, out func(*cohortFluid) *exchanged) {
	c.surfaces(p, v, from, to, out)
	values := within(p.values, to-from)
	for _, k := range p.inner {
		p.rates[k].Row(p.rate[k][:to-from], values)
	}
	for _, fluid := range c.fluids {
		p.exchange(fluid, out(fluid), from, to)
	}
}

// surfaces writes the densities at the surfaces of a herd, and what they make flow.
func (c *cohort) surfaces(p *physiology, v view, from, to int, out func(*cohortFluid) *exchanged) {
	n := to - from
	v.states(p.values[c.Kinetics.Substrates:], from, to)
	for i, fluid := range c.fluids {
		e := out(fluid)
		if !c.gathered {
			c.gather(fluid, e, v, from, to)
		}
		for k, seen := range e.seen[from:to] {
			p.seen[k] = seen - fluid.correction[from+k]
		}
		p.react(c, i, from, n)
		p.solve(fluid, e, from, to, c.mix)
		p.raise(fluid, i, e.surface[from:to])
		copy(p.values[fluid.Substrate], e.surface[from:to])
	}
}

// gather writes Σ share (c + unit d) of each cell; Σ share c is known where d is not 0.
func (c *cohort) gather(fluid *cohortFluid, e *exchanged, v view, from, to int) {
	st, seen := c.members[fluid.Member], e.seen[from:to]
	if v.unit == 0 {
		c.means(v.c(st), from, seen)
		return
	}
	c.means(v.d(st), from, seen)
	for k, before := range fluid.now.seen[from:to] {
		seen[k] = before + v.unit*seen[k]
	}
}

// means writes Σ share c of cells from a number on. What they wait for is memory: in a loop
// this short many reads are under way at once.
func (c *cohort) means(field []float64, from int, seen []float64) {
	if c.voxel != nil {
		for k, voxel := range c.voxel[from:][:len(seen)] {
			seen[k] = field[voxel]
		}
		return
	}
	for k := range seen {
		seen[k] = mean(&c.Footprints, from+k, field)
	}
}

// mean returns Σ share c of a cell.
func mean(f *engine.Footprints, cell int, field []float64) (seen float64) {
	for e := f.First[cell]; e < f.First[cell+1]; e++ {
		seen += f.Share[e] * field[f.Voxel[e]]
	}
	return seen
}

// correct writes Spread Σ Excess J for the cells with neighbours.
func (c *cohort) correct(all []*cohort) {
	if len(c.Pairs.Other) == 0 {
		return
	}
	for _, f := range c.fluids {
		pulls := make([][]float64, len(all)) // per cohort; nil where it leaves the substrate alone
		for i, other := range all {
			if theirs := other.fluidOf(f.Member); theirs != nil {
				pulls[i] = theirs.pull
			}
		}
		inParallel(len(c.Cells), func(from, to int) {
			for k := from; k < to; k++ {
				sum := 0.0
				for _, n := range c.Pairs.Other[c.Pairs.First[k]:c.Pairs.First[k+1]] {
					if pulls[n.Cohort] != nil {
						sum += n.Excess * pulls[n.Cohort][n.Cell]
					}
				}
				f.correction[k] = f.Spread[k] * sum
			}
		})
	}
}

// fluidOf returns how the cells meet a member of the group; nil where they leave it alone.
func (c *cohort) fluidOf(member int) *cohortFluid {
	for _, f := range c.fluids {
		if f.Member == member {
			return f
		}
	}
	return nil
}

// answer makes what tips give off for the cells they lie next to.
func (c *cohort) answer(all []*cohort) {
	for k, tip := range c.Tips {
		f, e, beta := c.fluids[0], tip.Echo, 0.0
		if e.Hindrance > 0 {
			beta = e.Hindrance * all[e.Cohort].fluidOf(f.Member).sink[e.Cell]
		}
		f.echo[k] = e.Dipole*(1-beta)/(2+beta) + e.Quadrupole*(2-beta)/(3+beta)
	}
}

// addRate evaluates the cells at v, writes their rates and adds scale times their flux to
// a field of every member.
func (c *cohort) addRate(v view, rate [][]float64, out func(*cohortFluid) *exchanged, target func(*stepper) []float64, scale float64) {
	c.eachHerd(func(p *physiology, i, from, to int) {
		c.evaluate(p, v, from, to, out)
		for variable := range rate {
			p.changeRow(c, variable, to-from, rate[variable][from:to])
		}
		c.steepen(p, i, from, to, out)
	})
	for _, fluid := range c.fluids {
		st := c.members[fluid.Member]
		fluid.drops.add(st, target(st), scale, out(fluid).flux)
	}
	c.gathered = false
}

func (c *cohort) atPresent() view { return view{c: (*stepper).now, y: c.state} }

func (c *cohort) atCandidate() view { return view{c: (*stepper).candidate, y: c.far} }

func (f *cohortFluid) atNow() *exchanged { return &f.now }

func (f *cohortFluid) atNext() *exchanged { return &f.next }

func (f *cohortFluid) atStage() *exchanged { return &f.stage }

// inStage is what a stage evaluates the cells at.
func (c *cohort) inStage(p *pass) view {
	v := view{c: (*stepper).now, d: p.before, y: c.state, dy: c.near, unit: p.unit}
	if p.first {
		v.dy = c.rate
	}
	return v
}

// stage takes the states through a stage, as stepper.advanceRow takes the fields, which
// take up the fluxes with it.
func (c *cohort) stage(p *pass) {
	v := c.inStage(p)
	scale := p.dt * p.MuTilde
	c.eachHerd(func(ph *physiology, _, from, to int) {
		c.evaluate(ph, v, from, to, (*cohortFluid).atStage)
		for i := range c.state {
			ph.changeRow(c, i, to-from, ph.row[:to-from])
			c.advance(p, i, from, to, v.dy[i], ph.row, scale)
		}
		for _, fluid := range c.fluids {
			fluid.weigh(p, from, to)
		}
	})
	c.gathered = false
}

// advance makes d_j of a variable, or the candidate at the last stage.
func (c *cohort) advance(p *pass, variable, from, to int, near, rates []float64, scale float64) {
	far, rate, state := c.far[variable], c.rate[variable], c.state[variable]
	for k := from; k < to; k++ {
		next := p.Mu*p.unit*near[k] + p.share*rate[k] + scale*(rates[k-from]-rate[k])
		if p.kept != 0 {
			next += p.kept * far[k]
		}
		if p.last {
			next += state[k]
		}
		far[k] = next
	}
}

// weigh adds the stage's weight to the shares of what the cells exchanged.
func (f *cohortFluid) weigh(p *pass, from, to int) {
	if p.first {
		clear(f.fluxShare[from:to])
		clear(f.givenShare[from:to])
	}
	for k := from; k < to; k++ {
		f.fluxShare[k] += p.Weight * (f.stage.flux[k] - f.now.flux[k])
		f.givenShare[k] += p.Weight * (f.stage.given[k] - f.now.given[k])
	}
}

func (c *cohort) swap() { c.near, c.far = c.far, c.near }

// compare takes stock of the candidates; F of them is in near.
func (c *cohort) compare(dt float64) {
	for v := range c.trials {
		t := engine.StateTrial{}
		for k, y := range c.far[v] {
			defect := y - c.state[v][k] - dt/2*(c.rate[v][k]+c.near[v][k])
			t.Defect2 += defect * defect
			t.Norm2 += y * y
			t.Most = max(t.Most, math.Abs(y))
		}
		c.trials[v] = t
	}
}

// accept makes the candidates the states and books dt (F(c) + share).
func (c *cohort) accept(dt float64) {
	for _, f := range c.fluids {
		for k := range f.flux {
			f.flux[k] += dt * (f.now.flux[k] + f.fluxShare[k])
			f.given[k] += dt * (f.now.given[k] + f.givenShare[k])
		}
		f.now, f.next = f.next, f.now
	}
	c.state, c.far = c.far, c.state
	c.rate, c.near = c.near, c.rate
}

// flow adds dt times the fluxes to the members' next densities.
func (c *cohort) flow(dt float64) {
	c.addRate(c.atPresent(), c.rate, (*cohortFluid).atNow, (*stepper).candidate, dt)
}

// euler makes y + dt F(y) the states, of the rates that flow left, and books the fluxes.
func (c *cohort) euler(dt float64) {
	for v, rate := range c.rate {
		for k, f := range rate {
			c.state[v][k] += dt * f
		}
	}
	for _, f := range c.fluids {
		for k := range f.flux {
			f.flux[k] += dt * f.now.flux[k]
			f.given[k] += dt * f.now.given[k]
		}
	}
}

// finishEuler takes stock after a batch of steps of forward Euler.
func (c *cohort) finishEuler() {
	for v, of := range c.state {
		copy(c.far[v], of)
		clear(c.near[v])
	}
	c.compare(0)
}

// Trials tell of the last step.
func (c *cohort) Trials() []engine.StateTrial { return c.trials }

// Integrals hands over what was booked and starts anew.
func (c *cohort) Integrals() (in engine.CohortIntegrals, err error) {
	for _, f := range c.fluids {
		in.Flux, in.Given = append(in.Flux, f.flux), append(in.Given, f.given)
		f.flux, f.given = make([]float64, len(f.flux)), make([]float64, len(f.given))
	}
	return in, nil
}

// Exchange returns what the cells exchange at F(c).
func (c *cohort) Exchange() (e engine.CohortExchange, err error) {
	for _, f := range c.fluids {
		e.Surface, e.Flux, e.Given = append(e.Surface, f.now.surface), append(e.Flux, f.now.flux), append(e.Given, f.now.given)
	}
	return e, nil
}

// Read copies the states.
func (c *cohort) Read(state [][]float64) error {
	for v := range state {
		copy(state[v], c.state[v])
	}
	return nil
}

// Replace takes new cells.
func (c *cohort) Replace(from *engine.Cohort) error {
	c.settle(from)
	return nil
}
