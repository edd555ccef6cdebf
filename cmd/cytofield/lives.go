package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// lives is what cells of a model do besides exchanging.
type lives struct{ move, push, divide, die, change, harm, rules, bursts, captures bool }

func livesOf(m *tissue.Model) lives {
	var all lives
	for _, t := range m.CellTypes {
		l := &t.Life
		all.move = all.move || l.Motility.PersistenceTime > 0
		all.push = all.push || l.Mechanics.Repulsion > 0 || l.Mechanics.Adhesion > 0
		all.divide = all.divide || mayDo(t, tissue.DivisionRate)
		all.die = all.die || mayDo(t, tissue.ApoptosisRate) || mayDo(t, tissue.NecrosisRate)
		all.change = all.change || len(l.Transitions) > 0 || mayDo(t, tissue.TransitionRate)
		all.harm = all.harm || len(l.Kills)+len(l.Attacks)+len(l.Phagocytosis) > 0 || mayDo(t, tissue.KillRate) ||
			mayDo(t, tissue.AttackRate) || mayDo(t, tissue.PhagocytosisRate) || mayDo(t, tissue.ClearanceRate)
		all.rules = all.rules || len(l.Rules) > 0
		all.bursts = all.bursts || len(l.Bursts) > 0
		all.captures = all.captures || len(l.Captures) > 0
	}
	return all
}

// mayDo reports whether a rate of a type is, or by a rule becomes, more than 0.
func mayDo(t tissue.CellType, k tissue.BehaviourKind) bool {
	for _, r := range t.Life.Rules {
		if r.Behaviour.Kind == k {
			return true
		}
	}
	return !k.OfType() && t.Base(tissue.Behaviour{Kind: k}) > 0
}

// livesCited returns the papers behind what cells do.
func livesCited(m *tissue.Model) []string {
	var keys []string
	all := livesOf(m)
	if all.move {
		keys = append(keys, "Fuerth1920")
	}
	if all.push {
		keys = append(keys, "Ghaffarizadeh2018")
	}
	if all.rules {
		keys = append(keys, "Johnson2025")
	}
	if all.bursts {
		keys = append(keys, "Peccoud1995")
	}
	if all.captures {
		keys = append(keys, "Jahnke2007", "Gillespie2001")
	}
	return keys
}

// livesText says what cells do in a sentence or two.
func livesText(m *tissue.Model) string {
	if !m.Lives() {
		return ""
	}
	all := livesOf(m)
	var did []string
	for _, part := range []struct {
		done bool
		text string
	}{
		{all.move, "moved by persistent random walks [@Fuerth1920]"},
		{all.push, "pushed and held each other by the potentials of PhysiCell [@Ghaffarizadeh2018]"},
		{all.divide, "divided"},
		{all.die, "died"},
		{all.change, "changed type"},
		{all.harm, "killed, damaged or took up others in contact"},
	} {
		if part.done {
			did = append(did, part.text)
		}
	}
	var b strings.Builder
	if len(did) > 0 {
		fmt.Fprintf(&b, "Every %.4g s cells %s; events were drawn as the first of competing exponential clocks. ", m.CellStepTime(), enumerate(did))
	}
	if all.rules {
		b.WriteString("Their behaviour followed Hill rules, combined as in the cell behaviour hypothesis grammar [@Johnson2025]. ")
	}
	b.WriteString(chanceText(m))
	return b.String()
}

// chanceText says what of the exchange was left to chance.
func chanceText(m *tissue.Model) string {
	var b strings.Builder
	for _, t := range m.CellTypes {
		for _, burst := range t.Life.Bursts {
			fmt.Fprintf(&b, "%s exported %s in bursts, as a random telegraph [@Peccoud1995] that was on for %.4g s and off for %.4g s on average; the export given is the mean. ",
				t.Name, m.Substrates[burst.Substrate].Name, burst.OnTime, burst.OffTime)
		}
	}
	for _, t := range m.CellTypes {
		var counts []string
		for _, c := range t.Life.Captures {
			counts = append(counts, t.Variables[c.Count].Name)
		}
		if len(counts) > 0 {
			fmt.Fprintf(&b, "What cells of type %s took up was counted in %s, every %.4g s by a number from the law of Poisson about the uptake of the mean field [@Jahnke2007; @Gillespie2001], which the counts did not disturb. ",
				t.Name, enumerate(counts), m.CellStepTime())
		}
	}
	return b.String()
}

// printBursts prints the exports that come in bursts.
func printBursts(w io.Writer, m *tissue.Model) {
	t := newTable(w, "Bursts", "type", "substrate", "on average", "while on", "on for", "off for")
	for _, cell := range m.CellTypes {
		for _, b := range cell.Life.Bursts {
			rate := cell.Base(tissue.Behaviour{Kind: tissue.Export, Substrate: b.Substrate})
			t.AppendRow(table.Row{cell.Name, m.Substrates[b.Substrate].Name, short(rate) + " molecules/s", short(rate/b.Share()) + " molecules/s",
				figure.FormatTime(b.OnTime), figure.FormatTime(b.OffTime)})
		}
	}
	if t.Length() > 0 {
		t.Render()
		fmt.Fprintln(w)
	}
}

// enumerate joins words by commas and an and.
func enumerate(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
