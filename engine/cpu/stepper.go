package cpu

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// stepper advances one substrate. A step works in increments d_j = Y_j − c; the
// last increment becomes the candidate c + d_s, so that a rejected step costs
// nothing to undo.
type stepper struct {
	grid      tissue.Grid
	substrate engine.Substrate
	stencil   *stencil

	density []float64 // c
	rate    []float64 // F(c), density/s
	near    []float64 // d_{j−1}; after a step F(candidate)
	far     []float64 // d_{j−2}, then d_j; after a step the candidate
	rowLoss []float64 // per row: Σ_j w_j of what d_j makes decay, 1/s

	rowTrial []engine.Trial

	waves        waves
	inWaves      bool // whether a step goes in waves where the substrate is alone
	cells, walls *exchange
	lod          *lod
	implicit     *implicit // nil before the first implicit step
}

func newStepper(s engine.Substrate) *stepper {
	n := s.Grid.Voxels()
	st := &stepper{
		grid: s.Grid, substrate: s, stencil: newStencil(s),
		density: make([]float64, n), rate: make([]float64, n),
		near: make([]float64, n), far: make([]float64, n),
	}
	st.rowLoss = make([]float64, len(st.stencil.rows))
	st.rowTrial = make([]engine.Trial, len(st.stencil.rows))
	st.waves, st.inWaves = newWaves(st.stencil, slabVoxels, fewestSlabs)
	st.exchange(s.Cells, s.Walls)
	return st
}

// eachRow shares the rows out to the processors.
func (st *stepper) eachRow(visit func(i int)) {
	inParallel(len(st.stencil.rows), func(from, to int) {
		for i := from; i < to; i++ {
			visit(i)
		}
	})
}

// row returns row i of a field.
func (st *stepper) row(i int, field []float64) []float64 {
	nx := st.grid.Shape[0]
	return field[st.stencil.rows[i].at:][:nx]
}

// evaluate writes F(c) at time t.
func (st *stepper) evaluate(t float64, c, rate []float64) {
	op := st.stencil.scaled(0, 1)
	st.eachRow(func(i int) { st.evaluateRow(i, op, t, c, rate) })
}

// evaluateRow writes F(c) of a row. Mirrored by apply_stencil.glsl.
func (st *stepper) evaluateRow(i int, op *operator, t float64, c, rate []float64) {
	op.apply(st.stencil.rows[i], c, st.row(i, rate))
	st.cells.addRate(i, t, c, rate, 1)
	st.walls.addRate(i, t, c, rate, 1)
}

// pass is what the rows of a stage have in common. Nothing keeps d_1: it is a share of
// F(c), and so the first pass applies its stage to the rate itself.
type pass struct {
	engine.Stage
	op          *operator
	dt          float64 // s
	unit        float64 // d_{j−1} is so many times what the pass reads: 1, or s
	kept        float64 // of d_{j−2}
	share       float64 // of F(c), s
	first, last bool
}

func (st *stepper) pass(dt float64, scheme *engine.RKC2, j int) *pass {
	s := scheme.Stages[j]
	p := &pass{Stage: s, dt: dt, unit: 1, kept: s.Nu, share: dt * s.RateShare, first: j == 0, last: j == len(scheme.Stages)-1}
	switch first := dt * scheme.First; j {
	case 0:
		p.unit, p.kept = first, 0
		p.op = st.stencil.scaled(s.Mu*first+p.share, dt*s.MuTilde*first)
		return p
	case 1:
		p.kept, p.share = 0, p.share+s.Nu*first
	}
	p.op = st.stencil.scaled(s.Mu, dt*s.MuTilde)
	return p
}

// before is the field that a pass reads d_{j−1} from.
func (p *pass) before(st *stepper) []float64 {
	if p.first {
		return st.rate
	}
	return st.near
}

// stage overwrites d_{j−2} by d_j, or by c + d_s at the last stage, and then lets others
// add to each row.
func (st *stepper) stage(p *pass, add func(row int)) {
	st.eachRow(func(i int) {
		st.advanceRow(i, p, p.before(st), st.far)
		add(i)
	})
}

