package engine

import (
	"fmt"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// tagging is the tags of a field.
type tagging struct {
	of      *field
	by      tissue.Tagging
	senders []tissue.Sender
	tags    []*field
	member  TagMember
	caught  [][]float64 // per tag and cell type
	own     []float64   // per tag

	linear  []linearCell
	cells   []TaggedCell
	cohorts []TaggedCohort
	crowds  []*Cohort // of the group
}

// linearCell is a cell that is folded into a site of the tags' exchange.
type linearCell struct {
	TaggedCell
	site int
}

// tag prepares the tags of those fields of a group that are attributed.
func (in *Integrator) tag(g *group, cohorts []*Cohort) ([]Tagged, error) {
	var all []Tagged
	for i, f := range g.fields {
		by, ok := in.model.Attributed(f.id)
		if !ok {
			continue
		}
		t := &tagging{of: f, by: by.By}
		if err := t.grow(in, in.model); err != nil {
			return nil, err
		}
		tagged, err := t.arrange(in, in.model, cohorts, nil)
		if err != nil {
			return nil, err
		}
		tagged.Member = i
		g.tagged, all = append(g.tagged, t), append(all, tagged)
	}
	return all, nil
}

// grow gives a tag to the rest and to every sender that has none; those that are gone keep
// theirs.
func (t *tagging) grow(in *Integrator, m *tissue.Model) error {
	if len(t.tags) == 0 {
		t.add(in)
	}
	attribution, _ := m.Attributed(t.of.id)
	for _, s := range m.Senders(attribution) {
		if !slices.Contains(t.senders, s) {
			t.senders = append(t.senders, s)
			t.add(in)
		}
	}
	if n := len(t.senders); n > tissue.MaxSenders {
		return fmt.Errorf("engine: attribution of %s by %s: %d have made it by now: want at most %d", m.Substrates[t.of.id].Name, t.by, n, tissue.MaxSenders)
	}
	return nil
}

func (t *tagging) add(in *Integrator) {
	f := &field{id: t.of.id, substrate: t.of.substrate, sweeps: t.of.sweeps, group: t.of.group}
	f.walls = t.wallsOf(len(t.tags))
	t.tags = append(t.tags, f)
	t.caught = append(t.caught, make([]float64, len(in.model.CellTypes)))
	t.own = append(t.own, 0)
}

// wallsOf returns the walls of a tag: what comes in through them, and from the body, belongs
// to the rest.
func (t *tagging) wallsOf(tag int) *Exchange {
	if tag == 0 {
		return t.of.walls
	}
	walls := *t.of.walls
	walls.Sites, walls.Drifts, walls.Body = slices.Clone(walls.Sites), false, nil
	for i := range walls.Sites {
		walls.Sites[i].Source, walls.Sites[i].Drift = 0, 0
	}
	return &walls
}

// tagOf returns the tag of what a cell of a model makes; what a source does is of the rest.
func (t *tagging) tagOf(m *tissue.Model, cell int) int {
	if cell == noCell {
		return 0
	}
	s := tissue.Sender{Type: m.Cells.Type[cell]}
	if t.by == tissue.TagCells {
		s.Cell = m.Cells.ID[cell]
	}
	return slices.Index(t.senders, s) + 1 // 0, the rest, where it makes nothing
}

// arrange sorts the cells of a model into those that are linear, which become the tags'
// exchanges, the others, and cohorts; known is what carriers of cells hold.
func (t *tagging) arrange(in *Integrator, m *tissue.Model, cohorts []*Cohort, known carried) (Tagged, error) {
	laws := in.laws(m)
	order, err := laws.placed(t.of.id, t.of.substrate.Mosaic)
	if err != nil {
		return Tagged{}, err
	}
	t.linear, t.cells, t.cohorts, t.crowds = nil, nil, nil, cohorts
	for _, f := range t.tags {
		f.cells = &Exchange{Capacity: t.of.cells.Capacity}
	}
	for _, p := range order {
		tag := t.tagOf(m, p.cell)
		cell := TaggedCell{SaturableCell{p.voxel, p.law, t.of.cells.Capacity.At(p.voxel)}, tag, 0}
		if p.cell != noCell {
			cell.Type = m.Cells.Type[p.cell]
		}
		if p.law.MaxUptake > 0 || p.law.Secretion > 0 {
			t.cells = append(t.cells, cell)
		} else {
			t.fold(cell)
		}
	}
	tagged := Tagged{Cells: t.cells}
	for i, c := range cohorts {
		if f := slices.IndexFunc(c.Fluids, func(f CohortFluid) bool { return f.Substrate == t.of.id }); f >= 0 {
			t.cohorts = append(t.cohorts, t.people(m, c, i, f, known))
		}
	}
	tagged.Cohorts = t.cohorts
	for _, f := range t.tags {
		s := f.substrate
		s.Cells, s.Walls = f.cells, f.walls
		tagged.Tags = append(tagged.Tags, s)
	}
	return tagged, nil
}

// fold adds a linear cell to the exchange of every tag.
func (t *tagging) fold(cell TaggedCell) {
	for tag, f := range t.tags {
		law := cell.Law
		if tag != cell.Tag {
			law.Release, law.Export = 0, 0
		}
		f.cells.addLinear(cell.Voxel, law, cell.Capacity)
	}
	t.linear = append(t.linear, linearCell{cell, len(t.tags[0].cells.Sites) - 1})
}

// carried is what carriers of cells hold, per carrier.
type carried map[tissue.CellID][]holding

// holding is the value of a carrier and, per tag, the part of it.
type holding struct {
	Whole float64
	Parts []float64
}

// people puts the tags of a cohort together. What a cell is not known to have had from
// somewhere belongs to the rest.
func (t *tagging) people(m *tissue.Model, c *Cohort, cohort, fluid int, known carried) TaggedCohort {
	all := TaggedCohort{Cohort: cohort, Fluid: fluid}
	if len(c.State) > 0 {
		all.Carriers = m.CellTypes[c.Type].Carriers(t.of.id)
	}
	for _, i := range c.Cells {
		all.Tag = append(all.Tag, t.tagOf(m, i))
	}
	for n, v := range all.Carriers {
		state := make([][]float64, len(t.tags))
		for tag := range state {
			state[tag] = make([]float64, len(c.Cells))
		}
		for k, i := range c.Cells {
			var had holding
			if of := known[m.Cells.ID[i]]; n < len(of) {
				had = of[n]
			}
			for tag, part := range had.divide(c.State[v][k], len(t.tags)) {
				state[tag][k] = part
			}
		}
		all.State = append(all.State, state)
	}
	return all
}

// divide returns the parts of the tags in what the carrier has become: as they are where it is
// what it was, else in their shares.
func (h holding) divide(whole float64, tags int) []float64 {
	parts := make([]float64, tags)
	sum := 0.0
	for tag, part := range h.Parts {
		parts[tag] = part
		sum += part
	}
	if len(h.Parts) > 0 && whole == h.Whole {
		return parts
	}
	for tag, part := range parts {
		parts[tag] = whole * TagShare(tag, part, sum)
	}
	return parts
}

// followed are the fields of a group and behind them their tags, as the trials are.
func (g *group) followed() []*field {
	if len(g.tagged) == 0 {
		return g.fields // steps allocate nothing
	}
	all := slices.Clone(g.fields)
	for _, t := range g.tagged {
		all = append(all, t.tags...)
	}
	return all
}

// join ties the tags of a group to its members on the device.
func (g *group) join() {
	members := g.stepper.Members()[len(g.fields):]
	for i, t := range g.tagged {
		t.member = g.stepper.Tags()[i]
		for _, f := range t.tags {
			f.member, f.group = members[0], g
			members = members[1:]
		}
	}
}

// settle moves the integrals from the device into the ledgers of the tags.
func (t *tagging) settle() error {
	elapsed := t.tags[0].elapsed
	if elapsed == 0 {
		return nil
	}
	for tag, f := range t.tags {
		integrals, err := f.member.Integrals()
		if err != nil {
			return err
		}
		f.enter(integrals)
		for _, cell := range t.linear {
			c := integrals.Cells[cell.site]
			if tag == cell.Tag {
				c += cell.Law.Shift * cell.Law.Release * elapsed
			}
			t.credit(tag, cell.Tag, cell.Type, cell.Law.Sink*c/(1+cell.Law.Sink*cell.Law.Shift))
		}
	}
	return t.settleCells()
}

// settleCells does so for the cells that book what each exchanged.
func (t *tagging) settleCells() error {
	integrals, err := t.member.Integrals()
	if err != nil {
		return err
	}
	for i, cell := range t.cells {
		t.book(integrals.Cells, i, cell.Tag, cell.Type, 1)
	}
	for i, c := range t.cohorts {
		for k, tag := range c.Tag {
			t.book(integrals.Cohorts[i], k, tag, t.crowds[c.Cohort].Type, t.crowds[c.Cohort].Footprints.Open[k])
		}
	}
	return nil
}

// book takes down what a cell exchanged with the share of its footprint that is open.
func (t *tagging) book(in TagExchange, cell, own int, kind tissue.CellTypeID, open float64) {
	for tag, f := range t.tags {
		amount := open * in.Flux[tag][cell]
		if tag == own {
			made := open * in.Made[cell]
			f.ledger.Secreted += made
			amount += made
		}
		f.ledger.TakenUp += amount
		t.credit(tag, own, kind, amount)
	}
}

// credit enters what a cell, whose own tag is another or the same, caught of a tag.
func (t *tagging) credit(tag, own int, kind tissue.CellTypeID, amount float64) {
	t.caught[tag][kind] += amount
	if tag == own && tag > 0 {
		t.own[tag] += amount
	}
}

// turn renews the walls of the tags.
func (t *tagging) turn() error {
	if err := t.settle(); err != nil {
		return err
	}
	for tag, f := range t.tags {
		f.walls = t.wallsOf(tag)
		if err := f.member.Replace(f.cells, f.walls); err != nil {
			return err
		}
	}
	return nil
}

// tagging returns the tags of a field; nil where it has none.
func (f *field) tagging() *tagging {
	for _, t := range f.group.tagged {
		if t.of == f {
			return t
		}
	}
	return nil
}

// retag follows a density that something other than a step has changed: what is taken is
// taken of every tag in proportion, and what comes belongs to the rest.
func (in *Integrator) retag(t *tagging, before, after []float64) error {
	n := len(before)
	parts := make([][]float64, len(t.tags))
	for tag, f := range t.tags {
		parts[tag] = make([]float64, n)
		if err := f.member.Read(parts[tag]); err != nil {
			return err
		}
	}
	for i := range n {
		switch was, is := before[i], after[i]; {
		case is >= was:
			parts[0][i] += is - was
		case was > 0:
			for tag := range parts {
				parts[tag][i] *= is / was
			}
		default:
			parts[0][i] += is - was
		}
	}
	for tag, f := range t.tags {
		present := f.ledger.Present
		if err := f.member.Write(parts[tag]); err != nil {
			return err
		}
		if err := in.measure(f); err != nil {
			return err
		}
		f.ledger.Written += f.ledger.Present - present
	}
	return nil
}

// carries returns what the carriers of cells hold.
func (t *tagging) carries(m *tissue.Model) (carried, error) {
	state := make([][][][]float64, len(t.cohorts))
	for i, c := range t.cohorts {
		for _, of := range c.State {
			parts := make([][]float64, len(of))
			for tag := range parts {
				parts[tag] = make([]float64, len(of[tag]))
			}
			state[i] = append(state[i], parts)
		}
	}
	if err := t.member.Read(state); err != nil {
		return nil, err
	}
	known := carried{}
	for i, c := range t.cohorts {
		whole, err := t.of.group.cohorts[c.Cohort].read()
		if err != nil {
			return nil, err
		}
		for k, cell := range t.crowds[c.Cohort].Cells {
			for n, of := range state[i] {
				had := holding{Whole: whole[c.Carriers[n]][k]}
				for tag := range of {
					had.Parts = append(had.Parts, of[tag][k])
				}
				known[m.Cells.ID[cell]] = append(known[m.Cells.ID[cell]], had)
			}
		}
	}
	return known, nil
}

// renew takes other cells, with what carriers of those that were there before hold.
func (t *tagging) renew(in *Integrator, m *tissue.Model, g *group, known carried) error {
	if err := t.grow(in, m); err != nil {
		return err
	}
	tagged, err := t.arrange(in, m, g.population(), known)
	if err != nil {
		return err
	}
	if err := t.member.Replace(tagged); err != nil {
		return err
	}
	g.join()
	return nil
}

// population returns the cohorts of a group.
func (g *group) population() []*Cohort {
	var all []*Cohort
	for _, c := range g.cohorts {
		all = append(all, c.Cohort)
	}
	return all
}

// carried returns what carriers of cells hold, per group and tagging.
func (in *Integrator) carried() ([][]carried, error) {
	all := make([][]carried, len(in.groups))
	for i, g := range in.groups {
		for _, t := range g.tagged {
			if err := t.settle(); err != nil {
				return nil, err
			}
			known, err := t.carries(in.model)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], known)
		}
	}
	return all, nil
}

