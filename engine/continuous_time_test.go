package engine_test

import (
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// equation is dc/dt of one substrate on the grid, written down once more, slowly
// and straight from the equations, for voxels that are cubes:
//
//	dc/dt = Σ_faces D/h² (c_beyond − c) − λ c − Σ_cells J/(α V A)
//
// where beyond a no-flux wall lies the voxel itself, and a held wall is half a
// voxel away.
type equation struct {
	m         *tissue.Model
	substrate tissue.Substrate
	id        tissue.SubstrateID
	plain     bool // coupling
	cells     map[int][]tissue.CellType
}

func newEquation(m *tissue.Model, id tissue.SubstrateID, plain bool) *equation {
	e := &equation{m: m, substrate: m.Substrates[id], id: id, plain: plain, cells: map[int][]tissue.CellType{}}
	for i, t := range m.Cells.Type {
		at := m.Grid.VoxelAt(m.Cells.Position[i])
		voxel := m.Grid.Index(at[0], at[1], at[2])
		e.cells[voxel] = append(e.cells[voxel], m.CellTypes[t])
	}
	return e
}

func (e *equation) amount() float64 { return e.substrate.Unit.AmountPerVolume() }

// rate writes dc/dt.
func (e *equation) rate(c, out []float64) {
	g := e.m.Grid
	for voxel := range out {
		at := g.Coordinates(voxel)
		sum := -e.substrate.DecayRate * c[voxel]
		for axis := range 3 {
			if g.Planar && axis == 2 {
				continue
			}
			weight := e.substrate.DiffusionCoefficient / (g.Spacing[axis] * g.Spacing[axis])
			for side := range 2 {
				next := at
				next[axis] += 2*side - 1
				n, wall := g.Shape[axis], e.substrate.Boundary[axis][side]
				switch {
				case next[axis] >= 0 && next[axis] < n:
					sum += weight * (c[g.Index(next[0], next[1], next[2])] - c[voxel])
				case wall.Kind == tissue.Periodic:
					next[axis] = (next[axis] + n) % n
					sum += weight * (c[g.Index(next[0], next[1], next[2])] - c[voxel])
				case wall.Kind == tissue.Dirichlet:
					sum += 2 * weight * (wall.Density - c[voxel])
				}
			}
		}
		out[voxel] = sum
	}
	fluid := e.m.ExtracellularFraction * g.VoxelVolume() * e.amount()
	for voxel, cells := range e.cells {
		for _, cell := range cells {
			out[voxel] -= e.flux(cell, c[voxel]) / fluid
		}
	}
}

// uptake returns the flux into a cell at a density at its surface, amount/s, and
// its slope.
func (e *equation) uptake(cell tissue.CellType, c float64) (flux, slope float64) {
	volume := 4. / 3 * math.Pi * math.Pow(cell.Radius, 3)
	for _, x := range cell.Exchange {
		if x.Substrate != e.id {
			continue
		}
		flux += volume * e.amount() * (x.UptakeRate*c - x.SecretionRate*(x.SaturationDensity-c))
		slope += volume * e.amount() * (x.UptakeRate + x.SecretionRate)
		flux -= x.NetExportRate
		if x.MaxUptakeRate > 0 {
			flux += x.MaxUptakeRate * c / (x.HalfSaturation + c)
			slope += x.MaxUptakeRate * x.HalfSaturation / ((x.HalfSaturation + c) * (x.HalfSaturation + c))
		}
	}
	for _, r := range cell.Receptors {
		if r.Ligand == e.id {
			flux += r.OnRate * r.Count * c
			slope += r.OnRate * r.Count
		}
	}
	return flux, slope
}

// flux solves c_s = c − g J(c_s) by Newton's method.
func (e *equation) flux(cell tissue.CellType, voxel float64) float64 {
	g, grid := 0.0, e.m.Grid
	if !e.plain && min(grid.Shape[0], grid.Shape[1], grid.Shape[2]) > 1 {
		const watson = 0.2527310098586630
		g = (1/(4*math.Pi*cell.Radius) - watson/grid.Spacing[0]) /
			(e.m.ExtracellularFraction * e.substrate.DiffusionCoefficient * e.amount())
	}
	surface := voxel
	for range 30 {
		flux, slope := e.uptake(cell, surface)
		change := (surface + g*flux - voxel) / (1 + g*slope)
		surface -= change
		if math.Abs(change) < 1e-15*math.Abs(surface) {
			break
		}
	}
	flux, _ := e.uptake(cell, surface)
	return flux
}

// solve advances c by the classical Runge-Kutta method of fourth order.
func (e *equation) solve(c []float64, duration float64, steps int) []float64 {
	n, dt := len(c), duration/float64(steps)
	c = append([]float64(nil), c...)
	at, k, sum := make([]float64, n), make([]float64, n), make([]float64, n)
	for range steps {
		copy(at, c)
		clear(sum)
		for stage, weight := range [4]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6} {
			e.rate(at, k)
			for i := range k {
				sum[i] += weight * dt * k[i]
				if stage < 3 {
					at[i] = c[i] + [3]float64{0.5, 0.5, 1}[stage]*dt*k[i]
				}
			}
		}
		for i := range c {
			c[i] += sum[i]
		}
	}
	return c
}
