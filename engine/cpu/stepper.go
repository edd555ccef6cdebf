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

	cells, walls *exchange
	lod          *lod
}

func newStepper(s engine.Substrate) *stepper {
	n := s.Grid.Voxels()
	st := &stepper{
		grid: s.Grid, substrate: s, stencil: newStencil(s),
		density: make([]float64, n), rate: make([]float64, n),
		near: make([]float64, n), far: make([]float64, n),
	}
	st.rowLoss = make([]float64, len(st.stencil.rows))
	st.cells, st.walls = newExchange(s.Cells), newExchange(s.Walls)
	return st
}

// evaluate writes F(c). Mirrored by apply_stencil.glsl.
func (st *stepper) evaluate(t float64, c, rate []float64) {
	op := st.stencil.scaled(0, 1)
	nx := st.grid.Shape[0]
	inParallel(len(st.stencil.rows), func(from, to int) {
		for _, r := range st.stencil.rows[from:to] {
			op.apply(r, c, rate[r.at:][:nx])
		}
	})
	st.cells.addRate(t, c, rate, 1)
	st.walls.addRate(t, c, rate, 1)
}

// firstStage writes d_1 = μ̃_1 dt F(c).
func (st *stepper) firstStage(scale float64) {
	inParallel(len(st.near), func(from, to int) {
		rate, near := st.rate[from:to], st.near[from:to]
		for i := range near {
			near[i] = scale * rate[i]
		}
	})
}

// stage overwrites d_{j−2} by d_j, or by c + d_s at the last stage:
//
//	d_j = μ d_{j−1} + ν d_{j−2} + μ̃ dt (F(c + d_{j−1}) − F(c)) + (μ̃ + γ̃) dt F(c)
//
// Mirrored by advance_stage.glsl and the stage variants of the exchange kernels.
func (st *stepper) stage(dt float64, s engine.Stage, first, last bool) {
	op := st.stencil.scaled(s.Mu, dt*s.MuTilde)
	nu, share := s.Nu, dt*s.RateShare
	nx := st.grid.Shape[0]
	inParallel(len(st.stencil.rows), func(from, to int) {
		line := make([]float64, nx)
		for i := from; i < to; i++ {
			r := st.stencil.rows[i]
			op.apply(r, st.near, line)
			near, far, rate := st.near[r.at:][:nx], st.far[r.at:][:nx], st.rate[r.at:][:nx]
			if first {
				clear(far) // d_0 = 0
				st.rowLoss[i] = 0
			}
			for x, change := range line {
				far[x] = change + nu*far[x] + share*rate[x]
			}
			if last {
				for x, c := range st.density[r.at:][:nx] {
					far[x] += c
				}
			}
			st.rowLoss[i] += s.Weight * st.stencil.loss(r, near)
		}
	})
	st.cells.addStage(st.density, st.near, st.far, dt*s.Time, dt*s.MuTilde, s.Weight, first)
	st.walls.addStage(st.density, st.near, st.far, dt*s.Time, dt*s.MuTilde, s.Weight, first)
}

// compare sums over the candidate and the defect of the step. Mirrored by
// reduce_step.glsl.
func (st *stepper) compare(dt float64) engine.Trial {
	half := dt / 2
	nx := st.grid.Shape[0]
	return st.reduce(st.far, func(r row, line []float64) {
		before, candidate := st.density[r.at:][:nx], st.far[r.at:][:nx]
		rate, next := st.rate[r.at:][:nx], st.near[r.at:][:nx]
		for x := range line {
			line[x] = candidate[x] - before[x] - half*(rate[x]+next[x])
		}
	})
}

// Measure sums over the density.
func (st *stepper) Measure() (engine.Trial, error) { return st.measure(), nil }

func (st *stepper) measure() engine.Trial {
	return st.reduce(st.density, func(row, []float64) {})
}

// reduce sums a density and the defect that a function writes for a row, which
// it finds zeroed.
func (st *stepper) reduce(density []float64, defect func(r row, line []float64)) engine.Trial {
	nx := st.grid.Shape[0]
	rows := make([]engine.Trial, len(st.stencil.rows))
	inParallel(len(rows), func(from, to int) {
		line := make([]float64, nx)
		for k := from; k < to; k++ {
			r := st.stencil.rows[k]
			defect(r, line)
			t := empty()
			c := density[r.at:][:nx]
			t.Sum, t.Loss = st.stencil.amount(r, c), st.stencil.loss(r, c)
			for x, c := range c {
				t.Norm2 += c * c
				t.Defect2 += line[x] * line[x]
				if c < t.Min { // NaN shows in the sum
					t.Min = c
				}
				if c > t.Max {
					t.Max = c
				}
			}
			rows[k] = t
		}
	})
	total := empty()
	for _, t := range rows {
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
	st.cells.book(st.density, dt)
	st.walls.book(st.density, dt)
	st.density, st.far = st.far, st.density
	st.rate, st.near = st.near, st.rate
}

// euler makes far the density c + dt F(c), and adds up what decays on the way.
// Mirrored by apply_stencil.glsl.
func (st *stepper) euler(t, dt float64) {
	op := st.stencil.scaled(1, dt)
	nx := st.grid.Shape[0]
	inParallel(len(st.stencil.rows), func(from, to int) {
		for i := from; i < to; i++ {
			r := st.stencil.rows[i]
			op.apply(r, st.density, st.far[r.at:][:nx])
			st.rowLoss[i] += st.stencil.loss(r, st.density[r.at:][:nx])
		}
	})
	for _, x := range [2]*exchange{st.cells, st.walls} {
		x.addRate(t, st.density, st.far, dt)
		x.clearShares()
		x.book(st.density, dt)
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
	st.cells, st.walls = newExchange(cells), newExchange(walls)
	return nil
}

func (st *stepper) Read(dst []float64) error          { copy(dst, st.density); return nil }
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
