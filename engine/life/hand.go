package life

import (
	"math"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// unseen is the relative change of a rate or variable that is not handed on, and waits
// until it has grown.
const unseen = 1e-6

// handed are cells on their way to the solver.
type handed struct {
	cells   tissue.Cells
	changed bool // cells came, went, or became others

	// Of the cells before births and deaths.
	rows  [][]tissue.Exchange // nil where no type ever overrides its exchange
	terms []tissue.Exchange   // behind rows, width apart
	width int
	state [][]float64 // nil for what stays; nil where no type has variables
	sets  []float64   // behind state, depth apart
	depth int

	rowsAfter  [][]tissue.Exchange // after births and deaths
	dead       []bool
	stateAfter [][]float64
}

// stock are the cells that the model has, those that the solver has, and one more to write.
type stock struct {
	of           [3]handed
	model, given *handed // nil before the first step
	exchange     bool    // cells may exchange otherwise than their type
	width, depth int
}

func (s *stock) prepare(l *Life) {
	for ph := range phases {
		for t := range l.programs[ph] {
			p := &l.programs[ph][t]
			s.exchange = s.exchange || len(p.terms)+len(p.bursts) > 0 || p.kills != nil
			for _, f := range p.fates {
				s.exchange = s.exchange || f.fate.kind == apoptotic || f.fate.kind == necrotic
			}
			s.width, s.depth = max(s.width, len(p.exchange)), max(s.depth, len(l.model.CellTypes[t].Variables))
		}
	}
}

// spare returns one to write n cells' decisions to.
func (s *stock) spare(n int) *handed {
	for i := range s.of {
		h := &s.of[i]
		if h == s.model || h == s.given {
			continue
		}
		h.changed, h.width, h.depth = false, s.width, s.depth
		h.cells.State, h.cells.Exchange = nil, nil
		if s.exchange {
			h.rows, h.terms = resized(h.rows, n), resized(h.terms, n*s.width)
		}
		if s.depth > 0 {
			h.state, h.sets = resized(h.state, n), resized(h.sets, n*s.depth)
		}
		return h
	}
	return nil
}

// decide writes what the rules, and the gains of bursts, make of the exchange and the
// variables of a cell.
func (h *handed) decide(p *program, i int, values, gains, variables []float64) {
	if h.rows != nil {
		h.rows[i] = h.exchange(p, i, values, gains)
	}
	if h.state != nil {
		h.state[i] = h.set(p, i, values, variables)
	}
}

func (h *handed) exchange(p *program, i int, values, gains []float64) []tissue.Exchange {
	if len(p.terms)+len(p.bursts) == 0 {
		if p.overrides {
			return p.exchange
		}
		return nil
	}
	row := h.terms[i*h.width:][:len(p.exchange):len(p.exchange)]
	copy(row, p.exchange)
	for _, t := range p.terms {
		*row[t.exchange].Term(t.kind) = values[t.response]
	}
	for k := range p.bursts {
		row[p.bursts[k].exchange].NetExportRate *= gains[k]
	}
	return row
}

// set returns the variables of a cell with those that rules set, nil where the solver has
// them so.
func (h *handed) set(p *program, i int, values, variables []float64) []float64 {
	same := !p.captures
	for _, s := range p.variables {
		same = same && alike(variables[s.variable], values[s.response])
	}
	if same {
		return nil
	}
	row := h.sets[i*h.depth:][:len(variables):len(variables)]
	copy(row, variables)
	for _, s := range p.variables {
		row[s.variable] = values[s.response]
	}
	return row
}

func alike(a, b float64) bool { return math.Abs(a-b) <= unseen*max(math.Abs(a), math.Abs(b)) }

func (h *handed) row(i int) []tissue.Exchange {
	if h.rows == nil {
		return nil
	}
	return h.rows[i]
}

func (h *handed) stateOf(i int) []float64 {
	if h.state == nil {
		return nil
	}
	return h.state[i]
}

// begin empties the cells.
func (h *handed) begin() {
	c := &h.cells
	c.ID, c.Type, c.Position = c.ID[:0], c.Type[:0], c.Position[:0]
	c.Exchange, c.State = h.rowsAfter[:0], h.stateAfter[:0]
}

func (h *handed) add(id tissue.CellID, t tissue.CellTypeID, at r3.Vec, row []tissue.Exchange, state []float64) {
	c := &h.cells
	c.ID, c.Type, c.Position = append(c.ID, id), append(c.Type, t), append(c.Position, at)
	c.Exchange, c.State = append(c.Exchange, row), append(c.State, state)
	h.rowsAfter, h.stateAfter = c.Exchange, c.State // they may have grown
}

// keep takes over all cells, at other places.
func (h *handed) keep(from *tissue.Cells, at []r3.Vec) {
	c := &h.cells
	c.ID, c.Type = append(c.ID[:0], from.ID...), append(c.Type[:0], from.Type...)
	c.Position = append(c.Position[:0], at...)
	c.Exchange = h.rows
	if slices.ContainsFunc(h.state, func(s []float64) bool { return s != nil }) {
		c.State = h.state
	}
}

// handOver gives the model its new cells, and the solver if it sees a difference.
func (l *Life) handOver(next *handed) error {
	if !next.changed && next.cells.State == nil && l.unseen(next) {
		next.cells.Exchange = l.model.Cells.Exchange // the solver's
		l.model.Cells, l.stock.model = next.cells, next
		return nil
	}
	return l.give(next.cells, next)
}

// give gives cells to the solver and the model; h is where they are kept.
func (l *Life) give(cells tissue.Cells, h *handed) error {
	updated := *l.model
	updated.Cells, updated.Events = cells, nil // which would be checked at each update
	if err := l.solver.Update(&updated); err != nil {
		return err
	}
	clear(cells.State) // from now on it is the solver's
	l.model.Cells = cells
	l.stock.model, l.stock.given = h, h
	return nil
}

// unseen reports whether cells that only moved, and may exchange otherwise, look to the
// solver like those it has.
func (l *Life) unseen(next *handed) bool {
	before := &l.model.Cells
	var differs atomic.Bool
	inParallel(len(next.cells.ID), func(from, to int) {
		for i := from; i < to; i++ {
			if !l.samePlace(before.Position[i], next.cells.Position[i]) || !l.sameExchange(before, next, i) {
				differs.Store(true)
				return
			}
		}
	})
	return !differs.Load()
}

func (l *Life) samePlace(a, b r3.Vec) bool {
	if a == b {
		return true
	}
	return l.options.Coupling != engine.CloudCoupling && l.space.voxel(a) == l.space.voxel(b)
}

func (l *Life) sameExchange(before *tissue.Cells, next *handed, i int) bool {
	had, has := l.exchangeOf(before, i), l.exchangeOf(&next.cells, i)
	if len(had) == 0 || &had[0] == &has[0] {
		return true
	}
	for e := range had {
		for k := tissue.Secretion; k <= tissue.SaturableUptake; k++ {
			if !alike(*had[e].Term(k), *has[e].Term(k)) {
				return false
			}
		}
	}
	return true
}

// exchangeOf returns what a cell exchanges, by its own or its type.
func (l *Life) exchangeOf(c *tissue.Cells, i int) []tissue.Exchange {
	if c.Exchange != nil && c.Exchange[i] != nil {
		return c.Exchange[i]
	}
	return l.model.CellTypes[c.Type[i]].Exchange
}
