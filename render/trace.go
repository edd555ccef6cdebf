package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Paint paints the scene into a picture of a size, alpha premultiplied, with one
// ray through the middle of every pixel and nine through those at edges. It does
// not depend on how many threads paint. It panics if the scene is not valid
// (Scene.Validate), a volume has no field or a plate no picture.
func (s Scene) Paint(size image.Point) *image.RGBA {
	if err := s.Validate(); err != nil {
		panic(err)
	}
	for i, v := range s.Volumes {
		if v.Field == nil {
			panic(fmt.Sprintf("render: scene: field %d is nil", i+1))
		}
	}
	for i, p := range s.Plates {
		if p.Picture == nil {
			panic(fmt.Sprintf("render: scene: plate %d has no picture", i+1))
		}
	}
	t := newTracer(s, size)
	t.bricks = newBricks(t)
	first := t.paint(t.view.pitch(s.Grid))
	img := image.NewRGBA(first.Rect)
	copy(img.Pix, first.Pix)
	eachRow(size.Y, func(y int) {
		for x := range size.X {
			if atEdge(first, x, y) {
				img.SetRGBA(x, y, t.smooth(x, y).colour())
			}
		}
	})
	return img
}

// paint sees every pixel once, by rays that begin so many pixels apart.
func (t *tracer) paint(pitch int) *image.RGBA {
	c := newCanvas(t.view.size)
	img := image.NewRGBA(image.Rectangle{Max: c.size})
	for _, r := range rounds(pitch) {
		eachPatch(r.size(c.size), func(i image.Point) {
			p := r.first.Add(image.Pt(i.X*r.pitch.X, i.Y*r.pitch.Y))
			a := t.aim(float64(p.X)+0.5, float64(p.Y)+0.5)
			g := t.look(c, p, r.side, a)
			c.seen[p.X+c.size.X*p.Y] = g
			img.SetRGBA(p.X, p.Y, a.beyond(g.sight()).colour())
		})
	}
	return img
}

// patch is the edge of a patch of pixels, whose rays pass the same voxels.
const patch = 16

// eachPatch calls f for all pixels of a size, patch by patch, on all processors.
func eachPatch(size image.Point, f func(p image.Point)) {
	across, down := (size.X+patch-1)/patch, (size.Y+patch-1)/patch
	eachRow(across*down, func(i int) {
		corner := image.Pt(i%across*patch, i/across*patch)
		for y := corner.Y; y < min(corner.Y+patch, size.Y); y++ {
			for x := corner.X; x < min(corner.X+patch, size.X); x++ {
				f(image.Pt(x, y))
			}
		}
	})
}

// look returns what a pixel sees before what ends its ray, by a guess if it can.
func (t *tracer) look(c *canvas, p, side image.Point, a aim) glimpse {
	if side != (image.Point{}) {
		if guess, ok := c.between(p, side, a.end); ok {
			return guess
		}
	}
	l := t.before(a)
	return glimpse{[4]float32{float32(l.glow[0]), float32(l.glow[1]), float32(l.glow[2]), float32(l.clear)}, l.met}
}

// eachRow calls f for every row, on all processors.
func eachRow(rows int, f func(y int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for y := int(next.Add(1)) - 1; y < rows; y = int(next.Add(1)) - 1 {
				f(y)
			}
		})
	}
	all.Wait()
}

// edge is by how much a channel of two neighbouring pixels differs at an edge, of 255.
const edge = 20

// atEdge reports whether a pixel differs much from one beside it.
func atEdge(img *image.RGBA, x, y int) bool {
	here := img.RGBAAt(x, y)
	for _, by := range []image.Point{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		at := image.Pt(x, y).Add(by)
		if !at.In(img.Rect) {
			continue
		}
		there := img.RGBAAt(at.X, at.Y)
		if apart(here.R, there.R) > edge || apart(here.G, there.G) > edge || apart(here.B, there.B) > edge || apart(here.A, there.A) > edge {
			return true
		}
	}
	return false
}

func apart(a, b uint8) uint8 { return max(a, b) - min(a, b) }

