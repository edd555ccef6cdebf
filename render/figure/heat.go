package figure

import (
	"image"
	"math"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// heat paints a plane into a rectangle of an image. Voxels larger than pixels are
// shown as blocks, or interpolated between their centres: positions on the scale
// follow Catmull–Rom's cubic, first to the right and then up, kept between the two
// voxels at either side, so that no density is shown that is not between its
// neighbours and no extreme that no voxel has. Of voxels smaller than pixels the
// mean density is shown. Colours come last: every colour of the picture is on the
// colour bar.
func heat(img *image.RGBA, at image.Rectangle, p *render.Plane, m colormap.Map, sc render.Scale, nearest bool) {
	p = coarsen(p, at.Dx(), at.Dy())
	rows := make([]float64, at.Dx()*p.Height)
	positions := make([]float64, p.Width)
	columns := samples(at.Dx(), p.Width, nearest)
	for v := range p.Height {
		for u := range positions {
			positions[u] = sc.Position(float64(p.At(u, v)))
		}
		for x, s := range columns {
			rows[x*p.Height+v] = s.between(positions)
		}
	}
	up := samples(at.Dy(), p.Height, nearest)
	for x := range at.Dx() {
		column := rows[x*p.Height : (x+1)*p.Height]
		for y := range at.Dy() {
			c := m.At(up[at.Dy()-1-y].between(column))
			img.SetRGBA(at.Min.X+x, at.Min.Y+y, c)
		}
	}
}

// sample is how a pixel sees the voxels along one axis: the four around it, the
// outermost repeated, and their weights.
type sample struct {
	voxel    [4]int
	weight   [4]float64
	fraction float64 // of the way from the second to the third
}

func samples(pixels, voxels int, nearest bool) []sample {
	list := make([]sample, pixels)
	for i := range list {
		at := (float64(i)+0.5)*float64(voxels)/float64(pixels) - 0.5 // in voxels, from the centre of the first
		at = min(max(at, 0), float64(voxels-1))
		if nearest {
			at = math.Floor(at + 0.5)
		}
		first := math.Floor(at)
		t := at - first
		list[i] = sample{fraction: t, weight: [4]float64{
			t * (-1 + t*(2-t)) / 2,
			(2 + t*t*(-5+3*t)) / 2,
			t * (1 + t*(4-3*t)) / 2,
			t * t * (-1 + t) / 2,
		}}
		for j := range 4 {
			list[i].voxel[j] = min(max(int(first)+j-1, 0), voxels-1)
		}
	}
	return list
}

// between interpolates values of voxels. Beside a voxel without a value the
// nearest one counts, so that it keeps its edges.
func (s *sample) between(values []float64) float64 {
	b, c := values[s.voxel[1]], values[s.voxel[2]]
	sum := s.weight[0]*values[s.voxel[0]] + s.weight[1]*b + s.weight[2]*c + s.weight[3]*values[s.voxel[3]]
	switch {
	case sum == sum:
		return min(max(sum, min(b, c)), max(b, c))
	case b == b && c == c:
		return b + s.fraction*(c-b)
	case s.fraction < 0.5:
		return b
	default:
		return c
	}
}

// coarsen returns a plane with at most so many voxels: the means of blocks, which
// leave out voxels without a value.
func coarsen(p *render.Plane, width, height int) *render.Plane {
	if p.Width <= width && p.Height <= height {
		return p
	}
	coarse := &render.Plane{Width: min(p.Width, width), Height: min(p.Height, height)}
	for v := range coarse.Height {
		v0, v1 := block(v, coarse.Height, p.Height)
		for u := range coarse.Width {
			u0, u1 := block(u, coarse.Width, p.Width)
			coarse.Values = append(coarse.Values, mean(p, u0, u1, v0, v1))
		}
	}
	return coarse
}

// block returns the voxels that the i-th of n blocks covers, wholly or in part.
func block(i, n, voxels int) (first, end int) { return i * voxels / n, ((i+1)*voxels + n - 1) / n }

func mean(p *render.Plane, u0, u1, v0, v1 int) float32 {
	sum, n := 0.0, 0
	for v := v0; v < v1; v++ {
		for u := u0; u < u1; u++ {
			if c := float64(p.At(u, v)); c == c {
				sum += c
				n++
			}
		}
	}
	return float32(sum / float64(n)) // NaN of none
}
