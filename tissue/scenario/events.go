package scenario

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const (
	eventExample  = "{at: 1 h, dose: {IL-2: 1 nM}}"
	doseInExample = "{IL-2: 1 nM}, or {IL-2: 1e6 molecules}"
	sourceExample = "{IL-2: 10 molecules/s}, or {IL-2: 1 pM/s}"
	changeExample = "{Th: {export: {IL-2: 0 molecules/s}}}"
)

// maxEvents is the most events of one model.
const maxEvents = 10000

// happening is one entry of events, decoded.
type happening struct {
	item   value
	time   float64       // of the first, s
	every  float64       // s
	number int           // of times
	lasts  float64       // how long a source runs, s; 0: to the end
	action tissue.Action // nil for cells that come
	from   fields        // of the entry of cells that come
	place  placement
}

// events decodes the entries in order, then has them happen to the cells that are placed, to
// find places for those that come.
func (d *decoder) events(f fields) {
	v, ok := f.get("events")
	if !ok {
		return
	}
	items, _ := v.list("[" + eventExample + "]")
	before, total := len(d.faults), 0
	for _, item := range items {
		h := happening{item: item}
		d.happening(&h)
		if total += h.number; total > maxEvents {
			item.fault("more than %d events", maxEvents)
			return
		}
		if h.time > d.model().Duration && !d.shortened {
			item.warn("at %s, after the end of the run: it does not happen", quantity.Format(h.time, "s"))
		}
		d.happenings = append(d.happenings, h)
	}
	if len(d.faults) == before && d.gridSound {
		d.replay()
	}
}

func (d *decoder) happening(h *happening) {
	actions := []string{"dose", "clear", "source", "add", "remove", "change"}
	f, ok := h.item.fields(eventExample, slices.Concat([]string{"at", "every", "number"}, actions, []string{"for", "within"})...)
	if !ok {
		return
	}
	if v, ok := f.need("at", "1 h"); ok {
		h.time, _ = v.nonNegative(quantity.Time)
	}
	h.every, h.number = f.repeats(maxEvents)
	actions = slices.DeleteFunc(actions, func(key string) bool { return !f.has(key) })
	switch {
	case len(actions) == 0:
		h.item.fault("nothing happens: want one of dose, clear, source, add, remove, change, such as %s", eventExample)
		return
	case len(actions) > 1:
		h.item.fault("%s in one event: want one of them, and events of their own at the same time for the others", strings.Join(actions, " and "))
		return
	}
	if v, ok := f.get("for"); ok {
		if actions[0] != "source" {
			d.fault(v.key, v.path, "stands beside source: how long it runs")
		} else if h.lasts, _ = v.nonNegative(quantity.Time); h.lasts == 0 {
			v.fault("%s: want more than 0", v.written())
		}
	}
	if v, ok := f.get(actions[0]); ok {
		d.action(h, actions[0], v, d.eventShape(f, actions[0]))
	}
}

// eventShape decodes where a dose, a washing out or a source is; nil for everywhere.
func (d *decoder) eventShape(f fields, action string) tissue.Shape {
	v, ok := f.get("within")
	if !ok {
		return nil
	}
	if action != "dose" && action != "clear" && action != "source" {
		d.fault(v.key, v.path, "stands beside dose, clear and source; that of add and remove is a key under them, and change has none")
		return nil
	}
	shape, _ := d.shape(v, 0)
	return shape
}

func (d *decoder) action(h *happening, key string, v value, within tissue.Shape) {
	switch key {
	case "dose":
		h.action = d.deposit(v, within)
	case "clear":
		h.action = d.washOut(v, within)
	case "source":
		h.action = d.source(v, within)
	case "add":
		h.from, h.place, _ = d.placement(v, true)
	case "remove":
		h.action = d.removal(v)
	case "change":
		h.action = d.change(v)
	}
}

