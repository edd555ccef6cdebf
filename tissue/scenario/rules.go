package scenario

import (
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const ruleExample = "{type: Th, signal: density of IL-2, increases: division, to: 0.1 /h, half_max: 10 pM, hill: 2}"

// object is what a phrase ends in.
type object int

const (
	nothing object = iota
	aSubstrate
	aVariable
	aReceptor
	aType
	aBodyVariable
)

// phrase is how a signal or a behaviour is written: words, and the name of an object.
type phrase[Kind any] struct {
	kind      Kind
	words     string
	object    object
	dimension quantity.Dimension // where the object does not say it
}

func signalPhrases() []phrase[tissue.SignalKind] {
	return []phrase[tissue.SignalKind]{
		{tissue.Density, "density of", aSubstrate, 0},
		{tissue.SurfaceDensity, "surface density of", aSubstrate, 0},
		{tissue.Gradient, "gradient of", aSubstrate, 0},
		{tissue.VariableSignal, "variable", aVariable, 0},
		{tissue.Occupancy, "occupancy of", aReceptor, 0},
		{tissue.DeadContact, "contact with dead cells", nothing, 0},
		{tissue.Contact, "contact with", aType, 0},
		{tissue.Pressure, "pressure", nothing, 0},
		{tissue.Damage, "damage", nothing, 0},
		{tissue.Age, "age", nothing, quantity.Time},
		{tissue.Time, "time", nothing, quantity.Time},
		{tissue.BodySignal, "body", aBodyVariable, 0},
	}
}

func behaviourPhrases() []phrase[tissue.BehaviourKind] {
	return []phrase[tissue.BehaviourKind]{
		{tissue.Secretion, "secretion of", aSubstrate, quantity.Rate},
		{tissue.Export, "export of", aSubstrate, quantity.MoleculeRate},
		{tissue.Uptake, "uptake of", aSubstrate, quantity.Rate},
		{tissue.SaturableUptake, "saturable uptake of", aSubstrate, quantity.MoleculeRate},
		{tissue.Sensitivity, "sensitivity to", aSubstrate, quantity.Dimensionless},
		{tissue.VariableValue, "variable", aVariable, 0},
		{tissue.DivisionRate, "division", nothing, quantity.Rate},
		{tissue.ApoptosisRate, "apoptosis", nothing, quantity.Rate},
		{tissue.NecrosisRate, "necrosis", nothing, quantity.Rate},
		{tissue.TransitionRate, "transition to", aType, quantity.Rate},
		{tissue.KillRate, "killing of", aType, quantity.Rate},
		{tissue.AttackRate, "attack on", aType, quantity.Rate},
		{tissue.PhagocytosisRate, "phagocytosis of", aType, quantity.Rate},
		{tissue.ClearanceRate, "clearance", nothing, quantity.Rate},
		{tissue.DamageRate, "damage", nothing, quantity.Rate},
		{tissue.RepairRate, "repair", nothing, quantity.Rate},
		{tissue.Speed, "speed", nothing, quantity.Velocity},
		{tissue.Bias, "bias", nothing, quantity.Dimensionless},
	}
}

// rules decodes the rules into the types they are of.
func (d *decoder) rules(f fields) {
	v, ok := f.get("rules")
	if !ok {
		return
	}
	items, _ := v.list("[" + ruleExample + "]")
	for _, item := range items {
		if f, ok := item.fields(ruleExample, "type", "signal", "increases", "decreases", "to", "half_max", "hill", "dead"); ok {
			d.rule(f)
		}
	}
}

func (d *decoder) rule(f fields) {
	t, ok := d.ruleType(f)
	if !ok {
		return
	}
	var r tissue.Rule
	half, hasHalf := f.need("half_max", "10 pM")
	if v, ok := f.need("signal", "density of IL-2"); ok && d.signal(t, &r.Signal, v) && hasHalf {
		if r.HalfMax, ok = d.signalValue(t, r.Signal, half); ok && r.HalfMax <= 0 {
			half.fault("%s: want more than 0", half.written())
		}
	}
	to, hasTo := f.need("to", "0.1 /h")
	if v, ok := d.direction(f, &r); ok && d.behaviour(t, &r.Behaviour, v) && hasTo {
		r.Saturation, _ = d.behaviourValue(t, r.Behaviour, to)
	}
	if v, ok := f.need("hill", "2"); ok {
		r.HillPower, _ = v.positive(quantity.Dimensionless)
	}
	if v, ok := f.get("dead"); ok {
		r.Dead, _ = v.boolean()
	}
	t.Life.Rules = append(t.Life.Rules, r)
	d.ruled[t.Name] = append(d.ruled[t.Name], f.value)
}

func (d *decoder) ruleType(f fields) (*tissue.CellType, bool) {
	v, ok := f.need("type", "Th")
	if !ok {
		return nil, false
	}
	name, ok := v.str()
	if !ok {
		return nil, false
	}
	id, ok := d.typeNamed(name, v.at, v.path, true)
	if !ok {
		return nil, false
	}
	return &d.model().CellTypes[id], true
}

// direction decodes which behaviour goes which way.
func (d *decoder) direction(f fields, r *tissue.Rule) (value, bool) {
	up, increases := f.get("increases")
	down, decreases := f.get("decreases")
	switch {
	case increases && decreases:
		down.fault("increases is given too: want one of them; two rules may be of one signal")
		return value{}, false
	case decreases:
		r.Decreases = true
		return down, true
	case !increases && !f.has("increases") && !f.has("decreases"):
		f.report.fault(f.value.key, f.path, "\"increases\" or \"decreases\" is missing, such as increases: division")
	}
	return up, increases
}

// read finds the phrase that a text is, and the name in it.
func read[Kind any](v value, what string, phrases []phrase[Kind]) (found phrase[Kind], name string, ok bool) {
	text, ok := v.str()
	if !ok {
		return found, "", false
	}
	var all []string
	for _, p := range phrases {
		if p.object == nothing && text == p.words {
			return p, "", true
		}
		if rest, ok := strings.CutPrefix(text, p.words+" "); ok && p.object != nothing {
			return p, rest, true
		}
		all = append(all, p.words+[...]string{"", " SUBSTRATE", " VARIABLE", " RECEPTOR", " TYPE", " VARIABLE"}[p.object])
	}
	v.fault("no %s %q%s", what, text, suggest(text, all))
	return found, "", false
}

func (d *decoder) signal(t *tissue.CellType, s *tissue.Signal, v value) bool {
	p, name, ok := read(v, "signal", signalPhrases())
	if !ok {
		return false
	}
	s.Kind = p.kind
	switch p.object {
	case aSubstrate:
		s.Substrate, ok = d.substrateNamed(name, v.at, v.path)
	case aVariable:
		s.Variable, ok = d.variableOf(t, name, v)
	case aReceptor:
		if s.Variable, ok = d.variableOf(t, name, v); ok {
			s.Bound, ok = d.variableOf(t, name+boundSuffix, v)
		}
	case aType:
		s.Type, ok = d.typeNamed(name, v.at, v.path, true)
	case aBodyVariable:
		s.Body, ok = d.bodyVariable(v, name)
	}
	return ok
}

// boundSuffix makes the name of a receptor's bound molecules.
const boundSuffix = " bound"

func (d *decoder) behaviour(t *tissue.CellType, b *tissue.Behaviour, v value) bool {
	p, name, ok := read(v, "behaviour", behaviourPhrases())
	if !ok {
		return false
	}
	b.Kind = p.kind
	switch p.object {
	case aSubstrate:
		if b.Substrate, ok = d.substrateNamed(name, v.at, v.path); ok && p.kind.Exchanges() {
			ok = d.exchanged(t, *b, v)
		}
	case aVariable:
		b.Variable, ok = d.variableOf(t, name, v)
	case aType:
		b.Type, ok = d.typeNamed(name, v.at, v.path, true)
	}
	if p.kind == tissue.Speed && t.Life.Motility.PersistenceTime == 0 {
		v.fault("cell type %q has no motility: want motility: {speed: 0 um/min, persistence: 5 min} to start from", t.Name)
		return false
	}
	return ok
}

// exchanged makes sure that the type has an exchange with a substrate that a rule changes.
func (d *decoder) exchanged(t *tissue.CellType, b tissue.Behaviour, v value) bool {
	if (b.Kind == tissue.Export || b.Kind == tissue.SaturableUptake) && !d.countsMolecules(v, b.Substrate) {
		return false
	}
	at := slices.IndexFunc(t.Exchange, func(e tissue.Exchange) bool { return e.Substrate == b.Substrate })
	s := d.model().Substrates[b.Substrate].Name
	switch {
	case b.Kind == tissue.Secretion && (at < 0 || t.Exchange[at].SaturationDensity == 0):
		v.fault("cell type %q has no saturation density of %s: want secretion: {%s: {rate: 0 /min, saturation: 1 nM}} to start from", t.Name, s, s)
		return false
	case b.Kind == tissue.SaturableUptake && (at < 0 || t.Exchange[at].HalfSaturation == 0):
		v.fault("cell type %q has no half saturation of %s: want saturable_uptake: {%s: {max: 0 molecules/s, half_saturation: 10 pM}} to start from", t.Name, s, s)
		return false
	case at < 0:
		t.Exchange = append(t.Exchange, tissue.Exchange{Substrate: b.Substrate})
		slices.SortFunc(t.Exchange, func(a, b tissue.Exchange) int { return int(a.Substrate - b.Substrate) })
	}
	return true
}

// signalValue decodes a value of a signal.
func (d *decoder) signalValue(t *tissue.CellType, s tissue.Signal, v value) (float64, bool) {
	switch {
	case s.Kind == tissue.Gradient:
		unit := gradientUnit(d.model().Substrates[s.Substrate])
		q, ok := v.quantity(quantity.Gradient)
		if !ok {
			return 0, false
		}
		number, err := q.To(unit)
		if err != nil {
			v.fault("%v: want a gradient in %s", err, unit)
		}
		return number, err == nil
	case s.Kind.OfSubstrate():
		return d.density(v, s.Substrate)
	case s.Kind == tissue.VariableSignal:
		return v.molar(t.Variables[s.Variable].Dimension)
	case s.Kind == tissue.BodySignal:
		return v.molar(d.model().Body.Variables[s.Body].Dimension)
	}
	return v.nonNegative(signalPhrase(s.Kind).dimension)
}

func gradientUnit(s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return "1/um"
	}
	return string(s.Unit) + "/um"
}

