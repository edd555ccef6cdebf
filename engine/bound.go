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

func faceWeight(g tissue.Grid, s tissue.Substrate, axis int) float64 {
	return s.DiffusionCoefficient / (g.Spacing[axis] * g.Spacing[axis])
}

// movesAlong reports whether diffusion moves anything along an axis: to another voxel,
// or to a wall that holds a density.
func movesAlong(g tissue.Grid, s tissue.Substrate, axis int) bool {
	faces := s.Boundary[axis]
	return g.Shape[axis] > 1 || faces[0].Kind == tissue.Dirichlet || faces[1].Kind == tissue.Dirichlet
}

// diffusionRadius returns Gershgorin's bound on the spectral radius of diffusion
// and decay, 1/s,
//
//	ρ = λ + Σ_axes 4 D/Δx²
//
// over axes with more than one voxel or with a density held at a face.
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
			if face.Kind == tissue.Dirichlet {
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
