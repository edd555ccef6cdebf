package render

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
)

// brickEdge is the edge of a brick, voxels.
const brickEdge = 4

// bricks are cubes of voxels; a ray crosses a calm one in a single step, and one that is mild
// in steps of a whole edge of a voxel.
type bricks struct {
	shape [3]int
	leap  []float64 // steps that may be taken as one
}

// unrest is how much what fog adds to a ray may change in a calm brick, as though it changed
// so all the way through the box. A step through the brick takes the mean of its ends, which
// misses an order less where fog is smooth: 0.1 levels of 255 around a cell that secretes.
// Half of the unrest, 8 levels, would be missed if all bricks of a ray hid a peak inside.
const unrest = 1.0 / 16

// mildUnrest is how much what fog adds to a ray may change in a mild brick, as though voxels
// all the way through the box changed so at random. Steps of an edge of a voxel along an axis
// add up to the integral of a trilinear field whatever it is, and miss little of it in
// between and where their length changes: 0.2 levels around cells that secrete, 0.6 of 255 if
// every voxel were unlike the next.
const mildUnrest = 1.0 / 16

// newBricks tells where no surface lies, no density is missing, and fog hardly changes.
func newBricks(t *tracer) *bricks {
	b := &bricks{}
	for axis, n := range t.grid.Shape {
		b.shape[axis] = (n + brickEdge - 1) / brickEdge
	}
	b.leap = make([]float64, b.shape[0]*b.shape[1]*b.shape[2])
	through := r3.Norm(t.view.box)
	atRandom := math.Sqrt(2 * t.step * through) // the step is half an edge
	eachRow(b.shape[1]*b.shape[2], func(row int) {
		for x := range b.shape[0] {
			leap := &b.leap[x+b.shape[0]*row]
			switch change := t.change([3]int{x, row % b.shape[1], row / b.shape[1]}); {
			case change*through <= unrest:
				*leap = math.Inf(1)
			case change*atRandom <= mildUnrest:
				*leap = 2
			default:
				*leap = 1
			}
		}
	})
	return b
}

// change returns by how much fog changes over a brick, 1/µm; +Inf where a surface lies in it
// or a density is missing.
func (t *tracer) change(brick [3]int) float64 {
	change := 0.0
	for i := range t.volumes {
		low, high, whole := t.ends(i, brick)
		if !whole {
			return math.Inf(1)
		}
		for _, s := range t.surfaces {
			if s.volume == i && s.level >= low && s.level <= high {
				return math.Inf(1)
			}
		}
		if t.volumes[i].fog {
			change += t.volumes[i].change(low, high)
		}
	}
	return change
}

// ends returns the smallest and the largest density around a brick's voxels, next ones
// included, and whether none is missing.
func (t *tracer) ends(volume int, brick [3]int) (low, high float64, whole bool) {
	values, shape := t.volumes[volume].values, t.grid.Shape
	low, high = math.Inf(1), math.Inf(-1)
	var from, to [3]int
	for axis, b := range brick {
		from[axis], to[axis] = b*brickEdge, min((b+1)*brickEdge, shape[axis]-1)
	}
	for z := from[2]; z <= to[2]; z++ {
		for y := from[1]; y <= to[1]; y++ {
			row := shape[0] * (y + shape[1]*z)
			for _, c := range values[row+from[0] : row+to[0]+1] {
				if c != c {
					return 0, 0, false
				}
				low, high = min(low, c), max(high, c)
			}
		}
	}
	return low, high, true
}

// change returns by how much absorption, or what it adds of a colour, differs between
// densities of a range, 1/µm.
func (v *tracedVolume) change(low, high float64) float64 {
	var least, most haze
	least.add(v, low)
	most.add(v, low)
	take := func(h haze) {
		for k, s := range h {
			least[k], most[k] = min(least[k], s), max(most[k], s)
		}
	}
	var end haze
	end.add(v, high)
	take(end)
	first, _ := v.entry(low)
	last, _ := v.entry(high)
	for i := first + 1; i <= last; i++ {
		take(v.haze[i])
	}
	change := 0.0
	for k := range least {
		change = max(change, most[k]-least[k])
	}
	return change
}

// through returns how many whole steps, but at least one, a walk after i steps stays in its
// brick, and how many may be taken as one.
func (b *bricks) through(w *walk, i float64) (steps, leap float64) {
	if b == nil {
		return 1, 1
	}
	steps = math.Inf(1)
	index, stride := 0, 1
	for axis, n := range b.shape {
		at := w.from[axis] + i*w.by[axis]
		place := min(max(int(at), 0)/brickEdge, n-1)
		index += stride * place
		stride *= n
		end := float64(place * brickEdge)
		if w.by[axis] > 0 {
			end += brickEdge
		}
		if w.by[axis] > 0 && place == n-1 || w.by[axis] < 0 && place == 0 {
			continue // to the wall it goes on as it is
		}
		if w.by[axis] != 0 {
			steps = min(steps, (end-at)*w.perStep[axis])
		}
	}
	return max(math.Floor(steps), 1), b.leap[index]
}