// behaviourValue decodes a value of a behaviour.
func (d *decoder) behaviourValue(t *tissue.CellType, b tissue.Behaviour, v value) (float64, bool) {
	switch b.Kind {
	case tissue.VariableValue:
		return v.molar(t.Variables[b.Variable].Dimension)
	case tissue.Sensitivity:
		return v.in(quantity.Dimensionless)
	case tissue.Bias:
		return v.share()
	}
	return v.nonNegative(behaviourPhrase(b.Kind).dimension)
}

// molar returns a value in the unit of a dimension in which densities are in nM.
func (v value) molar(want quantity.Dimension) (float64, bool) {
	q, ok := v.quantity(want)
	if !ok {
		return 0, false
	}
	number, err := q.To(want.MolarUnit())
	if err != nil {
		v.fault("%v", err)
	}
	return number, err == nil
}

func signalPhrase(k tissue.SignalKind) phrase[tissue.SignalKind] {
	all := signalPhrases()
	return all[slices.IndexFunc(all, func(p phrase[tissue.SignalKind]) bool { return p.kind == k })]
}

func behaviourPhrase(k tissue.BehaviourKind) phrase[tissue.BehaviourKind] {
	all := behaviourPhrases()
	return all[slices.IndexFunc(all, func(p phrase[tissue.BehaviourKind]) bool { return p.kind == k })]
}

