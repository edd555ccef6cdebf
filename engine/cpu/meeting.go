package cpu

import "github.com/cytofield/cytofield/engine"

// meeting is where cells meet a tagged substrate one by one: those of a cohort, or those
// without reactions whose flux is not linear. See engine.Tagged. Mirrored by
// attribute_cohort.glsl.
type meeting struct {
	parent     *stepper
	tags       []*stepper
	laws       []engine.SurfaceLaw
	own        []int // per cell: the tag of what it makes
	footprints *engine.Footprints
	drops

	cohort           *cohort      // nil without
	neighbours       []*cohort    // of the group
	fluid            *cohortFluid // of it
	pull, correction [][]float64  // per tag and cell: J as it is known to neighbours, and Spread Σ Excess J; see engine.Pairs
	carriers         []int
	portions         []portion
	state            carriers // y, F(y), d_{j−1}, d_{j−2}; see stepper
	rate             carriers
	near             carriers
	far              carriers

	seen     [][]float64 // per tag and cell
	gathered bool        // whether it is of where cells are evaluated next

	now, next, stage tagExchanged // at c, at the candidate, and at a stage
	share, integral  tagExchanged // Σ_j w_j of what a stage changes, and what is booked
	workers          []*attributor
}

// carriers are the tags of variables: per carrier, tag and cell.
type carriers [][][]float64

// tagExchanged is the net flux into each cell, per tag, and what the cell makes, amounts/s.
type tagExchanged struct {
	flux [][]float64
	made []float64
}

func newMeeting(t *tags, laws []engine.SurfaceLaw, own []int, f *engine.Footprints) *meeting {
	m := &meeting{parent: t.parent, tags: t.each, laws: laws, own: own, footprints: f}
	for _, e := range []*tagExchanged{&m.now, &m.next, &m.stage, &m.share, &m.integral} {
		*e = newTagExchanged(len(t.each), len(laws))
	}
	m.seen = newTagExchanged(len(t.each), len(laws)).flux
	return m
}

func newTagExchanged(tags, cells int) tagExchanged {
	e := tagExchanged{made: make([]float64, cells)}
	for range tags {
		e.flux = append(e.flux, make([]float64, cells))
	}
	return e
}

func newPlainMeeting(t *tags, cells []engine.TaggedCell) *meeting {
	var laws []engine.SurfaceLaw
	var own []int
	f := &engine.Footprints{First: []int{0}}
	for i, cell := range cells {
		laws, own = append(laws, cell.Law), append(own, cell.Tag)
		f.Voxel, f.Share, f.First = append(f.Voxel, cell.Voxel), append(f.Share, 1), append(f.First, i+1)
	}
	m := newMeeting(t, laws, own, f)
	var all []drop
	for i, cell := range cells {
		all = append(all, drop{int32(cell.Voxel), int32(i), 1 / cell.Capacity})
	}
	m.drops = newDrops(t.parent, all)
	return m
}

func newCohortMeeting(t *tags, all []*cohort, from engine.TaggedCohort) *meeting {
	c := all[from.Cohort]
	fluid := c.fluids[from.Fluid]
	m := newMeeting(t, fluid.Laws, from.Tag, &c.Footprints)
	m.drops = fluid.drops
	m.cohort, m.neighbours, m.fluid, m.carriers = c, all, fluid, from.Carriers
	for _, of := range []*carriers{&m.state, &m.rate, &m.near, &m.far} {
		*of = make(carriers, len(from.Carriers))
		for i := range *of {
			(*of)[i] = newTagExchanged(len(t.each), len(fluid.Laws)).flux
		}
	}
	m.pull, m.correction = newTagExchanged(len(t.each), len(fluid.Laws)).flux, newTagExchanged(len(t.each), len(fluid.Laws)).flux
	for i, parts := range from.State {
		for tag, values := range parts {
			copy(m.state[i][tag], values)
		}
	}
	m.take()
	return m
}

// moment is what a meeting is evaluated at, and where it goes.
type moment struct {
	view
	carried, increment carriers // y, and dy as view has it
	surface            func(*cohortFluid) *exchanged
	out                *tagExchanged
	rate               carriers
}

func (m *meeting) atPresent() moment {
	at := moment{view: view{c: (*stepper).now}, carried: m.state, surface: (*cohortFluid).atNow, out: &m.now, rate: m.rate}
	if m.cohort != nil {
		at.view = m.cohort.atPresent()
	}
	return at
}

func (m *meeting) atCandidate() moment {
	at := moment{view: view{c: (*stepper).candidate}, carried: m.far, surface: (*cohortFluid).atNext, out: &m.next, rate: m.near}
	if m.cohort != nil {
		at.view = m.cohort.atCandidate()
	}
	return at
}

// atStage writes the rates of carriers over their d_{j−2} only when all is known: see addStage.
func (m *meeting) atStage(p *pass) moment {
	at := moment{view: view{c: (*stepper).now, d: p.before, unit: p.unit}, carried: m.state, increment: m.near, surface: (*cohortFluid).atStage, out: &m.stage}
	if m.cohort != nil {
		at.view = m.cohort.inStage(p)
	}
	if p.first {
		at.increment = m.rate
	}
	return at
}

// eachHerd shares the cells out to the processors.
func (m *meeting) eachHerd(visit func(w *attributor, from, to int)) {
	n := (len(m.laws) + herd - 1) / herd
	for len(m.workers) < workers(n) {
		m.workers = append(m.workers, m.newAttributor())
	}
	if n == 0 {
		return
	}
	inParallelBy(n, func(worker, first, last int) {
		for i := first; i < last; i++ {
			visit(m.workers[worker], i*herd, min((i+1)*herd, len(m.laws)))
		}
	})
}

