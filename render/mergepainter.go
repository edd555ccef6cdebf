package render

import (
	"fmt"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// MostMerged is how many textures a MergePainter takes: as many as there are ChannelColours.
const MostMerged = 3

// MergePainter merges slices of textures on the GPU. It agrees with MergeInto within one
// level of 255 per channel. Free gives back what it holds.
type MergePainter struct{ kernel planeKernel[mergeArgs] }

// mergeArgs are the arguments of merge_slices.glsl.
type mergeArgs struct {
	Density0    *gpu.Texture `gl:"density0"`
	Density1    *gpu.Texture `gl:"density1"`
	Density2    *gpu.Texture `gl:"density2"`
	Pixels      *gpu.Picture `gl:"pixels"`
	Channels    int32        `gl:"channels"`
	Extent      [2]int32     `gl:"extent"`
	Voxels      [2]int32     `gl:"voxels"`
	Linear      int32        `gl:"linear"`
	Corner      [3]int32     `gl:"corner"`
	Right       [3]int32     `gl:"right"`
	Up          [3]int32     `gl:"up"`
	Low         [3]float32   `gl:"low"`
	High        [3]float32   `gl:"high"`
	Start       [3]float32   `gl:"start"`
	PerRange    [3]float32   `gl:"perRange"`
	Logarithmic [3]int32     `gl:"logarithmic"`
	Colours     [9]float32   `gl:"colours"`
	Missing     [3]float32   `gl:"missing"`
}

// NewMergePainter compiles the kernels.
func NewMergePainter(q *gpu.Queue) (*MergePainter, error) {
	kernel, err := newPlaneKernel[mergeArgs](q, "merge_slices")
	if err != nil {
		return nil, fmt.Errorf("render: merge painter: %w", err)
	}
	return &MergePainter{kernel}, nil
}

// Free gives back the kernels. Freeing twice, or a nil painter, is harmless.
func (p *MergePainter) Free(q *gpu.Queue) {
	if p == nil {
		return
	}
	p.kernel.free(q)
}

// PaintInto merges one slice of textures of one shape, each with the scale and colour of
// the channel of its place, so that it fills a picture on the device; the planes of the
// channels are not looked at. It mirrors MergeInto.
func (p *MergePainter) PaintInto(q *gpu.Queue, dst *gpu.Picture, densities []*gpu.Texture, s Slice, channels []Channel, linear bool) error {
	if n := len(densities); n < 1 || n > MostMerged || n != len(channels) {
		return fmt.Errorf("render: merge painter: %d textures for %d channels: want as many, 1 to %d", n, len(channels), MostMerged)
	}
	shape := densities[0].Shape()
	if err := s.Validate(tissue.Grid{Shape: shape}); err != nil {
		return err
	}
	width, height := dst.Size()
	from := sliced(s, shape)
	args := mergeArgs{
		Pixels: dst, Channels: int32(len(channels)), Extent: [2]int32{int32(width), int32(height)},
		Voxels: from.Voxels, Corner: from.Corner, Right: from.Right, Up: from.Up,
	}
	if linear {
		args.Linear = 1
	}
	args.Density0, args.Density1, args.Density2 = densities[0], densities[min(1, len(densities)-1)], densities[len(densities)-1]
	grey := colormap.Missing()
	args.Missing = [3]float32{float32(grey.R), float32(grey.G), float32(grey.B)}
	for i, c := range channels {
		if err := c.Scale.Validate(); err != nil {
			return fmt.Errorf("render: merge painter: channel %d: %w", i+1, err)
		}
		args.Low[i], args.High[i], args.Start[i], args.PerRange[i] = c.Scale.uniforms()
		if c.Scale.Log {
			args.Logarithmic[i] = 1
		}
		copy(args.Colours[3*i:], []float32{float32(c.Colour.R), float32(c.Colour.G), float32(c.Colour.B)})
	}
	if err := p.kernel.fill(q, dst, shape, &args); err != nil {
		return fmt.Errorf("render: merge painter: %w", err)
	}
	return nil
}
