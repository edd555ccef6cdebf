package main

import (
	"strings"
	"testing"
)

func TestCheckPrintsTheModelAndItsNumbers(t *testing.T) {
	golden(t, "check-il2-niche.txt", must(t, exitDone, "check", "il2-niche").out)
}

// two is a scenario in 2D without cells and without warnings but for what the
// cases of TestCheckWarns take away.
const two = `cytofield: 1
title: Between two walls
domain: {size: [100 um, 50 um], voxel: 10 um, thickness: 10 um, extracellular: 0.2, boundary: {x-: no-flux, x+: no-flux, y: periodic}}
duration: 10 min
substrates:
  IL-2: {unit: nM, diffusion: 10 um^2/s, decay: 1e-3 1/s, initial: 1 nM, boundary: {x-: {dirichlet: 1 nM}}}
`

func TestCheckPrintsAPlaneAndItsWalls(t *testing.T) {
	o := must(t, exitDone, "check", file(t, "two.yaml", two))
	contains(t, "stdout", o.out, "100 × 50 µm, 10 µm thick, 10 × 5 voxels of 10 × 10 µm", "held at 1 / no-flux", "periodic", "no warnings", " – ")
	if strings.Contains(o.out, "Cells") {
		t.Errorf("a table of cells where there are none:\n%s", o.out)
	}
}

// TestCheckWarns of what is dubious, and only of that.
func TestCheckWarns(t *testing.T) {
	within := strings.NewReplacer(
		// cells that catch little, in fine voxels: nothing to warn of
		"count: 1500", "count: 15", "uptake: {TNF: 1 /min}", "uptake: {TNF: 0.01 /min}", "export: {IL-2: 10 molecules/s}", "export: {IL-2: 100 molecules/s}",
	).Replace(small)
	for _, tc := range []struct {
		name, text string
		set        []string
		warns      []string // one per warning
	}{
		{"nothing dubious", within, nil, nil},
		{"coarse voxels", within, []string{"cells.types.Treg.receptors.IL-2R.count=1500"}, []string{`substrate "IL-2": voxels of 10 µm are coarse for a reach of 28.`}},
		{"few molecules", within, []string{"cells.types.Th.export.IL-2=0.01 molecules/s"}, []string{`substrate "IL-2": about `}},
		{"no extracellular fraction", within, []string{"domain.extracellular="}, []string{"domain.extracellular: not given: taken as 1"}},
		{"no thickness", two, []string{"domain.thickness="}, []string{"domain.thickness: "}},
		{"cells in 2D", two, []string{"cells={types: {Th: {radius: 5 um, export: {IL-2: 10 molecules/s}}}, place: [{type: Th, pattern: positions, at: [[50 um, 25 um]]}]}"},
			[]string{"no sub-voxel law in 2D"}},
		{"a tight law in cloud", within, []string{"domain.voxel=5um", "cells.types.Treg.receptors.IL-2R.count=950", "cells.types.Th.export.IL-2=1000 molecules/s", "numerics.coupling=cloud"}, nil},
		{"a tight law", within, []string{"domain.voxel=5um", "cells.types.Treg.receptors.IL-2R.count=950", "cells.types.Th.export.IL-2=1000 molecules/s"},
			[]string{`cell type "Treg": its uptake of "IL-2" is near the most a voxel can represent (1 + κg = 0.1`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := []string{"check", file(t, "small.yaml", tc.text)}
			for _, set := range tc.set {
				args = append(args, "--set", set)
			}
			o := must(t, exitDone, args...)
			var got []string
			for line := range strings.Lines(o.out) {
				if text, ok := strings.CutPrefix(line, "warning: "); ok {
					got = append(got, text)
				}
			}
			if len(got) != len(tc.warns) {
				t.Fatalf("%d warnings, want %d:\n%s", len(got), len(tc.warns), o.out)
			}
			for i, want := range tc.warns {
				contains(t, "warning", got[i], want)
			}
			if (len(got) == 0) != strings.Contains(o.out, "no warnings\n") {
				t.Errorf("warnings %q, and:\n%s", got, o.out)
			}
		})
	}
}
