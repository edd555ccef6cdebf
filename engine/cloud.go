package engine

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// cloud is how coupling cloud puts spheres of any place into a grid. A cell of radius a
// sees the mean of the trilinear interpolant over the cube of half edge a around it, and
// gives off its flux into the same voxels in the same shares,
//
//	w_v = Π_axes h/(2a) [H((x + a − x_v)/h) − H((x − a − x_v)/h)],   Σ_v w_v = 1
//
// with H the integral of the hat 1 − |u|. The cube has the second moments of the
// sphere's surface, ⟨x²⟩ = a²/3, and harmonic fields have their value at the centre for
// mean over either, up to fourth moments. What the grid makes of a flux J into cell j at
// cell i is then −J S_ij/(αD),
//
//	S_ij = Σ_v Σ_u w_v,i w_u,j G(v − u)
//
// with G of green, and what should be is the mean over the surface of sphere i of what is
// given off evenly by that of sphere j: see betweenSpheres. Their difference is put right
// for a cell itself and for those whose surfaces are less than nearGap voxels apart:
//
//	c_s,i = c_i − g_i J_i − Σ_j p_ij J_j,   p_ij = (betweenSpheres − S_ij)/(αD A)
//
// For a = 5 µm, 4πa S of a cell alone is 0.80 … 0.83 on voxels of 5 µm, 0.57 … 0.67 on
// 10 µm and 0.28 … 0.50 on 20 µm: g is positive wherever the cell is, and any number of
// receptors is represented. (By trilinear interpolation at the centre alone it is
// 1.1 … 3.2, 0.6 … 1.6 and 0.3 … 0.8.)
//
// Decay is not seen: it changes both parts alike while a and h are below the diffusion
// length. Faces of the box through which nothing diffuses mirror cells, periodic ones
// repeat them; held and permeable faces, regions of other mobility and impermeable voxels
// are not seen within the distance of a correction.
type cloud struct {
	grid    tissue.Grid
	lattice *green
	images  [3]imaging
}

// imaging is what the two faces across an axis do to a cell.
type imaging struct {
	periodic bool
	mirror   [2]bool
}

// nearGap is how far apart the surfaces of two cells may be to be put right, in longest
// edges of a voxel. Beyond, the stencil's anisotropy is left: TestDenseSuspension.
const nearGap = 1.5

// newCloud prepares the coupling for substrates with the given faces; lattice is that of
// the grid's spacing.
func newCloud(g tissue.Grid, lattice *green, boundary [3][2]tissue.Boundary) *cloud {
	c := &cloud{grid: g, lattice: lattice}
	for axis, faces := range boundary {
		c.images[axis].periodic = faces[0].Kind == tissue.Periodic
		for side, face := range faces {
			c.images[axis].mirror[side] = face.Kind == tissue.NoFlux || face.Kind == tissue.Flux
		}
	}
	return c
}

// footprint is the voxels of a cell and its shares in them.
type footprint struct {
	voxel []int // Grid.Index, none twice
	share []float64
}

// footprint returns that of a cell of a radius, µm. What lies outside the box is mirrored
// into it, or repeated along periodic axes; the shares of voxels that are not open go to
// the voxel of the cell's centre. A nil open is all.
func (c *cloud) footprint(at r3.Vec, radius float64, open func(voxel int) bool) footprint {
	var axes [3]line
	for axis, x := range [3]float64{at.X, at.Y, at.Z} {
		axes[axis] = newLine(x, radius, c.grid.Spacing[axis])
	}
	within := [3]line{}
	var places [3][]int
	for axis := range axes {
		places[axis], within[axis].share = c.folded(axis, axes[axis])
	}
	centre := c.grid.VoxelAt(at)
	own, kept := c.grid.Index(centre[0], centre[1], centre[2]), 0.0
	var f footprint
	for k, z := range places[2] {
		for j, y := range places[1] {
			for i, x := range places[0] {
				voxel, share := c.grid.Index(x, y, z), within[0].share[i]*within[1].share[j]*within[2].share[k]
				if voxel == own || open != nil && !open(voxel) {
					kept += share
				} else {
					f.voxel, f.share = append(f.voxel, voxel), append(f.share, share)
				}
			}
		}
	}
	f.voxel, f.share = append(f.voxel, own), append(f.share, kept)
	return f
}

