package scenario

import (
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const (
	cellChangesExample  = "{pSTAT: +1, IL-2: -1}"
	cellReactionExample = "{rate: v*IL_2R_bound - k*pSTAT, changes: {pSTAT: +1}}"
	variablesExample    = "{pSTAT: {initial: 0 nM}, SOCS: 0}"
)

// Kinetics is what the state of a cell type was made from, in the order of its
// variables and reactions.
type Kinetics struct {
	Chains    []*tissue.SharedChain
	Sinks     []*tissue.Receptor // that capture; others are in CellType.Receptors
	Receptors []*tissue.ReceptorKinetics
	Variables int // the type's own, behind those of chains and receptors
	Reactions int // likewise
}

// kinetics is Kinetics on their way into the model.
type kinetics struct {
	Kinetics
	parts []part
}

// part is a chain or a receptor on its way into the model.
type part struct {
	member
	variables func() []tissue.CellVariable
	names     func(scope expression.Scope) // what may name any variable of the cell
	reactions func() ([]tissue.CellReaction, error)
	captures  bool
}

// cellKinetics decodes what goes on within the cells of a type: first the names of all
// variables, then the rates in which they may stand.
func (d *decoder) cellKinetics(id tissue.CellTypeID, f fields) {
	before := len(d.faults)
	t, k := &d.model().CellTypes[id], &d.kinetics[id]
	d.chains(t, k, f)
	d.receptors(t, k, f)
	words := map[string]string{}
	for _, s := range d.model().Substrates {
		words[expression.Identifier(s.Name)] = s.Name
	}
	for _, p := range k.parts {
		for _, v := range p.variables() {
			d.claim(words, v.Name, p.member)
			t.Variables = append(t.Variables, v)
		}
		if c, ok := t.CaptureOf(p.name); ok && p.captures {
			t.Life.Captures = append(t.Life.Captures, c)
		}
	}
	d.variables(t, k, words, f)
	constants, constantsSound := d.constants(f, d.shared)
	sound := d.namesSound && len(d.faults) == before && d.sharedSound && constantsSound
	if sound {
		d.expand(t, k, constants)
	}
	d.cellReactions(t, k, f, constants, sound)
	d.scenario.Kinetics[id] = k.Kinetics
}

// claim reports a variable that is written in a rate like something else.
func (d *decoder) claim(words map[string]string, name string, m member) {
	word := expression.Identifier(name)
	if other, taken := words[word]; taken {
		d.fault(m.key, m.path, "the variable %q is written %s in a rate, and so is %q: rename one of them", name, word, other)
	}
	words[word] = name
}

// variables decodes the type's own variables.
func (d *decoder) variables(t *tissue.CellType, k *kinetics, words map[string]string, f fields) {
	v, ok := f.get("variables")
	if !ok {
		return
	}
	for _, m := range v.named(variablesExample) {
		variable := tissue.CellVariable{Name: m.name}
		d.claim(words, m.name, m)
		initial, ok := m.value, m.kind != null
		if m.kind == mapping {
			if f, fits := m.fields("{initial: 0 nM}", "initial"); fits {
				initial, ok = f.need("initial", "0 nM")
			}
		}
		if ok {
			variable.Initial, variable.Dimension = initial.variable()
		}
		t.Variables = append(t.Variables, variable)
		k.Variables++
	}
}

// variable returns what a variable of a cell starts from.
func (v value) variable() (initial float64, dimension quantity.Dimension) {
	q, ok := v.quantity(quantity.Dimensionless)
	switch {
	case !ok:
		return 0, 0
	case q.Dim == quantity.Molecules:
		v.fault("%s: molecules of a cell are a plain number; want it without a unit", v.written())
		return 0, 0
	}
	initial, err := q.To(q.Dim.MolarUnit())
	if err != nil {
		v.fault("%v", err)
	}
	return initial, q.Dim
}

// expand adds the reactions of chains and receptors.
func (d *decoder) expand(t *tissue.CellType, k *kinetics, constants []expression.Constant) {
	before := len(d.faults)
	scope := tissue.CellRateScope(d.model().Substrates, t.Variables, constants)
	for _, p := range k.parts {
		p.names(scope)
	}
	for _, p := range k.parts {
		reactions, err := p.reactions()
		if err != nil && len(d.faults) == before {
			for _, line := range strings.Split(err.Error(), "\n") {
				d.fault(p.key, p.path, "%s", strings.TrimPrefix(line, "tissue: "))
			}
		}
		t.Reactions = append(t.Reactions, reactions...)
	}
}

// cellReactions decodes the type's own reactions.
func (d *decoder) cellReactions(t *tissue.CellType, k *kinetics, f fields, constants []expression.Constant, sound bool) {
	v, ok := f.get("reactions")
	if !ok {
		return
	}
	taken := map[string]bool{}
	for _, r := range t.Reactions {
		taken[r.Name] = true
	}
	substrates := d.model().Substrates
	for _, l := range d.laws(v, d.cellSubject(t), taken, constants, sound) {
		r := tissue.CellReaction{Name: l.name, Rate: l.rate}
		for _, c := range l.changes {
			if i := c.index - len(substrates); i >= 0 {
				r.Changes = append(r.Changes, tissue.VariableChange{Variable: i, Factor: c.value, Dimension: c.dimension})
				continue
			}
			r.Fluid = append(r.Fluid, tissue.Change{Substrate: tissue.SubstrateID(c.index), Factor: c.value, Dimension: c.dimension})
			if l.rate != nil && slices.Contains(l.rate.Derivative(c.index).Uses(), c.index) {
				name := substrates[c.index].Name
				l.at.fault("%q is not in proportion to %s, which it changes: want such a rate as k_on*%s*receptors, with saturation left to the receptors", l.rate, name, expression.Identifier(name))
			}
		}
		t.Reactions = append(t.Reactions, r)
		k.Reactions++
	}
}

// cellSubject is what reactions of a cell type are about: substrates at their ids,
// variables behind them.
func (d *decoder) cellSubject(t *tissue.CellType) subject {
	substrates := d.model().Substrates
	return subject{
		example: cellReactionExample, rate: rateExample, changes: cellChangesExample, nothing: "nothing",
		scope: func(constants []expression.Constant) expression.Scope {
			return tissue.CellRateScope(substrates, t.Variables, constants)
		},
		find: func(m member) (int, bool) {
			if i, ok := t.Variable(m.name); ok {
				return len(substrates) + i, true
			}
			id, ok := d.model().Substrate(m.name)
			if !ok {
				if d.namesSound {
					d.fault(m.key, m.path, "neither a variable of the cell nor a substrate is called %q%s", m.name, suggest(m.name, append(variableNames(t), names(d.substrates)...)))
				}
				return 0, false
			}
			return int(id), d.countsMolecules(m.value, id)
		},
		fits: fits(func(i int) (quantity.Dimension, string) {
			if i < len(substrates) {
				return quantity.Rate, "molecules of " + substrates[i].Name
			}
			v := t.Variables[i-len(substrates)]
			return v.Dimension - quantity.Time, v.Name
		}),
	}
}

func variableNames(t *tissue.CellType) []string {
	all := make([]string, len(t.Variables))
	for i, v := range t.Variables {
		all[i] = v.Name
	}
	return all
}

// cellKinetics writes what goes on within the cells of a type.
func (w *writer) cellKinetics(id tissue.CellTypeID) {
	t, k := w.model().CellTypes[id], w.kinetics[id]
	w.receptors(t, k)
	w.chains(k)
	var variables []string
	for _, v := range t.Variables[len(t.Variables)-k.Variables:] {
		variables = append(variables, factorText(v.Name, v.Initial, v.Dimension))
	}
	if len(variables) > 0 {
		w.line(3, "variables: {%s}", strings.Join(variables, ", "))
	}
	w.constants(3, k.constants())
	if k.Reactions > 0 {
		w.line(3, "reactions:")
	}
	for _, r := range t.Reactions[len(t.Reactions)-k.Reactions:] {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, factorText(t.Variables[c.Variable].Name, c.Factor, c.Dimension))
		}
		for _, c := range r.Fluid {
			changes = append(changes, factorText(w.model().Substrates[c.Substrate].Name, c.Factor, c.Dimension))
		}
		w.law(4, r.Name, r.Rate, changes)
	}
}

// constants returns those that the synthesis of chains and receptors names.
func (k Kinetics) constants() []expression.Constant {
	var all []expression.Constant
	add := func(synthesis *expression.Rate) {
		if synthesis == nil || len(synthesis.Uses()) == 0 {
			return
		}
		for _, c := range synthesis.Constants() {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	for _, c := range k.Chains {
		add(c.Synthesis)
	}
	for _, r := range k.Receptors {
		add(r.Synthesis)
	}
	return all
}