// smooth is the mean of nine rays through a pixel.
func (t *tracer) smooth(x, y int) sight {
	var sum sight
	for i := range 9 {
		l := t.trace(float64(x)+0.5+float64(i%3-1)/3, float64(y)+0.5+float64(i/3-1)/3)
		sum.clear += l.clear / 9
		for c := range sum.glow {
			sum.glow[c] += l.glow[c] / 9
		}
	}
	return sum
}

// sight is what a ray has gathered so far.
type sight struct {
	glow   [3]float64 // red, green, blue, 0 to 1
	clear  float64    // share of what lies behind that comes through
	shells float64    // that share, of surfaces alone
	met    met
}

func (g *glimpse) sight() sight {
	return sight{glow: [3]float64{float64(g.light[0]), float64(g.light[1]), float64(g.light[2])}, clear: float64(g.light[3])}
}

// colour rounds to what a picture holds.
func (l sight) colour() color.RGBA {
	level := func(s float64) uint8 { return uint8(255*min(max(s, 0), 1) + 0.5) }
	return color.RGBA{level(l.glow[0]), level(l.glow[1]), level(l.glow[2]), level(1 - l.clear)}
}

// add puts a layer of a colour and opacity behind what is there.
func (l *sight) add(colour [3]float64, opacity float64) {
	for c := range l.glow {
		l.glow[c] += l.clear * opacity * colour[c]
	}
	l.clear *= 1 - opacity
}

// throughFog is the least share of a cell's light that comes through fog, however dense: cells that
// secrete lie in the densest, and are known by their colour.
const throughFog = 0.75

// lift thins the fog in front of a cell to what throughFog leaves of it.
func (l *sight) lift() {
	least := throughFog * l.shells
	if l.clear >= least {
		return
	}
	thinner := (1 - least) / (1 - l.clear)
	for c := range l.glow {
		l.glow[c] *= thinner
	}
	l.clear = least
}

// tracer follows rays through a scene. render_scene.glsl mirrors it.
type tracer struct {
	bricks   *bricks // nil: every step is taken
	view     View
	grid     tissue.Grid
	voxels   array
	step     float64 // along a ray, µm
	lamp     r3.Vec  // unit vector towards the light
	volumes  []tracedVolume
	surfaces []tracedSurface
	slices   []tracedSlice
	plates   []tracedPlate
	tiles    tiles
}

type tracedSurface struct {
	volume  int
	level   float64
	colour  [3]float64
	opacity float64
}

type tracedSlice struct {
	volume int
	axis   int
	at     float64 // µm
}

type tracedPlate struct {
	Plate
	at float64 // µm
}

func newTracer(s Scene, size image.Point) *tracer {
	t := &tracer{view: s.View(size), grid: s.Grid, voxels: newArray(s.Grid), step: step(s.Grid)}
	t.lamp = t.view.lamp()
	t.tiles = t.view.tiles(s.Balls)
	logarithms := newLogarithms()
	for i, v := range s.Volumes {
		traced := tracedVolume{logarithms: logarithms, scale: v.Scale, perRange: 1 / (v.Scale.High - v.Scale.Low), fog: len(v.Opacity) > 0}
		if v.Scale.Log {
			traced.perRange = 1 / math.Log(v.Scale.High/v.Scale.Low)
		}
		if v.Field != nil {
			traced.values = v.Field.Values
		}
		if !v.Map.IsZero() {
			traced.look = v.looks()
			for _, l := range traced.look {
				traced.haze = append(traced.haze, l.haze())
			}
		}
		t.volumes = append(t.volumes, traced)
		for _, surface := range v.Surfaces {
			t.surfaces = append(t.surfaces, tracedSurface{i, surface.Level, fractions(surface.Colour), surface.Opacity})
		}
		for _, slice := range v.Slices {
			t.slices = append(t.slices, tracedSlice{i, slice.Axis, slice.Position(s.Grid)})
		}
	}
	for _, p := range s.Plates {
		t.plates = append(t.plates, tracedPlate{p, p.Position(s.Grid)})
	}
	return t
}

// step is the distance of samples along a ray, half the shortest edge of a voxel,
// µm.
func step(g tissue.Grid) float64 { return min(g.Spacing[0], g.Spacing[1], g.Spacing[2]) / 2 }

