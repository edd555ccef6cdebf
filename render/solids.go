package render

import (
	"image"

	"gonum.org/v1/gonum/spatial/r3"
)

// Solids are what a ray through the box does not pass: balls, and planes across the axes.
type Solids struct {
	view   View
	tiles  tiles
	planes [3]float64
}

// Solids places balls, and planes, each µm from the origin and NaN for none, before the camera.
func (v View) Solids(balls []Ball, planes [3]float64) *Solids {
	return &Solids{view: v, tiles: v.tiles(balls), planes: planes}
}

// First returns the point, µm, where a ray through a place of the picture first meets
// something, and which ball that is, -1 for a plane.
func (s *Solids) First(x, y float64) (at r3.Vec, ball int, found bool) {
	r := s.view.ray(x, y)
	ball = -1
	at, found = s.view.Cut(x, y, s.planes)
	nearest := s.view.along(r, at)
	if !image.Pt(pixel(x), pixel(y)).In(image.Rectangle{Max: s.view.size}) {
		return at, ball, found
	}
	for _, i := range s.tiles.at(x, y) {
		if t := s.tiles.balls[i].hit(r); t < nearest || !found && t < far {
			at, ball, found, nearest = r.at(t), int(i), true, t
		}
	}
	return at, ball, found
}

// far is beyond all there is, µm.
const far = 1e12

// along returns how far along a ray a point of it lies, µm.
func (v View) along(r ray, p r3.Vec) float64 { return r3.Dot(r3.Sub(p, r.from), r.along) }

// Hides reports whether something lies before a point, µm, further than a share of the
// box that rounding may take.
func (s *Solids) Hides(p r3.Vec) bool {
	const rounding = 1e-6
	x, y, _ := s.view.Project(p)
	at, _, found := s.First(x, y)
	r := s.view.ray(x, y)
	return found && s.view.along(r, at) < s.view.along(r, p)-rounding*r3.Norm(s.view.box)
}
