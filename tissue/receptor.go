package tissue

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// NoLigand is the Ligand of a receptor that binds what a contact partner presents.
const NoLigand SubstrateID = -1

// ReceptorKinetics is a receptor whose molecules are made, bind and let go, are taken in,
// given back and degraded. Of free R, bound C and internal I, numbers per cell, at the
// density c of the ligand at the cell's surface:
//
//	dR/dt = synthesis − (Turnover + ShedFree) R − b + Recycling I
//	dC/dt = b − (Internalisation + ShedBound) C
//	dI/dt = Internalisation C − (Recycling + Degradation) I
//	    b = OnRate c R − OffRate C                             molecules/s out of the fluid
//
// With neither Recycling nor Degradation what is taken in is gone, and there is no I. With
// a Partner b has OnRate multiplied by that variable, and c is 1 where Ligand is NoLigand.
type ReceptorKinetics struct {
	Name            string
	Ligand          SubstrateID
	Count           float64          // free at the start, per cell
	OnRate          float64          // 1/(nM·s); with NoLigand 1/s
	OffRate         float64          // 1/s
	Synthesis       *expression.Rate // receptors per cell, 1/s; nil: Turnover × Count, which keeps Count without ligand
	Turnover        float64          // loss of the free receptor, 1/s
	Internalisation float64          // of the bound receptor, 1/s
	Recycling       float64          // of the internal receptor to free ones, 1/s
	Degradation     float64          // of the internal receptor, 1/s
	ShedFree        Shedding
	ShedBound       Shedding // takes its ligand along
	Competitors     []Competitor
	Chain           Recruitment
	Partner         string // a variable of the cell, a plain number: contact, or molecules presented to it
	Captures        bool   // what is internalised with the ligand, bound or in a complex, is counted: see Capture
}

// Shedding lets receptors go into the fluid as molecules of a substrate.
type Shedding struct {
	Rate float64 // 1/s; 0 where none is shed
	Into SubstrateID
}

// Competitor is a further ligand of a receptor, which makes a bound form of its own: an
// antagonist where nothing in the cell depends on that.
type Competitor struct {
	Ligand          SubstrateID
	OnRate          float64 // 1/(nM·s)
	OffRate         float64 // 1/s
	Internalisation float64 // 1/s; into the same I as that with the ligand
}

// Recruitment is how a bound receptor C takes up a chain G that it shares with others,
// a variable of the cell, into the complex X:
//
//	dG/dt = ... − r    dC/dt = ... − r    dX/dt = r − Internalisation X
//	    r = OnRate G C − OffRate X
//
// What is taken in of X is degraded with its chain: the law of the γc cytokines IL-4,
// IL-7, IL-9 and IL-21 in the catalogue's GcCytokines (reaction.hpp, simpleCkine and
// fullModel).
type Recruitment struct {
	Chain           string  // empty: the receptor needs none
	OnRate          float64 // 1/s for each chain
	OffRate         float64 // 1/s
	Internalisation float64 // 1/s
}

// SharedChain is a part that receptors share, free on the cell:
//
//	dG/dt = synthesis − Turnover G
type SharedChain struct {
	Name      string
	Count     float64          // free at the start, per cell
	Synthesis *expression.Rate // 1/s; nil: Turnover × Count
	Turnover  float64          // 1/s
}

// Variables returns the chain.
func (c SharedChain) Variables() []CellVariable {
	return []CellVariable{{Name: c.Name, Initial: c.Count}}
}

// Variables returns what is counted of the receptor: "R" free, "R bound", "R internal",
// "R complex" with a shared chain, and "R bound L" for a competitor L.
func (k ReceptorKinetics) Variables(substrates []Substrate) []CellVariable {
	all := []CellVariable{{Name: k.Name, Initial: k.Count}, {Name: k.Name + " bound"}}
	if k.internal() {
		all = append(all, CellVariable{Name: k.Name + " internal"})
	}
	if k.Chain.Chain != "" {
		all = append(all, CellVariable{Name: k.Name + " complex"})
	}
	for _, c := range k.Competitors {
		all = append(all, CellVariable{Name: k.Name + " bound " + substrates[c.Ligand].Name})
	}
	if k.Captures {
		all = append(all, captureVariables(k.Name)...)
	}
	return all
}

