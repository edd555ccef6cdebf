package scenario

import (
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// lifeKeys are the keys of a cell type that say what its cells do besides exchanging.
func lifeKeys() []string {
	return []string{"motility", "mechanics", "division", "apoptosis", "necrosis", "transitions", "killing", "attack",
		"phagocytosis", "clearance", "damage", "repair"}
}

// life decodes what the cells of a type do, once its variables are known.
func (d *decoder) life(t *tissue.CellType, f fields) {
	l := &t.Life
	if v, ok := f.get("motility"); ok {
		d.motility(&l.Motility, v)
	}
	if v, ok := f.get("mechanics"); ok {
		d.mechanics(&l.Mechanics, v)
	}
	if v, ok := f.get("division"); ok {
		d.division(t, v)
	}
	for _, death := range []struct {
		key string
		to  *tissue.Death
	}{{"apoptosis", &l.Apoptosis}, {"necrosis", &l.Necrosis}} {
		if v, ok := f.get(death.key); ok {
			d.death(t, death.to, v)
		}
	}
	for _, rates := range []struct {
		key string
		to  *[]tissue.TypeRate
	}{{"transitions", &l.Transitions}, {"killing", &l.Kills}, {"attack", &l.Attacks}, {"phagocytosis", &l.Phagocytosis}} {
		v, ok := f.get(rates.key)
		if !ok {
			continue
		}
		for _, m := range v.named("{tumour: 0.5 /h}") {
			id, ok := d.typeNamed(m.name, m.key, m.path, true)
			if !ok || m.kind == null {
				continue
			}
			rate, _ := m.nonNegative(quantity.Rate)
			*rates.to = append(*rates.to, tissue.TypeRate{Type: id, Rate: rate})
		}
	}
	for _, rate := range []struct {
		key string
		to  *float64
	}{{"clearance", &l.PhagocytosisDead}, {"damage", &l.DamageRate}, {"repair", &l.RepairRate}} {
		if v, ok := f.get(rate.key); ok {
			*rate.to, _ = v.nonNegative(quantity.Rate)
		}
	}
}

const motilityExample = "{speed: 4 um/min, persistence: 5 min, bias: 0.7, towards: {CXCL8: 1}}"

func (d *decoder) motility(w *tissue.Motility, v value) {
	f, ok := v.fields(motilityExample, "speed", "persistence", "bias", "towards", "normalised")
	if !ok {
		return
	}
	if v, ok := f.need("speed", "4 um/min"); ok {
		w.Speed, _ = v.nonNegative(quantity.Velocity)
	}
	if v, ok := f.need("persistence", "5 min"); ok {
		w.PersistenceTime, _ = v.positive(quantity.Time)
	}
	if v, ok := f.get("bias"); ok {
		w.Bias, _ = v.share()
	}
	if v, ok := f.get("towards"); ok {
		for _, m := range v.named("{CXCL8: 1}") {
			if id, ok := d.substrateNamed(m.name, m.key, m.path); ok && m.kind != null {
				sensitivity, _ := m.in(quantity.Dimensionless)
				w.Sensitivity = append(w.Sensitivity, tissue.ChemotacticSensitivity{Substrate: id, Value: sensitivity})
			}
		}
	}
	if v, ok := f.get("normalised"); ok {
		w.Normalised, _ = v.boolean()
	}
}

// share returns a number from 0 to 1.
func (v value) share() (float64, bool) {
	number, ok := v.nonNegative(quantity.Dimensionless)
	if ok && number > 1 {
		v.fault("%s: want 0 to 1", v.written())
		return 0, false
	}
	return number, ok
}

func (d *decoder) mechanics(m *tissue.Mechanics, v value) {
	f, ok := v.fields("{repulsion: 10 um/min, adhesion: 0.4 um/min, reach: 1.25}", "repulsion", "adhesion", "reach")
	if !ok {
		return
	}
	if v, ok := f.get("repulsion"); ok {
		m.Repulsion, _ = v.nonNegative(quantity.Velocity)
	}
	if v, ok := f.get("adhesion"); ok {
		m.Adhesion, _ = v.nonNegative(quantity.Velocity)
	}
	if v, ok := f.get("reach"); ok {
		if m.Reach, ok = v.in(quantity.Dimensionless); ok && !(m.Reach >= 1 && m.Reach <= tissue.MaxReach) {
			v.fault("%s: want 1 to %d, in radii of the cell", v.written(), tissue.MaxReach)
		}
	}
}

func (d *decoder) division(t *tissue.CellType, v value) {
	f, ok := v.fields("{rate: 0.05 /h}", "rate", "share", "keep", "into")
	if !ok {
		return
	}
	to := &t.Life.Division
	to.Share = 0.5
	if v, ok := f.need("rate", "0.05 /h"); ok {
		to.Rate, _ = v.nonNegative(quantity.Rate)
	}
	if v, ok := f.get("share"); ok {
		to.Share, _ = v.share()
	}
	if v, ok := f.get("keep"); ok {
		items, _ := v.list("[T-bet]")
		for _, item := range items {
			if name, ok := item.str(); ok {
				if at, ok := d.variableOf(t, name, item); ok {
					to.Kept = append(to.Kept, at)
				}
			}
		}
	}
	if v, ok := f.get("into"); ok {
		total := 0.
		for _, m := range v.named("{memory: 20 %}") {
			id, ok := d.typeNamed(m.name, m.key, m.path, true)
			if !ok || m.kind == null {
				continue
			}
			probability, _ := m.share()
			total += probability
			to.Daughter = append(to.Daughter, tissue.DaughterType{Type: id, Probability: probability})
		}
		if total > 1 {
			v.fault("probabilities that sum to %.6g: want at most 1", total)
		}
	}
}

// variableOf finds the variable of a type that a name in the file means.
func (d *decoder) variableOf(t *tissue.CellType, name string, v value) (int, bool) {
	at, ok := t.Variable(name)
	if !ok {
		hint := suggest(name, variableNames(t))
		if len(t.Variables) == 0 {
			hint = "; it has none"
		}
		v.fault("no variable %q of cell type %q%s", name, t.Name, hint)
	}
	return at, ok
}

func (d *decoder) death(t *tissue.CellType, to *tissue.Death, v value) {
	f, ok := v.fields("{rate: 0.01 /h, duration: 8.6 h}", "rate", "duration", "remains", "release")
	if !ok {
		return
	}
	if v, ok := f.get("rate"); ok {
		to.Rate, _ = v.nonNegative(quantity.Rate)
	}
	if v, ok := f.need("duration", "8.6 h"); ok {
		to.Duration, _ = v.nonNegative(quantity.Time)
	}
	if v, ok := f.get("remains"); ok {
		if name, ok := v.str(); ok {
			if id, ok := d.typeNamed(name, v.at, v.path, true); ok {
				to.Remains = &id
			}
		}
	}
	if v, ok := f.get("release"); ok {
		for _, m := range v.named("{TNF: 1000 molecules}, or {TNF: {variable: stored}}") {
			if id, ok := d.substrateNamed(m.name, m.key, m.path); ok && m.kind != null && d.countsMolecules(m.value, id) {
				d.release(t, to, id, m.value)
			}
		}
	}
}

func (d *decoder) release(t *tissue.CellType, to *tissue.Death, id tissue.SubstrateID, v value) {
	r := tissue.Release{Substrate: id, Variable: tissue.NoVariable}
	if v.kind != mapping {
		r.Molecules, _ = v.nonNegative(quantity.Molecules)
		to.Release = append(to.Release, r)
		return
	}
	f, ok := v.fields("{molecules: 1000 molecules, variable: stored}", "molecules", "variable")
	if !ok {
		return
	}
	if v, ok := f.get("molecules"); ok {
		r.Molecules, _ = v.nonNegative(quantity.Molecules)
	}
	if v, ok := f.get("variable"); ok {
		if name, ok := v.str(); ok {
			if at, ok := d.variableOf(t, name, v); ok {
				if r.Variable = at; t.Variables[at].Dimension != quantity.Dimensionless {
					v.fault("variable %q is %s: want a number of molecules", name, t.Variables[at].Dimension)
				}
			}
		}
	}
	to.Release = append(to.Release, r)
}

// arises reports whether cells of a type may come of others, or by an event.
func (d *decoder) arises(id tissue.CellTypeID) bool {
	for _, e := range d.model().Events {
		if a, ok := e.Action.(tissue.Arrival); ok && slices.ContainsFunc(a.Cells, func(c tissue.NewCell) bool { return c.Type == id }) {
			return true
		}
	}
	for _, t := range d.model().CellTypes {
		l := &t.Life
		for _, to := range l.Transitions {
			if to.Type == id {
				return true
			}
		}
		for _, to := range l.Division.Daughter {
			if to.Type == id {
				return true
			}
		}
		for _, death := range []tissue.Death{l.Apoptosis, l.Necrosis} {
			if death.Remains != nil && *death.Remains == id {
				return true
			}
		}
		for _, r := range l.Rules {
			if r.Behaviour.Kind == tissue.TransitionRate && r.Behaviour.Type == id {
				return true
			}
		}
	}
	return false
}

// warnUnplaced warns of types that no cell has or can come to have.
func (d *decoder) warnUnplaced() {
	for i, count := range d.model().Cells.Count(len(d.types)) {
		if count == 0 && !d.arises(tissue.CellTypeID(i)) {
			d.types[i].warn("no cell of this type is placed")
		}
	}
}

// life writes what the cells of a type do.
func (w *writer) life(t tissue.CellType) {
	l := &t.Life
	if s := l.Motility; s.PersistenceTime > 0 {
		w.line(3, "motility:")
		w.line(4, "speed: %s", quantity.Format(s.Speed, "um/s"))
		w.line(4, "persistence: %s", quantity.Format(s.PersistenceTime, "s"))
		w.line(4, "bias: %s", quantity.Format(s.Bias, ""))
		var towards []string
		for _, c := range s.Sensitivity {
			towards = append(towards, yamlText(w.model().Substrates[c.Substrate].Name)+": "+quantity.Format(c.Value, ""))
		}
		w.line(4, "towards: {%s}", strings.Join(towards, ", "))
		w.line(4, "normalised: %t", s.Normalised)
	}
	if s := l.Mechanics; s != (tissue.Mechanics{}) {
		w.line(3, "mechanics: {repulsion: %s, adhesion: %s, reach: %s}", quantity.Format(s.Repulsion, "um/s"),
			quantity.Format(s.Adhesion, "um/s"), quantity.Format(s.ReachInRadii(), ""))
	}
	w.division(t)
	w.death("apoptosis", t, l.Apoptosis)
	w.death("necrosis", t, l.Necrosis)
	w.typeRates("transitions", l.Transitions)
	w.typeRates("killing", l.Kills)
	w.typeRates("attack", l.Attacks)
	w.typeRates("phagocytosis", l.Phagocytosis)
	for _, rate := range []struct {
		key   string
		value float64
	}{{"clearance", l.PhagocytosisDead}, {"damage", l.DamageRate}, {"repair", l.RepairRate}} {
		if rate.value > 0 {
			w.line(3, "%s: %s", rate.key, quantity.Format(rate.value, "1/s"))
		}
	}
}

func (w *writer) division(t tissue.CellType) {
	d := t.Life.Division
	if d.Rate == 0 && d.Share == 0 {
		return
	}
	var kept, into []string
	for _, at := range d.Kept {
		kept = append(kept, yamlText(t.Variables[at].Name))
	}
	for _, to := range d.Daughter {
		into = append(into, yamlText(w.model().CellTypes[to.Type].Name)+": "+quantity.Format(to.Probability, ""))
	}
	w.line(3, "division:")
	w.line(4, "rate: %s", quantity.Format(d.Rate, "1/s"))
	w.line(4, "share: %s", quantity.Format(d.Share, ""))
	w.line(4, "keep: [%s]", strings.Join(kept, ", "))
	w.line(4, "into: {%s}", strings.Join(into, ", "))
}

func (w *writer) death(key string, t tissue.CellType, d tissue.Death) {
	if d.Rate == 0 && d.Duration == 0 && d.Remains == nil && len(d.Release) == 0 {
		return
	}
	w.line(3, "%s:", key)
	w.line(4, "rate: %s", quantity.Format(d.Rate, "1/s"))
	w.line(4, "duration: %s", quantity.Format(d.Duration, "s"))
	if d.Remains != nil {
		w.line(4, "remains: %s", yamlText(w.model().CellTypes[*d.Remains].Name))
	}
	var all []string
	for _, r := range d.Release {
		text := "{molecules: " + quantity.Format(r.Molecules, "molecules")
		if r.Variable != tissue.NoVariable {
			text += ", variable: " + yamlText(t.Variables[r.Variable].Name)
		}
		all = append(all, yamlText(w.model().Substrates[r.Substrate].Name)+": "+text+"}")
	}
	if len(all) > 0 {
		w.line(4, "release: {%s}", strings.Join(all, ", "))
	}
}

func (w *writer) typeRates(key string, rates []tissue.TypeRate) {
	var all []string
	for _, r := range rates {
		all = append(all, yamlText(w.model().CellTypes[r.Type].Name)+": "+quantity.Format(r.Rate, "1/s"))
	}
	if len(all) > 0 {
		w.line(3, "%s: {%s}", key, strings.Join(all, ", "))
	}
}
