package tissue

import (
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// CellVariable is one component of the state of every cell of a type: molecules of a
// receptor, a signalling protein, a signal from outside that nothing in the cell changes.
type CellVariable struct {
	Name      string
	Dimension quantity.Dimension // dimensionless for a number per cell
	Initial   float64            // of a new cell, in Dimension.MolarUnit
}

// CellReaction changes the state of every cell of a type, and the fluid at its surface:
//
//	dy_v/dt = ... + Factor_v · Rate(c_s, y)
//
// Variables of the rate are the densities at the cell's surface, at their SubstrateID,
// and behind them the type's CellVariables; see CellRateScope. A rate that changes a
// substrate is affine in its density, and each event of it moves Factor molecules into
// the fluid.
type CellReaction struct {
	Name    string
	Rate    *expression.Rate
	Changes []VariableChange
	Fluid   []Change // Factor in molecules; below 0 they are taken from the fluid
}

// VariableChange is what a reaction does to one variable of its cell.
type VariableChange struct {
	Variable  int // position in CellType.Variables
	Factor    float64
	Dimension quantity.Dimension // of Factor
}

// CellRateScope returns the names that rates of a cell type may use: those of
// RateScope, as densities at the surface, and after them the type's variables.
func CellRateScope(substrates []Substrate, variables []CellVariable, constants []expression.Constant) expression.Scope {
	scope := RateScope(substrates, constants)
	for i, v := range variables {
		scope.Variables = append(scope.Variables, expression.Variable{Name: v.Name, Dimension: v.Dimension, Index: len(substrates) + i})
	}
	return scope
}

// Exchanges reports whether the type does anything with a substrate.
func (t CellType) Exchanges(s SubstrateID) bool {
	for _, e := range t.Exchange {
		if e.Substrate == s {
			return true
		}
	}
	for _, r := range t.Receptors {
		if r.Ligand == s {
			return true
		}
	}
	for _, r := range t.Reactions {
		for _, c := range r.Fluid {
			if c.Substrate == s {
				return true
			}
		}
	}
	return false
}

// Senses reports whether a reaction of the type depends on the density of a substrate.
func (t CellType) Senses(s SubstrateID) bool {
	for _, r := range t.Reactions {
		for _, v := range r.Rate.Uses() {
			if v == int(s) {
				return true
			}
		}
	}
	return false
}

// ExchangeOrder returns the substrates that the type does anything with, each behind
// those whose density at the surface its exchange depends on; ok is false where there is
// no such order.
func (t CellType) ExchangeOrder(substrates int) (order []SubstrateID, ok bool) {
	const unseen, open, done = 0, 1, 2
	state := make([]int, substrates)
	ok = true
	var visit func(s SubstrateID)
	visit = func(s SubstrateID) {
		if state[s] != unseen {
			ok = ok && state[s] == done
			return
		}
		state[s] = open
		for _, r := range t.Reactions {
			if !slices.ContainsFunc(r.Fluid, func(c Change) bool { return c.Substrate == s }) {
				continue
			}
			for _, v := range r.Rate.Uses() {
				if v < substrates && SubstrateID(v) != s {
					visit(SubstrateID(v))
				}
			}
		}
		state[s] = done
		if t.Exchanges(s) {
			order = append(order, s)
		}
	}
	for s := range substrates {
		if t.Exchanges(SubstrateID(s)) {
			visit(SubstrateID(s))
		}
	}
	return order, ok
}

// Variable returns the position of a variable by name.
func (t CellType) Variable(name string) (int, bool) {
	for i, v := range t.Variables {
		if v.Name == name {
			return i, true
		}
	}
	return 0, false
}

func (t CellType) validateKinetics(substrates []Substrate, fault func(format string, args ...any)) {
	names := map[string]bool{}
	for _, s := range substrates {
		names[expression.Identifier(s.Name)] = true
	}
	for _, v := range t.Variables {
		if word := expression.Identifier(v.Name); v.Name == "" || names[word] {
			fault("variable %q: want a name that no substrate and no other variable has, written %s", v.Name, word)
		} else {
			names[word] = true
		}
		if math.IsNaN(v.Initial) || math.IsInf(v.Initial, 0) {
			fault("variable %q starts at %g: want a number", v.Name, v.Initial)
		}
	}
	known, sound := map[string]bool{}, true
	for _, r := range t.Reactions {
		if r.Name == "" || known[r.Name] {
			fault("reaction name %q: want each name once", r.Name)
		}
		known[r.Name] = true
		for _, err := range r.validate(substrates, t.Variables) {
			fault("reaction %q: %w", r.Name, err)
			sound = false
		}
	}
	if !sound {
		return
	}
	if _, ok := t.ExchangeOrder(len(substrates)); !ok {
		fault("what it exchanges of one substrate depends on another's density at its surface, and that in turn on the first's: want rates that take up or give off what they depend on")
	}
}

func (r CellReaction) validate(substrates []Substrate, variables []CellVariable) []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if r.Rate == nil {
		return []error{fmt.Errorf("no rate: want one")}
	}
	for _, v := range r.Rate.Uses() {
		if v < 0 || v >= len(substrates)+len(variables) {
			fault("rate %s has variable %d of %d", r.Rate, v, len(substrates)+len(variables))
			return faults
		}
	}
	if len(r.Changes)+len(r.Fluid) == 0 {
		fault("changes nothing: want at least one variable or substrate")
	}
	changed := map[int]bool{}
	for _, c := range r.Changes {
		if c.Variable < 0 || c.Variable >= len(variables) {
			fault("changes variable %d of %d", c.Variable, len(variables))
			continue
		}
		v := variables[c.Variable]
		if changed[c.Variable] {
			fault("changes %s twice: want one factor", v.Name)
		}
		changed[c.Variable] = true
		if !finite(c.Factor) {
			fault("factor %g of %s: want a number", c.Factor, v.Name)
		}
		if got, want := r.Rate.Dimension()+c.Dimension, v.Dimension-quantity.Time; got != want {
			fault("rate times the factor of %s is %s: want %s", v.Name, got, want)
		}
	}
	return append(faults, r.validateFluid(substrates)...)
}

