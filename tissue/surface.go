package tissue

import (
	"iter"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"
)

// Patch is a small piece of a surface.
type Patch struct {
	At      r3.Vec  // its centre, µm
	Outward r3.Vec  // unit normal
	Area    float64 // µm²
}

// Surface is a shape whose surface has a true area: all but a LabelImage, whose
// staircase of pixels has half as much again as the surface it stands for.
type Surface interface {
	Shape
	// Patches cuts the surface into pieces no wider than an edge, µm. Pieces
	// outside the grid's box are among them only as far as they are not
	// cheaply left out. In a planar grid the surface is what the thickness
	// sweeps along a curve.
	Patches(g Grid, edge float64) iter.Seq[Patch]
}

// VoxelArea is the piece of a vessel's wall that faces one voxel of tissue.
type VoxelArea struct {
	Voxel int     // Grid.Index
	Area  float64 // µm²
}

// patchesPerVoxel is the number of patches across a voxel edge.
const patchesPerVoxel = 4

// SurfaceArea returns the area of a region's surface within the box, µm²: 2πrL
// for a vessel through it. Where the walls of the box cut the surface, it counts
// the patches whose centres lie inside.
func (m *Model) SurfaceArea(region int) float64 {
	area := 0.
	for p := range m.patches(region) {
		area += p.Area
	}
	return area
}

// VesselSurface returns how the wall of a vessel is shared out to the voxels it
// exchanges with, in the order of voxels. Each patch of the true surface goes to
// the voxel it lies in, if that is tissue, else to the first voxel of tissue along
// its outward normal: so a vessel thinner than a voxel exchanges with the voxels
// it runs through. The shares sum to SurfaceArea, less what has only the
// wall of the box or impermeable regions within two voxels before it.
func (m *Model) VesselSurface(region int) []VoxelArea {
	shares, known := map[int]float64{}, map[int]bool{}
	for p := range m.patches(region) {
		if voxel, ok := m.facing(p, known); ok {
			shares[voxel] += p.Area
		}
	}
	voxels := slices.Sorted(maps.Keys(shares))
	all := make([]VoxelArea, len(voxels))
	for i, voxel := range voxels {
		all[i] = VoxelArea{voxel, shares[voxel]}
	}
	return all
}

// patches are those of a region's surface that lie in the box. A LabelImage has none.
func (m *Model) patches(region int) iter.Seq[Patch] {
	return func(yield func(Patch) bool) {
		s, ok := m.Regions[region].Shape.(Surface)
		if !ok {
			return
		}
		for p := range s.Patches(m.Grid, m.Grid.finest()/patchesPerVoxel) {
			if m.Grid.Contains(p.At) && !yield(p) {
				return
			}
		}
	}
}

// facing returns the voxel of tissue that a patch exchanges with. It enters into
// known which voxels are tissue.
func (m *Model) facing(p Patch, known map[int]bool) (int, bool) {
	step := m.Grid.finest() / patchesPerVoxel
	reach := 2 * slices.Max(m.Grid.Spacing[:m.Grid.Dimensions()])
	for out := 0.; out <= reach; out += step {
		at := r3.Add(p.At, r3.Scale(out, p.Outward)) // beyond a wall of the box VoxelAt slides along it
		index := m.Grid.IndexAt(at)
		open, seen := known[index]
		if !seen {
			region := m.RegionAt(at)
			open = region < 0 || !m.Regions[region].Impermeable
			known[index] = open
		}
		if open {
			return index, true
		}
	}
	return 0, false
}

// finest returns the shortest voxel edge, µm; of a planar grid, in its plane.
func (g Grid) finest() float64 { return slices.Min(g.Spacing[:g.Dimensions()]) }

// pieces returns into how many pieces of at most an edge a length falls.
func pieces(length, edge float64) int { return max(1, int(math.Ceil(length/edge))) }

// round returns into how many pieces of at most an edge a circle falls: as many in
// each quarter, and at least two, for a vessel much thinner than a voxel still has
// its wall all round.
func round(radius, edge float64) int { return 4 * max(2, pieces(math.Pi/2*radius, edge)) }