// alone returns the least and the most of 1/(4πa) − S, 1/µm, of a cell of a radius, µm,
// without walls near: it lies in the middle of a voxel, on a face, an edge or a corner there.
func (c *cloud) alone(radius float64) (least, most float64) {
	var with correlation
	least = math.Inf(1)
	for place := range 8 {
		var lines [3]line
		for axis, edge := range c.grid.Spacing {
			lines[axis] = newLine(0.5*edge*float64(1+place>>axis&1), radius, edge)
		}
		excess := betweenSpheres(0, radius, radius) - with.of(c.lattice, lines, lines)
		least, most = min(least, excess), max(most, excess)
	}
	return least, most
}

// folded returns the places within the box of a line's voxels, none twice, with their
// shares.
func (c *cloud) folded(axis int, l line) (places []int, shares []float64) {
	n := c.grid.Shape[axis]
	for i, share := range l.share {
		place := l.low + i
		if c.images[axis].periodic {
			place = modulo(place, n)
		} else if place = modulo(place, 2*n); place >= n {
			place = 2*n - 1 - place
		}
		if at := slices.Index(places, place); at >= 0 {
			shares[at] += share
		} else {
			places, shares = append(places, place), append(shares, share)
		}
	}
	return places, shares
}

func modulo(i, n int) int { return ((i % n) + n) % n }

// line is a footprint along one axis of a grid without end.
type line struct {
	low   int // its first voxel
	share []float64
}

// newLine spreads a cell at a place over voxels of an edge, all in µm.
func newLine(at, radius, edge float64) line {
	from, to := (at-radius)/edge-0.5, (at+radius)/edge-0.5 // in voxels, from the centre of voxel 0
	l := line{int(math.Floor(from)), make([]float64, 0, int(to-from)+3)}
	for v := l.low; float64(v) < to+1; v++ {
		l.share = append(l.share, edge/(2*radius)*(hatIntegral(to-float64(v))-hatIntegral(from-float64(v))))
	}
	return l
}

// hatIntegral returns ∫ max(0, 1 − |u|) du up to u.
func hatIntegral(u float64) float64 {
	u = min(max(u, -1), 1)
	if u < 0 {
		return (1 + u) * (1 + u) / 2
	}
	return 1 - (1-u)*(1-u)/2
}

// betweenSpheres returns the mean over a sphere's surface of 1/(4π distance) from points
// spread evenly over another's, 1/µm, by Newton's theorem of shells:
//
//	1/(4π r)                              apart: as between points
//	(1 − (a + b − r)²/(4ab))/(4π r)       where the surfaces cross
//	1/(4π max(a, b))                      one within the other
//
// Radii a, b and the distance r of the centres are in µm. So cells may overlap; r = 0 is a
// cell and itself.
func betweenSpheres(r, a, b float64) float64 {
	if r <= math.Abs(a-b) {
		return 1 / (4 * math.Pi * max(a, b))
	}
	overlap := max(0, a+b-r)
	return (1 - overlap*overlap/(4*a*b)) / (4 * math.Pi * r)
}

// nearField is what the grid gets wrong between cells and their neighbours, 1/µm, by the
// cells' number; over αD A it is g and p.
type nearField struct {
	own    []float64 // of a cell at itself, its images in the walls included
	first  []int     // per cell and the end: its place in other and excess
	other  []int32
	excess []float64
}