func (d *decoder) deposit(v value, within tissue.Shape) tissue.Deposit {
	deposit := tissue.Deposit{Within: within}
	for _, m := range v.named(doseInExample) {
		id, ok := d.substrateNamed(m.name, m.key, m.path)
		if !ok || m.kind == null {
			continue
		}
		dose := tissue.FluidDose{Substrate: id}
		if q, err := quantity.Parse(m.text); err == nil && q.Dim == quantity.Molecules {
			if d.countsMolecules(m.value, id) {
				dose.Molecules, _ = m.nonNegative(quantity.Molecules)
			}
		} else {
			dose.Density, _ = d.density(m.value, id)
		}
		deposit.Doses = append(deposit.Doses, dose)
	}
	if v.kind == mapping && len(v.entries) == 0 {
		v.fault("no dose: want at least one, such as %s", doseInExample)
	}
	return deposit
}

func (d *decoder) source(v value, within tissue.Shape) tissue.Start {
	source := tissue.Source{Within: within}
	for _, m := range v.named(sourceExample) {
		id, ok := d.substrateNamed(m.name, m.key, m.path)
		if !ok || m.kind == null {
			continue
		}
		rate := tissue.SourceRate{Substrate: id}
		if q, err := quantity.Parse(m.text); err == nil && q.Dim == quantity.MoleculeRate {
			if d.countsMolecules(m.value, id) {
				rate.Molecules, _ = m.nonNegative(quantity.MoleculeRate)
			}
		} else {
			rate.Density = d.densityRate(m.value, id)
		}
		source.Rates = append(source.Rates, rate)
	}
	if v.kind == mapping && len(v.entries) == 0 {
		v.fault("no source: want at least one, such as %s", sourceExample)
	}
	return tissue.Start{Source: source}
}

// densityRate decodes what a density changes by per second, 0 or more, in the unit of a
// substrate.
func (d *decoder) densityRate(v value, id tissue.SubstrateID) float64 {
	dimension, unit := quantity.ConcentrationRate, "nM/s"
	switch d.model().Substrates[id].Unit {
	case tissue.DimensionlessUnit:
		dimension, unit = quantity.Rate, "1/s"
	case tissue.MillimetresMercury:
		dimension, unit = quantity.Pressure-quantity.Time, "mmHg/s"
	}
	rate, _ := v.nonNegative(dimension)
	number, err := quantity.Convert(rate, unit)
	if err != nil {
		v.fault("%v", err)
	}
	return number
}

// rateUnit is that in which the density of a substrate changes.
func rateUnit(s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return "1/s"
	}
	return string(s.Unit) + "/s"
}

func (d *decoder) washOut(v value, within tissue.Shape) tissue.WashOut {
	out := tissue.WashOut{Within: within}
	items, ok := v.list("[IL-2]")
	if ok && len(items) == 0 {
		v.fault("no substrate: want at least one, such as [IL-2]")
	}
	for _, item := range items {
		if name, ok := item.str(); ok {
			if id, ok := d.substrateNamed(name, item.at, item.path); ok {
				out.Substrates = append(out.Substrates, id)
			}
		}
	}
	return out
}

func (d *decoder) removal(v value) tissue.Removal {
	r := tissue.Removal{Type: tissue.AnyType}
	f, ok := v.fields("{type: Th, within: {sphere: {centre: [1 um, 2 um, 3 um], radius: 50 um}}}", "type", "within")
	if !ok {
		return r
	}
	if v, ok := f.get("type"); ok {
		if name, ok := v.str(); ok {
			r.Type, _ = d.typeNamed(name, v.at, v.path, true)
		}
	}
	if v, ok := f.get("within"); ok {
		r.Within, _ = d.shape(v, 0)
	}
	return r
}

