package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// TestEveryFormatIsExported: to its default place, from a run on the command line.
func TestEveryFormatIsExported(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", small), "--device", "cpu", "--set", "output.cells=[csv, parquet]")
	if _, err := os.Stat(filepath.Join(dir, "cells.parquet")); err != nil {
		t.Error(err)
	}
	for _, format := range []string{"vti", "ome-tiff", "npz", "csv", "parquet", "multicellds"} {
		path := strings.TrimSpace(must(t, program.Done, "export", dir, "--to", format, "--no-progress").out)
		if _, err := os.Stat(path); err != nil || !strings.HasPrefix(path, dir) {
			t.Errorf("%s: printed %q: %v", format, path, err)
		}
		must(t, program.Wrong, "export", dir, "--to", format)
		must(t, program.Done, "export", dir, "--to", format, "--force", "--time", "4 min")
	}
}

func TestAnExportOfWhatIsNotThereIsAnInputError(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", small), "--device", "cpu", "--set", "output.fields=false")
	if _, err := os.Stat(filepath.Join(dir, "fields.zarr")); err == nil {
		t.Error("densities were kept without being asked for")
	}
	for _, args := range [][]string{
		{dir, "--to", "vti"}, {dir, "--to", "gif"}, {dir}, {t.TempDir(), "--to", "csv"},
		{dir, "--to", "parquet", "--time", "1 m"}, {dir, "--to", "parquet", "--time", "61 s"}, {dir, "--to", "parquet", "--every", "0 s"},
		{dir, "--to", "parquet", "--substrate", "IL-2"},
	} {
		must(t, program.Wrong, append([]string{"export"}, args...)...)
	}
	if _, err := os.Stat(filepath.Join(dir, "export")); err == nil {
		t.Error("a refused export left files")
	}
}
