package scenario

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// scatterer places cells at random, each at least a distance from every cell
// placed before (random sequential addition) and in no obstacle. Distances are not
// measured across periodic faces.
type scatterer struct {
	model     *tissue.Model
	from, to  r3.Vec    // box, µm
	distances []float64 // least distance from a new cell to one of each type, µm
}

// Tries before a box counts as full. Random addition slows down near its limit
// of 0.38 of the volume (0.55 of the area in 2D).
const (
	triesInARow   = 20_000
	triesPerCell  = 200 // on average
	triesAllowed  = 100_000
	densestSolid  = 0.7405 // π/√18
	densestPlanar = 0.9069 // π/√12
)

// densest returns a number of cells that no arrangement in the box exceeds: the
// spheres of half the distance round each centre do not overlap, and lie in the
// box widened by as much.
func (s *scatterer) densest(distance float64) float64 {
	if distance == 0 {
		return math.Inf(1)
	}
	size := r3.Sub(s.to, s.from)
	if s.model.Grid.Planar {
		return math.Ceil(densestPlanar * (size.X/distance + 1) * (size.Y/distance + 1) / (math.Pi / 4))
	}
	return math.Ceil(densestSolid * (size.X/distance + 1) * (size.Y/distance + 1) * (size.Z/distance + 1) / (math.Pi / 6))
}

// place adds up to number cells and returns how many fitted. The stream of
// random numbers depends on the seed and the entry alone, so that a later entry
// moves no cell of an earlier one.
func (s *scatterer) place(cells *tissue.Cells, t tissue.CellTypeID, number int, seed, entry uint64) int {
	random := rand.NewPCG(seed, entry)
	// The conversions here and in near keep compilers from fusing, so that every
	// machine places alike.
	uniform := func(from, to float64) float64 {
		u := float64(random.Uint64()>>11) / (1 << 53)
		return min(from+float64(u*(to-from)), to)
	}
	bins := newBins(s.model.Grid, s.distances, cells, number)
	misses, tries := 0, triesAllowed+triesPerCell*number
	for placed := 0; placed < number; {
		if misses == triesInARow || tries == 0 {
			return placed
		}
		tries--
		at := r3.Vec{X: uniform(s.from.X, s.to.X), Y: uniform(s.from.Y, s.to.Y), Z: s.model.Grid.Size()[2] / 2}
		if !s.model.Grid.Planar {
			at.Z = uniform(s.from.Z, s.to.Z)
		}
		if bins.near(cells, at) || s.model.Obstacle(at) != nil {
			misses++
			continue
		}
		misses = 0
		cells.Add(t, at)
		bins.add(cells.Len()-1, at)
		placed++
	}
	return number
}

// bins finds the cells near a point: each bin is at least the greatest distance
// wide, so that only a bin and its neighbours need a look.
type bins struct {
	distances []float64
	shape     [3]int
	edge      [3]float64 // µm
	first     []int32    // newest cell of a bin, -1 for none
	next      []int32    // the one before, by cell
}

// newBins returns the bins of the cells placed so far, nil where distances are
// all zero and every place is free.
func newBins(g tissue.Grid, distances []float64, cells *tissue.Cells, more int) *bins {
	greatest := 0.
	for t, count := range cells.Count(len(distances)) {
		if count > 0 || more > 0 {
			greatest = max(greatest, distances[t])
		}
	}
	if greatest == 0 {
		return nil
	}
	b := &bins{distances: distances, shape: [3]int{1, 1, 1}, next: make([]int32, cells.Len(), cells.Len()+more)}
	size, total := g.Size(), 1.
	wanted := [3]float64{1, 1, 1}
	for axis := range g.Dimensions() {
		// Rounding must not make a bin narrower than the distance.
		wanted[axis] = max(1, math.Floor(size[axis]/greatest*(1-1e-12)))
		total *= wanted[axis]
	}
	// More bins than cells would only cost memory.
	shrink := math.Pow(min(1, float64(2*(cells.Len()+more)+64)/total), 1/float64(g.Dimensions()))
	for axis := range 3 {
		b.shape[axis] = int(max(1, math.Floor(wanted[axis]*shrink)))
		b.edge[axis] = size[axis] / float64(b.shape[axis])
	}
	b.first = make([]int32, b.shape[0]*b.shape[1]*b.shape[2])
	for i := range b.first {
		b.first[i] = -1
	}
	b.next = b.next[:0]
	for i, at := range cells.Position {
		b.add(i, at)
	}
	return b
}

func (b *bins) bin(at r3.Vec) [3]int {
	var bin [3]int
	for axis, value := range components(at) {
		bin[axis] = min(max(int(value/b.edge[axis]), 0), b.shape[axis]-1)
	}
	return bin
}

func (b *bins) index(x, y, z int) int { return x + b.shape[0]*(y+b.shape[1]*z) }

// add enters cell i, the next after those entered.
func (b *bins) add(i int, at r3.Vec) {
	if b == nil {
		return
	}
	bin := b.bin(at)
	index := b.index(bin[0], bin[1], bin[2])
	b.next = append(b.next, b.first[index])
	b.first[index] = int32(i)
}

// near reports whether a cell is nearer to a point than it may be.
func (b *bins) near(cells *tissue.Cells, at r3.Vec) bool {
	if b == nil {
		return false
	}
	bin := b.bin(at)
	for z := max(bin[2]-1, 0); z <= min(bin[2]+1, b.shape[2]-1); z++ {
		for y := max(bin[1]-1, 0); y <= min(bin[1]+1, b.shape[1]-1); y++ {
			for x := max(bin[0]-1, 0); x <= min(bin[0]+1, b.shape[0]-1); x++ {
				for i := b.first[b.index(x, y, z)]; i >= 0; i = b.next[i] {
					between := r3.Sub(cells.Position[i], at)
					square := float64(between.X*between.X) + float64(between.Y*between.Y) + float64(between.Z*between.Z)
					if distance := b.distances[cells.Type[i]]; square < float64(distance*distance) {
						return true
					}
				}
			}
		}
	}
	return false
}