func (d *decoder) change(v value) tissue.Switch {
	var s tissue.Switch
	for _, m := range v.named(changeExample) {
		t, known := d.typeNamed(m.name, m.key, m.path, true)
		if !known || m.kind == null {
			continue
		}
		f, ok := m.fields("{export: {IL-2: 0 molecules/s}}", exchangeKeys()...)
		if !ok {
			continue
		}
		had, before := len(s.Changes), len(d.faults)
		d.exchangeTerms(f, func(term tissue.BehaviourKind, id tissue.SubstrateID, m member) *tissue.Exchange {
			d.hasExchange(t, id, m)
			s.Changes = append(s.Changes, tissue.ExchangeChange{Type: t, Term: term, To: tissue.Exchange{Substrate: id}})
			return &s.Changes[len(s.Changes)-1].To
		}, keepsManner)
		if len(s.Changes) == had && len(d.faults) == before {
			m.fault("no change: want at least one, such as {export: {IL-2: 0 molecules/s}}")
		}
	}
	if v.kind == mapping && len(v.entries) == 0 {
		v.fault("no change: want at least one, such as %s", changeExample)
	}
	return s
}

// keepsManner reports a change of more than the rate of an export.
func keepsManner(f fields, _ *tissue.Exchange) {
	if v, ok := f.get("bursts"); ok {
		v.fault("a change has none: the rate becomes the mean of the bursts that the type has")
	}
	for _, key := range []string{"synaptic_fraction", "towards", "direction"} {
		if v, ok := f.get(key); ok {
			v.fault("a change has none: the share and the side stay those of the type")
		}
	}
}

// hasExchange reports a change of what a type does not exchange.
func (d *decoder) hasExchange(t tissue.CellTypeID, id tissue.SubstrateID, m member) {
	of := d.model().CellTypes[t]
	if !slices.ContainsFunc(of.Exchange, func(e tissue.Exchange) bool { return e.Substrate == id }) {
		d.fault(m.key, m.path, "type %s has neither export nor secretion nor uptake of %s to change: give it one, of rate 0 if need be", of.Name, m.name)
	}
}

