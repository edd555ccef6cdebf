package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const (
	constantsExample = "{k_on: 1.7e6 /M/s, k_off: 3.4e-5 /s}"
	changesExample   = "{IL6: -1, complex: +1}"
	rateExample      = "k_on*IL6*sIL6R - k_off*complex"
	reactionExample  = "{rate: " + rateExample + ", changes: " + changesExample + "}"
)

// subject is what reactions are about: the fluid, the cells of a type and the fluid at their
// surfaces, or the body. What a rate depends on and changes goes by its index in the scope.
type subject struct {
	example, rate, changes string // of a reaction, of its rate, of its changes
	nothing                string // what one without changes changes
	scope                  func(constants []expression.Constant) expression.Scope
	find                   func(m member) (index int, ok bool)
	fits                   func(l law, changes value) // reports a rate that is no change of what it changes
}

// law is a rate and what it changes.
type law struct {
	name    string
	rate    *expression.Rate // nil where it is faulty
	at      value            // of the rate
	changes []factor
}

// factor is what a rate is multiplied by to change something.
type factor struct {
	index     int
	value     float64
	dimension quantity.Dimension
}

// reactions decodes the rate laws in the fluid and the constants they share.
func (d *decoder) reactions(f fields) {
	d.shared, d.sharedSound = d.constants(f, nil)
	v, ok := f.get("reactions")
	if !ok {
		return
	}
	substrates := d.model().Substrates
	fluid := subject{
		example: reactionExample, rate: rateExample, changes: changesExample, nothing: "no substrate",
		scope: func(constants []expression.Constant) expression.Scope { return tissue.RateScope(substrates, constants) },
		find: func(m member) (int, bool) {
			id, ok := d.substrateNamed(m.name, m.key, m.path)
			return int(id), ok
		},
		fits: fits(func(i int) (quantity.Dimension, string) {
			return substrates[i].Unit.Dimension() - quantity.Time, substrates[i].Name
		}),
	}
	for _, l := range d.laws(v, fluid, map[string]bool{}, d.shared, d.sharedSound && d.namesSound) {
		r := tissue.Reaction{Name: l.name, Rate: l.rate}
		for _, c := range l.changes {
			r.Changes = append(r.Changes, tissue.Change{Substrate: tissue.SubstrateID(c.index), Factor: c.value, Dimension: c.dimension})
		}
		d.model().Reactions = append(d.model().Reactions, r)
	}
}

// laws decodes a list of reactions; names are those taken. Rates are read where what
// they may name is sound.
func (d *decoder) laws(v value, about subject, names map[string]bool, shared []expression.Constant, sound bool) []law {
	var all []law
	items, _ := v.list("[" + about.example + "]")
	for i, item := range items {
		f, ok := item.fields(about.example, "name", "rate", "changes", "constants")
		if !ok {
			continue
		}
		l := law{name: d.reactionName(f, i, names)}
		constants, local := d.constants(f, shared)
		changes, ok := f.need("changes", about.changes)
		if ok {
			l.changes = d.changes(changes, about)
		}
		if l.at, ok = f.need("rate", about.rate); ok && sound && local {
			l.rate = d.rate(l.at, about.scope(constants))
		}
		if l.rate != nil {
			about.fits(l, changes)
		}
		all = append(all, l)
	}
	return all
}

func (d *decoder) reactionName(f fields, i int, names map[string]bool) string {
	name, v := fmt.Sprintf("reaction %d", i+1), f.value
	if given, ok := f.get("name"); ok {
		v = given
		if name, ok = v.str(); ok && (name == "" || len(name) > longestName || strings.ContainsFunc(name, unprintable)) {
			v.fault("%s: want a name of 1 to %d printable characters", v.written(), longestName)
		}
	}
	if names[name] {
		v.fault("a second reaction of the name %q: want each name once", name)
	}
	names[name] = true
	return name
}

// constants returns the constants of a mapping, in µm, s and nM, with those of the
// whole scenario that it does not replace.
func (d *decoder) constants(f fields, shared []expression.Constant) (all []expression.Constant, sound bool) {
	v, ok := f.get("constants")
	if !ok {
		return shared, !f.has("constants")
	}
	before := len(d.faults)
	for _, m := range v.named(constantsExample) {
		if m.kind == null {
			continue
		}
		if word := expression.Identifier(m.name); word != m.name {
			d.fault(m.key, m.path, "%q: want a name as it is written in a rate, such as %s", m.name, word)
		}
		q, ok := m.quantity(quantity.Rate)
		if !ok {
			continue
		}
		value, err := q.To(q.Dim.MolarUnit())
		if err != nil {
			m.fault("%v", err)
		}
		all = append(all, expression.Constant{Name: m.name, Dimension: q.Dim, Value: value})
	}
	for _, c := range shared {
		if !slices.ContainsFunc(all, func(own expression.Constant) bool { return own.Name == c.Name }) {
			all = append(all, c)
		}
	}
	return all, len(d.faults) == before
}

