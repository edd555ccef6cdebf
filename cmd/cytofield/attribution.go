package main

import (
	"fmt"
	"io"
	"math"
	"slices"
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
		fmt.Fprintf(w, "%s from the %s that made it (rows) to those that caught it, %s up to %s; autocrine fraction %.3g\n",
			s.Name, of.By, s.Unit.AmountUnit(), figure.FormatTime(r.solver.Time()), a.AutocrineFraction())
		if err := printMatrix(w, a); err != nil {
			return err
		}
	}
	return nil
}

// printMatrix prints a row per sender: what each type caught, and what else became of it.
// It leaves out a rest of nothing, and fates that no molecule met.
func printMatrix(w io.Writer, a engine.Attribution) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	tags := a.Tags
	if !isThere(tags[0]) {
		tags = tags[1:]
	}
	met := map[string]bool{}
	for _, tag := range tags {
		for _, fate := range tag.Fates() {
			met[fate.Name] = met[fate.Name] || fate.Amount != 0
		}
	}
	header := append([]string{""}, a.Receivers...)
	for _, fate := range a.Tags[0].Fates() {
		if met[fate.Name] {
			header = append(header, "("+fate.Name+")")
		}
	}
	fmt.Fprintln(table, strings.Join(append(header, "autocrine"), "\t")+"\t")
	for _, tag := range tags {
		row := []string{tag.Sender}
		for _, n := range tag.Caught {
			row = append(row, molecules(n))
		}
		for _, fate := range tag.Fates() {
			if met[fate.Name] {
				row = append(row, molecules(fate.Amount))
			}
		}
		own := "-"
		if tag.Sender != engine.Rest {
			own = fmt.Sprintf("%.3g", tag.AutocrineFraction())
		}
		fmt.Fprintln(table, strings.Join(append(row, own), "\t")+"\t")
	}
	return table.Flush()
}

// isThere reports whether a tag stands for any molecules.
func isThere(tag engine.Tag) bool {
	return slices.ContainsFunc(tag.Caught, func(n float64) bool { return n != 0 }) ||
		slices.ContainsFunc(tag.Fates(), func(f engine.Fate) bool { return f.Amount != 0 })
}

// molecules writes whole numbers as far as they have digits that matter.
func molecules(n float64) string {
	if size := math.Abs(n); size >= 1e3 && size < 1e8 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.3g", n)
}
