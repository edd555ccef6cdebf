package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

const litre = 1e15 // µm³

// printBody prints what lies beyond the grid, and how fast it and the tissue follow each other.
func printBody(w io.Writer, m *tissue.Model, a engine.Analysis) {
	b := m.Body
	if b == nil {
		return
	}
	t := newTable(w, "Body", "name", "volume", "start", "cleared, half-life", "meets", "the tissue empties in", "it empties in")
	for v, variable := range b.Variables {
		row := table.Row{variable.Name, "–", strings.TrimSpace(short(variable.Initial) + " " + variable.Dimension.MolarUnit()), "–", "–", "–", "–"}
		if variable.IsCompartment() {
			row[1], row[3] = short(variable.Volume/litre)+" L", timeText(math.Ln2/variable.Clearance)
		}
		for s, substrate := range m.Substrates {
			if met, ok := m.InBlood(tissue.SubstrateID(s)); !ok || int(met) != v {
				continue
			}
			row[4], row[5], row[6] = substrate.Name, timeText(a.Substrates[s].TissueTime), timeText(a.Substrates[s].BodyTime)
			t.AppendRow(row)
			row = table.Row{"", "", "", "", "", "", ""}
		}
		if row[0] != "" {
			t.AppendRow(row)
		}
	}
	t.Render()
	fmt.Fprintf(w, "\nThe domain stands for %s tissues like it.\n\n", short(b.Scale))
	for _, p := range b.Perfusion {
		if p.Response != nil {
			fmt.Fprintf(w, "%s is exchanged with %s %s at %s 1/s%s.\n\n", m.Substrates[p.Substrate].Name, b.Variables[p.Compartment].Name, where(m, p), short(p.Exchange), responseText(p.Response))
		}
	}
	if len(b.Reactions) == 0 {
		return
	}
	t = newTable(w, "Reactions of the body", "name", "rate", "changes")
	for _, r := range b.Reactions {
		t.AppendRow(table.Row{r.Name, r.Rate.String(), changesText(b, r)})
	}
	t.Render()
	fmt.Fprintln(w)
}

// where says where a perfusion is.
func where(m *tissue.Model, p tissue.Perfusion) string {
	if p.Region == tissue.Everywhere {
		return "everywhere"
	}
	return "in " + m.Regions[p.Region].Name
}

// responseText writes what an exchange is multiplied by.
func responseText(r tissue.Response) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf(" times %s", r)
}

func timeText(t float64) string {
	if math.IsInf(t, 1) {
		return "never"
	}
	return figure.FormatTime(t)
}

func changesText(b *tissue.Body, r tissue.BodyReaction) string {
	var changes []string
	for _, c := range r.Changes {
		changes = append(changes, fmt.Sprintf("%s %+.4g", b.Variables[c.Variable].Name, c.Factor))
	}
	return strings.Join(changes, ", ")
}

// bodyText says what lies beyond the grid.
func bodyText(m *tissue.Model) string {
	b := m.Body
	if b == nil {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "The tissue stood for %.4g of its like in a body of well-mixed compartments. ", b.Scale)
	for _, v := range b.Variables {
		if !v.IsCompartment() {
			fmt.Fprintf(&text, "%s was a read-out that started at %.4g. ", v.Name, v.Initial)
			continue
		}
		fmt.Fprintf(&text, "%s had %.4g L, started at %.4g %s and was cleared at %.4g 1/s. ", v.Name, v.Volume/litre, v.Initial, v.Dimension.MolarUnit(), v.Clearance)
	}
	for _, p := range b.Perfusion {
		fmt.Fprintf(&text, "%s was %s exchanged with %s at %.4g 1/s of the tissue's volume%s, and drained at %.4g 1/s. ",
			m.Substrates[p.Substrate].Name, where(m, p), b.Variables[p.Compartment].Name, p.Exchange, responseText(p.Response), p.Drainage)
	}
	for _, r := range b.Reactions {
		fmt.Fprintf(&text, "In the body the reaction %s, with rate %s, changed %s. ", r.Name, r.Rate, changesText(b, r))
	}
	if len(b.Infusions) > 0 || len(b.Doses) > 0 {
		fmt.Fprintf(&text, "There were %d infusions and %d doses. ", len(b.Infusions), len(b.Doses))
	}
	return text.String()
}
