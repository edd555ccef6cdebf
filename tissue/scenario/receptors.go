package scenario

import (
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const (
	receptorExample = "{ligand: IL-2, count: 2000, on_rate: 3.1e7 /M/s}"
	sheddingExample = "{bound: {rate: 5e-4 /s, into: sTNF_TNFR2}}"
)

// kineticKeys are those that make a receptor more than a sink.
func kineticKeys() []string {
	return []string{"kinetics", "off_rate", "synthesis", "turnover", "internalisation", "recycling", "degradation", "shedding", "competitors", "chain", "partner"}
}

// chains decodes the chains that receptors of a type share.
func (d *decoder) chains(t *tissue.CellType, k *kinetics, f fields) {
	v, ok := f.get("chains")
	if !ok {
		return
	}
	for _, m := range v.named("{gc: {count: 14000, turnover: 1e-4 /s}}") {
		f, ok := m.fields("{count: 14000, turnover: 1e-4 /s}", "count", "synthesis", "turnover")
		if m.kind == null || !ok {
			continue
		}
		c := &tissue.SharedChain{Name: m.name}
		if v, ok := f.need("count", "14000"); ok {
			c.Count, _ = v.nonNegative(quantity.Dimensionless)
		}
		c.Turnover = rateOf(f, "turnover")
		k.Chains = append(k.Chains, c)
		k.parts = append(k.parts, part{
			member:    m,
			variables: c.Variables,
			names:     func(scope expression.Scope) { c.Synthesis = d.synthesis(f, scope) },
			reactions: func() ([]tissue.CellReaction, error) { return c.Reactions(d.model().Substrates, t.Variables) },
		})
	}
}

// rateOf returns the rate under a key, 0 where there is none.
func rateOf(f fields, key string) float64 {
	v, ok := f.get(key)
	if !ok {
		return 0
	}
	rate, _ := v.nonNegative(quantity.Rate)
	return rate
}

// synthesis decodes a rate, as a quantity or as an expression.
func (d *decoder) synthesis(f fields, scope expression.Scope) *expression.Rate {
	v, ok := f.get("synthesis")
	if !ok {
		return nil
	}
	if q, err := quantity.Parse(v.text); v.kind == scalar && err == nil && q.Dim != quantity.Dimensionless {
		number, ok := v.nonNegative(quantity.Rate)
		if !ok {
			return nil
		}
		rate, err := expression.Parse("synthesis", expression.Scope{Constants: []expression.Constant{{Name: "synthesis", Dimension: quantity.Rate, Value: number}}})
		if err != nil {
			v.fault("%s: beyond what float32 holds", v.written())
		}
		return rate
	}
	rate := d.rate(v, scope)
	if rate != nil && rate.Dimension() != quantity.Rate {
		v.fault("%q is %s: want receptors per time, %s; multiply by a constant in %s", rate, rate.Dimension(), quantity.Rate.MolarUnit(), (quantity.Rate - rate.Dimension()).MolarUnit())
		return nil
	}
	return rate
}

// receptors decodes the receptors of a type: sinks, and those with kinetics.
func (d *decoder) receptors(t *tissue.CellType, k *kinetics, f fields) {
	v, ok := f.get("receptors")
	if !ok {
		return
	}
	for _, m := range v.named("{IL-2R: " + receptorExample + "}") {
		if m.kind != null {
			d.receptor(t, k, m)
		}
	}
}

func (d *decoder) receptor(t *tissue.CellType, k *kinetics, m member) {
	f, ok := m.fields(receptorExample, append([]string{"from", "ligand", "count", "on_rate", "capture"}, kineticKeys()...)...)
	if !ok {
		return
	}
	kinetic := slices.ContainsFunc(kineticKeys(), f.has)
	r := tissue.Receptor{Name: m.name, Ligand: tissue.NoLigand}
	catalogued := d.catalogueReceptor(f, &r, t.Name)
	found := d.ligand(f, &r, catalogued.ligand)
	if v, ok := f.get("count"); ok {
		r.Count, _ = v.nonNegative(quantity.Dimensionless)
	} else if !f.has("count") && !catalogued.count {
		f.need("count", "2000")
	}
	if v, ok := f.get("on_rate"); ok {
		if f.has("partner") && !f.has("ligand") && !f.has("from") {
			r.OnRate, _ = v.nonNegative(quantity.Rate)
		} else {
			r.OnRate = v.onRate()
		}
	} else if !f.has("on_rate") && !catalogued.onRate {
		f.need("on_rate", "3.1e7 /M/s")
	}
	captures := false
	if v, ok := f.get("capture"); ok {
		choice, _ := v.choice("mean", "poisson")
		captures = choice == "poisson"
	}
	switch {
	case kinetic:
		d.receptorKinetics(t, k, m, f, r, catalogued.entry, captures)
	case !found || r.Ligand == tissue.NoLigand || !d.countsMolecules(m.value, r.Ligand): // found is also what the catalogue has reported
	case captures:
		d.countedSink(t, k, m, &r)
	default:
		t.Receptors = append(t.Receptors, r)
	}
}

// countedSink adds a sink that counts what it takes up.
func (d *decoder) countedSink(t *tissue.CellType, k *kinetics, m member, r *tissue.Receptor) {
	at := len(k.Chains) + len(k.Sinks) // as they are written
	k.Sinks = append(k.Sinks, r)
	k.parts = slices.Insert(k.parts, at, part{
		member:    m,
		variables: r.CountedVariables,
		names:     func(expression.Scope) {},
		reactions: func() ([]tissue.CellReaction, error) { return r.CountedReactions(d.model().Substrates, t.Variables) },
		captures:  true,
	})
}

// ligand decodes what a receptor binds, by default the only substrate there is; with a
// partner it may be none.
func (d *decoder) ligand(f fields, r *tissue.Receptor, found bool) bool {
	if v, ok := f.get("ligand"); ok {
		if name, ok := v.str(); ok {
			r.Ligand, found = d.substrateNamed(name, v.at, v.path)
		}
		return found
	}
	if found || f.has("ligand") || f.has("partner") {
		return found
	}
	if len(d.substrates) != 1 {
		if d.namesSound {
			d.fault(f.key, f.path, "\"ligand\" is missing: want the substrate it binds%s", list(", ", names(d.substrates)))
		}
		return false
	}
	r.Ligand = 0
	return true
}

// onRate returns an on rate of zero or more, 1/(nM s).
func (v value) onRate() float64 {
	q, ok := v.quantity(quantity.OnRate)
	if !ok {
		return 0
	}
	rate, err := q.PerNanomolarSecond()
	switch {
	case err != nil:
		v.fault("%v", err)
	case rate < 0:
		v.fault("%s: want 0 or more", v.written())
	}
	return rate + 0
}

// receptorKinetics decodes what a receptor does besides taking its ligand away.
func (d *decoder) receptorKinetics(t *tissue.CellType, k *kinetics, m member, f fields, r tissue.Receptor, entry catalogue.Receptor, captures bool) {
	made := &tissue.ReceptorKinetics{
		Name: r.Name, Ligand: r.Ligand, Count: r.Count, OnRate: r.OnRate, OffRate: rateOf(f, "off_rate"), Turnover: rateOf(f, "turnover"),
		Internalisation: rateOf(f, "internalisation"), Recycling: rateOf(f, "recycling"), Degradation: rateOf(f, "degradation"), Captures: captures,
	}
	if v, ok := f.get("kinetics"); ok {
		if _, ok := v.choice("catalogue"); ok && !f.has("from") {
			v.fault("%s without from: catalogue; want both", v.written())
		} else if ok && entry.Name != "" {
			d.catalogueKinetics(f, made, entry)
		}
	} else if !f.has("off_rate") {
		f.need("off_rate", "2.3e-4 /s")
	}
	if made.Ligand != tissue.NoLigand {
		d.countsMolecules(m.value, made.Ligand)
	}
	d.shedding(f, made)
	d.competitors(f, made)
	chain := d.recruitment(f, made)
	k.Receptors = append(k.Receptors, made)
	k.parts = append(k.parts, part{
		member:    m,
		variables: func() []tissue.CellVariable { return made.Variables(d.model().Substrates) },
		names: func(scope expression.Scope) {
			made.Synthesis = d.synthesis(f, scope)
			d.variableNamed(t, chain)
			if v, ok := f.get("partner"); ok {
				made.Partner = d.variableNamed(t, v)
			}
		},
		reactions: func() ([]tissue.CellReaction, error) {
			return made.Reactions(d.model().Substrates, t.Variables)
		},
		captures: captures,
	})
	degraded := made.Internalisation > 0 && (made.Recycling == 0 || made.Degradation > 0)
	if made.Turnover == 0 && !f.has("synthesis") && (degraded || made.ShedFree.Rate+made.ShedBound.Rate+made.Chain.Internalisation > 0) {
		m.warn("receptors are lost and none are made, so that they run out: give turnover or synthesis")
	}
}

// variableNamed returns the name of a variable of the cell that a text is to be.
func (d *decoder) variableNamed(t *tissue.CellType, v value) string {
	if v.node == nil {
		return ""
	}
	name, ok := v.str()
	if !ok {
		return ""
	}
	if _, known := t.Variable(name); !known {
		v.fault("no variable %q of the cell%s", name, suggest(name, variableNames(t)))
	}
	return name
}

func (d *decoder) shedding(f fields, k *tissue.ReceptorKinetics) {
	v, ok := f.get("shedding")
	if !ok {
		return
	}
	f, ok = v.fields(sheddingExample, "free", "bound")
	if !ok {
		return
	}
	for _, form := range []struct {
		key  string
		shed *tissue.Shedding
	}{{"free", &k.ShedFree}, {"bound", &k.ShedBound}} {
		v, ok := f.get(form.key)
		if !ok {
			continue
		}
		f, ok := v.fields("{rate: 5e-4 /s, into: sTNFR2}", "rate", "into")
		if !ok {
			continue
		}
		if v, ok := f.need("rate", "5e-4 /s"); ok {
			form.shed.Rate, _ = v.nonNegative(quantity.Rate)
		}
		if v, ok := f.need("into", "sTNFR2"); ok {
			if name, ok := v.str(); ok {
				if id, ok := d.substrateNamed(name, v.at, v.path); ok && d.countsMolecules(v, id) {
					form.shed.Into = id
				}
			}
		}
	}
}

func (d *decoder) competitors(f fields, k *tissue.ReceptorKinetics) {
	const example = "{IL-1Ra: {on_rate: 1e6 /M/s, off_rate: 1e-4 /s}}"
	v, ok := f.get("competitors")
	if !ok {
		return
	}
	for _, m := range v.named(example) {
		f, ok := m.fields("{on_rate: 1e6 /M/s, off_rate: 1e-4 /s}", "on_rate", "off_rate", "internalisation")
		id, known := d.substrateNamed(m.name, m.key, m.path)
		if !ok || !known || !d.countsMolecules(m.value, id) {
			continue
		}
		c := tissue.Competitor{Ligand: id, Internalisation: rateOf(f, "internalisation")}
		if v, ok := f.need("on_rate", "1e6 /M/s"); ok {
			c.OnRate = v.onRate()
		}
		if v, ok := f.need("off_rate", "1e-4 /s"); ok {
			c.OffRate, _ = v.nonNegative(quantity.Rate)
		}
		k.Competitors = append(k.Competitors, c)
	}
}

// recruitment decodes how a receptor takes up a shared chain and returns its name in the
// file.
func (d *decoder) recruitment(f fields, k *tissue.ReceptorKinetics) (chain value) {
	const example = "{name: gc, on_rate: 1e-4 /s, off_rate: 1e-3 /s}"
	v, ok := f.get("chain")
	if !ok {
		return value{}
	}
	f, ok = v.fields(example, "name", "on_rate", "off_rate", "internalisation")
	if !ok {
		return value{}
	}
	if chain, ok = f.need("name", "gc"); ok {
		k.Chain.Chain, _ = chain.str()
	}
	if v, ok := f.need("on_rate", "1e-4 /s"); ok {
		k.Chain.OnRate, _ = v.nonNegative(quantity.Rate)
	}
	if v, ok := f.need("off_rate", "1e-3 /s"); ok {
		k.Chain.OffRate, _ = v.nonNegative(quantity.Rate)
	}
	k.Chain.Internalisation = rateOf(f, "internalisation")
	return chain
}

// receptors writes the receptors of a type, sinks first.
func (w *writer) receptors(t tissue.CellType, k kinetics) {
	if len(t.Receptors)+len(k.Sinks)+len(k.Receptors) == 0 {
		return
	}
	w.line(3, "receptors:")
	path := join(join("cells.types", t.Name), "receptors")
	for _, r := range t.Receptors {
		w.sink(join(path, r.Name), r)
	}
	for _, r := range k.Sinks {
		w.sink(join(path, r.Name), *r)
		w.line(5, "capture: poisson")
	}
	for _, r := range k.Receptors {
		w.receptor(join(path, r.Name), r)
	}
}

func (w *writer) sink(path string, r tissue.Receptor) {
	w.line(4, "%s:", yamlText(r.Name))
	w.line(5, "ligand: %s", yamlText(w.model().Substrates[r.Ligand].Name))
	w.parameter(5, path, "count", quantity.Format(r.Count, ""))
	w.parameter(5, path, "on_rate", quantity.Format(r.OnRate, "1/(nM s)"))
}

func (w *writer) receptor(path string, k *tissue.ReceptorKinetics) {
	substrates := w.model().Substrates
	w.line(4, "%s:", yamlText(k.Name))
	onUnit := "1/s"
	if k.Ligand != tissue.NoLigand {
		onUnit = "1/(nM s)"
		w.line(5, "ligand: %s", yamlText(substrates[k.Ligand].Name))
	}
	if k.Partner != "" {
		w.line(5, "partner: %s", yamlText(k.Partner))
	}
	w.parameter(5, path, "count", quantity.Format(k.Count, ""))
	w.parameter(5, path, "on_rate", quantity.Format(k.OnRate, onUnit))
	w.parameter(5, path, "off_rate", quantity.Format(k.OffRate, "1/s"))
	w.synthesis(k.Synthesis)
	for _, p := range []struct {
		key  string
		rate float64
	}{{"turnover", k.Turnover}, {"internalisation", k.Internalisation}, {"recycling", k.Recycling}, {"degradation", k.Degradation}} {
		if p.rate > 0 {
			w.parameter(5, path, p.key, quantity.Format(p.rate, "1/s"))
		}
	}
	if k.Captures {
		w.line(5, "capture: poisson")
	}
	w.shedding(k)
	if len(k.Competitors) > 0 {
		w.line(5, "competitors:")
	}
	for _, c := range k.Competitors {
		w.line(6, "%s: {on_rate: %s, off_rate: %s, internalisation: %s}", yamlText(substrates[c.Ligand].Name),
			quantity.Format(c.OnRate, "1/(nM s)"), quantity.Format(c.OffRate, "1/s"), quantity.Format(c.Internalisation, "1/s"))
	}
	if c := k.Chain; c.Chain != "" {
		w.line(5, "chain: {name: %s, on_rate: %s, off_rate: %s, internalisation: %s}", yamlText(c.Chain),
			quantity.Format(c.OnRate, "1/s"), quantity.Format(c.OffRate, "1/s"), quantity.Format(c.Internalisation, "1/s"))
	}
}

func (w *writer) shedding(k *tissue.ReceptorKinetics) {
	if k.ShedFree.Rate+k.ShedBound.Rate == 0 {
		return
	}
	w.line(5, "shedding:")
	for _, form := range []struct {
		key  string
		shed tissue.Shedding
	}{{"free", k.ShedFree}, {"bound", k.ShedBound}} {
		if form.shed.Rate > 0 {
			w.line(6, "%s: {rate: %s, into: %s}", form.key, quantity.Format(form.shed.Rate, "1/s"), yamlText(w.model().Substrates[form.shed.Into].Name))
		}
	}
}

func (w *writer) synthesis(rate *expression.Rate) {
	switch {
	case rate == nil:
	case len(rate.Uses()) == 0:
		w.line(5, "synthesis: %s", quantity.Format(rate.Eval(nil), "1/s"))
	default:
		w.line(5, "synthesis: %s", yamlText(rate.String()))
	}
}

func (w *writer) chains(k kinetics) {
	if len(k.Chains) > 0 {
		w.line(3, "chains:")
	}
	for _, c := range k.Chains {
		w.line(4, "%s:", yamlText(c.Name))
		w.line(5, "count: %s", quantity.Format(c.Count, ""))
		w.synthesis(c.Synthesis)
		w.line(5, "turnover: %s", quantity.Format(c.Turnover, "1/s"))
	}
}
