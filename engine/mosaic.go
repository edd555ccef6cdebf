package engine

import (
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// Mosaic is tissue whose properties differ from voxel to voxel, as one substrate
// meets it. Voxels carry labels, tables over the labels hold the rest, and a balance
// of fluxes replaces the Laplacian of uniform tissue:
//
//	R α V dc/dt = Σ_faces V/Δx² (α D)_face (c_neighbour − c) − α V λ c
//
// with harmonic means at the faces, (α D)_face = 2 (α D)(α D)'/((α D) + (α D)'): the
// flux is right where the jump lies on the face (Patankar 1980, Numerical Heat
// Transfer and Fluid Flow, eq. 4.9). Nothing passes the faces of impermeable regions,
// nor those of voxels with a held density: what these exchange with their neighbours
// goes through sites (NewWalls), and they stay as they are.
type Mosaic struct {
	Labels   []uint8   // per voxel: 0 outside regions, i+1 in region i
	Mobility []float64 // α D per label, µm²/s; 0 where impermeable
	Capacity []float64 // R α per label: amount in a voxel per density, per V and unit of amount
	Loss     []float64 // α λ per label, 1/s; 0 in voxels with a held density
	Held     []bool    // labels whose density is held
}

// newMosaic returns how a substrate meets the tissue of a model; nil where that is
// uniform. labels are the model's.
func newMosaic(m *tissue.Model, s tissue.SubstrateID, labels []uint8) *Mosaic {
	if labels == nil {
		return nil
	}
	p := &Mosaic{Labels: labels}
	add := func(alpha float64, medium tissue.Medium, impermeable, held bool) {
		if impermeable {
			medium.DiffusionCoefficient, medium.DecayRate = 0, 0
		}
		p.Mobility = append(p.Mobility, alpha*medium.DiffusionCoefficient)
		p.Capacity = append(p.Capacity, alpha*medium.RetardationFactor())
		if held {
			medium.DecayRate = 0
		}
		p.Loss = append(p.Loss, alpha*medium.DecayRate)
		p.Held = append(p.Held, held)
	}
	add(m.ExtracellularFraction, m.Substrates[s].Medium(), false, false)
	for _, r := range m.Regions {
		held := slices.ContainsFunc(r.Held, func(h tissue.HeldDensity) bool { return h.Substrate == s })
		add(r.ExtracellularFraction, r.Media[s], r.Impermeable, held)
	}
	return p
}

// face returns (α D)_face between two voxels, held or not, µm²/s.
func (p *Mosaic) face(a, b int) float64 {
	own, other := p.Mobility[p.Labels[a]], p.Mobility[p.Labels[b]]
	if own+other == 0 {
		return 0
	}
	return 2 * own * other / (own + other)
}

// Free reports whether the density of a voxel may change.
func (p *Mosaic) Free(voxel int) bool { return !p.Held[p.Labels[voxel]] }

// Face returns (α D)_face between two neighbouring voxels, µm²/s; 0 beside a held one.
func (p *Mosaic) Face(a, b int) float64 {
	if !p.Free(a) || !p.Free(b) {
		return 0
	}
	return p.face(a, b)
}

// TransferTable returns (α D)_face/(R α) of the first label for every two labels, row
// by row, µm²/s: divided by Δx², the rate at which a voxel of the first evens out with
// one of the second.
func (p *Mosaic) TransferTable() []float64 {
	n := len(p.Mobility)
	table := make([]float64, n*n)
	for a := range n {
		for b := range n {
			own, other := p.Mobility[a], p.Mobility[b]
			if own*other > 0 && !p.Held[a] && !p.Held[b] {
				table[a*n+b] = 2 * own * other / (own + other) / p.Capacity[a]
			}
		}
	}
	return table
}

// Capacity is the amount a voxel holds per density, R α V N: molecules per nM.
type Capacity struct {
	uniform float64 // V N in a mosaic
	mosaic  *Mosaic // nil in uniform tissue
}

func capacityOf(m *tissue.Model, s tissue.SubstrateID, p *Mosaic) Capacity {
	substrate := m.Substrates[s]
	c := Capacity{m.Grid.VoxelVolume() * substrate.Unit.AmountPerVolume(), p}
	if p == nil {
		c.uniform *= m.ExtracellularFraction * substrate.RetardationFactor()
	}
	return c
}

// At returns the capacity of a voxel.
func (c Capacity) At(voxel int) float64 {
	if c.mosaic == nil {
		return c.uniform
	}
	return c.uniform * c.mosaic.Capacity[c.mosaic.Labels[voxel]]
}

// Total returns the capacity of n voxels, all there are.
func (c Capacity) Total(n int) float64 {
	if c.mosaic == nil {
		return c.uniform * float64(n)
	}
	total := 0.0
	for _, label := range c.mosaic.Labels {
		total += c.uniform * c.mosaic.Capacity[label]
	}
	return total
}

// balance is a voxel's row of the linear system: dc/dt = ... − diagonal c + Σ
// neighbours' shares, whose weights sum to others.
type balance struct{ diagonal, others float64 }

// balances returns the rows of diffusion and decay, 1/s.
func (p *Mosaic) balances(g tissue.Grid, periodic [3]bool) []balance {
	rows := make([]balance, g.Voxels())
	for i := range rows {
		label := p.Labels[i]
		rows[i].diagonal = p.Loss[label] / p.Capacity[label]
		eachNeighbour(g, periodic, i, func(axis, j int, _ int) {
			rate := p.Face(i, j) / (g.Spacing[axis] * g.Spacing[axis]) / p.Capacity[label]
			rows[i].diagonal += rate
			rows[i].others += rate
		})
	}
	return rows
}

// eachNeighbour visits the voxels that share a face with one, side 0 below and 1 above.
func eachNeighbour(g tissue.Grid, periodic [3]bool, voxel int, visit func(axis, neighbour, side int)) {
	at := g.Coordinates(voxel)
	stride := 1
	for axis, n := range g.Shape {
		for side, step := range [2]int{-1, 1} {
			to := at[axis] + step
			if periodic[axis] {
				to = (to + n) % n
			}
			if to >= 0 && to < n && to != at[axis] {
				visit(axis, voxel+(to-at[axis])*stride, side)
			}
		}
		stride *= n
	}
}

func periodicAxes(boundary [3][2]tissue.Boundary) (periodic [3]bool) {
	for axis, faces := range boundary {
		periodic[axis] = faces[0].Kind == tissue.Periodic
	}
	return periodic
}
