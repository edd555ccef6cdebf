package render

import (
	"image"
	"math"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// Paint colours a slice of a field, one pixel per voxel; row 0 of the image is
// the top. It panics if the slice is not of the field's grid.
func Paint(f *tissue.Field, s Slice, m colormap.Map, sc Scale) *image.RGBA {
	return Extract(f, s).Paint(m, sc)
}

// Paint colours the plane, one pixel per voxel; row 0 of the image is the top.
func (p *Plane) Paint(m colormap.Map, sc Scale) *image.RGBA {
	return p.PaintInto(image.Pt(p.Width, p.Height), m, sc, false)
}

// PaintInto colours the plane so that it fills an image of a size in pixels; row
// 0 is the top. With linear the density is interpolated between voxel centres,
// and constant from the outermost ones to the walls, else a pixel shows the voxel
// it lies in; next to a missing density it does so too.
func (p *Plane) PaintInto(size image.Point, m colormap.Map, sc Scale, linear bool) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		row := size.Y - 1 - y
		for x := range size.X {
			img.SetRGBA(x, y, m.At(sc.Position(p.at(x, row, size, linear))))
		}
	}
	return img
}

// at returns the density at a pixel's centre; rows count from the bottom.
func (p *Plane) at(x, row int, size image.Point, linear bool) float64 {
	if linear {
		return p.between(x, row, size)
	}
	return p.nearest(x, row, size)
}

// nearest returns the density of the voxel that holds a pixel's centre; rows
// count from the bottom. Integers, so that the kernel finds the same voxel.
func (p *Plane) nearest(x, row int, size image.Point) float64 {
	return float64(p.At((2*x+1)*p.Width/(2*size.X), (2*row+1)*p.Height/(2*size.Y)))
}

// between interpolates at a pixel's centre.
func (p *Plane) between(x, row int, size image.Point) float64 {
	left, right, toRight := neighbours(x, size.X, p.Width)
	below, above, upward := neighbours(row, size.Y, p.Height)
	mix := func(a, b, share float64) float64 { return a + share*(b-a) }
	low := mix(float64(p.At(left, below)), float64(p.At(right, below)), toRight)
	high := mix(float64(p.At(left, above)), float64(p.At(right, above)), toRight)
	if density := mix(low, high, upward); !math.IsNaN(density) {
		return density
	}
	return p.nearest(x, row, size)
}

// neighbours returns the voxels whose centres lie around a pixel's, and how far
// it is from the lower to the upper; beyond the outermost centre both are its.
func neighbours(pixel, pixels, voxels int) (low, high int, share float64) {
	place := (float64(pixel)+0.5)*float64(voxels)/float64(pixels) - 0.5
	floor := math.Floor(place)
	low = min(max(int(floor), 0), voxels-1)
	high = min(max(int(floor)+1, 0), voxels-1)
	return low, high, place - floor
}
