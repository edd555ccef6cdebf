package cpu

import "github.com/cytofield/cytofield/engine"

// exchange applies what cells or walls do to one substrate, and integrates what
// they see. During a step the shares Σ_j w_j (Y_j − c) wait until it is accepted.
// It works row by row, as the stencil does.
type exchange struct {
	*engine.Exchange
	voxel               []int // of each site
	sink, source, drift []float64
	share               []float64 // per site: of the density
	integral            []float64 // per site: ∫c dt

	surfaceShare, surface     []float64 // per saturable cell: of c_s, ∫c_s dt
	saturatedShare, saturated []float64 // of V_max c_s/(K_m + c_s), and its ∫dt

	firstSite, firstCell []int // of each row, and the end
}

// newExchange prepares an exchange for a number of rows of nx voxels.
func newExchange(x *engine.Exchange, rows, nx int) *exchange {
	sites, cells := len(x.Sites), len(x.Saturable)
	e := &exchange{
		Exchange: x,
		share:    make([]float64, sites), integral: make([]float64, sites),
		surfaceShare: make([]float64, cells), surface: make([]float64, cells),
		saturatedShare: make([]float64, cells), saturated: make([]float64, cells),
		firstSite: make([]int, rows+1), firstCell: make([]int, rows+1),
	}
	for _, s := range x.Sites {
		e.voxel = append(e.voxel, s.Voxel)
		e.sink, e.source, e.drift = append(e.sink, s.Sink), append(e.source, s.Source), append(e.drift, s.Drift)
		e.firstSite[s.Voxel/nx+1]++
	}
	for _, cell := range x.Saturable {
		e.firstCell[cell.Voxel/nx+1]++
	}
	for row := range rows {
		e.firstSite[row+1] += e.firstSite[row]
		e.firstCell[row+1] += e.firstCell[row]
	}
	return e
}

// addRate adds scale × (Source − Sink c) at the sites of a row, with the Source of
// time t, and −scale × J/capacity for its saturable cells.
func (x *exchange) addRate(row int, t float64, c, rate []float64, scale float64) {
	since := t - x.Since
	for i := x.firstSite[row]; i < x.firstSite[row+1]; i++ {
		v := x.voxel[i]
		rate[v] += scale * ((x.source[i] + x.drift[i]*since) - x.sink[i]*c[v])
	}
	for i := x.firstCell[row]; i < x.firstCell[row+1]; i++ {
		cell := &x.Saturable[i]
		rate[cell.Voxel] -= scale * cell.Law.Flux(cell.Law.Surface(c[cell.Voxel])) / cell.Capacity
	}
}

// addStage adds μ̃ dt (F(c + d) − F(c)) of a row's exchange to next, and the stage's
// weight to the shares, which the first stage begins anew. d, as a number of units, is
// the increment that the stage evaluates F at.
func (x *exchange) addStage(row int, p *pass, c, d, next []float64) {
	if p.first {
		x.clearShares(row)
	}
	scale, elapsed := p.dt*p.MuTilde, p.dt*p.Time
	from, to := x.firstSite[row], x.firstSite[row+1]
	voxel := x.voxel[from:to]
	n := len(voxel)
	sink, drift, share := x.sink[from:to][:n], x.drift[from:to][:n], x.share[from:to][:n]
	for i, v := range voxel {
		increment := p.unit * d[v]
		next[v] += scale * (drift[i]*elapsed - sink[i]*increment)
		share[i] += p.Weight * increment
	}
	for i := x.firstCell[row]; i < x.firstCell[row+1]; i++ {
		cell := &x.Saturable[i]
		v := cell.Voxel
		before, now := cell.Law.Surface(c[v]), cell.Law.Surface(c[v]+p.unit*d[v])
		next[v] -= scale * (cell.Law.Flux(now) - cell.Law.Flux(before)) / cell.Capacity
		x.surfaceShare[i] += p.Weight * (now - before)
		x.saturatedShare[i] += p.Weight * (cell.Law.Saturated(now) - cell.Law.Saturated(before))
	}
}

// weigh adds the weight of a stage with the densities y to the shares of a row.
func (x *exchange) weigh(row int, c, y []float64, weight float64, first bool) {
	if first {
		x.clearShares(row)
	}
	for i := x.firstSite[row]; i < x.firstSite[row+1]; i++ {
		v := x.voxel[i]
		x.share[i] += weight * (y[v] - c[v])
	}
	for i := x.firstCell[row]; i < x.firstCell[row+1]; i++ {
		cell := &x.Saturable[i]
		before, now := cell.Law.Surface(c[cell.Voxel]), cell.Law.Surface(y[cell.Voxel])
		x.surfaceShare[i] += weight * (now - before)
		x.saturatedShare[i] += weight * (cell.Law.Saturated(now) - cell.Law.Saturated(before))
	}
}

// eachSite and eachSaturable share sites and saturable cells out to the processors;
// the cells of a voxel stay together and in order.
func (x *exchange) eachSite(visit func(i int, s engine.Site)) {
	inParallel(len(x.Sites), func(from, to int) {
		for i := from; i < to; i++ {
			visit(i, x.Sites[i])
		}
	})
}

func (x *exchange) eachSaturable(visit func(i int, cell engine.SaturableCell)) {
	inParallel(len(x.firstCell)-1, func(from, to int) {
		for i := x.firstCell[from]; i < x.firstCell[to]; i++ {
			visit(i, x.Saturable[i])
		}
	})
}

func (x *exchange) clearShares(row int) {
	clear(x.share[x.firstSite[row]:x.firstSite[row+1]])
	from, to := x.firstCell[row], x.firstCell[row+1]
	clear(x.surfaceShare[from:to])
	clear(x.saturatedShare[from:to])
}

// book adds the integrals of a row over a step, dt (value at c + share).
func (x *exchange) book(row int, c []float64, dt float64) {
	for i := x.firstSite[row]; i < x.firstSite[row+1]; i++ {
		x.integral[i] += dt * (c[x.voxel[i]] + x.share[i])
	}
	for i := x.firstCell[row]; i < x.firstCell[row+1]; i++ {
		cell := &x.Saturable[i]
		surface := cell.Law.Surface(c[cell.Voxel])
		x.surface[i] += dt * (surface + x.surfaceShare[i])
		x.saturated[i] += dt * (cell.Law.Saturated(surface) + x.saturatedShare[i])
	}
}

// fetch hands over the integrals and starts new ones.
func (x *exchange) fetch() (sites, surface, saturated []float64) {
	sites, surface, saturated = x.integral, x.surface, x.saturated
	x.integral = make([]float64, len(sites))
	x.surface, x.saturated = make([]float64, len(surface)), make([]float64, len(saturated))
	return sites, surface, saturated
}
