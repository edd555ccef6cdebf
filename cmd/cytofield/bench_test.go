package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// The keys are a contract: scripts rely on them.
func TestBenchWritesItsKeys(t *testing.T) {
	got := cytofield(t, "bench", "--device", "cpu", "--workload", "exchange,plane", "--n", "4,6", "--repeats", "1", "--json")
	if got.status != program.Done {
		t.Fatal(got.err)
	}
	var report map[string]any
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatal(err)
	}
	has := func(what string, object map[string]any, keys ...string) {
		for _, key := range keys {
			if _, ok := object[key]; !ok {
				t.Errorf("%s has no %q", what, key)
			}
		}
	}
	has("the report", report, "device", "driver", "commit", "copy_gb_per_s", "start_up_s", "processor", "threads", "go", "date", "workloads")
	workloads, _ := report["workloads"].([]any)
	if len(workloads) != 4 {
		t.Fatalf("%d results, want two workloads at two sizes", len(workloads))
	}
	for _, one := range workloads {
		w := one.(map[string]any)
		has("a workload", w, "name", "n", "substrates", "ns_per_voxel_sweep", "gb_per_s", "copy_fraction", "sweeps_per_min",
			"bytes_per_voxel_device", "rel_l2_error", "to_1e-3", "to_1e-2", "cache_resident")
		times, ok := w["to_1e-3"].(map[string]any)
		if !ok {
			t.Fatalf("to_1e-3 is %v", w["to_1e-3"])
		}
		has("to_1e-3", times, "adaptive_s", "lod_s", "ftcs_s", "lod_extrapolated")
	}
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, []byte(got.out), 0o600); err != nil {
		t.Fatal(err)
	}
	text := cytofield(t, "bench", "--from", file)
	markdown := cytofield(t, "bench", "--from", file, "--markdown")
	if text.status != program.Done || !strings.Contains(text.out, "in cache") || !strings.Contains(markdown.out, "| plane | 6 |") {
		t.Errorf("a report that was kept reads\n%s%s\n%s%s", text.out, text.err, markdown.out, markdown.err)
	}
}

// Cells with states and dense suspensions have tables of their own.
func TestBenchPrintsCells(t *testing.T) {
	report := `{"workloads": [{"name": "receptors", "n": 8, "substrates": 4, "cells": 24, "with_over_without_cells": 1.5, "bytes_per_cell": 1300}],
		"dense": [{"coupling": "cloud", "voxel_um": 20, "voxels": 8000, "sweeps": 733, "wall_s": 0.4, "occupancy_error": 0.011}]}`
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, []byte(report), 0o600); err != nil {
		t.Fatal(err)
	}
	got := cytofield(t, "bench", "--from", file, "--markdown")
	for _, want := range []string{"| receptors | 8 | 4 | 24 | 1.50 | 1300 |", "| cloud | 20 | 8000 | 733 | 0.4 | 1.1 % |"} {
		if got.status != program.Done || !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s%s", want, got.out, got.err)
		}
	}
}

func TestBenchRefusesWhatItDoesNotKnow(t *testing.T) {
	got := cytofield(t, "bench", "--workload", "exchange,nonesuch", "--n", "0", "--repeats", "0", "--substrates=-1")
	if got.status != program.Wrong || got.out != "" {
		t.Errorf("status %d, output %q", got.status, got.out)
	}
	for _, want := range []string{`no workload "nonesuch"`, "--n 0", "--repeats 0", "--substrates -1", "exchange-u100"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("%q lacks %q", got.err, want)
		}
	}
}
