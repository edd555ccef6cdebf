package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
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
// the image is the top. A voxel without a number gives no light to its channel.
// The planes must have the same voxels.
func Merge(channels []Channel) (*image.RGBA, error) {
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
	img := image.NewRGBA(image.Rect(0, 0, first.Width, first.Height))
	for v := range first.Height {
		for u := range first.Width {
			img.SetRGBA(u, first.Height-1-v, light(channels, u, v))
		}
	}
	return img, nil
}

// light is the sum of what the channels give to a voxel.
func light(channels []Channel, u, v int) color.RGBA {
	var sum [3]float64
	for _, c := range channels {
		t := c.Scale.Position(float64(c.Plane.At(u, v)))
		if math.IsNaN(t) {
			continue
		}
		sum[0] += t * float64(c.Colour.R)
		sum[1] += t * float64(c.Colour.G)
		sum[2] += t * float64(c.Colour.B)
	}
	level := func(s float64) uint8 { return uint8(min(s, 255) + 0.5) }
	return color.RGBA{level(sum[0]), level(sum[1]), level(sum[2]), 255}
}
