package render

import (
	"fmt"
	"image"
	"math"
	"strconv"
	"time"

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
	tables  sceneTables
	plain   *gpu.Picture // with one ray for every pixel
	seen    *gpu.Buffer  // what it has met
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
	Glimpses     *gpu.Buffer `gl:"Glimpses"`
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
	Aim         [3]float32 `gl:"aim"`
	Away        float32    `gl:"away"`
	PerMicron   float32    `gl:"perMicron"`
	Perspective int32      `gl:"perspective"`
	Stride      float32    `gl:"stride"`
	First       int32      `gl:"first"`
	Straight    int32      `gl:"straight"`
	Smoothing   int32      `gl:"smoothing"`
	Origin      [2]int32   `gl:"origin"`
	Pitch       [2]int32   `gl:"pitch"`
	Count       [2]int32   `gl:"count"`
	Side        [2]int32   `gl:"side"`
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
	p.tables.free(q)
	p.plain.Free(q)
	p.picture.Free(q)
	p.seen.Free(q)
	p.plain, p.picture, p.seen = nil, nil, nil
}

// Paint paints a scene into a picture of a size; see PaintInto.
func (p *ScenePainter) Paint(q *gpu.Queue, size image.Point, s Scene, densities []*gpu.Texture) (*image.RGBA, error) {
	var err error
	if p.picture, err = q.Resized(p.picture, size.X, size.Y); err != nil {
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
	painting, err := p.Begin(q, dst, s, densities, Strokes{Smooth: true})
	if err != nil {
		return err
	}
	_, err = painting.Continue(q, math.MaxInt64)
	return err
}

// Strokes are how a scene is painted.
type Strokes struct {
	Smooth   bool // nine rays through the pixels at edges, else one through each
	Straight bool // colours are not multiplied by alpha, as what draws pictures over others may want
}

// Painting is a picture that is painted bit by bit.
type Painting struct {
	kernel *gpu.Kernel[sceneArgs]
	args   sceneArgs
	passes []pass
	next   int // group of the first of passes
	stride int // groups of the next launch
}

// pass is once over the pixels of a round.
type pass struct {
	round
	into, from          *gpu.Picture
	smoothing, straight int32
}

// Begin prepares to paint as PaintInto does; Continue paints. Until it is done, densities
// and picture stay as they are, and the painter begins no other.
func (p *ScenePainter) Begin(q *gpu.Queue, dst *gpu.Picture, s Scene, densities []*gpu.Texture, how Strokes) (*Painting, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if len(s.Volumes) == 0 || len(densities) != len(s.Volumes) {
		return nil, fmt.Errorf("render: scene painter: %d textures for %d fields: want one for each, and at least one", len(densities), len(s.Volumes))
	}
	for i, d := range densities {
		if d.Shape() != s.Grid.Shape {
			return nil, fmt.Errorf("render: scene painter: texture %d of %v voxels in a scene of %v", i+1, d.Shape(), s.Grid.Shape)
		}
	}
	painting, err := p.begin(q, dst, s, densities, how)
	if err != nil {
		return nil, fmt.Errorf("render: scene painter: %w", err)
	}
	return painting, nil
}

func (p *ScenePainter) begin(q *gpu.Queue, dst *gpu.Picture, s Scene, densities []*gpu.Texture, how Strokes) (*Painting, error) {
	width, height := dst.Size()
	kernel, err := p.compile(q, s.Grid, len(densities))
	if err != nil {
		return nil, err
	}
	if p.plain, err = q.Resized(p.plain, width, height); err != nil {
		return nil, err
	}
	t := newTracer(s, image.Pt(width, height))
	g := &Painting{kernel: kernel, args: t.arguments(), stride: 1}
	for i, slot := range []**gpu.Texture{&g.args.Density0, &g.args.Density1, &g.args.Density2, &g.args.Density3} {
		*slot = densities[min(i, len(densities)-1)]
	}
	if err := p.tables.upload(q, t, &g.args); err != nil {
		return nil, err
	}
	pitch := t.view.pitch(s.Grid)
	if pitch > 1 && p.makeSeen(q, width*height) != nil { // more than the device has room for
		pitch = 1
	}
	if pitch == 1 {
		if err := p.makeSeen(q, 1); err != nil {
			return nil, err
		}
	}
	g.args.Glimpses = p.seen
	every := rounds(1)[0]
	last := pass{round: every, into: dst, from: p.plain}
	if how.Straight {
		last.straight = 1
	}
	first := last
	if how.Smooth {
		last.smoothing = 1
		first = pass{into: p.plain, from: dst}
	}
	for _, first.round = range rounds(pitch) {
		g.passes = append(g.passes, first)
	}
	if how.Smooth {
		g.passes = append(g.passes, last)
	}
	return g, nil
}

// makeSeen makes room for what so many pixels have met, of which the kernel keeps what it can.
func (p *ScenePainter) makeSeen(q *gpu.Queue, pixels int) (err error) {
	const glimpse = 12 // bytes
	if p.seen != nil && p.seen.Bytes() >= glimpse*pixels {
		return nil
	}
	p.seen.Free(q)
	p.seen, err = q.NewBuffer(glimpse * pixels)
	return err
}

// mostGroups is how many work groups every device launches in a row.
const mostGroups = 65535

// Continue paints until the picture is done or so much time has passed, and returns
// whether it is done. It waits for the device after every launch, and makes launches as
// long as an eighth to a quarter of the budget.
func (g *Painting) Continue(q *gpu.Queue, budget time.Duration) (done bool, err error) {
	group := g.kernel.GroupSize()
	for began := time.Now(); len(g.passes) > 0; {
		p := g.passes[0]
		groups := g.tell(p)
		n := min(g.stride, groups-g.next, mostGroups)
		launched := time.Now()
		if n > 0 {
			if err := g.kernel.Launch(q, [3]int{n * group[0], group[1], 1}, &g.args); err != nil {
				return false, fmt.Errorf("render: scene painter: %w", err)
			}
			q.Finish()
		}
		if g.next += n; g.next == groups {
			g.passes, g.next = g.passes[1:], 0
		}
		switch took := time.Since(launched); {
		case took < budget/8:
			g.stride = min(2*g.stride, mostGroups)
		case took > budget/4:
			g.stride = max(g.stride/2, 1)
		}
		if time.Since(began) >= budget {
			break
		}
	}
	return len(g.passes) == 0, nil
}

// tell tells the kernel which groups of a pass are next, and returns how many it has.
func (g *Painting) tell(p pass) (groups int) {
	pair := func(p image.Point) [2]int32 { return [2]int32{int32(p.X), int32(p.Y)} }
	count := p.size(image.Pt(int(g.args.Extent[0]), int(g.args.Extent[1])))
	g.args.Pixels, g.args.Plain, g.args.Smoothing, g.args.Straight, g.args.First = p.into, p.from, p.smoothing, p.straight, int32(g.next)
	g.args.Origin, g.args.Pitch, g.args.Side, g.args.Count = pair(p.first), pair(p.pitch), pair(p.side), pair(count)
	group := g.kernel.GroupSize()
	return (count.X + group[0] - 1) / group[0] * ((count.Y + group[1] - 1) / group[1])
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
		Aim: vec3(v.aim), Away: float32(v.ahead), PerMicron: float32(v.perMicron), Stride: float32(t.step),
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
