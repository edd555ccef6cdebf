package engine

import (
	"errors"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// AtStart returns the law of a cell type outside regions with what its reactions bind and
// give off at the start on top: at the mean state of its cells and the densities that the
// substrates start from.
func (laws SurfaceLaws) AtStart(t tissue.CellTypeID, s tissue.SubstrateID) (law SurfaceLaw, ok bool, err error) {
	if law, ok, err = laws.Law(t, s); err != nil {
		return law, ok, err
	}
	cell := laws.model.CellTypes[t]
	values := laws.start(t)
	values[s] = 0 // a rate is that there and its slope times the density
	for k, r := range cell.Reactions {
		for _, c := range r.Fluid {
			if c.Substrate != s {
				continue
			}
			law.Release += c.Factor * r.Rate.Eval(values)
			if term := newFluidTerm(k, r.Rate, c); term.Slope != nil {
				law.Sink -= c.Factor * term.Slope.Eval(values)
			}
		}
	}
	if law.Slack() <= 0 {
		return law, true, laws.beyond(cell, laws.model.Substrates[s], law)
	}
	return law, !law.rests(), nil
}

// start returns what the rates of a type depend on, by index.
func (laws SurfaceLaws) start(t tissue.CellTypeID) []float64 {
	m := laws.model
	var values []float64
	for _, s := range m.Substrates {
		values = append(values, s.InitialDensity)
	}
	for _, v := range m.CellTypes[t].Variables {
		values = append(values, v.Initial)
	}
	if m.Cells.State == nil {
		return values
	}
	state := values[len(m.Substrates):]
	departure := make([]float64, len(state)) // of the mean from Initial
	cells := 0.
	for i, of := range m.Cells.Type {
		if of != t {
			continue
		}
		cells++
		for v, y := range m.Cells.State[i] {
			departure[v] += y - state[v]
		}
	}
	for v, sum := range departure {
		state[v] += sum / max(cells, 1)
	}
	return values
}

// cohortsAtStart returns those that a solver would make, by group; where a coupling cannot
// represent the cells of a group they are those of coupling plain.
func (laws SurfaceLaws) cohortsAtStart(fields []*field) (all [][]*Cohort, groups [][]*field, fault error) {
	for _, ids := range coupled(laws.model) {
		var members []*field
		for _, id := range ids {
			members = append(members, fields[id])
		}
		cohorts, err := laws.cohorts(members, nil)
		if err != nil {
			fault = errors.Join(fault, err)
			plain := laws
			plain.coupling, plain.lattice = PlainCoupling, newLattice(laws.model.Grid, PlainCoupling)
			if cohorts, err = plain.cohorts(members, nil); err != nil {
				return nil, nil, errors.Join(fault, err)
			}
		}
		all, groups = append(all, cohorts), append(groups, members)
	}
	return all, groups, fault
}

// steepnessAtStart returns the largest row of the Jacobian of a group's cohorts under their
// Scale, 1/s, as far as it is known before a run: at the mean state of the cells.
func steepnessAtStart(cohorts []*Cohort, members []*field) float64 {
	steepest := 0.0
	voxels := make([]map[int]float64, len(members)) // what the cells add to their row
	for i := range voxels {
		voxels[i] = map[int]float64{}
	}
	for _, c := range cohorts {
		if len(c.Cells) == 0 {
			continue
		}
		n := len(c.State)
		weights := append(slices.Clone(c.Scale), slices.Repeat([]float64{1}, len(c.Fluids))...)
		rows := c.magnitudes(members)
		for i := range c.Fluids {
			relief := c.addRow(voxels[c.Fluids[i].Member], &c.Fluids[i], rows[n+i], weights, n+i)
			for _, row := range rows[:n] {
				row[n+i] *= relief
			}
		}
		for i, row := range rows[:n] {
			sum := 0.0
			for j, slope := range row {
				sum += slope * weights[j] / weights[i]
			}
			steepest = max(steepest, sum)
		}
	}
	for _, rows := range voxels {
		for _, row := range rows {
			steepest = max(steepest, row)
		}
	}
	return steepest
}

// addRow adds what each cell's reactions, by their row, and law do to the rows of a
// substrate's voxels, and returns the mean of dc_s/dc = 1/(1 + g J') over the cells, which
// has relieved them.
func (c *Cohort) addRow(voxels map[int]float64, f *CohortFluid, row, weights []float64, own int) (relief float64) {
	bound := row[own] * f.Capacity.At(c.Footprints.Voxel[0]) // amount/s per density
	others := 0.0
	for j, slope := range row {
		if j != own {
			others += slope * weights[j]
		}
	}
	for k, law := range f.Laws {
		slope := bound + law.Steepest()
		ease := 1.0
		if slack := 1 + law.Shift*slope; slack > 0 { // of typical values, which may be more than there are at the start
			ease = 1 / slack
		}
		relief += ease / float64(len(f.Laws))
		for e := c.Footprints.First[k]; e < c.Footprints.First[k+1]; e++ {
			v := c.Footprints.Voxel[e]
			voxels[v] += c.Footprints.Share[e] * ease * (others + slope/f.Capacity.At(v))
		}
	}
	return relief
}
