package scenario

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const turned = `cytofield: 1
title: Numbers to turn
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um}
duration: 10 min
substrates:
  IL-2: {from: catalogue, half_life: 2 h, boundary: {x-: {dirichlet: 1 pM}}}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}}
    T reg.: {radius: 4 um, receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h}}}
  place:
    - {type: Th, number: 3, pattern: random}
`

func TestParametersAreTheNumbersOfTheModel(t *testing.T) {
	const source = "tissue diffusion 10 um^2/s, lymph node, model [KiwitzCode]"
	want := []Parameter{
		{"substrates.IL-2.diffusion", 10, "um^2/s", source},
		{"substrates.IL-2.decay", math.Ln2 / 7200, "1/s", ""},
		{"substrates.IL-2.retardation", 1, "", ""},
		{"substrates.IL-2.initial", 0, "nM", ""},
		{"substrates.IL-2.boundary.x-.dirichlet", 0.001, "nM", ""},
		{"cells.types.Th.radius", 5, "um", ""},
		{"cells.types.Th.export.IL-2", 10, "molecules/s", ""},
		{`cells.types."T reg.".radius`, 4, "um", ""},
		{`cells.types."T reg.".receptors.IL-2R.count`, 1500, "", ""},
		{`cells.types."T reg.".receptors.IL-2R.on_rate`, 0.031, "1/(nM s)", ""},
	}
	if diff := cmp.Diff(want, decodeText(t, turned, Options{}).Parameters(), cmpopts.EquateApprox(1e-15, 0)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAParameterThatIsSetHasTheValue(t *testing.T) {
	before := decodeText(t, turned, Options{})
	for i, p := range before.Parameters() {
		value := 2*p.Value + 1
		after := decodeText(t, string(before.Resolved()), Options{Set: []string{p.Setting(value)}})
		if got := after.Parameters()[i]; got.Path != p.Path || got.Value != value || got.Unit != p.Unit {
			t.Errorf("after %s: got %+v", p.Setting(value), got)
		}
		if after.Hash == before.Hash {
			t.Errorf("%s leaves the scenario as it was", p.Setting(value))
		}
	}
}

func TestParametersOfEveryKeyCanBeSet(t *testing.T) {
	before := decodeText(t, full, Options{})
	var set []string
	for _, p := range before.Parameters() {
		set = append(set, p.Setting(p.Value))
	}
	if after := decodeText(t, string(before.Resolved()), Options{Set: set}); after.Hash != before.Hash {
		t.Errorf("%d parameters set to their own values give another scenario", len(set))
	}
}
