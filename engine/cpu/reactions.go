package cpu

import (
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/expression"
)

// reactions are those of a group, evaluated a row of voxels at a time. Mirrored by
// react.glsl.
type reactions struct {
	engine.Reactions
	group   *group
	workers []*chemist
	row     [][]float64 // per member and row: Σ_j w_j of what reacted, or what reacts
	steep   []float64   // per row: largest Σ_j |∂F_s/∂c_j|, 1/s; see steepness
}

// chemist is what one goroutine needs to evaluate rows.
type chemist struct {
	rates    []*expression.Evaluator
	jacobian [][][]slope // per member and variable
	density  [][]float64 // by substrate: of members, a row of c
	moved    [][]float64 // and of c + d
	now      []float64
	before   []float64
	sum      []float64
}

type slope struct {
	factor    float64
	evaluator *expression.Evaluator
}

func newReactions(g *group, r engine.Reactions) *reactions {
	all := &reactions{Reactions: r, group: g, row: make([][]float64, len(g.members))}
	rows := len(g.members[0].stencil.rows)
	for i := range all.row {
		all.row[i] = make([]float64, rows)
	}
	all.steep = make([]float64, rows)
	return all
}

func (r *reactions) newChemist() *chemist {
	nx, last := r.group.members[0].grid.Shape[0], 0
	for _, st := range r.group.members {
		last = max(last, int(st.substrate.ID))
	}
	c := &chemist{density: make([][]float64, last+1), moved: make([][]float64, last+1), now: make([]float64, nx), before: make([]float64, nx), sum: make([]float64, nx)}
	for _, rate := range r.Rates {
		c.rates = append(c.rates, rate.Evaluator())
	}
	for i, st := range r.group.members {
		c.density[st.substrate.ID], c.moved[st.substrate.ID] = make([]float64, nx), make([]float64, nx)
		var rows [][]slope
		for _, terms := range r.Jacobian(i) {
			var row []slope
			for _, term := range terms {
				row = append(row, slope{term.Factor, term.Derivative.Evaluator()})
			}
			rows = append(rows, row)
		}
		c.jacobian = append(c.jacobian, rows)
	}
	return c
}

// eachRow shares the rows out to the processors.
func (r *reactions) eachRow(visit func(c *chemist, i int, at row)) {
	rows := r.group.members[0].stencil.rows
	for len(r.workers) < workers(len(rows)) {
		r.workers = append(r.workers, r.newChemist())
	}
	inParallelBy(len(rows), func(worker, from, to int) {
		for i := from; i < to; i++ {
			visit(r.workers[worker], i, rows[i])
		}
	})
}

// addRate adds scale F(c) to a field of every member and sums up what reacts. density
// and target pick the fields.
func (r *reactions) addRate(density, target func(*stepper) []float64, scale float64) {
	members := r.group.members
	r.eachRow(func(c *chemist, i int, at row) {
		for m, st := range members {
			copy(c.density[st.substrate.ID], density(st)[at.at:])
			r.row[m][i] = 0
		}
		for k, rate := range c.rates {
			rate.Row(c.now, c.density)
			for _, change := range r.Changes[k] {
				st := members[change.Member]
				r.row[change.Member][i] += change.Factor * st.stencil.react(at, c.now, target(st), scale*change.Factor)
			}
		}
	})
}

// steepest returns the largest finite Σ_j |∂F_s/∂c_j| of a row, 1/s. Where a law rises
// from zero at an infinite slope, as a root does, the error control alone must see to it.
func (c *chemist) steepest(members []*stepper, at row) float64 {
	steepest := 0.0
	for m, st := range members {
		clear(c.sum)
		for _, terms := range c.jacobian[m] {
			clear(c.before)
			for _, term := range terms {
				term.evaluator.Row(c.now, c.density)
				for x, v := range c.now {
					c.before[x] += term.factor * v
				}
			}
			for x, v := range c.before {
				c.sum[x] += math.Abs(v)
			}
		}
		for x, v := range c.sum {
			if v *= st.stencil.reacting(at.at + x); v < math.MaxFloat32 {
				steepest = max(steepest, v)
			}
		}
	}
	return steepest
}

// addStage adds μ̃ dt (F(c + d) − F(c)) to the increments that a stage makes, and its
// weight to what reacted.
func (r *reactions) addStage(p *pass) {
	members := r.group.members
	r.eachRow(func(c *chemist, i int, at row) {
		for m, st := range members {
			if p.first {
				r.row[m][i] = 0
			}
			density, moved := c.density[st.substrate.ID], c.moved[st.substrate.ID]
			copy(density, st.density[at.at:])
			before := p.before(st)[at.at:][:len(density)]
			for x, c := range density {
				moved[x] = c + p.unit*before[x]
			}
		}
		for k, rate := range c.rates {
			rate.Row(c.before, c.density)
			rate.Row(c.now, c.moved)
			for x, earlier := range c.before {
				c.now[x] -= earlier
			}
			for _, change := range r.Changes[k] {
				st := members[change.Member]
				r.row[change.Member][i] += p.Weight * change.Factor * st.stencil.react(at, c.now, st.far, p.dt*p.MuTilde*change.Factor)
			}
		}
	})
}

// total sums up what reacted, or reacts, of a member over the rows.
func (r *reactions) total(member int) float64 {
	total := 0.0
	for _, sum := range r.row[member] {
		total += sum
	}
	return total
}

// steepness returns the largest Σ_j |∂F_s/∂c_j| of all at some densities, 1/s.
func (r *reactions) steepness(density func(*stepper) []float64) float64 {
	members := r.group.members
	r.eachRow(func(c *chemist, i int, at row) {
		for _, st := range members {
			copy(c.density[st.substrate.ID], density(st)[at.at:])
		}
		r.steep[i] = c.steepest(members, at)
	})
	steepest := 0.0
	for _, v := range r.steep {
		steepest = max(steepest, v)
	}
	return steepest
}

// react adds factor × rate to a row of a field, as far as it reacts there, and returns
// the amount that the rate makes: Σ rate/R, in a mosaic Σ α rate.
func (st *stencil) react(at row, rate, target []float64, factor float64) float64 {
	out := target[at.at:][:len(rate)]
	sum := 0.0
	if st.mosaic == nil {
		for x, v := range rate {
			out[x] += factor * st.share * v
			sum += v
		}
		return st.share * sum
	}
	share, capacity := st.mosaic.react[at.at:][:len(rate)], st.mosaic.capacity[at.at:]
	for x, v := range rate {
		out[x] += factor * share[x] / capacity[x] * v
		sum += share[x] * v
	}
	return sum
}

// reacting returns by how much of a rate a density changes, 1/R; 0 where nothing reacts.
func (st *stencil) reacting(voxel int) float64 {
	if st.mosaic == nil {
		return st.share
	}
	return st.mosaic.react[voxel] / st.mosaic.capacity[voxel]
}
