package render

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Camera says from where a box of tissue is seen. Azimuth 0 and elevation 0 show
// what a y slice does, x to the right and z up; azimuth 90 shows an x slice, y to
// the right; elevation 90 a z slice, from above.
type Camera struct {
	Azimuth     float64 // degrees around z, anticlockwise seen from above
	Elevation   float64 // degrees above the horizon, -90 to 90
	Zoom        float64 // 1: the box fits into the picture at every azimuth
	Perspective bool    // what is near is larger; else all of a length in the plane of the picture are equal
	Aim         r3.Vec  // what is in the middle of the picture, µm from the middle of the box, in the box
}

// StandardCamera looks a little from the right and from above.
func StandardCamera() Camera { return Camera{Azimuth: 30, Elevation: 24, Zoom: 1} }

// Validate reports a camera that cannot be.
func (c Camera) Validate() error {
	switch {
	case math.IsNaN(c.Azimuth) || math.IsInf(c.Azimuth, 0):
		return fmt.Errorf("render: camera: azimuth %g°: want a finite angle", c.Azimuth)
	case !(c.Elevation >= -90 && c.Elevation <= 90):
		return fmt.Errorf("render: camera: elevation %g°: want -90 to 90", c.Elevation)
	case !(c.Zoom > 0) || math.IsInf(c.Zoom, 0):
		return fmt.Errorf("render: camera: zoom %g: want a positive number", c.Zoom)
	case math.IsNaN(r3.Norm(c.Aim)) || math.IsInf(r3.Norm(c.Aim), 0):
		return fmt.Errorf("render: camera: aim at (%g, %g, %g) µm: want a finite place", c.Aim.X, c.Aim.Y, c.Aim.Z)
	}
	return nil
}

// View is a camera in front of the box of a grid, with a picture to fill. Places
// in the picture are pixels to the right and down from its upper left corner.
type View struct {
	size      image.Point
	box       r3.Vec  // from the origin to the far corner, µm
	aim       r3.Vec  // in the middle of the picture, µm
	right, up r3.Vec  // in the picture
	toward    r3.Vec  // from there to the eye
	distance  float64 // of the eye from there, µm; +Inf of an orthographic camera
	ahead     float64 // of the box from where orthographic rays start, as far as a perspective eye, µm
	perMicron float64 // pixels, in the plane through there
}

const (
	fill = 0.84 // share of the picture that the box takes; the rest is for its labels
	away = 4    // distance of a perspective eye, in half diagonals of the box: it sees the box under 29°
)

// View places the camera.
func (c Camera) View(g tissue.Grid, size image.Point) View {
	edges := g.Size()
	v := View{size: size, box: r3.Vec{X: edges[0], Y: edges[1], Z: edges[2]}, distance: math.Inf(1)}
	v.aim = r3.Add(v.centre(), c.Aim)
	v.ahead = away * r3.Norm(v.centre())
	sinA, cosA := math.Sincos(c.Azimuth * math.Pi / 180)
	sinE, cosE := math.Sincos(c.Elevation * math.Pi / 180)
	v.right = r3.Vec{X: cosA, Y: sinA}
	v.up = r3.Vec{X: -sinE * sinA, Y: sinE * cosA, Z: cosE}
	v.toward = r3.Cross(v.right, v.up)
	wide := math.Hypot(edges[0], edges[1])
	high := wide*math.Abs(sinE) + edges[2]*cosE
	v.perMicron = fill * c.Zoom * min(float64(size.X)/wide, float64(size.Y)/high)
	if c.Perspective {
		v.distance = v.ahead
		v.perMicron *= 1 - 1.0/away // what is nearest is magnified by the inverse
	}
	return v
}

// centre is the middle of the box, µm.
func (v View) centre() r3.Vec { return r3.Scale(0.5, v.box) }

// Project returns where a point, µm, is seen, and how far behind the plane
// through what the camera aims at it lies, µm.
func (v View) Project(p r3.Vec) (x, y, depth float64) {
	q := r3.Sub(p, v.aim)
	depth = -r3.Dot(q, v.toward)
	scale := v.perMicron
	if !math.IsInf(v.distance, 1) {
		scale *= v.distance / (v.distance + depth)
	}
	return float64(v.size.X)/2 + scale*r3.Dot(q, v.right), float64(v.size.Y)/2 - scale*r3.Dot(q, v.up), depth
}

