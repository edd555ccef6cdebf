package session

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Parameter is a number of the scenario that may be changed while it runs.
type Parameter struct {
	scenario.Parameter
	Opened    float64             // what it was when the session opened, in Unit
	Catalogue catalogue.Parameter // what was published of it; not Known where nothing was
	Published float64             // the same in Unit
	Initial   bool                // a state that the run starts from: seen after a restart

	event string // that changes it: its text with a verb for the value; "" where a setting does
}

// Events reports whether a change happens as an event, so that a run repeats it at
// its time; otherwise a run with the setting has it from its start.
func (p Parameter) Events() bool { return p.event != "" }

// Changed reports whether it is not what it was when the session opened.
func (p Parameter) Changed() bool { return p.Value != p.Opened }

// Change gives a parameter another value, in its unit, from now on.
func (s *Session) Change(p Parameter, value float64) error {
	return s.ChangeTo(p, quantity.Format(value, p.Unit))
}

// ChangeTo gives a parameter a value as a scenario writes it, from now on.
func (s *Session) ChangeTo(p Parameter, text string) error {
	if p.event != "" {
		return s.change(p.Path, fmt.Sprintf(p.event, text))
	}
	return s.edit("set "+p.Path, func(_ float64, kept []Edit) ([]string, error) { return s.settingsOf(kept, p, text) }, true)
}

// settingsOf finds settings that give a parameter the value, in the words of the file: it
// may say a decay by the half-life, or the walls of all faces at once.
func (s *Session) settingsOf(kept []Edit, p Parameter, text string) ([]string, error) {
	plain := p.Path + "=" + text
	tried := [][]string{{plain}}
	if of, key := split(p.Path); key == "decay" || key == "clearance" {
		tried = append(tried, []string{plain, of + ".half_life="})
	}
	for _, setting := range s.scenario.Rewritten(p.Parameter, text) {
		tried = append(tried, []string{setting})
	}
	var first error
	for i, all := range tried {
		decoded, err := s.source.decode(append(settings(kept), all...))
		if err == nil && changes(decoded, p, text) {
			return all, nil
		}
		if i == 0 {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("%s: the file has no words for %s", p.Path, text)
	}
	return nil, first
}

func split(path string) (of, key string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// changes reports whether a parameter has the value that was written.
func changes(decoded *scenario.Scenario, p Parameter, text string) bool {
	for _, got := range decoded.Parameters() {
		if got.Path != p.Path {
			continue
		}
		q, err := quantity.Parse(text)
		if err != nil {
			return false
		}
		want, err := q.To(p.Unit)
		return err == nil && math.Abs(got.Value-want) <= 1e-9*math.Abs(want)
	}
	return false
}

// keyed is a name as a step of a path.
func keyed(name string) string { return `"` + name + `"` }

// findParameters takes those of a scenario: of all but the whole numbers of reactions, which
// say what they change and are no constants.
func (s *Session) findParameters(decoded *scenario.Scenario) {
	s.turned = nil
	for _, from := range decoded.Parameters() {
		p := Parameter{Parameter: from, Opened: from.Value}
		if p.isStoichiometric() {
			continue
		}
		p.Initial = slices.Contains(p.Words, "variables") || p.Words[len(p.Words)-1] == "initial"
		if entry, number, ok := decoded.Published(from); ok {
			p.Catalogue, p.Published = entry, number
		}
		p.event = eventOf(decoded.Model, p)
		s.turned = append(s.turned, p)
	}
	if s.opened == nil {
		s.opened = map[string]float64{}
		for _, p := range s.turned {
			s.opened[p.Path] = p.Value
		}
	}
	for i := range s.turned {
		if value, ok := s.opened[s.turned[i].Path]; ok {
			s.turned[i].Opened = value
		}
	}
}

func (p Parameter) isStoichiometric() bool {
	return slices.Contains(p.Words, "changes") && p.Unit == "" && p.Value == math.Trunc(p.Value)
}

// parameters returns all, with the values of the moment.
func (s *Session) parameters() []Parameter {
	all := slices.Clone(s.turned)
	for i := range all {
		if value, ok := exchanged(s.scenario.Model, all[i]); ok {
			all[i].Value = value
		}
	}
	return all
}

// errOfNoExchange is of a parameter that is no term of what a type exchanges.
var errOfNoExchange = errors.New("no term of an exchange")

// exchangeOf finds what a parameter is of, where that is a term of a type's exchange with a
// substrate.
func exchangeOf(m *tissue.Model, p Parameter) (e tissue.Exchange, s tissue.Substrate, key string, err error) {
	w := p.Words
	if len(w) < 5 || w[0] != "cells" || w[1] != "types" || len(w) > 6 {
		return e, s, "", errOfNoExchange
	}
	key = strings.Join(append([]string{w[3]}, w[5:]...), ".")
	for _, t := range m.CellTypes {
		if t.Name != w[2] {
			continue
		}
		for _, e := range t.Exchange {
			if m.Substrates[e.Substrate].Name == w[4] {
				return e, m.Substrates[e.Substrate], key, nil
			}
		}
	}
	return e, s, "", errOfNoExchange
}

// exchanged returns the value of a term of exchange, which events change.
func exchanged(m *tissue.Model, p Parameter) (value float64, ok bool) {
	e, _, key, err := exchangeOf(m, p)
	if err != nil {
		return 0, false
	}
	value, ok = map[string]float64{
		"export": e.NetExportRate, "export.rate": e.NetExportRate, "uptake": e.UptakeRate,
		"secretion.rate": e.SecretionRate, "secretion.saturation": e.SaturationDensity,
		"saturable_uptake.max": e.MaxUptakeRate, "saturable_uptake.half_saturation": e.HalfSaturation,
	}[key]
	return value, ok
}

// eventOf writes the event that changes a parameter, "" where none can.
func eventOf(m *tissue.Model, p Parameter) string {
	e, s, key, err := exchangeOf(m, p)
	if err != nil {
		return ""
	}
	text := map[string]string{
		"export": "%s", "export.rate": "%s", "uptake": "%s",
		"secretion.rate":                   "{rate: %s, saturation: " + density(e.SaturationDensity, s) + "}",
		"secretion.saturation":             "{rate: " + quantity.Format(e.SecretionRate, "1/s") + ", saturation: %s}",
		"saturable_uptake.max":             "{max: %s, half_saturation: " + density(e.HalfSaturation, s) + "}",
		"saturable_uptake.half_saturation": "{max: " + quantity.Format(e.MaxUptakeRate, "molecules/s") + ", half_saturation: %s}",
	}[key]
	if text == "" {
		return ""
	}
	return "change: {" + keyed(p.Words[2]) + ": {" + p.Words[3] + ": {" + keyed(s.Name) + ": " + text + "}}}"
}

// density writes a density of a substrate as a scenario does.
func density(value float64, s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return quantity.Format(value, "")
	}
	return quantity.Format(value, string(s.Unit))
}
