package scenario

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

const full = `cytofield: 1
title: "IL-2 niches: sparse"
description: |
  Two lines,
  and a colon: here.
domain:
  size: [400 um, 0.4 mm, 200 um]
  voxel: [10 um, 20 um, 10 um]
  boundary: {x: periodic, z+: no-flux}
  extracellular: 20 %
duration: 4 h
seed: 18446744073709551615
substrates:
  IL-2:
    diffusion: 600 µm²/min
    half_life: 2 h
    initial: 7.4 pM
    boundary: {z+: {dirichlet: 1 pM}, x-: no-flux, x+: no-flux}
  O2: {unit: mmHg, diffusion: 2000 um^2/s, decay: 0.1 /min, initial: 38 mmHg}
  signal: {unit: dimensionless, diffusion: 0 um^2/s, decay: 0 /s, initial: 0.5, boundary: {dirichlet: 1}}
cells:
  types:
    Th: &cell
      radius: 5 um
      export: {IL-2: 10 molecules/s}
      secretion: {O2: {rate: 6 /min, saturation: 40 mmHg}, IL-2: {rate: 1 /s, saturation: 1 nM}}
      uptake: {IL-2: 60 /min, signal: 0 /s}
      saturable_uptake: {IL-2: {max: 600 molecules/min, half_saturation: 10 pM}}
    "Treg #1":
      <<: *cell
      radius: 6 um
      receptors:
        IL-2R: {ligand: IL-2, count: 2000, on_rate: 3.1e7 /M/s}
  place:
    - {type: Th, pattern: positions, at: [[1 um, 2 um, 3 um], [0 um, 0.4 mm, 200 um]]}
    - {type: "Treg #1", pattern: positions, unit: nm, at: [[1000, 2e3, 3500]]}
    - {type: "Treg #1", pattern: lattice, spacing: [200 um, 100 um, 50 um], offset: [50 um, 0 um, 100 um]}
    - pattern: csv
      table: |
        # from a picture
        x_um, Z , y, type, comment
        1.5,2.5,3.5,Treg #1,"a,b"
        4,5,6,Th,
numerics: {scheme: ftcs, coupling: plain, rtol: 1e-4, atol: 1 pM, step: 6 s}
output:
  every: 5 min
  fields: {every: 15 min, substrates: [signal, IL-2]}
  cells: [csv, parquet]
  frames:
    - {substrate: O2, slice: y=55 um, colormap: batlow, scale: log, range: [1 mmHg, 50 mmHg], cells: false, title: "pO2, log", every: 1 h}
    - {substrate: IL-2}
expect:
  - {mean: IL-2, at: 2 h, value: 12 pM, tolerance: 2 %, source: "eq. 3: theory"}
  - {molecules: IL-2, value: 1000 molecules, tolerance: 0.1}
  - {mean: signal, since: 1 h, value: 0.5, tolerance: 3 %}
  - {wavelength: IL-2, value: 0.1 mm, tolerance: 5 %}
  - {surface: IL-2, of: Th id 2, value: 20 pM, tolerance: 5 %}
  - {share: IL-2, of: Th, by: itself, value: 25 %, tolerance: 5 %}
  - {share: O2, of: "Treg #1", by: "Treg #1", value: 0.5, tolerance: 5 %}
attribution: {O2: types, IL-2: types}
`

func decodeText(t *testing.T, text string, opts Options) *Scenario {
	t.Helper()
	s, err := Decode("test.yaml", []byte(text), "", opts)
	if err != nil {
		t.Fatalf("decode:\n%v", err)
	}
	return s
}

