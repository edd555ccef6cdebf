package life_test

import (
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
)

// still is a solver of one substrate whose density stays as it is, linear in space. It
// keeps variables of cells as solvers do.
type still struct {
	model    *tissue.Model
	now      float64
	base     float64 // nM at the origin
	slope    r3.Vec  // nM/µm
	state    map[tissue.CellID][]float64
	updates  int
	body     []float64
	released float64            // nM, the sum over voxels of what was written
	states   *engine.CellStates // that it always returns, where it is flat
}

// flat makes the solver do nothing but gather, so that its cost is not measured.
func (s *still) flat() {
	states, _ := s.Cells()
	s.states = &states
}

func newStill(m *tissue.Model) *still {
	s := &still{model: m, state: map[tissue.CellID][]float64{}}
	s.take(m)
	return s
}

func (s *still) take(m *tissue.Model) {
	state := map[tissue.CellID][]float64{}
	for i, id := range m.Cells.ID {
		variables := m.CellTypes[m.Cells.Type[i]].Variables
		state[id] = make([]float64, len(variables))
		for v := range variables {
			state[id][v] = variables[v].Initial
		}
		if m.Cells.State != nil && m.Cells.State[i] != nil {
			copy(state[id], m.Cells.State[i])
		} else if kept, ok := s.state[id]; ok && len(kept) == len(variables) {
			state[id] = kept
		}
	}
	s.model, s.state = m, state
}

func (s *still) Time() float64 { return s.now }

func (s *still) Gather(_ tissue.SubstrateID, at []r3.Vec, density []float64, gradient []r3.Vec) error {
	for i, p := range at {
		if density != nil {
			density[i] = s.base + r3.Dot(s.slope, p)
		}
		if gradient != nil {
			gradient[i] = s.slope
		}
	}
	return nil
}

func (s *still) Cells() (engine.CellStates, error) {
	if s.states != nil {
		return *s.states, nil
	}
	c := &s.model.Cells
	states := engine.CellStates{ID: c.ID, Surface: [][]float64{make([]float64, c.Len())}}
	for i, p := range c.Position {
		states.Surface[0][i] = s.base + r3.Dot(s.slope, p)
		states.Variables = append(states.Variables, s.state[c.ID[i]])
	}
	return states, nil
}

func (s *still) Body() engine.BodyState { return engine.BodyState{Values: s.body} }

func (s *still) Read(tissue.SubstrateID, *tissue.Field) error { return nil }

func (s *still) Write(_ tissue.SubstrateID, f *tissue.Field) error {
	for _, c := range f.Values {
		s.released += c
	}
	return nil
}

func (s *still) Update(m *tissue.Model) error {
	s.updates++
	if s.states != nil {
		return nil
	}
	if err := m.Validate(); err != nil {
		return err
	}
	s.take(m)
	return nil
}

// tissueOf returns a tissue of cubic voxels of 10 µm with one substrate and no cells.
func tissueOf(voxels [3]int, types ...tissue.CellType) *tissue.Model {
	return &tissue.Model{
		Grid:                  tissue.Grid{Shape: voxels, Spacing: [3]float64{10, 10, 10}},
		ExtracellularFraction: 1,
		Substrates:            []tissue.Substrate{{Name: "CXCL8", Unit: tissue.Nanomolar, DiffusionCoefficient: 100}},
		CellTypes:             types,
		Duration:              1e6,
		Seed:                  7,
	}
}

// planar makes a tissue one of a single layer.
func planar(m *tissue.Model) *tissue.Model {
	m.Grid.Shape[2], m.Grid.Planar = 1, true
	return m
}

// middle returns the centre of the box.
func middle(m *tissue.Model) r3.Vec {
	size := m.Grid.Size()
	return r3.Scale(0.5, r3.Vec{X: size[0], Y: size[1], Z: size[2]})
}

func live(t testing.TB, m *tissue.Model) (*life.Life, *still) {
	t.Helper()
	s := newStill(m)
	l, err := life.New(m, s, life.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l, s
}

// run takes steps of a length, s.
func run(t testing.TB, l *life.Life, s *still, steps int, length float64) {
	t.Helper()
	for range steps {
		s.now += length
		if err := l.Step(s.now); err != nil {
			t.Fatal(err)
		}
	}
}
