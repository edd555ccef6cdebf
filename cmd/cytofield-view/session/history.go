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
	Mean      [][]float64 // by substrate: over all fluid, in its unit
	Residual  [][]float64 // by substrate: of the ledger, over all that it handled
	Cells     [][]float64 // by type: living cells
	Body      [][]float64 // by variable of the body, in its unit
	StepTaken []float64   // s
	Stages    []float64   // of the last step
	Error     []float64   // estimated, of the last step over its tolerance
}

// mostMoments bounds a history: a longer one loses every other moment.
const mostMoments = 4096

// Len returns the number of moments.
func (h *History) Len() int { return len(h.Time) }

// series are all values, behind the time.
func (h *History) series() []*[]float64 {
	all := []*[]float64{&h.Time, &h.StepTaken, &h.Stages, &h.Error}
	for _, group := range [][][]float64{h.Amount, h.Most, h.Mean, h.Residual, h.Cells, h.Body} {
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
	for _, group := range []*[][]float64{&c.Amount, &c.Most, &c.Mean, &c.Residual, &c.Cells, &c.Body} {
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
		h.Mean, h.Body = make([][]float64, len(m.Substrates)), make([][]float64, len(s.solver.Body().Values))
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
		h.Mean[i] = append(h.Mean[i], ledger.Present/(s.fluid*m.Substrates[i].Unit.AmountPerVolume()*m.Substrates[i].Medium().RetardationFactor()))
		h.Residual[i] = append(h.Residual[i], share(ledger.Residual(), ledger.Handled()))
	}
	for t, n := range s.living() {
		h.Cells[t] = append(h.Cells[t], n)
	}
	for v, value := range s.solver.Body().Values {
		h.Body[v] = append(h.Body[v], value)
	}
	stats := s.solver.Stats()
	h.StepTaken, h.Stages, h.Error = append(h.StepTaken, stats.LastStep), append(h.Stages, float64(stats.LastStages)), append(h.Error, stats.LastError)
	h.Time = append(h.Time, now)
	if err := s.probe(s.pins); err != nil {
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

// fluidVolume is the volume of what densities are of, µm³.
func fluidVolume(m *tissue.Model) float64 {
	count := make([]float64, len(m.Regions)+1)
	for _, label := range m.Labels() {
		count[label]++
	}
	if m.Labels() == nil {
		count[0] = float64(m.Grid.Voxels())
	}
	total := count[0] * m.ExtracellularFraction
	for i, r := range m.Regions {
		if !r.Impermeable {
			total += count[i+1] * r.ExtracellularFraction
		}
	}
	return total * m.Grid.VoxelVolume()
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