func TestEveryKeyReachesTheModel(t *testing.T) {
	s := decodeText(t, full, Options{})
	noFlux := tissue.Boundary{}
	periodic := tissue.Boundary{Kind: tissue.Periodic}
	held := func(density float64) tissue.Boundary {
		return tissue.Boundary{Kind: tissue.Dirichlet, Density: density}
	}
	exchange := []tissue.Exchange{
		{Substrate: 0, SecretionRate: 1, SaturationDensity: 1, UptakeRate: 1, NetExportRate: 10, MaxUptakeRate: 10, HalfSaturation: 0.01},
		{Substrate: 1, SecretionRate: 0.1, SaturationDensity: 40},
		{Substrate: 2},
	}
	want := &tissue.Model{
		Title:                 "IL-2 niches: sparse",
		Grid:                  tissue.Grid{Shape: [3]int{40, 20, 20}, Spacing: [3]float64{10, 20, 10}},
		ExtracellularFraction: 0.2,
		Substrates: []tissue.Substrate{
			{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: math.Ln2 / 7200, Retardation: 1, InitialDensity: 0.0074,
				Boundary: [3][2]tissue.Boundary{{noFlux, noFlux}, {noFlux, noFlux}, {noFlux, held(0.001)}}},
			{Name: "O2", Unit: tissue.MillimetresMercury, DiffusionCoefficient: 2000, DecayRate: 0.1 / 60, Retardation: 1, InitialDensity: 38,
				Boundary: [3][2]tissue.Boundary{{periodic, periodic}, {noFlux, noFlux}, {noFlux, noFlux}}},
			{Name: "signal", Unit: tissue.DimensionlessUnit, Retardation: 1, InitialDensity: 0.5,
				Boundary: [3][2]tissue.Boundary{{held(1), held(1)}, {held(1), held(1)}, {held(1), held(1)}}},
		},
		CellTypes: []tissue.CellType{
			{Name: "Th", Radius: 5, Exchange: exchange},
			{Name: "Treg #1", Radius: 6, Exchange: exchange, Receptors: []tissue.Receptor{{Name: "IL-2R", Ligand: 0, Count: 2000, OnRate: 0.031}}},
		},
		Attribution: []tissue.Attribution{{Substrate: 1, By: tissue.TagTypes}, {Substrate: 0, By: tissue.TagTypes}},
		Duration:    4 * 3600,
		Seed:        math.MaxUint64,
	}
	for _, cell := range []struct {
		t  tissue.CellTypeID
		at r3.Vec
	}{
		{0, r3.Vec{X: 1, Y: 2, Z: 3}}, {0, r3.Vec{X: 0, Y: 400, Z: 200}}, {1, r3.Vec{X: 1, Y: 2, Z: 3.5}},
	} {
		want.Cells.Add(cell.t, cell.at)
	}
	for _, z := range []float64{100, 150, 200} {
		for _, y := range []float64{0, 100, 200, 300, 400} {
			for _, x := range []float64{50, 250} {
				want.Cells.Add(1, r3.Vec{X: x, Y: y, Z: z})
			}
		}
	}
	want.Cells.Add(1, r3.Vec{X: 1.5, Y: 3.5, Z: 2.5})
	want.Cells.Add(0, r3.Vec{X: 4, Y: 6, Z: 5})
	if diff := cmp.Diff(want, s.Model); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	if want := "Two lines,\nand a colon: here.\n"; s.Description != want || s.Name != "test" {
		t.Errorf("name %q, description %q: want test, %q", s.Name, s.Description, want)
	}
	if diff := cmp.Diff(Numerics{"ftcs", "plain", 1e-4, 0.001, 6}, s.Numerics); diff != "" {
		t.Errorf("numerics (-want +got):\n%s", diff)
	}
	output := Output{Every: 300, Fields: Fields{Substrates: []tissue.SubstrateID{0, 2}, Every: 900}, Parquet: true, Frames: []Frame{
		{Panel{
			Kind: SlicePanel, Title: "pO2, log", Channels: []Channel{{Substrate: 1, Range: Span{Low: 1, High: 50}}},
			Plane: Plane{Axis: 1, Index: 2, Position: 55}, Colormap: "batlow", Log: true, Lined: 1, Cells: CellMarks{By: ByType},
			Where: "test.yaml:50:7: output.frames[0]: ",
		}, 3600},
		{Panel{
			Kind: SlicePanel, Channels: []Channel{{}}, Plane: Plane{Axis: 2, Index: 10, Position: 100}, Colormap: "viridis",
			Cells: CellMarks{Shown: true, By: ByType}, Where: "test.yaml:51:7: output.frames[1]: ",
		}, 300},
	}}
	if diff := cmp.Diff(output, s.Output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	expect := []Expectation{
		{Observable: "mean", Substrate: 0, Time: 7200, Value: 0.012, RelativeTolerance: 0.02, Source: "eq. 3: theory", File: "test.yaml", Line: 53, Column: 5},
		{Observable: "molecules", Substrate: 0, Time: 14400, Value: 1000, RelativeTolerance: 0.1, File: "test.yaml", Line: 54, Column: 5},
		{Observable: "mean", Substrate: 2, Time: 14400, Since: 3600, Value: 0.5, RelativeTolerance: 0.03, File: "test.yaml", Line: 55, Column: 5},
		{Observable: "wavelength", Substrate: 0, Time: 14400, Value: 100, RelativeTolerance: 0.05, File: "test.yaml", Line: 56, Column: 5},
		{Observable: "surface", Substrate: 0, Of: tissue.Sender{Cell: 2}, Time: 14400, Value: 0.02, RelativeTolerance: 0.05, File: "test.yaml", Line: 57, Column: 5},
		{Observable: "share", Substrate: 0, By: Catcher{Itself: true}, Time: 14400, Value: 0.25, RelativeTolerance: 0.05, File: "test.yaml", Line: 58, Column: 5},
		{Observable: "share", Substrate: 1, Of: tissue.Sender{Type: 1}, By: Catcher{Type: 1}, Time: 14400, Value: 0.5, RelativeTolerance: 0.05, File: "test.yaml", Line: 59, Column: 5},
	}
	if diff := cmp.Diff(expect, s.Expect); diff != "" {
		t.Errorf("expectations (-want +got):\n%s", diff)
	}
}

const planar = `cytofield: 1
domain: {size: [100 um, 60 um], voxel: [5 um, 10 um], boundary: periodic}
duration: 10 min
substrates: {IL-2: {from: catalogue}}
cells:
  types:
    Th: {radius: 3 um, export: {IL-2: 1 molecules/s}, receptors: {IL-2R: {from: catalogue}}}
  place:
    - {type: Th, pattern: random, number: 30}
    - {type: Th, pattern: random, number: 5, min_distance: 0 um, within: {from: [0 um, 0 um], to: [50 um, 60 um]}}
    - {type: Th, pattern: lattice, spacing: 30 um}
    - {type: Th, pattern: positions, at: [[1 um, 2 um]]}
    - {type: Th, pattern: csv, table: "x,y\n3,4\n"}
`

func TestPlanarDomain(t *testing.T) {
	s := decodeText(t, planar, Options{})
	want := tissue.Grid{Shape: [3]int{20, 6, 1}, Spacing: [3]float64{5, 10, 5}, Planar: true}
	if s.Model.Grid != want {
		t.Errorf("grid %+v: want %+v", s.Model.Grid, want)
	}
	for i, at := range s.Model.Cells.Position {
		if at.Z != 2.5 {
			t.Errorf("cell %d at z = %g um: want mid-thickness, 2.5 um", i, at.Z)
		}
	}
	if z := s.Model.Substrates[0].Boundary[2]; z[0].Kind != tissue.NoFlux || z[1].Kind != tissue.NoFlux {
		t.Errorf("z faces of a plane %v: want no flux", z)
	}
	if s.Output.Every != 30 {
		t.Errorf("output every %g s: want 30 s, the twentieth part of 10 min", s.Output.Every)
	}
	for _, path := range []string{"domain.thickness", "domain.extracellular"} {
		if !strings.Contains(warnings(s), ": "+path+": ") {
			t.Errorf("no warning about %s in:\n%s", path, warnings(s))
		}
	}
	thick := decodeText(t, planar, Options{Set: []string{"domain.thickness=20 um", "domain.extracellular=1"}})
	if thick.Model.Grid.Spacing[2] != 20 || strings.Contains(warnings(thick), "domain.") {
		t.Errorf("thickness %g um, warnings:\n%s\nwant 20 um and none about the domain", thick.Model.Grid.Spacing[2], warnings(thick))
	}
}

func warnings(s *Scenario) string {
	var all []string
	for _, w := range s.Warnings {
		all = append(all, w.String())
	}
	return strings.Join(all, "\n")
}

func TestCatalogueValuesAreUsedAndCited(t *testing.T) {
	s := decodeText(t, planar, Options{})
	il2 := s.Model.Substrates[0]
	if !(il2.DiffusionCoefficient > 0 && il2.DecayRate > 0) {
		t.Errorf("catalogue substrate %+v: want diffusion and decay", il2)
	}
	r := s.Model.CellTypes[0].Receptors
	if len(r) != 1 || r[0].Count <= 0 || r[0].OnRate <= 0 || r[0].Ligand != 0 {
		t.Errorf("catalogue receptor %+v: want a count and an on rate", r)
	}
	if len(s.Sources) == 0 || !strings.Contains(string(s.Resolved()), "# catalogue: ") {
		t.Errorf("sources %v, resolved:\n%s\nwant the references behind the values", s.Sources, s.Resolved())
	}
	over := decodeText(t, planar, Options{Set: []string{"substrates.IL-2.diffusion=58 um^2/s", "substrates.IL-2.half_life=1 h"}})
	if got := over.Model.Substrates[0]; got.DiffusionCoefficient != 58 || got.DecayRate != math.Ln2/3600 {
		t.Errorf("overridden substrate %+v: want D = 58 um^2/s and a half-life of 1 h", got)
	}
	mass := decodeText(t, planar, Options{Set: []string{"substrates.IL-2.initial=15.5 pg/ml"}})
	if got := mass.Model.Substrates[0].InitialDensity; math.Abs(got-0.001) > 1e-12 {
		t.Errorf("15.5 pg/ml of IL-2, 15.5 kDa, is %g nM: want 0.001", got)
	}
	if !strings.Contains(warnings(mass), `substrates.IL-2.initial: converted from "15.5 pg/ml" with the catalogue's molecular weight 15.5 kDa`) {
		t.Errorf("no warning about the molecular weight in:\n%s", warnings(mass))
	}
}

// TestResolvedIsTheSameScenario: nothing may differ but what tells where things
// stood in the file, and the text must be its own resolved text.
func TestResolvedIsTheSameScenario(t *testing.T) {
	for _, text := range []string{full, planar} {
		first := decodeText(t, text, Options{})
		sameScenario(t, first)
	}
}

func sameScenario(t *testing.T, first *Scenario) {
	t.Helper()
	second, err := Decode(first.Name+".yaml", first.Resolved(), "", Options{})
	if err != nil {
		t.Fatalf("resolved text:\n%s\nerror:\n%v", first.Resolved(), err)
	}
	if diff := cmp.Diff(first.Model, second.Model); diff != "" {
		t.Errorf("model after resolving (-first +second):\n%s", diff)
	}
	a, b := *first, *second
	for _, s := range []*Scenario{&a, &b} {
		s.Model, s.Warnings, s.resolved, s.origins = nil, nil, nil, nil
		s.Expect = append([]Expectation(nil), s.Expect...)
		for i := range s.Expect {
			s.Expect[i].File, s.Expect[i].Line, s.Expect[i].Column = "", 0, 0
		}
		s.Output.Frames = append([]Frame(nil), s.Output.Frames...)
		for i := range s.Output.Frames {
			s.Output.Frames[i].Where = ""
		}
	}
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(Scenario{})); diff != "" {
		t.Errorf("scenario after resolving (-first +second):\n%s", diff)
	}
	third, err := Decode("test.yaml", second.Resolved(), "", Options{})
	if err != nil || !bytes.Equal(third.Resolved(), second.Resolved()) {
		t.Errorf("resolved text is not its own resolved text (%v):\n%s", err, cmp.Diff(string(second.Resolved()), string(third.Resolved())))
	}
}

