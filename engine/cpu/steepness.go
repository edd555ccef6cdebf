package cpu

import (
	"math"
	"slices"
)

// steepen bounds the Jacobian of a herd, whose values p holds, by its rows under
// Cohort.Scale w, with 1 for molecules in the fluid:
//
//	of a variable  (Σ_u |∂F_v/∂y_u| w_u + Σ_f |∂F_v/∂c_s| (s/capacity + |g| Σ_u |dJ_f/dy_u| w_u))/w_v
//	of a fluid     (J' s + Σ_u |dJ/dy_u| w_u capacity)/capacity
//
// where J' = ∂J/∂c_s, s = dc_s/dc = 1/(1 + g J') and dJ/dy = s ∂J/∂y. What the second has
// over capacity goes to cohortFluid.slope, to be summed over the cells of a voxel.
func (c *cohort) steepen(p *physiology, herd, from, to int, out func(*cohortFluid) *exchanged) {
	n := to - from
	p.differentiate(c, n)
	for f, fluid := range c.fluids {
		c.ease(p, f, from, to, out(fluid).surface)
	}
	fluids, steepest, sum := len(c.fluids), 0.0, p.row[:n]
	for v, w := range c.Scale {
		clear(sum)
		for _, column := range p.ofState[v].filled {
			entry := p.ofState[v].rows[column][:n]
			if column < fluids {
				for k, ease := range p.eased[column][:n] {
					sum[k] += math.Abs(entry[k]) * ease
				}
			} else {
				addMagnitude(sum, entry, c.Scale[column-fluids])
			}
		}
		for _, row := range sum {
			if row /= w; row < math.MaxFloat32 {
				steepest = max(steepest, row)
			}
		}
	}
	c.steep[herd] = steepest
}

// ease writes, of a fluid f, what a herd's cells add to the slopes of their voxels, and
// s/capacity + |g| Σ_u |dJ_f/dy_u| w_u.
func (c *cohort) ease(p *physiology, f, from, to int, surface []float64) {
	fluid, fluids, pull, row := c.fluids[f], len(c.fluids), p.row[:to-from], p.ofFluid[f]
	clear(pull)
	for _, column := range row.filled {
		if column >= fluids {
			addMagnitude(pull, row.rows[column][:to-from], c.Scale[column-fluids])
		}
	}
	for k, pull := range pull {
		law := fluid.Laws[from+k]
		law.Sink -= row.rows[f][k]
		slope := law.SlopeAtSurface(surface[from+k])
		capacity := fluid.Capacity.At(c.Footprints.Voxel[c.Footprints.First[from+k]])
		ease := 1 / (1 + law.Shift*slope)
		pull *= ease
		fluid.slope[from+k] = math.Abs(slope)*ease + pull*capacity
		p.eased[f][k] = ease/capacity + math.Abs(law.Shift)*pull
	}
}

// jacobianRow is the derivatives of one thing, a row per herd for each by which it may be
// taken: by the fluids, in their order, and behind them by the variables.
type jacobianRow struct {
	rows   [][]float64
	filled []int // columns that may differ from 0
}

func newJacobianRow(columns int) jacobianRow {
	j := jacobianRow{rows: make([][]float64, columns)}
	for i := range j.rows {
		j.rows[i] = make([]float64, herd)
	}
	return j
}

// fill marks a column.
func (j *jacobianRow) fill(column int) {
	if !slices.Contains(j.filled, column) {
		j.filled = append(j.filled, column)
	}
}

func (j *jacobianRow) clear() {
	for _, column := range j.filled {
		clear(j.rows[column])
	}
}

// differentiate writes, for each cell of a herd, the derivatives of what changes each
// variable, and of what each fluid is given.
func (p *physiology) differentiate(c *cohort, n int) {
	for _, matrix := range [2][]jacobianRow{p.ofState, p.ofFluid} {
		for i := range matrix {
			matrix[i].clear()
		}
	}
	values := within(p.values, n)
	for k, derivatives := range p.derivatives {
		for _, d := range derivatives {
			d.evaluator.Row(p.row[:n], values)
			c.eachEffect(p, k, func(of *jacobianRow, factor float64) { addScaled(of.rows[d.column], p.row[:n], factor) })
		}
	}
}

// eachEffect visits the rows of what a rate changes.
func (c *cohort) eachEffect(p *physiology, rate int, visit func(of *jacobianRow, factor float64)) {
	for _, change := range c.Kinetics.Changes[rate] {
		visit(&p.ofState[change.Variable], change.Factor)
	}
	for f, fluid := range c.fluids {
		for _, term := range fluid.Terms {
			if term.Rate == rate {
				visit(&p.ofFluid[f], term.Factor)
			}
		}
	}
}

func addMagnitude(sum, row []float64, factor float64) {
	for x, v := range row {
		sum[x] += factor * math.Abs(v)
	}
}

func addScaled(sum, row []float64, factor float64) {
	for x, v := range row {
		sum[x] += factor * v
	}
}

// steepness returns the largest row of all cells and of the voxels they are in, 1/s.
func (c *cohort) steepness() float64 {
	steepest := 0.0
	for _, v := range c.steep {
		steepest = max(steepest, v)
	}
	for _, f := range c.fluids {
		voxel, sum := -1, 0.0
		for _, d := range f.drops.all {
			if int(d.voxel) != voxel {
				voxel, sum = int(d.voxel), 0
			}
			if sum += d.share * f.slope[d.cell]; sum < math.MaxFloat32 {
				steepest = max(steepest, sum)
			}
		}
	}
	return steepest
}
