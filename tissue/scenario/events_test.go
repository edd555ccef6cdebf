package scenario

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

const eventful = `cytofield: 1
domain: {size: [100 um, 80 um, 60 um], voxel: 10 um, extracellular: 0.2}
duration: 2 h
seed: 5
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 1e-4 /s}
  O2: {unit: mmHg, diffusion: 100 um^2/s, decay: 0.1 /s}
  drug: {unit: dimensionless, diffusion: 100 um^2/s, decay: 0 /s}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}, uptake: {O2: 1 /min}}
    Treg: {radius: 5 um, secretion: {drug: {rate: 1 /min, saturation: 2}}, saturable_uptake: {IL-2: {max: 10 molecules/s, half_saturation: 10 pM}}}
  place: [{type: Th, pattern: lattice, spacing: 30 um}]
events:
  - {at: 90 min, remove: {}}
  - {at: 1 h, dose: {IL-2: 1000 molecules, O2: 30 mmHg, drug: 0.5}}
  - {at: 1 h, dose: {IL-2: 100 pM}, within: {sphere: {centre: [50 um, 40 um, 30 um], radius: 20 um}}}
  - {at: 1 h, clear: [drug, IL-2], within: {union: [{box: {from: [0 um, 0 um, 0 um], to: [20 um, 80 um, 60 um]}}, {half_space: {point: [60 um, 0 um, 0 um], normal: [1, 0, 0]}}]}}
  - {at: 10 min, every: 5 min, number: 2, source: {IL-2: 10 molecules/s, O2: 6 mmHg/min, drug: 0.5 /s}, for: 8 min, within: {sphere: {centre: [50 um, 40 um, 30 um], radius: 20 um}}}
  - {at: 100 min, source: {IL-2: 6 pM/min}}
  - {at: 50 min, every: 20 min, number: 2, add: {type: Treg, pattern: random, number: 3, within: {from: [0 um, 0 um, 0 um], to: [50 um, 40 um, 30 um]}}}
  - {at: 30 min, remove: {type: Th, within: {half_space: {point: [60 um, 0 um, 0 um], normal: [-1, 0, 0]}}}}
  - {at: 20 min, remove: {type: Treg}}
  - {at: 0 s, add: {pattern: csv, table: "x,y,z,type\n95,75,55,Th\n5,5,5,Treg"}}
  - {at: 40 min, add: {type: Th, pattern: positions, unit: um, at: [[70, 5, 5]]}}
  - at: 1 h
    change:
      Th: {export: {IL-2: 0 molecules/s}, uptake: {O2: 3 /min}}
      Treg: {secretion: {drug: {rate: 6 /min, saturation: 4}}, saturable_uptake: {IL-2: {max: 5 molecules/s, half_saturation: 20 pM}}}
`

