package engine

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// fluid is the flow of interstitial fluid through a grid at rest in time: Darcy
// velocities q through faces, along their axis, µm/s, and what joins and leaves the
// fluid within voxels. It is free of divergence, to divergenceLimit:
//
//	Σ_axes (q_upper − q_lower)/Δx = Σ leaks/V − lymph        in every voxel
type fluid struct {
	lower    [3][]float64 // through each voxel's lower face
	upper    [3][]float64 // through the box's upper faces, in the order of faceVoxels; none where periodic
	leak     [][]float64  // per region and piece of its surface (VesselSurface): into the tissue, µm³/s
	lymph    []float64    // per voxel: out of the tissue, 1/s; nil for none
	pressure []float64    // per voxel, Pa; nil where the velocity is given
}

// divergenceLimit is what rounding and the solver of the pressure may leave of a
// voxel's balance, as a share of the fastest flow through a face.
const divergenceLimit = 1e-9

// newFluid returns how fluid flows in a valid model; nil where it rests. labels are
// the model's.
func newFluid(m *tissue.Model, labels []uint8) (*fluid, error) {
	if m.Flow == nil {
		return nil, nil
	}
	f := &fluid{leak: make([][]float64, len(m.Regions))}
	for axis := range f.lower {
		f.lower[axis] = make([]float64, m.Grid.Voxels())
		if !periodicAlong(m, axis) {
			f.upper[axis] = make([]float64, len(faceVoxels(m.Grid, axis, 1)))
		}
	}
	if v := m.Flow.Velocity; v != nil {
		f.give(m, *v, labels)
	} else if err := f.drive(m, labels); err != nil {
		return nil, err
	}
	return f, f.check(m)
}

// periodicAlong reports whether fluid that leaves at one face of the box comes in at
// the other: as all substrates do, or none.
func periodicAlong(m *tissue.Model, axis int) bool {
	return m.Substrates[0].Boundary[axis][0].Kind == tissue.Periodic
}

func periodicOf(m *tissue.Model) [3]bool { return periodicAxes(m.Substrates[0].Boundary) }

// give sets q = α v for a velocity that is the same everywhere but 0 in impermeable regions.
func (f *fluid) give(m *tissue.Model, v [3]float64, labels []uint8) {
	share := make([]float64, len(m.Regions)+1)
	share[0] = m.ExtracellularFraction
	for i, r := range m.Regions {
		if !r.Impermeable {
			share[i+1] = r.ExtracellularFraction
		}
	}
	label := func(voxel int) uint8 {
		if labels == nil {
			return 0
		}
		return labels[voxel]
	}
	for axis := range f.lower {
		for i := range f.lower[axis] {
			f.lower[axis][i] = share[label(i)] * v[axis]
		}
		if f.upper[axis] != nil {
			for k, voxel := range faceVoxels(m.Grid, axis, 1) {
				f.upper[axis][k] = share[label(voxel)] * v[axis]
			}
		}
	}
}

// fastest returns the largest Darcy velocity through a face, µm/s.
func (f *fluid) fastest() float64 {
	most := 0.0
	for axis := range f.lower {
		for _, q := range f.lower[axis] {
			most = max(most, math.Abs(q))
		}
		for _, q := range f.upper[axis] {
			most = max(most, math.Abs(q))
		}
	}
	return most
}

// check reports the voxel whose balance is off the farthest, if that is too far.
func (f *fluid) check(m *tissue.Model) error {
	g := m.Grid
	limit := 0.0
	for _, h := range g.Spacing {
		limit = max(limit, divergenceLimit*f.fastest()/h)
	}
	worst, off := 0, 0.0
	for i, excess := range f.excess(m) {
		if !(math.Abs(excess) <= math.Abs(off)) {
			worst, off = i, excess
		}
	}
	if math.Abs(off) <= limit {
		return nil
	}
	at := g.Coordinates(worst)
	p := g.Centre(at[0], at[1], at[2])
	return fmt.Errorf("engine: flow: %.3g of a voxel's volume of fluid vanishes per second at (%g, %g, %g) µm: want at most %.3g; conductivities that differ by less, or larger voxels, ease the solution for the pressure",
		off, p.X, p.Y, p.Z, limit)
}

// excess returns what each voxel's balance is off by, 1/s: what comes in less what
// leaves.
func (f *fluid) excess(m *tissue.Model) []float64 {
	g := m.Grid
	excess := make([]float64, g.Voxels())
	for axis, h := range g.Spacing {
		for i, q := range f.lower[axis] {
			excess[i] += q / h
		}
		for i := range excess {
			if above, ok := next(g, i, axis, f.upper[axis] == nil); ok {
				excess[i] -= f.lower[axis][above] / h
			}
		}
		if f.upper[axis] != nil {
			for k, voxel := range faceVoxels(g, axis, 1) {
				excess[voxel] -= f.upper[axis][k] / h
			}
		}
	}
	for region, leak := range f.leak {
		if leak == nil {
			continue
		}
		for k, wall := range m.VesselSurface(region) {
			excess[wall.Voxel] += leak[k] / g.VoxelVolume()
		}
	}
	for i, rate := range f.lymph {
		excess[i] -= rate
	}
	return excess
}

// next returns the voxel above one along an axis.
func next(g tissue.Grid, voxel, axis int, periodic bool) (above int, ok bool) {
	at := g.Coordinates(voxel)
	at[axis]++
	if periodic {
		at[axis] %= g.Shape[axis]
	}
	return g.Index(at[0], at[1], at[2]), at[axis] < g.Shape[axis]
}

