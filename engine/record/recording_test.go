package record

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// recorded returns a run of outputs at 0, 10, 20 and 25 s with densities of the second
// substrate at 0, 20 and 25 s, not finished.
func recorded(t *testing.T, dir string, m *tissue.Model) (*Run, engine.Solver) {
	t.Helper()
	m.Duration = 25
	s, r := solver(t, m), create(t, dir, m, false)
	if err := r.KeepFields(Fields{Substrates: []tissue.SubstrateID{1}, Every: 20}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.fields.writer.Close() })
	for _, until := range []float64{0, 10, 20, 25} {
		if _, err := s.Advance(context.Background(), until); err != nil {
			t.Fatal(err)
		}
		if err := r.Record(s, s.Stats()); err != nil {
			t.Fatal(err)
		}
	}
	return r, s
}

func TestARecordingHoldsWhatWasRecorded(t *testing.T) {
	dir, m := t.TempDir(), twoSubstrates()
	m.Cells.Dead = []bool{false, true}
	_, s := recorded(t, dir, m)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Times(), []float64{0, 10, 20, 25}) || !slices.Equal(r.FieldTimes(), []float64{0, 20, 25}) {
		t.Errorf("outputs at %v, densities at %v", r.Times(), r.FieldTimes())
	}
	if kept := r.FieldSubstrates(); len(kept) != 1 || kept[0].Name != "signal, odd" || kept[0].Unit != "dimensionless" {
		t.Errorf("densities of %v", kept)
	}
	var got tissue.Field
	want := tissue.NewField(m.Grid)
	if err := errors.Join(r.Field("signal, odd", 2, &got), s.Read(1, want)); err != nil {
		t.Fatal(err)
	}
	for i, c := range want.Values {
		if got.Grid != m.Grid || got.Values[i] != float64(float32(c)) {
			t.Fatalf("voxel %d of %v: %g, want %g of %v", i, got.Grid, got.Values[i], c, m.Grid)
		}
	}
	states, err := s.Cells()
	if err != nil {
		t.Fatal(err)
	}
	cells, err := r.Cells(3)
	if err != nil {
		t.Fatal(err)
	}
	if cells.Time != 25 || !slices.Equal(cells.ID, states.ID) || !slices.Equal(cells.Type, []string{"Th", "Treg"}) ||
		!slices.Equal(cells.Position, m.Cells.Position) || !slices.Equal(cells.Dead, m.Cells.Dead) {
		t.Errorf("cells %+v", cells)
	}
	for name, want := range map[string][]float64{"IL-2_surface_nM": states.Surface[0], "signal, odd_taken_up_dimensionless_um3_per_s": states.TakenUp[1]} {
		if got, err := cells.Column(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v: want %v", name, got, err, want)
		}
	}
	ledger, err := r.Table("ledger")
	if err != nil {
		t.Fatal(err)
	}
	decayed, err := ledger.Column("decayed")
	l, _ := s.Ledger(0)
	if err != nil || len(decayed) != 8 || decayed[6] != l.Decayed || ledger.Text[1][7] != "signal, odd" {
		t.Errorf("decayed %v, %v: want 8, %g at 25 s", decayed, err, l.Decayed)
	}
}

// TestARunIsReadableAtEveryMoment: cut off anywhere, the tables give the outputs before.
func TestARunIsReadableAtEveryMoment(t *testing.T) {
	dir := t.TempDir()
	recorded(t, dir, twoSubstrates())
	whole, err := os.ReadFile(filepath.Join(dir, "series.csv"))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := os.ReadFile(filepath.Join(dir, "cells.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	write(t, filepath.Join(dir, "series.csv"), strings.Join(lines[:4], "")+lines[4][:7]) // in the row of 25 s
	write(t, filepath.Join(dir, "cells.csv"), string(cells[:len(cells)-3]))              // in its last cell
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Times(), []float64{0, 10, 20}) || !slices.Equal(r.FieldTimes(), []float64{0, 20}) {
		t.Errorf("outputs at %v, densities at %v: want none at 25 s", r.Times(), r.FieldTimes())
	}
	for i := range r.Times() {
		if c, err := r.Cells(i); err != nil || len(c.ID) != 2 || c.Time != r.Times()[i] {
			t.Errorf("output %d: %+v, %v: want its 2 cells", i, c, err)
		}
	}
	if _, err := r.Cells(3); err == nil {
		t.Error("output 3 of 3 is read: want an error")
	}
}

func TestFaultsOfARecordingAreNamed(t *testing.T) {
	if _, err := Open(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no run directory") {
		t.Errorf("an empty directory: %v", err)
	}
	dir := t.TempDir()
	create(t, dir, twoSubstrates(), false)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Times()) != 0 || r.FieldTimes() != nil {
		t.Errorf("outputs at %v before the first", r.Times())
	}
	if err := r.Field("IL-2", 0, &tissue.Field{}); !errors.Is(err, ErrNoFields) {
		t.Errorf("densities that were not kept: %v, want ErrNoFields", err)
	}
	recordedDir := t.TempDir()
	recorded(t, recordedDir, twoSubstrates())
	path := filepath.Join(recordedDir, "cells.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, strings.Replace(string(text), "20,2,Treg,25", "20,2,Treg,x", 1))
	if r, err = Open(recordedDir); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Cells(2); err == nil || !strings.Contains(err.Error(), path+`:7: x_um: "x": want a number`) {
		t.Errorf("%v: want the file, line 7 and the rule", err)
	}
	if err := r.Field("IL-2", 0, &tissue.Field{}); err == nil || !strings.Contains(err.Error(), `"signal, odd"`) {
		t.Errorf("%v: want the names of those that were kept", err)
	}
}

// TestImpermeableTissueHasNoDensity: not zero.
func TestImpermeableTissueHasNoDensity(t *testing.T) {
	dir, m := t.TempDir(), twoSubstrates()
	media := []tissue.Medium{{DiffusionCoefficient: 1}, {DiffusionCoefficient: 1}}
	m.Regions = []tissue.Region{{Name: "bone", Shape: tissue.Box{To: m.Grid.Centre(1, 1, 1)}, ExtracellularFraction: 1, Impermeable: true, Media: media}}
	recorded(t, dir, m)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got tissue.Field
	if err := r.Field("signal, odd", 1, &got); err != nil {
		t.Fatal(err)
	}
	for i, label := range m.Labels() {
		if math.IsNaN(got.Values[i]) != (label == 1) {
			t.Errorf("voxel %d of region %d: %g", i, label, got.Values[i])
		}
	}
}