// changes decodes the stoichiometric factors.
func (d *decoder) changes(v value, about subject) []factor {
	var all []factor
	members := v.named(about.changes)
	if v.kind == mapping && len(members) == 0 {
		v.fault("changes %s: want at least one, such as %s", about.nothing, about.changes)
	}
	for _, m := range members {
		i, ok := about.find(m)
		if !ok || m.kind == null {
			continue
		}
		q, ok := m.quantity(quantity.Dimensionless)
		if !ok {
			continue
		}
		number, err := q.To(q.Dim.MolarUnit())
		if err != nil {
			m.fault("%v", err)
		}
		all = append(all, factor{i, number, q.Dim})
	}
	return all
}

// rate reads a rate law; its faults stand where they are in the file.
func (d *decoder) rate(v value, scope expression.Scope) *expression.Rate {
	text, ok := v.str()
	if !ok {
		return nil
	}
	rate, err := expression.Parse(text, scope)
	var faults *expression.Faults
	if errors.As(err, &faults) {
		for _, fault := range faults.All {
			d.fault(v.inside(fault.Offset, fault.Part), v.path, "%s", fault.Message)
		}
		return nil
	}
	return rate
}

// inside returns the place of a part of a text: exactly where the file has the text
// on one line or as a literal block, else that of the whole.
func (v value) inside(offset int, part string) location {
	width := 1
	if !strings.Contains(part, "\n") {
		width = utf8.RuneCountInString(part)
	}
	lead := v.text[:offset]
	if v.literal {
		line, column := 1+strings.Count(lead, "\n"), 1+utf8.RuneCountInString(lead[strings.LastIndex(lead, "\n")+1:])
		at := v.lineInside(line, column)
		return at.src.at(at.line, at.column, width)
	}
	start := v.at.column
	if v.quoted {
		start++
	}
	line, _ := v.at.src.line(v.at.line)
	runes := []rune(line)
	if start-1 > len(runes) || !strings.HasPrefix(string(runes[start-1:]), v.text) {
		return v.at
	}
	return v.at.src.at(v.at.line, start+utf8.RuneCountInString(lead), width)
}

// fits returns subject.fits for what has a name and one dimension of rate times factor.
func fits(change func(index int) (want quantity.Dimension, name string)) func(l law, changes value) {
	return func(l law, changes value) { l.fits(changes, change) }
}

func (l law) fits(changes value, change func(index int) (want quantity.Dimension, name string)) {
	said := map[quantity.Dimension]bool{}
	for _, c := range l.changes {
		want, name := change(c.index)
		missing := want - l.rate.Dimension() - c.dimension
		if missing == 0 || said[missing] {
			continue
		}
		said[missing] = true
		at, what := l.at, fmt.Sprintf("%q is %s", l.rate, l.rate.Dimension())
		if c.dimension != quantity.Dimensionless {
			at, what = changes, fmt.Sprintf("rate times factor is %s", l.rate.Dimension()+c.dimension)
		}
		at.fault("%s: want %s, the change of %s; multiply by a constant in %s", what, want.MolarUnit(), name, missing.MolarUnit())
	}
}

// reactions writes every reaction in the fluid with the constants it uses.
func (w *writer) reactions() {
	if len(w.model().Reactions) > 0 {
		w.line(0, "reactions:")
	}
	for _, r := range w.model().Reactions {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, factorText(w.model().Substrates[c.Substrate].Name, c.Factor, c.Dimension))
		}
		w.law(1, r.Name, r.Rate, changes)
	}
}

func factorText(name string, value float64, d quantity.Dimension) string {
	return yamlText(name) + ": " + quantity.Format(value, d.MolarUnit())
}

func (w *writer) law(indent int, name string, rate *expression.Rate, changes []string) {
	w.line(indent, "- name: %s", yamlText(name))
	w.line(indent+1, "rate: %s", yamlText(rate.String()))
	w.line(indent+1, "changes: {%s}", strings.Join(changes, ", "))
	w.constants(indent+1, rate.Constants())
}

func (w *writer) constants(indent int, all []expression.Constant) {
	var constants []string
	for _, c := range all {
		constants = append(constants, factorText(c.Name, c.Value, c.Dimension))
	}
	if len(constants) > 0 {
		w.line(indent, "constants: {%s}", strings.Join(constants, ", "))
	}
}
