package tissue

import (
	"fmt"
	"slices"
)

// Attribution asks who made the molecules of a substrate: they carry a tag for each
// sender, and one for the rest, which was there, came in or was made in the fluid.
type Attribution struct {
	Substrate SubstrateID
	By        Tagging
}

// Tagging says what one tag stands for.
type Tagging string

const (
	// TagTypes gives every cell type that makes the substrate a tag.
	TagTypes Tagging = "types"
	// TagCells gives every cell that does a tag.
	TagCells Tagging = "cells"
)

// MaxSenders is the most senders of one substrate that carry tags: each costs as much as
// a substrate, and where cells that divide are senders there would be no end of them.
const MaxSenders = 256

// Sender is what a tag stands for: all cells of a type, or with TagCells one of them.
type Sender struct {
	Type CellTypeID
	Cell CellID // 0 with TagTypes
}

// SenderName names a sender as tables do: by its type, one cell by type and id, such as
// "Th id 7".
func (m *Model) SenderName(s Sender) string {
	name := m.CellTypes[s.Type].Name
	if s.Cell == 0 {
		return name
	}
	return fmt.Sprintf("%s id %d", name, s.Cell)
}

// Attributed returns how a substrate is attributed; ok is false where it is not.
func (m *Model) Attributed(s SubstrateID) (a Attribution, ok bool) {
	for _, a := range m.Attribution {
		if a.Substrate == s {
			return a, true
		}
	}
	return a, false
}

// Senders returns who makes a substrate that is attributed, in the order of the types or
// the cells.
func (m *Model) Senders(a Attribution) []Sender {
	makes := make([]bool, len(m.CellTypes))
	for t, cell := range m.CellTypes {
		makes[t] = releases(cell.Exchange, a.Substrate) || cell.makes(a.Substrate)
	}
	var senders []Sender
	if a.By == TagCells {
		for i, t := range m.Cells.Type {
			own := m.CellTypes[t].makes(a.Substrate)
			if override := m.Cells.Exchange; override != nil && override[i] != nil {
				own = own || releases(override[i], a.Substrate)
			} else {
				own = makes[t]
			}
			if own {
				senders = append(senders, Sender{t, m.Cells.ID[i]})
			}
		}
		return senders
	}
	for i, override := range m.Cells.Exchange {
		if t := m.Cells.Type[i]; releases(override, a.Substrate) {
			makes[t] = true
		}
	}
	for t, is := range makes {
		if is {
			senders = append(senders, Sender{Type: CellTypeID(t)})
		}
	}
	return senders
}

// releases reports whether an exchange gives off a substrate.
func releases(exchange []Exchange, s SubstrateID) bool {
	return slices.ContainsFunc(exchange, func(e Exchange) bool {
		return e.Substrate == s && (e.NetExportRate > 0 || e.SecretionRate*e.SaturationDensity > 0)
	})
}

// makes reports whether a reaction of the type gives off a substrate that it did not take
// up before.
func (t CellType) makes(s SubstrateID) bool {
	carriers := t.Carriers(s)
	return slices.ContainsFunc(t.Reactions, func(r CellReaction) bool {
		lets := slices.ContainsFunc(r.Changes, func(c VariableChange) bool {
			return c.Factor < 0 && slices.Contains(carriers, c.Variable)
		})
		return r.fluidFactor(s) > 0 && !lets
	})
}

// fluidFactor returns what an event of the reaction adds to the fluid, molecules.
func (r CellReaction) fluidFactor(s SubstrateID) float64 {
	for _, c := range r.Fluid {
		if c.Substrate == s {
			return c.Factor
		}
	}
	return 0
}

// Carriers returns the variables of the type, rising, that hold what was taken up of a
// substrate: those that a reaction fills in proportion to the density while it takes from
// the fluid, and those that reactions within the cell fill from them.
func (t CellType) Carriers(s SubstrateID) []int {
	carries := make([]bool, len(t.Variables))
	for _, r := range t.Reactions {
		if factor := r.fluidFactor(s); factor != 0 && slices.Contains(r.Rate.Uses(), int(s)) {
			for _, c := range r.Changes {
				carries[c.Variable] = carries[c.Variable] || c.Factor*factor < 0
			}
		}
	}
	for range t.Variables { // a chain is no longer than there are variables
		for _, r := range t.Reactions {
			if r.fluidFactor(s) == 0 {
				r.pass(carries)
			}
		}
	}
	var carriers []int
	for v, is := range carries {
		if is {
			carriers = append(carriers, v)
		}
	}
	return carriers
}

// pass marks the variables that a reaction fills from marked ones.
func (r CellReaction) pass(carries []bool) {
	for _, from := range r.Changes {
		for _, to := range r.Changes {
			if carries[from.Variable] && from.Factor*to.Factor < 0 {
				carries[to.Variable] = true
			}
		}
	}
}

func (m *Model) validateAttribution() []error {
	var faults []error
	tagged := map[SubstrateID]bool{}
	for _, a := range m.Attribution {
		if int(a.Substrate) < 0 || int(a.Substrate) >= len(m.Substrates) {
			faults = append(faults, fmt.Errorf("tissue: attribution of substrate %d of %d", a.Substrate, len(m.Substrates)))
			continue
		}
		name := m.Substrates[a.Substrate].Name
		if tagged[a.Substrate] {
			faults = append(faults, fmt.Errorf("tissue: attribution of %s twice: want it once", name))
		}
		tagged[a.Substrate] = true
		if a.By != TagTypes && a.By != TagCells {
			faults = append(faults, fmt.Errorf("tissue: attribution of %s by %q: want types or cells", name, a.By))
		} else if n := len(m.Senders(a)); n > MaxSenders {
			faults = append(faults, fmt.Errorf("tissue: attribution of %s by %s: %d make it: want at most %d", name, a.By, n, MaxSenders))
		}
	}
	return faults
}
