package scenario

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// listening has a cell with everything that goes on within one.
const listening = `cytofield: 1
domain: {size: [20 um, 20 um], voxel: 20 um, thickness: 20 um, extracellular: 1}
duration: 1 min
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 0 /s}
  IL-1: {diffusion: 10 um^2/s, decay: 0 /s}
  IL-1Ra: {diffusion: 10 um^2/s, decay: 0 /s}
  sIL-1R: {diffusion: 10 um^2/s, decay: 0 /s}
constants: {k: 1 /h, v1: 1 /h}
cells:
  types:
    plain: {radius: 5 um, receptors: {IL-2R: {ligand: IL-2, count: 10, on_rate: 1e7 /M/s}}}
    Th:
      radius: 5 um
      chains: {gc: {count: 14000, synthesis: 2 /min, turnover: 1e-4 /s}}
      constants: {v0: 150 /h, v1: 3000 /h, K: 500}
      receptors:
        IL-2R:
          ligand: IL-2
          count: 1500
          on_rate: 111.6 /nM/h
          off_rate: 0.83 /h
          synthesis: v0 + v1*hill(IL_2R_bound, K, 3)
          turnover: 0.64 /h
          internalisation: 1.7 /h
          recycling: 9 /h
          degradation: 5 /h
          chain: {name: gc, on_rate: 1e-4 /s, off_rate: 1e-3 /s, internalisation: 1e-3 /s}
        sink: {ligand: IL-1, count: 20, on_rate: 3e7 /M/s}
        IL-1R:
          ligand: IL-1
          count: 300
          on_rate: 1e7 /M/s
          off_rate: 1e-4 /s
          turnover: 1e-4 /s
          shedding: {free: {rate: 1e-5 /s, into: sIL-1R}}
          competitors: {IL-1Ra: {on_rate: 2e7 /M/s, off_rate: 1e-3 /s}}
        IL-15R: {partner: contact, count: 100, on_rate: 0.1 /min, off_rate: 0 /s}
      variables: {contact: 0, pSTAT: {initial: 1 pM}}
      reactions:
        - {name: signal, rate: "k*IL_2R_complex", changes: {pSTAT: 1 pM}}
        - rate: k*pSTAT
          changes: {pSTAT: -1, IL-2: 300 /nM}
          constants: {k: 2 /h}
`