func TestDefaultIntervalIsOnePeopleCountIn(t *testing.T) {
	for _, tc := range []struct{ interval, want float64 }{
		{0.0137, 0.01}, {3, 2}, {7, 5}, {16, 15}, {45, 30}, {61, 60}, {720, 600}, {3599, 1800},
		{7 * 3600, 6 * 3600}, {86400, 86400}, {3.6 * 86400, 2 * 86400}, {70 * 86400, 50 * 86400},
	} {
		if got := roundInterval(tc.interval); math.Abs(got-tc.want) > 1e-12*tc.want {
			t.Errorf("interval %g s: %g s, want %g s", tc.interval, got, tc.want)
		}
	}
}

const small = `cytofield: 1
domain: {size: [100 um, 100 um, 50 um], voxel: 10 um, extracellular: 1}
duration: 1 h
substrates:
  TNF: &s {diffusion: 10 um^2/s, decay: 0 /s}
  IL-2: *s
cells:
  types: {Th: {radius: 5 um}}
  place:
    - {type: Th, pattern: positions, at: []}
    - {type: Th, pattern: random, number: 3}
`

func TestSetChangesOneValue(t *testing.T) {
	for _, tc := range []struct {
		set string
		got func(*Scenario) any
		say any
	}{
		{"substrates.TNF.decay=1e-4/s", func(s *Scenario) any { return s.Model.Substrates[0].DecayRate }, 1e-4},
		{"substrates.TNF.decay=1e-4/s", func(s *Scenario) any { return s.Model.Substrates[1].DecayRate }, 0.},
		{`substrates."IL-2".diffusion = 58 um^2/s`, func(s *Scenario) any { return s.Model.Substrates[1].DiffusionCoefficient }, 58.},
		{"cells.place[1].number=5", func(s *Scenario) any { return s.Model.Cells.Len() }, 5},
		{"cells.place.1.number=6", func(s *Scenario) any { return s.Model.Cells.Len() }, 6},
		{"numerics.rtol=1e-5", func(s *Scenario) any { return s.Numerics.RelativeTolerance }, 1e-5},
		{"output={every: 1 min}", func(s *Scenario) any { return s.Output.Every }, 60.},
		{"substrates.IL-4={diffusion: 1 um^2/s, decay: 0 /s}", func(s *Scenario) any { return len(s.Model.Substrates) }, 3},
		{"domain.extracellular=", func(s *Scenario) any { return len(s.Warnings) }, 1},
		{"cells=null", func(s *Scenario) any { return len(s.Model.CellTypes) }, 0},
		{"domain.size[2]=60 um", func(s *Scenario) any { return s.Model.Grid.Shape[2] }, 6},
		{"events[+]={at: 1 min, dose: {TNF: 1 nM}}", func(s *Scenario) any { return len(s.Model.Events) }, 1},
		{"output.frames[+]={substrate: TNF}", func(s *Scenario) any { return len(s.Output.Frames) }, 1},
		{"title=a = b", func(s *Scenario) any { return s.Model.Title }, "a = b"},
	} {
		if got := tc.got(decodeText(t, small, Options{Set: []string{tc.set}})); got != tc.say {
			t.Errorf("--set %q: %v, want %v", tc.set, got, tc.say)
		}
	}
}

