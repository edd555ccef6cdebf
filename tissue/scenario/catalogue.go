package scenario

import (
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// fromCatalogue reports whether a mapping asks for catalogue values.
func fromCatalogue(f fields) bool {
	v, ok := f.get("from")
	if !ok {
		return false
	}
	_, ok = v.choice("catalogue")
	return ok
}

// use takes a catalogue value: it notes where it is from and warns where that is
// nowhere good. The value is in the base unit of its dimension.
func (d *decoder) use(f fields, key string, p catalogue.Parameter) (quantity.Quantity, bool) {
	path := join(f.path, key)
	q, err := p.Quantity()
	if err != nil {
		d.fault(f.key, path, "%v", err)
		return q, false
	}
	d.comments[path] = p.String()
	if p.Source != "" {
		d.sources[p.Source] = true
	}
	switch p.Evidence {
	case catalogue.FromMemory:
		d.warn(f.key, path, "%s is in the catalogue from memory, not checked against its source", p.Value)
	case catalogue.Illustrative:
		d.warn(f.key, path, "%s is illustrative: %s", p.Value, p.Context)
	}
	return q, true
}

// substrateValues says which values of a substrate the catalogue gave.
type substrateValues struct{ diffusion, decay bool }

func (d *decoder) catalogueSubstrate(f fields, id tissue.SubstrateID, name string) substrateValues {
	var got substrateValues
	known, found := catalogue.Lookup(name)
	if found {
		if weights := known.Find(catalogue.MolecularWeight); len(weights) > 0 {
			d.weights[id] = weights[0]
		}
	}
	asked := fromCatalogue(f)
	if !f.has("from") {
		return got
	}
	// Keys that are missing are the catalogue's fault from here on.
	got = substrateValues{true, true}
	if !asked {
		return got
	}
	s := &d.model().Substrates[id]
	if !found {
		var all []string
		for _, s := range catalogue.Substrates() {
			all = append(append(all, s.Name), s.Aliases...)
		}
		d.fault(f.key, f.path, "the catalogue has no substrate %q%s", name, nearestOnly(name, all, "; give its diffusion and decay here instead"))
		return got
	}
	if !f.has("diffusion") {
		p, _ := known.DefaultDiffusion()
		if q, ok := d.use(f, "diffusion", p); ok {
			s.DiffusionCoefficient = q.Value
		}
	}
	if !f.has("decay") && !f.has("half_life") {
		p, ok := known.DefaultDecay()
		if !ok {
			d.fault(f.key, f.path, "the catalogue knows no decay of %s in tissue: give decay or half_life", known.Name)
			return got
		}
		if q, ok := d.use(f, "decay", p); ok {
			s.DecayRate = q.Value
		}
	}
	return got
}

// nearestOnly is suggest without the whole list, which is long.
func nearestOnly(word string, candidates []string, otherwise string) string {
	hint := suggest(word, candidates)
	if len(hint) > 2 && hint[2] == 'd' { // "; did you mean"
		return hint
	}
	return otherwise
}

// receptorValues says which values of a receptor the catalogue gave.
type receptorValues struct {
	ligand, count, onRate bool
	entry                 catalogue.Receptor // with no name where none was found
}

func (d *decoder) catalogueReceptor(f fields, r *tissue.Receptor, cell string) receptorValues {
	var got receptorValues
	asked := fromCatalogue(f)
	if !f.has("from") {
		return got
	}
	got = receptorValues{ligand: true, count: true, onRate: true}
	if !asked {
		return got
	}
	entry, ligand, ok := d.catalogueEntry(f, r.Name)
	if !ok {
		return got
	}
	r.Ligand, got.entry = ligand, entry
	if !f.has("count") {
		p, ok := entry.CountOn(cell)
		if !ok {
			p = entry.Count
		}
		if !p.Known() {
			d.fault(f.key, f.path, "the catalogue has no number of %s per cell: give count", entry.Name)
		} else if q, ok := d.use(f, "count", p); ok {
			r.Count = q.Value
			if cell != p.Cell && p.Cell != "" {
				if _, on := entry.CountOn(cell); !on {
					d.warn(f.key, join(f.path, "count"), "%s was found on %s cells; the catalogue has no number for %s", p.Value, p.Cell, cell)
				}
			}
		}
	}
	if !f.has("on_rate") {
		if !entry.OnRate.Known() {
			d.fault(f.key, f.path, "the catalogue has no on rate of %s%s: give on_rate", entry.Name, affinity(entry))
		} else if q, ok := d.use(f, "on_rate", entry.OnRate); ok {
			rate, err := q.PerNanomolarSecond()
			if err != nil {
				d.fault(f.key, join(f.path, "on_rate"), "%v", err)
			}
			r.OnRate = rate
		}
	}
	return got
}

// affinity says what the catalogue has that an on rate could be had from.
func affinity(r catalogue.Receptor) string {
	switch {
	case r.DissociationConstant.Known() && r.OffRate.Known():
		return ", only a dissociation constant of " + r.DissociationConstant.Value + " and an off rate of " + r.OffRate.Value
	case r.DissociationConstant.Known():
		return ", only a dissociation constant of " + r.DissociationConstant.Value
	}
	return ""
}

// catalogueKinetics takes what the catalogue has of a receptor's kinetics and the file
// has not. An off rate may come from the dissociation constant, a turnover from the
// half-life, or the internalisation, of the free receptor.
func (d *decoder) catalogueKinetics(f fields, k *tissue.ReceptorKinetics, entry catalogue.Receptor) {
	rate := func(key string, rate *float64) bool {
		if f.has(key) {
			return true
		}
		for _, name := range kineticNames(key) {
			p, ok := entry.Find(name)
			if !ok {
				continue
			}
			if q, ok := d.use(f, key, p); ok {
				*rate = kineticRate(q, k.OnRate)
			}
			return true
		}
		return false
	}
	if !rate("off_rate", &k.OffRate) {
		d.fault(f.key, f.path, "the catalogue has neither an off rate nor a dissociation constant of %s: give off_rate", entry.Name)
	}
	rate("turnover", &k.Turnover)
	rate("internalisation", &k.Internalisation)
	rate("recycling", &k.Recycling)
	rate("degradation", &k.Degradation)
}

// catalogueEntry finds a receptor for the ligand the file names, or else for the
// one substrate of the file that it binds.
func (d *decoder) catalogueEntry(f fields, name string) (catalogue.Receptor, tissue.SubstrateID, bool) {
	var entries []catalogue.Receptor
	var ligands []tissue.SubstrateID
	var bound []string
	for id, s := range d.model().Substrates {
		known, ok := catalogue.Lookup(s.Name)
		if !ok {
			continue
		}
		if i := f.find("ligand"); i >= 0 && f.node.entries[i].value.text != s.Name {
			continue
		}
		if r, ok := known.Receptor(name); ok {
			entries, ligands, bound = append(entries, r), append(ligands, tissue.SubstrateID(id)), append(bound, s.Name)
		}
	}
	if len(entries) == 1 {
		return entries[0], ligands[0], true
	}
	if !d.namesSound {
		return catalogue.Receptor{}, 0, false
	}
	if len(entries) > 1 {
		d.fault(f.key, f.path, "%s binds several substrates: give ligand%s", name, list(", ", bound))
		return catalogue.Receptor{}, 0, false
	}
	hint := ""
	if others := catalogue.ReceptorsNamed(name); len(others) > 0 {
		bound = nil
		for _, r := range others {
			bound = append(bound, r.Ligand)
		}
		hint = list("; there it binds ", bound)
	} else {
		var all []string
		for _, s := range d.model().Substrates {
			known, _ := catalogue.Lookup(s.Name)
			for _, r := range known.Receptors {
				all = append(all, r.Name)
			}
		}
		hint = suggest(name, all)
	}
	d.fault(f.key, f.path, "the catalogue has no receptor %q of a substrate of this scenario%s", name, hint)
	return catalogue.Receptor{}, 0, false
}

// citations adds the file's own sources to those of catalogue values.
func (d *decoder) citations(f fields) {
	if v, ok := f.get("sources"); ok {
		items, _ := v.list("[Busse2010]")
		for _, item := range items {
			key, ok := item.str()
			if !ok {
				continue
			}
			if _, known := catalogue.Cite(key); !known {
				var all []string
				for _, r := range catalogue.References() {
					all = append(all, r.Key)
				}
				item.fault("no reference %q in the catalogue%s", key, nearestOnly(key, all, ""))
			}
			d.sources[key] = true
		}
	}
	for key := range d.sources {
		d.scenario.Sources = append(d.scenario.Sources, key)
	}
	slices.Sort(d.scenario.Sources)
}
