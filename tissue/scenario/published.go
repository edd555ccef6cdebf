package scenario

import (
	"math"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Published returns what the catalogue has for a parameter, and its value in the
// parameter's unit; ok is false where it has nothing. It is what `from: catalogue` would
// give, and of what that gives no value for, the one published for the cell type or else the first.
func (s *Scenario) Published(p Parameter) (entry catalogue.Parameter, number float64, ok bool) {
	switch w := p.Words; {
	case len(w) == 3 && w[0] == "substrates":
		entry, ok = publishedOfSubstrate(w[1], w[2])
	case len(w) == 5 && w[0] == "regions" && w[2] == "vessel" && w[4] == "permeability":
		entry, ok = publishedFor("", w[3], catalogue.Permeability)
	case len(w) == 4 && w[0] == "cells" && w[3] == "radius":
		entry, ok = publishedOfCell(w[2], catalogue.Radius)
	case len(w) == 5 && w[0] == "cells" && w[3] == "motility":
		name := map[string]string{"speed": catalogue.Speed, "persistence": catalogue.PersistenceTime, "bias": catalogue.ChemotacticBias}[w[4]]
		entry, ok = publishedOfCell(w[2], name)
	case len(w) >= 5 && w[0] == "cells" && w[3] == "export" && (len(w) == 5 || w[5] == "rate"):
		entry, ok = publishedFor(w[2], w[4], catalogue.Export)
	case len(w) == 6 && w[0] == "cells" && w[3] == "receptors":
		return s.publishedOfReceptor(w[2], w[4], w[5])
	}
	if !ok {
		return entry, 0, false
	}
	q, err := entry.Quantity()
	return entry, q.Value, err == nil
}

func publishedOfSubstrate(name, key string) (catalogue.Parameter, bool) {
	known, ok := catalogue.Lookup(name)
	switch {
	case ok && key == "diffusion":
		p, _ := known.DefaultDiffusion()
		return p, true
	case ok && key == "decay":
		return known.DefaultDecay()
	}
	return catalogue.Parameter{}, false
}

func publishedOfCell(name, key string) (catalogue.Parameter, bool) {
	known, _ := catalogue.LookupCell(name)
	if found := known.Find(key); len(found) > 0 {
		return found[0], true
	}
	return catalogue.Parameter{}, false
}

// publishedFor returns a value of a substrate for a cell type, or else the first there is.
func publishedFor(cell, substrate, name string) (catalogue.Parameter, bool) {
	known, _ := catalogue.Lookup(substrate)
	found := known.Find(name)
	for _, p := range found {
		if p.Cell != "" && p.Cell == cell {
			return p, true
		}
	}
	if len(found) > 0 {
		return found[0], true
	}
	return catalogue.Parameter{}, false
}

func (s *Scenario) publishedOfReceptor(cell, receptor, key string) (catalogue.Parameter, float64, bool) {
	entry, onRate, ok := s.receptorEntry(cell, receptor)
	if !ok {
		return catalogue.Parameter{}, 0, false
	}
	if key == "count" {
		p, ok := entry.CountOn(cell)
		if !ok {
			p, ok = entry.Find(catalogue.ReceptorsPerCell)
		}
		q, err := p.Quantity()
		return p, q.Value, ok && err == nil
	}
	if key == "on_rate" {
		q, err := entry.OnRate.Quantity()
		if !entry.OnRate.Known() || err != nil {
			return catalogue.Parameter{}, 0, false
		}
		rate, err := q.PerNanomolarSecond()
		return entry.OnRate, rate, err == nil
	}
	for _, name := range kineticNames(key) {
		p, ok := entry.Find(name)
		if q, err := p.Quantity(); ok && err == nil {
			return p, kineticRate(q, onRate), true
		}
	}
	return catalogue.Parameter{}, 0, false
}

// receptorEntry finds a receptor of a type in the catalogue, and its on rate in the model, 1/(nM s).
func (s *Scenario) receptorEntry(cell, receptor string) (catalogue.Receptor, float64, bool) {
	for i, t := range s.Model.CellTypes {
		if t.Name != cell {
			continue
		}
		for _, r := range t.Receptors {
			if r.Name == receptor {
				return s.entryOf(r.Ligand, receptor, r.OnRate)
			}
		}
		for _, k := range s.Kinetics[i].Receptors {
			if k.Name == receptor {
				return s.entryOf(k.Ligand, receptor, k.OnRate)
			}
		}
	}
	return catalogue.Receptor{}, 0, false
}

func (s *Scenario) entryOf(ligand tissue.SubstrateID, receptor string, onRate float64) (catalogue.Receptor, float64, bool) {
	known, _ := catalogue.Lookup(s.Model.Substrates[ligand].Name)
	entry, ok := known.Receptor(receptor)
	return entry, onRate, ok
}

// kineticNames are the catalogue's names of what a key of a receptor may come from.
func kineticNames(key string) []string {
	return map[string][]string{
		"off_rate":        {catalogue.OffRate, catalogue.DissociationConstant},
		"turnover":        {catalogue.Turnover, catalogue.TurnoverHalfLife, catalogue.FreeInternalisation},
		"internalisation": {catalogue.Internalisation},
		"recycling":       {catalogue.Recycling},
		"degradation":     {catalogue.Degradation},
	}[key]
}

// kineticRate returns a rate, 1/s, from one, a half-life or a dissociation constant beside
// an on rate, 1/(nM s).
func kineticRate(q quantity.Quantity, onRate float64) float64 {
	switch q.Dim {
	case quantity.Time:
		return math.Ln2 / q.Value
	case quantity.Concentration:
		return onRate * q.Value / quantity.MoleculesPerNanomolar
	}
	return q.Value
}