// addRate evaluates the cells and adds scale times their fluxes to a field of every tag.
func (m *meeting) addRate(at moment, target func(*stepper) []float64, scale float64) {
	m.eachHerd(func(w *attributor, from, to int) {
		m.evaluate(w, at, from, to)
		for c := range m.carriers {
			for tag := range m.tags {
				clear(at.rate[c][tag][from:to])
			}
		}
		m.pass(w, from, to, func(carrier, tag, cell int, rate float64) { at.rate[carrier][tag][cell] += rate })
	})
	m.gathered = false
	for tag, st := range m.tags {
		m.drops.add(st, target(st), scale, at.out.flux[tag])
	}
}

// addStage takes the carriers through a stage, and adds μ̃ dt (F(c + d) − F(c)) of the cells
// to what the tags' own stage made.
func (m *meeting) addStage(p *pass) {
	at := m.atStage(p)
	scale := p.dt * p.MuTilde
	m.eachHerd(func(w *attributor, from, to int) {
		m.evaluate(w, at, from, to)
		for c := range m.carriers {
			for tag := range m.tags {
				m.advance(p, at.increment[c][tag], c, tag, from, to)
			}
		}
		m.pass(w, from, to, func(carrier, tag, cell int, rate float64) { m.far[carrier][tag][cell] += scale * rate })
		m.weigh(p, from, to)
	})
	m.gathered = false
	for tag, st := range m.tags {
		st.eachRow(func(row int) { m.addChange(row, st.far, scale, m.stage.flux[tag], m.now.flux[tag]) })
	}
}

// advance makes d_j of a carrier but for the rate at the stage, or the candidate.
func (m *meeting) advance(p *pass, near []float64, carrier, tag, from, to int) {
	far, rate, state := m.far[carrier][tag], m.rate[carrier][tag], m.state[carrier][tag]
	for k := from; k < to; k++ {
		next := p.Mu*p.unit*near[k] + (p.share-p.dt*p.MuTilde)*rate[k]
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
func (m *meeting) weigh(p *pass, from, to int) {
	add := func(share, stage, now []float64) {
		if p.first {
			clear(share[from:to])
		}
		for k := from; k < to; k++ {
			share[k] += p.Weight * (stage[k] - now[k])
		}
	}
	for tag := range m.tags {
		add(m.share.flux[tag], m.stage.flux[tag], m.now.flux[tag])
	}
	add(m.share.made, m.stage.made, m.now.made)
}

// accept makes the candidates the carriers and books dt (F(c) + share).
func (m *meeting) accept(dt float64) {
	m.book(dt, true)
	m.now, m.next = m.next, m.now
	m.state, m.far = m.far, m.state
	m.rate, m.near = m.near, m.rate
}

// book adds up the integrals over a step of stages, or one of forward Euler.
func (m *meeting) book(dt float64, staged bool) {
	add := func(integral, now, share []float64) {
		for k := range integral {
			integral[k] += dt * now[k]
			if staged {
				integral[k] += dt * share[k]
			}
		}
	}
	for tag := range m.tags {
		add(m.integral.flux[tag], m.now.flux[tag], m.share.flux[tag])
	}
	add(m.integral.made, m.now.made, m.share.made)
}

// euler adds dt times the fluxes to the tags' next densities, takes the carriers on, and
// books.
func (m *meeting) euler(dt float64) {
	m.addRate(m.atPresent(), (*stepper).candidate, dt)
	for c := range m.carriers {
		for tag := range m.tags {
			for k, rate := range m.rate[c][tag] {
				m.state[c][tag][k] += dt * rate
			}
		}
	}
	m.book(dt, false)
}

func (m *meeting) fetch() engine.TagExchange {
	fetched := m.integral
	m.integral = newTagExchanged(len(m.tags), len(m.laws))
	return engine.TagExchange{Flux: fetched.flux, Made: fetched.made}
}

// gather writes what a herd sees of every tag.
func (m *meeting) gather(v view, from, to int) {
	for tag, st := range m.tags {
		for k := from; k < to; k++ {
			m.seen[tag][k] = m.see(st, v, k)
		}
	}
}

// see returns what a cell sees of a field.
func (m *meeting) see(st *stepper, v view, cell int) float64 {
	seen := mean(m.footprints, cell, v.c(st))
	if v.unit != 0 {
		seen += v.unit * mean(m.footprints, cell, v.d(st))
	}
	return seen
}

// mix gives what a herd exchanges a share in the fluxes known to neighbours.
func (m *meeting) mix(e *tagExchanged, from, to int, share float64) {
	for tag, pull := range m.pull {
		for k := from; k < to; k++ {
			if share == 1 {
				pull[k] = e.flux[tag][k]
			} else {
				pull[k] += share * (e.flux[tag][k] - pull[k])
			}
		}
	}
}

// correct writes Spread Σ Excess J of every tag for the cells with neighbours.
func (m *meeting) correct(all []*meeting) {
	if len(m.cohort.Pairs.Other) == 0 {
		return
	}
	pulls := map[*cohort][][]float64{}
	for _, other := range all {
		pulls[other.cohort] = other.pull
	}
	pairs := m.cohort.Pairs
	inParallel(len(m.laws), func(from, to int) {
		for k := from; k < to; k++ {
			for tag, correction := range m.correction {
				sum := 0.0
				for _, n := range pairs.Other[pairs.First[k]:pairs.First[k+1]] {
					if pull := pulls[m.neighbours[n.Cohort]]; pull != nil {
						sum += n.Excess * pull[tag][n.Cell]
					}
				}
				correction[k] = m.fluid.Spread[k] * sum
			}
		}
	})
}