func TestEventsReachTheModelInTheOrderOfTime(t *testing.T) {
	m := decodeText(t, eventful, Options{}).Model
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	var came [2][]tissue.NewCell
	for i, event := range []int{8, 13} {
		a, ok := m.Events[event].Action.(tissue.Arrival)
		if !ok || len(a.Cells) != 3 {
			t.Fatalf("event %d: %+v, want three cells", event, m.Events[event])
		}
		came[i] = a.Cells
		for _, c := range a.Cells {
			if p := c.Position; c.Type != 1 || p.X > 50 || p.Y > 40 || p.Z > 30 {
				t.Errorf("%+v, want a Treg in the box", c)
			}
		}
	}
	all := append(came[0], came[1]...)
	for i, a := range all {
		for _, b := range all[:i] {
			if d := r3.Norm(r3.Sub(a.Position, b.Position)); d < 10 {
				t.Errorf("newcomers %g µm apart, want at least 10", d)
			}
		}
	}
	left := tissue.Union{tissue.Box{To: at(20, 80, 60)}, tissue.HalfSpace{Point: at(60, 0, 0), Normal: at(1, 0, 0)}}
	source := tissue.Source{Rates: []tissue.SourceRate{{Molecules: 10}, {Substrate: 1, Density: 0.1}, {Substrate: 2, Density: 0.5}},
		Within: tissue.Sphere{Centre: at(50, 40, 30), Radius: 20}}
	want := []tissue.Event{
		{Time: 0, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 0, Position: at(95, 75, 55)}, {Type: 1, Position: at(5, 5, 5)}}}},
		{Time: 600, Action: tissue.Start{Number: 1, Source: source}},
		{Time: 900, Action: tissue.Start{Number: 2, Source: source}},
		{Time: 1080, Action: tissue.Stop{Number: 1}},
		{Time: 1200, Action: tissue.Removal{Type: 1}},
		{Time: 1380, Action: tissue.Stop{Number: 2}},
		{Time: 1800, Action: tissue.Removal{Type: 0, Within: tissue.HalfSpace{Point: at(60, 0, 0), Normal: at(-1, 0, 0)}}},
		{Time: 2400, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 0, Position: at(70, 5, 5)}}}},
		{Time: 3000, Action: tissue.Arrival{Cells: came[0]}},
		{Time: 3600, Action: tissue.Deposit{Doses: []tissue.FluidDose{{Molecules: 1000}, {Substrate: 1, Density: 30}, {Substrate: 2, Density: 0.5}}}},
		{Time: 3600, Action: tissue.Deposit{Doses: []tissue.FluidDose{{Density: 0.1}}, Within: tissue.Sphere{Centre: at(50, 40, 30), Radius: 20}}},
		{Time: 3600, Action: tissue.WashOut{Substrates: []tissue.SubstrateID{2, 0}, Within: left}},
		{Time: 3600, Action: tissue.Switch{Changes: []tissue.ExchangeChange{
			{Type: 0, Term: tissue.Export},
			{Type: 0, Term: tissue.Uptake, To: tissue.Exchange{Substrate: 1, UptakeRate: 0.05}},
			{Type: 1, Term: tissue.Secretion, To: tissue.Exchange{Substrate: 2, SecretionRate: 0.1, SaturationDensity: 4}},
			{Type: 1, Term: tissue.SaturableUptake, To: tissue.Exchange{MaxUptakeRate: 5, HalfSaturation: 0.02}},
		}}},
		{Time: 4200, Action: tissue.Arrival{Cells: came[1]}},
		{Time: 5400, Action: tissue.Removal{Type: tissue.AnyType}},
		{Time: 6000, Action: tissue.Start{Number: 3, Source: tissue.Source{Rates: []tissue.SourceRate{{Density: 1e-4}}}}},
	}
	if diff := cmp.Diff(want, m.Events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEventsSurviveResolving(t *testing.T) {
	s := decodeText(t, eventful, Options{})
	again, err := Decode("again.yaml", s.Resolved(), "", Options{})
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, s.Resolved())
	}
	if diff := cmp.Diff(s.Model.Events, again.Model.Events); diff != "" {
		t.Errorf("events (-was +is):\n%s", diff)
	}
	if again.Hash != s.Hash || !bytes.Equal(again.Resolved(), s.Resolved()) {
		t.Errorf("resolved again:\n%s", cmp.Diff(string(s.Resolved()), string(again.Resolved())))
	}
}

// What cells come later moves none of those before, and a place that cells have left is free.
func TestNewcomersFindFreePlaces(t *testing.T) {
	const tight = `cytofield: 1
domain: {size: [40 um, 40 um, 40 um], voxel: 10 um, extracellular: 1}
duration: 1 h
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 0 /s}}
cells:
  types: {Th: {radius: 10 um}}
  place: [{type: Th, pattern: lattice, spacing: 20 um}]
events:
  - {at: 30 min, add: {type: Th, pattern: random, number: 2}}
`
	_, err := Decode("tight.yaml", []byte(tight), "", Options{})
	if err == nil || !strings.Contains(err.Error(), "only 0 of 2 cells fit") {
		t.Errorf("%v: want that no cell fits between those there", err)
	}
	left := tight + "  - {at: 10 min, remove: {within: {half_space: {point: [20 um, 20 um, 20 um], normal: [1, 0, 0]}}}}\n"
	m := decodeText(t, left, Options{}).Model
	first := m.Events[1].Action.(tissue.Arrival).Cells
	more := decodeText(t, left+"  - {at: 40 min, add: {type: Th, pattern: random, number: 0}}\n", Options{}).Model
	if diff := cmp.Diff(first, more.Events[1].Action.(tissue.Arrival).Cells); diff != "" {
		t.Errorf("a later event moves cells (-without +with):\n%s", diff)
	}
}
