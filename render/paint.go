package render

import (
	"image"

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
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for v := range p.Height {
		for u := range p.Width {
			img.SetRGBA(u, p.Height-1-v, m.At(sc.Position(float64(p.At(u, v)))))
		}
	}
	return img
}