// advanceRow does of a row
//
//	d_j = μ d_{j−1} + ν d_{j−2} + μ̃ dt (F(c + d_{j−1}) − F(c)) + (μ̃ + γ̃) dt F(c)
//
// with d_{j−1} near and d_{j−2} far, which becomes d_j, or c + d_s at the last stage.
// Mirrored by advance_stage.glsl and the stage variants of the exchange kernels.
func (st *stepper) advanceRow(i int, p *pass, near, far []float64) {
	r, out, rate := st.stencil.rows[i], st.row(i, far), st.row(i, st.rate)
	if p.first {
		p.op.apply(r, near, out)
		st.rowLoss[i] = p.Weight * p.unit * st.stencil.loss(r, rate)
	} else {
		st.rowLoss[i] += p.Weight * p.op.advance(r, near, out, p.kept, rate, p.share)
	}
	if p.last {
		add(st.row(i, st.density), out)
	}
	st.cells.addStage(i, p, st.density, near, far)
	st.walls.addStage(i, p, st.density, near, far)
}

// compare sums over the candidate and the defect of the step.
func (st *stepper) compare(dt float64) engine.Trial {
	st.eachRow(func(i int) { st.compareRow(i, dt) })
	return st.total()
}

// compareRow takes stock of a row of the candidate in far, and of the defect
//
//	c₁ − c₀ − dt/2 (F(c₀) + F(c₁))
//
// with F(c₁) in near. Mirrored by reduce_step.glsl.
func (st *stepper) compareRow(i int, dt float64) {
	candidate := st.row(i, st.far)
	t := st.stock(i, candidate)
	t.Defect2 = defect2(dt/2, st.row(i, st.density), candidate, st.row(i, st.rate), st.row(i, st.near))
	st.rowTrial[i] = t
}

// Measure sums over the density.
func (st *stepper) Measure() (engine.Trial, error) { return st.measure(), nil }

func (st *stepper) measure() engine.Trial {
	st.eachRow(func(i int) { st.rowTrial[i] = st.stock(i, st.row(i, st.density)) })
	return st.total()
}

// stock sums over a row of densities.
func (st *stepper) stock(i int, density []float64) (t engine.Trial) {
	var sum float64
	sum, t.Norm2, t.Min, t.Max = stock(density) // NaN shows in the sum
	t.Sum, t.Loss = sum, st.stencil.decay*sum
	if r := st.stencil.rows[i]; st.stencil.mosaic != nil {
		t.Sum, t.Loss = st.stencil.amount(r, density), st.stencil.loss(r, density)
	}
	return t
}

// total sums up the rows.
func (st *stepper) total() engine.Trial {
	total := empty()
	for _, t := range st.rowTrial {
		total.Sum += t.Sum
		total.Loss += t.Loss
		total.Norm2 += t.Norm2
		total.Defect2 += t.Defect2
		total.Min = min(total.Min, t.Min)
		total.Max = max(total.Max, t.Max)
	}
	return total
}

// lost sums up what decayed over the rows, per second of the step.
func (st *stepper) lost() float64 {
	total := 0.0
	for _, loss := range st.rowLoss {
		total += loss
	}
	return total
}

func empty() engine.Trial { return engine.Trial{Min: math.Inf(1), Max: math.Inf(-1)} }

// accept swaps the candidate in and books ∫c dt at the sites.
func (st *stepper) accept(dt float64) {
	st.eachRow(func(i int) {
		st.cells.book(i, st.density, dt)
		st.walls.book(i, st.density, dt)
	})
	st.density, st.far = st.far, st.density
	st.rate, st.near = st.near, st.rate
}

// euler makes far the density c + dt F(c), and adds up what decays on the way.
func (st *stepper) euler(t, dt float64) {
	op := st.stencil.scaled(1, dt)
	st.eachRow(func(i int) { st.eulerRow(i, op, t, dt, st.density, st.far) })
}

// eulerRow writes c + dt F(c) of a row. Mirrored by apply_stencil.glsl.
func (st *stepper) eulerRow(i int, op *operator, t, dt float64, c, next []float64) {
	r := st.stencil.rows[i]
	op.apply(r, c, st.row(i, next))
	st.rowLoss[i] += st.stencil.loss(r, st.row(i, c))
	for _, x := range [2]*exchange{st.cells, st.walls} {
		x.addRate(i, t, c, next, dt)
		x.clearShares(i)
		x.book(i, c, dt)
	}
}

