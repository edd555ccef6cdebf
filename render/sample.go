package render

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Sample returns the density at a point, µm: trilinear between the centres of
// voxels and constant from the outermost ones to the walls, as solvers gather it
// where no wall is periodic. Next to a voxel without a number it has none.
func Sample(f *tissue.Field, at r3.Vec) float64 {
	var low, high [3]int
	var share [3]float64
	for axis, position := range [3]float64{at.X, at.Y, at.Z} {
		last := f.Grid.Shape[axis] - 1
		place := min(max(position/f.Grid.Spacing[axis]-0.5, 0), float64(last))
		low[axis] = int(place)
		high[axis] = min(low[axis]+1, last)
		share[axis] = place - float64(low[axis])
	}
	density := 0.0
	for corner := range 8 {
		voxel, weight := low, 1.0
		for axis := range 3 {
			if corner>>axis&1 == 1 {
				voxel[axis] = high[axis]
				weight *= share[axis]
			} else {
				weight *= 1 - share[axis]
			}
		}
		if weight > 0 { // a NaN that has no part in the point does not spoil it
			density += weight * f.At(voxel[0], voxel[1], voxel[2])
		}
	}
	return density
}

// LineProfile samples a field at n points, at least 2, evenly from one to
// another, both included: distances from the first, µm, and densities.
func LineProfile(f *tissue.Field, from, to r3.Vec, n int) (distance, density []float64) {
	distance, density = make([]float64, n), make([]float64, n)
	for i, p := range Along(from, to, n) {
		distance[i] = r3.Norm(r3.Sub(p, from))
		density[i] = Sample(f, p)
	}
	return distance, density
}

// Along returns n points, at least 2, evenly from one to another, both included, µm.
func Along(from, to r3.Vec, n int) []r3.Vec {
	points := make([]r3.Vec, n)
	for i := range points {
		t := float64(i) / float64(n-1)
		points[i] = r3.Add(from, r3.Scale(t, r3.Sub(to, from)))
	}
	return points
}

// Within returns the nearest point between the outermost centres of voxels, where a solver
// gathers what Sample finds at the point, whatever the walls.
func Within(g tissue.Grid, p r3.Vec) r3.Vec {
	place := [3]float64{p.X, p.Y, p.Z}
	for axis, h := range g.Spacing {
		place[axis] = min(max(place[axis], h/2), (float64(g.Shape[axis])-0.5)*h)
	}
	return r3.Vec{X: place[0], Y: place[1], Z: place[2]}
}

// Gradient returns arrows of ∇c in the plane, in the plane's unit per µm, from
// the centre of every stride-th voxel each way, the first half a stride in. They
// are central differences; at a wall, where the density is constant to the wall,
// half the difference to the one neighbour. Where a neighbour has no number there
// is no arrow.
func (p *Plane) Gradient(stride int) []Arrow {
	var arrows []Arrow
	for v := (stride - 1) / 2; v < p.Height; v += stride {
		for u := (stride - 1) / 2; u < p.Width; u += stride {
			at := p.place(u, v)
			slopeX := (p.node(u+1, v) - p.node(u-1, v)) / (2 * p.Spacing[0])
			slopeY := (p.node(u, v+1) - p.node(u, v-1)) / (2 * p.Spacing[1])
			if !math.IsNaN(slopeX+slopeY) && !math.IsInf(slopeX+slopeY, 0) {
				arrows = append(arrows, Arrow{X: at.X, Y: at.Y, U: slopeX, V: slopeY})
			}
		}
	}
	return arrows
}

// Flux returns arrows of −D α ∇c on the same places as Gradient, nM·µm/s of
// tissue, of a plane in nM: D is the diffusion coefficient in the fluid, µm²/s,
// and α the volume fraction in which the substrate diffuses, both the same
// throughout the plane.
func (p *Plane) Flux(diffusionCoefficient, volumeFraction float64, stride int) []Arrow {
	arrows := p.Gradient(stride)
	for i := range arrows {
		arrows[i].U *= -diffusionCoefficient * volumeFraction
		arrows[i].V *= -diffusionCoefficient * volumeFraction
	}
	return arrows
}
