package tissue

import "gonum.org/v1/gonum/spatial/r3"

// Labels returns which region each voxel belongs to: 0 for none, i+1 for
// Regions[i]. Of several the last has it. A vessel thinner than voxels may have
// none and still be a vessel: see VesselSurface. Without regions it is nil.
func (m *Model) Labels() []uint8 {
	if len(m.Regions) == 0 {
		return nil
	}
	labels := make([]uint8, m.Grid.Voxels())
	for i := range labels {
		at := m.Grid.Coordinates(i)
		labels[i] = uint8(m.regionOf(m.Grid.Centre(at[0], at[1], at[2])) + 1)
	}
	return labels
}

// RegionAt returns the region of the voxel that holds a point of the box, µm; -1
// for none.
func (m *Model) RegionAt(p r3.Vec) int {
	at := m.Grid.VoxelAt(p)
	return m.regionOf(m.Grid.Centre(at[0], at[1], at[2]))
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