// validateFluid checks what the rate does to the fluid: the surface law of a cell can be
// solved where that is affine in the density.
func (r CellReaction) validateFluid(substrates []Substrate) []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	changed := map[SubstrateID]bool{}
	for _, c := range r.Fluid {
		if int(c.Substrate) < 0 || int(c.Substrate) >= len(substrates) {
			fault("changes substrate %d of %d", c.Substrate, len(substrates))
			continue
		}
		s := substrates[c.Substrate]
		switch {
		case changed[c.Substrate]:
			fault("changes %s twice: want one factor", s.Name)
		case !finite(c.Factor):
			fault("factor %g of %s: want a number", c.Factor, s.Name)
		case !s.Unit.CountsMolecules():
			fault("molecules of %s, whose density is in %s and does not convert to molecules: want nM", s.Name, s.Unit)
		case r.Rate.Dimension()+c.Dimension != -quantity.Time:
			fault("rate times the factor of %s is %s: want molecules, a plain number, per time", s.Name, r.Rate.Dimension()+c.Dimension)
		}
		changed[c.Substrate] = true
	}
	if len(faults) > 0 || len(r.Fluid) == 0 {
		return faults
	}
	for _, c := range r.Fluid {
		if slope := r.Rate.Derivative(int(c.Substrate)); slices.Contains(slope.Uses(), int(c.Substrate)) {
			name := substrates[c.Substrate].Name
			fault("the rate is not in proportion to %s, which it changes: want one as k_on*%s*receptors, with saturation left to the receptors", name, expression.Identifier(name))
		}
	}
	return faults
}