// Patches implements Surface for the six sides, four in a planar grid. Sides are
// cut off at the walls of the grid's box.
func (b Box) Patches(g Grid, edge float64) iter.Seq[Patch] {
	size := g.Size()
	from, to := vector(b.From), vector(b.To)
	if g.Planar {
		from[2], to[2] = 0, size[2]
	}
	return func(yield func(Patch) bool) {
		for axis := range g.Dimensions() {
			for side, level := range [2]float64{from[axis], to[axis]} {
				low, high := from, to
				for other := range 3 {
					low[other], high[other] = max(low[other], 0), min(high[other], size[other])
				}
				low[axis], high[axis] = level, level
				var outward [3]float64
				outward[axis] = float64(2*side - 1)
				if !rectangle(g, low, high, axis, edge, toVec(outward), yield) {
					return
				}
			}
		}
	}
}

// rectangle yields the patches of a rectangle across an axis.
func rectangle(g Grid, low, high [3]float64, axis int, edge float64, outward r3.Vec, yield func(Patch) bool) bool {
	u, v := (axis+1)%3, (axis+2)%3
	width, height := high[u]-low[u], high[v]-low[v]
	if width <= 0 || height <= 0 {
		return true
	}
	across, up := pieces(width, edge), pieces(height, edge)
	if g.Planar { // one patch through the thickness
		if u == 2 {
			across = 1
		} else {
			up = 1
		}
	}
	area := width * height / float64(across*up)
	for i := range across {
		for j := range up {
			at := low
			at[u] += width * (float64(i) + 0.5) / float64(across)
			at[v] += height * (float64(j) + 0.5) / float64(up)
			if !yield(Patch{toVec(at), outward, area}) {
				return false
			}
		}
	}
	return true
}

// Patches implements Surface for the sphere, cut into rings of the same height,
// whose areas are the same (Archimedes), and for the circle of a planar grid.
func (s Sphere) Patches(g Grid, edge float64) iter.Seq[Patch] {
	rings, height := pieces(math.Pi*s.Radius, edge), 2*s.Radius
	if g.Planar {
		rings, height = 1, g.Spacing[2]
	}
	return func(yield func(Patch) bool) {
		for i := range rings {
			up := (2*float64(i)+1)/float64(rings) - 1
			out := math.Sqrt(1 - up*up)
			around := round(s.Radius*out, edge)
			area := 2 * math.Pi * s.Radius * height / float64(rings*around)
			for j := range around {
				sin, cos := math.Sincos(2 * math.Pi * (float64(j) + 0.5) / float64(around))
				n := r3.Vec{X: out * cos, Y: out * sin, Z: up}
				if !yield(Patch{r3.Add(s.Centre, r3.Scale(s.Radius, n)), n, area}) {
					return
				}
			}
		}
	}
}

// Patches implements Surface for the mantle without the ends, where a vessel goes
// on; in a planar grid, for the two edges of the band.
func (c Cylinder) Patches(g Grid, edge float64) iter.Seq[Patch] {
	axis := r3.Unit(r3.Sub(c.To, c.From))
	from, to := c.within(g)
	u, v := across(axis)
	around, girth := round(c.Radius, edge), 2*math.Pi*c.Radius
	if g.Planar {
		u, v, around, girth = r3.Vec{}, r3.Vec{X: -axis.Y, Y: axis.X}, 2, 2*g.Spacing[2]
	}
	return func(yield func(Patch) bool) {
		if to <= from {
			return
		}
		along := pieces(to-from, edge)
		area := girth * (to - from) / float64(along*around)
		for i := range along {
			at := r3.Add(c.From, r3.Scale(from+(to-from)*(float64(i)+0.5)/float64(along), axis))
			for j := range around {
				sin, cos := math.Sincos(2 * math.Pi * (float64(j) + 0.5) / float64(around))
				n := r3.Add(r3.Scale(cos, u), r3.Scale(sin, v))
				if !yield(Patch{r3.Add(at, r3.Scale(c.Radius, n)), n, area}) {
					return
				}
			}
		}
	}
}

// within returns the stretch of the axis, µm from From, beside which some of the
// grid's box may lie.
func (c Cylinder) within(g Grid) (from, to float64) {
	along := r3.Sub(c.To, c.From)
	length := r3.Norm(along)
	low, high := math.Inf(1), math.Inf(-1)
	for corner := range 8 {
		size := g.Size()
		at := r3.Vec{X: size[0] * float64(corner&1), Y: size[1] * float64(corner>>1&1), Z: size[2] * float64(corner>>2)}
		share := r3.Dot(r3.Sub(at, c.From), along) / length
		low, high = min(low, share), max(high, share)
	}
	return max(0, low), min(length, high)
}

