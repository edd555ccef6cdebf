package session

import (
	"fmt"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Parameter is a number of the scenario that may be changed while it runs.
type Parameter struct {
	Group string // the substrate or cell type
	Name  string // "diffusion", "export of IL-2"
	Unit  string
	Value float64 // in Unit
	Path  string  // of the setting, or what an event changes

	event string // of an event: its text with a verb for the value; "" where a setting changes it
}

// Events reports whether a change happens as an event, so that a run repeats it at
// its time; otherwise a run with the setting has it from its start.
func (p Parameter) Events() bool { return p.event != "" }

// Change gives a parameter another value, in its unit, from now on.
func (s *Session) Change(p Parameter, value float64) error {
	text := quantity.Format(value, p.Unit)
	if p.event != "" {
		return s.change(p.Path, fmt.Sprintf(p.event, text))
	}
	err := s.Set(p.Path + "=" + text)
	if err != nil && p.Name == "decay" { // the file may say it by the half-life
		if s.Set(p.Path+"="+text, "substrates."+keyed(p.Group)+".half_life=") == nil {
			return nil
		}
	}
	return err
}

// keyed is a name as a step of a path.
func keyed(name string) string { return `"` + name + `"` }

func (s *Session) parameters() []Parameter {
	var all []Parameter
	m := s.scenario.Model
	for _, substrate := range m.Substrates {
		path := "substrates." + keyed(substrate.Name)
		all = append(all,
			Parameter{Group: substrate.Name, Name: "diffusion", Unit: "µm²/s", Value: substrate.DiffusionCoefficient, Path: path + ".diffusion"},
			Parameter{Group: substrate.Name, Name: "decay", Unit: "1/s", Value: substrate.DecayRate, Path: path + ".decay"})
	}
	for _, t := range m.CellTypes {
		for _, e := range t.Exchange {
			all = append(all, exchangeParameters(t.Name, m.Substrates[e.Substrate], e)...)
		}
		for _, r := range t.Receptors {
			path := "cells.types." + keyed(t.Name) + ".receptors." + keyed(r.Name)
			all = append(all,
				Parameter{Group: t.Name, Name: r.Name + " count", Unit: "", Value: r.Count, Path: path + ".count"},
				Parameter{Group: t.Name, Name: r.Name + " on rate", Unit: "1/(nM s)", Value: r.OnRate, Path: path + ".on_rate"})
		}
	}
	return all
}

// exchangeParameters are those terms of what a type does with a substrate that are not
// switched off, and export.
func exchangeParameters(of string, s tissue.Substrate, e tissue.Exchange) []Parameter {
	var all []Parameter
	add := func(key, name, unit string, value float64, text string) {
		path := "cells.types." + keyed(of) + "." + key + "." + keyed(s.Name)
		event := "change: {" + keyed(of) + ": {" + key + ": {" + keyed(s.Name) + ": " + text + "}}}"
		all = append(all, Parameter{Group: of, Name: name + " of " + s.Name, Unit: unit, Value: value, Path: path, event: event})
	}
	none := e == tissue.Exchange{Substrate: e.Substrate}
	if s.Unit.CountsMolecules() && (none || e.NetExportRate > 0) {
		add("export", "export", "molecules/s", e.NetExportRate, "%s")
	}
	if e.SecretionRate > 0 {
		add("secretion", "secretion", "1/s", e.SecretionRate, "{rate: %s, saturation: "+density(e.SaturationDensity, s)+"}")
	}
	if e.UptakeRate > 0 {
		add("uptake", "uptake", "1/s", e.UptakeRate, "%s")
	}
	if e.MaxUptakeRate > 0 {
		add("saturable_uptake", "saturable uptake", "molecules/s", e.MaxUptakeRate, "{max: %s, half_saturation: "+density(e.HalfSaturation, s)+"}")
	}
	return all
}

// density writes a density of a substrate as a scenario does.
func density(value float64, s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return quantity.Format(value, "")
	}
	return quantity.Format(value, string(s.Unit))
}
