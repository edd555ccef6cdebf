package tissue

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Model is a tissue at its start: everything a solver needs to know, and
// nothing about how it solves.
type Model struct {
	Title                 string
	Grid                  Grid
	ExtracellularFraction float64 // α: share of a voxel that the fluid fills; 1 in water
	Substrates            []Substrate
	Regions               []Region // at most MaxRegions; where they overlap the later holds
	Flow                  *Flow    // of interstitial fluid; nil where it rests
	Reactions             []Reaction
	CellTypes             []CellType
	Cells                 Cells
	CellStep              float64       // between decisions of cells, s; 0 means DefaultCellStep
	Body                  *Body         // nil where blood is as the vessels say
	Attribution           []Attribution // each substrate at most once
	Sources               []Source      // that run, beside those that events start
	Events                []Event       // in the order of time; those at the same time happen in this order
	Duration              float64       // s
	Seed                  uint64
}

// SameTissue reports whether two models are of the same grid, fluid, substrates,
// reactions, regions, flow, body and attribution: whether they differ in no more than cells
// and what they do.
func (m *Model) SameTissue(other *Model) bool {
	same := func(a, b Reaction) bool {
		return a.Name == b.Name && a.Rate.Equal(b.Rate) && slices.Equal(a.Changes, b.Changes)
	}
	return slices.EqualFunc(m.Reactions, other.Reactions, same) && m.Grid == other.Grid && m.ExtracellularFraction == other.ExtracellularFraction &&
		reflect.DeepEqual(m.Substrates, other.Substrates) &&
		reflect.DeepEqual(m.Regions, other.Regions) && reflect.DeepEqual(m.Flow, other.Flow) && m.Body.Equal(other.Body) &&
		slices.Equal(m.Attribution, other.Attribution)
}

// Substrate returns the id of a substrate by name.
func (m *Model) Substrate(name string) (SubstrateID, bool) {
	for i, s := range m.Substrates {
		if s.Name == name {
			return SubstrateID(i), true
		}
	}
	return 0, false
}

// CellType returns the id of a cell type by name.
func (m *Model) CellType(name string) (CellTypeID, bool) {
	for i, t := range m.CellTypes {
		if t.Name == name {
			return CellTypeID(i), true
		}
	}
	return 0, false
}

// FluidVolume returns the extracellular volume of one voxel, µm³: a density
// times this times DensityUnit.AmountPerVolume is an amount.
func (m *Model) FluidVolume() float64 { return m.ExtracellularFraction * m.Grid.VoxelVolume() }

// Validate returns all that makes the model unphysical, joined; nil if sound.
func (m *Model) Validate() error {
	faults := m.Grid.validate()
	if !(m.ExtracellularFraction > 0 && m.ExtracellularFraction <= 1) {
		faults = append(faults, fmt.Errorf("tissue: extracellular fraction %g: want more than 0, at most 1", m.ExtracellularFraction))
	}
	if len(m.Substrates) == 0 {
		faults = append(faults, errors.New("tissue: no substrate: want at least one"))
	}
	names := map[string]bool{}
	for _, s := range m.Substrates {
		if s.Name == "" || names[s.Name] {
			faults = append(faults, fmt.Errorf("tissue: substrate name %q: want each name once", s.Name))
		}
		names[s.Name] = true
		faults = append(faults, s.validate(m.Grid)...)
	}
	reactions := map[string]bool{}
	for _, r := range m.Reactions {
		if r.Name == "" || reactions[r.Name] {
			faults = append(faults, fmt.Errorf("tissue: reaction name %q: want each name once", r.Name))
		}
		reactions[r.Name] = true
		faults = append(faults, r.validate(m.Substrates)...)
	}
	faults = append(faults, m.validateRegions()...)
	faults = append(faults, m.validateBody()...)
	if m.Flow != nil && len(m.Substrates) > 0 && len(faults) == 0 { // their faults would only come back as others
		faults = append(faults, m.Flow.validate(m)...)
	}
	types := map[string]bool{}
	for _, t := range m.CellTypes {
		if t.Name == "" || types[t.Name] {
			faults = append(faults, fmt.Errorf("tissue: cell type name %q: want each name once", t.Name))
		}
		types[t.Name] = true
		faults = append(faults, t.validate(m.Substrates)...)
		faults = append(faults, m.validateLife(&t)...)
		for _, err := range m.validatePointing(t.Exchange) {
			faults = append(faults, fmt.Errorf("tissue: cell type %q: %w", t.Name, err))
		}
	}
	if !nonNegative(m.CellStep) {
		faults = append(faults, fmt.Errorf("tissue: cell step %g s: want 0 or more", m.CellStep))
	}
	if !nonNegative(m.Duration) {
		faults = append(faults, fmt.Errorf("tissue: duration %g s: want 0 or more", m.Duration))
	}
	sound := len(faults) == 0                                                 // so that cells can be looked up in regions
	if faults = append(faults, m.validateCells(sound)...); len(faults) == 0 { // so that senders can
		faults = append(m.validateAttribution(), m.validateEvents()...)
		for i, s := range m.Sources {
			for _, err := range s.validate(m) {
				faults = append(faults, fmt.Errorf("tissue: source %d: %w", i+1, err))
			}
		}
	}
	return errors.Join(faults...)
}

