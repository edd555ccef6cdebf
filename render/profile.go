package render

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"
	"gonum.org/v1/gonum/stat"

	"github.com/cytofield/cytofield/tissue"
)

// Shell is what a field holds at one range of distances from cells.
type Shell struct {
	Inner, Outer float64 // distance, µm; Inner belongs to the shell, Outer to the next
	Voxels       int
	Mean         float64 // density; NaN without voxels
	sorted       []float64
}

// Percentile returns the density that a share of the shell's voxels, 0 to 1, does
// not exceed, by the empirical distribution; NaN without voxels.
func (s Shell) Percentile(share float64) float64 {
	if s.Voxels == 0 {
		return math.NaN()
	}
	return stat.Quantile(share, stat.Empirical, s.sorted, nil)
}

// RadialProfile sorts the voxels of a field by the distance of their centres from
// the nearest of some centres, less radius: 0 for distances from the centres, the
// cells' radius for those from their surfaces. There are n shells of a width, µm.
// Voxels inside the radius, beyond the last shell, or without a number (solid
// tissue) are in none. In a planar grid distances are in the plane.
func RadialProfile(f *tissue.Field, centres []r3.Vec, radius, width float64, n int) []Shell {
	shells := make([]Shell, n)
	for i := range shells {
		shells[i].Inner, shells[i].Outer = float64(i)*width, float64(i+1)*width
	}
	reach := radius + float64(n)*width
	for i, nearest := range nearestCentres(f.Grid, centres, reach) {
		at := math.Floor((nearest - radius) / width)
		if c := f.Values[i]; at >= 0 && at < float64(n) && !math.IsNaN(c) {
			shells[int(at)].sorted = append(shells[int(at)].sorted, c)
		}
	}
	for i := range shells {
		s := &shells[i]
		slices.Sort(s.sorted)
		s.Voxels, s.Mean = len(s.sorted), stat.Mean(s.sorted, nil)
	}
	return shells
}

// nearestCentres returns the distance of every voxel from the nearest centre, µm;
// +Inf beyond the reach along any axis.
func nearestCentres(g tissue.Grid, centres []r3.Vec, reach float64) []float64 {
	nearest := make([]float64, g.Voxels())
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	step := r3.Vec{X: reach, Y: reach, Z: reach}
	for _, centre := range centres {
		low, high := g.VoxelAt(r3.Sub(centre, step)), g.VoxelAt(r3.Add(centre, step))
		for z := low[2]; z <= high[2]; z++ {
			for y := low[1]; y <= high[1]; y++ {
				for x := low[0]; x <= high[0]; x++ {
					apart := r3.Sub(g.Centre(x, y, z), centre)
					if g.Planar {
						apart.Z = 0
					}
					i := g.Index(x, y, z)
					nearest[i] = min(nearest[i], r3.Norm(apart))
				}
			}
		}
	}
	return nearest
}

// Histogram counts numbers in n bins of equal width on a scale, linear or
// logarithmic; edges has n+1 entries. A number on the upper end is in the last
// bin; what lies beyond the ends, and NaN, is in none.
func Histogram(values []float64, sc Scale, n int) (edges []float64, counts []int) {
	edges, counts = make([]float64, n+1), make([]int, n)
	for i := range edges {
		t := float64(i) / float64(n)
		edges[i] = sc.Low + t*(sc.High-sc.Low)
		if sc.Log {
			edges[i] = sc.Low * math.Pow(sc.High/sc.Low, t)
		}
	}
	for _, v := range values {
		if v >= sc.Low && v <= sc.High {
			counts[min(int(sc.Position(v)*float64(n)), n-1)]++
		}
	}
	return edges, counts
}
