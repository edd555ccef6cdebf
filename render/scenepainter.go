package render

import (
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"strconv"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/shaders"
	"github.com/cytofield/cytofield/tissue"
)

// ScenePainter paints scenes on the GPU, from textures of densities where they
// are. It agrees with Scene.Paint within two levels of 255 per channel, but where
// a ray grazes a ball, a surface or the box, which float32 may miss. Free gives
// back what it holds.
type ScenePainter struct {
	kernels map[sceneKernel]*gpu.Kernel[sceneArgs] // compiled when first needed
	buffers struct{ channels, looks, surfaces, cuts, balls, starts, seen *gpu.Buffer }
	plain   *gpu.Picture // with one ray for every pixel
	picture *gpu.Picture // of the last Paint
}

// sceneKernel names a variant of render_scene.glsl.
type sceneKernel struct{ dimensions, fields int }

// sceneArgs are the arguments of render_scene.glsl.
type sceneArgs struct {
	Density0 *gpu.Texture `gl:"density0"`
	Density1 *gpu.Texture `gl:"density1,optional"`
	Density2 *gpu.Texture `gl:"density2,optional"`
	Density3 *gpu.Texture `gl:"density3,optional"`
	Pixels   *gpu.Picture `gl:"pixels"`
	Plain    *gpu.Picture `gl:"plain"`

	Channels     *gpu.Buffer `gl:"Channels"`
	Looks        *gpu.Buffer `gl:"Looks"`
	Surfaces     *gpu.Buffer `gl:"Surfaces"`
	Cuts         *gpu.Buffer `gl:"Cuts"`
	Balls        *gpu.Buffer `gl:"Balls"`
	Starts       *gpu.Buffer `gl:"Starts"`
	Seen         *gpu.Buffer `gl:"Seen"`
	SurfaceCount int32       `gl:"surfaceCount"`
	CutCount     int32       `gl:"cutCount"`

	Extent      [2]int32   `gl:"extent"`
	Tile        int32      `gl:"tile"`
	Shape       [3]int32   `gl:"shape"`
	Box         [3]float32 `gl:"box"`
	Spacing     [3]float32 `gl:"spacing"`
	Right       [3]float32 `gl:"right"`
	Up          [3]float32 `gl:"up"`
	Toward      [3]float32 `gl:"toward"`
	Lamp        [3]float32 `gl:"lamp"`
	Away        float32    `gl:"away"`
	PerMicron   float32    `gl:"perMicron"`
	Perspective int32      `gl:"perspective"`
	Stride      float32    `gl:"stride"`
	Smoothing   int32      `gl:"smoothing"`
}

// The kernel's structs, as std430 lays them out.
type (
	sceneChannel struct {
		Low, High, Start, PerRange float32
		Logarithmic, Fog           int32
	}
	sceneSurface struct {
		Colour         [3]float32
		Opacity, Level float32
		Field          int32
		_              [2]float32
	}
	sceneCut struct {
		At          float32
		Axis, Field int32
	}
	sceneBall struct {
		Centre [3]float32
		Radius float32
		Colour [3]float32
		_      float32
	}
)

// NewScenePainter returns a painter that holds nothing yet.
func NewScenePainter() *ScenePainter {
	return &ScenePainter{kernels: map[sceneKernel]*gpu.Kernel[sceneArgs]{}}
}

// Free gives back kernels, buffers and pictures. Freeing twice is harmless.
func (p *ScenePainter) Free(q *gpu.Queue) {
	for _, kernel := range p.kernels {
		kernel.Free(q)
	}
	clear(p.kernels)
	b := &p.buffers
	for _, buffer := range []**gpu.Buffer{&b.channels, &b.looks, &b.surfaces, &b.cuts, &b.balls, &b.starts, &b.seen} {
		(*buffer).Free(q)
		*buffer = nil
	}
	p.plain.Free(q)
	p.picture.Free(q)
	p.plain, p.picture = nil, nil
}

// Paint paints a scene into a picture of a size; see PaintInto.
func (p *ScenePainter) Paint(q *gpu.Queue, size image.Point, s Scene, densities []*gpu.Texture) (*image.RGBA, error) {
	if err := makeRoom(q, &p.picture, size.X, size.Y); err != nil {
		return nil, fmt.Errorf("render: scene painter: %w", err)
	}
	if err := p.PaintInto(q, p.picture, s, densities); err != nil {
		return nil, err
	}
	return q.ReadPicture(p.picture)
}

// PaintInto paints a scene of one field or more into a picture on the device. The
// densities of its volumes are those of the textures, in the same order; Field of
// a volume is not looked at. It mirrors Scene.Paint.
func (p *ScenePainter) PaintInto(q *gpu.Queue, dst *gpu.Picture, s Scene, densities []*gpu.Texture) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if len(s.Volumes) == 0 || len(densities) != len(s.Volumes) {
		return fmt.Errorf("render: scene painter: %d textures for %d fields: want one for each, and at least one", len(densities), len(s.Volumes))
	}
	for i, d := range densities {
		if d.Shape() != s.Grid.Shape {
			return fmt.Errorf("render: scene painter: texture %d of %v voxels in a scene of %v", i+1, d.Shape(), s.Grid.Shape)
		}
	}
	if err := p.paint(q, dst, s, densities); err != nil {
		return fmt.Errorf("render: scene painter: %w", err)
	}
	return nil
}

