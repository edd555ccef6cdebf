package scenario

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue"
)

const lively = `cytofield: 1
domain: {size: [100 um, 100 um, 100 um], voxel: 10 um, extracellular: 1}
duration: 1 h
cell_step: 2 min
substrates:
  CXCL8: {diffusion: 10 um^2/s, decay: 0 /s}
  O2: {unit: mmHg, diffusion: 100 um^2/s, decay: 0 /s}
  signal: {unit: dimensionless, diffusion: 100 um^2/s, decay: 0 /s}
body: {compartments: {plasma IL-6: {volume: 3 L, clearance: 1 /h}}}
cells:
  types:
    neutrophil:
      radius: 5 um
      receptors: {CXCR2: {ligand: CXCL8, count: 1000, on_rate: 1e7 /M/s, off_rate: 0.01 /s}}
      secretion: {signal: {rate: 0 /min, saturation: 1}}
      saturable_uptake: {CXCL8: {max: 0 molecules/s, half_saturation: 10 pM}}
      variables: {pSTAT: {initial: 1 nM}, stored: {initial: 500}, priming: {initial: 0}}
      motility: {speed: 6 um/min, persistence: 5 min, bias: 70 %, towards: {CXCL8: 1, O2: -2}, normalised: true}
      mechanics: {repulsion: 6 um/min, adhesion: 0.6 um/min, reach: 1.5}
      division: {rate: 3.6 /h, share: 25 %, keep: [priming], into: {macrophage: 20 %}}
      apoptosis: {rate: 0.36 /h, duration: 8 h, remains: debris, release: {CXCL8: {molecules: 100 molecules, variable: stored}}}
      necrosis: {duration: 2 h, release: {CXCL8: 7 molecules}}
      transitions: {macrophage: 7.2 /h}
      killing: {macrophage: 36 /h}
      attack: {neutrophil: 3.6 /h}
      phagocytosis: {debris: 1.8 /h}
      clearance: 0.9 /h
      damage: 0.18 /h
      repair: 0.36 /h
    macrophage: {radius: 6 um}
    debris: {radius: 3 um}
    spare: {radius: 3 um}
  place: [{type: neutrophil, pattern: random, number: 3}]
rules:
  - {type: neutrophil, signal: density of CXCL8, increases: speed, to: 12 um/min, half_max: 10 pM, hill: 2}
  - {type: neutrophil, signal: surface density of O2, decreases: bias, to: 0, half_max: 3 mmHg, hill: 1.5}
  - {type: neutrophil, signal: gradient of CXCL8, increases: sensitivity to signal, to: 5, half_max: 10 pM/um, hill: 1}
  - {type: neutrophil, signal: gradient of O2, increases: export of CXCL8, to: 3 molecules/s, half_max: 2 mmHg/um, hill: 1}
  - {type: neutrophil, signal: gradient of signal, increases: uptake of O2, to: 6 /min, half_max: 2 /um, hill: 1}
  - {type: neutrophil, signal: variable pSTAT, increases: variable priming, to: 4, half_max: 2000 pM, hill: 3, dead: true}
  - {type: neutrophil, signal: occupancy of CXCR2, increases: secretion of signal, to: 6 /min, half_max: 50 %, hill: 1}
  - {type: neutrophil, signal: contact with macrophage, increases: saturable uptake of CXCL8, to: 2 molecules/s, half_max: 1, hill: 1}
  - {type: neutrophil, signal: contact with dead cells, increases: clearance, to: 3.6 /h, half_max: 1, hill: 1}
  - {type: neutrophil, signal: pressure, decreases: division, to: 0 /h, half_max: 1, hill: 4}
  - {type: neutrophil, signal: damage, increases: necrosis, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: neutrophil, signal: age, increases: apoptosis, to: 3.6 /h, half_max: 6 h, hill: 4}
  - {type: neutrophil, signal: time, increases: transition to debris, to: 3.6 /h, half_max: 6 h, hill: 4}
  - {type: macrophage, signal: damage, increases: killing of neutrophil, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: macrophage, signal: damage, increases: attack on neutrophil, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: macrophage, signal: damage, increases: phagocytosis of debris, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: macrophage, signal: damage, increases: damage, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: macrophage, signal: damage, increases: repair, to: 3.6 /h, half_max: 2, hill: 4}
  - {type: macrophage, signal: body plasma IL-6, increases: necrosis, to: 3.6 /h, half_max: 10 pM, hill: 4}
`

