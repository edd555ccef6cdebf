package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// small has odd sizes, three different edges of voxels, an impermeable region, a substrate
// in another unit with a name that needs quoting everywhere, cells that touch, and an end
// that is no multiple of the outputs.
const small = `cytofield: 1
title: small & odd
domain: {size: [50 um, 35 um, 36 um], voxel: [10 um, 5 um, 12 um], boundary: no-flux}
duration: 150 s
substrates:
  IL-2: {diffusion: 10 um^2/s, decay: 1e-3 /s}
  "a <b>, c": {unit: dimensionless, diffusion: 5 um^2/s, decay: 0 /s, initial: 0.5}
regions:
  - {name: bone, shape: {box: {from: [0 um, 0 um, 0 um], to: [20 um, 10 um, 12 um]}}, impermeable: true}
cells:
  types:
    Th: {radius: 4 um, export: {IL-2: 10 molecules/s}}
    "T <reg>": {radius: 5 um}
  place:
    - {type: Th, pattern: positions, at: [[25 um, 17.5 um, 18 um]]}
    - {type: "T <reg>", pattern: positions, at: [[33 um, 17.5 um, 18 um], [45 um, 32 um, 30 um]]}
output: {every: 60 s}
`

// wanted is what readers compare with: the solver's own numbers.
type wanted struct {
	Shape   [3]int     `json:"shape"`   // z, y, x
	Spacing [3]float64 `json:"spacing"` // z, y, x, µm
	Times   []float64  `json:"times"`
	Names   []string   `json:"names"`
	Arrays  []string   `json:"arrays"` // the names with units
	TCZYX   []*float64 `json:"tczyx"`
	Column  string     `json:"column"` // the further column of the cells that is compared
	Cells   []cellsAt  `json:"cells"`
}

type cellsAt map[string]any

