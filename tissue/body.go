package tissue

import (
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// BodyVariableID is the position of a variable in Body.Variables.
type BodyVariableID int

// Body is the organism that the tissue of the grid is a part of: well-mixed
// compartments, blood and organs, which vessels and lymph join to the tissue, and
// read-outs of the whole such as its temperature.
//
//	dy_v/dt = Σ_reactions Factor_v Rate(y)                                          read-outs
//	V dC/dt = Scale Σ_walls (k_out c − k_in C) + V Σ Factor Rate(y) − V k_clear C + infusions   compartments
//
// with the walls' k as engine.newWalls has them. Doses are added at once.
type Body struct {
	Variables []BodyVariable
	Reactions []BodyReaction
	Perfusion []Perfusion
	Infusions []Infusion
	Doses     []Dose  // in the order of their times
	Scale     float64 // how many tissues like that of the grid exchange with it
}

// BodyVariable is a well-mixed density in a compartment, or where Volume is 0 a read-out.
type BodyVariable struct {
	Name      string
	Dimension quantity.Dimension // of a compartment, that of a density
	Initial   float64            // in Dimension.MolarUnit
	Volume    float64            // V, µm³; 0 for a read-out
	Clearance float64            // k_clear, 1/s: what leaves a compartment for good
}

// IsCompartment reports whether the variable is the density of something in a volume.
func (v BodyVariable) IsCompartment() bool { return v.Volume > 0 }

// AmountPerVolume is DensityUnit.AmountPerVolume for a compartment.
func (v BodyVariable) AmountPerVolume() float64 {
	if v.Dimension == quantity.Concentration {
		return quantity.MoleculesPerNanomolar
	}
	return 1
}

// Capacity returns the amount that a density of 1 is in a compartment: molecules per nM.
func (v BodyVariable) Capacity() float64 { return v.Volume * v.AmountPerVolume() }

// BodyReaction changes variables of the body at a rate that depends on them. Its rate
// times the factor of a compartment may also be an amount, density times volume, per
// time: of transport between compartments. It is divided by the compartment's volume then.
type BodyReaction struct {
	Name    string
	Rate    *expression.Rate // of the variables, by BodyVariableID
	Changes []VariableChange
}

// Perfusion is vessels too fine for the grid, and lymph: per volume of tissue, fluid or
// not, and time
//
//	N (Exchange (C − c) − Drainage c)
//
// comes into the tissue from a compartment of density C, N as in VesselExchange. Exchange
// is P s_v, permeability times wall per volume, and is multiplied by Response where there is one.
type Perfusion struct {
	Substrate   SubstrateID
	Compartment BodyVariableID
	Region      int     // position in Model.Regions; Everywhere for all tissue that is not impermeable
	Exchange    float64 // 1/s
	Drainage    float64 // 1/s: with lymph, which the tissue does not get back
	Response    Response
}

// Response is how many times what a wall lets through at rest it lets through now: a number
// from variables of the body, by BodyVariableID, such as 1 + leak. Nil is 1.
type Response = *expression.Rate

// Everywhere stands for a region where there is none.
const Everywhere = -1

// Infusion flows into a compartment.
type Infusion struct {
	Compartment BodyVariableID
	Rate        float64     // amount/s: molecules/s for compartments in nM
	Series      *TimeSeries // of amount/s, over time instead of Rate; nil where constant
	Start, End  float64     // s; End may be +Inf
}

// Dose is an amount that is in a compartment at once. At its time itself it is not yet.
type Dose struct {
	Compartment BodyVariableID
	Time        float64 // s
	Amount      float64 // molecules for compartments in nM
}

// BodyRateScope returns the names that rates of a body may use: its variables, at
// their BodyVariableID, and the constants.
func BodyRateScope(variables []BodyVariable, constants []expression.Constant) expression.Scope {
	scope := expression.Scope{Constants: constants}
	for i, v := range variables {
		scope.Variables = append(scope.Variables, expression.Variable{Name: v.Name, Dimension: v.Dimension, Index: i})
	}
	return scope
}

// Variable returns the id of a variable by name.
func (b *Body) Variable(name string) (BodyVariableID, bool) {
	i := slices.IndexFunc(b.Variables, func(v BodyVariable) bool { return v.Name == name })
	return BodyVariableID(max(i, 0)), i >= 0
}

// Start returns the values of the variables at the start.
func (b *Body) Start() []float64 {
	var values []float64
	for _, v := range b.Variables {
		values = append(values, v.Initial)
	}
	return values
}

// Weight returns what a rate is multiplied by for the change of a variable's value, and
// whether both fit: see BodyReaction.
func (b *Body) Weight(r *expression.Rate, c VariableChange) (weight float64, ok bool) {
	v := b.Variables[c.Variable]
	switch missing := v.Dimension - quantity.Time - r.Dimension() - c.Dimension; {
	case missing == 0:
		return c.Factor, true
	case missing == -quantity.Volume && v.IsCompartment():
		return c.Factor / v.Volume, true
	}
	return 0, false
}

// InBlood returns the compartment that a substrate of the tissue is exchanged with,
// through vessels or perfusion.
func (m *Model) InBlood(s SubstrateID) (BodyVariableID, bool) {
	for _, r := range m.Regions {
		for _, v := range r.Vessel {
			if v.Substrate == s && v.Compartment != nil {
				return *v.Compartment, true
			}
		}
	}
	if m.Body != nil {
		for _, p := range m.Body.Perfusion {
			if p.Substrate == s {
				return p.Compartment, true
			}
		}
	}
	return 0, false
}

// Equal reports whether two bodies do the same.
func (b *Body) Equal(other *Body) bool {
	if b == nil || other == nil {
		return b == other
	}
	reaction := func(a, b BodyReaction) bool {
		return a.Name == b.Name && a.Rate.Equal(b.Rate) && slices.Equal(a.Changes, b.Changes)
	}
	infusion := func(a, b Infusion) bool {
		one, two := a, b
		one.Series, two.Series = nil, nil
		return one == two && a.Series.equal(b.Series)
	}
	perfusion := func(a, b Perfusion) bool {
		one, two := a, b
		one.Response, two.Response = nil, nil
		return one == two && a.Response.Equal(b.Response)
	}
	return b.Scale == other.Scale && slices.Equal(b.Variables, other.Variables) && slices.EqualFunc(b.Perfusion, other.Perfusion, perfusion) &&
		slices.Equal(b.Doses, other.Doses) && slices.EqualFunc(b.Reactions, other.Reactions, reaction) &&
		slices.EqualFunc(b.Infusions, other.Infusions, infusion)
}

func (ts *TimeSeries) equal(other *TimeSeries) bool {
	if ts == nil || other == nil {
		return ts == other
	}
	return slices.Equal(ts.Times, other.Times) && slices.Equal(ts.Densities, other.Densities)
}

// validateBody checks the body and what the tissue exchanges with it.
func (m *Model) validateBody() []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: body: "+format, args...))
	}
	if m.Body == nil {
		for _, r := range m.Regions {
			for _, v := range r.Vessel {
				if v.Compartment != nil || v.Response != nil {
					fault("region %q has the blood of a compartment, or responds to one: want a body", r.Name)
				}
			}
		}
		return faults
	}
	b := m.Body
	if !positive(b.Scale) {
		fault("scale %g: want more than 0, the number of tissues like that of the grid", b.Scale)
	}
	b.validateVariables(fault)
	b.validateReactions(fault)
	b.validateSupply(fault)
	m.validatePerfusion(fault)
	return faults
}

