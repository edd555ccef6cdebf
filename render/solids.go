package render

import (
	"image"
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// Solids are what a ray through the box does not pass: balls, and planes across the axes.
type Solids struct {
	view   View
	balls  []Ball
	tiles  tiles // once there is much to ask for
	planes [3]float64
}

// Solids places balls, and planes, each µm from the origin and NaN for none, before the camera.
func (v View) Solids(balls []Ball, planes [3]float64) *Solids {
	return &Solids{view: v, balls: balls, planes: planes}
}

// First returns the point, µm, where a ray through a place of the picture first meets
// something, and which ball that is, -1 for a plane.
func (s *Solids) First(x, y float64) (at r3.Vec, ball int, found bool) {
	r := s.view.ray(x, y)
	ball = -1
	nearest := math.Inf(1)
	if at, found = s.view.Cut(x, y, s.planes); found {
		nearest = s.view.along(r, at)
	}
	try := func(i int) {
		if t := s.balls[i].hit(r); t < nearest {
			at, ball, found, nearest = r.at(t), i, true, t
		}
	}
	switch {
	case s.tiles.starts == nil:
		for i := range s.balls {
			try(i)
		}
	case image.Pt(pixel(x), pixel(y)).In(image.Rectangle{Max: s.view.size}):
		for _, i := range s.tiles.at(x, y) {
			try(int(i))
		}
	}
	return at, ball, found
}

// along returns how far along a ray a point of it lies, µm.
func (v View) along(r ray, p r3.Vec) float64 { return r3.Dot(r3.Sub(p, r.from), r.along) }

// sort prepares for many questions.
func (s *Solids) sort() {
	if s.tiles.starts == nil {
		s.tiles = s.view.tiles(s.balls)
	}
}

// HidesBall reports whether something lies before what is seen in the middle of a ball.
func (s *Solids) HidesBall(i int) bool {
	s.sort()
	x, y, _ := s.view.Project(s.balls[i].Centre)
	_, first, _ := s.First(x, y)
	return first != i
}

// Hides reports whether something lies before a point, µm, further than a share of the
// box that rounding may take.
func (s *Solids) Hides(p r3.Vec) bool {
	const rounding = 1e-6
	s.sort()
	x, y, _ := s.view.Project(p)
	at, _, found := s.First(x, y)
	r := s.view.ray(x, y)
	return found && s.view.along(r, at) < s.view.along(r, p)-rounding*r3.Norm(s.view.box)
}
