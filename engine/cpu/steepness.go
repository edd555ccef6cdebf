package cpu

import "math"

// steepen bounds the Jacobian of a herd, whose values p holds, by its rows under
// Cohort.Scale w, with 1 for molecules in the fluid:
//
//	of a variable  (Σ_u |∂F_v/∂y_u| w_u + Σ_f |∂F_v/∂c_s| (s/capacity + |g| Σ_u |dJ_f/dy_u| w_u))/w_v
//	of a fluid     (J' s + Σ_u |dJ/dy_u| w_u capacity)/capacity
//
// where J' = ∂J/∂c_s, s = dc_s/dc = 1/(1 + g J') and dJ/dy = s ∂J/∂y. What the second has
// over capacity goes to cohortFluid.slope, to be summed over the cells of a voxel.
func (c *cohort) steepen(p *physiology, herd, from, to int, out func(*cohortFluid) *exchanged) {
	p.differentiate(c, to-from)
	fluids, steepest := len(c.fluids), 0.0
	ease, pull := make([]float64, fluids), make([]float64, fluids)
	for k := range to - from {
		for f, fluid := range c.fluids {
			law := fluid.Laws[from+k]
			law.Sink -= p.ofFluid[f][f][k]
			slope := law.SlopeAtSurface(out(fluid).surface[from+k])
			capacity := fluid.Capacity.At(c.Footprints.Voxel[c.Footprints.First[from+k]])
			ease[f], pull[f] = 1/(1+law.Shift*slope), 0
			for u, w := range c.Scale {
				pull[f] += math.Abs(p.ofFluid[f][fluids+u][k]) * ease[f] * w
			}
			fluid.slope[from+k] = math.Abs(slope)*ease[f] + pull[f]*capacity
			ease[f] = ease[f]/capacity + math.Abs(law.Shift)*pull[f]
		}
		for v, w := range c.Scale {
			row := 0.0
			for u, other := range c.Scale {
				row += math.Abs(p.ofState[v][fluids+u][k]) * other
			}
			for f := range fluids {
				row += math.Abs(p.ofState[v][f][k]) * ease[f]
			}
			if row /= w; row < math.MaxFloat32 {
				steepest = max(steepest, row)
			}
		}
	}
	c.steep[herd] = steepest
}

// differentiate writes, for each cell of a herd, the derivatives of what changes each
// variable, and of what each fluid is given, by the densities at the surface and, behind
// them, by the variables.
func (p *physiology) differentiate(c *cohort, n int) {
	for _, matrix := range [2][][][]float64{p.ofState, p.ofFluid} {
		for _, row := range matrix {
			for _, entry := range row {
				clear(entry)
			}
		}
	}
	values := within(p.values, n)
	for k, derivatives := range p.derivatives {
		for _, d := range derivatives {
			d.evaluator.Row(p.row[:n], values)
			for _, change := range c.Kinetics.Changes[k] {
				addScaled(p.ofState[change.Variable][d.column], p.row[:n], change.Factor)
			}
			for f, fluid := range c.fluids {
				for _, term := range fluid.Terms {
					if term.Rate == k {
						addScaled(p.ofFluid[f][d.column], p.row[:n], term.Factor)
					}
				}
			}
		}
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
		for _, d := range f.drops {
			if d.voxel != voxel {
				voxel, sum = d.voxel, 0
			}
			if sum += d.share * f.slope[d.cell]; sum < math.MaxFloat32 {
				steepest = max(steepest, sum)
			}
		}
	}
	return steepest
}
