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
			l.near.sort(l.place)
			inParallel(n, func(from, to int) {
				for i := from; i < to; i++ {
					l.velocity[i] = l.push(i)
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

// push returns the velocity that its neighbours give a cell: see tissue.Mechanics.
func (l *Life) push(i int) r3.Vec {
	var v r3.Vec
	own := &l.model.CellTypes[l.model.Cells.Type[i]]
	m := &own.Life.Mechanics
	if m.Repulsion == 0 && m.Adhesion == 0 {
		return v
	}
	reach := l.reach(l.model.Cells.Type[i])
	l.near.each(l.place[i], func(j int, way r3.Vec) {
		t := l.model.Cells.Type[j]
		widest := reach + l.reach(t)
		square := r3.Norm2(way)
		if j == i || square >= widest*widest {
			return
		}
		other := &l.model.CellTypes[t]
		d := math.Sqrt(square)
		push := apart(m, &other.Life.Mechanics, d, own.Radius+other.Radius, widest)
		if d == 0 {
			way, d = l.axis(i, j), 1
		}
		v = r3.Sub(v, r3.Scale(push/d, way))
	})
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