func TestSetFaultsNameTheArgument(t *testing.T) {
	for _, tc := range []struct{ set, want string }{
		{"seed", `--set seed: want PATH=VALUE such as substrates.TNF.decay=1e-4/s`},
		{"=3", `--set =3: an empty path; want PATH=VALUE such as substrates.TNF.decay=1e-4/s`},
		{"a..b=3", `--set a..b=3: an empty step in the path; want PATH=VALUE such as substrates.TNF.decay=1e-4/s`},
		{"substrates.TNFF.decay=1 /s", `--set substrates.TNFF.decay=1 /s: substrates: no "TNFF" here; did you mean "TNF"?`},
		{"substrates.TNF.decai=1 /s", `--set substrates.TNF.decai=1 /s: substrates.TNF.decai: unknown key "decai"; did you mean "decay"?`},
		{"substrates.TNF.decay=1 um", `--set substrates.TNF.decay=1 um: substrates.TNF.decay: "1 um": unit um is a length, want a rate such as "1e-4/s"`},
		{"substrates.TNF.half_life=", `--set substrates.TNF.half_life=: substrates.TNF: no "half_life" here; want diffusion or decay`},
		{"cells.place[+]=", `--set cells.place[+]=: cells.place: nothing to add: want a value behind the =`},
		{"cells.place[7].number=3", `--set cells.place[7].number=3: cells.place: no entry 7: the list has 2, counted from 0`},
		{"cells.place[x].number=3", `--set cells.place[x].number=3: want the number of a list entry from 0, such as cells.place[0], or [+] for a new one`},
		{"cells.place.number=3", `--set cells.place.number=3: cells.place: a list: want the number of an entry, such as cells.place[0]`},
		{"cells.types[0]=3", `--set cells.types[0]=3: cells.types: not a list; it has the keys Th`},
		{"duration.h=3", `--set duration.h=3: duration: a plain value, with nothing inside it`},
		{"duration=[1, 2", `--set duration=[1, 2: YAML: this list is never closed with ]`},
		{`substrates."TNF=3`, `--set substrates."TNF=3: want PATH=VALUE such as substrates.TNF.decay=1e-4/s`},
	} {
		_, err := Decode("test.yaml", []byte(small), "", Options{Set: []string{tc.set}})
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("--set %q: error %v, want a fault", tc.set, err)
			continue
		}
		if got := faults[0].Error(); got != tc.want || len(faults) != 1 {
			t.Errorf("--set %q: %d faults, the first\n%s\nwant\n%s", tc.set, len(faults), got, tc.want)
		}
	}
	_, err := Decode("test.yaml", []byte(small), "", Options{Set: []string{"substrates.TNF.decay=1 um"}})
	want := `--set substrates.TNF.decay=1 um: substrates.TNF.decay: "1 um": unit um is a length, want a rate such as "1e-4/s"
      | substrates.TNF.decay=1 um
      |                      ^^^^`
	if err == nil || err.Error() != want {
		t.Errorf("message\n%v\nwant\n%s", err, want)
	}
}

