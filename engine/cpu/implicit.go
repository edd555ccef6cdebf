package cpu

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/multigrid"
)

const (
	// stageCycles is the most cycles of multigrid that improve a stage, before it is
	// linearised anew.
	stageCycles = 12
	// stageRounds is how often the stage of saturable cells is linearised.
	stageRounds = 4
	// balanceRounds is how often the balance of saturable cells is: it is Newton's method on
	// one number that is small.
	balanceRounds = 3
	// filterCycles smooth the error estimate.
	filterCycles = 1
	// settleTolerance is the residual of a steady state, see multigrid.Solver.Solve.
	settleTolerance = 1e-7
	// settleCycles and settleRounds are the most a linearisation may take, and a steady
	// state: Newton's method, from below, doubles a density that saturates every uptake.
	settleCycles, settleRounds = 30, 60
)

// implicit is the memory of implicit steps and steady states, made by the first.
type implicit struct {
	solver *multigrid.Solver
	shift  float64   // of the sinks now, 1/s
	stale  bool      // whether these must be set
	sink   []float64 // R α (shift + all linear sinks) per voxel
	source []float64
	stage  []float64 // Y₁, then the filtered defect
	cycles int       // since the step began
}

// system is one stage of a step, or with shift 0 the steady state, for free voxels:
//
//	shift (Y − c − carry (Y₁ − c)) = F(Y, t)
//
// What is held has its density at the time, elapsed after that of c. With tangents on,
// cells take from a voxel below their Edge as if their law went on in a straight line:
// it is concave then, and Newton's method comes from below without turning.
type system struct {
	t, elapsed, shift, carry float64
	tangents                 bool
}

// linearise returns where a cell is linearised.
func (s system) linearise(law engine.SurfaceLaw, voxel float64) float64 {
	if s.tangents {
		return max(voxel, law.Edge())
	}
	return voxel
}

// openImplicit makes the memory, for implicit steps or for steady states.
func (st *stepper) openImplicit(steady bool) error {
	if st.implicit != nil {
		return nil
	}
	op := multigrid.Operator{Shape: st.grid.Shape, Periodic: st.stencil.periodic, Weights: st.stencil.weight, Shifted: !steady}
	if st.stencil.mosaic != nil {
		op.Weights = [3]float64{}
		for axis, n := range op.Shape {
			if n > 1 {
				op.Faces[axis] = st.stencil.mosaic.face[axis]
			}
		}
	}
	solver, err := multigrid.New(op)
	if err != nil {
		return fmt.Errorf("cpu: %w", err)
	}
	n := len(st.density)
	st.implicit = &implicit{solver: solver, stale: true,
		sink: make([]float64, n), source: make([]float64, n), stage: make([]float64, n)}
	return nil
}

// tryImplicit makes a candidate by one step of SDIRK2.
func (st *stepper) tryImplicit(t, dt, tolerance float64) (engine.Trial, error) {
	if err := st.openImplicit(false); err != nil {
		return engine.Trial{}, err
	}
	const gamma = engine.SDIRK2Gamma
	im, c, last := st.implicit, st.density, st.far
	im.cycles = 0
	first := system{t: t + gamma*dt, elapsed: gamma * dt, shift: 1 / (gamma * dt)}
	copy(im.stage, c)
	if err := st.solveStage(first, im.stage, tolerance); err != nil {
		return engine.Trial{}, err
	}
	st.weigh(im.stage, 1-gamma, true)
	second := system{t: t + dt, elapsed: dt, shift: first.shift, carry: (1 - gamma) / gamma}
	eachVoxel(last, func(i int) { last[i] = c[i] + (im.stage[i]-c[i])/gamma })
	if err := st.solveStage(second, last, tolerance); err != nil {
		return engine.Trial{}, err
	}
	st.weigh(last, gamma, false)
	st.evaluate(t+dt, last, st.near)
	if err := st.filterDefect(dt, first.shift); err != nil {
		return engine.Trial{}, err
	}
	trial := st.takeStock(last, im.stage)
	trial.Decayed, trial.Cycles = dt*st.lost(), im.cycles
	return trial, nil
}

// settle makes a candidate of the steady state at t + dt.
func (st *stepper) settle(t, dt float64) (engine.Trial, error) {
	if err := st.openImplicit(true); err != nil {
		return engine.Trial{}, err
	}
	im := st.implicit
	im.cycles = 0
	copy(st.far, st.density)
	steady := system{t: t + dt, elapsed: dt}
	for _, steady.tangents = range [2]bool{true, false} {
		if err := st.findSteady(steady, st.far); err != nil {
			return engine.Trial{}, err
		}
	}
	st.balance(steady, st.far)
	st.weigh(st.far, 1, true)
	st.evaluate(t+dt, st.far, st.near)
	trial := st.takeStock(st.far, nil)
	trial.Decayed, trial.Cycles = dt*st.lost(), im.cycles
	return trial, nil
}