// lamp stands behind the eye, up and to the left.
func (v View) lamp() r3.Vec {
	return r3.Unit(r3.Add(r3.Add(r3.Scale(-0.45, v.right), r3.Scale(0.6, v.up)), v.toward))
}

// trace follows the ray through a place of the picture: fog and surfaces up to
// the first ball or slice, and that.
func (t *tracer) trace(x, y float64) sight {
	a := t.aim(x, y)
	return a.beyond(t.before(a))
}

// aim is a ray through a place of the picture.
type aim struct {
	ray       ray
	near, far float64 // between which there is fog, µm; none where near is not below far
	end       met
	solid     bool // a ball or a slice ends it
	cell      bool // a ball does
	colour    [3]float64
}

func (t *tracer) aim(x, y float64) aim {
	a := aim{ray: t.view.ray(x, y)}
	a.near, a.far = t.span(a.ray)
	end, first := t.solid(&a, x, y)
	if a.end = met(2 * (first + 1)); a.near < min(a.far, end) {
		a.end++
	}
	a.solid, a.far = first >= 0, min(a.far, end)
	return a
}

// before returns fog and surfaces in front of what ends a ray.
func (t *tracer) before(a aim) sight {
	l := sight{clear: 1, shells: 1, met: a.end}
	if a.near < a.far {
		t.march(&l, a.ray, a.near, a.far)
	}
	if a.cell {
		l.lift()
	}
	return l
}

// beyond adds what ends the ray.
func (a *aim) beyond(l sight) sight {
	if a.solid {
		l.add(a.colour, 1)
	}
	return l
}

// span returns where a ray enters and leaves the box; near is not below far if it
// misses.
func (t *tracer) span(r ray) (near, far float64) {
	near, far = math.Inf(-1), math.Inf(1)
	for axis := range 3 {
		from, along, size := component(r.from, axis), component(r.along, axis), component(t.view.box, axis)
		if along == 0 {
			if from < 0 || from > size {
				return 0, 0
			}
			continue
		}
		a, b := -from/along, (size-from)/along
		near, far = max(near, min(a, b)), min(far, max(a, b))
	}
	return near, far
}

// solid finds the first ball, slice or plate on a ray and its colour, and returns where it is,
// +Inf if there is none, and which: slices count on from balls, and plates from these. It tells
// a ball, which is a cell, from the others.
func (t *tracer) solid(a *aim, x, y float64) (end float64, first int) {
	end, first = math.Inf(1), -1
	for _, i := range t.tiles.at(x, y) {
		if at := t.tiles.balls[i].hit(a.ray); at < end {
			end, first = at, int(i)
		}
	}
	if first >= 0 {
		b := t.tiles.balls[first]
		a.cell = true
		a.colour = shade(fractions(b.Colour), r3.Scale(1/b.Radius, r3.Sub(a.ray.at(end), b.Centre)), t.lamp)
	}
	for i, s := range t.slices {
		at := (s.at - component(a.ray.from, s.axis)) / component(a.ray.along, s.axis)
		if !(at >= a.near && at <= a.far && at < end) {
			continue
		}
		if c := t.densityAt(s.volume, t.place(a.ray.at(at))); !math.IsNaN(c) {
			end, first = at, len(t.tiles.balls)+i
			a.cell, a.colour = false, t.volumes[s.volume].colour(c)
		}
	}
	for i, p := range t.plates {
		at := (p.at - component(a.ray.from, p.Axis)) / component(a.ray.along, p.Axis)
		if at >= a.near && at <= a.far && at < end {
			end, first = at, len(t.tiles.balls)+len(t.slices)+i
			a.cell, a.colour = false, p.colour(a.ray.at(at), t.view.box)
		}
	}
	return end, first
}

