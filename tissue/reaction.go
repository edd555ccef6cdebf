package tissue

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Reaction changes densities in the fluid of every voxel:
//
//	dc_s/dt = ... + Factor_s · Rate(c)
//
// Variable i of the rate is the density of substrate i, in its unit.
type Reaction struct {
	Name    string
	Rate    *expression.Rate
	Changes []Change
}

// Change is what a reaction does to one substrate.
type Change struct {
	Substrate SubstrateID
	Factor    float64            // stoichiometric: -1 of what is used up once
	Dimension quantity.Dimension // of Factor: a plain number, unless units of density differ
}

// Dimension returns the dimension of a density in the unit.
func (u DensityUnit) Dimension() quantity.Dimension {
	switch u {
	case DimensionlessUnit:
		return quantity.Dimensionless
	case MillimetresMercury:
		return quantity.Pressure
	}
	return quantity.Concentration
}

// RateScope returns the names that rates may use: every substrate, at its id, and
// the constants.
func RateScope(substrates []Substrate, constants []expression.Constant) expression.Scope {
	scope := expression.Scope{Constants: constants}
	for i, s := range substrates {
		scope.Variables = append(scope.Variables, expression.Variable{Name: s.Name, Dimension: s.Unit.Dimension(), Index: i})
	}
	return scope
}

func (r Reaction) validate(substrates []Substrate) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: reaction %q: "+format, append([]any{r.Name}, args...)...))
	}
	if r.Rate == nil {
		fault("no rate: want one")
		return faults
	}
	for _, v := range r.Rate.Uses() {
		if v < 0 || v >= len(substrates) {
			fault("rate %s has variable %d of %d substrates", r.Rate, v, len(substrates))
		}
	}
	if len(r.Changes) == 0 {
		fault("changes no substrate: want at least one")
	}
	changed := map[SubstrateID]bool{}
	for _, c := range r.Changes {
		if int(c.Substrate) < 0 || int(c.Substrate) >= len(substrates) {
			fault("changes substrate %d of %d", c.Substrate, len(substrates))
			continue
		}
		s := substrates[c.Substrate]
		if changed[c.Substrate] {
			fault("changes %s twice: want one factor", s.Name)
		}
		changed[c.Substrate] = true
		if math.IsNaN(c.Factor) || math.IsInf(c.Factor, 0) {
			fault("factor %g of %s: want a finite number", c.Factor, s.Name)
		}
		if got, want := r.Rate.Dimension()+c.Dimension, s.Unit.Dimension()-quantity.Time; got != want {
			fault("rate times the factor of %s is %s: want %s per time", s.Name, got, s.Unit)
		}
	}
	return faults
}