// inward returns the flow into the box through its faces, µm/s, in the order of faceVoxels;
// nil where fluid rests, and where it comes in again on the other side.
func (f *fluid) inward(g tissue.Grid, axis, side int) []float64 {
	if f == nil || f.upper[axis] == nil {
		return nil
	}
	voxels := faceVoxels(g, axis, side)
	inward := make([]float64, len(voxels))
	for k, voxel := range voxels {
		if side == 0 {
			inward[k] = f.lower[axis][voxel]
		} else {
			inward[k] = -f.upper[axis][k]
		}
	}
	return inward
}

// fitted returns by how much diffusion of a conductance G evens out two densities
// while fluid of a velocity q flows between them,
//
//	G B(|q|/G),   B(x) = x/(eˣ − 1)
//
// in the unit of both. With the density that q carries, of the side it comes from,
// the flux of the steady profile between the two is met exactly (Scharfetter & Gummel
// 1969, IEEE Trans. Electron Devices 16:64; Patankar 1980, eq. 5.25):
//
//	F = G B(|q|/G) (c_lower − c_upper) + q⁺ c_lower + q⁻ c_upper
//
// No density pulls another down at any q, and where q/G is small the error is of second order.
func fitted(conductance, q float64) float64 {
	if conductance == 0 {
		return 0
	}
	x := math.Abs(q) / conductance
	if x == 0 {
		return conductance
	}
	return conductance * (x / math.Expm1(x))
}

// inSeries returns what passes a wall of a permeability P and half a voxel of a
// conductance G behind it, per area, µm/s, while fluid enters through them with q:
//
//	F = inward c_beyond − outward c_voxel,   g = G B(|q|/G)
//	inward  = (P + q⁺)(g + q⁺)/(P + g + |q|)
//	outward = (P + q⁻)(g + q⁻)/(P + g + |q|)
//
// from P (c_beyond − c_wall) + q⁺ c_beyond − q⁻ c_wall = g (c_wall − c) + q⁺ c_wall − q⁻ c, with
// q⁺ = max(q, 0) and q⁻ = max(−q, 0).
func inSeries(permeability, half, q float64) (inward, outward float64) {
	g, in, out := fitted(half, q), max(q, 0), max(-q, 0)
	if math.IsInf(permeability, 1) {
		return g + in, g + out
	}
	sum := permeability + g + in + out
	if sum == 0 {
		return 0, 0
	}
	return (permeability + in) * (g + in) / sum, (permeability + out) * (g + out) / sum
}

// Passage is what goes through the lower face of a voxel from its lower neighbour,
//
//	V/Δx² (Conductance (c_lower − c) + Carry⁺ c_lower + Carry⁻ c)
//
// see fitted.
type Passage struct {
	Conductance float64 // (α D)_face B(|Carry|/(α D)_face), µm²/s
	Carry       float64 // q Δx, µm²/s
}

// peclet returns the largest |q| Δx/(α D) of the faces between voxels.
func (p *Mosaic) peclet(g tissue.Grid) float64 {
	if p == nil || p.fluid == nil {
		return 0
	}
	most := 0.0
	for axis, h := range g.Spacing {
		for i := range g.Voxels() {
			above, ok := next(g, i, axis, p.fluid.upper[axis] == nil)
			if ok && p.fluid.lower[axis][above] != 0 {
				most = max(most, math.Abs(p.fluid.lower[axis][above])*h/p.face(i, above))
			}
		}
	}
	return most
}

// spread returns the conductance of the same flux between means, µm²/s:
//
//	F = spread (c_lower − c) + Carry (c_lower + c)/2
func (p Passage) spread() float64 { return p.Conductance + math.Abs(p.Carry)/2 }

// flowStability is the κ of flowStep: RKC2 of 3 to 201 stages takes 2.60 and more.
const flowStability = 2.5

// flowStep returns the longest step of RKC2 that a flow allows, s:
//
//	dt ≤ κ/P,   P = max_voxels Σ_faces (q Δx)²/(2 k Δx²)/(R α),   k = (α D)_face B + |q| Δx/2
//
// P = Σ_axes q²/k in uniform flow: D/v² times R where diffusion prevails, and Δx/2|v| where flow does.
// Diffusion S and a flow K that is free of divergence are the symmetric and the
// skew part of the rows, so that of any wave c the damping x = c*Sc/c*c and the frequency y = c*Kc/(i c*c)
// have y² ≤ P x, by Cauchy and Schwarz over the faces; in uniform flow, up to the
// spectral bound ρ of the waves, y² ≤ P x (1 − x/ρ). In that ellipse the stability
// polynomial of every number of stages that covers ρ stays below 1 as long as
// P dt ≤ κ (TestStagesTakeTheFlow).
func (f *field) flowStep() float64 {
	p, g := f.substrate.Mosaic, f.substrate.Grid
	if p == nil || p.fluid == nil {
		return math.Inf(1)
	}
	periodic, steepest := periodicAxes(f.substrate.Boundary), 0.0
	for i := range g.Voxels() {
		sum := 0.0
		eachNeighbour(g, periodic, i, func(axis, j, side int) {
			passage := p.between(g, axis, i, j, side)
			if k := passage.spread(); k > 0 {
				sum += passage.Carry * passage.Carry / (2 * k * g.Spacing[axis] * g.Spacing[axis])
			}
		})
		steepest = max(steepest, sum/p.Capacity[p.Labels[i]])
	}
	return flowStability / steepest
}
