package scenario

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const typeExample = "{radius: 5 um, export: {IL-2: 10 molecules/s}}"

// cells decodes the types, then places the cells.
func (d *decoder) cells(f fields) {
	v, ok := f.get("cells")
	if !ok {
		return
	}
	f, ok = v.fields("{types: ..., place: [...]}", "types", "place")
	if !ok {
		return
	}
	typesSound := true
	if v, ok := f.get("types"); ok {
		d.types = v.named("{Th: " + typeExample + "}")
		typesSound = v.kind == mapping
		for _, m := range d.types {
			d.model().CellTypes = append(d.model().CellTypes, tissue.CellType{Name: m.name})
			d.kinetics, d.scenario.Kinetics = append(d.kinetics, kinetics{}), append(d.scenario.Kinetics, Kinetics{})
		}
		for i, m := range d.types {
			if m.kind != null {
				d.cellType(tissue.CellTypeID(i), m)
			}
		}
	}
	if v, ok := f.get("place"); ok {
		d.place(v, typesSound)
	}
}

func (d *decoder) cellType(id tissue.CellTypeID, m member) {
	f, ok := m.fields(typeExample, slices.Concat(lifeKeys(), exchangeKeys(), []string{"radius", "receptors", "chains", "variables", "constants", "reactions"})...)
	if !ok {
		return
	}
	t := &d.model().CellTypes[id]
	if v, ok := f.need("radius", "5 um"); ok {
		t.Radius, _ = v.positive(quantity.Length)
	}
	exchange := map[tissue.SubstrateID]*tissue.Exchange{}
	d.exchangeTerms(f, func(_ tissue.BehaviourKind, id tissue.SubstrateID, _ member) *tissue.Exchange {
		if exchange[id] == nil {
			exchange[id] = &tissue.Exchange{Substrate: id}
		}
		return exchange[id]
	}, func(f fields, e *tissue.Exchange) {
		if v, ok := f.get("bursts"); ok {
			if b, ok := v.bursts(e.Substrate); ok {
				t.Life.Bursts = append(t.Life.Bursts, b)
			}
		}
		d.pointing(f, e)
	})
	for id := range d.model().Substrates {
		if e := exchange[tissue.SubstrateID(id)]; e != nil {
			t.Exchange = append(t.Exchange, *e)
		}
	}
	d.cellKinetics(id, f)
	d.life(t, f)
}

// exchangeKeys are the terms of exchange of a cell type.
func exchangeKeys() []string { return []string{"export", "secretion", "uptake", "saturable_uptake"} }

// exchangeTerms decodes the terms of exchange that are given. Each goes into what of returns
// for it; manner takes how an export leaves, where more than its rate is given.
func (d *decoder) exchangeTerms(f fields, of func(tissue.BehaviourKind, tissue.SubstrateID, member) *tissue.Exchange, manner func(fields, *tissue.Exchange)) {
	for _, term := range []struct {
		kind    tissue.BehaviourKind
		example string
		decode  func(value, *tissue.Exchange)
	}{
		{tissue.Export, "{IL-2: 10 molecules/s}", func(v value, e *tissue.Exchange) { d.export(v, e, manner) }},
		{tissue.Secretion, "{IL-2: {rate: 10 /min, saturation: 1 nM}}", d.secretion},
		{tissue.Uptake, "{IL-2: 10 /min}", d.uptake},
		{tissue.SaturableUptake, "{IL-2: {max: 10 molecules/s, half_saturation: 10 pM}}", d.saturableUptake},
	} {
		v, ok := f.get(termKey(term.kind))
		if !ok {
			continue
		}
		for _, m := range v.named(term.example) {
			id, ok := d.substrateNamed(m.name, m.key, m.path)
			if ok && m.kind != null {
				term.decode(m.value, of(term.kind, id, m))
			}
		}
	}
}

// countsMolecules reports a fault where a term in molecules is about a substrate
// whose density does not convert to molecules.
func (d *decoder) countsMolecules(v value, id tissue.SubstrateID) bool {
	s := d.model().Substrates[id]
	if !s.Unit.CountsMolecules() {
		unit := string(s.Unit)
		if s.Unit != tissue.DimensionlessUnit {
			unit = "in " + unit
		}
		v.fault("the density of %s is %s and does not convert to molecules; use secretion and uptake, or unit: nM", s.Name, unit)
		return false
	}
	return true
}

func (d *decoder) export(v value, e *tissue.Exchange, manner func(fields, *tissue.Exchange)) {
	if !d.countsMolecules(v, e.Substrate) {
		return
	}
	if v.kind == mapping {
		f, ok := v.fields("{rate: 10 molecules/s, bursts: "+burstsExample+"}", "rate", "bursts", "synaptic_fraction", "towards", "direction")
		if !ok {
			return
		}
		manner(f, e)
		if v, ok = f.need("rate", "10 molecules/s"); !ok {
			return
		}
	}
	q, ok := v.quantity(quantity.MoleculeRate)
	if !ok {
		return
	}
	if q.Dim == quantity.Rate {
		v.fault("%s is a rate: want molecules per time here, such as \"10 molecules/s\"; a rate towards a saturation density goes under secretion: {%s: {rate: %s, saturation: ...}}", v.written(), d.model().Substrates[e.Substrate].Name, v.text)
		return
	}
	e.NetExportRate, _ = v.nonNegative(quantity.MoleculeRate)
}

