package render

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// tile is the edge of a tile of the picture, pixels.
const tile = 16

// tiles say which balls are seen in which part of the picture, so that a ray need
// not look for all of them.
type tiles struct {
	balls  []Ball
	across int     // tiles in a row
	starts []int32 // by tile, in list; one more than tiles
	list   []int32 // positions in balls
}

// tiles sorts balls into tiles. What is behind the eye is in none.
func (v View) tiles(balls []Ball) tiles {
	t := tiles{balls: balls, across: (v.size.X + tile - 1) / tile}
	down := (v.size.Y + tile - 1) / tile
	each := func(f func(tile, ball int)) {
		for i, b := range balls {
			x0, y0, x1, y1 := v.around(b)
			for y := max(y0/tile, 0); y <= min(y1/tile, down-1); y++ {
				for x := max(x0/tile, 0); x <= min(x1/tile, t.across-1); x++ {
					f(x+t.across*y, i)
				}
			}
		}
	}
	t.starts = make([]int32, t.across*down+1)
	each(func(tile, _ int) { t.starts[tile+1]++ })
	for i := range t.starts[1:] {
		t.starts[i+1] += t.starts[i]
	}
	t.list = make([]int32, t.starts[len(t.starts)-1])
	next := append([]int32(nil), t.starts...)
	each(func(tile, ball int) {
		t.list[next[tile]] = int32(ball)
		next[tile]++
	})
	return t
}

// around returns the pixels around a ball, from its bounding cube; an empty range
// if the eye is not in front of it.
func (v View) around(b Ball) (x0, y0, x1, y1 int) {
	lowX, lowY, highX, highY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for corner := range 8 {
		side := func(bit int) float64 { return b.Radius * float64(2*(corner>>bit&1)-1) }
		x, y, depth := v.Project(r3.Add(b.Centre, r3.Vec{X: side(0), Y: side(1), Z: side(2)}))
		if v.distance+depth <= 0 {
			return 0, 0, -tile, -tile
		}
		lowX, lowY, highX, highY = min(lowX, x), min(lowY, y), max(highX, x), max(highY, y)
	}
	return pixel(lowX), pixel(lowY), pixel(highX), pixel(highY)
}

// pixel rounds down, within what an int holds.
func pixel(x float64) int { return int(math.Floor(min(max(x, -1e6), 1e6))) }

// at returns the balls that may be seen at a place of the picture.
func (t *tiles) at(x, y float64) []int32 {
	if len(t.list) == 0 {
		return nil
	}
	i := int(x)/tile + t.across*(int(y)/tile)
	return t.list[t.starts[i]:t.starts[i+1]]
}