func (b *Body) validateVariables(fault func(string, ...any)) {
	if len(b.Variables) == 0 {
		fault("no variable: want at least one")
	}
	names := map[string]bool{}
	for _, v := range b.Variables {
		if word := expression.Identifier(v.Name); v.Name == "" || names[word] {
			fault("variable %q: want a name that no other has, written %s", v.Name, word)
		} else {
			names[word] = true
		}
		switch {
		case !finite(v.Initial) || v.IsCompartment() && v.Initial < 0:
			fault("variable %q starts at %g: want a number, of a compartment 0 or more", v.Name, v.Initial)
		case !nonNegative(v.Volume) || !nonNegative(v.Clearance):
			fault("variable %q: volume %g µm³, clearance %g 1/s: want 0 or more", v.Name, v.Volume, v.Clearance)
		case !v.IsCompartment() && v.Clearance > 0:
			fault("variable %q: clearance %g 1/s without a volume: want a compartment, or a reaction", v.Name, v.Clearance)
		case v.IsCompartment() && v.Dimension != quantity.Concentration && v.Dimension != quantity.Dimensionless && v.Dimension != quantity.Pressure:
			fault("compartment %q holds %s: want a density in nM, mmHg or a plain number", v.Name, v.Dimension)
		}
	}
}

func (b *Body) validateReactions(fault func(string, ...any)) {
	names := map[string]bool{}
	for _, r := range b.Reactions {
		if r.Name == "" || names[r.Name] {
			fault("reaction name %q: want each name once", r.Name)
		}
		names[r.Name] = true
		if r.Rate == nil {
			fault("reaction %q: no rate: want one", r.Name)
			continue
		}
		for _, v := range r.Rate.Uses() {
			if v < 0 || v >= len(b.Variables) {
				fault("reaction %q: rate %s has variable %d of %d", r.Name, r.Rate, v, len(b.Variables))
			}
		}
		if len(r.Changes) == 0 {
			fault("reaction %q: changes nothing: want at least one variable", r.Name)
		}
		changed := map[int]bool{}
		for _, c := range r.Changes {
			if c.Variable < 0 || c.Variable >= len(b.Variables) {
				fault("reaction %q: changes variable %d of %d", r.Name, c.Variable, len(b.Variables))
				continue
			}
			v := b.Variables[c.Variable]
			if changed[c.Variable] {
				fault("reaction %q: changes %s twice: want one factor", r.Name, v.Name)
			}
			changed[c.Variable] = true
			if !finite(c.Factor) {
				fault("reaction %q: factor %g of %s: want a number", r.Name, c.Factor, v.Name)
			}
			if _, ok := b.Weight(r.Rate, c); !ok {
				fault("reaction %q: rate times the factor of %s is %s: want %s, of a compartment also that times a volume",
					r.Name, v.Name, r.Rate.Dimension()+c.Dimension, v.Dimension-quantity.Time)
			}
		}
	}
}

