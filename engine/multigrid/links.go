package multigrid

import "runtime"

// Sides is the number of places around a voxel, itself among them: side s lies at
// (s%3 − 1, s/3%3 − 1, s/9 − 1), and the one opposite is 26 − s.
const Sides = 27

const self = Sides / 2

func offsetTo(side int) [3]int { return [3]int{side%3 - 1, side/3%3 - 1, side/9 - 1} }

func sideAt(offset [3]int) int { return self + offset[0] + 3*offset[1] + 9*offset[2] }

// Links are T of each voxel with its neighbours on the first 13 sides, which have the
// lower numbers but across periodic ends; 0 at walls. Sides on which nobody has a
// neighbour have none.
type Links [self][]float64

// wide reports whether voxels are linked with all 26 neighbours.
func (g *grid) wide() bool { return g.links != nil }

// side is where a voxel may have a neighbour.
type side struct {
	offset [3]int
	t      []float64 // T of the two, kept for the first of the two where it is not upper
	upper  bool
}

// sidesOf returns those on which T may be other than 0.
func (g *grid) sidesOf() (sides []side) {
	for number := range self {
		s := side{offset: offsetTo(number)}
		if g.wide() {
			s.t = g.links[number]
		} else if axis := [self]int{self - 9: 3, self - 3: 2, self - 1: 1}[number] - 1; axis >= 0 {
			s.t = g.faces[axis]
		}
		if s.t == nil {
			continue
		}
		back := s.offset
		for axis := range back {
			back[axis] = -back[axis]
		}
		sides = append(sides, s, side{back, s.t, true})
	}
	return sides
}

// hasSide reports whether voxels may have neighbours on a side.
func (g *grid) hasSide(number int) bool {
	for axis, step := range offsetTo(number) {
		if step != 0 && g.shape[axis] == 1 {
			return false
		}
	}
	return true
}

// beside returns the voxel at an offset of at most 1 along each axis, unless a wall
// lies between.
func (g *grid) beside(v, offset [3]int) (to [3]int, open bool) {
	for axis, n := range g.shape {
		to[axis] = v[axis] + offset[axis]
		if to[axis] >= 0 && to[axis] < n {
			continue
		}
		if !g.periodic[axis] {
			return to, false
		}
		to[axis] = (to[axis] + n) % n
	}
	return to, true
}

// link returns T of a voxel and its neighbour on a side: 0 across walls.
func (g *grid) link(v [3]int, s *side) float64 {
	next, open := g.beside(v, s.offset)
	switch {
	case !open:
		return 0
	case s.upper:
		return s.t[g.number(next)]
	}
	return s.t[g.number(v)]
}

// meanLink is meanFace where there are links: what goes through all those that cross
// the faces, per face.
func (g *grid) meanLink(axis int) float64 {
	sum := 0.0
	for side, links := range g.links {
		if offsetTo(side)[axis] != 0 {
			for _, t := range links {
				sum += max(t, 0)
			}
		}
	}
	crossed := g.shape[axis]
	if !g.periodic[axis] {
		crossed--
	}
	return sum / float64(g.voxels()/g.shape[axis]*crossed)
}

// linkParents makes the links of the next coarser grid,
//
//	T_cd = −Σ_ij P_ic A_ij P_jd
//
// where P_ic is what parent c gives voxel i.
func (g *grid) linkParents(coarse *grid) {
	coarse.links = new(Links)
	for side := range self {
		if coarse.hasSide(side) {
			coarse.links[side] = make([]float64, coarse.voxels())
		}
	}
	images := g.images(coarse)
	coarse.eachInParallel(func(parent int) {
		at := coarse.voxel(parent)
		product := g.product(at, parent)
		for side, links := range coarse.links {
			if links == nil {
				continue
			}
			if other, open := coarse.beside(at, offsetTo(side)); open {
				apart := g.apart(at, other, offsetTo(side))
				for _, image := range images {
					links[parent] -= g.overlap(&product, coarse.number(other), [3]int{apart[0] + image[0], apart[1] + image[1], apart[2] + image[2]})
				}
			}
		}
	})
}

// images returns how far apart are the images of a parent that its neighbours see: one
// on either side along a periodic axis that comes down to one voxel, from two.
func (g *grid) images(coarse *grid) [][3]int {
	all := [][3]int{{}}
	for axis, periodic := range g.periodic {
		if !periodic || coarse.shape[axis] > 1 {
			continue
		}
		for _, image := range all {
			for _, step := range [2]int{-2, 2} {
				image[axis] = step
				all = append(all, image)
			}
		}
	}
	return all
}

// nearby is something of the voxels at most two from a parent's place along each axis.
type nearby [5 * 5 * 5]float64

func nearbyAt(offset [3]int) int { return offset[0] + 2 + 5*(offset[1]+2+5*(offset[2]+2)) }

// product returns A P of a parent.
func (g *grid) product(at [3]int, parent int) (sums nearby) {
	for side := range Sides {
		share := g.basis.share(side, parent)
		if share == 0 {
			continue
		}
		offset := offsetTo(side)
		child, _ := g.child(at, offset)
		own := nearbyAt(offset)
		for i := range g.sides {
			t, step := share*g.link(child, &g.sides[i]), g.sides[i].offset
			sums[own] += t
			sums[own+step[0]+5*(step[1]+5*step[2])] -= t
		}
	}
	return sums
}

// overlap sums a product over what another parent gives, whose place is so far apart.
func (g *grid) overlap(product *nearby, parent int, apart [3]int) float64 {
	sum := 0.0
	for z := max(-1, -2-apart[2]); z <= min(1, 2-apart[2]); z++ {
		for y := max(-1, -2-apart[1]); y <= min(1, 2-apart[1]); y++ {
			for x := max(-1, -2-apart[0]); x <= min(1, 2-apart[0]); x++ {
				share := g.basis.share(sideAt([3]int{x, y, z}), parent)
				sum += share * product[nearbyAt([3]int{apart[0] + x, apart[1] + y, apart[2] + z})]
			}
		}
	}
	return sum
}

// apart returns how far the place of a parent's neighbour lies from its own: two voxels
// along halved axes, but one across a seam.
func (g *grid) apart(parent, other, offset [3]int) [3]int {
	for axis, halved := range g.halved {
		seam := g.shape[axis]%2 == 1 && parent[axis]+offset[axis] != other[axis]
		if halved && !seam {
			offset[axis] *= 2
		}
	}
	return offset
}

// eachInParallel calls visit for all voxels, which must not depend on each other.
func (g *grid) eachInParallel(visit func(number int)) {
	n := g.voxels()
	share(max(1, min(runtime.GOMAXPROCS(0), n/parallelVisits)), n, func(from, to int) {
		for number := from; number < to; number++ {
			visit(number)
		}
	})
}

const parallelVisits = 256 // voxels; fewer take less time than starting goroutines
