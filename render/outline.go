package render

import "github.com/cytofield/cytofield/tissue"

// Outlines returns the borders, in a slice, of the voxels of which inside, given
// their Grid.Index, says so: closed lines along the faces of voxels, also where
// these are walls of the grid, that end where they start and have what is inside
// to their left. Voxels that touch at an edge alone are apart. It panics if the
// slice is not of the grid.
func Outlines(g tissue.Grid, s Slice, inside func(index int) bool) [][]Point {
	if err := s.Validate(g); err != nil {
		panic(err)
	}
	right, up := s.Across()
	width, height := g.Shape[right], g.Shape[up]
	within := func(u, v int) bool {
		var at [3]int
		at[s.Axis], at[right], at[up] = s.Index, u, v
		return u >= 0 && u < width && v >= 0 && v < height && inside(g.Index(at[0], at[1], at[2]))
	}
	border := sides(width, height, within)
	open := make(map[side]bool, len(border))
	for _, e := range border {
		open[e] = true
	}
	var lines [][]Point
	for _, e := range border {
		if open[e] {
			lines = append(lines, around(e, open, g.Spacing[right], g.Spacing[up]))
		}
	}
	return lines
}

// side is the side of a voxel from a node, its lower left corner of voxel (u, v),
// in a direction: 0 right, 1 up, 2 left, 3 down.
type side struct{ u, v, direction int }

// end returns the node at the other end.
func (e side) end() (u, v int) {
	by := [4][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}[e.direction]
	return e.u + by[0], e.v + by[1]
}

// sides lists the sides between voxels within and those without, the former to
// their left.
func sides(width, height int, within func(u, v int) bool) []side {
	var all []side
	for v := range height {
		for u := range width {
			if !within(u, v) {
				continue
			}
			for _, s := range []struct {
				e    side
				u, v int // of the voxel beyond
			}{{side{u, v, 0}, u, v - 1}, {side{u + 1, v, 1}, u + 1, v}, {side{u + 1, v + 1, 2}, u, v + 1}, {side{u, v + 1, 3}, u - 1, v}} {
				if !within(s.u, s.v) {
					all = append(all, s.e)
				}
			}
		}
	}
	return all
}

// around follows open sides from one of them until it closes, to the left where
// there is a choice, and returns the corners, the first also at the end.
func around(e side, open map[side]bool, spacingRight, spacingUp float64) []Point {
	var line []Point
	first, before := e.direction, -1
	for open[e] {
		if delete(open, e); e.direction != before {
			line = append(line, Point{X: float64(e.u) * spacingRight, Y: float64(e.v) * spacingUp})
		}
		before = e.direction
		u, v := e.end()
		for _, turn := range []int{1, 0, 3} {
			if e = (side{u, v, (before + turn) % 4}); open[e] {
				break
			}
		}
	}
	if before == first { // the first side is the middle of a straight line
		line = line[1:]
	}
	return append(line, line[0])
}
