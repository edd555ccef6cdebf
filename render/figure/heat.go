package figure

import (
	"image"
	"image/color"
	"math"
	"runtime"
	"sync"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// heat paints a plane, so many pixels large. Voxels larger than pixels are
// shown as blocks, or interpolated between their centres: positions on the scale
// follow Catmull–Rom's cubic, first to the right and then up, kept between the two
// voxels at either side, so that no density is shown that is not between its
// neighbours and no extreme that no voxel has. Of voxels smaller than pixels the
// mean density is shown. Colours come last: every colour of the picture is on the
// colour bar.
func heat(size image.Point, p *render.Plane, m colormap.Map, sc render.Scale, nearest bool) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	all := positions(size, p, sc, nearest)
	inBands(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			c := m.At(all[i])
			pixel := img.Pix[4*i : 4*i+4 : 4*i+4]
			pixel[0], pixel[1], pixel[2], pixel[3] = c.R, c.G, c.B, c.A
		}
	})
	return img
}

// merged adds the colours of several planes, each in proportion to its position on its
// scale, as render.Merge does by voxel: what comes beyond 255 is cut, what has no value gives no
// light, and where no plane has one is the colour Missing.
func merged(size image.Point, channels []Channel, nearest bool) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	sums, seen := make([][3]float64, size.X*size.Y), make([]bool, size.X*size.Y)
	for _, c := range channels {
		for i, t := range positions(size, c.Plane, c.Scale, nearest) {
			if t != t {
				continue
			}
			seen[i] = true
			for k, level := range [3]uint8{c.Color.R, c.Color.G, c.Color.B} {
				sums[i][k] += t * float64(level)
			}
		}
	}
	for i, sum := range sums {
		level := func(v float64) uint8 { return uint8(min(v, 255) + 0.5) }
		c := color.RGBA{R: level(sum[0]), G: level(sum[1]), B: level(sum[2]), A: 0xff}
		if !seen[i] {
			c = colormap.Missing()
		}
		img.SetRGBA(i%size.X, i/size.X, c)
	}
	return img
}

// positions returns where on the scale the pixels of a picture lie, from its upper left
// corner to the right.
func positions(size image.Point, p *render.Plane, sc render.Scale, nearest bool) []float64 {
	p = coarsen(p, size.X, size.Y)
	rows := make([]float64, size.X*p.Height)
	voxels := make([]float64, p.Width)
	columns := samples(size.X, p.Width, nearest)
	for v := range p.Height {
		for u := range voxels {
			voxels[u] = sc.Position(float64(p.At(u, v)))
		}
		for x := range columns {
			rows[x+v*size.X] = columns[x].between(voxels)
		}
	}
	all := make([]float64, size.X*size.Y)
	ups := samples(size.Y, p.Height, nearest)
	inBands(size.Y, func(from, to int) {
		for y := from; y < to; y++ {
			up := &ups[y]
			line := all[(size.Y-1-y)*size.X:][:size.X]
			var around [4][]float64
			for j, v := range up.voxel {
				around[j] = rows[v*size.X:][:size.X]
			}
			for x := range line {
				line[x] = up.blend(around[0][x], around[1][x], around[2][x], around[3][x])
			}
		}
	})
	return all
}

// inBands shares n things out to the processors.
func inBands(n int, work func(from, to int)) {
	bands := max(1, min(runtime.GOMAXPROCS(0), n))
	var wait sync.WaitGroup
	for b := range bands {
		wait.Go(func() { work(n*b/bands, n*(b+1)/bands) })
	}
	wait.Wait()
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

// between interpolates values of voxels.
func (s *sample) between(values []float64) float64 {
	return s.blend(values[s.voxel[0]], values[s.voxel[1]], values[s.voxel[2]], values[s.voxel[3]])
}

// blend interpolates the values of the four voxels. Beside a voxel without a value
// the nearest one counts, so that it keeps its edges.
func (s *sample) blend(a, b, c, d float64) float64 {
	sum := s.weight[0]*a + s.weight[1]*b + s.weight[2]*c + s.weight[3]*d
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
		v0, v1 := voxelsOf(v, coarse.Height, p.Height)
		for u := range coarse.Width {
			u0, u1 := voxelsOf(u, coarse.Width, p.Width)
			coarse.Values = append(coarse.Values, mean(p, u0, u1, v0, v1))
		}
	}
	return coarse
}

// voxelsOf returns the voxels that the i-th of n blocks covers, wholly or in part.
func voxelsOf(i, n, voxels int) (first, end int) { return i * voxels / n, ((i+1)*voxels + n - 1) / n }

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
