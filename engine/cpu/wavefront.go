package cpu

import "github.com/cytofield/cytofield/engine"

const (
	// slabVoxels is how many voxels a slab has at least: 128 KiB of each field.
	slabVoxels = 1 << 14
	// fewestSlabs is where waves begin to pay: fields of fewer stay in the cache anyway.
	fewestSlabs = 16
	// eulerPasses is how many steps of forward Euler go in one wave: the cache holds
	// two fields over twice as many slabs.
	eulerPasses = 8
)

// waves order the passes of a step, its stages, so that all of them meet a voxel while
// the cache still holds it. The rows are cut into slabs thick enough that the neighbours
// of a row lie in its own slab or the ones beside; at the front f pass j works on slab
// f − 2j:
//
//	slab       0  1  2  3  4
//	front 4    j=2   j=1   j=0
//
// Then pass j − 1 is done with the slab and both beside it, which is what pass j reads,
// and no longer reads what pass j overwrites. The passes of a front do not meet, and a
// row comes out the same, bit for bit, as when every pass goes through all rows at once.
type waves struct {
	rows, thickness int
}

// newWaves cuts rows into slabs of a number of voxels; ok is false where there are less
// than a number of slabs, as with a periodic last axis: the first row is then next to the
// last.
func newWaves(st *stencil, voxels, fewest int) (w waves, ok bool) {
	nx, reach := st.shape[0], 1
	for _, r := range st.rows {
		for _, next := range [4]int{r.south, r.north, r.below, r.top} {
			reach = max(reach, (next-r.at)/nx, (r.at-next)/nx)
		}
	}
	w = waves{len(st.rows), max(reach, (voxels+nx-1)/nx)}
	return w, w.slabs() >= fewest
}

func (w waves) slabs() int { return (w.rows + w.thickness - 1) / w.thickness }

// run visits every row in every pass.
func (w waves) run(passes int, visit func(pass, row int)) {
	for front := range w.slabs() + 2*(passes-1) {
		inParallel(w.thickness, func(from, to int) {
			for pass := range passes {
				slab := front - 2*pass
				if slab < 0 || slab >= w.slabs() {
					continue
				}
				first := slab * w.thickness
				for i := first + from; i < min(first+to, w.rows); i++ {
					visit(pass, i)
				}
			}
		})
	}
}

// tryInWaves is group.Try for a substrate alone.
func (st *stepper) tryInWaves(t, dt float64, scheme *engine.RKC2) engine.Trial {
	stages := make([]*pass, len(scheme.Stages))
	for j := range stages {
		stages[j] = st.pass(dt, scheme, j)
	}
	buffers := [2][]float64{st.near, st.far} // d_2 and d_4, d_3 and d_5, …
	st.near, st.far = buffers[len(stages)%2], buffers[(len(stages)+1)%2]
	last := st.stencil.scaled(0, 1)
	st.waves.run(len(stages)+1, func(j, i int) {
		switch {
		case j == 0:
			st.advanceRow(i, stages[0], st.rate, buffers[0])
		case j < len(stages):
			st.advanceRow(i, stages[j], buffers[(j+1)%2], buffers[j%2])
		default:
			st.evaluateRow(i, last, t+dt, st.far, st.near)
			st.compareRow(i, dt)
		}
	})
	return st.total()
}

// eulerInWaves takes n steps of forward Euler of a substrate alone.
func (st *stepper) eulerInWaves(t, dt float64, n int) {
	op := st.stencil.scaled(1, dt)
	for done := 0; done < n; done += eulerPasses {
		passes := min(eulerPasses, n-done)
		buffers := [2][]float64{st.density, st.far}
		st.waves.run(passes, func(pass, i int) {
			st.eulerRow(i, op, t+float64(done+pass)*dt, dt, buffers[pass%2], buffers[(pass+1)%2])
		})
		st.density, st.far = buffers[passes%2], buffers[(passes+1)%2]
	}
}