func (p *ScenePainter) paint(q *gpu.Queue, dst *gpu.Picture, s Scene, densities []*gpu.Texture) error {
	width, height := dst.Size()
	kernel, err := p.compile(q, s.Grid, len(densities))
	if err != nil {
		return err
	}
	if err := makeRoom(q, &p.plain, width, height); err != nil {
		return err
	}
	t := newTracer(s, image.Pt(width, height))
	args := t.arguments()
	for i, slot := range []**gpu.Texture{&args.Density0, &args.Density1, &args.Density2, &args.Density3} {
		*slot = densities[min(i, len(densities)-1)]
	}
	if err := p.upload(q, t, &args); err != nil {
		return err
	}
	args.Pixels, args.Plain = p.plain, dst
	if err := kernel.Launch(q, [3]int{width, height, 1}, &args); err != nil {
		return err
	}
	args.Pixels, args.Plain, args.Smoothing = dst, p.plain, 1
	return kernel.Launch(q, [3]int{width, height, 1}, &args)
}

// compile returns the kernel for a grid and a number of fields.
func (p *ScenePainter) compile(q *gpu.Queue, g tissue.Grid, fields int) (*gpu.Kernel[sceneArgs], error) {
	name := sceneKernel{3, fields}
	if g.Shape[2] == 1 {
		name.dimensions = 2
	}
	if kernel, ok := p.kernels[name]; ok {
		return kernel, nil
	}
	source, err := shaders.Assemble("render_scene", map[string]string{
		"DIMENSIONS": strconv.Itoa(name.dimensions), "FIELDS": strconv.Itoa(fields),
	})
	if err != nil {
		return nil, err
	}
	kernel, err := gpu.NewKernel[sceneArgs](q, source)
	if err != nil {
		return nil, err
	}
	p.kernels[name] = kernel
	return kernel, nil
}

// arguments returns what the kernel is told of the view and the grid.
func (t *tracer) arguments() sceneArgs {
	v := t.view
	args := sceneArgs{
		SurfaceCount: int32(len(t.surfaces)), CutCount: int32(len(t.slices)),
		Extent: [2]int32{int32(v.size.X), int32(v.size.Y)}, Tile: tile,
		Box: vec3(v.box), Right: vec3(v.right), Up: vec3(v.up), Toward: vec3(v.toward), Lamp: vec3(t.lamp),
		Away: float32(away * r3.Norm(v.centre)), PerMicron: float32(v.perMicron), Stride: float32(t.step),
	}
	for axis := range 3 {
		args.Shape[axis], args.Spacing[axis] = int32(t.grid.Shape[axis]), float32(t.grid.Spacing[axis])
	}
	if !math.IsInf(v.distance, 1) {
		args.Perspective = 1
	}
	return args
}

func vec3(v r3.Vec) [3]float32 { return [3]float32{float32(v.X), float32(v.Y), float32(v.Z)} }

func floats(c [3]float64) [3]float32 {
	return [3]float32{float32(c[0]), float32(c[1]), float32(c[2])}
}

// upload hands over what the scene is made of.
func (p *ScenePainter) upload(q *gpu.Queue, t *tracer, args *sceneArgs) error {
	var channels []sceneChannel
	looks := make([][4]float32, 0, len(t.volumes)*colormap.Size)
	for _, v := range t.volumes {
		channels = append(channels, v.channel())
		looks = append(looks, v.entries()...)
	}
	var surfaces []sceneSurface
	for _, s := range t.surfaces {
		surfaces = append(surfaces, sceneSurface{Colour: floats(s.colour), Opacity: float32(s.opacity), Level: float32(s.level), Field: int32(s.volume)})
	}
	var cuts []sceneCut
	for _, s := range t.slices {
		cuts = append(cuts, sceneCut{float32(s.at), int32(s.axis), int32(s.volume)})
	}
	balls := make([]sceneBall, len(t.tiles.balls))
	for i, b := range t.tiles.balls {
		balls[i] = sceneBall{Centre: vec3(b.Centre), Radius: float32(b.Radius), Colour: floats(fractions(b.Colour))}
	}
	b := &p.buffers
	for _, err := range []error{
		fit(q, &b.channels, channels), fit(q, &b.looks, looks), fit(q, &b.surfaces, surfaces), fit(q, &b.cuts, cuts),
		fit(q, &b.balls, balls), fit(q, &b.starts, t.tiles.starts), fit(q, &b.seen, t.tiles.list),
	} {
		if err != nil {
			return err
		}
	}
	args.Channels, args.Looks, args.Surfaces, args.Cuts = b.channels, b.looks, b.surfaces, b.cuts
	args.Balls, args.Starts, args.Seen = b.balls, b.starts, b.seen
	return nil
}

func (v *tracedVolume) channel() sceneChannel {
	low, high, start, perRange := v.scale.uniforms()
	c := sceneChannel{Low: low, High: high, Start: start, PerRange: perRange}
	if v.scale.Log {
		c.Logarithmic = 1
	}
	if v.fog {
		c.Fog = 1
	}
	return c
}

// entries returns the table of colours and absorption; zeros where nothing of the
// volume has a colour of its scale.
func (v *tracedVolume) entries() [][4]float32 {
	all := make([][4]float32, colormap.Size)
	for i, l := range v.look {
		c := floats(l.colour)
		all[i] = [4]float32{c[0], c[1], c[2], float32(l.absorption)}
	}
	return all
}

// fit writes values into a buffer, a new one if they are more than it holds.
func fit[T any](q *gpu.Queue, b **gpu.Buffer, values []T) error {
	bytes := max(binary.Size(values), 64) // a kernel is given all its buffers, needed or not
	if *b == nil || (*b).Bytes() < bytes {
		(*b).Free(q)
		*b = nil
		larger, err := q.NewBuffer(bytes)
		if err != nil {
			return err
		}
		*b = larger
	}
	return gpu.WriteBuffer(q, *b, 0, values)
}
