package render

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// Painter colours slices of textures on the GPU. It agrees with Paint within one
// level of 255 per channel. Free gives back what it holds.
type Painter struct {
	kernel  planeKernel[paintArgs]
	colours *gpu.Buffer
	picture *gpu.Picture // of the last Paint
	loaded  colormap.Map
}

// paintArgs are the arguments of paint_slice.glsl.
type paintArgs struct {
	Density     *gpu.Texture `gl:"density"`
	Colours     *gpu.Buffer  `gl:"Colours"`
	Pixels      *gpu.Picture `gl:"pixels"`
	Extent      [2]int32     `gl:"extent"`
	Voxels      [2]int32     `gl:"voxels"`
	Linear      int32        `gl:"linear"`
	Corner      [3]int32     `gl:"corner"`
	Right       [3]int32     `gl:"right"`
	Up          [3]int32     `gl:"up"`
	Through     [3]int32     `gl:"through"`
	Layers      int32        `gl:"layers"`
	Mean        int32        `gl:"mean"`
	Low         float32      `gl:"low"`
	High        float32      `gl:"high"`
	Start       float32      `gl:"start"`
	PerRange    float32      `gl:"perRange"`
	Logarithmic int32        `gl:"logarithmic"`
	Missing     uint32       `gl:"missing"`
}

// NewPainter compiles the kernels.
func NewPainter(q *gpu.Queue) (*Painter, error) {
	kernel, err := newPlaneKernel[paintArgs](q, "paint_slice")
	if err != nil {
		return nil, fmt.Errorf("render: painter: %w", err)
	}
	colours, err := q.NewBuffer(4 * colormap.Size)
	if err != nil {
		kernel.free(q)
		return nil, fmt.Errorf("render: painter: %w", err)
	}
	return &Painter{kernel: kernel, colours: colours}, nil
}

// Free gives back kernels and buffers. Freeing twice is harmless.
func (p *Painter) Free(q *gpu.Queue) {
	p.kernel.free(q)
	p.colours.Free(q)
	p.picture.Free(q)
}

// Paint colours a slice of a texture of densities, one pixel per voxel; row 0 of
// the image is the top.
func (p *Painter) Paint(q *gpu.Queue, density *gpu.Texture, s Slice, m colormap.Map, sc Scale) (*image.RGBA, error) {
	shape := density.Shape()
	if err := s.Validate(tissue.Grid{Shape: shape}); err != nil {
		return nil, err
	}
	right, up := s.Across()
	var err error
	if p.picture, err = q.Resized(p.picture, shape[right], shape[up]); err != nil {
		return nil, fmt.Errorf("render: painter: %w", err)
	}
	if err := p.PaintInto(q, p.picture, density, s, m, sc, false); err != nil {
		return nil, err
	}
	return q.ReadPicture(p.picture)
}

// PaintInto colours a slice of a texture of densities so that it fills a picture
// on the device, whatever its size; row 0 is the top. With linear the density is
// interpolated between voxel centres, and constant from the outermost ones to the
// walls, else a pixel shows the voxel it lies in; next to a missing density it
// does so too. It mirrors Plane.PaintInto.
func (p *Painter) PaintInto(q *gpu.Queue, dst *gpu.Picture, density *gpu.Texture, s Slice, m colormap.Map, sc Scale, linear bool) error {
	if err := s.Validate(tissue.Grid{Shape: density.Shape()}); err != nil {
		return err
	}
	return p.paint(q, dst, density, m, sc, linear, sliced(s, density.Shape()))
}

// ProjectInto colours the maximum or mean of a texture of densities along an axis,
// else as PaintInto does. It mirrors Plane.PaintInto of what Project returns.
func (p *Painter) ProjectInto(q *gpu.Queue, dst *gpu.Picture, density *gpu.Texture, axis int, how Projection, m colormap.Map, sc Scale, linear bool) error {
	s, shape := Slice{Axis: axis}, density.Shape()
	if err := s.Validate(tissue.Grid{Shape: shape}); err != nil {
		return err
	}
	if how != Maximum && how != Mean {
		return fmt.Errorf("render: projection %d: want Maximum or Mean", int(how))
	}
	args := sliced(s, shape)
	args.Through[axis], args.Layers = 1, int32(shape[axis])
	if how == Mean {
		args.Mean = 1
	}
	return p.paint(q, dst, density, m, sc, linear, args)
}

// sliced returns the arguments that say which voxels a slice shows.
func sliced(s Slice, shape [3]int) paintArgs {
	right, up := s.Across()
	args := paintArgs{Voxels: [2]int32{int32(shape[right]), int32(shape[up])}, Layers: 1}
	args.Corner[s.Axis] = int32(s.Index)
	args.Right[right], args.Up[up] = 1, 1
	return args
}

// paint fills in how the voxels are coloured, and colours them.
func (p *Painter) paint(q *gpu.Queue, dst *gpu.Picture, density *gpu.Texture, m colormap.Map, sc Scale, linear bool, args paintArgs) error {
	if err := sc.Validate(); err != nil {
		return err
	}
	if err := p.load(q, m); err != nil {
		return fmt.Errorf("render: painter: %w", err)
	}
	width, height := dst.Size()
	args.Density, args.Colours, args.Pixels = density, p.colours, dst
	args.Extent = [2]int32{int32(width), int32(height)}
	args.Low, args.High, args.Start, args.PerRange = sc.uniforms()
	args.Missing = packed(colormap.Missing())
	if linear {
		args.Linear = 1
	}
	if sc.Log {
		args.Logarithmic = 1
	}
	if err := p.kernel.fill(q, dst, density.Shape(), &args); err != nil {
		return fmt.Errorf("render: painter: %w", err)
	}
	return nil
}

// load uploads the map unless it is there.
func (p *Painter) load(q *gpu.Queue, m colormap.Map) error {
	if m == p.loaded {
		return nil
	}
	var colours [colormap.Size]uint32
	for i, c := range m.Table() {
		colours[i] = packed(c)
	}
	if err := gpu.WriteBuffer(q, p.colours, 0, colours[:]); err != nil {
		return err
	}
	p.loaded = m
	return nil
}

// uniforms returns a scale as kernels take it: its ends, the start, its binary
// logarithm if the scale is logarithmic, and what multiplies distances from there.
func (s Scale) uniforms() (low, high, start, perRange float32) {
	if s.Log {
		return float32(s.Low), float32(s.High), float32(math.Log2(s.Low)), float32(1 / math.Log2(s.High/s.Low))
	}
	return float32(s.Low), float32(s.High), float32(s.Low), float32(1 / (s.High - s.Low))
}

// packed returns a colour as the kernel keeps it, 0xAABBGGRR.
func packed(c color.RGBA) uint32 {
	return uint32(c.R) | uint32(c.G)<<8 | uint32(c.B)<<16 | uint32(c.A)<<24
}