func TestEveryKeyOfLifeReachesTheModel(t *testing.T) {
	s, err := Decode("lively.yaml", []byte(lively), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	debris := tissue.CellTypeID(2)
	const h = 1 / 3600.
	want := tissue.Life{
		Motility: tissue.Motility{Speed: 0.1, PersistenceTime: 300, Bias: 0.7, Normalised: true,
			Sensitivity: []tissue.ChemotacticSensitivity{{Substrate: 0, Value: 1}, {Substrate: 1, Value: -2}}},
		Mechanics: tissue.Mechanics{Repulsion: 0.1, Adhesion: 0.01, Reach: 1.5},
		Division:  tissue.Division{Rate: 0.001, Share: 0.25, Kept: []int{4}, Daughter: []tissue.DaughterType{{Type: 1, Probability: 0.2}}},
		Apoptosis: tissue.Death{Rate: 1e-4, Duration: 28800, Remains: &debris, Release: []tissue.Release{{Substrate: 0, Molecules: 100, Variable: 3}}},
		Necrosis:  tissue.Death{Duration: 7200, Release: []tissue.Release{{Substrate: 0, Molecules: 7, Variable: tissue.NoVariable}}},

		Transitions: []tissue.TypeRate{{Type: 1, Rate: 0.002}}, Kills: []tissue.TypeRate{{Type: 1, Rate: 0.01}},
		Attacks: []tissue.TypeRate{{Type: 0, Rate: 0.001}}, Phagocytosis: []tissue.TypeRate{{Type: 2, Rate: 0.0005}},
		PhagocytosisDead: 0.00025, DamageRate: 0.00005, RepairRate: 0.0001,
		Rules: []tissue.Rule{
			{Signal: tissue.Signal{Kind: tissue.Density}, Behaviour: tissue.Behaviour{Kind: tissue.Speed}, Saturation: 0.2, HalfMax: 0.01, HillPower: 2},
			{Signal: tissue.Signal{Kind: tissue.SurfaceDensity, Substrate: 1}, Behaviour: tissue.Behaviour{Kind: tissue.Bias}, Decreases: true, HalfMax: 3, HillPower: 1.5},
			{Signal: tissue.Signal{Kind: tissue.Gradient}, Behaviour: tissue.Behaviour{Kind: tissue.Sensitivity, Substrate: 2}, Saturation: 5, HalfMax: 0.01, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.Gradient, Substrate: 1}, Behaviour: tissue.Behaviour{Kind: tissue.Export}, Saturation: 3, HalfMax: 2, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.Gradient, Substrate: 2}, Behaviour: tissue.Behaviour{Kind: tissue.Uptake, Substrate: 1}, Saturation: 0.1, HalfMax: 2, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.VariableSignal, Variable: 2}, Behaviour: tissue.Behaviour{Kind: tissue.VariableValue, Variable: 4}, Saturation: 4, HalfMax: 2, HillPower: 3, Dead: true},
			{Signal: tissue.Signal{Kind: tissue.Occupancy, Variable: 0, Bound: 1}, Behaviour: tissue.Behaviour{Kind: tissue.Secretion, Substrate: 2}, Saturation: 0.1, HalfMax: 0.5, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.Contact, Type: 1}, Behaviour: tissue.Behaviour{Kind: tissue.SaturableUptake}, Saturation: 2, HalfMax: 1, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.DeadContact}, Behaviour: tissue.Behaviour{Kind: tissue.ClearanceRate}, Saturation: 0.001, HalfMax: 1, HillPower: 1},
			{Signal: tissue.Signal{Kind: tissue.Pressure}, Behaviour: tissue.Behaviour{Kind: tissue.DivisionRate}, Decreases: true, HalfMax: 1, HillPower: 4},
			{Signal: tissue.Signal{Kind: tissue.Damage}, Behaviour: tissue.Behaviour{Kind: tissue.NecrosisRate}, Saturation: 0.001, HalfMax: 2, HillPower: 4},
			{Signal: tissue.Signal{Kind: tissue.Age}, Behaviour: tissue.Behaviour{Kind: tissue.ApoptosisRate}, Saturation: 0.001, HalfMax: 21600, HillPower: 4},
			{Signal: tissue.Signal{Kind: tissue.Time}, Behaviour: tissue.Behaviour{Kind: tissue.TransitionRate, Type: 2}, Saturation: 0.001, HalfMax: 21600, HillPower: 4},
		},
	}
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-15*math.Abs(b) })
	m := s.Model
	if diff := cmp.Diff(want, m.CellTypes[0].Life, close); diff != "" {
		t.Errorf("life (-want +got):\n%s", diff)
	}
	damage := tissue.Signal{Kind: tissue.Damage}
	for i, b := range []tissue.Behaviour{{Kind: tissue.KillRate}, {Kind: tissue.AttackRate}, {Kind: tissue.PhagocytosisRate, Type: 2}, {Kind: tissue.DamageRate}, {Kind: tissue.RepairRate}} {
		want := tissue.Rule{Signal: damage, Behaviour: b, Saturation: 3.6 * h, HalfMax: 2, HillPower: 4}
		if diff := cmp.Diff(want, m.CellTypes[1].Life.Rules[i], close); diff != "" {
			t.Errorf("rule (-want +got):\n%s", diff)
		}
	}
	ofBody := tissue.Rule{Signal: tissue.Signal{Kind: tissue.BodySignal}, Behaviour: tissue.Behaviour{Kind: tissue.NecrosisRate}, Saturation: 3.6 * h, HalfMax: 0.01, HillPower: 4}
	if diff := cmp.Diff(ofBody, m.CellTypes[1].Life.Rules[5], close); diff != "" {
		t.Errorf("rule (-want +got):\n%s", diff)
	}
	if m.CellStep != 120 || len(m.CellTypes[0].Exchange) != 3 {
		t.Errorf("cell step %g s, exchange %v: want 120 s, and one with all substrates", m.CellStep, m.CellTypes[0].Exchange)
	}
	if len(s.Warnings) != 1 || s.Warnings[0].Path != "cells.types.spare" {
		t.Errorf("warnings %v: want that no cell of type spare is placed", s.Warnings)
	}
}

func TestLifeSurvivesResolving(t *testing.T) {
	s, err := Decode("lively.yaml", []byte(lively), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode("again.yaml", s.Resolved(), "", Options{})
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, s.Resolved())
	}
	for i := range s.Model.CellTypes {
		was, is := s.Model.CellTypes[i], again.Model.CellTypes[i]
		if diff := cmp.Diff(was.Life, is.Life); diff != "" {
			t.Errorf("%s (-was +is):\n%s", was.Name, diff)
		}
		if diff := cmp.Diff(was.Exchange, is.Exchange); diff != "" {
			t.Errorf("exchange of %s (-was +is):\n%s", was.Name, diff)
		}
	}
	if again.Model.CellStep != 120 || again.Hash != s.Hash {
		t.Errorf("cell step %g s, hashes %s and %s", again.Model.CellStep, s.Hash, again.Hash)
	}
}
