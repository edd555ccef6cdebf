package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

const pointing = `cytofield: 1
domain: {size: [100 um, 100 um, 100 um], voxel: 10 um, extracellular: 1}
duration: 1 h
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 0 /s}
  IFN-g: {diffusion: 10 um^2/s, decay: 0 /s}
cells:
  types:
    Th:
      radius: 5 um
      export:
        IL-2: {rate: 10 molecules/s, synaptic_fraction: 0.7, towards: Treg, bursts: {on_for: 20 min, off_for: 40 min}}
        IFN-g: {rate: 0 molecules/s, synaptic_fraction: 0.25, direction: [1, 2, -3]}
    Treg:
      radius: 5 um
      export: {IL-2: {rate: 1 molecules/s, synaptic_fraction: 1, towards: Th}, IFN-g: {rate: 2 molecules/s, synaptic_fraction: 0, direction: [0.6, 0, 0.8]}}
  place: [{type: Th, pattern: random, number: 3}, {type: Treg, pattern: random, number: 3}]
rules:
  - {type: Th, signal: density of IL-2, increases: export of IFN-g, to: 6 molecules/s, half_max: 1 nM, hill: 1}
numerics: {coupling: cloud}
`

// Exports that point reach the model, with their bursts, and come back bit for bit from the
// file that is written of it.
func TestPointingReachesTheModelAndIsWritten(t *testing.T) {
	s := decodeText(t, pointing, Options{})
	want := [][]tissue.Exchange{
		{
			{Substrate: 0, NetExportRate: 10, Pointing: tissue.Pointing{Fraction: 0.7, Towards: 1}},
			{Substrate: 1, Pointing: tissue.Pointing{Fraction: 0.25, Direction: r3.Unit(r3.Vec{X: 1, Y: 2, Z: -3})}},
		},
		{
			{Substrate: 0, NetExportRate: 1, Pointing: tissue.Pointing{Fraction: 1}},
			{Substrate: 1, NetExportRate: 2, Pointing: tissue.Pointing{Direction: r3.Vec{X: 0.6, Z: 0.8}}},
		},
	}
	again := decodeText(t, string(s.Resolved()), Options{})
	for _, m := range []*tissue.Model{s.Model, again.Model} {
		got := [][]tissue.Exchange{m.CellTypes[0].Exchange, m.CellTypes[1].Exchange}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("exchange (-want +got):\n%s", diff)
		}
		if b, ok := m.CellTypes[0].Life.BurstsOf(0); !ok || b.OnTime != 1200 {
			t.Errorf("bursts %+v, want those of 20 min", b)
		}
	}
}

// A share of 0 does not point, and asks for no coupling.
func TestNoShareNeedsNoCloud(t *testing.T) {
	none := []string{"cells.types.Th.export.IL-2.synaptic_fraction=0", "cells.types.Th.export.IFN-g.synaptic_fraction=0", "cells.types.Treg.export.IL-2.synaptic_fraction=0", "numerics.coupling=voxel"}
	decodeText(t, pointing, Options{Set: none})
	_, err := Decode("pointing.yaml", []byte(pointing), "", Options{Set: none[1:]})
	if err == nil {
		t.Error("a share of 0.7 with coupling voxel is no fault")
	}
}

// In 2D directions have two components.
func TestDirectionsInAPlane(t *testing.T) {
	const flat = "cells.types={Th: {radius: 5 um, export: {IL-2: {rate: 1 molecules/s, synaptic_fraction: 1, direction: [0, -3]}}}}"
	s := decodeText(t, pointing, Options{Set: []string{flat, "domain.size=[100 um, 100 um]", "rules=[]", "cells.place=[{type: Th, pattern: random, number: 3}]"}})
	for _, of := range []*Scenario{s, decodeText(t, string(s.Resolved()), Options{})} {
		if n := of.Model.CellTypes[0].Exchange[0].Pointing.Direction; n != (r3.Vec{Y: -1}) {
			t.Errorf("direction %v, want -y", n)
		}
	}
}