// pointing decodes which share of an export leaves to which side.
func (d *decoder) pointing(f fields, e *tissue.Exchange) {
	towards, named := f.get("towards")
	direction, given := f.get("direction")
	share, ok := f.get("synaptic_fraction")
	switch {
	case !ok && !named && !given:
		return
	case !ok:
		f.fault("an export that points, without its share: want synaptic_fraction, such as 0.5")
		return
	case named == given:
		share.fault("want one of towards, a cell type, and direction, such as [1, 0, 0]")
		return
	}
	p := &e.Pointing
	if p.Fraction, ok = share.in(quantity.Dimensionless); ok && !(p.Fraction >= 0 && p.Fraction <= 1) {
		share.fault("%s: want a number from 0 to 1", share.written())
	} else if p.Fraction > 0 {
		d.pointed = append(d.pointed, share)
	}
	if given {
		p.Direction = d.unitVector(direction)
	} else if name, ok := towards.str(); ok {
		p.Towards, _ = d.typeNamed(name, towards.at, towards.path, true)
	}
}

// unitVector decodes a vector of any length but 0. One of length 1 stays as it is.
func (d *decoder) unitVector(v value) r3.Vec {
	n, ok := d.vector(v, quantity.Dimensionless, false)
	length := r3.Norm(n)
	if ok && length == 0 {
		v.fault("no direction: want a vector such as [1, 0, 0]")
	}
	if length == 0 || math.Abs(length-1) <= 1e-9 {
		return n
	}
	return r3.Scale(1/length, n)
}

const burstsExample = "{on_for: 20 min, off_for: 40 min}"

// bursts decodes how export of a substrate goes on and off.
func (v value) bursts(id tissue.SubstrateID) (b tissue.Bursts, ok bool) {
	f, ok := v.fields(burstsExample, "on_for", "off_for")
	if !ok {
		return b, false
	}
	b.Substrate = id
	on, given := f.need("on_for", "20 min")
	off, also := f.need("off_for", "40 min")
	if !given || !also {
		return b, false
	}
	b.OnTime, given = on.positive(quantity.Time)
	b.OffTime, also = off.positive(quantity.Time)
	return b, given && also
}

func (d *decoder) secretion(v value, e *tissue.Exchange) {
	f, ok := v.fields("{rate: 10 /min, saturation: 1 nM}; a number of molecules per time goes under export", "rate", "saturation")
	if !ok {
		return
	}
	if v, ok := f.need("rate", "10 /min"); ok {
		if q, ok := v.quantity(quantity.Rate); ok && q.Dim == quantity.MoleculeRate {
			v.fault("%s is a number of molecules per time: it goes under export: {%s: %s}; secretion is a rate such as \"10 /min\" towards a saturation density", v.written(), d.model().Substrates[e.Substrate].Name, v.text)
		} else if ok {
			e.SecretionRate, _ = v.nonNegative(quantity.Rate)
		}
	}
	if v, ok := f.need("saturation", "1 nM"); ok {
		e.SaturationDensity, _ = d.density(v, e.Substrate)
	}
}

func (d *decoder) uptake(v value, e *tissue.Exchange) {
	if v.kind == mapping {
		v.fault("a mapping {...}: want a rate such as \"10 /min\"; max and half_saturation go under saturable_uptake")
		return
	}
	q, ok := v.quantity(quantity.Rate)
	if !ok {
		return
	}
	if q.Dim == quantity.MoleculeRate {
		v.fault("%s is a number of molecules per time: it goes under saturable_uptake: {%s: {max: %s, half_saturation: ...}}; uptake is a rate such as \"10 /min\"", v.written(), d.model().Substrates[e.Substrate].Name, v.text)
		return
	}
	e.UptakeRate, _ = v.nonNegative(quantity.Rate)
}

func (d *decoder) saturableUptake(v value, e *tissue.Exchange) {
	if !d.countsMolecules(v, e.Substrate) {
		return
	}
	f, ok := v.fields("{max: 10 molecules/s, half_saturation: 10 pM}", "max", "half_saturation")
	if !ok {
		return
	}
	if v, ok := f.need("max", "10 molecules/s"); ok {
		if q, ok := v.quantity(quantity.MoleculeRate); ok && q.Dim == quantity.Rate {
			v.fault("%s is a rate: it goes under uptake; max is a number of molecules per time such as \"10 molecules/s\"", v.written())
		} else if ok {
			e.MaxUptakeRate, _ = v.nonNegative(quantity.MoleculeRate)
		}
	}
	if v, ok := f.need("half_saturation", "10 pM"); ok {
		density, ok := d.density(v, e.Substrate)
		if ok && density == 0 {
			v.fault("%s: want more than 0", v.written())
		}
		e.HalfSaturation = density
	}
}

// typeNamed finds the cell type a name in the file means.
func (d *decoder) typeNamed(name string, at location, path string, sound bool) (tissue.CellTypeID, bool) {
	id := slices.IndexFunc(d.types, func(m member) bool { return m.name == name })
	if id < 0 && sound {
		hint := suggest(name, names(d.types))
		if len(d.types) == 0 {
			hint = "; cells.types has none"
		}
		d.fault(at, path, "no cell type %q%s", name, hint)
	}
	return tissue.CellTypeID(id), id >= 0
}