// ExchangeOf returns what a cell exchanges: its own, or its type's.
func (m *Model) ExchangeOf(cell int) []Exchange {
	if own := m.Cells.Exchange; own != nil && own[cell] != nil {
		return own[cell]
	}
	return m.CellTypes[m.Cells.Type[cell]].Exchange
}

// PeriodicAxes tells the axes along which cells, and what they touch, go round: where all
// substrates do.
func (m *Model) PeriodicAxes() [3]bool {
	var all [3]bool
	for axis := range all {
		all[axis] = !slices.ContainsFunc(m.Substrates, func(s Substrate) bool { return s.Boundary[axis][0].Kind != Periodic })
	}
	return all
}

// validatePointing checks whom the exports of a type point to.
func (m *Model) validatePointing(all []Exchange) []error {
	var faults []error
	for _, e := range all {
		if to := e.Pointing.Towards; int(to) < 0 || int(to) >= len(m.CellTypes) {
			faults = append(faults, fmt.Errorf("export of substrate %d points towards type %d of %d", e.Substrate, to, len(m.CellTypes)))
		}
	}
	return faults
}

func (m *Model) validateRegions() []error {
	var faults []error
	if len(m.Regions) > MaxRegions {
		faults = append(faults, fmt.Errorf("tissue: %d regions: want at most %d", len(m.Regions), MaxRegions))
	}
	names := map[string]bool{}
	for i := range m.Regions {
		r := &m.Regions[i]
		if r.Name == "" || names[r.Name] {
			faults = append(faults, fmt.Errorf("tissue: region name %q: want each name once", r.Name))
		}
		names[r.Name] = true
		faults = append(faults, r.validate(m)...)
	}
	return faults
}

func (m *Model) validateCells(regions bool) []error {
	c := &m.Cells
	if len(c.Type) != len(c.ID) || len(c.Position) != len(c.ID) {
		return []error{fmt.Errorf("tissue: cells: %d ids, %d types, %d positions: want as many of each", len(c.ID), len(c.Type), len(c.Position))}
	}
	if c.State != nil && len(c.State) != len(c.ID) || c.Exchange != nil && len(c.Exchange) != len(c.ID) {
		return []error{fmt.Errorf("tissue: cells: %d ids, %d states, %d exchanges: want as many of each, or none", len(c.ID), len(c.State), len(c.Exchange))}
	}
	var faults []error
	for i, id := range c.ID {
		if i > 0 && id <= c.ID[i-1] {
			faults = append(faults, fmt.Errorf("tissue: cell %d follows cell %d: want rising ids", id, c.ID[i-1]))
		}
		if int(c.Type[i]) < 0 || int(c.Type[i]) >= len(m.CellTypes) {
			faults = append(faults, fmt.Errorf("tissue: cell %d has type %d of %d", id, c.Type[i], len(m.CellTypes)))
		} else {
			faults = append(faults, m.validateCell(i)...)
		}
		if p := c.Position[i]; !m.Grid.Contains(p) {
			faults = append(faults, fmt.Errorf("tissue: cell %d at (%g, %g, %g) µm lies outside the domain", id, p.X, p.Y, p.Z))
		} else if !regions {
			continue
		} else if r := m.Obstacle(p); r != nil {
			faults = append(faults, fmt.Errorf("tissue: cell %d at (%g, %g, %g) µm lies in region %q, which is impermeable or held at a density", id, p.X, p.Y, p.Z, r.Name))
		}
	}
	return faults
}

// validateCell checks what a cell has in place of its type's.
func (m *Model) validateCell(i int) []error {
	var faults []error
	c := &m.Cells
	t := &m.CellTypes[c.Type[i]]
	if c.State != nil && c.State[i] != nil {
		if len(c.State[i]) != len(t.Variables) {
			faults = append(faults, fmt.Errorf("tissue: cell %d has %d values for the %d variables of type %q: want as many", c.ID[i], len(c.State[i]), len(t.Variables), t.Name))
		}
		for _, v := range c.State[i] {
			if !finite(v) {
				faults = append(faults, fmt.Errorf("tissue: cell %d has a variable of %g: want a number", c.ID[i], v))
			}
		}
	}
	if c.Exchange != nil {
		for _, e := range c.Exchange[i] {
			if s := e.Substrate; int(s) >= 0 && int(s) < len(m.Substrates) && !t.Exchanges(s) {
				faults = append(faults, fmt.Errorf("tissue: cell %d exchanges %s, which its type %q does not: give the type that exchange, at a rate of 0", c.ID[i], m.Substrates[s].Name, t.Name))
			}
		}
		if !t.pointsLike(c.Exchange[i]) {
			faults = append(faults, fmt.Errorf("tissue: cell %d points an export otherwise than its type %q: want as that does, or all around", c.ID[i], t.Name))
		}
		for _, err := range validateExchange(c.Exchange[i], m.Substrates) {
			faults = append(faults, fmt.Errorf("tissue: cell %d: %w", c.ID[i], err))
		}
	}
	return faults
}
