package life

import (
	"encoding/gob"
	"fmt"
	"io"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// snapshot is all that a cell step goes on from.
type snapshot struct {
	Format int
	State  state
	Cells  tissue.Cells
}

const snapshotFormat = 2

// Save writes the cells and all that their next step goes on from. With the solver's
// Snapshot at the same time a run goes on bit for bit.
func (l *Life) Save(w io.Writer) error {
	s := snapshot{snapshotFormat, l.state, l.model.Cells}
	s.Cells.State = nil // in the solver's snapshot
	if err := gob.NewEncoder(w).Encode(s); err != nil {
		return fmt.Errorf("life: save: %w", err)
	}
	return nil
}

// Load takes what Save wrote of the same model, and hands its cells to the solver. The
// solver's Restore comes after it.
func (l *Life) Load(r io.Reader) error {
	var s snapshot
	if err := gob.NewDecoder(r).Decode(&s); err != nil {
		return fmt.Errorf("life: load: %w", err)
	}
	if s.Format != snapshotFormat {
		return fmt.Errorf("life: load: format %d: want %d", s.Format, snapshotFormat)
	}
	n := len(s.Cells.ID)
	for _, have := range []int{len(s.State.Key), len(s.State.Born), len(s.State.Damage), len(s.State.Phase), len(s.State.Gone), len(s.State.Heading), len(s.State.Spells)} {
		if have != n {
			return fmt.Errorf("life: load: %d values for %d cells: want as many", have, n)
		}
	}
	for i, row := range s.Cells.Exchange {
		if len(row) == 0 { // nil before it was encoded
			s.Cells.Exchange[i] = nil
		}
	}
	if s.State.Events > len(l.model.Events) {
		return fmt.Errorf("life: load: %d events happened: want a model that has as many, not %d", s.State.Events, len(l.model.Events))
	}
	l.retype(s.State.Events)
	l.resource(s.State.Events)
	if err := l.give(s.Cells, nil); err != nil {
		return fmt.Errorf("life: load: %w", err)
	}
	l.state, l.ids = s.State, slices.Clone(s.Cells.ID)
	l.model.Cells.Dead = l.flags(nil)
	return nil
}