// nearField compares the grid with spheres for cells at places and of radii, µm. On a grid
// with a one-voxel axis, where cells are rods, there is nothing to compare.
func (c *cloud) nearField(at []r3.Vec, radius []float64) nearField {
	near := nearField{own: make([]float64, len(at)), first: make([]int, len(at)+1)}
	if !c.grid.Solid() || len(at) == 0 {
		return near
	}
	all := c.neighbourhood(at, radius)
	workers := min(runtime.GOMAXPROCS(0), len(at))
	parts := make([][]encounter, workers)
	var wait sync.WaitGroup
	for w := range workers {
		from, to := len(at)*w/workers, len(at)*(w+1)/workers
		wait.Go(func() { parts[w] = all.compare(from, to, near.own) })
	}
	wait.Wait()
	near.add(slices.Concat(parts...))
	return near
}

// encounter is what the grid gets wrong between two cells, 1/µm, the same for both.
type encounter struct {
	cell, other int32
	excess      float64
}

// add sorts encounters by cell.
func (near *nearField) add(all []encounter) {
	for _, e := range all {
		near.first[e.cell+1]++
		near.first[e.other+1]++
	}
	for i := range near.own {
		near.first[i+1] += near.first[i]
	}
	near.other, near.excess = make([]int32, 2*len(all)), make([]float64, 2*len(all))
	next := slices.Clone(near.first)
	put := func(cell, other int32, excess float64) {
		near.other[next[cell]], near.excess[next[cell]] = other, excess
		next[cell]++
	}
	for _, e := range all {
		put(e.cell, e.other, e.excess)
		put(e.other, e.cell, e.excess)
	}
}

// bystander is a cell, or its image in a wall or at the far side.
type bystander struct {
	at     [3]float64
	radius float64
	cell   int
	lines  [3]line
}

// neighbourhood is cells and their images, sorted into bins of a size that all a cell is compared
// with lies in its own bin and those that touch it.
type neighbourhood struct {
	lattice    *green
	gap        float64     // that is put right, µm
	bystanders []bystander // by bin
	edge       float64     // of a bin, µm
	low        [3]float64  // of the bins, µm
	bins       [3]int
	first      []int // per bin and the end: its place in bystanders
	place      []int // of the cells themselves in bystanders
}

func (c *cloud) neighbourhood(at []r3.Vec, radius []float64) *neighbourhood {
	gap := nearGap * slices.Max(c.grid.Spacing[:])
	all := &neighbourhood{lattice: c.lattice, gap: gap, edge: gap + 2*slices.Max(radius)}
	for i, p := range at {
		all.bystanders = append(all.bystanders, bystander{at: [3]float64{p.X, p.Y, p.Z}, radius: radius[i], cell: i})
	}
	for axis := range 3 {
		size := c.grid.Size()[axis]
		for _, b := range all.bystanders {
			for _, place := range c.images[axis].of(b.at[axis], size, all.edge) {
				b.at[axis] = place
				all.bystanders = append(all.bystanders, b)
			}
		}
		all.low[axis] = -all.edge
		all.bins[axis] = int((size+2*all.edge)/all.edge) + 1
	}
	all.sort(len(at))
	for i := range all.bystanders {
		b := &all.bystanders[i]
		for axis, edge := range c.grid.Spacing {
			b.lines[axis] = newLine(b.at[axis], b.radius, edge)
		}
	}
	return all
}

// of returns the images of a place along an axis of a size that lie up to reach outside
// the box, µm.
func (i imaging) of(x, size, reach float64) []float64 {
	var places []float64
	add := func(place float64) {
		if place >= -reach && place <= size+reach {
			places = append(places, place)
		}
	}
	if i.periodic {
		for k := 1.0; k*size <= size+reach; k++ {
			add(x - k*size)
			add(x + k*size)
		}
		return places
	}
	// Reflections in turn, at the lower face first and at the upper first.
	for side := range 2 {
		for y, at := x, side; i.mirror[at]; at = 1 - at {
			y = -y
			if at == 1 {
				y += 2 * size
			}
			if y < -reach || y > size+reach {
				break
			}
			add(y)
		}
	}
	return places
}

