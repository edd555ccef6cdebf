package figure

import (
	"image"
	"math"
)

// point is a place on a sheet, pixels from the upper left corner.
type point struct{ x, y float64 }

// step is a piece of a path: to where, past control points.
type step struct {
	kind byte // 'M', 'L', 'Q', 'C' as in SVG; 'Z' closes
	at   [3]point
}

// path is an outline of lines and Bézier curves.
type path []step

func (p *path) move(a point)       { *p = append(*p, step{'M', [3]point{a}}) }
func (p *path) line(a point)       { *p = append(*p, step{'L', [3]point{a}}) }
func (p *path) quad(a, b point)    { *p = append(*p, step{'Q', [3]point{a, b}}) }
func (p *path) cube(a, b, c point) { *p = append(*p, step{'C', [3]point{a, b, c}}) }
func (p *path) close()             { *p = append(*p, step{kind: 'Z'}) }

// through returns the path that joins points by lines.
func through(points []point) path {
	var p path
	for i, a := range points {
		if i == 0 {
			p.move(a)
		} else {
			p.line(a)
		}
	}
	return p
}

// polygon returns the closed path through corners.
func polygon(corners ...point) path {
	p := through(corners)
	p.close()
	return p
}

func rectangle(r image.Rectangle) path {
	x0, y0, x1, y1 := float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y)
	return polygon(point{x0, y0}, point{x1, y0}, point{x1, y1}, point{x0, y1})
}

// quarter is how far the control points of a Bézier quarter circle of radius 1 lie
// from its ends, 4(√2 − 1)/3; it is within 0.03 % of the circle.
const quarter = 0.5522847498

// rounded returns a rectangle with rounded corners; a circle where the radius is
// half of both sides.
func rounded(x0, y0, x1, y1, r float64) path {
	k := r * (1 - quarter)
	var p path
	p.move(point{x0 + r, y0})
	p.line(point{x1 - r, y0})
	p.cube(point{x1 - k, y0}, point{x1, y0 + k}, point{x1, y0 + r})
	p.line(point{x1, y1 - r})
	p.cube(point{x1, y1 - k}, point{x1 - k, y1}, point{x1 - r, y1})
	p.line(point{x0 + r, y1})
	p.cube(point{x0 + k, y1}, point{x0, y1 - k}, point{x0, y1 - r})
	p.line(point{x0, y0 + r})
	p.cube(point{x0, y0 + k}, point{x0 + k, y0}, point{x0 + r, y0})
	p.close()
	return p
}

// cutLine returns the pieces of a line that lie in a rectangle.
func cutLine(r image.Rectangle, points []point) [][]point {
	var pieces [][]point
	open := false
	for i := 1; i < len(points); i++ {
		a, b, inside := cutSegment(r, points[i-1], points[i])
		if !inside {
			open = false
			continue
		}
		if n := len(pieces); open && pieces[n-1][len(pieces[n-1])-1] == a {
			pieces[n-1] = append(pieces[n-1], b)
		} else {
			pieces = append(pieces, []point{a, b})
		}
		open = b == points[i]
	}
	return pieces
}

// cutSegment returns the part of a segment in a rectangle, after Liang and Barsky.
func cutSegment(r image.Rectangle, a, b point) (from, to point, inside bool) {
	dx, dy := b.x-a.x, b.y-a.y
	first, last := 0.0, 1.0
	for _, edge := range [4][2]float64{
		{-dx, a.x - float64(r.Min.X)}, {dx, float64(r.Max.X) - a.x},
		{-dy, a.y - float64(r.Min.Y)}, {dy, float64(r.Max.Y) - a.y},
	} {
		switch p, q := edge[0], edge[1]; {
		case p == 0 && q < 0 || p != p || q != q:
			return a, b, false
		case p < 0:
			first = max(first, q/p)
		case p > 0:
			last = min(last, q/p)
		}
	}
	if first > last {
		return a, b, false
	}
	from, to = a, b
	if first > 0 {
		from = point{a.x + first*dx, a.y + first*dy}
	}
	if last < 1 {
		to = point{a.x + last*dx, a.y + last*dy}
	}
	return from, to, true
}

// cutPolygon returns the part of a polygon in a rectangle, after Sutherland and
// Hodgman.
func cutPolygon(r image.Rectangle, corners []point) []point {
	for side := range 4 {
		inward := func(a point) float64 { // distance from the side, positive inside
			return [4]float64{a.x - float64(r.Min.X), float64(r.Max.X) - a.x, a.y - float64(r.Min.Y), float64(r.Max.Y) - a.y}[side]
		}
		var kept []point
		for i, b := range corners {
			a := corners[(i+len(corners)-1)%len(corners)]
			da, db := inward(a), inward(b)
			if da < 0 != (db < 0) {
				t := da / (da - db)
				kept = append(kept, point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
			}
			if db >= 0 {
				kept = append(kept, b)
			}
		}
		corners = kept
	}
	return corners
}

// circle returns corners on a circle, so many that they stay within 0.02 pixels of it.
func circle(x, y, r float64) []point {
	n := max(12, int(math.Ceil(math.Pi/math.Acos(1-min(0.02/max(r, 0.02), 1)))))
	corners := make([]point, n)
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		corners[i] = point{x + r*cos, y + r*sin}
	}
	return corners
}