// across returns two unit vectors across a unit vector and each other.
func across(axis r3.Vec) (u, v r3.Vec) {
	other := r3.Vec{X: 1}
	if math.Abs(axis.X) > 0.6 {
		other = r3.Vec{Y: 1}
	}
	u = r3.Unit(r3.Cross(axis, other))
	return u, r3.Cross(axis, u)
}

// Patches implements Surface for the part of the plane in the box: one patch
// where a column along the axis nearest to the normal meets it.
func (h HalfSpace) Patches(g Grid, edge float64) iter.Seq[Patch] {
	n, size := vector(r3.Unit(h.Normal)), g.Size()
	axis := 0
	for other := range g.Dimensions() {
		if math.Abs(n[other]) > math.Abs(n[axis]) {
			axis = other
		}
	}
	level := r3.Dot(h.Point, toVec(n))
	return func(yield func(Patch) bool) {
		low, high := [3]float64{}, size
		high[axis] = 0
		rectangle(g, low, high, axis, edge, r3.Scale(-1, toVec(n)), func(p Patch) bool {
			at := vector(p.At)
			at[axis] = (level - r3.Dot(p.At, toVec(n))) / n[axis]
			return yield(Patch{toVec(at), p.Outward, p.Area / math.Abs(n[axis])})
		})
	}
}

// Patches implements Surface.
func (u Union) Patches(g Grid, edge float64) iter.Seq[Patch] {
	return func(yield func(Patch) bool) {
		for i, part := range u {
			near, earlier := u.near(i, g, edge)
			if !boundary(near, part, near[:earlier], g, edge, yield) {
				return
			}
		}
	}
}

// near returns the shapes that may come near shape i in the box, i too, and how many
// of them stand before it.
func (u Union) near(i int, g Grid, edge float64) (near Union, earlier int) {
	out := r3.Vec{X: edge, Y: edge, Z: edge}
	low, high := bounds(u[i], g)
	low, high = r3.Sub(low, out), r3.Add(high, out)
	for j, other := range u {
		from, to := bounds(other, g)
		if from, to = upper(from, low), lower(to, high); j != i && (from.X > to.X || from.Y > to.Y || from.Z > to.Z) {
			continue
		}
		if j < i {
			earlier++
		}
		near = append(near, other)
	}
	return near, earlier
}

// Patches implements Surface.
func (x Intersection) Patches(g Grid, edge float64) iter.Seq[Patch] { return boundaries(x, x, g, edge) }

// Patches implements Surface.
func (d Difference) Patches(g Grid, edge float64) iter.Seq[Patch] { return boundaries(d, d, g, edge) }

func boundaries(whole Shape, parts []Shape, g Grid, edge float64) iter.Seq[Patch] {
	return func(yield func(Patch) bool) {
		for i, part := range parts {
			if !boundary(whole, part, parts[:i], g, edge, yield) {
				return
			}
		}
	}
}

// boundary yields the patches of a part that bound the whole: those with the whole
// on one side only. Where surfaces of several parts coincide, the first has it.
func boundary(whole, part Shape, earlier []Shape, g Grid, edge float64, yield func(Patch) bool) bool {
	const aside = 1e-3 // of an edge: well above rounding, well below what a voxel sees
	s, ok := part.(Surface)
	if !ok {
		return true
	}
	for p := range s.Patches(g, edge) {
		off := r3.Scale(aside*edge, p.Outward)
		below, above := r3.Sub(p.At, off), r3.Add(p.At, off)
		within := whole.Contains(below)
		if within == whole.Contains(above) || divides(earlier, below, above) {
			continue
		}
		if !within {
			p.Outward = r3.Scale(-1, p.Outward)
		}
		if !yield(p) {
			return false
		}
	}
	return true
}

// divides reports whether the surface of one of some shapes lies between two points.
func divides(shapes []Shape, a, b r3.Vec) bool {
	return slices.ContainsFunc(shapes, func(s Shape) bool { return s.Contains(a) != s.Contains(b) })
}

func vector(v r3.Vec) [3]float64 { return [3]float64{v.X, v.Y, v.Z} }

func toVec(v [3]float64) r3.Vec { return r3.Vec{X: v[0], Y: v[1], Z: v[2]} }
