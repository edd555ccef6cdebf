package life

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// Solver is what the cell step needs of an engine.Solver.
type Solver interface {
	Time() float64
	Gather(s tissue.SubstrateID, at []r3.Vec, density []float64, gradient []r3.Vec) error
	Cells() (engine.CellStates, error)
	Read(s tissue.SubstrateID, dst *tissue.Field) error
	Write(s tissue.SubstrateID, src *tissue.Field) error
	Update(m *tissue.Model) error
	Body() engine.BodyState
}

// Options are what a model does not say.
type Options struct {
	Coupling engine.Coupling // of the solver; "" is VoxelCoupling
}

// Life carries the cells of a model from one cell step to the next.
type Life struct {
	model    *tissue.Model
	solver   Solver
	options  Options
	space    space
	near     *neighbours
	programs [phases][]program
	needs    needs
	radius   []float64         // by type, µm
	reach    []float64         // by type, µm
	types    []tissue.CellType // before any event
	sources  []tissue.Source   // before any event
	acts     bool              // cells do more than exchange

	state  state
	ids    []tissue.CellID // the cells that state is of
	labels []uint8         // of voxels: see tissue.Model.Labels

	// Of the step at hand, per cell.
	density, surface [][]float64 // by substrate, where needed
	gradient         [][]r3.Vec
	variables        [][]float64
	body             []float64 // by variable of the body
	values           []float64 // of responses, stride apart
	stride           int
	gains            []float64 // of bursts, so many apart
	bursts           int
	fates            []fate
	place, velocity  []r3.Vec
	now, elapsed     float64 // s

	stock    stock
	deposits []deposit
}

// state is what a cell step goes on from, beside the model's cells. Slices are per cell.
type state struct {
	Steps   uint64
	Time    float64 // of the last step, s
	Next    tissue.CellID
	Events  int       // of the model, that have happened
	Key     []uint64  // of the cell's random numbers
	Born    []float64 // s
	Damage  []float64
	Phase   []phase
	Gone    []float64 // when a dead cell is removed, s
	Heading []r3.Vec  // the zero vector where it has none yet
	Spells  [][]spell // by burst; nil where it has none yet
}

// needs is what must be read of the solver.
type needs struct {
	density, gradient []bool // by substrate
	states            bool   // surface densities or variables
	captures          bool   // variables count molecules taken up
	around            bool   // neighbours
	mechanics         bool
	longest           float64 // mechanical step, s
}

// New prepares the cell step of a model that a solver solves. The model's Cells follow.
func New(m *tissue.Model, s Solver, o Options) (*Life, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	l := &Life{model: m, solver: s, options: o, space: newSpace(m), types: m.CellTypes, sources: m.Sources, acts: m.Lives()}
	l.state.Time = s.Time()
	l.compile()
	l.near = newNeighbours(&l.space, l.measure())
	l.stock.prepare(l)
	l.labels = m.Labels()
	l.follow()
	return l, nil
}

// Start is New and Attend, of a model in which there is anything to attend to.
func Start(simulation *engine.Simulation, m *tissue.Model, s Solver, o Options) error {
	if !m.Lives() && len(m.Events) == 0 {
		return nil
	}
	l, err := New(m, s, o)
	if err != nil {
		return err
	}
	l.Attend(simulation)
	return nil
}

// Attend has the cells act at every cell step of a simulation, if they ever do anything, and
// has the model's events happen that have not yet. Call it before what records the cells,
// which is of the same model: records then show what came of the events of their time.
func (l *Life) Attend(simulation *engine.Simulation) {
	if l.acts {
		simulation.Every(l.model.CellStepTime(), l.Step)
	}
	for i, e := range l.model.Events {
		simulation.At(e.Time, func(t float64) error { return l.happen(i, t) })
	}
}

// Model returns the model, with the cells as they are.
func (l *Life) Model() *tissue.Model { return l.model }

// Dead reports whether the cell at a position of the model's cells is dead.
func (l *Life) Dead(i int) bool { return l.state.Phase[i] == dead }

// Damage returns the damage of the cell at a position of the model's cells.
func (l *Life) Damage(i int) float64 { return l.state.Damage[i] }

// Age returns the age of the cell at a position of the model's cells, s.
func (l *Life) Age(i int) float64 { return l.state.Time - l.state.Born[i] }

// Step lets the cells act over the time since the last step, or since New, as the rules
// have it at the end of that time t, s. It hands them to the solver where that would see
// a difference. Call it by engine.Simulation.Every.
func (l *Life) Step(t float64) error {
	if l.follow() {
		l.model.Cells.Dead = l.flags(nil)
		if err := l.give(l.model.Cells, l.stock.model); err != nil {
			return err
		}
	}
	l.now, l.elapsed = t, t-l.state.Time
	if l.elapsed < 0 {
		return fmt.Errorf("life: step at %g s after one at %g s: want rising times", t, l.state.Time)
	}
	if err := l.sense(); err != nil {
		return err
	}
	if l.needs.captures {
		l.capture()
	}
	next := l.stock.spare(l.model.Cells.Len())
	l.decide(next)
	if l.elapsed > 0 {
		l.state.Steps++
		l.meet()
		l.travel()
		if err := l.become(next); err != nil {
			return err
		}
	} else {
		next.keep(&l.model.Cells, l.model.Cells.Position)
	}
	l.state.Time = t
	next.dead = l.flags(next.dead)
	next.cells.Dead = next.dead
	return l.handOver(next)
}

