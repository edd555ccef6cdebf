package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
)

// printAttributions prints from whom to whom molecules went, of every substrate that the
// model attributes.
func (r *run) printAttributions(w io.Writer) error {
	for _, of := range r.scenario.Model.Attribution {
		a, err := r.solver.Attribution(of.Substrate)
		if err != nil {
			return err
		}
		s := r.scenario.Model.Substrates[of.Substrate]
		fmt.Fprintf(w, "%s by %s that made it, %s up to %s; autocrine fraction %.3g\n", s.Name, of.By, s.Unit.AmountUnit(), figure.FormatTime(r.solver.Time()), a.AutocrineFraction())
		if err := printMatrix(w, a); err != nil {
			return err
		}
	}
	return nil
}

// printMatrix prints a row per sender: what each type caught, and what else became of it.
func printMatrix(w io.Writer, a engine.Attribution) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	header := append([]string{"of"}, a.Receivers...)
	for _, fate := range a.Tags[0].Fates() {
		header = append(header, "("+fate.Name+")")
	}
	fmt.Fprintln(table, strings.Join(append(header, "own share"), "\t")+"\t")
	for _, tag := range a.Tags {
		row := []string{tag.Sender}
		for _, n := range tag.Caught {
			row = append(row, fmt.Sprintf("%.4g", n))
		}
		for _, fate := range tag.Fates() {
			row = append(row, fmt.Sprintf("%.4g", fate.Amount))
		}
		own := "-"
		if tag.Sender != engine.Rest {
			own = fmt.Sprintf("%.3g", tag.AutocrineFraction())
		}
		fmt.Fprintln(table, strings.Join(append(row, own), "\t")+"\t")
	}
	return table.Flush()
}
