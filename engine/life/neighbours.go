package life

import (
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// neighbours finds the cells near a cell: cells are sorted into bins at least as wide as
// any pair of cells reaches, in the order of their index within each.
type neighbours struct {
	space  *space
	reach  float64 // µm
	shape  [3]int
	edge   [3]float64 // µm
	first  []int32    // of each bin in cell, and the end
	cell   []int32
	at     []r3.Vec            // of cell
	kind   []tissue.CellTypeID // of cell
	binned []int32             // bin of each cell
}

// newNeighbours cuts the box into bins no narrower than voxels, whatever the number of
// cells: of its neighbours a cell sees no difference where others come or go elsewhere.
func newNeighbours(s *space, reach float64) *neighbours {
	n := &neighbours{space: s, reach: reach}
	for axis, size := range s.size {
		n.shape[axis] = max(1, int(size/max(reach, s.grid.Spacing[axis])))
		n.edge[axis] = size / float64(n.shape[axis])
	}
	return n
}

// sort takes the cells at their places.
func (n *neighbours) sort(at []r3.Vec, types []tissue.CellTypeID) {
	bins := n.shape[0] * n.shape[1] * n.shape[2]
	n.first = resized(n.first, bins+1)
	clear(n.first)
	n.binned, n.cell = resized(n.binned, len(at)), resized(n.cell, len(at))
	n.at, n.kind = resized(n.at, len(at)), resized(n.kind, len(at))
	inParallel(len(at), func(from, to int) {
		for i := from; i < to; i++ {
			b := n.bin(at[i])
			n.binned[i] = int32(b[0] + n.shape[0]*(b[1]+n.shape[1]*b[2]))
		}
	})
	for _, b := range n.binned {
		n.first[b+1]++
	}
	for b := range bins {
		n.first[b+1] += n.first[b]
	}
	for i := len(at) - 1; i >= 0; i-- { // from the ends of the bins, which become their starts
		b := n.binned[i] + 1
		n.first[b]--
		k := n.first[b]
		n.cell[k], n.at[k], n.kind[k] = int32(i), at[i], types[i]
	}
	copy(n.first, n.first[1:])
	n.first[bins] = int32(len(at))
}

func (n *neighbours) bin(p r3.Vec) [3]int {
	var b [3]int
	for axis, x := range [3]float64{p.X, p.Y, p.Z} {
		b[axis] = min(int(x/n.edge[axis]), n.shape[axis]-1)
	}
	return b
}

// span is a run of cells in the order of the bins.
type span struct{ from, to int32 }

// spans returns where the cells in and around the bin of a point are, in one order for all
// points of the bin; the cell at the point is among them.
func (n *neighbours) spans(p r3.Vec, room *[18]span) []span {
	b := n.bin(p)
	var from, to [3]int
	for axis := range b {
		from[axis], to[axis] = n.window(axis, b[axis])
	}
	all := room[:0]
	nx := n.shape[0]
	for z := from[2]; z <= to[2]; z++ {
		for y := from[1]; y <= to[1]; y++ {
			row := nx * (wrapped(y, n.shape[1]) + n.shape[1]*wrapped(z, n.shape[2]))
			low, high := max(from[0], 0), min(to[0], nx-1)
			all = append(all, span{n.first[row+low], n.first[row+high+1]})
			switch { // round a periodic axis
			case from[0] < 0:
				all = append(all, span{n.first[row+nx-1], n.first[row+nx]})
			case to[0] >= nx:
				all = append(all, span{n.first[row], n.first[row+1]})
			}
		}
	}
	return all
}

// window returns the bins beside one along an axis, each but once.
func (n *neighbours) window(axis, b int) (from, to int) {
	count := n.shape[axis]
	if count < 3 {
		return 0, count - 1
	}
	if n.space.periodic[axis] {
		return b - 1, b + 1
	}
	return max(b-1, 0), min(b+1, count-1)
}

func wrapped(b, count int) int {
	switch {
	case b < 0:
		return b + count
	case b >= count:
		return b - count
	}
	return b
}
