package engine

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/engine/gpu"
)

// gpuPairs are the close neighbours of a cohort's cells on a device. All is nil in a
// group without any.
type gpuPairs struct {
	program     pairKernels
	corrections *gpu.Buffer // per fluid and cell
	neighbours  *gpu.Buffer // see correct_cohort.glsl; nil where this cohort's cells have none
	spreads     *gpu.Buffer // per fluid and cell
	echoes      *gpu.Buffer // per cell, of tips: see evaluate_cohort.glsl
	first       int         // of the cohort's cells among those of the group
}

func (p *gpuPairs) freeBuffers(q *gpu.Queue) {
	for _, b := range []**gpu.Buffer{&p.corrections, &p.neighbours, &p.spreads, &p.echoes} {
		(*b).Free(q)
		*b = nil
	}
}

func (p *gpuPairs) free(q *gpu.Queue) {
	p.program.free(q)
	p.freeBuffers(q)
}

// match brings the neighbours of all cells of a group to the device, if any cell has one
// and they are not there.
func (g *gpuGroup) match(q *gpu.Queue) error {
	if g.matched {
		return nil
	}
	g.pulls.Free(q)
	g.sinks.Free(q)
	g.pulls, g.sinks, g.crowd = nil, nil, 0
	for _, t := range g.tagged {
		t.pulls.Free(q)
		t.pulls = nil
	}
	for _, c := range g.cohorts {
		c.pairs.freeBuffers(q)
		c.pairs.first = g.crowd
		g.crowd += len(c.Cells)
	}
	g.matched = true
	if !slices.ContainsFunc(g.cohorts, func(c *gpuCohort) bool { return len(c.Pairs.Other) > 0 }) {
		return nil
	}
	if err := g.openPairs(q); err != nil {
		g.matched = false
		return err
	}
	return nil
}

func (g *gpuGroup) openPairs(q *gpu.Queue) (err error) {
	if g.shared.correct == nil {
		if err := build(q, &g.shared.correct, "correct_cohort", nil); err != nil {
			return err
		}
	}
	if g.pulls, err = q.NewBuffer(len(g.members) * g.crowd * 4); err != nil {
		return err
	}
	if g.sinks, err = q.NewBuffer(len(g.members) * g.crowd * 4); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if len(c.Cells)*len(c.Fluids) == 0 {
			continue
		}
		if c.pairs.program.rate == nil {
			if err := c.pairs.program.open(q, c.Cohort, c.key); err != nil {
				return err
			}
		}
		if err := c.openPairs(q); err != nil {
			return err
		}
	}
	return g.eachTagged(func(t *gpuTags) error { return t.openPairs(q) })
}

func (c *gpuCohort) openPairs(q *gpu.Queue) (err error) {
	p := &c.pairs
	if p.corrections, err = q.NewBuffer(len(c.Fluids) * len(c.Cells) * 4); err != nil || len(c.Pairs.Other) == 0 {
		return err
	}
	others, excess := make([]int, len(c.Pairs.Other)), make([]float64, len(c.Pairs.Other))
	for i, n := range c.Pairs.Other {
		others[i], excess[i] = c.group.cohorts[n.Cohort].pairs.first+n.Cell, n.Excess
	}
	if p.neighbours, err = newBuffer(q, packEntries(c.Pairs.First, others, excess)); err != nil {
		return err
	}
	var spreads []float32
	for _, fluid := range c.Fluids {
		spreads = append(spreads, float32s(fluid.Spread)...)
	}
	if p.spreads, err = newBuffer(q, spreads); err != nil || c.Tips == nil {
		return err
	}
	p.echoes, err = newBuffer(q, c.packEchoes())
	return err
}

// packEchoes writes the bits of each tip's Echo, of a cell among those of a member.
func (c *gpuCohort) packEchoes() [][4]uint32 {
	packed := make([][4]uint32, len(c.Tips))
	for k, tip := range c.Tips {
		e, cell := tip.Echo, 0
		if e.Hindrance > 0 {
			cell = c.Fluids[0].Member*c.group.crowd + c.group.cohorts[e.Cohort].pairs.first + e.Cell
		}
		packed[k] = [4]uint32{uint32(cell), math.Float32bits(float32(e.Hindrance)), math.Float32bits(float32(e.Dipole)), math.Float32bits(float32(e.Quadrupole))}
	}
	return packed
}

// correct makes the corrections of close cells for each other where they are evaluated
// next. Mirrors cpu's group.correct.
func (g *gpuGroup) correct(q *gpu.Queue, at func(*gpuCohort) cohortView, of func(*gpuMeeting) meetingView) error {
	if err := g.match(q); err != nil || g.pulls == nil {
		return err
	}
	for _, c := range g.cohorts {
		if c.pairs.corrections != nil {
			if err := q.ClearBuffer(c.pairs.corrections); err != nil {
				return err
			}
		}
	}
	if err := g.eachTagged(func(t *gpuTags) error { return t.beginCorrect(q, of) }); err != nil {
		return err
	}
	for sweep := range PairSweeps + 1 {
		for _, c := range g.cohorts {
			if err := c.surfaces(q, at(c), PairShare(sweep)); err != nil {
				return err
			}
		}
		for _, c := range g.cohorts {
			if err := c.correct(q); err != nil {
				return err
			}
		}
		if err := g.eachTagged(func(t *gpuTags) error { return t.correct(q, of, PairShare(sweep)) }); err != nil {
			return err
		}
	}
	return nil
}

// surfaces gives what the densities at the surfaces of the cells make flow a share in the
// fluxes known to neighbours, and tells tips what they take up per density.
func (c *gpuCohort) surfaces(q *gpu.Queue, v cohortView, mix float64) error {
	if c.pairs.corrections == nil {
		return nil
	}
	args := c.args(v)
	args.Pulls, args.First, args.Crowd, args.Mix = c.group.pulls, int32(c.pairs.first), int32(c.group.crowd), float32(mix)
	kernel := c.pairs.program.surfaces
	if v.unit != 0 {
		kernel = c.pairs.program.surfacesInStage
	}
	return kernel.Launch(q, c.size(), &args)
}

func (c *gpuCohort) correct(q *gpu.Queue) error {
	p := &c.pairs
	if p.neighbours == nil {
		return nil
	}
	for f, fluid := range c.Fluids {
		err := c.group.shared.correct.Launch(q, c.size(), &correctCohortArgs{
			Neighbours: p.neighbours, Spreads: p.spreads, Pulls: c.group.pulls, Corrections: p.corrections,
			Count: int32(len(c.Cells)), Crowd: int32(c.group.crowd), Fluid: int32(f), Row: int32(f), Member: int32(fluid.Member),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
