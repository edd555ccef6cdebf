package render

import "math"

// Contours returns, for each level, the lines on which the plane has that
// density, linear between the centres of voxels (marching squares) and constant
// from the outermost centres to the walls. A square whose corners lie across from
// each other on one side of the level is joined as the mean of the four says. A
// square with a corner that is not finite has no line. A line that closes ends
// where it starts; higher densities lie to the left of its direction.
func (p *Plane) Contours(levels []float64) [][][]Point {
	lines := make([][][]Point, len(levels))
	for i, level := range levels {
		lines[i] = joined(p.segments(level))
	}
	return lines
}

// crossing names an edge between two neighbouring nodes: the lower left node, and
// whether it runs up. Two squares that share it agree on its point bit for bit.
type crossing struct {
	u, v int
	up   bool
}

// segments is what a level cuts from each square of nodes, directed, with the
// point on every edge. Nodes are the centres and one ring on the walls.
type segments struct {
	from, to []crossing
	points   map[crossing]Point
}

func (p *Plane) segments(level float64) segments {
	s := segments{points: map[crossing]Point{}}
	for v := -1; v < p.Height; v++ {
		for u := -1; u < p.Width; u++ {
			p.march(&s, u, v, level)
		}
	}
	return s
}

// march adds the segments of the square whose lower left node is (u, v).
// Corners run anticlockwise from it; edge k joins corner k to the next.
func (p *Plane) march(s *segments, u, v int, level float64) {
	corners := [4]float64{p.node(u, v), p.node(u+1, v), p.node(u+1, v+1), p.node(u, v+1)}
	edges := [4]crossing{{u, v, false}, {u + 1, v, true}, {u, v + 1, false}, {u, v, true}}
	mean, above := 0.0, 0
	var high [4]bool
	for k, c := range corners {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return
		}
		mean += c / 4
		high[k] = c >= level
		if high[k] {
			above++
		}
	}
	if above == 0 || above == 4 {
		return
	}
	// A line enters where the boundary, anticlockwise, goes from high to low, and
	// leaves where it rises again: the high side is then to its left.
	saddle := above == 2 && high[0] == high[2]
	for k := range 4 {
		if !high[k] || high[(k+1)%4] {
			continue
		}
		step := 1 // around the low corner that follows
		if saddle && mean < level {
			step = 3 // around the high corner before
		}
		out := (k + step) % 4
		for high[out] || !high[(out+1)%4] {
			out = (out + step) % 4
		}
		s.from, s.to = append(s.from, edges[k]), append(s.to, edges[out])
		for _, e := range []crossing{edges[k], edges[out]} {
			s.points[e] = p.cross(e, level)
		}
	}
}

// cross returns where the level lies on an edge.
func (p *Plane) cross(e crossing, level float64) Point {
	u, v := e.u+1, e.v
	if e.up {
		u, v = e.u, e.v+1
	}
	a, b := p.node(e.u, e.v), p.node(u, v)
	from, to := p.place(e.u, e.v), p.place(u, v)
	t := (level - a) / (b - a)
	return Point{X: from.X + t*(to.X-from.X), Y: from.Y + t*(to.Y-from.Y)}
}

// node returns the density of a node: that of the nearest voxel.
func (p *Plane) node(u, v int) float64 {
	return float64(p.At(min(max(u, 0), p.Width-1), min(max(v, 0), p.Height-1)))
}

// place returns where a node lies: the centre of its voxel, or on the wall.
func (p *Plane) place(u, v int) Point {
	on := func(i, n int, edge float64) float64 { return min(max((float64(i)+0.5), 0), float64(n)) * edge }
	return Point{X: on(u, p.Width, p.Spacing[0]), Y: on(v, p.Height, p.Spacing[1])}
}

// joined chains segments into lines: first those that start where none ends, then
// the closed ones. Points that repeat the one before are dropped.
func joined(s segments) [][]Point {
	next, ends := make(map[crossing]int, len(s.from)), make(map[crossing]bool, len(s.to))
	for i := range s.from {
		next[s.from[i]] = i
		ends[s.to[i]] = true
	}
	used := make([]bool, len(s.from))
	var lines [][]Point
	follow := func(i int) {
		line := []Point{s.points[s.from[i]]}
		for ok := true; ok && !used[i]; {
			used[i] = true
			if at := s.points[s.to[i]]; at != line[len(line)-1] {
				line = append(line, at)
			}
			i, ok = next[s.to[i]]
		}
		if len(line) > 1 {
			lines = append(lines, line)
		}
	}
	for i := range s.from {
		if !ends[s.from[i]] {
			follow(i)
		}
	}
	for i := range s.from {
		if !used[i] {
			follow(i)
		}
	}
	return lines
}

// Levels returns round densities between the ends of a scale, ends left out, for
// contours. Of a linear scale they are the multiples of 1, 2, 2.5 or 5 × 10ⁿ that
// give at least as many as wanted and fewest more; of a logarithmic one the powers
// of ten, with 2 and 5 or 3 times them where the powers alone are too few.
func (s Scale) Levels(wanted int) []float64 {
	if s.Log {
		return s.logLevels(wanted)
	}
	wanted = max(wanted, 1)
	power := math.Pow(10, math.Floor(math.Log10((s.High-s.Low)/float64(wanted))))
	for _, step := range []float64{10, 5, 2.5, 2, 1, 0.5, 0.25, 0.2, 0.1} {
		if levels := s.multiples(step * power); len(levels) >= wanted {
			return levels
		}
	}
	return s.multiples(0.1 * power)
}

// multiples returns the multiples of a step inside the scale.
func (s Scale) multiples(step float64) []float64 {
	const slack = 1e-9 // of a step: an end that is a multiple but for rounding is left out
	var levels []float64
	for i := math.Floor(s.Low/step+slack) + 1; i < s.High/step-slack; i++ {
		levels = append(levels, i*step)
	}
	return levels
}

// logLevels returns the coarsest of the ladders 1, 1-3 and 1-2-5 with enough rungs.
func (s Scale) logLevels(wanted int) []float64 {
	var levels []float64
	for _, ladder := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		levels = nil
		for n := math.Floor(math.Log10(s.Low)); n <= math.Log10(s.High); n++ {
			for _, rung := range ladder {
				if c := rung * math.Pow(10, n); c > s.Low*(1+1e-9) && c < s.High*(1-1e-9) {
					levels = append(levels, c)
				}
			}
		}
		if len(levels) >= wanted {
			break
		}
	}
	return levels
}
