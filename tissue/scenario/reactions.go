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
	reactionExample  = "{rate: k_on*IL6*sIL6R - k_off*complex, changes: " + changesExample + "}"
)

// reactions decodes the rate laws and the constants they share.
func (d *decoder) reactions(f fields) {
	shared, sound := d.constants(f, nil)
	v, ok := f.get("reactions")
	if !ok {
		return
	}
	items, _ := v.list("[" + reactionExample + "]")
	names := map[string]bool{}
	for i, item := range items {
		f, ok := item.fields(reactionExample, "name", "rate", "changes", "constants")
		if !ok {
			continue
		}
		r := tissue.Reaction{Name: d.reactionName(f, i, names)}
		constants, local := d.constants(f, shared)
		changes, ok := f.need("changes", changesExample)
		if ok {
			r.Changes = d.changes(changes)
		}
		rate, ok := f.need("rate", "k_on*IL6*sIL6R - k_off*complex")
		if ok && sound && local && d.namesSound {
			r.Rate = d.rate(rate, constants)
		}
		if r.Rate != nil {
			d.rateFits(r, rate, changes)
		}
		d.model().Reactions = append(d.model().Reactions, r)
	}
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
func (d *decoder) changes(v value) []tissue.Change {
	var all []tissue.Change
	members := v.named(changesExample)
	if v.kind == mapping && len(members) == 0 {
		v.fault("changes no substrate: want at least one, such as %s", changesExample)
	}
	for _, m := range members {
		id, ok := d.substrateNamed(m.name, m.key, m.path)
		if !ok || m.kind == null {
			continue
		}
		q, ok := m.quantity(quantity.Dimensionless)
		if !ok {
			continue
		}
		factor, err := q.To(q.Dim.MolarUnit())
		if err != nil {
			m.fault("%v", err)
		}
		all = append(all, tissue.Change{Substrate: id, Factor: factor, Dimension: q.Dim})
	}
	return all
}

// rate reads a rate law over the substrates.
func (d *decoder) rate(v value, constants []expression.Constant) *expression.Rate {
	return d.rateIn(v, tissue.RateScope(d.model().Substrates, constants))
}

// rateIn reads a rate law; its faults stand where they are in the file.
func (d *decoder) rateIn(v value, scope expression.Scope) *expression.Rate {
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

// rateFits reports where a rate times a factor is no density per time.
func (d *decoder) rateFits(r tissue.Reaction, rate, changes value) {
	said := map[quantity.Dimension]bool{}
	for _, c := range r.Changes {
		s := d.model().Substrates[c.Substrate]
		want := s.Unit.Dimension() - quantity.Time
		missing := want - r.Rate.Dimension() - c.Dimension
		if missing == 0 || said[missing] {
			continue
		}
		said[missing] = true
		at, what := rate, fmt.Sprintf("%q is %s", r.Rate, r.Rate.Dimension())
		if c.Dimension != quantity.Dimensionless {
			at, what = changes, fmt.Sprintf("rate times factor is %s", r.Rate.Dimension()+c.Dimension)
		}
		at.fault("%s: want %s, the change of %s; multiply by a constant in %s", what, want.MolarUnit(), s.Name, missing.MolarUnit())
	}
}

// reactions writes every reaction with the constants it uses.
func (w *writer) reactions() {
	if len(w.model().Reactions) > 0 {
		w.line(0, "reactions:")
	}
	for _, r := range w.model().Reactions {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, yamlText(w.model().Substrates[c.Substrate].Name)+": "+quantity.Format(c.Factor, c.Dimension.MolarUnit()))
		}
		w.reaction(1, r.Name, r.Rate, changes)
	}
}

// reaction writes an item of a list of reactions.
func (w *writer) reaction(indent int, name string, rate *expression.Rate, changes []string) {
	w.line(indent, "- name: %s", yamlText(name))
	w.line(indent+1, "rate: %s", yamlText(rate.String()))
	w.line(indent+1, "changes: {%s}", strings.Join(changes, ", "))
	var constants []string
	for _, c := range rate.Constants() {
		constants = append(constants, yamlText(c.Name)+": "+quantity.Format(c.Value, c.Dimension.MolarUnit()))
	}
	if len(constants) > 0 {
		w.line(indent+1, "constants: {%s}", strings.Join(constants, ", "))
	}
}
