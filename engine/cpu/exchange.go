package cpu

import "github.com/cytofield/cytofield/engine"

// exchange applies what cells or walls do to one substrate, and integrates what
// they see. During a step the shares Σ_j w_j (Y_j − c) wait until it is accepted.
type exchange struct {
	*engine.Exchange
	share    []float64 // per site: of the density
	integral []float64 // per site: ∫c dt

	voxels                    []int     // first saturable cell of each voxel, and the end
	surfaceShare, surface     []float64 // per saturable cell: of c_s, ∫c_s dt
	saturatedShare, saturated []float64 // of V_max c_s/(K_m + c_s), and its ∫dt
}

func newExchange(x *engine.Exchange) *exchange {
	sites, cells := len(x.Sites), len(x.Saturable)
	e := &exchange{
		Exchange: x,
		share:    make([]float64, sites), integral: make([]float64, sites),
		surfaceShare: make([]float64, cells), surface: make([]float64, cells),
		saturatedShare: make([]float64, cells), saturated: make([]float64, cells),
	}
	for i, cell := range x.Saturable {
		if i == 0 || x.Saturable[i-1].Voxel != cell.Voxel {
			e.voxels = append(e.voxels, i)
		}
	}
	e.voxels = append(e.voxels, cells)
	return e
}

// eachSite and eachSaturable share sites and saturable cells out to the
// processors; the cells of a voxel stay together and in order.
func (x *exchange) eachSite(visit func(i int, s engine.Site)) {
	inParallel(len(x.Sites), func(from, to int) {
		for i := from; i < to; i++ {
			visit(i, x.Sites[i])
		}
	})
}

func (x *exchange) eachSaturable(visit func(i int, cell engine.SaturableCell)) {
	inParallel(len(x.voxels)-1, func(from, to int) {
		for i := x.voxels[from]; i < x.voxels[to]; i++ {
			visit(i, x.Saturable[i])
		}
	})
}

// addRate adds scale × (Source − Sink c) at the sites, with the Source of time t, and
// −scale × J/capacity for saturable cells.
func (x *exchange) addRate(t float64, c, rate []float64, scale float64) {
	since := t - x.Since
	x.eachSite(func(_ int, s engine.Site) {
		rate[s.Voxel] += scale * ((s.Source + s.Drift*since) - s.Sink*c[s.Voxel])
	})
	x.eachSaturable(func(_ int, cell engine.SaturableCell) {
		rate[cell.Voxel] -= scale * cell.Law.Flux(cell.Law.Surface(c[cell.Voxel])) / cell.Capacity
	})
}

// addStage adds scale × (F(c + d) − F(c)) of the exchange to next, and the stage's
// weight to the shares. d is the increment the stage evaluates F at, and elapsed its
// time after the start of the step, s.
func (x *exchange) addStage(c, d, next []float64, elapsed, scale, weight float64, first bool) {
	if first {
		x.clearShares()
	}
	x.eachSite(func(i int, s engine.Site) {
		next[s.Voxel] += scale * (s.Drift*elapsed - s.Sink*d[s.Voxel])
		x.share[i] += weight * d[s.Voxel]
	})
	x.eachSaturable(func(i int, cell engine.SaturableCell) {
		v := cell.Voxel
		before, now := cell.Law.Surface(c[v]), cell.Law.Surface(c[v]+d[v])
		next[v] -= scale * (cell.Law.Flux(now) - cell.Law.Flux(before)) / cell.Capacity
		x.surfaceShare[i] += weight * (now - before)
		x.saturatedShare[i] += weight * (cell.Law.Saturated(now) - cell.Law.Saturated(before))
	})
}

func (x *exchange) clearShares() {
	clear(x.share)
	clear(x.surfaceShare)
	clear(x.saturatedShare)
}

// book adds a step's integrals, dt (value at c + share).
func (x *exchange) book(c []float64, dt float64) {
	x.eachSite(func(i int, s engine.Site) {
		x.integral[i] += dt * (c[s.Voxel] + x.share[i])
	})
	x.eachSaturable(func(i int, cell engine.SaturableCell) {
		surface := cell.Law.Surface(c[cell.Voxel])
		x.surface[i] += dt * (surface + x.surfaceShare[i])
		x.saturated[i] += dt * (cell.Law.Saturated(surface) + x.saturatedShare[i])
	})
}

// fetch hands over the integrals and starts new ones.
func (x *exchange) fetch() (sites, surface, saturated []float64) {
	sites, surface, saturated = x.integral, x.surface, x.saturated
	x.integral = make([]float64, len(sites))
	x.surface, x.saturated = make([]float64, len(surface)), make([]float64, len(saturated))
	return sites, surface, saturated
}
