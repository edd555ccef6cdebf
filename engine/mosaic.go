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
// goes through sites (newWalls), and they stay as they are. Where fluid flows tissue is
// always a mosaic, if of one label, and it carries: see Passage.
type Mosaic struct {
	Labels   []uint8   // per voxel: 0 outside regions, i+1 in region i
	Mobility []float64 // α D per label, µm²/s; 0 where impermeable
	Capacity []float64 // R α per label: amount in a voxel per density, per V and unit of amount
	Loss     []float64 // α λ per label, 1/s; 0 in voxels with a held density
	Reacting []float64 // α per label; 0 where impermeable or held
	Held     []bool    // labels whose density is held
	Solid    []bool    // labels of impermeable regions: nothing is inside

	fluid *fluid // nil where it rests
}

// newMosaic returns how a substrate meets the tissue of a model; nil where that is
// uniform and its fluid, if any, at rest. labels are the model's.
func newMosaic(m *tissue.Model, s tissue.SubstrateID, labels []uint8, flow *fluid) *Mosaic {
	if labels == nil && flow == nil {
		return nil
	}
	p := &Mosaic{Labels: labels, fluid: flow}
	if labels == nil {
		p.Labels = make([]uint8, m.Grid.Voxels())
	}
	add := func(alpha float64, medium tissue.Medium, impermeable, held bool) {
		if impermeable {
			medium.DiffusionCoefficient = 0
		}
		p.Mobility = append(p.Mobility, alpha*medium.DiffusionCoefficient)
		p.Capacity = append(p.Capacity, alpha*medium.RetardationFactor())
		reacting := alpha
		if held || impermeable {
			medium.DecayRate, reacting = 0, 0
		}
		p.Reacting = append(p.Reacting, reacting)
		p.Loss = append(p.Loss, alpha*medium.DecayRate)
		p.Held = append(p.Held, held)
		p.Solid = append(p.Solid, impermeable)
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
	return harmonic(p.Mobility[p.Labels[a]], p.Mobility[p.Labels[b]])
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

// Flows reports whether fluid carries the substrate.
func (p *Mosaic) Flows() bool { return p.fluid != nil }

// Passage returns what goes through the face between a voxel and its lower neighbour
// along an axis; nothing does beside a held one.
func (p *Mosaic) Passage(g tissue.Grid, axis, lower, voxel int) Passage {
	if !p.Free(lower) || !p.Free(voxel) {
		return Passage{}
	}
	return p.passage(g, axis, lower, voxel)
}

// passage is Passage of voxels that are held or not.
func (p *Mosaic) passage(g tissue.Grid, axis, lower, voxel int) Passage {
	face := p.face(lower, voxel)
	if p.fluid == nil {
		return Passage{Conductance: face}
	}
	carry := p.fluid.lower[axis][voxel] * g.Spacing[axis]
	return Passage{fitted(face, carry), carry}
}

// between returns Passage of a voxel and its neighbour on a side of it.
func (p *Mosaic) between(g tissue.Grid, axis, voxel, neighbour, side int) Passage {
	if side == 0 {
		return p.Passage(g, axis, neighbour, voxel)
	}
	return p.Passage(g, axis, voxel, neighbour)
}

// Passages returns Passage of every voxel and its lower neighbour along an axis; none
// at the faces of the box, which are walls.
func (p *Mosaic) Passages(g tissue.Grid, axis int, periodic bool) []Passage {
	all := make([]Passage, g.Voxels())
	for i := range all {
		if above, ok := next(g, i, axis, periodic); ok && above != i {
			all[above] = p.Passage(g, axis, i, above)
		}
	}
	return all
}

// ConductanceTable returns (α D)_face for every two labels, row by row, µm²/s; 0 beside
// a held one.
func (p *Mosaic) ConductanceTable() []float64 {
	n := len(p.Mobility)
	table := make([]float64, n*n)
	for a := range n {
		for b := range n {
			own, other := p.Mobility[a], p.Mobility[b]
			if own*other > 0 && !p.Held[a] && !p.Held[b] {
				table[a*n+b] = harmonic(own, other)
			}
		}
	}
	return table
}

// TransferTable returns (α D)_face/(R α) of the first label for every two labels, row
// by row, µm²/s: divided by Δx², the rate at which a voxel of the first evens out with
// one of the second.
func (p *Mosaic) TransferTable() []float64 {
	table := p.ConductanceTable()
	for i := range table {
		table[i] /= p.Capacity[i/len(p.Capacity)]
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

// balances returns the rows of diffusion, flow and decay, 1/s: what leaves a voxel by
// its faces joins the diagonal, what reaches it the others.
func (p *Mosaic) balances(g tissue.Grid, periodic [3]bool) []balance {
	rows := make([]balance, g.Voxels())
	for i := range rows {
		label := p.Labels[i]
		rows[i].diagonal = p.Loss[label] / p.Capacity[label]
		eachNeighbour(g, periodic, i, func(axis, j, side int) {
			passage, scale := p.between(g, axis, i, j, side), 1/(g.Spacing[axis]*g.Spacing[axis])/p.Capacity[label]
			inward := passage.Carry
			if side == 1 {
				inward = -inward
			}
			rows[i].diagonal += scale * (passage.Conductance + max(-inward, 0))
			rows[i].others += scale * (passage.Conductance + max(inward, 0))
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
