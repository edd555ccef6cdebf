package tissue

import (
	"iter"

	"gonum.org/v1/gonum/spatial/r3"
)

// Labels returns which region each voxel belongs to: 0 for none, i+1 for
// Regions[i]. Of several the last has it. A vessel thinner than voxels may have
// none and still be a vessel: see VesselSurface. Without regions it is nil.
func (m *Model) Labels() []uint8 {
	if len(m.Regions) == 0 {
		return nil
	}
	labels := make([]uint8, m.Grid.Voxels())
	for i, r := range m.Regions {
		for voxel := range m.Grid.within(r.Shape) {
			labels[voxel] = uint8(i + 1)
		}
	}
	return labels
}

// HasVoxels reports whether the centre of any voxel lies in the shape of a region.
func (m *Model) HasVoxels(region int) bool {
	for range m.Grid.within(m.Regions[region].Shape) {
		return true
	}
	return false
}

// within yields the indices of the voxels whose centres lie in a shape, of which nil is
// everywhere.
func (g Grid) within(s Shape) iter.Seq[int] {
	low, high := bounds(s, g)
	size := toVec(g.Size())
	first, last := g.VoxelAt(upper(low, r3.Vec{})), g.VoxelAt(lower(high, size))
	return func(yield func(int) bool) {
		for z := first[2]; z <= last[2]; z++ {
			for y := first[1]; y <= last[1]; y++ {
				for x := first[0]; x <= last[0]; x++ {
					if Within(s, g.Centre(x, y, z)) && !yield(g.Index(x, y, z)) {
						return
					}
				}
			}
		}
	}
}

// bounds returns opposite corners of a box that holds what of a shape lies in the
// grid's box, or more; never less.
func bounds(s Shape, g Grid) (low, high r3.Vec) {
	high = toVec(g.Size())
	switch s := s.(type) {
	case Box:
		return s.From, s.To
	case Sphere:
		out := r3.Vec{X: s.Radius, Y: s.Radius, Z: s.Radius}
		return r3.Sub(s.Centre, out), r3.Add(s.Centre, out)
	case Cylinder:
		out := r3.Vec{X: s.Radius, Y: s.Radius, Z: s.Radius}
		return r3.Sub(lower(s.From, s.To), out), r3.Add(upper(s.From, s.To), out)
	case Union:
		for i, part := range s {
			from, to := bounds(part, g)
			if i == 0 {
				low, high = from, to
			}
			low, high = lower(low, from), upper(high, to)
		}
	case Intersection:
		for _, part := range s {
			from, to := bounds(part, g)
			low, high = upper(low, from), lower(high, to)
		}
	case Difference:
		return bounds(s[0], g)
	}
	return low, high
}

func lower(a, b r3.Vec) r3.Vec {
	return r3.Vec{X: min(a.X, b.X), Y: min(a.Y, b.Y), Z: min(a.Z, b.Z)}
}

func upper(a, b r3.Vec) r3.Vec {
	return r3.Vec{X: max(a.X, b.X), Y: max(a.Y, b.Y), Z: max(a.Z, b.Z)}
}

// RegionAt returns the region of the voxel that holds a point of the box, µm; -1
// for none.
func (m *Model) RegionAt(p r3.Vec) int {
	at := m.Grid.VoxelAt(p)
	return m.regionOf(m.Grid.Centre(at[0], at[1], at[2]))
}

// MediumOf returns α and what a substrate meets in voxels of a label; see Labels.
func (m *Model) MediumOf(label uint8, s SubstrateID) (fraction float64, medium Medium) {
	if label == 0 {
		return m.ExtracellularFraction, m.Substrates[s].Medium()
	}
	r := &m.Regions[label-1]
	return r.ExtracellularFraction, r.Media[s]
}

// regionOf returns the last region that contains a point, or -1.
func (m *Model) regionOf(p r3.Vec) int {
	for i := len(m.Regions) - 1; i >= 0; i-- {
		if m.Regions[i].Shape.Contains(p) {
			return i
		}
	}
	return -1
}

// Obstacle returns the region at a point of the box, µm, if no cell may lie in it:
// it is impermeable, or its density is held. Else it is nil.
func (m *Model) Obstacle(p r3.Vec) *Region {
	if i := m.RegionAt(p); i >= 0 && (m.Regions[i].Impermeable || len(m.Regions[i].Held) > 0) {
		return &m.Regions[i]
	}
	return nil
}