// replay puts the events into the model, in the order of time. What comes keeps its distance
// from the cells that were placed, came before and were not removed, where they were put.
func (d *decoder) replay() {
	type one struct {
		*happening
		time          float64
		entry, repeat int
		source        int  // its number, where it is one
		stops         bool // the source
	}
	var all []one
	sources := 0
	for i := range d.happenings {
		h := &d.happenings[i]
		for k := range h.number {
			// The conversion keeps compilers from fusing, so that every machine has the same times.
			e := one{happening: h, time: h.time + float64(float64(k)*h.every), entry: i, repeat: k}
			if _, ok := h.action.(tissue.Start); ok {
				sources++
				e.source = sources
			}
			all = append(all, e)
			if h.lasts > 0 {
				e.time, e.stops = e.time+h.lasts, true
				all = append(all, e)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return cmp.Compare(a.time, b.time) })
	m := d.model()
	cells, came, before := withoutSome(&m.Cells, func(int) bool { return false }), 0, len(d.faults)
	for _, e := range all {
		action := e.action
		switch a := action.(type) {
		case nil:
			had := cells.Len()
			d.fill(e.from, &e.place, &cells, uint64(e.repeat+1)<<32+uint64(e.entry))
			if came += cells.Len() - had; came > d.limits.cells {
				e.item.fault("more than %d cells come", d.limits.cells)
			}
			if len(d.faults) > before {
				return
			}
			action = arrival(&cells, had)
		case tissue.Start:
			a.Number = e.source
			if action = a; e.stops {
				action = tissue.Stop{Number: e.source}
			}
		case tissue.Removal:
			cells = withoutSome(&cells, func(i int) bool {
				return (a.Type == tissue.AnyType || a.Type == cells.Type[i]) && tissue.Within(a.Within, cells.Position[i])
			})
		}
		m.Events = append(m.Events, tissue.Event{Time: e.time, Action: action})
		d.eventItems = append(d.eventItems, e.item)
	}
}

// withoutSome returns cells without some.
func withoutSome(cells *tissue.Cells, gone func(i int) bool) tissue.Cells {
	var rest tissue.Cells
	for i, at := range cells.Position {
		if !gone(i) {
			rest.Add(cells.Type[i], at)
		}
	}
	return rest
}

// arrival is of the cells from a position on.
func arrival(cells *tissue.Cells, from int) tissue.Arrival {
	var a tissue.Arrival
	for i := from; i < cells.Len(); i++ {
		a.Cells = append(a.Cells, tissue.NewCell{Type: cells.Type[i], Position: cells.Position[i]})
	}
	return a
}

func (w *writer) events() {
	if len(w.happenings) > 0 {
		w.line(0, "events:")
	}
	for _, h := range w.happenings {
		w.line(1, "- at: %s", quantity.Format(h.time, "s"))
		if h.number > 1 {
			w.line(2, "every: %s", quantity.Format(h.every, "s"))
			w.line(2, "number: %d", h.number)
		}
		switch a := h.action.(type) {
		case nil:
			w.line(2, "add:")
			w.line(3, "pattern: %s", h.place.pattern)
			w.placement(h.place)
		case tissue.Deposit:
			w.line(2, "dose: {%s}", strings.Join(w.doses(a), ", "))
			w.within(2, a.Within)
		case tissue.Start:
			w.line(2, "source: {%s}", strings.Join(w.rates(a.Source), ", "))
			if h.lasts > 0 {
				w.line(2, "for: %s", quantity.Format(h.lasts, "s"))
			}
			w.within(2, a.Source.Within)
		case tissue.WashOut:
			var cleared []string
			for _, id := range a.Substrates {
				cleared = append(cleared, yamlText(w.model().Substrates[id].Name))
			}
			w.line(2, "clear: [%s]", strings.Join(cleared, ", "))
			w.within(2, a.Within)
		case tissue.Removal:
			w.removal(a)
		case tissue.Switch:
			w.changes(a)
		}
	}
}

func (w *writer) doses(d tissue.Deposit) []string {
	var all []string
	for _, dose := range d.Doses {
		s := w.model().Substrates[dose.Substrate]
		amount := densityText(dose.Density, s)
		if dose.Molecules > 0 {
			amount = quantity.Format(dose.Molecules, "molecules")
		}
		all = append(all, yamlText(s.Name)+": "+amount)
	}
	return all
}

func (w *writer) rates(s tissue.Source) []string {
	var all []string
	for _, rate := range s.Rates {
		of := w.model().Substrates[rate.Substrate]
		amount := quantity.Format(rate.Density, rateUnit(of))
		if rate.Molecules > 0 {
			amount = quantity.Format(rate.Molecules, "molecules/s")
		}
		all = append(all, yamlText(of.Name)+": "+amount)
	}
	return all
}

func (w *writer) within(indent int, s tissue.Shape) {
	if s != nil {
		w.line(indent, "within:")
		w.shape(indent+1, s)
	}
}

func (w *writer) removal(r tissue.Removal) {
	if r.Type == tissue.AnyType && r.Within == nil {
		w.line(2, "remove: {}")
		return
	}
	w.line(2, "remove:")
	if r.Type != tissue.AnyType {
		w.line(3, "type: %s", yamlText(w.model().CellTypes[r.Type].Name))
	}
	w.within(3, r.Within)
}

func (w *writer) changes(s tissue.Switch) {
	w.line(2, "change:")
	for from, to := 0, 0; from < len(s.Changes); from = to {
		id := s.Changes[from].Type
		w.line(3, "%s:", yamlText(w.model().CellTypes[id].Name))
		for to < len(s.Changes) && s.Changes[to].Type == id {
			to++
		}
		for _, term := range []tissue.BehaviourKind{tissue.Export, tissue.Secretion, tissue.Uptake, tissue.SaturableUptake} {
			w.changesOf(term, s.Changes[from:to])
		}
	}
}

// changesOf writes the changes of one term of a type.
func (w *writer) changesOf(term tissue.BehaviourKind, all []tissue.ExchangeChange) {
	var texts []string
	for _, c := range all {
		if c.Term == term {
			texts = append(texts, w.termText(term, c.To))
		}
	}
	if len(texts) > 0 {
		w.line(4, "%s: {%s}", termKey(term), strings.Join(texts, ", "))
	}
}