// findSteady improves a guess of a steady state by Newton's method.
func (st *stepper) findSteady(s system, y []float64) error {
	im := st.implicit
	for range settleRounds {
		before := im.cycles
		copy(im.stage, y)
		residual, err := st.improve(s, y, settleTolerance, settleCycles)
		if err != nil {
			return err
		}
		if residual <= settleTolerance && (im.cycles == before || !st.moves(im.stage, y)) {
			return nil
		}
	}
	return fmt.Errorf("cpu: none found in %d cycles: more may be released than can ever be lost", im.cycles)
}

// moves reports whether a round of settle has changed a density by more than the tolerance
// of the largest, then or at the start: where that is all there is to come, the sources it
// is measured against are none.
func (st *stepper) moves(before, now []float64) bool {
	largest, change := 0.0, 0.0
	for i, y := range now {
		largest = max(largest, y, st.density[i])
		change = max(change, math.Abs(y-before[i]))
	}
	return change > settleTolerance*largest
}

// solveStage improves a guess of a stage, and makes its sums exact.
func (st *stepper) solveStage(s system, y []float64, tolerance float64) error {
	rounds := 1
	if st.saturates() {
		rounds = stageRounds
	}
	for round := range rounds {
		before := st.implicit.cycles
		if _, err := st.improve(s, y, tolerance, stageCycles); err != nil {
			return err
		}
		if st.implicit.cycles == before {
			if round > 0 {
				break
			}
			// What hardly changes must all the same, or it would never get there.
			if _, err := st.improve(s, y, 0, 1); err != nil {
				return err
			}
		}
	}
	st.balance(s, y)
	return nil
}

func (st *stepper) saturates() bool { return len(st.cells.Saturable) > 0 }

// improve takes some cycles towards the solution of a system, linearised at y: times R α,
// it is symmetric.
func (st *stepper) improve(s system, y []float64, tolerance float64, most int) (residual float64, err error) {
	im := st.implicit
	st.holdDensities(s, y)
	if err := st.setSink(s, y); err != nil {
		return 0, err
	}
	st.setSource(s, y)
	cycles, residual, err := im.solver.Solve(y, im.source, tolerance, most)
	if err != nil {
		return residual, fmt.Errorf("cpu: %w", err)
	}
	im.cycles += cycles
	st.holdDensities(s, y) // what is held is nobody's neighbour, but rounding may touch it
	return residual, nil
}

// weight returns R α of a voxel, 1 in uniform tissue.
func (st *stepper) weight(voxel int) float64 {
	if st.stencil.mosaic == nil {
		return 1
	}
	return st.stencil.mosaic.capacity[voxel]
}

func (st *stepper) free(voxel int) bool {
	return st.substrate.Mosaic == nil || st.substrate.Mosaic.Free(voxel)
}

// lossAt returns R α times the rate of decay of a voxel, 1/s.
func (st *stepper) lossAt(voxel int) float64 {
	if st.stencil.mosaic == nil {
		return st.stencil.decay
	}
	return st.stencil.mosaic.loss[voxel]
}

// holdDensities gives held voxels the density they have at the time of a system.
func (st *stepper) holdDensities(s system, y []float64) {
	if st.substrate.Mosaic == nil {
		return
	}
	eachVoxel(y, func(i int) {
		if !st.free(i) {
			y[i] = st.density[i]
		}
	})
	for _, site := range st.walls.Sites {
		if !st.free(site.Voxel) {
			y[site.Voxel] += site.Source * s.elapsed
		}
	}
}

// setSink makes the diagonal: R α (shift + λ/R + sinks), with the slopes of saturable cells at y.
func (st *stepper) setSink(s system, y []float64) error {
	im := st.implicit
	if !im.stale && im.shift == s.shift && !st.saturates() {
		return nil
	}
	eachVoxel(im.sink, func(i int) { im.sink[i] = st.weight(i)*s.shift + st.lossAt(i) })
	for _, x := range [2]*exchange{st.cells, st.walls} {
		x.eachSite(func(_ int, site engine.Site) {
			im.sink[site.Voxel] += st.weight(site.Voxel) * site.Sink
		})
		x.eachSaturable(func(_ int, cell engine.SaturableCell) {
			slope := cell.Law.SlopeAt(s.linearise(cell.Law, y[cell.Voxel]))
			im.sink[cell.Voxel] += st.weight(cell.Voxel) * slope / cell.Capacity
		})
	}
	im.shift, im.stale = s.shift, false
	if err := im.solver.SetSink(im.sink); err != nil {
		return fmt.Errorf("cpu: %w", err)
	}
	return nil
}