// validateSupply checks infusions and doses.
func (b *Body) validateSupply(fault func(string, ...any)) {
	for i, f := range b.Infusions {
		switch {
		case !b.isCompartment(f.Compartment):
			fault("infusion %d into variable %d: want a compartment", i+1, f.Compartment)
		case !nonNegative(f.Rate):
			fault("infusion %d of %g a second: want 0 or more", i+1, f.Rate)
		case math.IsNaN(f.Start) || math.IsInf(f.Start, 0) || !(f.End > f.Start):
			fault("infusion %d from %g s to %g s: want an end after the start", i+1, f.Start, f.End)
		}
		if f.Series != nil {
			for _, err := range f.Series.validateKnots() {
				fault("infusion %d: %w", i+1, err)
			}
		}
	}
	for i, d := range b.Doses {
		switch {
		case !b.isCompartment(d.Compartment):
			fault("dose %d into variable %d: want a compartment", i+1, d.Compartment)
		case !nonNegative(d.Amount) || !nonNegative(d.Time):
			fault("dose %d of %g at %g s: want 0 or more of both", i+1, d.Amount, d.Time)
		case i > 0 && d.Time < b.Doses[i-1].Time:
			fault("dose %d at %g s comes after one at %g s: want them in the order of their times", i+1, d.Time, b.Doses[i-1].Time)
		}
	}
}