// PerMicron returns the pixels per µm for a scale bar; 0 with perspective, where
// no bar is true.
func (v View) PerMicron() float64 {
	if math.IsInf(v.distance, 1) {
		return v.perMicron
	}
	return 0
}

// Magnification returns the pixels per µm in the plane through what the camera aims
// at, whatever is nearer or farther.
func (v View) Magnification() float64 { return v.perMicron }

// Reach returns how far the box reaches from the middle of the picture, across and up,
// pixels.
func (v View) Reach() (far [2]float64) {
	for _, e := range v.Box() {
		for _, corner := range [][2]float64{e.From, e.To} {
			far[0] = max(far[0], math.Abs(corner[0]-float64(v.size.X)/2))
			far[1] = max(far[1], math.Abs(corner[1]-float64(v.size.Y)/2))
		}
	}
	return far
}

// Pan returns what the camera aims at when the picture has been moved by pixels to the
// right and down, µm from the middle of the box and in it.
func (v View) Pan(right, down float64) r3.Vec {
	by := r3.Add(r3.Scale(-right/v.perMicron, v.right), r3.Scale(down/v.perMicron, v.up))
	aim, half := r3.Sub(r3.Add(v.aim, by), v.centre()), v.centre()
	return r3.Vec{X: min(max(aim.X, -half.X), half.X), Y: min(max(aim.Y, -half.Y), half.Y), Z: min(max(aim.Z, -half.Z), half.Z)}
}

// Cut returns where a ray through a place of the picture first meets one of some planes
// across the axes, each µm from the origin and NaN for none, within the box.
func (v View) Cut(x, y float64, planes [3]float64) (at r3.Vec, found bool) {
	r, nearest := v.ray(x, y), math.Inf(1)
	for axis, plane := range planes {
		t := (plane - component(r.from, axis)) / component(r.along, axis)
		if p := r.at(t); t > 0 && t < nearest && v.holds(p, axis) {
			at, nearest, found = p, t, true
		}
	}
	return at, found
}

// holds reports whether a point is in the box along all axes but one.
func (v View) holds(p r3.Vec, but int) bool {
	for axis := range 3 {
		if c := component(p, axis); axis != but && !(c >= 0 && c <= component(v.box, axis)) {
			return false
		}
	}
	return true
}

// Outline returns the four edges of a plane across an axis at a position, µm. An edge is
// hidden where the face of the box that it lies in is turned away from the eye.
func (v View) Outline(axis int, at float64) []Edge {
	var edges []Edge
	size := [3]float64{v.box.X, v.box.Y, v.box.Z}
	for _, along := range []int{(axis + 1) % 3, (axis + 2) % 3} {
		across := 3 - axis - along
		for side := range 2 {
			var from [3]float64
			from[axis], from[across] = at, size[across]*float64(side)
			to := from
			to[along] = size[along]
			edges = append(edges, Edge{Axis: along, From: v.place(from), To: v.place(to), Hidden: !v.facing(across, side), start: from})
		}
	}
	return edges
}

// ray is a half line of sight: points from + t along, t in µm.
type ray struct{ from, along r3.Vec }

func (r ray) at(t float64) r3.Vec { return r3.Add(r.from, r3.Scale(t, r.along)) }

// ray returns what is seen at a place of the picture. An orthographic one starts
// in front of the box.
func (v View) ray(x, y float64) ray {
	across := r3.Add(r3.Scale((x-float64(v.size.X)/2)/v.perMicron, v.right), r3.Scale((float64(v.size.Y)/2-y)/v.perMicron, v.up))
	if math.IsInf(v.distance, 1) {
		eye := r3.Add(v.aim, r3.Add(across, r3.Scale(v.ahead, v.toward)))
		return ray{eye, r3.Scale(-1, v.toward)}
	}
	eye := r3.Add(v.aim, r3.Scale(v.distance, v.toward))
	return ray{eye, r3.Unit(r3.Sub(across, r3.Scale(v.distance, v.toward)))}
}

// Edge is a line of the box or of the triad in the picture.
type Edge struct {
	Axis     int // 0, 1 or 2: the axis that it runs along
	From, To [2]float64
	Hidden   bool       // behind the box
	start    [3]float64 // its lower end in the box, µm
}

// On returns where a point of an edge of the box is seen, µm from the edge's lower end.
func (v View) On(e Edge, along float64) [2]float64 {
	p := e.start
	p[e.Axis] += along
	return v.place(p)
}