// taggingState is that of a snapshot.
type taggingState struct {
	Substrate tissue.SubstrateID
	By        tissue.Tagging
	Senders   []tissue.Sender
	Tags      []fieldState
	Caught    [][]float64
	Own       []float64
	Carried   carried
}

func (t *tagging) save(m *tissue.Model) (state taggingState, err error) {
	if err = t.settle(); err != nil {
		return state, err
	}
	state = taggingState{Substrate: t.of.id, By: t.by, Senders: t.senders, Caught: t.caught, Own: t.own}
	for _, f := range t.tags {
		density := make([]float64, m.Grid.Voxels())
		if err = f.member.Read(density); err != nil {
			return state, err
		}
		state.Tags = append(state.Tags, fieldState{f.ledger, f.largest, density})
	}
	state.Carried, err = t.carries(m)
	return state, err
}

// restore takes the state of a snapshot, whose senders may be more than those of the model
// the solver was made for.
func (t *tagging) restore(in *Integrator, g *group, state taggingState) error {
	t.senders = state.Senders
	for len(t.tags) < len(state.Tags) {
		t.add(in)
	}
	if err := t.renew(in, in.model, g, state.Carried); err != nil {
		return err
	}
	for tag, f := range t.tags {
		f.elapsed, f.moment, f.exposure = 0, 0, 0
		if tag >= len(state.Tags) {
			continue
		}
		if err := f.member.Write(state.Tags[tag].Density); err != nil {
			return err
		}
		if err := in.measure(f); err != nil {
			return err
		}
		present := f.ledger.Present
		f.ledger, f.largest = state.Tags[tag].Ledger, state.Tags[tag].Largest
		f.ledger.Present = present
		t.caught[tag], t.own[tag] = state.Caught[tag], state.Own[tag]
	}
	return nil
}
