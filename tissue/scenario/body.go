package scenario

import (
	"cmp"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const (
	bodyExample        = "{compartments: {blood: {volume: 5 L, clearance: 1.2 /h}}, represents: 60 L}"
	compartmentExample = "{volume: 5 L, clearance: 1.2 /h}"
	readOutExample     = "{initial: 37}"
	perfusionExample   = "{IL-6: {compartment: blood, exchange: 0.01 /h}}"
	infusionExample    = "{into: blood, rate: 10 pmol/h, from: 1 h, to: 2 h}"
	doseExample        = "{into: blood, amount: 10 nmol, at: 1 h}"
)

// maxDoses is the most doses of one model.
const maxDoses = 10000

// bodyVariables decodes the names and volumes, which vessels of regions refer to.
func (d *decoder) bodyVariables(f fields) {
	v, ok := f.get("body")
	if !ok {
		return
	}
	if d.organism, ok = v.fields(bodyExample, "compartments", "variables", "represents", "exchange", "constants", "reactions", "infusions", "doses"); !ok {
		return
	}
	d.model().Body = &tissue.Body{Scale: 1}
	b := d.model().Body
	if v, ok := d.organism.get("compartments"); ok {
		for _, m := range v.named("{blood: " + compartmentExample + "}") {
			d.organs = append(d.organs, m)
			b.Variables = append(b.Variables, d.compartment(m))
		}
	}
	if v, ok := d.organism.get("variables"); ok {
		for _, m := range v.named("{temperature: " + readOutExample + "}") {
			d.organs = append(d.organs, m)
			b.Variables = append(b.Variables, d.readOut(m))
		}
	}
	d.bodyNames(v)
	d.ofBody, d.bodySound = d.constants(d.organism, d.shared)
	d.bodySound = d.bodySound && d.sharedSound
}

// bodyNames reports names that rates could not tell apart.
func (d *decoder) bodyNames(v value) {
	if len(d.organs) == 0 && len(d.faults) == 0 {
		v.fault("neither compartments nor variables: want at least one, such as %s", bodyExample)
	}
	words := map[string]string{}
	for _, m := range d.organs {
		word := expression.Identifier(m.name)
		if other, ok := words[word]; ok {
			d.fault(m.key, m.path, "%q and %q are both %s in a rate: want names that differ", other, m.name, word)
		}
		words[word] = m.name
	}
}

func (d *decoder) compartment(m member) tissue.BodyVariable {
	c := tissue.BodyVariable{Name: m.name, Dimension: quantity.Concentration, Volume: 1}
	if m.kind == null {
		return c
	}
	f, ok := m.fields(compartmentExample, "volume", "initial", "clearance", "half_life", "unit")
	if !ok {
		return c
	}
	if v, ok := f.get("unit"); ok {
		if unit, ok := v.choice(string(tissue.Nanomolar), string(tissue.DimensionlessUnit), string(tissue.MillimetresMercury)); ok {
			c.Dimension = tissue.DensityUnit(unit).Dimension()
		}
	}
	if v, ok := f.need("volume", "5 L"); ok {
		if volume, ok := v.positive(quantity.Volume); ok {
			c.Volume = volume
		}
	}
	if v, ok := f.get("initial"); ok {
		c.Initial = d.bodyValue(v, c.Dimension)
		if c.Initial < 0 {
			v.fault("%s: want 0 or more", v.written())
		}
	}
	c.Clearance, _ = d.lossRate(f, "clearance", func(v value) float64 {
		if q, ok := v.quantity(quantity.Rate); ok && q.Dim == quantity.VolumeRate {
			flow, _ := v.nonNegative(quantity.VolumeRate)
			return flow / c.Volume
		}
		rate, _ := v.nonNegative(quantity.Rate)
		return rate
	})
	return c
}

func (d *decoder) readOut(m member) tissue.BodyVariable {
	r := tissue.BodyVariable{Name: m.name}
	if m.kind == null {
		return r
	}
	f, ok := m.fields(readOutExample, "initial")
	if !ok {
		return r
	}
	v, ok := f.need("initial", "37")
	if !ok {
		return r
	}
	if q, ok := v.quantity(quantity.Dimensionless); ok {
		r.Dimension = q.Dim
		r.Initial = d.bodyValue(v, q.Dim)
	}
	return r
}

// bodyValue decodes a value of a dimension in its molar unit.
func (d *decoder) bodyValue(v value, want quantity.Dimension) float64 {
	q, ok := v.quantity(want)
	if !ok {
		return 0
	}
	if _, err := q.In(want); err != nil {
		v.fault("%v", err)
		return 0
	}
	number, err := q.To(want.MolarUnit())
	if err != nil {
		v.fault("%v", err)
	}
	return number + 0
}

// compartmentNamed finds the compartment a name in the file means.
func (d *decoder) compartmentNamed(v value) (tissue.BodyVariableID, bool) {
	name, ok := v.str()
	if !ok {
		return 0, false
	}
	b := d.model().Body
	if b == nil {
		v.fault("no compartment %q: give body: %s", name, bodyExample)
		return 0, false
	}
	id, ok := b.Variable(name)
	switch {
	case !ok:
		v.fault("no compartment %q%s", name, suggest(name, names(d.organs)))
	case !b.Variables[id].IsCompartment():
		v.fault("%q has no volume: want a compartment", name)
		ok = false
	}
	return id, ok
}

// bodyVariableNamed finds the compartment or read-out a name in the file means.
func (d *decoder) bodyVariableNamed(v value) (tissue.BodyVariableID, bool) {
	name, ok := v.str()
	if !ok {
		return 0, false
	}
	return d.bodyVariable(v, name)
}

// bodyVariable finds the compartment or read-out of a name in a text.
func (d *decoder) bodyVariable(v value, name string) (tissue.BodyVariableID, bool) {
	if d.model().Body == nil {
		v.fault("no body: give body: %s", bodyExample)
		return 0, false
	}
	id, ok := d.model().Body.Variable(name)
	if !ok {
		v.fault("no compartment or variable %q%s", name, suggest(name, names(d.organs)))
	}
	return id, ok
}

// meets reports a fault where a substrate and a compartment are in different units, or
// the substrate has met another.
func (d *decoder) meets(v value, s tissue.SubstrateID, id tissue.BodyVariableID) {
	substrate, c := d.model().Substrates[s], d.model().Body.Variables[id]
	if substrate.Unit.Dimension() != c.Dimension {
		v.fault("%s is in %s, and %s in another unit: want unit: %s there", substrate.Name, substrate.Unit, c.Name, substrate.Unit)
	}
	if other, ok := d.model().InBlood(s); ok && other != id {
		v.fault("%s meets %s elsewhere: want one compartment", substrate.Name, d.model().Body.Variables[other].Name)
	}
}

// body decodes all but the variables.
func (d *decoder) body() {
	b, f := d.model().Body, d.organism
	if b == nil {
		return
	}
	if v, ok := f.get("represents"); ok {
		b.Scale = d.represents(v)
	}
	if v, ok := f.get("exchange"); ok {
		for _, m := range v.named(perfusionExample) {
			d.perfusion(m)
		}
	}
	d.bodyReactions(f)
	if v, ok := f.get("infusions"); ok {
		items, _ := v.list("[" + infusionExample + "]")
		for _, item := range items {
			d.infusion(item)
		}
	}
	if v, ok := f.get("doses"); ok {
		items, _ := v.list("[" + doseExample + "]")
		for _, item := range items {
			d.dose(item)
		}
		if len(b.Doses) > maxDoses {
			v.fault("%d doses: want at most %d", len(b.Doses), maxDoses)
		}
	}
	slices.SortStableFunc(b.Doses, func(a, b tissue.Dose) int { return cmp.Compare(a.Time, b.Time) })
	if _, met := d.model().InBlood(0); !met && len(d.model().Substrates) == 1 && len(d.faults) == 0 {
		d.warn(d.organism.key, d.organism.path, "no substrate is exchanged with it, by exchange or by a vessel: it goes its own way")
	}
}

// represents decodes how many tissues like that of the domain there are: as such or as the
// volume of all of them.
func (d *decoder) represents(v value) float64 {
	q, ok := v.quantity(quantity.Volume)
	if !ok {
		return 1
	}
	if q.Dim == quantity.Dimensionless {
		number, _ := v.positive(quantity.Dimensionless)
		return number
	}
	volume, ok := v.positive(quantity.Volume)
	if g := d.model().Grid; ok && d.gridSound {
		return volume / (g.VoxelVolume() * float64(g.Voxels()))
	}
	return 1
}

// perfusion decodes what a substrate exchanges with a compartment all through the tissue,
// or a region of it.
func (d *decoder) perfusion(m member) {
	id, ok := d.substrateNamed(m.name, m.key, m.path)
	if !ok || m.kind == null {
		return
	}
	items := []value{m.value}
	if m.kind == sequence {
		items, _ = m.list("[{compartment: blood, region: follicle, exchange: 0.01 /h}]")
	}
	for _, item := range items {
		d.perfused(item, id)
	}
}

func (d *decoder) perfused(item value, id tissue.SubstrateID) {
	f, ok := item.fields("{compartment: blood, exchange: 0.01 /h}", "compartment", "region", "exchange", "permeability", "surface", "drainage", "response")
	if !ok {
		return
	}
	p := tissue.Perfusion{Substrate: id, Region: tissue.Everywhere}
	v, ok := f.need("compartment", "blood")
	if ok {
		if p.Compartment, ok = d.compartmentNamed(v); ok {
			d.meets(v, id, p.Compartment)
		}
	}
	if v, given := f.get("region"); given {
		p.Region = d.regionNamed(v)
	}
	p.Exchange = d.surfaceExchange(f)
	if v, given := f.get("drainage"); given {
		p.Drainage, _ = v.nonNegative(quantity.Rate)
	}
	if v, given := f.get("response"); given {
		if p.Response = d.response(v); !f.has("exchange") && !f.has("permeability") {
			d.fault(v.key, v.path, "nothing responds: give exchange, or permeability and surface")
		}
	}
	if !f.has("exchange") && !f.has("permeability") && !f.has("drainage") {
		item.fault("neither exchange nor permeability nor drainage: want at least one, such as exchange: 0.01 /h")
	}
	if ok {
		d.model().Body.Perfusion = append(d.model().Body.Perfusion, p)
	}
}

// surfaceExchange decodes P s_v, as such or as permeability and surface per volume.
func (d *decoder) surfaceExchange(f fields) (rate float64) {
	v, given := f.get("exchange")
	if given {
		rate, _ = v.nonNegative(quantity.Rate)
	}
	permeability, permeable := f.get("permeability")
	if !permeable {
		return rate
	}
	if given {
		d.fault(permeability.key, permeability.path, "exchange is given too: want one of them")
	}
	p, _ := permeability.nonNegative(quantity.Velocity)
	if v, ok := f.need("surface", "70 /cm"); ok {
		surface, _ := v.nonNegative(quantity.SurfacePerVolume)
		return p * surface
	}
	return 0
}

// response decodes what an exchange with the body is multiplied by.
func (d *decoder) response(v value) tissue.Response {
	b := d.model().Body
	if b == nil {
		if d.organism.node == nil {
			v.fault("no body: give body: %s", bodyExample)
		}
		return nil
	}
	if !d.bodySound {
		return nil
	}
	r := d.rate(v, tissue.BodyRateScope(b.Variables, d.ofBody))
	if r == nil {
		return nil
	}
	switch at := r.Eval(b.Start()); {
	case r.Dimension() != quantity.Dimensionless:
		v.fault("%q is %s: want a number, how many times what is exchanged at rest", r, r.Dimension())
	case !(at >= 0) || math.IsInf(at, 0):
		v.fault("%q is %g at the start: want 0 or more", r, at)
	default:
		return r
	}
	return nil
}

// regionNamed finds the position of a region.
func (d *decoder) regionNamed(v value) int {
	name, ok := v.str()
	if !ok {
		return tissue.Everywhere
	}
	i := slices.IndexFunc(d.model().Regions, func(r tissue.Region) bool { return r.Name == name })
	if i < 0 {
		v.fault("no region %q%s", name, suggest(name, names(d.regions)))
		return tissue.Everywhere
	}
	return i
}

// bodyReactions decodes the rate laws of the body.
func (d *decoder) bodyReactions(f fields) {
	v, ok := f.get("reactions")
	if !ok {
		return
	}
	b := d.model().Body
	about := subject{
		example: "{rate: k*blood, changes: {liver: +1}}", rate: "k*blood", changes: "{blood: -1, liver: +1}", nothing: "no variable",
		scope: func(constants []expression.Constant) expression.Scope {
			return tissue.BodyRateScope(b.Variables, constants)
		},
		find: func(m member) (int, bool) {
			id, ok := b.Variable(m.name)
			if !ok {
				d.fault(m.key, m.path, "no compartment or variable %q%s", m.name, suggest(m.name, names(d.organs)))
			}
			return int(id), ok
		},
		fits: func(l law, _ value) { l.fitsBody(b) },
	}
	for _, l := range d.laws(v, about, map[string]bool{}, d.ofBody, d.bodySound) {
		b.Reactions = append(b.Reactions, tissue.BodyReaction{Name: l.name, Rate: l.rate, Changes: l.variableChanges()})
	}
}

// variableChanges returns what a law changes, where that is variables alone.
func (l law) variableChanges() []tissue.VariableChange {
	var all []tissue.VariableChange
	for _, c := range l.changes {
		all = append(all, tissue.VariableChange{Variable: c.index, Factor: c.value, Dimension: c.dimension})
	}
	return all
}

// fitsBody reports where a rate times a factor changes nothing of its variable.
func (l law) fitsBody(b *tissue.Body) {
	for _, c := range l.variableChanges() {
		if _, ok := b.Weight(l.rate, c); ok {
			continue
		}
		v := b.Variables[c.Variable]
		want := perSecond(v.Dimension - quantity.Time)
		if v.IsCompartment() {
			want += " or, as an amount that moves, " + perSecond(v.Dimension+quantity.Volume-quantity.Time)
		}
		l.at.fault("%q times the factor of %s is %s: want %s", l.rate, v.Name, perSecond(l.rate.Dimension()+c.Dimension), want)
	}
}

// body writes what lies beyond the grid.
func (w *writer) body() {
	b := w.model().Body
	if b == nil {
		return
	}
	w.line(0, "body:")
	w.line(1, "represents: %s", quantity.Format(b.Scale, ""))
	w.bodyVariables(b)
	w.constants(1, w.responseConstants())
	w.perfusions(b)
	if len(b.Reactions) > 0 {
		w.line(1, "reactions:")
	}
	for _, r := range b.Reactions {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, factorText(b.Variables[c.Variable].Name, c.Factor, c.Dimension))
		}
		w.law(2, r.Name, r.Rate, changes)
	}
	if len(b.Infusions) > 0 {
		w.line(1, "infusions:")
	}
	for _, in := range b.Infusions {
		end := ""
		if !math.IsInf(in.End, 1) {
			end = ", to: " + quantity.Format(in.End, "s")
		}
		w.line(2, "- {into: %s, rate: %s, from: %s%s}", yamlText(b.Variables[in.Compartment].Name), infusionText(b, in), quantity.Format(in.Start, "s"), end)
	}
	if len(b.Doses) > 0 {
		w.line(1, "doses:")
	}
	for _, dose := range b.Doses {
		c := b.Variables[dose.Compartment]
		w.line(2, "- {into: %s, amount: %s, at: %s}", yamlText(c.Name), amountText(c, dose.Amount, quantity.Dimensionless), quantity.Format(dose.Time, "s"))
	}
}