// flags tells which cells are dead, in memory it may use again.
func (l *Life) flags(room []bool) []bool {
	room = room[:0]
	for _, ph := range l.state.Phase {
		room = append(room, ph == dead)
	}
	return room
}

// compile lays out what the cells of the model's types do.
func (l *Life) compile() {
	for ph := range phases {
		l.programs[ph] = nil
		for t := range l.model.CellTypes {
			l.programs[ph] = append(l.programs[ph], compile(l.model, tissue.CellTypeID(t), ph))
		}
	}
	l.findNeeds()
}

// findNeeds finds what rules and behaviours ask for.
func (l *Life) findNeeds() {
	m, n := l.model, &l.needs
	n.density, n.gradient = make([]bool, len(m.Substrates)), make([]bool, len(m.Substrates))
	strongest, smallest := 0., m.Grid.Size()[0]
	for t := range m.CellTypes {
		kind := &m.CellTypes[t]
		n.states = n.states || len(kind.Variables) > 0
		n.captures = n.captures || len(kind.Life.Captures) > 0
		strongest = max(strongest, kind.Life.Mechanics.Repulsion, kind.Life.Mechanics.Adhesion)
		smallest = min(smallest, kind.Radius)
		for ph := range phases {
			p := &l.programs[ph][t]
			l.stride, l.bursts = max(l.stride, len(p.responses)), max(l.bursts, len(p.bursts))
			n.around = n.around || p.look
			for _, g := range p.gradients {
				n.gradient[g.substrate] = true
			}
			for _, programs := range l.programs[alive] {
				p.hear = p.hear || programs.reaches(tissue.CellTypeID(t), ph)
			}
			n.around = n.around || p.hear
			for _, r := range p.responses {
				for _, in := range slices.Concat(r.up, r.down) {
					l.need(in.signal)
				}
			}
		}
	}
	if n.mechanics = strongest > 0; n.mechanics {
		n.longest = 2 * smallest / (10 * strongest)
	}
}

func (l *Life) need(s tissue.Signal) {
	switch s.Kind {
	case tissue.Density:
		l.needs.density[s.Substrate] = true
	case tissue.SurfaceDensity:
		l.needs.states = true
	case tissue.Gradient:
		l.needs.gradient[s.Substrate] = true
	}
}

// measure takes the sizes of types, and returns the distance at which two cells may meet, µm.
func (l *Life) measure() float64 {
	widest := 0.
	for _, t := range l.model.CellTypes {
		l.radius = append(l.radius, t.Radius)
		l.reach = append(l.reach, t.Reach())
		widest = max(widest, 2*l.reach[len(l.reach)-1])
	}
	return widest
}

// follow takes in cells that were added to the model or taken out of it since the last
// step, and reports whether there are any.
func (l *Life) follow() bool {
	cells := &l.model.Cells
	if slices.Equal(cells.ID, l.ids) {
		return false
	}
	old, before := l.state, l.ids
	l.state = state{Steps: old.Steps, Time: old.Time, Next: old.Next, Events: old.Events}
	for _, id := range cells.ID {
		at, found := slices.BinarySearch(before, id)
		if found {
			l.state.copy(&old, at)
			continue
		}
		l.state.add(firstKey(l.model.Seed, uint64(id)), l.solver.Time())
	}
	if n := len(cells.ID); n > 0 {
		l.state.Next = max(l.state.Next, cells.ID[n-1]+1)
	}
	l.ids = slices.Clone(cells.ID)
	return true
}

// add adds a living cell.
func (s *state) add(key uint64, born float64) {
	s.Key, s.Born, s.Damage = append(s.Key, key), append(s.Born, born), append(s.Damage, 0)
	s.Phase, s.Gone, s.Heading = append(s.Phase, alive), append(s.Gone, 0), append(s.Heading, r3.Vec{})
	s.Spells = append(s.Spells, nil)
}

// copy adds a cell of another state.
func (s *state) copy(from *state, i int) {
	s.Key, s.Born = append(s.Key, from.Key[i]), append(s.Born, from.Born[i])
	s.Damage, s.Phase = append(s.Damage, from.Damage[i]), append(s.Phase, from.Phase[i])
	s.Gone, s.Heading = append(s.Gone, from.Gone[i]), append(s.Heading, from.Heading[i])
	s.Spells = append(s.Spells, from.Spells[i])
}

// move sets cell w to cell i of the same state.
func (s *state) move(w, i int) {
	s.Key[w], s.Born[w], s.Damage[w] = s.Key[i], s.Born[i], s.Damage[i]
	s.Phase[w], s.Gone[w], s.Heading[w] = s.Phase[i], s.Gone[i], s.Heading[i]
	s.Spells[w] = s.Spells[i]
}

// cut drops the cells from n on.
func (s *state) cut(n int) {
	s.Key, s.Born, s.Damage = s.Key[:n], s.Born[:n], s.Damage[:n]
	s.Phase, s.Gone, s.Heading = s.Phase[:n], s.Gone[:n], s.Heading[:n]
	s.Spells = s.Spells[:n]
}
