package record

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
)

// twoSubstrates returns a model of a substrate in nM, one without a unit, and a
// cell of each of two types.
func twoSubstrates() *tissue.Model {
	m := &tissue.Model{
		Grid:                  tissue.Grid{Shape: [3]int{4, 5, 3}, Spacing: [3]float64{10, 10, 20}},
		ExtracellularFraction: 0.2,
		Substrates: []tissue.Substrate{
			{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 1e-3, InitialDensity: 2},
			{Name: "signal, odd", Unit: tissue.DimensionlessUnit, DiffusionCoefficient: 5, InitialDensity: 0.5},
		},
		CellTypes: []tissue.CellType{
			{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{Substrate: 0, NetExportRate: 10}}},
			{Name: "Treg", Radius: 5, Exchange: []tissue.Exchange{{Substrate: 0, UptakeRate: 0.01}, {Substrate: 1, SecretionRate: 0.1, SaturationDensity: 1}}},
		},
	}
	m.Cells.Add(0, m.Grid.Centre(1, 1, 1))
	m.Cells.Add(1, m.Grid.Centre(2, 3, 1))
	return m
}

func solver(t *testing.T, m *tissue.Model) engine.Solver {
	t.Helper()
	s, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func create(t *testing.T, dir string, m *tissue.Model, force bool) *Run {
	t.Helper()
	r, err := Create(dir, m, Manifest{Version: "test", Seed: 5}, force)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.closeTables() })
	return r
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// list returns the files below a directory, sorted.
func list(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func rows(t *testing.T, dir, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return rows
}

func manifestIn(t *testing.T, dir string) Manifest {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestADirectoryWithFilesIsRefused(t *testing.T) {
	dir := t.TempDir()
	create(t, filepath.Join(dir, "deep", "run"), twoSubstrates(), false) // makes the way
	create(t, t.TempDir(), twoSubstrates(), false)                       // an empty one is fine
	write(t, filepath.Join(dir, "mine", "notes.txt"), "mine")
	if _, err := Create(filepath.Join(dir, "mine"), twoSubstrates(), Manifest{}, false); !errors.Is(err, ErrExists) {
		t.Errorf("%v, want ErrExists", err)
	}
	if got := list(t, filepath.Join(dir, "mine")); !slices.Equal(got, []string{"notes.txt"}) {
		t.Errorf("a refused directory holds %q", got)
	}
}

func TestForceRemovesTheRunAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"run.json", "scenario.yaml", "series.csv", "ledger.csv", "cells.csv", "cells.parquet", "fields.zarr/.zattrs", "fields.zarr/0/0/0/0/0/0", "references.bib", "methods.md", "frames/IL-2-z-0000.png", "frames/IL-2-z-0001.png"} {
		write(t, filepath.Join(dir, name), "of the run before")
	}
	strangers := []string{"frames/film.mp4", "notes.txt", "plots/series.csv"}
	for _, name := range strangers {
		write(t, filepath.Join(dir, name), "mine")
	}
	create(t, dir, twoSubstrates(), true)
	want := append([]string{"cells.csv", "ledger.csv", "run.json", "series.csv"}, strangers...)
	slices.Sort(want)
	if got := list(t, dir); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	for _, name := range strangers {
		if text, _ := os.ReadFile(filepath.Join(dir, name)); string(text) != "mine" {
			t.Errorf("%s now holds %q", name, text)
		}
	}
}

// TestForceLeavesFilesOfNoRun: a scenario.yaml without run.json is a person's.
func TestForceLeavesFilesOfNoRun(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "scenario.yaml"), "mine")
	write(t, filepath.Join(dir, "series.csv"), "mine")
	if _, err := Create(dir, twoSubstrates(), Manifest{}, true); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "scenario.yaml") {
		t.Errorf("%v, want ErrExists for scenario.yaml", err)
	}
	if got := list(t, dir); !slices.Equal(got, []string{"scenario.yaml", "series.csv"}) {
		t.Errorf("files %q", got)
	}
	other := t.TempDir()
	write(t, filepath.Join(other, "notes.txt"), "mine") // in nobody's way
	create(t, other, twoSubstrates(), true)
}