func (b *Body) isCompartment(v BodyVariableID) bool {
	return v >= 0 && int(v) < len(b.Variables) && b.Variables[v].IsCompartment()
}

// validateKnots checks times and rates of infusion, amount/s.
func (ts *TimeSeries) validateKnots() []error {
	if len(ts.Times) == 0 || len(ts.Times) != len(ts.Densities) {
		return []error{fmt.Errorf("time series of %d times and %d rates: want as many of each, at least one", len(ts.Times), len(ts.Densities))}
	}
	var faults []error
	for i, t := range ts.Times {
		if !finite(t) || i > 0 && !(t > ts.Times[i-1]) {
			faults = append(faults, fmt.Errorf("time series: time %g s at knot %d: want rising times", t, i))
		}
		if !nonNegative(ts.Densities[i]) {
			faults = append(faults, fmt.Errorf("time series: %g a second at %g s: want 0 or more", ts.Densities[i], t))
		}
	}
	return faults
}

// validatePerfusion checks where tissue and body meet: each substrate in one compartment.
func (m *Model) validatePerfusion(fault func(string, ...any)) {
	met := map[SubstrateID]BodyVariableID{}
	meet := func(where string, s SubstrateID, v BodyVariableID) {
		if int(s) < 0 || int(s) >= len(m.Substrates) {
			fault("%s: substrate %d of %d", where, s, len(m.Substrates))
			return
		}
		name := m.Substrates[s].Name
		if !m.Body.isCompartment(v) {
			fault("%s: %s and variable %d: want a compartment", where, name, v)
			return
		}
		if c := m.Body.Variables[v]; c.Dimension != m.Substrates[s].Unit.Dimension() {
			fault("%s: %s is in %s, and compartment %s holds %s: want the same", where, name, m.Substrates[s].Unit, c.Name, c.Dimension)
		}
		if other, ok := met[s]; ok && other != v {
			fault("%s: %s meets %s here and %s elsewhere: want one compartment", where, name, m.Body.Variables[v].Name, m.Body.Variables[other].Name)
		}
		met[s] = v
	}
	for _, r := range m.Regions {
		for _, v := range r.Vessel {
			where := fmt.Sprintf("region %q", r.Name)
			if v.Compartment != nil {
				meet(where, v.Substrate, *v.Compartment)
			} else if v.Response != nil {
				fault("%s: a response, and blood at a given density: want that of a compartment", where)
			}
			m.validateResponse(where, v.Substrate, v.Response, fault)
		}
	}
	for i, p := range m.Body.Perfusion {
		where := fmt.Sprintf("perfusion %d", i+1)
		meet(where, p.Substrate, p.Compartment)
		if !nonNegative(p.Exchange) || !nonNegative(p.Drainage) {
			fault("%s: exchange %g 1/s, drainage %g 1/s: want 0 or more", where, p.Exchange, p.Drainage)
		}
		m.validateResponse(where, p.Substrate, p.Response, fault)
		if p.Region != Everywhere && (p.Region < 0 || p.Region >= len(m.Regions)) {
			fault("%s: region %d of %d", where, p.Region, len(m.Regions))
		}
	}
}

// validateResponse checks what the exchange of a substrate is multiplied by.
func (m *Model) validateResponse(where string, s SubstrateID, r Response, fault func(string, ...any)) {
	if r == nil {
		return
	}
	values := m.Body.Start()
	for _, v := range r.Uses() {
		if v < 0 || v >= len(values) {
			fault("%s: response %s has variable %d of %d", where, r, v, len(values))
			return
		}
	}
	if r.Dimension() != quantity.Dimensionless {
		fault("%s: response %s is %s: want a number", where, r, r.Dimension())
	} else if at := r.Eval(values); !nonNegative(at) {
		fault("%s: response %s is %g at the start: want 0 or more", where, r, at)
	}
	if _, tagged := m.Attributed(s); tagged {
		fault("%s: attribution of %s, whose exchange responds to the body: want a constant exchange, or no attribution", where, m.Substrates[s].Name)
	}
}
