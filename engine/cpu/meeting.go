package cpu

import (
	"slices"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/expression"
)

// meeting is where cells meet a tagged substrate one by one: those of a cohort, or those
// without reactions whose flux is not linear. See engine.Tagged.
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

// portion is the part of a reaction that is in proportion to the density at the surface,
// or the rest of it, or all of one that does not change the fluid.
type portion struct {
	rate    int     // in attributor
	slope   bool    // the rate is to be multiplied by the density
	empty   bool    // the rate is that at density 0
	factor  float64 // molecules into the fluid
	changes []carried
}

// carried is what a reaction does to a carrier.
type carried struct {
	carrier int // position in meeting.carriers
	factor  float64
}

// attributor is what one goroutine needs to attribute what a herd exchanges.
type attributor struct {
	rates     []*expression.Evaluator // per portion
	values    [][]float64             // by index of the rates
	amount    [][]float64             // per portion: events a second
	slope     [][]float64             // per portion with a slope: of them over the density
	surface   []float64
	sink      []float64 // κ'
	made      []float64
	given     [][]float64   // per tag: let go by carriers
	surfaceOf [][]float64   // per tag
	held      [][][]float64 // per carrier and tag: the share of it
	shares    []float64
}

func newMeeting(t *tags, laws []engine.SurfaceLaw, own []int, f *engine.Footprints) *meeting {
	m := &meeting{parent: t.parent, tags: t.each, laws: laws, own: own, footprints: f}
	for _, e := range []*tagExchanged{&m.now, &m.next, &m.stage, &m.share, &m.integral} {
		*e = newTagExchanged(len(t.each), len(laws))
	}
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

// take splits the reactions of the cohort into portions.
func (m *meeting) take() {
	for k := range m.cohort.Kinetics.Rates {
		var changes []carried
		for _, c := range m.cohort.Kinetics.Changes[k] {
			if i := slices.Index(m.carriers, c.Variable); i >= 0 {
				changes = append(changes, carried{i, c.Factor})
			}
		}
		at := slices.IndexFunc(m.fluid.Terms, func(t engine.FluidTerm) bool { return t.Rate == k })
		switch {
		case at >= 0 && m.fluid.Terms[at].Slope != nil:
			factor := m.fluid.Terms[at].Factor
			m.portions = append(m.portions, portion{k, true, false, factor, changes}, portion{k, false, true, factor, changes})
		case at >= 0:
			m.portions = append(m.portions, portion{k, false, true, m.fluid.Terms[at].Factor, changes})
		case len(changes) > 0:
			m.portions = append(m.portions, portion{k, false, false, 0, changes})
		}
	}
}

func (m *meeting) newAttributor() *attributor {
	row := func() []float64 { return make([]float64, herd) }
	rows := func(n int) [][]float64 {
		all := make([][]float64, n)
		for i := range all {
			all[i] = row()
		}
		return all
	}
	tags := len(m.tags)
	w := &attributor{surface: row(), sink: row(), made: row(), given: rows(tags), surfaceOf: rows(tags), shares: make([]float64, tags)}
	for range m.carriers {
		w.held = append(w.held, rows(tags))
	}
	if m.cohort == nil {
		return w
	}
	w.values = rows(m.cohort.Kinetics.Substrates + len(m.cohort.state))
	w.amount, w.slope = rows(len(m.portions)), rows(len(m.portions))
	for _, p := range m.portions {
		rate := m.cohort.Kinetics.Rates[p.rate]
		if p.slope {
			rate = rate.Derivative(int(m.fluid.Substrate))
		}
		w.rates = append(w.rates, rate.Evaluator())
	}
	return w
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

// evaluate writes what a herd exchanges of every tag, and leaves in w what pass reads.
func (m *meeting) evaluate(w *attributor, at moment, from, to int) {
	if m.cohort == nil {
		for k := from; k < to; k++ {
			w.surface[k-from] = m.laws[k].Surface(m.see(m.parent, at.view, k))
		}
	} else {
		copy(w.surface, at.surface(m.fluid).surface[from:to])
	}
	for k := from; k < to; k++ {
		w.sink[k-from], w.made[k-from] = apportion(m.laws[k], w.surface[k-from])
	}
	for tag := range m.tags {
		clear(w.given[tag])
	}
	m.compose(w, at, from, to)
	m.react(w, at, from, to)
	for tag, st := range m.tags {
		for k := from; k < to; k++ {
			q := w.given[tag][k-from]
			if tag == m.own[k] {
				q += w.made[k-from]
			}
			surface := 0.0
			if law := m.laws[k]; !exhausted(law, w.surface[k-from]) {
				seen := m.see(st, at.view, k)
				if m.correction != nil {
					seen -= m.correction[tag][k]
				}
				surface = (seen + law.Shift*q) / (1 + law.Shift*w.sink[k-from])
			}
			w.surfaceOf[tag][k-from] = surface
			at.out.flux[tag][k] = w.sink[k-from]*surface - q
		}
	}
	copy(at.out.made[from:to], w.made)
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

// exhausted reports whether the surface of a cell is held at 0: see engine.SurfaceLaw.Edge.
func exhausted(law engine.SurfaceLaw, surface float64) bool {
	return law.MaxUptake > 0 && surface == 0
}

// apportion returns κ' of a law and what the cell makes: secretion towards a density makes
// molecules below it and takes some above.
func apportion(law engine.SurfaceLaw, surface float64) (sink, made float64) {
	sink, made = law.Sink-law.Secretion, law.Export
	if law.MaxUptake > 0 {
		sink += law.MaxUptake / (law.HalfSaturation + surface)
	}
	if secreted := law.Secretion * (law.Saturation - surface); secreted >= 0 {
		made += secreted
	} else {
		sink -= secreted / surface
	}
	return sink, made
}

// compose writes the shares of the tags in carriers.
func (m *meeting) compose(w *attributor, at moment, from, to int) {
	for c := range m.carriers {
		for k := from; k < to; k++ {
			engine.Compose(w.shares, func(tag int) float64 {
				y := at.carried[c][tag][k]
				if at.unit != 0 {
					y += at.unit * at.increment[c][tag][k]
				}
				return y
			})
			for tag, share := range w.shares {
				w.held[c][tag][k-from] = share
			}
		}
	}
}

// react evaluates the reactions of a herd, and what they bind and let go.
func (m *meeting) react(w *attributor, at moment, from, to int) {
	if m.cohort == nil {
		return
	}
	n := to - from
	at.states(w.values[m.cohort.Kinetics.Substrates:], from, to)
	for _, fluid := range m.cohort.fluids {
		copy(w.values[fluid.Substrate], at.surface(fluid).surface[from:to])
	}
	values := within(w.values, n)
	for i, p := range m.portions {
		own := values[m.fluid.Substrate]
		copy(own, w.surface)
		if p.empty {
			clear(own)
		}
		w.rates[i].Row(w.amount[i][:n], values)
		if p.slope {
			copy(w.slope[i], w.amount[i])
			for k := range n {
				w.amount[i][k] *= w.surface[k]
			}
		}
		for k := range n {
			m.exchange(w, i, k)
		}
	}
}

// exchange adds what a portion of a reaction binds to the sink of a cell of a herd, and
// what it lets go to what carriers give or the cell makes.
func (m *meeting) exchange(w *attributor, i, k int) {
	p := &m.portions[i]
	given := p.factor * w.amount[i][k]
	switch surface := w.surface[k]; {
	case p.slope && p.factor*w.slope[i][k] < 0:
		w.sink[k] -= p.factor * w.slope[i][k]
	case given >= 0:
		if !m.blend(w, i, k) {
			w.made[k] += given
			return
		}
		for tag, share := range w.shares {
			w.given[tag][k] += share * given
		}
	case surface > 0:
		w.sink[k] -= given / surface
	default:
		w.given[0][k] += given
	}
}

// blend writes the shares of the tags in what a portion takes from carriers; false if it
// takes from none.
func (m *meeting) blend(w *attributor, i, k int) bool {
	taken := 0.0
	clear(w.shares)
	for _, change := range m.portions[i].changes {
		if loss := -change.factor * w.amount[i][k]; loss > 0 {
			taken += loss
			for tag := range w.shares {
				w.shares[tag] += loss * w.held[change.carrier][tag][k]
			}
		}
	}
	if taken == 0 {
		return false
	}
	for tag := range w.shares {
		w.shares[tag] /= taken
	}
	return true
}

// pass tells what each reaction does to the tags of carriers: what it takes it takes in
// proportion, and what it fills it fills from the fluid that it binds, or from carriers it
// takes from, or else with what the cell makes.
func (m *meeting) pass(w *attributor, from, to int, add func(carrier, tag, cell int, rate float64)) {
	for i := range m.portions {
		p := &m.portions[i]
		for _, change := range p.changes {
			for k := range to - from {
				amount := change.factor * w.amount[i][k]
				if amount < 0 {
					for tag := range m.tags {
						add(change.carrier, tag, from+k, amount*w.held[change.carrier][tag][k])
					}
				} else if amount > 0 {
					m.source(w, i, k, m.own[from+k])
					for tag, share := range w.shares {
						add(change.carrier, tag, from+k, amount*share)
					}
				}
			}
		}
	}
}

// source writes the shares of the tags in what a portion fills carriers with.
func (m *meeting) source(w *attributor, i, k, own int) {
	p := &m.portions[i]
	switch {
	case p.slope && p.factor*w.slope[i][k] < 0:
		for tag := range w.shares {
			w.shares[tag] = w.surfaceOf[tag][k] / w.surface[k]
		}
	case p.factor*w.amount[i][k] < 0:
		engine.Compose(w.shares, func(tag int) float64 { return w.surfaceOf[tag][k] })
	case !m.blend(w, i, k):
		clear(w.shares)
		w.shares[own] = 1
	}
}