// internal reports whether receptors that were taken in are counted.
func (k ReceptorKinetics) internal() bool {
	taken := k.Internalisation > 0
	for _, c := range k.Competitors {
		taken = taken || c.Internalisation > 0
	}
	return taken && k.Recycling+k.Degradation > 0
}

// Reactions returns the reactions of the chain on a cell with some variables, its own
// among them.
func (c SharedChain) Reactions(substrates []Substrate, variables []CellVariable) ([]CellReaction, error) {
	p := newPreset(c.Name, len(substrates), variables)
	p.need("count", c.Count)
	p.declare("free", c.Name)
	p.supply(c.Synthesis, c.Turnover, c.Count)
	return p.result()
}

// Reactions returns the reactions of the receptor on a cell with some variables, its own
// among them.
func (k ReceptorKinetics) Reactions(substrates []Substrate, variables []CellVariable) ([]CellReaction, error) {
	p := newPreset(k.Name, len(substrates), variables)
	p.need("count", k.Count)
	p.declare("free", k.Name)
	p.declare("bound", k.Name+" bound")
	if k.internal() {
		p.declare("internal", k.Name+" internal")
	}
	p.supply(k.Synthesis, k.Turnover, k.Count)
	if k.Captures {
		k.capture(p)
	}
	k.bind(p, substrates)
	k.takeIn(p, "internalisation", "bound", k.Internalisation, k.captured()...)
	if k.internal() {
		p.lose("recycling", "internal", k.Recycling, effect{"free", 1})
		p.lose("degradation", "internal", k.Degradation)
	}
	k.shed(p, substrates)
	k.compete(p, substrates)
	k.recruit(p)
	return p.result()
}

// bind adds the binding of the ligand, or of what the partner presents.
func (k ReceptorKinetics) bind(p *preset, substrates []Substrate) {
	factors, effects := []string{"on_rate"}, []effect{{"free", -1}, {"bound", 1}}
	dimension := quantity.Rate
	if k.Ligand != NoLigand {
		p.substrate("ligand", substrates, k.Ligand)
		factors, effects, dimension = append(factors, "ligand"), append(effects, effect{"ligand", -1}), quantity.OnRate
	} else if k.Partner == "" {
		p.fault("neither ligand nor partner: want one")
	}
	if k.Partner != "" {
		p.declare("partner", k.Partner)
		factors = append(factors, "partner")
	}
	p.constant("on_rate", k.OnRate, dimension)
	p.constant("off_rate", k.OffRate, quantity.Rate)
	p.react("binding", strings.Join(append(factors, "free"), "*")+" - off_rate*bound", effects...)
}

// takeIn adds the internalisation of a bound form, and what comes of it.
func (k ReceptorKinetics) takeIn(p *preset, reaction, form string, rate float64, gain ...effect) {
	if k.internal() {
		gain = append(gain, effect{"internal", 1})
	}
	p.lose(reaction, form, rate, gain...)
}

func (k ReceptorKinetics) shed(p *preset, substrates []Substrate) {
	for _, s := range []struct {
		form string
		Shedding
	}{{"free", k.ShedFree}, {"bound", k.ShedBound}} {
		if s.Rate != 0 {
			p.substrate("shed "+s.form, substrates, s.Into)
			p.lose("shedding of "+s.form, s.form, s.Rate, effect{"shed " + s.form, 1})
		}
	}
}

// compete adds what competitors do.
func (k ReceptorKinetics) compete(p *preset, substrates []Substrate) {
	for i, c := range k.Competitors {
		ligand, bound := fmt.Sprintf("ligand_%d", i), fmt.Sprintf("bound_%d", i)
		if !p.substrate(ligand, substrates, c.Ligand) {
			continue
		}
		name := substrates[c.Ligand].Name
		p.declare(bound, k.Name+" bound "+name)
		on, off := "on_rate_"+ligand, "off_rate_"+ligand
		p.constant(on, c.OnRate, quantity.OnRate)
		p.constant(off, c.OffRate, quantity.Rate)
		p.react("binding of "+name, on+"*"+ligand+"*free - "+off+"*"+bound, effect{"free", -1}, effect{bound, 1}, effect{ligand, -1})
		k.takeIn(p, "internalisation with "+name, bound, c.Internalisation)
	}
}

