package scenario

import (
	"math"
	"strings"
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
	turn := func(path string, value float64, unit, source string) Parameter {
		return Parameter{Path: path, Value: value, Unit: unit, Source: source}
	}
	want := []Parameter{
		turn("domain.extracellular", 1, "", ""),
		turn("substrates.IL-2.diffusion", 10, "um^2/s", source),
		turn("substrates.IL-2.decay", math.Ln2/7200, "1/s", ""),
		turn("substrates.IL-2.retardation", 1, "", ""),
		turn("substrates.IL-2.initial", 0, "nM", ""),
		turn("substrates.IL-2.boundary.x-.dirichlet", 0.001, "nM", ""),
		turn("cells.types.Th.radius", 5, "um", ""),
		turn("cells.types.Th.export.IL-2", 10, "molecules/s", ""),
		turn(`cells.types."T reg.".radius`, 4, "um", ""),
		turn(`cells.types."T reg.".receptors.IL-2R.count`, 1500, "", ""),
		turn(`cells.types."T reg.".receptors.IL-2R.on_rate`, 0.031, "1/(nM s)", ""),
	}
	if diff := cmp.Diff(want, decodeText(t, turned, Options{}).Parameters(), cmpopts.EquateApprox(1e-15, 0), cmpopts.IgnoreFields(Parameter{}, "Words")); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAParameterThatIsSetHasTheValue(t *testing.T) {
	before := decodeText(t, turned, Options{})
	for i, p := range before.Parameters() {
		value := 2*p.Value + 1
		if p.Path == "domain.extracellular" {
			value = 0.25
		}
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

func TestWordsOfParametersAreThoseOfTheModel(t *testing.T) {
	s := decodeText(t, turned+`
constants: {k: 1 /h}
reactions: [{name: decay of both, rate: k*IL_2, changes: {IL-2: -1}}]
flow: {velocity: [0.5 um/s, 0 um/s, 0 um/s]}
rules: [{type: Th, signal: density of IL-2, decreases: export of IL-2, to: 0 molecules/s, half_max: 1 nM, hill: 2}]
`, Options{})
	want := map[string]string{
		"reactions[0].constants.k":              "reactions/decay of both/constants/k",
		"flow.velocity[0]":                      "flow/velocity/1",
		"rules[0].half_max":                     "rules/Th: density of IL-2 decreases export of IL-2/half_max",
		`cells.types."T reg.".radius`:           "cells/types/T reg./radius",
		"substrates.IL-2.boundary.x-.dirichlet": "substrates/IL-2/boundary/x-/dirichlet",
	}
	for _, p := range s.Parameters() {
		if words, ok := want[p.Path]; ok && strings.Join(p.Words, "/") != words {
			t.Errorf("%s is called %q, want %q", p.Path, p.Words, words)
		}
		delete(want, p.Path)
	}
	for path := range want {
		t.Errorf("no parameter %s", path)
	}
}

// A file that gives one condition for all faces has no path to that of one of them.
func TestAParameterInOtherWordsIsSetByWhatStandsAroundIt(t *testing.T) {
	text := strings.Replace(turned, "{x-: {dirichlet: 1 pM}}", "{robin: {permeability: 0.05 um/s, density: 1 pM}}", 1)
	before := decodeText(t, text, Options{})
	for _, p := range before.Parameters() {
		if p.Path != "substrates.IL-2.boundary.y+.robin.permeability" {
			continue
		}
		all := before.Rewritten(p, "0.1 um/s")
		for _, setting := range all {
			after, err := Decode("turned.yaml", []byte(text), "", Options{Set: []string{setting}})
			if err != nil {
				continue
			}
			if got := after.Model.Substrates[0].Boundary[1]; got[1].Permeability != 0.1 || got[0].Permeability != 0.05 {
				t.Errorf("%s: boundary along y %+v", setting, got)
			}
			return
		}
		t.Fatalf("none of %q can be set", all)
	}
	t.Fatal("no such parameter")
}
