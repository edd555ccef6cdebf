package session

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Pin is a place, or a cell, that is followed.
type Pin struct {
	At        r3.Vec // µm; of a cell, where it was last
	Cell      tissue.CellID
	OfCell    bool              // not of a place
	Type      tissue.CellTypeID // of the cell
	Gone      bool              // the cell has died, is no more or not yet there
	Densities [][]float64       // by substrate, at the place or the cell's surface, at Times or else at the last moments of the history
	Times     []float64         // s, of a replay
	States    [][]float64       // of a cell, as Variables of a report; not a number where it has none, or is gone
}

// series are all values followed.
func (p *Pin) series() []*[]float64 {
	var all []*[]float64
	for _, group := range [][][]float64{p.Densities, p.States} {
		for i := range group {
			all = append(all, &group[i])
		}
	}
	return all
}

// columns are those of cells.csv that series has of a cell.
func (p *Pin) columns(m *tissue.Model) []string {
	var all []string
	for id := range m.Substrates {
		all = append(all, scenario.CellColumns(m)[3*id])
	}
	for _, v := range variables(m) {
		all = append(all, variableColumn(m, v))
	}
	return all
}

// prepare makes room for what is followed, unless it is there.
func (s *Session) prepare(p *Pin) {
	m := s.scenario.Model
	if p.Densities == nil {
		p.Densities = make([][]float64, len(m.Substrates))
	}
	if p.OfCell && p.States == nil {
		p.States = make([][]float64, len(variables(m)))
	}
}

// Pin follows the densities at a place, µm, from now on.
func (s *Session) Pin(at r3.Vec) error { return s.follow(Pin{At: at}) }

// PinCell follows a cell from now on, wherever it goes.
func (s *Session) PinCell(id tissue.CellID) error {
	cells := &s.scenario.Model.Cells
	i := slices.Index(cells.ID, id)
	if i < 0 {
		return fmt.Errorf("no cell %d", id)
	}
	if cells.IsDead(i) {
		return fmt.Errorf("cell %d is dead", id)
	}
	return s.follow(Pin{At: cells.Position[i], Cell: id, OfCell: true, Type: cells.Type[i]})
}

func (s *Session) follow(p Pin) error {
	pins := []Pin{p}
	if n := s.history.Len(); n > 0 && s.history.Time[n-1] == s.Time() {
		if err := s.probe(pins); err != nil {
			return err
		}
	}
	s.pins = append(s.pins, pins[0])
	return nil
}

// Unpin lets go of a pin, if there is one of that number.
func (s *Session) Unpin(i int) {
	s.pins = without(s.pins, i)
}

// without returns pins but one, if there is one of that number; the list stays as it is for
// who reads it.
func without(pins []Pin, i int) []Pin {
	if i >= len(pins) {
		return pins
	}
	return append(pins[:i:i], pins[i+1:]...)
}

// probe notes what is followed.
func (s *Session) probe(pins []Pin) error {
	for i := range pins {
		s.prepare(&pins[i])
	}
	if err := s.probePlaces(pins); err != nil {
		return err
	}
	return s.probeCells(pins)
}

func (s *Session) probePlaces(pins []Pin) error {
	var places []r3.Vec
	var which []int
	for i, p := range pins {
		if !p.OfCell {
			places, which = append(places, p.At), append(which, i)
		}
	}
	if len(places) == 0 {
		return nil
	}
	density := make([]float64, len(places))
	for id := range s.scenario.Model.Substrates {
		if err := s.solver.Gather(tissue.SubstrateID(id), places, density, nil); err != nil {
			return err
		}
		for k, i := range which {
			pins[i].Densities[id] = append(pins[i].Densities[id], density[k])
		}
	}
	return nil
}

func (s *Session) probeCells(pins []Pin) error {
	if !slices.ContainsFunc(pins, func(p Pin) bool { return p.OfCell }) {
		return nil
	}
	m := s.scenario.Model
	states, err := s.solver.Cells()
	if err != nil {
		return err
	}
	all := variables(m)
	for n := range pins {
		p := &pins[n]
		if !p.OfCell {
			continue
		}
		at := p.locate(&m.Cells)
		for _, values := range p.series() {
			*values = append(*values, math.NaN())
		}
		if p.Gone {
			continue
		}
		for id := range p.Densities {
			last(p.Densities[id], states.Surface[id][at])
		}
		for v, variable := range all {
			if k, ok := position(&m.CellTypes[p.Type], variable); ok {
				last(p.States[v], states.Variables[at][k])
			}
		}
	}
	return nil
}

func last(values []float64, v float64) { values[len(values)-1] = v }

// locate finds the cell of a pin among those there are.
func (p *Pin) locate(cells *tissue.Cells) int {
	i := slices.Index(cells.ID, p.Cell)
	if p.Gone = i < 0 || cells.IsDead(i); !p.Gone {
		p.At, p.Type = cells.Position[i], cells.Type[i]
	}
	return i
}

// cut drops so many of the last moments.
func (p *Pin) cut(moments int) {
	for _, values := range p.series() {
		n := max(len(*values)-moments, 0)
		*values = (*values)[:n:n]
	}
}

func (p *Pin) halve() {
	for _, values := range p.series() {
		if len(*values)%2 == 0 { // the last moment of an odd history stays
			*values = (*values)[1:]
		}
		*values = halve(*values)
	}
}

// copiedPins are those of now, which may be read while these go on.
func (s *Session) copiedPins() []Pin {
	for i := range s.pins {
		if s.pins[i].OfCell {
			s.pins[i].locate(&s.scenario.Model.Cells)
		}
	}
	return copied(s.pins)
}

func copied(pins []Pin) []Pin {
	var all []Pin
	for _, p := range pins {
		p.Densities, p.States = slices.Clone(p.Densities), slices.Clone(p.States)
		all = append(all, p)
	}
	return all
}

// readAll returns the density of every substrate at a place, µm.
func (s *Session) readAll(at r3.Vec) ([]float64, error) {
	all := make([]float64, len(s.scenario.Model.Substrates))
	for id := range all {
		if err := s.solver.Gather(tissue.SubstrateID(id), []r3.Vec{at}, all[id:id+1], nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}
