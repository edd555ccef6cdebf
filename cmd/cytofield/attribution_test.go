package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// A run tells who caught whose molecules: in a table of the run directory, as a share in
// the series, and at its end.
func TestARunTellsWhoCaughtWhat(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	o := must(t, program.Done, "run", "-o", dir, "--no-progress", file(t, "small.yaml", pictured), "--device", "cpu", "--set", "attribution={IL-2: types, TNF: cells}")
	table := tableOf(t, dir, "attribution.csv")
	amount := table.column(t, "amount")
	sums, secreted := map[string]float64{}, map[string]float64{}
	for i, row := range table.rows {
		if row[0] != "600" || row[3] == "rest" {
			continue
		}
		if key := row[1] + " of " + row[3]; row[4] == "(secreted)" {
			secreted[key] = amount[i]
		} else {
			sums[key] += amount[i]
		}
	}
	if secreted["IL-2 of Th"] < 11999 { // 2 cells, 10 molecules/s, 600 s
		t.Errorf("secreted %v", secreted)
	}
	for key, want := range secreted {
		if got := sums[key]; math.Abs(got-want) > 1e-9*want { // roundings of a ledger
			t.Errorf("%s: %.12g molecules caught and lost, %.12g secreted", key, got, want)
		}
	}
	series := tableOf(t, dir, "series.csv")
	if got := series.header[len(series.header)-2:]; !slices.Equal(got, []string{"IL-2_autocrine_fraction", "TNF_autocrine_fraction"}) {
		t.Errorf("series.csv ends with %q", got)
	}
	if !strings.Contains(o.out, "IL-2 from the types that made it (rows) to those that caught it, molecules up to 10 min") || !strings.Contains(o.out, "autocrine\n") {
		t.Errorf("the run prints\n%s", o.out)
	}
	if strings.Count(o.out, "rest ") != 1 || strings.Contains(o.out, "(reacted)") {
		t.Errorf("TNF alone was there before and nothing reacts, and the run prints\n%s", o.out)
	}
	if text := contents(t, dir, "methods.md"); !strings.Contains(text, "Molecules of IL-2 carried tags of the cell types") {
		t.Errorf("methods.md says\n%s", text)
	}
}
