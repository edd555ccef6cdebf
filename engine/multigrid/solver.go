package multigrid

import (
	"errors"
	"fmt"
	"math"
)

// Solver solves A u = s for one operator, again and again: its memory, 6 values per
// voxel of the finest grid and at most 9 per voxel of the coarser ones, 45 where faces
// differ (which are a seventh as many in 3D), is made once. It is not safe for concurrent use.
type Solver struct {
	finest *level
	p      []float64 // direction of search
	parts  parts
	sweeps int // of the finest level at least

	u, source   []float64 // of the running Solve
	alpha, beta float64
	sums        [2][]float64 // of each row
}

// New returns a solver of the operator.
func New(op Operator) (*Solver, error) {
	if err := op.validate(); err != nil {
		return nil, err
	}
	s := &Solver{finest: newLevels(op), p: make([]float64, op.voxels()), sweeps: 1}
	if op.Varied() {
		s.sweeps = variedSweeps
	}
	s.parts = newParts(s.finest)
	for i := range s.sums {
		s.sums[i] = make([]float64, s.rows())
	}
	if err := s.SetSink(op.Sink); err != nil {
		return nil, err
	}
	return s, nil
}

// SetSink changes k of each voxel; nil is none. It costs about half a cycle.
func (s *Solver) SetSink(sink []float64) error {
	if sink != nil {
		if err := allNotNegative("sink", sink, len(s.p)); err != nil {
			return err
		}
	}
	s.finest.setSink(sink, s.sweeps)
	s.finest.sink = nil
	s.parts.setSink(sink)
	return nil
}

// Solve improves u until the residual
//
//	‖(s − A u)/diag A‖₂ / ‖s/diag A‖₂
//
// is at most tolerance, or for at most so many cycles, and returns how many it took
// and the residual reached. Dividing by the diagonal makes residuals of voxels with
// strong and without sinks alike: each is a density. Where s is 0, the residual is
// relative to that of the u given. The first cycle is one multigrid cycle with the
// best length of its step, the following ones are conjugate gradients'.
//
// A part of the grid that no sink touches has a solution only if its sources sum to
// 0, else Solve returns an error; there u keeps the mean it had.
func (s *Solver) Solve(u, source []float64, tolerance float64, most int) (cycles int, residual float64, err error) {
	if n := len(s.p); len(u) != n || len(source) != n {
		return 0, 0, fmt.Errorf("multigrid: %d densities and %d sources for %d voxels", len(u), len(source), n)
	}
	if err := s.parts.check(source); err != nil {
		return 0, 0, err
	}
	s.u, s.source = u, source
	s.parts.remember(u)
	s.pass((*Solver).startRows)
	square, scale := sum(s.sums[0]), sum(s.sums[1])
	if scale == 0 {
		scale = square
	}
	residual = relative(square, scale)
	rz := 0.0
	for ; cycles < most && residual > tolerance; cycles++ {
		s.finest.cycle()
		s.pass((*Solver).projectRows)
		before := rz
		rz, s.beta = sum(s.sums[0]), 0
		if cycles > 0 {
			s.beta = rz / before
		}
		s.pass((*Solver).turnRows)
		s.pass((*Solver).applyRows)
		pq := sum(s.sums[0])
		if !(pq > 0) {
			break // rounding is all that is left
		}
		s.alpha = rz / pq
		s.pass((*Solver).stepRows)
		residual = relative(sum(s.sums[0]), scale)
	}
	s.parts.restore(u)
	if math.IsNaN(residual) || math.IsInf(residual, 0) {
		return cycles, residual, errors.New("multigrid: densities or sources are not finite")
	}
	return cycles, residual, nil
}

func relative(square, scale float64) float64 {
	if square == 0 {
		return 0
	}
	return math.Sqrt(square / scale)
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func (s *Solver) rows() int { return s.finest.shape[1] * s.finest.shape[2] }

// pass splits the rows among the processors.
func (s *Solver) pass(work func(s *Solver, from, to int)) {
	workers := processors(len(s.p), s.rows())
	if workers <= 1 {
		work(s, 0, s.rows())
		return
	}
	share(workers, s.rows(), func(from, to int) { work(s, from, to) })
}

// apply writes Σ_f T_f u_j − diag u_i of a row to r: minus A u.
func (l *level) apply(u []float64, number int) {
	nx := l.shape[0]
	at := number * nx
	l.neighbours(u, l.r[at:][:nx], number, span{0, nx, 1})
	r, u, diagonal := l.r[at:][:nx], u[at:][:nx], l.diagonal[at:][:nx]
	for x := range r {
		r[x] -= diagonal[x] * u[x]
	}
}

// startRows makes f = s − A u, and the squares of it and s over the diagonal.
func (s *Solver) startRows(from, to int) {
	l, nx := s.finest, s.finest.shape[0]
	for number := from; number < to; number++ {
		l.apply(s.u, number)
		at := number * nx
		r, f, source, inverse := l.r[at:][:nx], l.f[at:][:nx], s.source[at:][:nx], l.inverse[at:][:nx]
		squares, sources := 0.0, 0.0
		for x := range r {
			f[x] = source[x] + r[x]
			squares += f[x] * inverse[x] * (f[x] * inverse[x])
			sources += source[x] * inverse[x] * (source[x] * inverse[x])
		}
		s.sums[0][number], s.sums[1][number] = squares, sources
	}
}

// projectRows sums f u: residual times what the cycle made of it.
func (s *Solver) projectRows(from, to int) {
	l, nx := s.finest, s.finest.shape[0]
	for number := from; number < to; number++ {
		f, u := l.f[number*nx:][:nx], l.u[number*nx:][:nx]
		product := 0.0
		for x := range f {
			product += f[x] * u[x]
		}
		s.sums[0][number] = product
	}
}

// turnRows makes the next direction, p' = z + β p.
func (s *Solver) turnRows(from, to int) {
	nx := s.finest.shape[0]
	z, p := s.finest.u[from*nx:to*nx], s.p[from*nx:to*nx]
	for i := range p {
		p[i] = z[i] + s.beta*p[i]
	}
}

// applyRows makes −A p, and sums p A p.
func (s *Solver) applyRows(from, to int) {
	l, nx := s.finest, s.finest.shape[0]
	for number := from; number < to; number++ {
		l.apply(s.p, number)
		p, q := s.p[number*nx:][:nx], l.r[number*nx:][:nx]
		product := 0.0
		for x := range p {
			product -= p[x] * q[x]
		}
		s.sums[0][number] = product
	}
}

// stepRows goes α along p, and sums the squares of the residual over the diagonal.
func (s *Solver) stepRows(from, to int) {
	l, nx := s.finest, s.finest.shape[0]
	for number := from; number < to; number++ {
		at := number * nx
		u, p := s.u[at:][:nx], s.p[at:][:nx]
		f, q, inverse := l.f[at:][:nx], l.r[at:][:nx], l.inverse[at:][:nx]
		squares := 0.0
		for x := range u {
			u[x] += s.alpha * p[x]
			f[x] += s.alpha * q[x]
			squares += f[x] * inverse[x] * (f[x] * inverse[x])
		}
		s.sums[0][number] = squares
	}
}
