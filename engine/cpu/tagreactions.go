package cpu

import (
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/expression"
)

// tagReactions are the reactions that change one member of a group, for its tags: what
// they take they take of every tag in proportion, and what they make belongs to the rest.
// Mirrored by react_tag.glsl.
type tagReactions struct {
	group   *group
	tags    *tags
	rates   []*expression.Rate
	factors []float64   // per rate
	row     [][]float64 // per tag and row: see reactions
	workers []*tagChemist
}

// tagChemist is what one goroutine needs to evaluate rows.
type tagChemist struct {
	rates   []*expression.Evaluator
	density [][]float64 // by substrate
	rate    []float64
	part    [][]float64 // per tag: its density
	now     [][]float64 // per tag: what reacts
	before  [][]float64
}

func newTagReactions(g *group, member int, t *tags, all engine.Reactions) *tagReactions {
	r := &tagReactions{group: g, tags: t}
	for k, changes := range all.Changes {
		for _, change := range changes {
			if change.Member == member {
				r.rates, r.factors = append(r.rates, all.Rates[k]), append(r.factors, change.Factor)
			}
		}
	}
	if len(r.rates) == 0 {
		return nil
	}
	return r
}

func (r *tagReactions) newChemist() *tagChemist {
	nx, tags, last := r.tags.parent.grid.Shape[0], len(r.tags.each), 0
	for _, st := range r.group.members {
		last = max(last, int(st.substrate.ID))
	}
	c := &tagChemist{density: make([][]float64, last+1), rate: make([]float64, nx)}
	for _, st := range r.group.members {
		c.density[st.substrate.ID] = make([]float64, nx)
	}
	for _, rate := range r.rates {
		c.rates = append(c.rates, rate.Evaluator())
	}
	for range tags {
		c.part, c.now, c.before = append(c.part, make([]float64, nx)), append(c.now, make([]float64, nx)), append(c.before, make([]float64, nx))
	}
	return c
}

// eachRow shares the rows out to the processors.
func (r *tagReactions) eachRow(visit func(c *tagChemist, i int, at row)) {
	rows := r.tags.parent.stencil.rows
	if len(r.row) != len(r.tags.each) { // the first time, and with more tags
		r.workers, r.row = nil, make([][]float64, len(r.tags.each))
		for tag := range r.row {
			r.row[tag] = make([]float64, len(rows))
		}
	}
	for len(r.workers) < workers(len(rows)) {
		r.workers = append(r.workers, r.newChemist())
	}
	inParallelBy(len(rows), func(worker, from, to int) {
		for i := from; i < to; i++ {
			visit(r.workers[worker], i, rows[i])
		}
	})
}

// evaluate writes what reacts of every tag in a row.
func (r *tagReactions) evaluate(c *tagChemist, v view, at row, out [][]float64) {
	for _, st := range r.group.members {
		v.row(st, at, c.density[st.substrate.ID])
	}
	for tag, st := range r.tags.each {
		v.row(st, at, c.part[tag])
		clear(out[tag])
	}
	whole := c.density[r.tags.parent.substrate.ID]
	for k, rate := range c.rates {
		rate.Row(c.rate, c.density)
		for x, events := range c.rate {
			amount := r.factors[k] * events
			if amount >= 0 {
				out[0][x] += amount
				continue
			}
			for tag, part := range c.part {
				out[tag][x] += amount * engine.TagShare(tag, part[x], whole[x])
			}
		}
	}
}

// row copies a row of what v picks.
func (v view) row(st *stepper, at row, out []float64) {
	copy(out, v.c(st)[at.at:])
	if v.unit != 0 {
		for x, d := range v.d(st)[at.at:][:len(out)] {
			out[x] += v.unit * d
		}
	}
}

// addRate adds scale F(c) to a field of every tag and sums up what reacts.
func (r *tagReactions) addRate(density, target func(*stepper) []float64, scale float64) {
	if r == nil {
		return
	}
	r.eachRow(func(c *tagChemist, i int, at row) {
		r.evaluate(c, view{c: density}, at, c.now)
		for tag, st := range r.tags.each {
			r.row[tag][i] = st.stencil.react(at, c.now[tag], target(st), scale)
		}
	})
}

// addStage adds μ̃ dt (F(c + d) − F(c)) to the increments that a stage makes, and its
// weight to what reacted.
func (r *tagReactions) addStage(p *pass) {
	if r == nil {
		return
	}
	r.eachRow(func(c *tagChemist, i int, at row) {
		r.evaluate(c, view{c: (*stepper).now}, at, c.before)
		r.evaluate(c, view{c: (*stepper).now, d: p.before, unit: p.unit}, at, c.now)
		for tag, st := range r.tags.each {
			if p.first {
				r.row[tag][i] = 0
			}
			for x, earlier := range c.before[tag] {
				c.now[tag][x] -= earlier
			}
			r.row[tag][i] += p.Weight * st.stencil.react(at, c.now[tag], st.far, p.dt*p.MuTilde)
		}
	})
}

// total sums up what reacted, or reacts, of a tag over the rows.
func (r *tagReactions) total(tag int) float64 {
	total := 0.0
	if r != nil {
		for _, sum := range r.row[tag] {
			total += sum
		}
	}
	return total
}
