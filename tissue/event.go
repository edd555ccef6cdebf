package tissue

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"
)

// Event is something that happens to a tissue at a time, between two steps.
type Event struct {
	Time   float64 // s
	Action Action
}

// Action is what happens: a Deposit, a WashOut, a Start or a Stop of a source, an Arrival, a
// Removal or a Switch.
type Action interface {
	// validate returns what is wrong with it. It takes a Switch into the model's types.
	validate(m *Model) []error
}

// Deposit puts molecules into the fluid of the voxels whose centres lie in a shape.
type Deposit struct {
	Doses  []FluidDose
	Within Shape // nil for everywhere
}

// FluidDose is what a Deposit puts in of one substrate: the sum of both.
type FluidDose struct {
	Substrate SubstrateID
	Density   float64 // added to that of every free voxel, in the substrate's unit
	Molecules float64 // in all, spread so that the densities of all free voxels rise alike
}

// WashOut takes all molecules of substrates out of the fluid of the voxels whose centres
// lie in a shape.
type WashOut struct {
	Substrates []SubstrateID
	Within     Shape // nil for everywhere
}

// Arrival adds living cells, with their type's initial state and ids above all there were.
type Arrival struct{ Cells []NewCell }

// NewCell is a cell of an Arrival.
type NewCell struct {
	Type     CellTypeID
	Position r3.Vec // µm
}

// Removal takes away the cells, dead ones among them, whose centres lie in a shape, with
// all that they hold.
type Removal struct {
	Type   CellTypeID // AnyType for cells of all types
	Within Shape      // nil for everywhere
}

// AnyType stands for all cell types.
const AnyType CellTypeID = -1

// Switch changes what the cells of types exchange from then on. Rules go from the new base;
// a cell with an exchange of its own keeps it.
type Switch struct{ Changes []ExchangeChange }

// ExchangeChange gives one term of a type's exchange other numbers. The type must have an
// exchange with that substrate, of rate 0 if need be.
type ExchangeChange struct {
	Type CellTypeID
	Term BehaviourKind // Secretion, Export, Uptake or SaturableUptake
	To   Exchange      // only the numbers of the term count
}

// Applied returns types with the changes made.
func (s Switch) Applied(types []CellType) []CellType {
	types = slices.Clone(types)
	for _, c := range s.Changes {
		t := &types[c.Type]
		t.Exchange = slices.Clone(t.Exchange)
		for i := range t.Exchange {
			if t.Exchange[i].Substrate == c.To.Substrate {
				t.Exchange[i].take(c.Term, c.To)
			}
		}
	}
	return types
}

// take takes over the numbers of one term.
func (e *Exchange) take(term BehaviourKind, from Exchange) {
	*e.Term(term) = *from.Term(term)
	switch term {
	case Secretion:
		e.SaturationDensity = from.SaturationDensity
	case SaturableUptake:
		e.HalfSaturation = from.HalfSaturation
	}
}

// FreeVoxels yields the indices of the voxels whose centres lie in a shape, of which nil is
// everywhere, and in which the density of a substrate is neither held nor nothing. The
// labels are those of the model.
func (m *Model) FreeVoxels(s SubstrateID, within Shape, labels []uint8) iter.Seq[int] {
	free := []bool{true}
	for _, r := range m.Regions {
		free = append(free, r.free(s))
	}
	return func(yield func(int) bool) {
		for voxel := range m.Grid.within(within) {
			if (labels == nil || free[labels[voxel]]) && !yield(voxel) {
				return
			}
		}
	}
}

// free reports whether the density of a substrate in the region is neither held nor nothing.
func (r *Region) free(s SubstrateID) bool {
	return !r.Impermeable && !slices.ContainsFunc(r.Held, func(h HeldDensity) bool { return h.Substrate == s })
}

// hasFree reports whether FreeVoxels yields any.
func (m *Model) hasFree(s SubstrateID, within Shape) bool {
	for voxel := range m.Grid.within(within) {
		at := m.Grid.Coordinates(voxel)
		if i := m.regionOf(m.Grid.Centre(at[0], at[1], at[2])); i < 0 || m.Regions[i].free(s) {
			return true
		}
	}
	return false
}

// validateEvents goes through the events of a model that is sound otherwise.
func (m *Model) validateEvents() []error {
	var faults []error
	after := *m // each switch goes from the ones before
	started := map[int]bool{}
	for i, e := range m.Events {
		fault := func(err error) { faults = append(faults, fmt.Errorf("tissue: event %d: %w", i+1, err)) }
		if !nonNegative(e.Time) {
			fault(fmt.Errorf("time %g s: want 0 or more", e.Time))
		}
		if i > 0 && e.Time < m.Events[i-1].Time {
			fault(fmt.Errorf("at %g s after one at %g s: want them in the order of time", e.Time, m.Events[i-1].Time))
		}
		if e.Action == nil {
			fault(errors.New("nothing happens: want an action"))
			continue
		}
		for _, err := range e.Action.validate(&after) {
			fault(err)
		}
		if err := numbered(e.Action, started); err != nil {
			fault(err)
		}
	}
	return faults
}