// responseConstants returns the constants of all responses, each once.
func (w *writer) responseConstants() []expression.Constant {
	var all []expression.Constant
	add := func(r tissue.Response) {
		if r == nil {
			return
		}
		for _, c := range r.Constants() {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	for _, p := range w.model().Body.Perfusion {
		add(p.Response)
	}
	for _, r := range w.model().Regions {
		for _, v := range r.Vessel {
			add(v.Response)
		}
	}
	return all
}

func responseText(r tissue.Response) string {
	if r == nil {
		return ""
	}
	return ", response: " + yamlText(r.String())
}

func (w *writer) bodyVariables(b *tissue.Body) {
	for _, compartments := range []bool{true, false} {
		first := true
		for _, v := range b.Variables {
			if v.IsCompartment() != compartments {
				continue
			}
			if first {
				w.line(1, "%s:", map[bool]string{true: "compartments", false: "variables"}[compartments])
			}
			first = false
			initial := quantity.Format(v.Initial, v.Dimension.MolarUnit())
			if !compartments {
				w.line(2, "%s: {initial: %s}", yamlText(v.Name), initial)
				continue
			}
			w.line(2, "%s: {unit: %s, volume: %s, initial: %s, clearance: %s}", yamlText(v.Name), densityUnit(v.Dimension),
				quantity.Format(v.Volume, "um^3"), initial, quantity.Format(v.Clearance, "1/s"))
		}
	}
}

// densityUnit returns the unit of a compartment's density.
func densityUnit(d quantity.Dimension) tissue.DensityUnit {
	switch d {
	case quantity.Dimensionless:
		return tissue.DimensionlessUnit
	case quantity.Pressure:
		return tissue.MillimetresMercury
	}
	return tissue.Nanomolar
}

func (w *writer) perfusions(b *tissue.Body) {
	if len(b.Perfusion) > 0 {
		w.line(1, "exchange:")
	}
	written := map[tissue.SubstrateID]bool{}
	for _, p := range b.Perfusion {
		if written[p.Substrate] {
			continue
		}
		written[p.Substrate] = true
		w.line(2, "%s:", yamlText(w.model().Substrates[p.Substrate].Name))
		for _, same := range b.Perfusion {
			if same.Substrate != p.Substrate {
				continue
			}
			region := ""
			if same.Region != tissue.Everywhere {
				region = ", region: " + yamlText(w.model().Regions[same.Region].Name)
			}
			w.line(3, "- {compartment: %s%s, exchange: %s, drainage: %s%s}", yamlText(b.Variables[same.Compartment].Name), region,
				quantity.Format(same.Exchange, "1/s"), quantity.Format(same.Drainage, "1/s"), responseText(same.Response))
		}
	}
}