// colour returns that of the picture at a point of the plate in a box, between the middles
// of pixels.
func (p *tracedPlate) colour(at, box r3.Vec) (mixed [3]float64) {
	right, up := p.Across()
	size := p.Picture.Rect.Size()
	x := component(at, right)/component(box, right)*float64(size.X) - 0.5
	y := (1-component(at, up)/component(box, up))*float64(size.Y) - 0.5
	x, y = min(max(x, 0), float64(size.X-1)), min(max(y, 0), float64(size.Y-1))
	for corner := range 4 {
		i, j := int(x)+corner&1, int(y)+corner>>1
		share := (1 - math.Abs(x-float64(i))) * (1 - math.Abs(y-float64(j)))
		c := fractions(p.Picture.RGBAAt(min(i, size.X-1), min(j, size.Y-1)))
		for k := range mixed {
			mixed[k] += share * c[k]
		}
	}
	return mixed
}

// hit returns where a ray meets the ball; +Inf if it does not.
func (b Ball) hit(r ray) float64 {
	toCentre := r3.Sub(b.Centre, r.from)
	nearest := r3.Dot(toCentre, r.along)
	aside := r3.Sub(toCentre, r3.Scale(nearest, r.along))
	inside := b.Radius*b.Radius - r3.Dot(aside, aside)
	if inside < 0 || nearest <= 0 {
		return math.Inf(1)
	}
	return nearest - math.Sqrt(inside)
}

// shade lights a matt colour whose surface has a normal, a unit vector.
func shade(colour [3]float64, normal, lamp r3.Vec) [3]float64 {
	const ambient, diffuse = 0.42, 0.62
	lit := ambient + diffuse*max(0, r3.Dot(normal, lamp))
	return [3]float64{min(1, lit*colour[0]), min(1, lit*colour[1]), min(1, lit*colour[2])}
}

// node is what a ray finds at one sample.
type node struct {
	density [maxVolumes]float64
	haze    haze
}

// enough is the share of light from behind that no picture shows: a quarter of a level.
const enough = 1.0 / 1024

// march gathers fog and surfaces between two places on the ray.
func (t *tracer) march(l *sight, r ray, near, far float64) {
	n := math.Ceil((far - near) / t.step)
	ds := (far - near) / n
	w := walk{from: t.place(r.at(near)), by: t.place(r3.Add(r3.Scale(ds, r.along), t.first()))}
	w.perStep = [3]float64{1 / w.by[0], 1 / w.by[1], 1 / w.by[2]}
	var nodes [2]node
	last, next := &nodes[0], &nodes[1]
	t.sample(w.from[0], w.from[1], w.from[2], last)
	for i := 0.0; i < n && l.clear > enough; {
		steps, leap := t.bricks.through(&w, i)
		end := min(i+steps, n)
		for i < end && l.clear > enough {
			to := min(i+leap, end)
			t.sample(w.from[0]+to*w.by[0], w.from[1]+to*w.by[1], w.from[2]+to*w.by[2], next)
			if len(t.surfaces) == 0 {
				l.fog(&last.haze, &next.haze, (to-i)*ds)
			} else {
				t.between(l, r, near+i*ds, (to-i)*ds, last, next)
			}
			last, next, i = next, last, to
		}
	}
}

// walk is a ray in voxels from the centre of the first one.
type walk struct {
	from, by [3]float64 // its start, and a step
	perStep  [3]float64 // the inverse of a step
}

// first is the centre of the first voxel, µm: a place of zeros.
func (t *tracer) first() r3.Vec {
	return r3.Scale(0.5, r3.Vec{X: t.grid.Spacing[0], Y: t.grid.Spacing[1], Z: t.grid.Spacing[2]})
}

// sample samples all fields at a place.
func (t *tracer) sample(x, y, z float64, n *node) {
	n.haze = haze{}
	for i := range t.volumes {
		v := &t.volumes[i]
		c := t.density(v, x, y, z)
		n.density[i] = c
		if v.fog && c == c {
			n.haze.add(v, c)
		}
	}
}

// fog adds what lies on a length, µm, between two samples: haze of their mean.
func (l *sight) fog(last, next *haze, length float64) {
	half := length / 2
	depth := half * (last[3] + next[3])
	if depth == 0 {
		return
	}
	thin := thinned(depth)
	share := l.clear * half * thin
	l.glow[0] += share * (last[0] + next[0])
	l.glow[1] += share * (last[1] + next[1])
	l.glow[2] += share * (last[2] + next[2])
	l.clear *= 1 - depth*thin
}