// validateWithin checks a shape, and that there is fluid of a substrate in it.
func (m *Model) validateWithin(s SubstrateID, within Shape) error {
	if int(s) < 0 || int(s) >= len(m.Substrates) {
		return fmt.Errorf("substrate %d of %d", s, len(m.Substrates))
	}
	if within != nil {
		if err := validateShape(within, m.Grid, false); err != nil {
			return err
		}
	}
	if !m.hasFree(s, within) {
		return fmt.Errorf("no voxel has its centre there whose density of %s is free: want one that is neither impermeable nor held", m.Substrates[s].Name)
	}
	return nil
}

func (d Deposit) validate(m *Model) []error {
	var faults []error
	for _, dose := range d.Doses {
		if err := m.validateWithin(dose.Substrate, d.Within); err != nil {
			faults = append(faults, err)
			continue
		}
		s := m.Substrates[dose.Substrate]
		if !nonNegative(dose.Density) || !nonNegative(dose.Molecules) {
			faults = append(faults, fmt.Errorf("dose of %s: %g %s, %g molecules: want 0 or more", s.Name, dose.Density, s.Unit, dose.Molecules))
		}
		if dose.Molecules > 0 && !s.Unit.CountsMolecules() {
			faults = append(faults, fmt.Errorf("dose of molecules of %s, whose density is in %s: want nM", s.Name, s.Unit))
		}
	}
	return faults
}

func (w WashOut) validate(m *Model) []error {
	var faults []error
	for _, s := range w.Substrates {
		if err := m.validateWithin(s, w.Within); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func (a Arrival) validate(m *Model) []error {
	var faults []error
	for _, c := range a.Cells {
		p := c.Position
		if int(c.Type) < 0 || int(c.Type) >= len(m.CellTypes) {
			faults = append(faults, fmt.Errorf("a cell of type %d of %d", c.Type, len(m.CellTypes)))
		}
		if !m.Grid.Contains(p) {
			faults = append(faults, fmt.Errorf("a cell at (%g, %g, %g) µm outside the domain", p.X, p.Y, p.Z))
		} else if r := m.Obstacle(p); r != nil {
			faults = append(faults, fmt.Errorf("a cell at (%g, %g, %g) µm in region %q, which is impermeable or held at a density", p.X, p.Y, p.Z, r.Name))
		}
	}
	return faults
}

func (r Removal) validate(m *Model) []error {
	var faults []error
	if r.Type != AnyType && (int(r.Type) < 0 || int(r.Type) >= len(m.CellTypes)) {
		faults = append(faults, fmt.Errorf("removes cells of type %d of %d", r.Type, len(m.CellTypes)))
	}
	if r.Within != nil {
		if err := validateShape(r.Within, m.Grid, false); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func (s Switch) validate(m *Model) []error {
	var faults []error
	for _, c := range s.Changes {
		if err := c.validate(m); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return faults
	}
	m.CellTypes = s.Applied(m.CellTypes)
	for i := range m.CellTypes {
		if slices.ContainsFunc(s.Changes, func(c ExchangeChange) bool { return int(c.Type) == i }) {
			t := &m.CellTypes[i]
			for _, err := range slices.Concat(t.validate(m.Substrates), m.validateLife(t)) {
				faults = append(faults, errors.New(strings.TrimPrefix(err.Error(), "tissue: ")))
			}
		}
	}
	return faults
}

func (c ExchangeChange) validate(m *Model) error {
	switch {
	case int(c.Type) < 0 || int(c.Type) >= len(m.CellTypes):
		return fmt.Errorf("changes type %d of %d", c.Type, len(m.CellTypes))
	case int(c.To.Substrate) < 0 || int(c.To.Substrate) >= len(m.Substrates):
		return fmt.Errorf("changes exchange with substrate %d of %d", c.To.Substrate, len(m.Substrates))
	case c.Term < 0 || !c.Term.Exchanges():
		return fmt.Errorf("changes behaviour of kind %d: want a term of exchange", c.Term)
	}
	t := m.CellTypes[c.Type]
	if !slices.ContainsFunc(t.Exchange, func(e Exchange) bool { return e.Substrate == c.To.Substrate }) {
		return fmt.Errorf("changes the exchange of %q with %s, which it does not have: give the type that exchange, at a rate of 0", t.Name, m.Substrates[c.To.Substrate].Name)
	}
	return nil
}
