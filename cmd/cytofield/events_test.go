package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// eventful is small with cells that come and go, a dose, and an export that is switched off.
const eventful = small + `events:
  - {at: 4 min, dose: {TNF: 100 molecules}, within: {sphere: {centre: [40 um, 30 um, 25 um], radius: 15 um}}}
  - {at: 4 min, add: {type: Th, pattern: random, number: 3}}
  - {at: 5 min, change: {Th: {export: {IL-2: 0 molecules/s}}}}
  - {at: 6 min, remove: {type: Treg, within: {half_space: {point: [0 um, 0 um, 0 um], normal: [1, 0, 0]}}}}
`

func TestARunRecordsWhatCameOfEvents(t *testing.T) {
	scenario := file(t, "eventful.yaml", eventful)
	dir := recorded(t, scenario, "--device", "cpu")
	series := tableOf(t, dir, "series.csv")
	if th, treg := series.column(t, "Th_cells"), series.column(t, "Treg_cells"); !slices.Equal(th, []float64{2, 2, 5, 5, 5, 5}) || !slices.Equal(treg, []float64{12, 12, 12, 0, 0, 0}) {
		t.Errorf("%v Th and %v Treg, want 5 from 4 min and none from 6 min on", th, treg)
	}
	ledger := tableOf(t, dir, "ledger.csv")
	secreted, written := ledger.column(t, "secreted"), ledger.column(t, "written")
	// IL-2 and TNF in turn; 2 cells for 4 min and 5 for one at 10 molecules/s. Sums in float64.
	if got := secreted[len(secreted)-2]; got < 7799.999 || got > 7800.001 {
		t.Errorf("%g molecules of IL-2 secreted, want 7800", got)
	}
	if got := written[2*2+1]; got < 99.999 || got > 100.001 {
		t.Errorf("%g molecules of TNF put in at 4 min, want 100", got)
	}
	contains(t, "methods.md", contents(t, dir, "methods.md"), "There were 2 cells of type Th", "exported 10 molecules/s",
		"At set times (4 in all, see scenario.yaml) TNF was put into the fluid, cells of type Th were added, the exchange of type Th with IL-2 was changed and cells of type Treg were removed. ")
	contains(t, "check", must(t, program.Done, "check", scenario).out, "events       4, the first at 4 min, the last at 6 min")
	again := recorded(t, file(t, "eventful.yaml", contents(t, dir, "scenario.yaml")), "--device", "cpu")
	for _, name := range tables {
		if contents(t, dir, name) != contents(t, again, name) {
			t.Errorf("%s of the resolved scenario differs", name)
		}
	}
	earlier := contents(t, recorded(t, scenario, "--device", "cpu", "--until", "4 min"), "methods.md")
	if contains(t, "methods.md", earlier, "2 in all"); strings.Contains(earlier, "removed") {
		t.Errorf("methods.md of four minutes tells of later events:\n%s", earlier)
	}
}