// setSource makes the right-hand side: R α times what does not depend on Y. For what is
// held it makes the density the solution.
func (st *stepper) setSource(s system, y []float64) {
	im, c := st.implicit, st.density
	eachVoxel(im.source, func(i int) {
		base := y[i]
		if st.free(i) {
			base = c[i]
			if s.carry != 0 {
				base += s.carry * (im.stage[i] - c[i])
			}
		}
		im.source[i] = st.weight(i) * s.shift * base
	})
	for _, x := range [2]*exchange{st.cells, st.walls} {
		since := s.t - x.Since
		x.eachSite(func(_ int, site engine.Site) {
			if st.free(site.Voxel) {
				im.source[site.Voxel] += st.weight(site.Voxel) * (site.Source + site.Drift*since)
			}
		})
		x.eachSaturable(func(_ int, cell engine.SaturableCell) {
			v := cell.Voxel
			at := s.linearise(cell.Law, y[v])
			flux, slope := cell.Law.Flux(cell.Law.Surface(at)), cell.Law.SlopeAt(at)
			im.source[v] += st.weight(v) * (slope*at - flux) / cell.Capacity
		})
	}
}

// balance adds to the voxels that others reach the constant that makes the sum of
//
//	R α (F(Y, t) − shift (Y − c − carry (Y₁ − c)))
//
// over free voxels 0: the ledger closes however inexactly Y is solved for.
func (st *stepper) balance(s system, y []float64) {
	rounds := 1
	if st.saturates() {
		rounds = balanceRounds
	}
	for range rounds {
		excess, slope := st.excess(s, y)
		if slope == 0 {
			return
		}
		lift := excess / slope
		eachVoxel(y, func(i int) {
			if st.open(i) {
				y[i] += lift
			}
		})
	}
}

// excess returns that sum, and how fast it falls with the constant.
func (st *stepper) excess(s system, y []float64) (excess, slope float64) {
	im, c, nx := st.implicit, st.density, st.grid.Shape[0]
	sums := make([][2]float64, len(st.stencil.rows))
	inParallel(len(sums), func(from, to int) {
		for k := from; k < to; k++ {
			at := st.stencil.rows[k].at
			for i := at; i < at+nx; i++ {
				if !st.free(i) {
					continue
				}
				weight, loss := st.weight(i)*s.shift, st.lossAt(i)
				sums[k][0] -= weight*((y[i]-c[i])-s.carry*(im.stage[i]-c[i])) + loss*y[i]
				if st.open(i) {
					sums[k][1] += weight + loss
				}
			}
		}
	})
	for _, sum := range sums {
		excess += sum[0]
		slope += sum[1]
	}
	for _, x := range [2]*exchange{st.cells, st.walls} {
		since := s.t - x.Since
		for _, site := range x.Sites {
			if v := site.Voxel; st.free(v) {
				excess += st.weight(v) * (site.Source + site.Drift*since - site.Sink*y[v])
				slope += st.weight(v) * site.Sink
			}
		}
		for _, cell := range x.Saturable {
			v := cell.Voxel
			share := st.weight(v) / cell.Capacity
			excess -= share * cell.Law.Flux(cell.Law.Surface(y[v]))
			slope += share * cell.Law.SlopeAt(y[v])
		}
	}
	return excess, slope
}

// weigh adds a stage's weight to what the step books: to Σ w_j (Y_j − c).
func (st *stepper) weigh(y []float64, weight float64, first bool) {
	nx := st.grid.Shape[0]
	inParallel(len(st.stencil.rows), func(from, to int) {
		line := make([]float64, nx)
		for i := from; i < to; i++ {
			r := st.stencil.rows[i]
			for x, c := range st.density[r.at:][:nx] {
				line[x] = y[r.at+x] - c
			}
			if first {
				st.rowLoss[i] = 0
			}
			st.rowLoss[i] += weight * st.stencil.loss(r, line)
			st.cells.weigh(i, st.density, y, weight, first)
			st.walls.weigh(i, st.density, y, weight, first)
		}
	})
}

// takeStock sums over a density and the squares of a defect, none where that is nil.
func (st *stepper) takeStock(density, defect []float64) engine.Trial {
	st.eachRow(func(i int) {
		t := st.stock(i, st.row(i, density))
		if defect != nil {
			for _, d := range st.row(i, defect) {
				t.Defect2 += d * d
			}
		}
		st.rowTrial[i] = t
	})
	return st.total()
}

// filterDefect makes the stage (1 − γ dt ∂F/∂c)⁻¹ (c₁ − c₀ − dt/2 (F(c₀) + F(c₁))).
func (st *stepper) filterDefect(dt, shift float64) error {
	im, c := st.implicit, st.density
	eachVoxel(im.source, func(i int) {
		defect := (st.far[i] - c[i]) - dt/2*(st.rate[i]+st.near[i])
		im.source[i] = st.weight(i) * shift * defect
	})
	clear(im.stage)
	cycles, _, err := im.solver.Solve(im.stage, im.source, 0, filterCycles)
	if err != nil {
		return fmt.Errorf("cpu: %w", err)
	}
	im.cycles += cycles
	return nil
}

// open reports whether something reaches a voxel from others.
func (st *stepper) open(voxel int) bool {
	p := st.substrate.Mosaic
	return p == nil || p.Free(voxel) && p.Mobility[p.Labels[voxel]] > 0
}

// eachVoxel shares the voxels of a field out to the processors.
func eachVoxel(values []float64, visit func(i int)) {
	inParallel(len(values), func(from, to int) {
		for i := from; i < to; i++ {
			visit(i)
		}
	})
}