func TestKineticsReachTheModel(t *testing.T) {
	s := decodeText(t, listening, Options{})
	sameScenario(t, s)
	cell := s.Model.CellTypes[1]
	rate := func(name string, at map[string]float64) float64 {
		t.Helper()
		values := make([]float64, 4+len(cell.Variables))
		for word, value := range at {
			i, ok := cell.Variable(word)
			if id, substrate := s.Model.Substrate(word); substrate {
				values[id] = value
			} else if values[4+i] = value; !ok {
				t.Fatalf("no variable %q", word)
			}
		}
		for _, r := range cell.Reactions {
			if r.Name == name {
				return r.Rate.Eval(values)
			}
		}
		t.Fatalf("no reaction %q", name)
		return 0
	}
	for _, tc := range []struct {
		reaction string
		at       map[string]float64
		want     float64 // 1/s
	}{
		{"gc synthesis", nil, 2. / 60},
		{"IL-2R binding", map[string]float64{"IL-2": 0.01, "IL-2R": 1500, "IL-2R bound": 100}, (111.6*0.01*1500 - 83) / 3600},
		{"IL-2R synthesis", map[string]float64{"IL-2R bound": 500}, (150 + 3000/2.) / 3600},
		{"IL-2R recycling", map[string]float64{"IL-2R internal": 2}, 18. / 3600},
		{"IL-2R recruitment", map[string]float64{"IL-2R bound": 2, "gc": 1000, "IL-2R complex": 5}, 1e-4*2000 - 5e-3},
		{"IL-1R synthesis", nil, 0.03}, // turnover × count
		{"IL-1R shedding of free", map[string]float64{"IL-1R": 100}, 1e-3},
		{"IL-1R binding of IL-1Ra", map[string]float64{"IL-1Ra": 1, "IL-1R": 100, "IL-1R bound IL-1Ra": 50}, 0.02*100 - 0.05},
		{"IL-15R binding", map[string]float64{"contact": 0.5, "IL-15R": 60}, 0.05},
		{"signal", map[string]float64{"IL-2R complex": 3600}, 1},
		{"reaction 2", map[string]float64{"pSTAT": 0.36}, 0.0002},
	} {
		if got := rate(tc.reaction, tc.at); math.Abs(got-tc.want) > 1e-14 {
			t.Errorf("%s: rate %g, want %g", tc.reaction, got, tc.want)
		}
	}
	if diff := cmp.Diff([]tissue.Receptor{{Name: "sink", Ligand: 1, Count: 20, OnRate: 0.03}}, cell.Receptors); diff != "" {
		t.Errorf("sinks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(tissue.CellVariable{Name: "pSTAT", Dimension: quantity.Concentration, Initial: 1e-3}, cell.Variables[len(cell.Variables)-1]); diff != "" {
		t.Errorf("variable (-want +got):\n%s", diff)
	}
	last := cell.Reactions[len(cell.Reactions)-1]
	if diff := cmp.Diff([]tissue.Change{{Substrate: 0, Factor: 300, Dimension: -quantity.Concentration}}, last.Fluid); diff != "" {
		t.Errorf("given off (-want +got):\n%s", diff)
	}
	if len(s.Model.CellTypes[0].Variables) > 0 || len(s.Kinetics[0].Receptors) > 0 || len(s.Kinetics[1].Receptors) != 3 {
		t.Errorf("variables %v of a cell with a sink, receptors %v", s.Model.CellTypes[0].Variables, s.Kinetics)
	}
	sameScenario(t, decodeText(t, listening, Options{Set: []string{"cells={types: {}}"}}))
	if w := warnings(s); strings.Contains(w, "run out") {
		t.Errorf("warnings:\n%s", w)
	}
}

func TestReceptorsThatRunOutAreWarnedOf(t *testing.T) {
	for _, tc := range []struct {
		set   []string
		warns bool
	}{
		{[]string{"cells.types.Th.receptors.IL-1R.turnover="}, true},
		{[]string{"cells.types.Th.receptors.IL-1R.turnover=", "cells.types.Th.receptors.IL-1R.synthesis=1 /s"}, false},
		{[]string{"cells.types.Th.receptors.IL-1R.turnover=", "cells.types.Th.receptors.IL-1R.shedding="}, false},
		{[]string{"cells.types.Th.receptors.IL-15R.internalisation=1e-3 /s"}, true},
		{[]string{"cells.types.Th.receptors.IL-15R.internalisation=1e-3 /s", "cells.types.Th.receptors.IL-15R.recycling=1e-3 /s"}, false},
	} {
		s := decodeText(t, listening, Options{Set: tc.set})
		if got := strings.Contains(warnings(s), "run out"); got != tc.warns {
			t.Errorf("%v: warned %t, want %t", tc.set, got, tc.warns)
		}
	}
}

// Kinetics come from the catalogue only where they are asked for.
func TestCatalogueKineticsAreAskedFor(t *testing.T) {
	const text = `cytofield: 1
domain: {size: [20 um, 20 um], voxel: 20 um, thickness: 20 um, extracellular: 1}
duration: 1 min
substrates: {TNF: {from: catalogue}, IL-2: {from: catalogue}, IL-1β: {diffusion: 1 um^2/s, decay: 0 /s}}
cells:
  types:
    macrophage: {radius: 5 um, receptors: {TNFR1: {from: catalogue, kinetics: catalogue}}}
    Th: {radius: 5 um, receptors: {IL-2R: {from: catalogue, kinetics: catalogue, internalisation: 1e-3 /s}, TNFR2: {from: catalogue}}}
    EL4: {radius: 5 um, receptors: {IL-1R: {from: catalogue, kinetics: catalogue, on_rate: 1e8 /M/s}}}
`
	s := decodeText(t, text, Options{})
	sameScenario(t, s)
	for i, want := range []tissue.ReceptorKinetics{
		{Name: "TNFR1", Ligand: 0, Count: 1500, OnRate: 0.028, OffRate: 5.3e-4, Turnover: 3.8e-4, Internalisation: 7.7e-4, Recycling: 1.8e-5, Degradation: 5e-5},
		{Name: "IL-2R", Ligand: 1, Count: 1500, OnRate: 0.031, OffRate: 2.3e-4, Turnover: 0.64 / 3600, Internalisation: 1e-3, Recycling: 9. / 3600, Degradation: 5. / 3600},
		{Name: "IL-1R", Ligand: 2, Count: 280, OnRate: 0.1, OffRate: 5e-3 * 0.1, Turnover: math.Ln2 / (11 * 3600), Internalisation: 1.3e-4},
	} {
		got := *s.Kinetics[i].Receptors[0]
		for _, rate := range []*float64{&got.OffRate, &got.Turnover, &want.OffRate, &want.Turnover} {
			*rate = math.Round(*rate*1e15) / 1e15
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if r := s.Model.CellTypes[1].Receptors; len(r) != 1 || r[0].Name != "TNFR2" {
		t.Errorf("sinks %v: want TNFR2", r)
	}
	for _, cited := range []string{"turnover: 0.00038 1/s # catalogue: turnover 3.8e-4 /s, model [GranSim]", "recycling: 0.0025 1/s # catalogue: recycling 9 /h"} {
		if !strings.Contains(string(s.Resolved()), cited) {
			t.Errorf("no %q in the resolved text:\n%s", cited, s.Resolved())
		}
	}
	if !strings.Contains(strings.Join(s.Sources, " "), "GranSim") {
		t.Errorf("sources %v", s.Sources)
	}
}
