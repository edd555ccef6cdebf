package multigrid

// Basis is what each parent gives the voxels around its place, 0 to 1, by the side on
// which they are. Its place is voxel 2 v along halved axes, and gets 1, which is not
// kept. Sides on which no child is have none.
type Basis [Sides][]float64

// share returns what a parent gives the voxel on a side of its place.
func (b *Basis) share(side, parent int) float64 {
	switch {
	case side == self:
		return 1
	case b[side] == nil:
		return 0
	}
	return b[side][parent]
}

// varied reports whether parents give shares, by the basis.
func (g *grid) varied() bool { return g.basis != nil }

// interpolate makes the basis: between places, u is the mean of the neighbours towards
// them,
//
//	u_i = Σ_s max(T_s, 0) u_s' / Σ_s max(T_s, 0)
//
// where the sums go over the sides that lie off i along axes on which i is between
// places, and s' is s without its offset along the other ones. Voxels between two
// places come first, then those between four, and between eight. Where walls are on all
// these sides, places share alike.
func (g *grid) interpolate(coarse *grid) {
	g.basis = new(Basis)
	for side := range Sides {
		if g.among(offsetTo(side)) && side != self {
			g.basis[side] = make([]float64, coarse.voxels())
		}
	}
	for axes := 1; axes <= 3; axes++ {
		g.eachInParallel(func(number int) {
			v := g.voxel(number)
			if between := g.between(v); between[0]+between[1]+between[2] == axes {
				g.interpolateAt(v, between, coarse)
			}
		})
	}
}

// among reports whether children may lie at an offset from places.
func (g *grid) among(offset [3]int) bool {
	for axis, step := range offset {
		if step != 0 && !g.halved[axis] {
			return false
		}
	}
	return true
}

// between is 1 along axes on which a voxel lies between places, and 0 along others.
func (g *grid) between(v [3]int) (axes [3]int) {
	for axis, halved := range g.halved {
		if halved {
			axes[axis] = v[axis] % 2
		}
	}
	return axes
}

func (g *grid) interpolateAt(v, between [3]int, coarse *grid) {
	var weights, sums [Sides]float64 // by the side of the neighbour, of the place
	for i := range g.sides {
		towards := g.sides[i].offset
		for axis, b := range between {
			towards[axis] *= b
		}
		if towards != [3]int{} {
			weights[sideAt(towards)] += max(g.link(v, &g.sides[i]), 0)
		}
	}
	total := 0.0
	for towards, weight := range weights {
		if weight == 0 {
			continue
		}
		next, _ := g.beside(v, offsetTo(towards))
		places, n := g.places(next, coarse)
		for _, p := range places[:n] {
			share := weight * g.basis.share(Sides-1-p.side, p.parent)
			sums[towards+p.side-self] += share
			total += share
		}
	}
	places, n := g.places(v, coarse)
	if total == 0 {
		for _, p := range places[:n] {
			sums[p.side] = 1
		}
		total = float64(n)
	}
	for _, p := range places[:n] {
		g.basis[Sides-1-p.side][p.parent] = sums[p.side] / total
	}
}

// place is that of a parent, on a side of a voxel.
type place struct{ side, parent int }

// places returns those between which a voxel lies, or its own, and their number.
func (g *grid) places(v [3]int, coarse *grid) (all [8]place, n int) {
	between := g.between(v)
	if between == [3]int{} {
		all[0] = place{self, coarse.number(g.parent(v))}
		return all, 1
	}
	for corner := range all {
		upper := [3]int{corner & 1, corner >> 1 & 1, corner >> 2}
		if upper[0] > between[0] || upper[1] > between[1] || upper[2] > between[2] {
			continue
		}
		var offset [3]int
		for axis, b := range between {
			offset[axis] = b * (2*upper[axis] - 1)
		}
		if at, open := g.beside(v, offset); open {
			all[n] = place{sideAt(offset), coarse.number(g.parent(at))}
			n++
		}
	}
	return all, n
}
