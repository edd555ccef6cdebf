package session

import (
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Pin is a place whose densities are followed.
type Pin struct {
	At        r3.Vec      // µm
	Densities [][]float64 // by substrate, at Times or else at the last moments of the history
	Times     []float64   // s, of a replay
}

// Pin follows the densities at a place, µm, from now on.
func (s *Session) Pin(at r3.Vec) error {
	p := Pin{At: at, Densities: make([][]float64, len(s.scenario.Model.Substrates))}
	if n := s.history.Len(); n > 0 && s.history.Time[n-1] == s.Time() {
		now, err := s.readAll(at)
		if err != nil {
			return err
		}
		for id, c := range now {
			p.Densities[id] = []float64{c}
		}
	}
	s.pins = append(s.pins, p)
	return nil
}

// Unpin lets go of a pin, if there is one of that number.
func (s *Session) Unpin(i int) {
	if i < len(s.pins) {
		s.pins = append(s.pins[:i:i], s.pins[i+1:]...)
	}
}

// probe notes the densities at the pins.
func (s *Session) probe() error {
	if len(s.pins) == 0 {
		return nil
	}
	places := make([]r3.Vec, len(s.pins))
	for i, p := range s.pins {
		places[i] = p.At
	}
	density := make([]float64, len(places))
	for id := range s.scenario.Model.Substrates {
		if err := s.solver.Gather(tissue.SubstrateID(id), places, density, nil); err != nil {
			return err
		}
		for i := range s.pins {
			p := &s.pins[i]
			if p.Densities == nil {
				p.Densities = make([][]float64, len(s.scenario.Model.Substrates))
			}
			p.Densities[id] = append(p.Densities[id], density[i])
		}
	}
	return nil
}

// cut drops so many of the last moments.
func (p *Pin) cut(moments int) {
	for i, values := range p.Densities {
		n := max(len(values)-moments, 0)
		p.Densities[i] = values[:n:n]
	}
}

func (p *Pin) halve() {
	for i, values := range p.Densities {
		if len(values)%2 == 0 { // the last moment of an odd history stays
			values = values[1:]
		}
		p.Densities[i] = halve(values)
	}
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