// recruit adds what a shared chain does.
func (k ReceptorKinetics) recruit(p *preset) {
	if k.Chain.Chain == "" {
		return
	}
	p.declare("chain", k.Chain.Chain)
	p.declare("complex", k.Name+" complex")
	p.constant("recruitment_rate", k.Chain.OnRate, quantity.Rate)
	p.constant("release_rate", k.Chain.OffRate, quantity.Rate)
	p.react("recruitment", "recruitment_rate*chain*bound - release_rate*complex", effect{"chain", -1}, effect{"bound", -1}, effect{"complex", 1})
	p.lose("internalisation of complex", "complex", k.Chain.Internalisation, k.captured()...)
}

// DissociationConstant returns K_d = OffRate/OnRate, nM; of a receptor with NoLigand a
// number of what its partner presents.
func (k ReceptorKinetics) DissociationConstant() float64 { return k.OffRate / k.OnRate }

// SteadyCount returns how many receptors are free in the end where there is no ligand;
// ok is false where that depends on more than the receptor.
func (k ReceptorKinetics) SteadyCount() (count float64, ok bool) {
	made, ok := k.supplied()
	switch lost := k.Turnover + k.ShedFree.Rate; {
	case !ok || made > 0 && lost == 0:
		return 0, false
	case lost > 0:
		return made / lost, true
	}
	return k.Count, true
}

// supplied returns the synthesis, 1/s; ok is false where it is no constant.
func (k ReceptorKinetics) supplied() (rate float64, ok bool) {
	if k.Synthesis == nil {
		return k.Turnover * k.Count, true
	}
	if len(k.Synthesis.Uses()) > 0 {
		return 0, false
	}
	return k.Synthesis.Eval(nil), true
}

// SaturableUptake returns the law of a receptor's uptake once the cell has settled at a
// density c of the ligand, where no competitor is,
//
//	maximal c/(half + c),   maximal in molecules/s, half in nM
//
// which it follows exactly. With k = Internalisation + ShedBound, ρ the share of what is
// taken in that is recycled, m = k − ρ Internalisation and g = Turnover + ShedFree,
//
//	maximal = synthesis k/m,   half = (OffRate + k) g/(OnRate m)
//
// and where receptors are neither made nor lost, ρ = 1, g = 0 and q = Internalisation/Recycling,
//
//	maximal = Count k/(1 + q),   half = (OffRate + k)/(OnRate (1 + q))
//
// ok is false where there is no such law: nothing is taken up, receptors run out or grow
// without bound, their synthesis changes, or a chain or partner has a say in it.
func (k ReceptorKinetics) SaturableUptake() (maximal, half float64, ok bool) {
	made, constant := k.supplied()
	taken := k.Internalisation + k.ShedBound.Rate
	if !constant || taken == 0 || k.Chain.Chain != "" || k.Partner != "" {
		return 0, 0, false
	}
	recycled := 0.0
	if k.internal() {
		recycled = k.Recycling / (k.Recycling + k.Degradation)
	}
	kept, lost := taken-recycled*k.Internalisation, k.Turnover+k.ShedFree.Rate
	switch {
	case kept > 0 && made > 0:
		return made * taken / kept, (k.OffRate + taken) * lost / (k.OnRate * kept), true
	case kept == 0 && made == 0 && lost == 0:
		share := 1 + k.Internalisation/k.Recycling
		return k.Count * taken / share, (k.OffRate + taken) / (k.OnRate * share), true
	}
	return 0, 0, false
}

// preset writes reactions in names of its own, so that no name of a model is in their way.
type preset struct {
	name       string
	substrates int
	variables  []CellVariable
	scope      expression.Scope
	index      map[string]int // of a name's value among those of a rate
	reactions  []CellReaction
	faults     []error
}

