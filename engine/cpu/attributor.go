package cpu

import (
	"slices"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/expression"
)

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

// evaluate writes what a herd exchanges of every tag, and leaves in w what pass reads.
func (m *meeting) evaluate(w *attributor, at moment, from, to int) {
	if !m.gathered {
		m.gather(at.view, from, to)
	}
	if m.cohort == nil {
		for k := from; k < to; k++ {
			w.surface[k-from] = m.laws[k].Surface(m.see(m.parent, at.view, k))
		}
	} else {
		copy(w.surface, at.surface(m.fluid).surface[from:to])
	}
	for k := from; k < to; k++ {
		w.sink[k-from], w.made[k-from] = apportion(m.laws[k], w.surface[k-from])
		if m.fluid != nil {
			w.made[k-from] += m.fluid.echo[k]
		}
	}
	for tag := range m.tags {
		clear(w.given[tag])
	}
	m.react(w, at, from, to)
	for tag := range m.tags {
		for k := from; k < to; k++ {
			q := w.given[tag][k-from]
			if tag == m.own[k] {
				q += w.made[k-from]
			}
			surface := 0.0
			if law := m.laws[k]; !exhausted(law, w.surface[k-from]) {
				seen := m.seen[tag][k]
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
func (m *meeting) compose(w *attributor, at moment, states [][]float64, from, to int) {
	for c, variable := range m.carriers {
		for tag := range m.tags {
			for k := from; k < to; k++ {
				y := at.carried[c][tag][k]
				if at.unit != 0 {
					y += at.unit * at.increment[c][tag][k]
				}
				w.held[c][tag][k-from] = engine.TagShare(tag, y, states[variable][k-from])
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
	states := w.values[m.cohort.Kinetics.Substrates:]
	at.states(states, from, to)
	m.compose(w, at, states, from, to)
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
	case p.factor*w.amount[i][k] < 0:
		for tag := range w.shares {
			w.shares[tag] = engine.TagShare(tag, w.surfaceOf[tag][k], w.surface[k])
		}
	case !m.blend(w, i, k):
		clear(w.shares)
		w.shares[own] = 1
	}
}
