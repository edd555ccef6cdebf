package life

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// space is where cells may be: the box, with walls that turn them back or, where all
// substrates are periodic along an axis, lead to the other side, less the voxels of
// regions that no cell may lie in.
type space struct {
	grid     tissue.Grid
	size     [3]float64 // µm
	periodic [3]bool
	round    bool    // periodic along any axis
	closed   []bool  // per voxel; nil where none is
	stride   float64 // at most this far at a time, so that no closed voxel is jumped, µm
}

func newSpace(m *tissue.Model) space {
	s := space{grid: m.Grid, size: m.Grid.Size(), periodic: m.PeriodicAxes(), stride: math.Inf(1)}
	s.round = s.periodic != [3]bool{}
	for voxel, label := range m.Labels() {
		if label == 0 {
			continue
		}
		if r := &m.Regions[label-1]; r.Impermeable || len(r.Held) > 0 {
			if s.closed == nil {
				s.closed = make([]bool, m.Grid.Voxels())
				s.stride = 0.5 * min(m.Grid.Spacing[0], m.Grid.Spacing[1], m.Grid.Spacing[2])
			}
			s.closed[voxel] = true
		}
	}
	return s
}

func (s *space) voxel(p r3.Vec) int { return s.grid.IndexAt(p) }

func (s *space) open(p r3.Vec) bool { return s.closed == nil || !s.closed[s.voxel(p)] }

// move returns where a way from a point ends, and turns the heading where a wall turns
// the way.
func (s *space) move(from, way r3.Vec, heading *r3.Vec) r3.Vec {
	if s.closed == nil {
		return s.fold(r3.Add(from, way), heading)
	}
	pieces := math.Ceil(r3.Norm(way) / s.stride)
	turned := r3.Vec{X: 1, Y: 1, Z: 1} // of what is left of the way
	for range int(pieces) {
		piece := multiply(r3.Scale(1/pieces, way), turned)
		before := turned
		to := s.fold(r3.Add(from, piece), &turned)
		if !s.open(to) {
			turned = before
			to = s.slide(from, piece, &turned)
		}
		from = to
	}
	*heading = multiply(*heading, turned)
	return from
}

// slide goes along the axes that are free, and turns along those that are not.
func (s *space) slide(from, piece r3.Vec, turned *r3.Vec) r3.Vec {
	for _, along := range [3]r3.Vec{{X: 1}, {Y: 1}, {Z: 1}} {
		before := *turned
		to := s.fold(r3.Add(from, multiply(along, piece)), turned)
		if s.open(to) {
			from = to
		} else {
			*turned = multiply(before, r3.Sub(r3.Vec{X: 1, Y: 1, Z: 1}, r3.Scale(2, along)))
		}
	}
	return from
}

// fold brings a point back into the box.
func (s *space) fold(p r3.Vec, heading *r3.Vec) r3.Vec {
	return r3.Vec{
		X: s.foldAxis(0, p.X, &heading.X),
		Y: s.foldAxis(1, p.Y, &heading.Y),
		Z: s.foldAxis(2, p.Z, &heading.Z),
	}
}

func (s *space) foldAxis(axis int, x float64, heading *float64) float64 {
	size := s.size[axis]
	if x >= 0 && x <= size {
		return x
	}
	if s.periodic[axis] {
		if x -= size * math.Floor(x/size); x < size {
			return x
		}
		return 0 // rounding
	}
	x = math.Abs(math.Mod(x, 2*size))
	over := x > size
	if over {
		x = 2*size - x
	}
	*heading = -*heading
	return x
}

// between returns the shortest way from a to b, µm.
func (s *space) between(a, b r3.Vec) r3.Vec {
	d := r3.Sub(b, a)
	if !s.round {
		return d
	}
	if s.periodic[0] {
		d.X -= s.size[0] * math.Round(d.X/s.size[0])
	}
	if s.periodic[1] {
		d.Y -= s.size[1] * math.Round(d.Y/s.size[1])
	}
	if s.periodic[2] {
		d.Z -= s.size[2] * math.Round(d.Z/s.size[2])
	}
	return d
}

func multiply(a, b r3.Vec) r3.Vec { return r3.Vec{X: a.X * b.X, Y: a.Y * b.Y, Z: a.Z * b.Z} }
