package session

import (
	"math"
	"sort"

	"github.com/cytofield/cytofield/tissue"
)

// History is what was seen of a run, a value per moment.
type History struct {
	Time      []float64   // s
	Amount    [][]float64 // by substrate: molecules, or the substrate's amount unit
	Most      [][]float64 // by substrate: the largest density, in its unit
	Residual  [][]float64 // by substrate: of the ledger, over all that it handled
	Cells     [][]float64 // by type: living cells
	StepTaken []float64   // s
}

// mostMoments bounds a history: a longer one loses every other moment.
const mostMoments = 4096

// Len returns the number of moments.
func (h *History) Len() int { return len(h.Time) }

// series are all values, behind the time.
func (h *History) series() []*[]float64 {
	all := []*[]float64{&h.Time, &h.StepTaken}
	for _, group := range [][][]float64{h.Amount, h.Most, h.Residual, h.Cells} {
		for i := range group {
			all = append(all, &group[i])
		}
	}
	return all
}

// cut drops what lies behind a time, s.
func (h *History) cut(t float64) {
	n := sort.Search(len(h.Time), func(i int) bool { return h.Time[i] > t })
	for _, values := range h.series() {
		*values = (*values)[:n:n]
	}
}

// halve keeps every other moment. The old ones stay as they are for who reads them.
func halve(values []float64) []float64 {
	kept := make([]float64, 0, mostMoments)
	for i := 0; i < len(values); i += 2 {
		kept = append(kept, values[i])
	}
	return kept
}

// copied returns a history that may be read while this one grows.
func (h *History) copied() History {
	c := *h
	for _, group := range []*[][]float64{&c.Amount, &c.Most, &c.Residual, &c.Cells} {
		*group = append([][]float64(nil), *group...)
	}
	return c
}

// note adds the moment, unless it is in already.
func (s *Session) note() error {
	if err := s.expose(); err != nil {
		return err
	}
	h := &s.history
	now := s.Time()
	if n := h.Len(); n > 0 && h.Time[n-1] >= now {
		return nil
	}
	m := s.scenario.Model
	if h.Amount == nil {
		h.Amount, h.Most = make([][]float64, len(m.Substrates)), make([][]float64, len(m.Substrates))
		h.Residual, h.Cells = make([][]float64, len(m.Substrates)), make([][]float64, len(m.CellTypes))
	}
	for i := range m.Substrates {
		id := tissue.SubstrateID(i)
		ledger, err := s.solver.Ledger(id)
		if err != nil {
			return err
		}
		_, most := s.solver.Extremes(id)
		h.Amount[i] = append(h.Amount[i], ledger.Present)
		h.Most[i] = append(h.Most[i], most)
		h.Residual[i] = append(h.Residual[i], share(ledger.Residual(), ledger.Handled()))
	}
	for t, n := range s.living() {
		h.Cells[t] = append(h.Cells[t], n)
	}
	h.StepTaken = append(h.StepTaken, s.solver.Stats().LastStep)
	h.Time = append(h.Time, now)
	if err := s.probe(); err != nil {
		return err
	}
	if h.Len() > mostMoments {
		for _, values := range h.series() {
			*values = halve(*values)
		}
		for i := range s.pins {
			s.pins[i].halve()
		}
	}
	return nil
}

// share is the size of a part of a whole.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return math.Abs(part / whole)
}

// living counts the cells of each type that are not dead.
func (s *Session) living() []float64 {
	cells := &s.scenario.Model.Cells
	count := make([]float64, len(s.scenario.Model.CellTypes))
	for i, t := range cells.Type {
		if !cells.IsDead(i) {
			count[t]++
		}
	}
	return count
}