func TestTheModelsOwnFaultsAreFoldedIn(t *testing.T) {
	src := newSource("test.yaml", small, 0)
	r := &report{}
	root := parse(r, src, small, defaultLimits())
	d := &decoder{report: r, limits: defaultLimits(), scenario: &Scenario{Model: &tissue.Model{}}}
	v := value{node: root, report: r, key: src.at(1, 1, 1)}
	d.decode(v)
	d.model().Substrates[1].DecayRate = -1
	d.model().Duration = -1
	d.validate(v)
	want := []string{
		"test.yaml:1:1: duration -1 s: want 0 or more",
		`test.yaml:6:3: substrates.IL-2: substrate "IL-2": decay rate -1 1/s: want 0 or more`,
	}
	var got []string
	var faults Faults
	if errors.As(r.err(), &faults) {
		for _, f := range faults {
			got = append(got, f.Error())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestFilesAreReadBelowTheScenarioOnly(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const cells = "x,y,z\n1,2,3\n4,5,6\n"
	write(filepath.Join(dir, "cells.csv"), cells)
	write(filepath.Join(dir, "sub", "cells.csv"), cells)
	write(filepath.Join(outside, "cells.csv"), cells)
	link := func(to, from string) {
		t.Helper()
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	link(filepath.Join(outside, "cells.csv"), filepath.Join(dir, "link.csv"))
	link(outside, filepath.Join(dir, "linked"))
	link("cells.csv", filepath.Join(dir, "inner.csv"))
	path := filepath.Join(dir, "scenario.yaml")
	write(path, small)
	up, err := filepath.Rel(dir, filepath.Join(outside, "cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		file    string
		allowed []string
		cells   int // 0: refused
	}{
		{"cells.csv", nil, 5},
		{"./sub/../cells.csv", nil, 5},
		{"sub/cells.csv", nil, 5},
		{"inner.csv", nil, 5},
		{filepath.Join(dir, "cells.csv"), nil, 5},
		{up, nil, 0},
		{filepath.Join(outside, "cells.csv"), nil, 0},
		{"link.csv", nil, 0},
		{"linked/cells.csv", nil, 0},
		{up, []string{outside}, 5},
		{filepath.Join(outside, "cells.csv"), []string{outside}, 5},
		{"link.csv", []string{outside}, 5},
		{"linked/cells.csv", []string{outside}, 5},
		{up, []string{filepath.Join(dir, "sub")}, 0},
	} {
		s, err := Load(path, Options{AllowRead: tc.allowed, Set: []string{"cells.place[0]={type: Th, pattern: csv, file: " + tc.file + "}"}})
		switch {
		case tc.cells == 0 && (err == nil || !strings.Contains(err.Error(), "lies outside the scenario's directory")):
			t.Errorf("file %s, allowed %v: %v, want it refused", tc.file, tc.allowed, err)
		case tc.cells > 0 && err != nil:
			t.Errorf("file %s, allowed %v:\n%v", tc.file, tc.allowed, err)
		case tc.cells > 0 && s.Model.Cells.Len() != tc.cells:
			t.Errorf("file %s: %d cells, want %d", tc.file, s.Model.Cells.Len(), tc.cells)
		case tc.cells > 0:
			sameScenario(t, s)
		}
	}
	_, err = Decode("built-in", []byte(small), "", Options{Set: []string{"cells.place[0]={type: Th, pattern: csv, file: cells.csv}"}})
	if err == nil || !strings.Contains(err.Error(), "reads no files") {
		t.Errorf("a built-in scenario with a file: %v, want it refused", err)
	}
}

func TestManyFaultsAreCounted(t *testing.T) {
	text := small + strings.Repeat("    - 1\n", 1000)
	_, err := Decode("test.yaml", []byte(text), "", Options{})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != maxFaults+1 {
		t.Fatalf("%d faults: want %d and a count", len(faults), maxFaults)
	}
	if want := "and 800 more faults"; faults[maxFaults].Message != want {
		t.Errorf("last fault %q: want %q", faults[maxFaults].Message, want)
	}
}

func TestLimits(t *testing.T) {
	lim := defaultLimits()
	lim.text, lim.tokens, lim.keys, lim.depth, lim.cells = 2000, 300, 50, 10, 1000
	for _, tc := range []struct{ name, text, want string }{
		{"text", small + "# " + strings.Repeat("x", 2000), "the text has 0 MiB: want at most 0 MiB"},
		{"tokens", "a: [" + strings.Repeat("1, ", 200) + "]", "more than 300 pieces of YAML"},
		{"keys", strings.Repeat("a: 1\n", 60), "more than 50 keys"},
		{"flow depth", strings.Repeat("[", 500), "nested more than 10 levels"},
		{"block depth", strings.Repeat("- ", 200), "nested more than 10 levels"},
		{"complex keys", strings.Repeat("? ", 200), "nested more than 10 levels"},
		{"anchors", "a: &a &b &c 1", "two anchors on one value"},
		{"random", strings.Replace(small, "number: 3", "number: 1001", 1), "want a whole number from 0 to 1000"},
		{"lattice", strings.Replace(small, "random, number: 3", "lattice, spacing: 5 um", 1), "4000 points: more than 1000 cells"},
	} {
		_, err := decode("test.yaml", []byte(tc.text), "", Options{}, lim)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

// TestTextsSurviveResolving: whatever stands in a text must come back, and must
// not become another kind of YAML.
func TestTextsSurviveResolving(t *testing.T) {
	for _, text := range []string{
		"plain", "IL-2 in a 0.5 mm box", "null", "True", "~", "- a", "a: b", "a #b", " leading", "trailing ", "", "[x]", "{x}", "*x", "&x", "!x",
		`quotes " and ' and \ and \n`, "two\nlines", "tab\there", "µm² α 10⁻³", "\u0085\u2028\ufeff\u200b\x7f\x01", "𝛼", "1", "1e3", "0x10", "<<", "%", "@", "`", "?", "x: |",
	} {
		s := decodeText(t, strings.Replace(small, "duration", "title: "+yamlText(text)+"\nduration", 1), Options{})
		if s.Model.Title != text {
			t.Errorf("title %q is read as %q", text, s.Model.Title)
		}
		sameScenario(t, s)
		if text == "" || text != strings.TrimSpace(text) || strings.ContainsFunc(text, unprintable) {
			continue
		}
		renamed := strings.ReplaceAll(strings.ReplaceAll(small, "TNF:", yamlText(text)+":"), "Th", yamlText(text))
		s = decodeText(t, renamed, Options{})
		if s.Model.Substrates[0].Name != text || s.Model.CellTypes[0].Name != text {
			t.Errorf("name %q is read as %q and %q", text, s.Model.Substrates[0].Name, s.Model.CellTypes[0].Name)
		}
		sameScenario(t, s)
	}
}

// TestAnEarlierEndLeavesOutWhatIsExpectedLater: in the file it would be a fault.
func TestAnEarlierEndLeavesOutWhatIsExpectedLater(t *testing.T) {
	const text = `cytofield: 1
domain: {size: [10 um, 10 um, 10 um], voxel: 10 um}
duration: 2 h
substrates:
  a: {unit: nM, diffusion: 1 um^2/s, decay: 0 /s}
expect:
  - {mean: a, at: 1 h, value: 0 nM, tolerance: 1 %}
  - {mean: a, at: 2 h, value: 0 nM, tolerance: 1 %}
`
	s, err := Decode("a.yaml", []byte(text), "", Options{Set: []string{"duration=90 min"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Expect) != 1 || s.Expect[0].Time != 3600 {
		t.Errorf("expectations %+v, want the one at 1 h", s.Expect)
	}
	if again, err := Decode("b.yaml", s.Resolved(), "", Options{}); err != nil || len(again.Expect) != 1 {
		t.Errorf("resolved: %v", err)
	}
	for _, opts := range []Options{{Set: []string{"duration=90 min", "expect[0].at=100 min"}}, {Set: []string{"expect[0].at=3 h"}}} {
		if _, err := Decode("a.yaml", []byte(text), "", opts); err == nil || !strings.Contains(err.Error(), "later than the end") {
			t.Errorf("%q: %v, want a fault", opts.Set, err)
		}
	}
}
