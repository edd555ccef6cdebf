package life

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// sense reads what the cells sense of the solver, and finds their neighbours.
func (l *Life) sense() error {
	cells, m := &l.model.Cells, l.model
	n := cells.Len()
	l.density, l.gradient = resized(l.density, len(m.Substrates)), resized(l.gradient, len(m.Substrates))
	for s := range m.Substrates {
		var density []float64
		var gradient []r3.Vec
		if l.needs.density[s] {
			l.density[s] = resized(l.density[s], n)
			density = l.density[s]
		}
		if l.needs.gradient[s] {
			l.gradient[s] = resized(l.gradient[s], n)
			gradient = l.gradient[s]
		}
		if n == 0 || density == nil && gradient == nil {
			continue
		}
		if err := l.solver.Gather(tissue.SubstrateID(s), cells.Position, density, gradient); err != nil {
			return fmt.Errorf("life: %s at cells: %w", m.Substrates[s].Name, err)
		}
	}
	if l.needs.states {
		states, err := l.solver.Cells()
		if err != nil {
			return fmt.Errorf("life: states of cells: %w", err)
		}
		l.surface, l.variables = states.Surface, states.Variables
	}
	if m.Body != nil {
		l.body = l.solver.Body().Values
	}
	if l.needs.around {
		l.near.sort(cells.Position, cells.Type)
	}
	return nil
}

// around is what one cell senses of the cells about it.
type around struct {
	living   []int // by type
	dead     int
	pressure float64
}

// look fills in what is around a cell.
func (l *Life) look(i int, a *around) {
	clear(a.living)
	a.dead, a.pressure = 0, 0
	p, own, near := l.model.Cells.Position[i], l.model.Cells.Type[i], l.near
	var room [18]span
	for _, s := range near.spans(p, &room) {
		for k := s.from; k < s.to; k++ {
			j, t := int(near.cell[k]), near.kind[k]
			square, reach := r3.Norm2(l.space.between(p, near.at[k])), l.reach[own]+l.reach[t]
			if j == i || square > reach*reach {
				continue
			}
			a.pressure += tissue.PressureOf(math.Sqrt(square), l.radius[own]+l.radius[t])
			if l.state.Phase[j] == dead {
				a.dead++
			} else {
				a.living[t]++
			}
		}
	}
}

// signal returns what a cell senses.
func (l *Life) signal(s *tissue.Signal, i int, a *around) float64 {
	switch s.Kind {
	case tissue.Density:
		return l.density[s.Substrate][i]
	case tissue.SurfaceDensity:
		return l.surface[s.Substrate][i]
	case tissue.Gradient:
		return r3.Norm(l.gradient[s.Substrate][i])
	case tissue.VariableSignal:
		return l.variables[i][s.Variable]
	case tissue.Occupancy:
		free, bound := l.variables[i][s.Variable], l.variables[i][s.Bound]
		if free+bound <= 0 {
			return 0
		}
		return bound / (free + bound)
	case tissue.Contact:
		return float64(a.living[s.Type])
	case tissue.DeadContact:
		return float64(a.dead)
	case tissue.Pressure:
		return a.pressure
	case tissue.Damage:
		return l.state.Damage[i]
	case tissue.Age:
		return l.now - l.state.Born[i]
	case tissue.Time:
		return l.now
	}
	return l.body[s.Body]
}

// decide evaluates the rules of every cell, and what they make of its exchange.
func (l *Life) decide(next *handed) {
	cells := &l.model.Cells
	l.values, l.gains = resized(l.values, cells.Len()*l.stride), resized(l.gains, cells.Len()*l.bursts)
	inParallel(cells.Len(), func(from, to int) {
		a := &around{living: make([]int, len(l.model.CellTypes))}
		for i := from; i < to; i++ {
			p := &l.programs[l.state.Phase[i]][cells.Type[i]]
			if p.look {
				l.look(i, a)
			}
			l.respond(p, i, a)
			var variables []float64
			if len(p.variables) > 0 || p.captures {
				variables = l.variables[i]
			}
			next.decide(p, i, l.valuesOf(i), l.gainsOf(p, i), variables)
		}
	})
}

// valuesOf returns the values of the responses of a cell.
func (l *Life) valuesOf(i int) []float64 { return l.values[i*l.stride : (i+1)*l.stride] }

func (l *Life) respond(p *program, i int, a *around) {
	values := l.valuesOf(i)
	for k := range p.responses {
		r := &p.responses[k]
		values[k] = r.value(l.sum(r.up, i, a), l.sum(r.down, i, a))
	}
}

// sum returns Σ (s/h)^p of the signals of a cell.
func (l *Life) sum(inputs []input, i int, a *around) float64 {
	sum := 0.
	for k := range inputs {
		in := &inputs[k]
		sum += power(l.signal(&in.signal, i, a)*in.scale, in.power)
	}
	return sum
}
