package life

import (
	"fmt"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// CatchUp has the events happen that were due until a time, s, and have not. It is for
// events that a model was given when a run had already reached their time.
func (l *Life) CatchUp(t float64) error {
	for i, e := range l.model.Events {
		if e.Time > t {
			break
		}
		if err := l.happen(i, t); err != nil {
			return err
		}
	}
	return nil
}

// happen has an event of the model happen at a time t, s, unless it has.
func (l *Life) happen(i int, t float64) error {
	if i < l.state.Events {
		return nil
	}
	l.state.Events = i + 1
	var err error
	switch action := l.model.Events[i].Action.(type) {
	case tissue.Deposit:
		err = l.pour(action)
	case tissue.WashOut:
		err = l.washOut(action)
	case tissue.Start, tissue.Stop:
		l.resource(i + 1)
		err = l.give(l.model.Cells, l.stock.model)
	default:
		err = l.turn(action, t)
	}
	if err != nil {
		return fmt.Errorf("life: event %d at %g s: %w", i+1, t, err)
	}
	return nil
}

// pour puts molecules into the fluid.
func (l *Life) pour(d tissue.Deposit) error {
	for _, dose := range d.Doses {
		err := l.rewrite(dose.Substrate, func(densities []float64) {
			free := l.model.FreeVoxels(dose.Substrate, d.Within, l.labels)
			more := dose.Density
			if dose.Molecules > 0 {
				room := 0.0
				for voxel := range free {
					room += l.room(dose.Substrate, voxel)
				}
				more += dose.Molecules / room
			}
			for voxel := range free {
				densities[voxel] += more
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Life) washOut(w tissue.WashOut) error {
	for _, s := range w.Substrates {
		err := l.rewrite(s, func(densities []float64) {
			for voxel := range l.model.FreeVoxels(s, w.Within, l.labels) {
				densities[voxel] = 0
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// resource gives the model the sources that run once the first n events have happened.
func (l *Life) resource(n int) {
	l.model.Sources = l.sources
	l.model.Sources = l.model.Running(n)
}

// turn has an event of cells happen. Before it they act over the time since the last step,
// and behind it they do at once what the rules have them do.
func (l *Life) turn(action tissue.Action, t float64) error {
	if l.acts && t > l.state.Time {
		if err := l.Step(t); err != nil {
			return err
		}
	}
	var cells tissue.Cells
	switch a := action.(type) {
	case tissue.Arrival:
		cells = l.copyOf(func(int) bool { return true })
		l.arrive(&cells, a)
	case tissue.Removal:
		c := &l.model.Cells
		cells = l.copyOf(func(i int) bool {
			return a.Type != tissue.AnyType && a.Type != c.Type[i] || !tissue.Within(a.Within, c.Position[i])
		})
	case tissue.Switch:
		cells = l.copyOf(func(int) bool { return true })
		l.retype(l.state.Events)
	}
	if err := l.give(cells, nil); err != nil {
		return err
	}
	l.follow()
	l.model.Cells.Dead = l.flags(nil)
	if l.acts {
		return l.Step(t)
	}
	return nil
}

// copyOf returns the model's cells that stay, in memory of their own. The solver keeps their
// variables.
func (l *Life) copyOf(stays func(i int) bool) tissue.Cells {
	var to tissue.Cells
	from := &l.model.Cells
	for i, id := range from.ID {
		if !stays(i) {
			continue
		}
		to.ID, to.Type, to.Position = append(to.ID, id), append(to.Type, from.Type[i]), append(to.Position, from.Position[i])
		if from.Exchange != nil {
			to.Exchange = append(to.Exchange, slices.Clone(from.Exchange[i]))
		}
		to.Dead = append(to.Dead, from.IsDead(i))
	}
	return to
}

func (l *Life) arrive(cells *tissue.Cells, a tissue.Arrival) {
	id := max(l.state.Next, 1)
	for _, c := range a.Cells {
		cells.ID, cells.Type, cells.Position = append(cells.ID, id), append(cells.Type, c.Type), append(cells.Position, c.Position)
		if cells.Exchange != nil {
			cells.Exchange = append(cells.Exchange, nil)
		}
		cells.Dead = append(cells.Dead, false)
		id++
	}
}

// retype gives the model the types it has once the first n events have happened.
func (l *Life) retype(n int) {
	l.model.CellTypes = l.types
	for _, e := range l.model.Events[:n] {
		if s, ok := e.Action.(tissue.Switch); ok {
			l.model.CellTypes = s.Applied(l.model.CellTypes)
		}
	}
	l.compile()
}