// finishEuler sums up after a batch of steps of forward Euler.
func (st *stepper) finishEuler(dt float64) engine.Trial {
	trial := st.measure()
	trial.Decayed = dt * st.lost()
	copy(st.far, st.density) // the candidate a failure reads
	return trial
}

func (st *stepper) Integrals() (engine.Integrals, error) {
	cells, surface, saturated := st.cells.fetch()
	walls, _, _ := st.walls.fetch()
	return engine.Integrals{Cells: cells, Walls: walls, Surface: surface, Saturated: saturated}, nil
}

func (st *stepper) Replace(cells, walls *engine.Exchange) error {
	st.exchange(cells, walls)
	if st.implicit != nil {
		st.implicit.stale = true
	}
	return nil
}

func (st *stepper) exchange(cells, walls *engine.Exchange) {
	rows, nx := len(st.stencil.rows), st.grid.Shape[0]
	st.cells, st.walls = newExchange(cells, rows, nx), newExchange(walls, rows, nx)
}

func (st *stepper) Read(dst []float64) error { copy(dst, st.density); return nil }
func (st *stepper) ReadLayer(axis, index int, dst []float64) error {
	st.eachOfLayer(axis, index, len(dst), func(i, voxel int) { dst[i] = st.density[voxel] })
	return nil
}

func (st *stepper) ReadDefect(axis, index int, dt float64, dst []float64) error {
	st.eachOfLayer(axis, index, len(dst), func(i, voxel int) {
		dst[i] = st.density[voxel] - st.far[voxel] - dt/2*(st.rate[voxel]+st.near[voxel])
	})
	return nil
}

// eachOfLayer visits the voxels of a layer, as ReadLayer lays them out.
func (st *stepper) eachOfLayer(axis, index, voxels int, visit func(i, voxel int)) {
	right, up := tissue.Across(axis)
	var at [3]int
	at[axis] = index
	for i := range voxels {
		at[right], at[up] = i%st.grid.Shape[right], i/st.grid.Shape[right]
		visit(i, st.grid.Index(at[0], at[1], at[2]))
	}
}

func (st *stepper) ReadCandidate(dst []float64) error { copy(dst, st.far); return nil }
func (st *stepper) Write(src []float64) error         { copy(st.density, src); return nil }

// Gather interpolates between the eight voxel centres around each point. Mirrored
// by gather_density.glsl.
func (st *stepper) Gather(at []r3.Vec, density []float64, gradient []r3.Vec) error {
	inParallel(len(at), func(from, to int) {
		for i := from; i < to; i++ {
			c, slope := st.interpolate(at[i])
			if density != nil {
				density[i] = c
			}
			if gradient != nil {
				gradient[i] = slope
			}
		}
	})
	return nil
}

func (st *stepper) interpolate(p r3.Vec) (density float64, gradient r3.Vec) {
	var low, high [3]int
	var share, inverse [3]float64
	for axis, position := range [3]float64{p.X, p.Y, p.Z} {
		h := st.grid.Spacing[axis]
		place := position/h - 0.5
		cell := math.Floor(place)
		share[axis] = place - cell
		low[axis] = st.stencil.inside(axis, int(cell))
		high[axis] = st.stencil.inside(axis, int(cell)+1)
		inverse[axis] = 1 / h
	}
	for corner := range 8 {
		var at [3]int
		var weight, slope [3]float64
		for axis := range 3 {
			if corner>>axis&1 == 1 {
				at[axis], weight[axis], slope[axis] = high[axis], share[axis], inverse[axis]
			} else {
				at[axis], weight[axis], slope[axis] = low[axis], 1-share[axis], -inverse[axis]
			}
		}
		c := st.density[st.grid.Index(at[0], at[1], at[2])]
		density += c * weight[0] * weight[1] * weight[2]
		gradient.X += c * slope[0] * weight[1] * weight[2]
		gradient.Y += c * weight[0] * slope[1] * weight[2]
		gradient.Z += c * weight[0] * weight[1] * slope[2]
	}
	return density, gradient
}

// inside brings a coordinate into the grid, wrapped or clamped.
func (st *stencil) inside(axis, i int) int {
	n := st.shape[axis]
	if st.periodic[axis] {
		return ((i % n) + n) % n
	}
	return min(max(i, 0), n-1)
}