func (all *neighbourhood) bin(at [3]float64) (bin [3]int) {
	for axis, x := range at {
		bin[axis] = min(max(int((x-all.low[axis])/all.edge), 0), all.bins[axis]-1)
	}
	return bin
}

func (all *neighbourhood) number(x, y, z int) int { return x + all.bins[0]*(y+all.bins[1]*z) }

// sort puts the bystanders, of which the first are the cells themselves, in the order of
// their bins.
func (all *neighbourhood) sort(cells int) {
	all.first, all.place = make([]int, all.bins[0]*all.bins[1]*all.bins[2]+1), make([]int, cells)
	bins := make([]int, len(all.bystanders))
	for i, b := range all.bystanders {
		at := all.bin(b.at)
		bins[i] = all.number(at[0], at[1], at[2])
		all.first[bins[i]+1]++
	}
	for bin := range len(all.first) - 1 {
		all.first[bin+1] += all.first[bin]
	}
	next, sorted := slices.Clone(all.first), make([]bystander, len(all.bystanders))
	for i, bin := range bins {
		sorted[next[bin]] = all.bystanders[i]
		if i < cells {
			all.place[i] = next[bin]
		}
		next[bin]++
	}
	all.bystanders = sorted
}

// compare adds what the grid gets wrong at cells from … to themselves to own and returns
// their encounters with cells of higher number.
func (all *neighbourhood) compare(from, to int, own []float64) []encounter {
	var found []encounter
	var with correlation
	for i := from; i < to; i++ {
		cell := &all.bystanders[all.place[i]]
		all.eachNear(cell, func(other *bystander, distance float64) {
			if other.cell < i {
				return
			}
			excess := betweenSpheres(distance, cell.radius, other.radius) - with.of(all.lattice, cell.lines, other.lines)
			if other.cell == i {
				own[i] += excess
			} else {
				found = append(found, encounter{int32(i), int32(other.cell), excess})
			}
		})
	}
	return found
}

// eachNear visits who is near enough a cell to be compared with it, itself included.
func (all *neighbourhood) eachNear(cell *bystander, visit func(other *bystander, distance float64)) {
	at := all.bin(cell.at)
	for z := max(at[2]-1, 0); z <= min(at[2]+1, all.bins[2]-1); z++ {
		for y := max(at[1]-1, 0); y <= min(at[1]+1, all.bins[1]-1); y++ {
			from, to := all.number(max(at[0]-1, 0), y, z), all.number(min(at[0]+1, all.bins[0]-1), y, z)
			for j := all.first[from]; j < all.first[to+1]; j++ {
				other := &all.bystanders[j]
				x, y, z := other.at[0]-cell.at[0], other.at[1]-cell.at[1], other.at[2]-cell.at[2]
				if within := all.gap + cell.radius + other.radius; x*x+y*y+z*z < within*within {
					visit(other, math.Sqrt(x*x+y*y+z*z))
				}
			}
		}
	}
}

// correlation is space for S_ij of two footprints: their shares factor into axes, so
// that the sum over pairs of voxels is one over differences.
type correlation [3]line

// of returns S_ij = Σ_v Σ_u w_v w_u G(v − u), 1/µm.
func (c *correlation) of(lattice *green, v, u [3]line) float64 {
	for axis := range c {
		c[axis].correlate(v[axis], u[axis])
	}
	sum := 0.0
	for k, wz := range c[2].share {
		for j, wy := range c[1].share {
			sum += wz * wy * lattice.along(c[0], c[1].low+j, c[2].low+k)
		}
	}
	return sum
}

// correlate sums the products of shares whose voxels differ by the same number.
func (l *line) correlate(v, u line) {
	last := len(u.share) - 1
	l.low = v.low - u.low - last
	l.share = slices.Grow(l.share[:0], len(v.share)+last)[:len(v.share)+last]
	clear(l.share)
	for i, a := range v.share {
		for j, b := range u.share {
			l.share[i+last-j] += a * b
		}
	}
}
