package main

import (
	"fmt"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// populated reports whether there are cells, or may be after an event.
func populated(m *tissue.Model) bool {
	return m.Cells.Len() > 0 || slices.ContainsFunc(m.Events, func(e tissue.Event) bool {
		a, ok := e.Action.(tissue.Arrival)
		return ok && len(a.Cells) > 0
	})
}

// eventsText says in a sentence what happened up to a time, s.
func eventsText(m *tissue.Model, simulated float64) string {
	var did []string
	n := 0
	for n < len(m.Events) && m.Events[n].Time <= simulated {
		for _, text := range actionTexts(m, m.Events[n].Action) {
			if !slices.Contains(did, text) {
				did = append(did, text)
			}
		}
		n++
	}
	switch {
	case n == 0:
		return ""
	case len(did) == 0:
		did = []string{"no cell came"}
	}
	return fmt.Sprintf("At set times (%d in all, see scenario.yaml) %s. ", n, enumerate(did))
}

// actionTexts says what an event did, in a clause for each thing.
func actionTexts(m *tissue.Model, action tissue.Action) []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	switch a := action.(type) {
	case tissue.Deposit:
		for _, dose := range a.Doses {
			add("%s was put into the fluid", m.Substrates[dose.Substrate].Name)
		}
	case tissue.WashOut:
		for _, s := range a.Substrates {
			add("%s was washed out of the fluid", m.Substrates[s].Name)
		}
	case tissue.Start:
		for _, r := range a.Source.Rates {
			add("a source gave off %s", m.Substrates[r.Substrate].Name)
		}
	case tissue.Arrival:
		for _, c := range a.Cells {
			if text := "cells of type " + m.CellTypes[c.Type].Name + " were added"; !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	case tissue.Removal:
		of := ""
		if a.Type != tissue.AnyType {
			of = " of type " + m.CellTypes[a.Type].Name
		}
		add("cells%s were removed", of)
	case tissue.Switch:
		for _, c := range a.Changes {
			add("the exchange of type %s with %s was changed", m.CellTypes[c.Type].Name, m.Substrates[c.To.Substrate].Name)
		}
	}
	return all
}