func TestARunCanBeReplacedFromItsFirstMoment(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir, twoSubstrates(), false)
	if m := manifestIn(t, dir); m.Status != Running || m.Seed != 5 || m.Started.IsZero() {
		t.Errorf("%+v: want running, seed 5 and when it started", m)
	}
	if err := r.closeTables(); err != nil {
		t.Fatal(err)
	}
	create(t, dir, twoSubstrates(), true)
}

func TestTablesAreWholeAfterEveryRecord(t *testing.T) {
	dir, m := t.TempDir(), twoSubstrates()
	s, r := solver(t, m), create(t, dir, m, false)
	for n := 1; n <= 3; n++ {
		if n > 1 {
			if _, err := s.Advance(t.Context(), float64(n-1)*10); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Record(s, s.Stats()); err != nil {
			t.Fatal(err)
		}
		for name, perRecord := range map[string]int{"series.csv": 1, "ledger.csv": 2, "cells.csv": 2} {
			got := rows(t, dir, name)
			if len(got) != 1+n*perRecord {
				t.Errorf("%s has %d rows after %d records, want %d", name, len(got), n, 1+n*perRecord)
			}
			if last := got[len(got)-1][0]; last != strconv.Itoa((n-1)*10) {
				t.Errorf("%s ends at %s s, want %d", name, last, (n-1)*10)
			}
		}
		if m := manifestIn(t, dir); m.Status != Running || m.SimulatedTime != float64(n-1)*10 || m.Steps != s.Stats().Steps {
			t.Errorf("run.json after record %d: %s at %g s, %d steps", n, m.Status, m.SimulatedTime, m.Steps)
		}
	}
	if err := r.Finish(Failed, 20, s.Stats(), errors.New("engine: broke")); err != nil {
		t.Fatal(err)
	}
	if m := manifestIn(t, dir); m.Status != Failed || m.Error != "engine: broke" || m.WallTime <= 0 {
		t.Errorf("run.json: %+v", m)
	}
	if got := list(t, dir); !slices.Equal(got, []string{"cells.csv", "ledger.csv", "run.json", "series.csv"}) {
		t.Errorf("files %q, want no part left over", got)
	}
}

func TestTablesHoldWhatTheSolverHolds(t *testing.T) {
	dir, m := t.TempDir(), twoSubstrates()
	s, r := solver(t, m), create(t, dir, m, false)
	if _, err := s.Advance(t.Context(), 60); err != nil {
		t.Fatal(err)
	}
	if err := r.Record(s, s.Stats()); err != nil {
		t.Fatal(err)
	}
	series := rows(t, dir, "series.csv")
	want := []string{
		"t_s", "IL-2_mean_nM", "IL-2_min_nM", "IL-2_max_nM", "IL-2_molecules",
		"signal, odd_mean_dimensionless", "signal, odd_min_dimensionless", "signal, odd_max_dimensionless", "signal, odd_dimensionless_um3", "Th_cells", "Treg_cells",
	}
	if !slices.Equal(series[0], want) {
		t.Errorf("series.csv has %q, want %q", series[0], want)
	}
	number := func(column int) float64 {
		v, err := strconv.ParseFloat(series[1][column], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for id := range m.Substrates {
		f := tissue.NewField(m.Grid)
		if err := s.Read(tissue.SubstrateID(id), f); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, c := range f.Values {
			sum += c
		}
		mean, amount := sum/60, sum*0.2*2000*m.Substrates[id].Unit.AmountPerVolume()
		for k, want := range []float64{mean, slices.Min(f.Values), slices.Max(f.Values), amount} {
			if got := number(1 + 4*id + k); math.Abs(got-want) > 1e-13*want { // sums in another order
				t.Errorf("%s: %g, want %g", series[0][1+4*id+k], got, want)
			}
		}
	}
	if number(9) != 1 || number(10) != 1 {
		t.Errorf("cells %g and %g, want one of each", number(9), number(10))
	}

	cells := rows(t, dir, "cells.csv")
	wantCells := []string{
		"t_s", "id", "type", "x_um", "y_um", "z_um", "state",
		"IL-2_surface_nM", "IL-2_taken_up_molecules_per_s", "IL-2_secreted_molecules_per_s",
		"signal, odd_surface_dimensionless", "signal, odd_taken_up_dimensionless_um3_per_s", "signal, odd_secreted_dimensionless_um3_per_s",
	}
	if !slices.Equal(cells[0], wantCells) {
		t.Errorf("cells.csv has %q, want %q", cells[0], wantCells)
	}
	if got := cells[1][:7]; !slices.Equal(got, []string{"60", "1", "Th", "15", "15", "30", "alive"}) {
		t.Errorf("first cell %q", got)
	}
	if cells[1][9] != "10" || cells[2][2] != "Treg" {
		t.Errorf("Th secretes %s molecules/s, want 10; then comes %s, want Treg", cells[1][9], cells[2][2])
	}

	ledger := rows(t, dir, "ledger.csv")
	if got := ledger[0]; !slices.Equal(got, []string{"t_s", "substrate", "unit", "initial", "present", "secreted", "taken_up", "decayed", "reacted", "through_walls", "written", "residual", "residual_share"}) {
		t.Errorf("ledger.csv has %q", got)
	}
	if ledger[1][1] != "IL-2" || ledger[1][2] != "molecules" || ledger[2][1] != "signal, odd" || ledger[2][2] != tissue.DimensionlessUnit.AmountUnit() {
		t.Errorf("ledger.csv is about %q and %q", ledger[1][1:3], ledger[2][1:3])
	}
}

func TestFailuresToWriteAreErrors(t *testing.T) {
	t.Run("a file in the way", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		write(t, path, "mine")
		for _, dir := range []string{path, filepath.Join(path, "run")} {
			for _, force := range []bool{false, true} {
				if r, err := Create(dir, twoSubstrates(), Manifest{}, force); err == nil || r != nil {
					t.Errorf("Create(%s, force %t) = %v, %v: want an error and no run", dir, force, r, err)
				}
			}
		}
	})
	t.Run("the manifest in the way", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "run.json", "file"), "mine")
		if r, err := Create(dir, twoSubstrates(), Manifest{}, true); err == nil || r != nil {
			t.Errorf("Create = %v, %v: want an error and no run", r, err)
		}
	})
	t.Run("a full device", func(t *testing.T) {
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip(err)
		}
		if _, err := newTable("/dev/full", []string{"t_s"}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("a header: %v, want ENOSPC", err)
		}
		m := twoSubstrates()
		for name, full := range map[string]func(*Run) **table{
			"series.csv": func(r *Run) **table { return &r.series },
			"ledger.csv": func(r *Run) **table { return &r.ledger },
			"cells.csv":  func(r *Run) **table { return &r.cells },
		} {
			s, r := solver(t, m), create(t, t.TempDir(), m, false)
			at := full(r)
			(*at).close()
			file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			*at = &table{file, csv.NewWriter(file)}
			if err := r.Record(s, s.Stats()); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s: %v, want ENOSPC", name, err)
			}
			r.Finish(Failed, 0, s.Stats(), nil)
		}
	})
	t.Run("the directory is gone", func(t *testing.T) {
		dir, m := filepath.Join(t.TempDir(), "run"), twoSubstrates()
		s, r := solver(t, m), create(t, dir, m, false)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"Record": r.Record(s, s.Stats()), "WriteFile": r.WriteFile("methods.md", nil), "Finish": r.Finish(Done, 0, s.Stats(), nil),
		} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v, want a file that does not exist", name, err)
			}
		}
	})
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir, twoSubstrates(), false)
	for _, text := range []string{"a long first version", "short"} {
		if err := r.WriteFile("methods.md", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, "methods.md")); string(got) != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
	if path, err := r.Path("frames", "a.png"); err != nil || path != filepath.Join(dir, "frames", "a.png") {
		t.Errorf("Path = %s, %v", path, err)
	} else if _, err := os.Stat(filepath.Dir(path)); err != nil {
		t.Error(err)
	}
	write(t, filepath.Join(dir, "blocked"), "")
	if _, err := r.Path("blocked", "a.png"); err == nil {
		t.Error("Path through a file: want an error")
	}
	if err := r.WriteFile("frames", nil); err == nil {
		t.Error("WriteFile over a folder: want an error")
	}
	for _, name := range list(t, dir) {
		if strings.HasSuffix(name, ".part") {
			t.Errorf("%s is left over", name)
		}
	}
}
