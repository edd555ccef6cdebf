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

// sociable has cells that export in bursts and at points of their surfaces, bind, let go, take in
// and count, divide and crawl.
const sociable = `cytofield: 1
domain: {size: [120 um, 100 um, 80 um], voxel: 10 um, extracellular: 0.2}
duration: 6 min
seed: 5
substrates:
  IL-2: {unit: nM, diffusion: 30 um^2/s, decay: 0.1 /h, initial: 2 pM}
cells:
  types:
    Th:
      radius: 5 um
      export: {IL-2: {rate: 10 molecules/s, bursts: {on_for: 2 min, off_for: 2 min}, synaptic_fraction: 0.5, towards: Treg}}
      receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h, off_rate: 0.83 /h, internalisation: 0.64 /h, turnover: 0.1 /h, capture: poisson}}
      division: {rate: 2 /h}
    Treg:
      radius: 5 um
      export: {IL-2: 1 molecules/s}
      saturable_uptake: {IL-2: {max: 5 molecules/s, half_saturation: 50 pM}}
      motility: {speed: 1 um/min, persistence: 5 min}
  place:
    - {type: Th, pattern: random, number: 20}
    - {type: Treg, pattern: random, number: 20}
attribution: {IL-2: types}
numerics: {coupling: cloud, step: 4 s}
output: {every: 3 min}
`

// Both devices tell the same of who caught whose molecules, whatever cells do.
func TestBothDevicesTellWhoCaughtWhat(t *testing.T) {
	path := file(t, "sociable.yaml", sociable)
	got := tableOf(t, recorded(t, path, "--device", gpuFlag(t)), "attribution.csv")
	want := tableOf(t, recorded(t, path, "--device", "cpu"), "attribution.csv")
	amount, most := want.column(t, "amount"), 0.
	for _, n := range amount {
		most = max(most, math.Abs(n))
	}
	for i, n := range got.column(t, "amount") {
		if !slices.Equal(got.rows[i][:5], want.rows[i][:5]) || math.Abs(n-amount[i]) > 1e-5*most { // of float32 over 90 steps
			t.Errorf("%q on the GPU, %q on the CPU", got.rows[i], want.rows[i])
		}
	}
}