// thinned returns (1 − exp(−depth))/depth, the mean of the share of light that comes through
// from within. Of thin layers it is the first six terms of the series, which leave out less
// than 1e-12.
func thinned(depth float64) float64 {
	if depth < 1.0/32 {
		return 1 - depth*(1./2-depth*(1./6-depth*(1./24-depth*(1./120-depth*(1./720)))))
	}
	return -math.Expm1(-depth) / depth
}

// between gathers what lies between two samples: fog by the mean of both, and the
// surfaces in the order in which the ray meets them.
func (t *tracer) between(l *sight, r ray, start, ds float64, last, next *node) {
	from := 0.0
	for passed := -1.0; ; {
		share, surface := t.crossing(last, next, passed)
		if surface < 0 {
			l.fog(&last.haze, &next.haze, (1-from)*ds)
			return
		}
		passed = share
		s := &t.surfaces[surface]
		share = max(from, t.refined(r, start, ds, share, s, last, next))
		l.fog(&last.haze, &next.haze, (share-from)*ds)
		t.shell(l, r, r.at(start+share*ds), s)
		l.met = l.met.crossing(surface)
		from = share
	}
}

// crossing returns the first surface beyond a share of the way from one sample to
// the next, and where it is; 1 and -1 if there is none.
func (t *tracer) crossing(last, next *node, passed float64) (share float64, surface int) {
	share, surface = 1, -1
	for i, s := range t.surfaces {
		a, b := last.density[s.volume], next.density[s.volume]
		if !(a < s.level && b >= s.level) && !(a >= s.level && b < s.level) {
			continue
		}
		at := (s.level - a) / (b - a)
		if at > passed && (surface < 0 || at < share) {
			share, surface = at, i
		}
	}
	return share, surface
}

// refined returns where a ray crosses a surface between two samples, by false
// position from a first guess; all are shares of the step.
func (t *tracer) refined(r ray, start, ds, share float64, s *tracedSurface, last, next *node) float64 {
	low, high := 0.0, 1.0
	a, b := last.density[s.volume]-s.level, next.density[s.volume]-s.level
	for range 3 {
		c := t.densityAt(s.volume, t.place(r.at(start+share*ds))) - s.level
		if c == 0 || math.IsNaN(c) {
			break
		}
		if (c > 0) == (a > 0) {
			low, a = share, c
		} else {
			high, b = share, c
		}
		share = low + (high-low)*a/(a-b)
	}
	return share
}

// grazing is the cosine below which a surface absorbs no more: it is not infinitely thin.
const grazing = 0.2

// shell adds a surface that the ray crosses at a point.
func (t *tracer) shell(l *sight, r ray, at r3.Vec, s *tracedSurface) {
	normal := t.normal(s.volume, at, r)
	cos := max(-r3.Dot(normal, r.along), grazing)
	clear := math.Pow(1-s.opacity, 1/cos)
	l.add(shade(s.colour, normal, t.lamp), 1-clear)
	l.shells *= clear
}

// normal returns the unit vector along the gradient of a field, over a voxel each
// way, turned to the eye; back along the ray where there is no gradient.
func (t *tracer) normal(volume int, p r3.Vec, r ray) r3.Vec {
	at := t.place(p)
	var slope [3]float64
	for axis := range slope {
		low, high := at, at
		low[axis]--
		high[axis]++
		slope[axis] = (t.densityAt(volume, high) - t.densityAt(volume, low)) / t.grid.Spacing[axis]
	}
	n := r3.Vec{X: slope[0], Y: slope[1], Z: slope[2]}
	long := r3.Norm(n)
	if !(long > 0) || math.IsInf(long, 1) {
		return r3.Scale(-1, r.along)
	}
	if r3.Dot(n, r.along) > 0 {
		long = -long
	}
	return r3.Scale(1/long, n)
}

// place returns a point in voxels from the centre of the first one.
func (t *tracer) place(p r3.Vec) [3]float64 {
	return [3]float64{p.X/t.grid.Spacing[0] - 0.5, p.Y/t.grid.Spacing[1] - 0.5, p.Z/t.grid.Spacing[2] - 0.5}
}
