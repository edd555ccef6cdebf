package life

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// birth is a cell that is new, at the end of the others.
type birth struct {
	t      tissue.CellTypeID
	at     r3.Vec
	key    uint64
	damage float64
	row    []tissue.Exchange
	state  []float64
}

// deposit is what a cell leaves in its voxel.
type deposit struct {
	substrate tissue.SubstrateID
	voxel     int
	molecules float64
}

// become writes the cells that the fates leave, at their new places, with those born
// behind them in the order of their mothers.
func (l *Life) become(next *handed) error {
	cells := &l.model.Cells
	if !slices.ContainsFunc(l.fates, func(f fate) bool { return f.kind != goesOn }) {
		next.keep(cells, l.place)
		return nil
	}
	next.begin()
	next.changed = true
	l.deposits = l.deposits[:0]
	var births []birth
	kept := 0
	for i, f := range l.fates {
		if f.kind == removed {
			continue
		}
		l.state.move(kept, i)
		next.add(cells.ID[i], cells.Type[i], l.place[i], next.row(i), next.stateOf(i))
		switch f.kind {
		case divides:
			births = append(births, l.divide(next, kept, i))
		case apoptotic:
			l.die(next, kept, i, &l.model.CellTypes[cells.Type[i]].Life.Apoptosis)
		case necrotic:
			l.die(next, kept, i, &l.model.CellTypes[cells.Type[i]].Life.Necrosis)
		case changes:
			l.change(next, kept, i, f.to)
		}
		kept++
	}
	l.state.cut(kept)
	for _, b := range births {
		next.add(l.state.Next, b.t, b.at, b.row, b.state)
		l.state.add(b.key, l.now)
		l.state.Damage[kept] = b.damage
		l.state.Next++
		kept++
	}
	l.ids = append(l.ids[:0], next.cells.ID...)
	return l.release()
}

// valuesToBe returns the variables of cell i as they are to be, nil for none.
func (l *Life) valuesToBe(next *handed, i int) []float64 {
	if s := next.stateOf(i); s != nil {
		return s
	}
	if len(l.model.CellTypes[l.model.Cells.Type[i]].Variables) == 0 {
		return nil
	}
	return l.variables[i]
}

// divide makes the cell at w two, and returns the other: see tissue.Division.
func (l *Life) divide(next *handed, w, i int) birth {
	t := l.model.Cells.Type[i]
	kind := &l.model.CellTypes[t]
	d := &kind.Life.Division
	random := newStream(l.state.Key[w], l.state.Steps, ofBirth)
	half := r3.Scale(0.5*kind.Radius, random.direction(l.model.Grid.Planar))
	b := birth{t: t, damage: l.state.Damage[w], row: next.row(i)}
	at := random.uniform()
	for _, to := range d.Daughter {
		if at -= to.Probability; at < 0 {
			b.t, b.row = to.Type, nil
			break
		}
	}
	keys := newStream(l.state.Key[w], l.state.Steps, ofKey)
	b.key = keys.next()
	var none r3.Vec
	b.at = l.space.move(l.place[i], half, &none)
	next.cells.Position[w] = l.space.move(l.place[i], r3.Scale(-1, half), &none)
	l.state.Born[w] = l.now
	next.cells.State[w], b.state = l.share(l.valuesToBe(next, i), t, b.t)
	return b
}

// share returns the variables of both cells of a division.
func (l *Life) share(have []float64, t, to tissue.CellTypeID) (mother, daughter []float64) {
	kind, other := &l.model.CellTypes[t], &l.model.CellTypes[to]
	mother = slices.Clone(have)
	daughter = initial(other)
	for v, value := range have {
		at, ok := other.Variable(kind.Variables[v].Name)
		if !ok {
			continue
		}
		if kind.Variables[v].Dimension != 0 || slices.Contains(kind.Life.Division.Kept, v) {
			daughter[at] = value
			continue
		}
		daughter[at] = kind.Life.Division.Share * value
		mother[v] -= daughter[at]
	}
	return mother, daughter
}

func initial(t *tissue.CellType) []float64 {
	all := make([]float64, len(t.Variables))
	for v := range all {
		all[v] = t.Variables[v].Initial
	}
	return all
}

// change gives the cell at w another type. Variables of the same name stay.
func (l *Life) change(next *handed, w, i int, to tissue.CellTypeID) {
	from, into := &l.model.CellTypes[l.model.Cells.Type[i]], &l.model.CellTypes[to]
	state := initial(into)
	for v, value := range l.valuesToBe(next, i) {
		if at, ok := into.Variable(from.Variables[v].Name); ok {
			state[at] = value
		}
	}
	next.cells.Type[w], next.cells.State[w], next.cells.Exchange[w] = to, state, nil
	l.state.Spells[w] = nil
}

// die makes the cell at w a dead one: see tissue.Death.
func (l *Life) die(next *handed, w, i int, d *tissue.Death) {
	if l.state.Phase[w] == dead {
		return
	}
	t := l.model.Cells.Type[i]
	l.state.Phase[w], l.state.Gone[w] = dead, l.now+d.Duration
	state := slices.Clone(l.valuesToBe(next, i))
	for _, r := range d.Release {
		molecules := r.Molecules
		if r.Variable != tissue.NoVariable {
			molecules += max(state[r.Variable], 0)
			state[r.Variable] = 0
		}
		l.deposits = append(l.deposits, deposit{r.Substrate, l.space.voxel(l.place[i]), molecules})
	}
	next.cells.State[w] = state
	if d.Remains != nil {
		next.state[i] = state
		t = *d.Remains
		l.change(next, w, i, t)
	}
	next.cells.Exchange[w] = l.programs[dead][t].exchange
}

// release puts what dying cells left into their voxels.
func (l *Life) release() error {
	slices.SortStableFunc(l.deposits, func(a, b deposit) int { return int(a.substrate - b.substrate) })
	for from := 0; from < len(l.deposits); {
		s := l.deposits[from].substrate
		to := from
		for to < len(l.deposits) && l.deposits[to].substrate == s {
			to++
		}
		if err := l.put(s, l.deposits[from:to]); err != nil {
			return fmt.Errorf("life: release of %s: %w", l.model.Substrates[s].Name, err)
		}
		from = to
	}
	return nil
}

func (l *Life) put(s tissue.SubstrateID, all []deposit) error {
	return l.rewrite(s, func(densities []float64) {
		for _, d := range all {
			densities[d.voxel] += d.molecules / l.room(s, d.voxel)
		}
	})
}

// rewrite changes the densities of a substrate, by voxel.
func (l *Life) rewrite(s tissue.SubstrateID, change func(densities []float64)) error {
	field := tissue.NewField(l.model.Grid)
	if err := l.solver.Read(s, field); err != nil {
		return err
	}
	change(field.Values)
	return l.solver.Write(s, field)
}

// room returns the molecules in a voxel per density, R α V N.
func (l *Life) room(s tissue.SubstrateID, voxel int) float64 {
	m := l.model
	label := uint8(0)
	if l.labels != nil {
		label = l.labels[voxel]
	}
	fraction, medium := m.MediumOf(label, s)
	return medium.RetardationFactor() * fraction * m.Grid.VoxelVolume() * m.Substrates[s].Unit.AmountPerVolume()
}
