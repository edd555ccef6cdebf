package main

import (
	"bytes"
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// lively is pictured with cells that move and divide, receptors that are made and taken
// in, and a dose.
const lively = `cytofield: 1
title: Cells that go on
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um, extracellular: 0.2}
duration: 6 h
seed: 3
substrates:
  IL-2: {unit: nM, diffusion: 10 um^2/s, decay: 0.1 /h}
cells:
  types:
    Th:
      radius: 4 um
      export: {IL-2: 10 molecules/s}
      motility: {speed: 1 um/min, persistence: 5 min}
      division: {rate: 0.05 /h}
    Treg:
      radius: 4 um
      receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h, off_rate: 0.5 /h, turnover: 0.2 /h, internalisation: 3 /h}}
  place:
    - {type: Th, pattern: positions, at: [[25 um, 25 um, 25 um], [55 um, 35 um, 25 um]]}
    - {type: Treg, pattern: random, number: 12}
events:
  - {at: 3 h, dose: {IL-2: 1000 molecules}}
output:
  every: 5 min
  frames: [{substrate: IL-2, every: 1 h}]
`

// interruptAfter runs a command line until series.csv of a directory has so many rows.
func interruptAfter(t *testing.T, dir string, rows int, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if text, err := os.ReadFile(filepath.Join(dir, "series.csv")); err == nil && bytes.Count(text, []byte("\n")) > rows {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return cytofieldWith(ctx, args...)
}

func TestAResumedRunIsTheRunThatWasNeverInterrupted(t *testing.T) {
	devices := map[string]func(t *testing.T) string{
		"cpu": func(*testing.T) string { return "cpu" },
		"gpu": func(t *testing.T) string { return gpuFlag(t) },
	}
	for name, flag := range devices {
		t.Run(name, func(t *testing.T) {
			path, device := file(t, "lively.yaml", lively), flag(t)
			whole := recorded(t, path, "--device", device)
			dir := filepath.Join(t.TempDir(), "run")
			args := []string{"run", path, "--device", device, "-o", dir, "--resume", "--no-progress"}
			for _, rows := range []int{5, 20} {
				if o := interruptAfter(t, dir, rows, args...); o.status != program.Interrupted {
					t.Fatalf("exit status %d, want %d\n%s", o.status, program.Interrupted, o.err)
				}
				interrupted(t, dir)
			}
			must(t, program.Done, args...)
			for _, name := range []string{"series.csv", "cells.csv"} {
				sameText(t, name, contents(t, whole, name), contents(t, dir, name))
			}
			sameLedger(t, whole, dir)
			want, got := tree(t, whole), tree(t, dir)
			if a, b := slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)); !slices.Equal(a, b) {
				t.Errorf("files\n%q\nwant\n%q", b, a)
			}
			for name, text := range want {
				if strings.HasPrefix(name, "fields.zarr/") && got[name] != text {
					t.Errorf("%s differs from that of the run that was never interrupted", name)
				}
			}
			m := manifestOf(t, dir)
			if len(m.Resumed) != 2 || m.Resumed[0] <= 0 || m.Resumed[1] <= m.Resumed[0] {
				t.Errorf("run.json: resumed at %g s, want two rising times", m.Resumed)
			}
			again := must(t, program.Done, args...)
			contains(t, "stdout", again.out, "done already")
		})
	}
}

// sameText names the first line of a table that differs from that of the run that was never
// interrupted.
func sameText(t *testing.T, name, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s:%d reads\n%s\nand without an interrupt\n%s", name, i+1, b[i], a[i])
			return
		}
	}
	t.Errorf("%s has %d lines, and without an interrupt %d", name, len(b), len(a))
}

// sameLedger compares amounts within 1e-6 of the largest in the row: sums are rounded to
// float32 on a device where a checkpoint or an output reads them.
func sameLedger(t *testing.T, a, b string) {
	t.Helper()
	want, got := tableOf(t, a, "ledger.csv"), tableOf(t, b, "ledger.csv")
	if len(want.rows) != len(got.rows) {
		t.Fatalf("ledger.csv has %d rows, want %d", len(got.rows), len(want.rows))
	}
	for i := range want.rows {
		w, g := amounts(t, want.rows[i]), amounts(t, got.rows[i])
		for k := range w {
			if math.Abs(w[k]-g[k]) > 1e-6*slices.Max(w) {
				t.Errorf("ledger.csv, row %d: %g, want %g", i+1, g[k], w[k])
			}
		}
	}
}

// amounts are the terms of a row of ledger.csv, from initial to written.
func amounts(t *testing.T, row []string) []float64 {
	t.Helper()
	var all []float64
	for _, text := range row[3:11] {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func TestResumeRefusesTheRunOfAnotherScenario(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", small), "--device", "cpu")
	other := file(t, "other.yaml", strings.Replace(small, "seed: 3", "seed: 4", 1))
	o := must(t, program.Wrong, "run", other, "--device", "cpu", "-o", dir, "--resume")
	contains(t, "stderr", o.err, dir, "another scenario", "--force")
}
