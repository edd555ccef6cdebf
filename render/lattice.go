package render

import (
	"image"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// coarsest is the largest distance of the first rays, pixels.
const coarsest = 4

// round is once over pixels of the picture: those at first + i·pitch. Each lies between two
// of earlier rounds, at its sides. A field is trilinear between the centres of its voxels, and
// fog smooth below a voxel: what a pixel sees is guessed from those at its sides, and traced
// where these do not tell.
type round struct {
	first, pitch image.Point
	side         image.Point // from a pixel to that after it; zero: every pixel is traced
}

// rounds returns those that see all pixels, when the first rays are a power of two apart; one
// that traces every pixel where they are one apart.
func rounds(pitch int) []round {
	all := []round{{pitch: image.Pt(pitch, pitch)}}
	for h := pitch / 2; h > 0; h /= 2 {
		all = append(all,
			round{first: image.Pt(h, 0), pitch: image.Pt(2*h, 2*h), side: image.Pt(h, 0)},
			round{first: image.Pt(0, h), pitch: image.Pt(h, 2*h), side: image.Pt(0, h)})
	}
	return all
}

// size returns how many pixels of a picture are in the round, to the right and down.
func (r round) size(picture image.Point) image.Point {
	return image.Pt(max(picture.X-r.first.X+r.pitch.X-1, 0)/r.pitch.X, max(picture.Y-r.first.Y+r.pitch.Y-1, 0)/r.pitch.Y)
}

// pitch returns how far apart the first rays are, pixels: a power of two and no more than
// the shortest edge of a voxel where the box is smallest, so that a peak of one voxel, which
// reaches over two, is between no two of them. A surface around the top of one may be.
func (v View) pitch(g tissue.Grid) int {
	edge := math.Inf(1)
	for axis, n := range g.Shape {
		if n > 1 {
			edge = min(edge, g.Spacing[axis])
		}
	}
	scale := v.perMicron
	if !math.IsInf(v.distance, 1) {
		scale *= v.distance / (v.distance + r3.Norm(v.centre()) + r3.Norm(r3.Sub(v.aim, v.centre())))
	}
	pitch := 1
	for 2*pitch <= coarsest && float64(2*pitch) <= edge*scale {
		pitch *= 2
	}
	return pitch
}

// glimpse is what a ray through a pixel has met before what ends it.
type glimpse struct {
	light [4]float32 // red, green and blue that reach the eye, and the share that comes through
	met   met
}

// met tells rays apart that meet unlike things: by what ends them, 2 k + 1 where they have
// crossed the box before and 2 k where not, with the surfaces that they crossed, in order,
// above.
type met uint32

const (
	endBits = 24
	endMask = 1<<endBits - 1
)

func (m met) end() met { return m & endMask }

// crossing adds a surface.
func (m met) crossing(surface int) met {
	const prime = 31
	crossed := m>>endBits*prime + met(surface) + 1
	return m.end() | crossed<<endBits
}

// canvas holds what the rays of a picture have met.
type canvas struct {
	size image.Point
	seen []glimpse
}

func newCanvas(size image.Point) *canvas {
	return &canvas{size, make([]glimpse, size.X*size.Y)}
}

// at returns what a pixel has seen, if it is in the picture and alike in what it met.
func (c *canvas) at(p image.Point, as met) (g *glimpse, alike bool) {
	if p.X < 0 || p.Y < 0 || p.X >= c.size.X || p.Y >= c.size.Y {
		return nil, false
	}
	g = &c.seen[p.X+c.size.X*p.Y]
	return g, g.met == as
}

// bend is by how much, of 1, the parabola or the cubic through the pixels on either side may
// leave the straight line between the nearest two: an eighth of a level of 255, and half of
// that on surfaces, whose light has kinks. A kink between the two is missed by no more than
// three times as much.
const bend = 0.125 / 255

// bend returns the bend of what has been met.
func (m met) bend() float32 {
	if m > endMask {
		return bend / 2
	}
	return bend
}

// between guesses what a pixel sees that meets an end, from those on either side in the
// direction of side. It fails where they have met unlike things, or bend too much.
func (c *canvas) between(p, side image.Point, end met) (guess glimpse, ok bool) {
	before, _ := c.at(p.Sub(side), 0)
	after, alike := c.at(p.Add(side), before.met)
	if !alike || before.met.end() != end {
		return guess, false
	}
	earlier, fore := c.at(p.Sub(side.Mul(3)), before.met)
	later, aft := c.at(p.Add(side.Mul(3)), before.met)
	guess.met = before.met
	bend := before.met.bend()
	for k := range guess.light {
		a, b := before.light[k], after.light[k]
		var off float32
		switch {
		case fore && aft:
			off = (a + b - earlier.light[k] - later.light[k]) / 16
		case fore:
			off = (2*a - b - earlier.light[k]) / 8
		case aft:
			off = (2*b - a - later.light[k]) / 8
		default:
			return guess, false
		}
		if off > bend || off < -bend {
			return guess, false
		}
		guess.light[k] = (a+b)/2 + off
	}
	return guess, true
}
