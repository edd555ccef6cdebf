package engine

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// scales returns weights w_v of a cohort's variables under which the largest row sum of
// its Jacobian, Σ_u |∂F_v/∂y_u| w_u/w_v with 1 for molecules in the fluid, is close to its
// spectral radius: the Perron vector of the matrix of magnitudes at the mean state.
func (c *Cohort) scales(members []*field) []float64 {
	n, fluids := len(c.State), len(c.Fluids)
	w := make([]float64, n+fluids)
	for i := range w {
		w[i] = 1
	}
	if len(c.Cells) == 0 {
		return w[:n]
	}
	magnitude := c.magnitudes(members)
	for range 50 {
		next := make([]float64, len(w))
		most := 0.0
		for i, row := range magnitude {
			for j, v := range row {
				next[i] += v * w[j]
			}
			most = max(most, next[i])
		}
		if most == 0 {
			break
		}
		for i := range w {
			w[i] = max(0.5*(w[i]+next[i]/most), 1e-9) // damped: magnitudes may alternate
		}
	}
	c.level(w)
	scale := 1.0 // of molecules in the fluid
	if fluids > 0 {
		scale = slices.Max(w[n:])
	}
	for i := range w {
		w[i] /= scale
	}
	return w[:n]
}

// level raises weights to a share of the largest of their dimension, molecules in the fluid
// among those on cells: what nothing drives at the start, being switched off, may be
// driven later.
func (c *Cohort) level(w []float64) {
	const share = 0.03
	largest := map[quantity.Dimension]float64{}
	for i := range w {
		largest[c.dimension(i)] = max(largest[c.dimension(i)], w[i])
	}
	for i := range w {
		w[i] = max(w[i], share*largest[c.dimension(i)])
	}
}

// dimension returns that of a variable or, behind them, of molecules in a fluid.
func (c *Cohort) dimension(i int) quantity.Dimension {
	if i < len(c.State) {
		return c.Kinetics.Variables[i].Dimension
	}
	return quantity.Dimensionless
}

// magnitudes is |∂F/∂(y, m)| of the mean cell with its own voxel, m the amounts in the
// fluid, for a shift g of 0, at typical values.
func (c *Cohort) magnitudes(members []*field) [][]float64 {
	n, first := len(c.State), c.Kinetics.Substrates
	values := append(make([]float64, first), c.typical()...)
	column := map[int]int{} // of an index of the rates
	for v := range n {
		column[first+v] = v
	}
	matrix := make([][]float64, n+len(c.Fluids))
	for i := range matrix {
		matrix[i] = make([]float64, len(matrix))
	}
	unit := make([]float64, len(matrix))
	for i := range unit {
		unit[i] = 1
	}
	for f, fluid := range c.Fluids {
		values[fluid.Substrate] = members[fluid.Member].typical()
		column[int(fluid.Substrate)], unit[n+f] = n+f, 1/fluid.Capacity.At(c.Footprints.Voxel[0])
	}
	for k, rate := range c.Kinetics.Rates {
		for _, use := range rate.Uses() {
			j, ok := column[use]
			slope := math.Abs(rate.Derivative(use).Eval(values)) * unit[j]
			if !ok || !finite(slope) {
				continue
			}
			for _, change := range c.Kinetics.Changes[k] {
				matrix[change.Variable][j] += math.Abs(change.Factor) * slope
			}
			for f, fluid := range c.Fluids {
				for _, term := range fluid.Terms {
					if term.Rate == k {
						matrix[n+f][j] += math.Abs(term.Factor) * slope
					}
				}
			}
		}
	}
	return matrix
}

// typical returns the mean of each variable; the largest of its dimension where it is 0:
// what is not there yet hides what it will do with others.
func (c *Cohort) typical() []float64 {
	values := make([]float64, len(c.State))
	most := map[quantity.Dimension]float64{}
	for v, of := range c.State {
		for _, y := range of {
			values[v] += y / float64(len(of))
		}
		if c.Kinetics.counts(v) {
			continue
		}
		d := c.Kinetics.Variables[v].Dimension
		most[d] = max(most[d], math.Abs(values[v]))
	}
	for v, of := range c.Kinetics.Variables {
		if values[v] == 0 {
			values[v] = most[of.Dimension]
		}
	}
	return values
}

// typical returns a density that a field has or starts from.
func (f *field) typical() float64 { return max(f.most, f.substrate.InitialDensity) / 2 }
