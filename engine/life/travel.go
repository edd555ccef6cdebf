package life

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// travel brings the places forward over the step: cells walk, and push and hold each
// other in steps short enough that no neighbour moves a cell by more than a tenth of the
// sum of their radii in one: 0.1 min, PhysiCell's step, for cells of 5 µm at its default
// repulsion of 10 µm/min.
func (l *Life) travel() {
	cells := &l.model.Cells
	n := cells.Len()
	l.place = append(l.place[:0], cells.Position...)
	steps := 1
	if l.needs.mechanics {
		steps = max(1, int(math.Ceil(l.elapsed/l.needs.longest)))
		l.velocity = resized(l.velocity, n)
	}
	dt := l.elapsed / float64(steps)
	for step := range steps {
		if l.needs.mechanics {
			l.near.sort(l.place, cells.Type)
			inParallel(n, func(from, to int) {
				for k := from; k < to; k++ { // in the order of the bins, whose cells are the same
					l.velocity[l.near.cell[k]] = l.push(k)
				}
			})
		}
		inParallel(n, func(from, to int) {
			for i := from; i < to; i++ {
				l.walk(i, step, dt)
				if l.needs.mechanics {
					var none r3.Vec
					l.place[i] = l.space.move(l.place[i], r3.Scale(dt, l.velocity[i]), &none)
				}
			}
		})
	}
}

// walk takes a cell along its persistent random walk for dt, the part of that number of
// the cell step: see tissue.Motility.
func (l *Life) walk(i, step int, dt float64) {
	t := l.model.Cells.Type[i]
	p, values := &l.programs[l.state.Phase[i]][t], l.valuesOf(i)
	speed := p.speed.of(values)
	if !(speed > 0) {
		return
	}
	w := &l.model.CellTypes[t].Life.Motility
	random := newStream(l.state.Key[i], l.state.Steps, ofWalk+purpose(step)*purposes)
	if l.state.Heading[i] == (r3.Vec{}) {
		l.state.Heading[i] = l.heading(i, p, values, &random)
	}
	for {
		straight := -w.PersistenceTime * math.Log(random.uniform())
		way := speed * min(straight, dt)
		l.place[i] = l.space.move(l.place[i], r3.Scale(way, l.state.Heading[i]), &l.state.Heading[i])
		if dt -= straight; dt <= 0 {
			return
		}
		l.state.Heading[i] = l.heading(i, p, values, &random)
	}
}

// heading draws a direction of a walk.
func (l *Life) heading(i int, p *program, values []float64, random *stream) r3.Vec {
	any := random.direction(l.model.Grid.Planar)
	bias := p.bias.of(values)
	if bias == 0 {
		return any
	}
	var lean r3.Vec
	normalised := l.model.CellTypes[l.model.Cells.Type[i]].Life.Motility.Normalised
	for _, g := range p.gradients {
		gradient := l.gradient[g.substrate][i]
		if normalised {
			gradient = unit(gradient)
		}
		lean = r3.Add(lean, r3.Scale(g.sensitivity.of(values), gradient))
	}
	if l.model.Grid.Planar {
		lean.Z = 0
	}
	direction := unit(r3.Add(r3.Scale(bias, unit(lean)), r3.Scale(1-bias, any)))
	if direction == (r3.Vec{}) { // all bias, and nothing to go by
		return any
	}
	return direction
}

// unit returns the direction of a vector, zero for the zero vector.
func unit(v r3.Vec) r3.Vec {
	norm := r3.Norm(v)
	if norm == 0 {
		return r3.Vec{}
	}
	return r3.Scale(1/norm, v)
}

// push returns the velocity that its neighbours give the cell at k of the bins: see
// tissue.Mechanics.
func (l *Life) push(k int) r3.Vec {
	var v r3.Vec
	near := l.near
	p, t, i := near.at[k], near.kind[k], near.cell[k]
	m := &l.model.CellTypes[t].Life.Mechanics
	if m.Repulsion == 0 && m.Adhesion == 0 {
		return v
	}
	var room [18]span
	for _, s := range near.spans(p, &room) {
		for k := s.from; k < s.to; k++ {
			to := near.kind[k]
			way, reach := l.space.between(p, near.at[k]), l.reach[t]+l.reach[to]
			square := r3.Norm2(way)
			if square >= reach*reach || near.cell[k] == i {
				continue
			}
			d := math.Sqrt(square)
			push := apart(m, &l.model.CellTypes[to].Life.Mechanics, d, l.radius[t]+l.radius[to], reach)
			if d == 0 {
				way, d = l.axis(int(i), int(near.cell[k])), 1
			}
			v = r3.Sub(v, r3.Scale(push/d, way))
		}
	}
	return v
}

// apart returns the speed at which a pair of cells moves apart, each of them.
func apart(a, b *tissue.Mechanics, d, radii, widest float64) float64 {
	push := 0.
	if d < radii {
		push = math.Sqrt(a.Repulsion*b.Repulsion) * (1 - d/radii) * (1 - d/radii)
	}
	if pull := math.Sqrt(a.Adhesion * b.Adhesion); pull > 0 {
		push -= pull * (1 - d/widest) * (1 - d/widest)
	}
	return push
}

// axis returns a way from cell i to cell j at the same place: opposite for the two.
func (l *Life) axis(i, j int) r3.Vec {
	random := newStream(l.state.Key[i]^l.state.Key[j], l.state.Steps, ofPush)
	way := random.direction(l.model.Grid.Planar)
	if l.state.Key[i] > l.state.Key[j] {
		return r3.Scale(-1, way)
	}
	return way
}
