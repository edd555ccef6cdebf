package engine

import "github.com/cytofield/cytofield/tissue"

// StencilWeights returns D/Δx² per axis, 1/s: the rate at which two neighbouring
// voxels even out. An axis of one voxel has no neighbours and weighs 0.
func StencilWeights(g tissue.Grid, s tissue.Substrate) [3]float64 {
	var weights [3]float64
	for axis := range weights {
		if g.Shape[axis] > 1 {
			weights[axis] = faceWeight(g, s, axis)
		}
	}
	return weights
}

// weights returns the stencil's weights; in a mosaic 1/Δx² per axis of more than one
// voxel, for its tables to multiply.
func (s Substrate) weights() [3]float64 {
	if s.Mosaic == nil {
		return StencilWeights(s.Grid, s.Substrate)
	}
	return StencilWeights(s.Grid, tissue.Substrate{DiffusionCoefficient: 1})
}

func faceWeight(g tissue.Grid, s tissue.Substrate, axis int) float64 {
	return s.DiffusionCoefficient / (g.Spacing[axis] * g.Spacing[axis])
}

// movesAlong reports whether diffusion moves anything along an axis: to another voxel,
// or to a wall with a density at or beyond it.
func movesAlong(g tissue.Grid, s tissue.Substrate, axis int) bool {
	faces := s.Boundary[axis]
	return g.Shape[axis] > 1 || hasDensity(faces[0]) || hasDensity(faces[1])
}

// hasDensity reports whether a substrate diffuses from or to a face of the box.
func hasDensity(face tissue.Boundary) bool {
	return face.Kind == tissue.Dirichlet || face.Kind == tissue.Robin
}

// diffusionRadius returns Gershgorin's bound on the spectral radius of diffusion
// and decay, 1/s,
//
//	ρ = λ + Σ_axes 4 D/Δx²
//
// over axes with more than one voxel or with a density at or beyond a face.
func diffusionRadius(g tissue.Grid, s tissue.Substrate) float64 {
	radius := s.DecayRate
	for axis := range s.Boundary {
		if movesAlong(g, s, axis) {
			radius += 4 * faceWeight(g, s, axis)
		}
	}
	return radius
}

// MaxTimeStep returns the largest stable step of forward Euler, s,
//
//	dt = 2/ρ
//
// with ρ the spectral radius, 1/s: beyond it the shortest wave on the grid
// grows. TestStabilityBoundIsTheEdge steps across it.
func MaxTimeStep(radius float64) float64 { return 2 / radius }

// positiveTimeStep returns the largest step of forward Euler, s, that leaves in
// every voxel a share of what was there,
//
//	dt = 1/(λ + k + Σ_axes w D/Δx²)
//
// with k the steepest sink of a voxel, 1/s. w is 2, for two neighbours; 3 for the
// one neighbour and the held wall of a voxel at a face; 2 per held face where the
// axis has but one voxel.
func positiveTimeStep(g tissue.Grid, s tissue.Substrate, steepest float64) float64 {
	loss := s.DecayRate + steepest
	for axis, faces := range s.Boundary {
		held := 0.
		for _, face := range faces {
			if hasDensity(face) {
				held++
			}
		}
		w := 2 * held
		if g.Shape[axis] > 1 {
			w = 2 + min(held, 1)
		}
		loss += w * faceWeight(g, s, axis)
	}
	return 1 / loss
}

// bounds returns Gershgorin's bound of a substrate with all its exchanges, 1/s, and
// positiveTimeStep; in a mosaic both from its own rows, the first as the largest of what
// leaves a voxel plus what reaches it.
func (f *field) bounds() (radius, positive float64) {
	p, g := f.substrate.Mosaic, f.substrate.Grid
	if p == nil {
		s := f.substrate.Substrate
		steepest := f.cells.Steepest
		for _, b := range f.walls.Body {
			steepest += b.loss()
		}
		return diffusionRadius(g, s) + steepest, positiveTimeStep(g, s, steepest)
	}
	fastest := 0.0
	for _, row := range f.balances() {
		radius, fastest = max(radius, row.diagonal+row.others), max(fastest, row.diagonal)
	}
	return radius, 1 / fastest
}

// balances returns the rows of a mosaic with its exchanges.
func (f *field) balances() []balance {
	rows := f.substrate.Mosaic.balances(f.substrate.Grid, periodicAxes(f.substrate.Substrate.Boundary))
	for _, x := range [2]*Exchange{f.cells, f.walls} {
		for _, site := range x.Sites {
			rows[site.Voxel].diagonal += site.Sink
		}
		for _, cell := range x.Saturable {
			rows[cell.Voxel].diagonal += cell.Law.Slope() / cell.Capacity
		}
	}
	return rows
}
