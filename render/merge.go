package render

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/cytofield/cytofield/render/colormap"
)

// Channel is one of several planes that are shown in one picture.
type Channel struct {
	Plane  *Plane
	Scale  Scale
	Colour color.RGBA // at the high end of the scale; black at the low end
}

// ChannelColours returns the colours of a picture's channels, in the order they
// are given out: magenta, green, cyan. The pair magenta and green, which add to
// white, is the one that people who do not tell red from green can read (B. Wong,
// Nat. Methods 8, 441 (2011), doi:10.1038/nmeth.1618).
func ChannelColours() []color.RGBA {
	return []color.RGBA{{255, 0, 255, 255}, {0, 255, 0, 255}, {0, 255, 255, 255}}
}

// Merge adds the channels' light, one pixel per voxel, clipped at 255; row 0 of
// the image is the top. A voxel without a number gives no light to its channel;
// where no channel has a number it is of the colour Missing of colormap. The planes
// must have the same voxels.
func Merge(channels []Channel) (*image.RGBA, error) {
	if len(channels) == 0 {
		return nil, fmt.Errorf("render: merge: no channels")
	}
	first := channels[0].Plane
	return MergeInto(image.Pt(first.Width, first.Height), channels, false)
}

// MergeInto is Merge that fills an image of a size in pixels, with densities between
// voxel centres as Plane.PaintInto has them.
func MergeInto(size image.Point, channels []Channel, linear bool) (*image.RGBA, error) {
	if len(channels) == 0 {
		return nil, fmt.Errorf("render: merge: no channels")
	}
	first := channels[0].Plane
	for i, c := range channels {
		if c.Plane.Width != first.Width || c.Plane.Height != first.Height || c.Plane.Spacing != first.Spacing {
			return nil, fmt.Errorf("render: merge: channel %d has %d × %d voxels of %g × %g µm, the first %d × %d of %g × %g µm: want the same grid",
				i+1, c.Plane.Width, c.Plane.Height, c.Plane.Spacing[0], c.Plane.Spacing[1], first.Width, first.Height, first.Spacing[0], first.Spacing[1])
		}
		if err := c.Scale.Validate(); err != nil {
			return nil, fmt.Errorf("render: merge: channel %d: %w", i+1, err)
		}
	}
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			img.SetRGBA(x, y, light(channels, func(p *Plane) float64 { return p.at(x, size.Y-1-y, size, linear) }))
		}
	}
	return img, nil
}

// light is the sum of what the channels give to a pixel.
func light(channels []Channel, density func(p *Plane) float64) color.RGBA {
	var sum [3]float64
	seen := false
	for _, c := range channels {
		t := c.Scale.Position(density(c.Plane))
		if math.IsNaN(t) {
			continue
		}
		seen = true
		sum[0] += t * float64(c.Colour.R)
		sum[1] += t * float64(c.Colour.G)
		sum[2] += t * float64(c.Colour.B)
	}
	if !seen {
		return colormap.Missing()
	}
	level := func(s float64) uint8 { return uint8(min(s, 255) + 0.5) }
	return color.RGBA{level(sum[0]), level(sum[1]), level(sum[2]), 255}
}
