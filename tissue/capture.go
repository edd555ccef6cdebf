package tissue

import (
	"slices"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Capture counts molecules that a cell takes up, in integers. Reactions fill Mean with what
// the densities, which are means, have the cell take up since the last cell step; at the
// cell step a number drawn from the law of Poisson about it is added to Count, and Mean is
// 0 again. Field and ledger stay those of the mean.
//
// The law is exact where molecules do not know of each other, each moving, decaying and being
// taken up at rates of its own: then what cells catch in disjoint times are independent
// numbers with just this law (Jahnke & Huisinga 2007, Journal of Mathematical Biology 54:1).
// Where few receptors saturate, or binding goes back and forth within a cell step, it holds
// while what a cell has bound changes little of its own accord: the leap condition of Gillespie
// 2001, Journal of Chemical Physics 115:1716.
type Capture struct {
	Mean  int // position in CellType.Variables, molecules
	Count int // likewise
}

// captureVariables returns the count and the mean of a receptor of some name.
func captureVariables(receptor string) []CellVariable {
	return []CellVariable{{Name: receptor + " captured"}, {Name: receptor + " capture mean"}}
}

// CaptureOf returns the capture by the receptor of some name, among the type's variables.
func (t CellType) CaptureOf(receptor string) (c Capture, ok bool) {
	variables := captureVariables(receptor)
	count, counted := t.Variable(variables[0].Name)
	mean, meant := t.Variable(variables[1].Name)
	return Capture{Mean: mean, Count: count}, counted && meant
}

// CountedVariables returns what a sink that captures has: "R captured", the number drawn,
// and "R capture mean", that of the mean field since the last cell step.
func (r Receptor) CountedVariables() []CellVariable { return captureVariables(r.Name) }

// CountedReactions returns the uptake of a sink that captures, in place of Receptor in
// CellType.Receptors, on a cell with some variables, its own among them.
func (r Receptor) CountedReactions(substrates []Substrate, variables []CellVariable) ([]CellReaction, error) {
	p := newPreset(r.Name, len(substrates), variables)
	p.substrate("ligand", substrates, r.Ligand)
	p.declare("capture mean", r.Name+" capture mean")
	p.constant("on_rate", r.OnRate, quantity.OnRate)
	p.constant("count", r.Count, quantity.Dimensionless)
	p.react("uptake", "on_rate*count*ligand", effect{"ligand", -1}, effect{"capture mean", 1})
	return p.result()
}

// capture checks that there is something to be counted.
func (k ReceptorKinetics) capture(p *preset) {
	p.declare("capture mean", k.Name+" capture mean")
	if k.Ligand == NoLigand {
		p.fault("captures without a ligand: want one, of the fluid")
	}
	if k.Internalisation+k.Chain.Internalisation == 0 {
		p.fault("captures, but nothing is internalised: want an internalisation of more than 0 1/s")
	}
}

// captured is what the internalisation of the ligand counts.
func (k ReceptorKinetics) captured() []effect {
	if !k.Captures {
		return nil
	}
	return []effect{{"capture mean", 1}}
}

func (v *lifeFaults) captures(all []Capture) {
	taken := map[int]bool{}
	for _, c := range all {
		if !v.variable("captures in", c.Mean) || !v.variable("captures in", c.Count) {
			continue
		}
		for _, at := range []int{c.Mean, c.Count} {
			v.counter(at)
			if taken[at] {
				v.fault("captures in %s twice: want a variable for each mean and each count", v.t.Variables[at].Name)
			}
			taken[at] = true
		}
		for _, r := range v.t.Reactions {
			if r.Rate != nil && slices.Contains(r.Rate.Uses(), len(v.m.Substrates)+c.Mean) {
				v.fault("reaction %q depends on %s, which each cell step sets to 0: want it to depend on %s", r.Name, v.t.Variables[c.Mean].Name, v.t.Variables[c.Count].Name)
			}
		}
	}
}

// counter checks a variable in which captures are counted.
func (v *lifeFaults) counter(at int) {
	variable := v.t.Variables[at]
	if variable.Dimension != quantity.Dimensionless {
		v.fault("captures in %s, which is %s: want a plain number", variable.Name, variable.Dimension)
	}
	for _, r := range v.t.Life.Rules {
		if r.Behaviour.Kind == VariableValue && r.Behaviour.Variable == at {
			v.fault("a rule sets %s, in which captures are counted: want one of them", variable.Name)
		}
	}
}