// rules writes the rules of all types.
func (w *writer) rules() {
	if !slices.ContainsFunc(w.model().CellTypes, func(t tissue.CellType) bool { return len(t.Life.Rules) > 0 }) {
		return
	}
	w.line(0, "rules:")
	for _, t := range w.model().CellTypes {
		for _, r := range t.Life.Rules {
			w.rule(t, r)
		}
	}
}

func (w *writer) rule(t tissue.CellType, r tissue.Rule) {
	signal, behaviour := signalPhrase(r.Signal.Kind), behaviourPhrase(r.Behaviour.Kind)
	w.line(1, "- type: %s", yamlText(t.Name))
	sensed := w.phrase(t, signal.words, signal.object, r.Signal.Substrate, r.Signal.Variable, r.Signal.Type)
	if signal.object == aBodyVariable {
		sensed += " " + w.model().Body.Variables[r.Signal.Body].Name
	}
	w.line(2, "signal: %s", yamlText(sensed))
	direction := map[bool]string{false: "increases", true: "decreases"}[r.Decreases]
	w.line(2, "%s: %s", direction, yamlText(w.phrase(t, behaviour.words, behaviour.object, r.Behaviour.Substrate, r.Behaviour.Variable, r.Behaviour.Type)))
	unit := behaviour.dimension.Unit()
	if r.Behaviour.Kind == tissue.VariableValue {
		unit = t.Variables[r.Behaviour.Variable].Dimension.MolarUnit()
	}
	w.line(2, "to: %s", quantity.Format(r.Saturation, unit))
	w.line(2, "half_max: %s", w.signalText(t, r.Signal, r.HalfMax))
	w.line(2, "hill: %s", quantity.Format(r.HillPower, ""))
	w.line(2, "dead: %t", r.Dead)
}

// phrase writes words with the name of their object.
func (w *writer) phrase(t tissue.CellType, words string, o object, s tissue.SubstrateID, variable int, of tissue.CellTypeID) string {
	switch o {
	case aSubstrate:
		return words + " " + w.model().Substrates[s].Name
	case aVariable, aReceptor:
		return words + " " + t.Variables[variable].Name
	case aType:
		return words + " " + w.model().CellTypes[of].Name
	}
	return words
}

func (w *writer) signalText(t tissue.CellType, s tissue.Signal, number float64) string {
	switch {
	case s.Kind == tissue.Gradient:
		return quantity.Format(number, gradientUnit(w.model().Substrates[s.Substrate]))
	case s.Kind.OfSubstrate():
		return densityText(number, w.model().Substrates[s.Substrate])
	case s.Kind == tissue.VariableSignal:
		return quantity.Format(number, t.Variables[s.Variable].Dimension.MolarUnit())
	case s.Kind == tissue.BodySignal:
		return quantity.Format(number, w.model().Body.Variables[s.Body].Dimension.MolarUnit())
	}
	return quantity.Format(number, signalPhrase(s.Kind).dimension.Unit())
}
