package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

func TestCheckPrintsTheModelAndItsNumbers(t *testing.T) {
	golden(t, "check-il2-niche.txt", must(t, program.Done, "check", "il2-niche").out)
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
	o := must(t, program.Done, "check", file(t, "two.yaml", two))
	contains(t, "stdout", o.out, "100 × 50 µm, 10 µm thick, 10 × 5 voxels of 10 × 10 µm", "held at 1 / no-flux", "periodic", "no warnings", " – ")
	if strings.Contains(o.out, "Cells") {
		t.Errorf("a table of cells where there are none:\n%s", o.out)
	}
}

func TestCheckTellsOfBursts(t *testing.T) {
	o := must(t, program.Done, "check", file(t, "small.yaml", small), "--set", "cells.types.Th.export.IL-2={rate: 10 molecules/s, bursts: {on_for: 1 min, off_for: 3 min}}")
	contains(t, "stdout", o.out, "Bursts", "10 molecules/s  40 molecules/s  1 min   3 min")
}

// A scenario whose cells export into synapses: how many have a partner stands in the table.
func TestCheckTellsOfPointing(t *testing.T) {
	set := func(more ...string) []string {
		args := []string{"check", file(t, "small.yaml", small)}
		for _, s := range append([]string{"cells.types.Th.export.IL-2={rate: 10 molecules/s, synaptic_fraction: 0.7, towards: Treg, bursts: {on_for: 1 min, off_for: 3 min}}",
			"cells.place=[{type: Th, pattern: positions, at: [[25 um, 25 um, 25 um], [55 um, 35 um, 25 um]]}, {type: Treg, pattern: positions, at: [[36 um, 25 um, 25 um]]}]"}, more...) {
			args = append(args, "--set", s)
		}
		return args
	}
	o := must(t, program.Done, set("numerics.coupling=cloud")...)
	contains(t, "stdout", o.out, "Exports that point", "Th    IL-2       0.7    towards Treg  12.5       1 of 2", "40 molecules/s")
	o = must(t, program.Done, set("numerics.coupling=cloud", "cells.types.Th.export.IL-2.bursts=", "cells.place.1.at=[[70 um, 50 um, 40 um]]")...)
	contains(t, "stdout", o.out, "0 of 2", `warning: cell type "Th": none of its cells touches one to export "IL-2" towards`)
	o = must(t, program.Wrong, set()...)
	contains(t, "stderr", o.err, "cells.types.Th.export.IL-2.synaptic_fraction", "want numerics: {coupling: cloud}")
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
			o := must(t, program.Done, args...)
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

// listening is a scenario of cells with a state.
const listening = `cytofield: 1
title: Listening
domain: {size: [60 um, 60 um, 60 um], voxel: 20 um, boundary: no-flux, extracellular: 1}
duration: 1 min
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 0.1 /h, initial: 10 pM}
  IL-1Ra: {diffusion: 10 um^2/s, decay: 0.1 /h, initial: 10 pM}
  sIL-2R: {diffusion: 10 um^2/s, decay: 0.1 /h}
cells:
  types:
    Th:
      radius: 5 um
      chains: {gc: {count: 14000, turnover: 1e-4 /s}}
      receptors:
        IL-2R:
          ligand: IL-2
          count: 1200
          on_rate: 3e7 /M/s
          off_rate: 3e-4 /s
          turnover: 1e-4 /s
          internalisation: 9e-4 /s
          shedding: {free: {rate: 2e-4 /s, into: sIL-2R}}
          competitors: {IL-1Ra: {on_rate: 1e7 /M/s, off_rate: 1e-3 /s}}
        IL-15R: {partner: contact, count: 100, on_rate: 0.1 /min, off_rate: 1e-3 /s, chain: {name: gc, on_rate: 1e-6 /s, off_rate: 0 /s}}
      variables: {contact: 1, pSTAT: 0 nM}
      reactions: [{name: signal, rate: v*IL_2R_bound, changes: {pSTAT: 1, sIL-2R: 3 /nM}, constants: {v: 1e-3 nM/min}}]
  place: [{type: Th, pattern: positions, at: [[30 um, 30 um, 30 um]]}]
`

func TestCheckPrintsStatesOfCells(t *testing.T) {
	o := must(t, program.Done, "check", file(t, "listening.yaml", listening))
	words := strings.Join(strings.Fields(o.out), " ")
	// Without ligand 1200 × turnover/(turnover + shedding); maximal uptake is the synthesis,
	// 0.12/s, half of it at (3e-4 + 9e-4) × 3e-4/(0.03 × 9e-4) nM.
	contains(t, "stdout", words, "Th IL-2R IL-2 1200 400 0.01 nM 0.03 1/(nM s) 0.12 molecules/s 0.01333 nM",
		"Th IL-15R that of contact 100 100 0.6 0.001667 1/s – –",
		"signal v*IL_2R_bound pSTAT +1, sIL-2R +3",
		"at the start: gc 1.4e+04, IL-2R 1200, IL-2R bound 0, IL-2R bound IL-1Ra 0, IL-15R 100, IL-15R bound 0, IL-15R complex 0, contact 1, pSTAT 0 nM")
}

func TestMethodsTellOfStatesOfCells(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	must(t, program.Done, "run", file(t, "listening.yaml", listening), "--device", "cpu", "-o", dir)
	text, err := os.ReadFile(filepath.Join(dir, "methods.md"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "methods.md", string(text), "It had 1.4e+04 gc, which its receptors shared",
		"Its 1200 IL-2R bound IL-2 with a dissociation constant of 0.01 nM; free ones were lost at 0.0001 1/s; bound ones were internalised at 0.0009 1/s; free ones were shed at 0.0002 1/s; IL-1Ra competed for them with 0.1 nM. ",
		"Its 100 IL-15R bound the ligand of contact with a dissociation constant of 0.6; bound ones were joined by gc. ",
		"The reaction signal, with rate v*IL_2R_bound, changed pSTAT by 1 and sIL-2R by 3. ")
}
