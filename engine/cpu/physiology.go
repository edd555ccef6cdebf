package cpu

import (
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/expression"
)

// physiology is what one goroutine needs to evaluate cells.
type physiology struct {
	rates            []*expression.Evaluator
	slopes           [][]slopeRow   // per fluid and term
	inner            []int          // the rates that change no fluid
	derivatives      [][]derivative // per rate
	ofState, ofFluid []jacobianRow  // see differentiate
	eased            [][]float64    // per fluid: see ease
	values           [][]float64    // by index of the rates: a row per herd
	rate             [][]float64    // per rate
	seen             []float64
	bind             []float64 // slope of what reactions bind over the surface density
	give             []float64 // what they give off at density 0
	row              []float64
}

// slopeRow is the slope of a rate over the density; without an evaluator where it does
// not depend on that.
type slopeRow struct {
	evaluator *expression.Evaluator
	row       []float64
}

// derivative is that of a rate by one of what it depends on, a column of ofState.
type derivative struct {
	column    int
	evaluator *expression.Evaluator
}

func (c *cohort) newPhysiology() *physiology {
	p := &physiology{values: make([][]float64, c.Kinetics.Substrates+len(c.State))}
	row := func() []float64 { return make([]float64, herd) }
	for i := range p.values {
		p.values[i] = row()
	}
	for _, rate := range c.Kinetics.Rates {
		p.rates, p.rate = append(p.rates, rate.Evaluator()), append(p.rate, row())
		var by []derivative
		for _, v := range rate.Uses() {
			by = append(by, derivative{c.column(v), rate.Derivative(v).Evaluator()})
		}
		p.derivatives = append(p.derivatives, by)
	}
	outer := make([]bool, len(p.rates))
	for _, fluid := range c.fluids {
		slopes := make([]slopeRow, len(fluid.Terms))
		for k, term := range fluid.Terms {
			if outer[term.Rate] = true; term.Slope != nil {
				slopes[k] = slopeRow{term.Slope.Evaluator(), row()}
			}
		}
		p.slopes = append(p.slopes, slopes)
	}
	for k := range p.rates {
		if !outer[k] {
			p.inner = append(p.inner, k)
		}
	}
	columns := len(c.fluids) + len(c.state)
	for range c.state {
		p.ofState = append(p.ofState, newJacobianRow(columns))
	}
	for range c.fluids {
		p.ofFluid, p.eased = append(p.ofFluid, newJacobianRow(columns)), append(p.eased, row())
	}
	for k, derivatives := range p.derivatives {
		for _, d := range derivatives {
			c.eachEffect(p, k, func(of *jacobianRow, _ float64) { of.fill(d.column) })
		}
	}
	p.seen, p.bind, p.give, p.row = row(), row(), row(), row()
	return p
}

func within(rows [][]float64, n int) [][]float64 {
	if n == herd {
		return rows
	}
	short := make([][]float64, len(rows))
	for i, row := range rows {
		short[i] = row[:n]
	}
	return short
}

// react evaluates the rates of cells from a number on that change a fluid, at density 0 where
// they depend on it, and writes what they bind per density and give off at density 0. Tips,
// which have none, give off their echoes.
func (p *physiology) react(c *cohort, i, from, n int) {
	fluid, values := c.fluids[i], within(p.values, n)
	clear(p.bind)
	copy(p.give, fluid.echo[from:from+n])
	clear(p.values[fluid.Substrate])
	for k, term := range fluid.Terms {
		rate := p.rate[term.Rate][:n]
		p.rates[term.Rate].Row(rate, values)
		addScaled(p.give, rate, term.Factor)
		if slope := p.slopes[i][k]; slope.evaluator != nil {
			slope.evaluator.Row(slope.row[:n], values)
			addScaled(p.bind, slope.row[:n], -term.Factor)
		}
	}
}

// raise brings the rates that depend on a fluid from density 0 to that at the surface.
func (p *physiology) raise(fluid *cohortFluid, i int, surface []float64) {
	for k, term := range fluid.Terms {
		if slope := p.slopes[i][k]; slope.evaluator != nil {
			rate := p.rate[term.Rate]
			for x, c := range surface {
				rate[x] += slope.row[x] * c
			}
		}
	}
}

// solve writes the density at the surface of each cell, NaN where the law ends, and gives
// what it makes flow a share in the fluxes known to neighbours.
func (p *physiology) solve(fluid *cohortFluid, e *exchanged, from, to int, mix float64) {
	for k := range to - from {
		e.surface[from+k] = p.surface(&fluid.Laws[from+k], k)
	}
	if mix == 0 {
		return
	}
	for k := range to - from {
		law := &fluid.Laws[from+k]
		flux := law.Flux(e.surface[from+k]) + p.bind[k]*e.surface[from+k] - p.give[k]
		fluid.sink[from+k] = law.SinkAt(e.surface[from+k]) + p.bind[k]
		if pull := &fluid.pull[from+k]; mix == 1 {
			*pull = flux
		} else {
			*pull += mix * (flux - *pull)
		}
	}
}

// surface returns the density at the surface of a cell of a herd.
func (p *physiology) surface(of *engine.SurfaceLaw, k int) float64 {
	if of.MaxUptake == 0 { // as below, without copying it all
		if slack := 1 + (of.Sink+p.bind[k])*of.Shift; slack > 0 {
			return (p.seen[k] + of.Shift*(of.Release+p.give[k])) / slack
		}
		return math.NaN()
	}
	law := *of
	law.Sink += p.bind[k]
	law.Release += p.give[k]
	if law.Slack() <= 0 {
		return math.NaN()
	}
	return law.Surface(p.seen[k])
}

// exchange writes the net flux and what a cell gives off, from the same rates that change
// its state. What binds is taken up net of what is let go.
func (p *physiology) exchange(fluid *cohortFluid, e *exchanged, from, to int) {
	for k := range to - from {
		law, surface, echo := &fluid.Laws[from+k], e.surface[from+k], fluid.echo[from+k]
		e.flux[from+k], e.given[from+k] = law.Flux(surface)-echo, law.Secreted(surface)+echo
	}
	for _, term := range fluid.Terms {
		flux, given := e.flux[from:to], e.given[from:to]
		for k, rate := range p.rate[term.Rate][:to-from] {
			flux[k] -= term.Factor * rate
			if term.Slope == nil && term.Factor > 0 && !fluid.Binds() {
				given[k] += term.Factor * rate
			}
		}
	}
}

// changeRow writes F of a variable.
func (p *physiology) changeRow(c *cohort, variable, n int, out []float64) {
	clear(out)
	for k, changes := range c.Kinetics.Changes {
		for _, change := range changes {
			if change.Variable == variable {
				for x, v := range p.rate[k][:n] {
					out[x] += change.Factor * v
				}
			}
		}
	}
}