// recorded runs small into a directory and returns what it should hold.
func recorded(t *testing.T) (string, *wanted) {
	t.Helper()
	s, err := scenario.Decode("small.yaml", []byte(small), "", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	solver, err := cpu.NewSolver(s.Model, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	dir := filepath.Join(t.TempDir(), "run")
	run, err := record.Create(dir, s.Model, record.Manifest{Title: s.Model.Title, Version: "test"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.WriteFile("scenario.yaml", s.Resolved()), run.KeepFields(record.Fields(s.Output.Fields))); err != nil {
		t.Fatal(err)
	}
	g := s.Model.Grid
	want := &wanted{Shape: [3]int{g.Shape[2], g.Shape[1], g.Shape[0]}, Spacing: [3]float64{g.Spacing[2], g.Spacing[1], g.Spacing[0]},
		Names: []string{"IL-2", "a <b>, c"}, Arrays: []string{"IL-2_nM", "a <b>, c_dimensionless"}, Column: "IL-2_surface_nM"}
	for _, until := range []float64{0, 60, 120, 150} {
		if _, err := solver.Advance(context.Background(), until); err != nil {
			t.Fatal(err)
		}
		if err := run.Record(solver, solver.Stats()); err != nil {
			t.Fatal(err)
		}
		want.add(t, s.Model, solver)
	}
	if err := run.Finish(record.Done, 150, solver.Stats(), nil); err != nil {
		t.Fatal(err)
	}
	return dir, want
}

func (w *wanted) add(t *testing.T, m *tissue.Model, solver engine.Solver) {
	t.Helper()
	w.Times = append(w.Times, solver.Time())
	field, labels := tissue.NewField(m.Grid), m.Labels()
	for id := range m.Substrates {
		if err := solver.Read(tissue.SubstrateID(id), field); err != nil {
			t.Fatal(err)
		}
		for i, c := range field.Values {
			if labels[i] != 0 {
				w.TCZYX = append(w.TCZYX, nil)
			} else {
				w.TCZYX = append(w.TCZYX, &c)
			}
		}
	}
	states, err := solver.Cells()
	if err != nil {
		t.Fatal(err)
	}
	var positions [][3]float64
	for _, p := range m.Cells.Position {
		positions = append(positions, [3]float64{p.X, p.Y, p.Z})
	}
	w.Cells = append(w.Cells, cellsAt{
		"id": []int{1, 2, 3}, "type": []string{"Th", "T <reg>", "T <reg>"}, "dead": []int{0, 0, 0}, "radius_um": []float64{4, 5, 5},
		"position": positions, w.Column: slices.Clone(states.Surface[0]), "touching": map[string][]int{"1": {2}, "2": {1}, "3": {}},
	})
}

// TestOthersReadOurFiles opens every format with the reader its users have.
func TestOthersReadOurFiles(t *testing.T) {
	dir, want := recorded(t)
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	json := filepath.Join(t.TempDir(), "want.json")
	if err := os.WriteFile(json, text, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		format  Format
		modules string
	}{
		{"zarr", "numpy, zarr"}, {VTI, "numpy, vtkmodules.vtkIOXML"}, {OMETIFF, "numpy, tifffile"},
		{NPZ, "numpy"}, {CSV, "numpy"}, {MultiCellDS, "numpy, scipy.io"},
	} {
		t.Run(string(tc.format), func(t *testing.T) {
			python := reader(t, tc.modules)
			path := filepath.Join(dir, "fields.zarr") // written by the run itself
			if tc.format != "zarr" {
				path = exported(t, dir, tc.format, Selection{})
			}
			if out, err := exec.Command(python, "testdata/check.py", string(tc.format), path, json).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// reader returns Debian's Python with modules, or skips.
func reader(t *testing.T, modules string) string {
	t.Helper()
	const python = "/usr/bin/python3" // another has not the modules of Debian's packages
	if out, err := exec.Command(python, "-c", "import "+modules).CombinedOutput(); err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_READERS") == "1" {
			t.Fatalf("%s, %s: %v\n%s", python, modules, err, out)
		}
		t.Skipf("%s without %s", python, modules)
	}
	return python
}

func exported(t *testing.T, dir string, f Format, s Selection) string {
	t.Helper()
	path := f.DefaultPath(dir)
	r, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(context.Background(), r, f, path, Options{Selection: s, Progress: func(int, int) {}}); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestParquetHoldsTheTables reads the files back by the columns' names.
func TestParquetHoldsTheTables(t *testing.T) {
	dir, want := recorded(t)
	path := exported(t, dir, Parquet, Selection{Times: []float64{60, 150}})
	cells, names := parquetRows(t, filepath.Join(path, "cells.parquet"))
	if len(cells) != 6 || !slices.Equal(names[:7], []string{"t_s", "id", "type", "x_um", "y_um", "z_um", "state"}) {
		t.Fatalf("%d rows of %q: want 6, the columns in the order of cells.csv", len(cells), names)
	}
	for i, row := range cells {
		n, k := []int{1, 3}[i/3], i%3
		got := fmt.Sprint(row[0].Double(), row[1].Int64(), row[2].String(), row[6].String(), row[slices.Index(names, want.Column)].Double())
		surface := want.Cells[n][want.Column].([]float64)[k]
		if expected := fmt.Sprint(want.Times[n], k+1, want.Cells[n]["type"].([]string)[k], "alive", surface); got != expected {
			t.Errorf("row %d: %s, want %s", i, got, expected)
		}
	}
	r, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := r.Table("ledger")
	if err != nil {
		t.Fatal(err)
	}
	secreted, err := ledger.Column("secreted")
	if err != nil {
		t.Fatal(err)
	}
	rows, names := parquetRows(t, filepath.Join(path, "ledger.parquet"))
	if got, want := rows[2][slices.Index(names, "secreted")].Double(), secreted[6]; len(rows) != 4 || got != want || want == 0 {
		t.Errorf("ledger of %d rows, %g secreted after 150 s: want 4 and %g", len(rows), got, want)
	}
}

func parquetRows(t *testing.T, path string) (rows []parquet.Row, names []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Root().Columns() {
		names = append(names, c.Name())
	}
	in := parquet.NewReader(file)
	defer in.Close()
	for {
		one := make([]parquet.Row, 1)
		n, err := in.ReadRows(one)
		if n == 1 {
			rows = append(rows, one[0].Clone())
		}
		if err != nil || n == 0 {
			return rows, names
		}
	}
}

// TestASelectionIsOfWhatIsThere: a substrate, times, multiples; and what is not there.
func TestASelectionIsOfWhatIsThere(t *testing.T) {
	dir, _ := recorded(t)
	r, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	quiet := func(int, int) error { return nil }
	for _, tc := range []struct {
		s    Selection
		want []float64
	}{
		{Selection{}, []float64{0, 60, 120, 150}}, {Selection{Every: 120}, []float64{0, 120}},
		{Selection{Times: []float64{150, 60}}, []float64{60, 150}},
	} {
		src, err := newSource(r, tc.s, quiet)
		if err != nil {
			t.Fatal(err)
		}
		var times []float64
		for _, o := range src.outputs {
			times = append(times, o.time)
		}
		if !slices.Equal(times, tc.want) {
			t.Errorf("%+v: %v s, want %v", tc.s, times, tc.want)
		}
	}
	for _, s := range []Selection{{Substrates: []string{"IL-3"}}, {Times: []float64{61}}, {Times: []float64{60}, Every: 120}} {
		if _, err := newSource(r, s, quiet); !errors.Is(err, ErrSelection) {
			t.Errorf("%+v: %v, want ErrSelection", s, err)
		}
	}
}

// TestAnExportIsReplacedOnlyWhenAsked: and then nothing else is touched.
func TestAnExportIsReplacedOnlyWhenAsked(t *testing.T) {
	dir, _ := recorded(t)
	path := exported(t, dir, VTI, Selection{})
	stranger := filepath.Join(path, "notes.txt")
	if err := os.WriteFile(stranger, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Selection: Selection{Times: []float64{0}}, Progress: func(int, int) {}}
	if err := Write(context.Background(), r, VTI, path, o); !errors.Is(err, ErrExists) {
		t.Errorf("%v, want ErrExists", err)
	}
	o.Force = true
	if err := Write(context.Background(), r, VTI, path, o); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 5 {
		t.Errorf("%v, %v: want two indices, an image, a set of cells, and the notes", entries, err)
	}
	if err := Write(context.Background(), r, NPZ, path, o); !errors.Is(err, ErrExists) {
		t.Errorf("a file in place of a directory: %v, want ErrExists", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	file := filepath.Join(dir, "stopped.npz")
	if err := Write(ctx, r, NPZ, file, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want a cancelled export", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("half a file is left")
	}
}