// effect is what one event of a reaction does to the number of something.
type effect struct {
	name   string
	factor float64
}

func newPreset(name string, substrates int, variables []CellVariable) *preset {
	return &preset{name: name, substrates: substrates, variables: variables, index: map[string]int{}}
}

func (p *preset) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("tissue: receptor %q: "+format, append([]any{p.name}, args...)...))
}

func (p *preset) result() ([]CellReaction, error) {
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return p.reactions, nil
}

// need reports a number that is not 0 or more.
func (p *preset) need(what string, value float64) {
	if !nonNegative(value) {
		p.fault("%s %g: want 0 or more", what, value)
	}
}

// declare gives a variable of the cell a name in the preset.
func (p *preset) declare(word, variable string) {
	for i, v := range p.variables {
		if v.Name != variable {
			continue
		}
		if v.Dimension != quantity.Dimensionless {
			p.fault("variable %q is %s: want a plain number", variable, v.Dimension)
		}
		p.bring(word, v.Dimension, p.substrates+i)
		return
	}
	p.fault("no variable %q of its cell: want one of that name", variable)
}

// substrate gives a substrate a name in the preset.
func (p *preset) substrate(word string, substrates []Substrate, s SubstrateID) bool {
	if int(s) < 0 || int(s) >= len(substrates) {
		p.fault("substrate %d of %d", s, len(substrates))
		return false
	}
	if !substrates[s].Unit.CountsMolecules() {
		p.fault("density of %s in %s, which does not convert to molecules: want nM", substrates[s].Name, substrates[s].Unit)
		return false
	}
	p.bring(word, substrates[s].Unit.Dimension(), int(s))
	return true
}

func (p *preset) bring(word string, d quantity.Dimension, index int) {
	p.index[word] = index
	p.scope.Variables = append(p.scope.Variables, expression.Variable{Name: word, Dimension: d, Index: index})
}

func (p *preset) constant(word string, value float64, d quantity.Dimension) {
	p.need(word, value)
	p.scope.Constants = append(p.scope.Constants, expression.Constant{Name: word, Dimension: d, Value: value})
}

// supply adds the synthesis and the turnover of what is free.
func (p *preset) supply(synthesis *expression.Rate, turnover, count float64) {
	switch {
	case synthesis == nil && turnover > 0:
		p.constant("synthesis", turnover*count, quantity.Rate)
		p.react("synthesis", "synthesis", effect{"free", 1})
	case synthesis != nil && synthesis.Dimension() != quantity.Rate:
		p.fault("synthesis %s is %s: want %s", synthesis, synthesis.Dimension(), quantity.Dimension(quantity.Rate))
	case synthesis != nil:
		p.append("synthesis", synthesis, effect{"free", 1})
	}
	p.lose("turnover", "free", turnover)
}

// lose adds the first-order loss of a form, and what comes of it.
func (p *preset) lose(reaction, form string, rate float64, gain ...effect) {
	if rate == 0 {
		return
	}
	word := "rate_of_" + expression.Identifier(reaction)
	p.constant(word, rate, quantity.Rate)
	p.react(reaction, word+"*"+form, append(gain, effect{form, -1})...)
}

// react adds a reaction whose rate is written in the preset's names.
func (p *preset) react(reaction, rate string, effects ...effect) {
	if len(p.faults) > 0 {
		return
	}
	parsed, err := expression.Parse(rate, p.scope)
	if err != nil {
		p.fault("%s: %w", reaction, err)
		return
	}
	p.append(reaction, parsed, effects...)
}

func (p *preset) append(reaction string, rate *expression.Rate, effects ...effect) {
	r := CellReaction{Name: p.name + " " + reaction, Rate: rate}
	for _, e := range effects {
		if i := p.index[e.name]; i < p.substrates {
			r.Fluid = append(r.Fluid, Change{Substrate: SubstrateID(i), Factor: e.factor})
		} else {
			r.Changes = append(r.Changes, VariableChange{Variable: i - p.substrates, Factor: e.factor})
		}
	}
	p.reactions = append(p.reactions, r)
}