// Box returns the twelve edges of the box, each from its lower to its upper end.
// An edge is hidden where neither of its faces is turned to the eye.
func (v View) Box() []Edge {
	var edges []Edge
	for axis := range 3 {
		for corner := range 4 {
			e, faces := v.edge(axis, corner)
			e.Hidden = faces == 0
			edges = append(edges, e)
		}
	}
	return edges
}

// edge returns one of the four edges along an axis, and how many of its two faces
// are turned to the eye.
func (v View) edge(axis, corner int) (e Edge, faces int) {
	b, c := (axis+1)%3, (axis+2)%3
	var from, to [3]float64
	size := [3]float64{v.box.X, v.box.Y, v.box.Z}
	from[b], from[c] = size[b]*float64(corner&1), size[c]*float64(corner>>1)
	to = from
	to[axis] = size[axis]
	if v.facing(b, corner&1) {
		faces++
	}
	if v.facing(c, corner>>1) {
		faces++
	}
	return Edge{Axis: axis, From: v.place(from), To: v.place(to), start: from}, faces
}

// facing reports whether a face of the box, across an axis at its lower or upper
// side, is turned to the eye.
func (v View) facing(axis, side int) bool {
	const level = 1e-9 // a face seen edge on, but for rounding
	toward, half := component(v.toward, axis), component(v.centre(), axis)
	ahead := component(v.aim, axis) - half
	if side == 0 {
		toward, ahead = -toward, -ahead
	}
	if math.IsInf(v.distance, 1) {
		return toward > level
	}
	return ahead+toward*v.distance > half*(1+level)
}

func component(p r3.Vec, axis int) float64 { return [3]float64{p.X, p.Y, p.Z}[axis] }

func (v View) place(p [3]float64) [2]float64 {
	x, y, _ := v.Project(r3.Vec{X: p[0], Y: p[1], Z: p[2]})
	return [2]float64{x, y}
}

// Axis is the edge of the box at which the words of an axis belong.
type Axis struct {
	Edge
	Length float64    // of the box along it, µm
	Out    [2]float64 // unit vector in the picture, away from the box, along which words stand clear
}

// Middle returns the middle of the edge in the picture.
func (a Axis) Middle() [2]float64 {
	return [2]float64{(a.From[0] + a.To[0]) / 2, (a.From[1] + a.To[1]) / 2}
}

// Axes returns an edge on the outline of the box for every axis that is seen at
// length: the lowest of x and y, the leftmost of z.
func (v View) Axes() []Axis {
	var axes []Axis
	for axis := range 3 {
		best, found := Axis{}, false
		for corner := range 4 {
			e, faces := v.edge(axis, corner)
			a := Axis{Edge: e, Length: component(v.box, axis)}
			if faces == 1 && length(e) > 1 && (!found || before(a, best)) {
				best, found = a, true
			}
		}
		if found {
			best.Out = v.out(best.Edge)
			axes = append(axes, best)
		}
	}
	return axes
}

func before(a, b Axis) bool {
	const pixel = 1e-6
	if a.Axis == 2 {
		return a.Middle()[0] < b.Middle()[0]-pixel
	}
	return a.Middle()[1] > b.Middle()[1]+pixel
}

func length(e Edge) float64 { return math.Hypot(e.To[0]-e.From[0], e.To[1]-e.From[1]) }

// out returns the normal of an edge that points away from the middle of the box.
func (v View) out(e Edge) [2]float64 {
	nx, ny := (e.To[1]-e.From[1])/length(e), (e.From[0]-e.To[0])/length(e)
	x, y, _ := v.Project(v.centre())
	if nx*(x-e.From[0])+ny*(y-e.From[1]) > 0 {
		nx, ny = -nx, -ny
	}
	return [2]float64{nx, ny}
}

// Triad returns three arrows from one place, pixels long where they lie in the
// picture, along x, y and z; what points away from the eye comes first.
func (v View) Triad(at [2]float64, pixels float64) []Edge {
	var arrows []Edge
	for pass := range 2 {
		for axis := range 3 {
			along := [3]r3.Vec{{X: 1}, {Y: 1}, {Z: 1}}[axis]
			if near := r3.Dot(along, v.toward) > 0; near == (pass == 1) {
				to := [2]float64{at[0] + pixels*r3.Dot(along, v.right), at[1] - pixels*r3.Dot(along, v.up)}
				arrows = append(arrows, Edge{Axis: axis, From: at, To: to})
			}
		}
	}
	return arrows
}
