package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue"
)

const chancy = `cytofield: 1
domain: {size: [100 um, 100 um, 100 um], voxel: 10 um, extracellular: 1}
duration: 1 h
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 0 /s}
  IL-6: {diffusion: 10 um^2/s, decay: 0 /s}
cells:
  types:
    Th:
      radius: 5 um
      export: {IL-2: {rate: 10 molecules/s, bursts: {on_for: 20 min, off_for: 40 min}}, IL-6: {rate: 3 molecules/s}}
      receptors:
        slow: {ligand: IL-2, count: 10, on_rate: 1e7 /M/s, off_rate: 1e-3 /s, internalisation: 1e-3 /s, recycling: 1e-4 /s, capture: poisson}
        plain: {ligand: IL-2, count: 20, on_rate: 1e7 /M/s, capture: mean}
        sink: {ligand: IL-6, count: 30, on_rate: 1e7 /M/s, capture: poisson}
      chains: {gc: {count: 100}}
    idle: {radius: 5 um, export: {IL-2: {rate: 0 molecules/s, bursts: {on_for: 1 min, off_for: 1 min}}}}
  place: [{type: Th, pattern: random, number: 3}, {type: idle, pattern: random, number: 3}]
rules:
  - {type: Th, signal: variable sink captured, increases: export of IL-6, to: 6 molecules/s, half_max: 10, hill: 1}
`

// What is left to chance reaches the model, and comes back from the file that is written of
// it: in the same order, by which random numbers go.
func TestChanceReachesTheModelAndIsWritten(t *testing.T) {
	s, err := Decode("chancy.yaml", []byte(chancy), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode("resolved.yaml", s.Resolved(), "", Options{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, s.Resolved())
	}
	for _, m := range []*tissue.Model{s.Model, again.Model} {
		th := &m.CellTypes[0]
		var names []string
		for _, v := range th.Variables {
			names = append(names, v.Name)
		}
		wanted := []string{"gc", "sink captured", "sink capture mean", "slow", "slow bound", "slow internal", "slow captured", "slow capture mean"}
		if diff := cmp.Diff(wanted, names); diff != "" {
			t.Errorf("variables (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]tissue.Capture{{Mean: 2, Count: 1}, {Mean: 7, Count: 6}}, th.Life.Captures); diff != "" {
			t.Errorf("captures (-want +got):\n%s", diff)
		}
		if len(th.Receptors) != 1 || th.Receptors[0].Name != "plain" {
			t.Errorf("sinks that do not count: %v, want plain", th.Receptors)
		}
		if diff := cmp.Diff([]tissue.Bursts{{OnTime: 1200, OffTime: 2400}}, th.Life.Bursts); diff != "" || th.Exchange[0].NetExportRate != 10 || th.Exchange[1].NetExportRate != 3 {
			t.Errorf("exchange %v, bursts (-want +got):\n%s", th.Exchange, diff)
		}
		if diff := cmp.Diff([]tissue.Bursts{{OnTime: 60, OffTime: 60}}, m.CellTypes[1].Life.Bursts); diff != "" {
			t.Errorf("bursts of what rests (-want +got):\n%s", diff)
		}
	}
}

// Every internalised molecule of the ligand is counted once, bound or in a complex, and
// those of competitors are not.
func TestCapturesCountTheLigandThatIsInternalised(t *testing.T) {
	k := tissue.ReceptorKinetics{Name: "R", Count: 10, OnRate: 1, OffRate: 1, Internalisation: 2, Degradation: 1, Captures: true,
		Competitors: []tissue.Competitor{{Ligand: 1, OnRate: 1, Internalisation: 3}},
		Chain:       tissue.Recruitment{Chain: "gc", OnRate: 1, OffRate: 1, Internalisation: 5}}
	substrates := []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar}, {Name: "IL-15", Unit: tissue.Nanomolar}}
	variables := append(k.Variables(substrates), tissue.CellVariable{Name: "gc"})
	reactions, err := k.Reactions(substrates, variables)
	if err != nil {
		t.Fatal(err)
	}
	kind := tissue.CellType{Variables: variables}
	c, ok := kind.CaptureOf("R")
	got := map[string]float64{}
	for _, r := range reactions {
		for _, change := range r.Changes {
			if change.Variable == c.Mean {
				got[r.Name] = change.Factor
			}
			if change.Variable == c.Count {
				t.Errorf("%s changes the count", r.Name)
			}
		}
	}
	if diff := cmp.Diff(map[string]float64{"R internalisation": 1, "R internalisation of complex": 1}, got); diff != "" || !ok {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}
