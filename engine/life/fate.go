package life

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// fate is what becomes of a cell in a step.
type fate struct {
	kind fateKind
	to   tissue.CellTypeID // of changes
}

type fateKind uint8

const (
	goesOn fateKind = iota
	divides
	apoptotic
	necrotic
	changes
	removed
)

// hazards are what the cells in contact do to one cell.
type hazards struct {
	killed, eaten float64 // 1/s
	attacked      float64 // damage per second
}

// meet draws the fate of every cell, and brings its damage forward.
func (l *Life) meet() {
	n := l.model.Cells.Len()
	l.fates = resized(l.fates, n)
	inParallel(n, func(from, to int) {
		for i := from; i < to; i++ {
			l.fates[i] = l.fateOf(i)
		}
	})
}

// fateOf draws what becomes of a cell. Of its clocks, each exponential, the first rings
// within the step with probability 1 − exp(−h Σ r), and it is clock k with r_k / Σ r.
func (l *Life) fateOf(i int) fate {
	ph := l.state.Phase[i]
	if ph == dead && l.state.Gone[i] <= l.now {
		return fate{kind: removed}
	}
	p, values := &l.programs[ph][l.model.Cells.Type[i]], l.valuesOf(i)
	var h hazards
	if p.hear {
		h = l.suffer(i)
	}
	if ph == alive {
		l.damage(i, p.damage.of(values)+h.attacked, p.repair.of(values))
	}
	total := h.killed + h.eaten
	for k := range p.fates {
		total += p.fates[k].rate.of(values)
	}
	if total == 0 {
		return fate{}
	}
	random := newStream(l.state.Key[i], l.state.Steps, ofFate)
	if random.uniform() >= -math.Expm1(-total*l.elapsed) {
		return fate{}
	}
	at := random.uniform() * total
	if at -= h.eaten; at < 0 {
		return fate{kind: removed}
	}
	if at -= h.killed; at < 0 {
		return fate{kind: apoptotic}
	}
	for k := range p.fates {
		if at -= p.fates[k].rate.of(values); at < 0 {
			return p.fates[k].fate
		}
	}
	return fate{} // rounding of the sum
}

// damage brings dx/dt = d − ρ x forward exactly.
func (l *Life) damage(i int, d, repair float64) {
	x := l.state.Damage[i]
	if repair > 0 {
		lost := -math.Expm1(-repair * l.elapsed)
		x += (d/repair - x) * lost
	} else {
		x += d * l.elapsed
	}
	l.state.Damage[i] = x
}

// suffer sums what living cells in contact do to a cell.
func (l *Life) suffer(i int) hazards {
	var h hazards
	p, own, near := l.model.Cells.Position[i], l.model.Cells.Type[i], l.near
	var room [18]span
	for _, s := range near.spans(p, &room) {
		for k := s.from; k < s.to; k++ {
			j, t := int(near.cell[k]), near.kind[k]
			if j == i || l.state.Phase[j] == dead {
				continue
			}
			reach := l.reach[own] + l.reach[t]
			if r3.Norm2(l.space.between(p, near.at[k])) <= reach*reach {
				l.programs[alive][t].hurt(&h, own, l.state.Phase[i], l.valuesOf(j))
			}
		}
	}
	return h
}

// hurt adds what a living cell does to a cell in contact.
func (p *program) hurt(h *hazards, t tissue.CellTypeID, ph phase, values []float64) {
	if ph == dead {
		h.eaten += p.clears.of(values)
		return
	}
	h.killed += towards(p.kills, t, values)
	h.eaten += towards(p.eats, t, values)
	h.attacked += towards(p.attacks, t, values)
}

func towards(all []number, t tissue.CellTypeID, values []float64) float64 {
	if all == nil {
		return 0
	}
	return all[t].of(values)
}
