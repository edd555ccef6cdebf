package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/record"
)

// wrong has four faults.
const wrong = `cytofield: 1
title: Wrong in four places
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um, extracellular: 0.2}
duration: 10
substrates:
  IL-2: {unit: nM, diffusion: -10 um^2/s, decay: 0.1 um}
cell: {}
`

func TestWrongInputExits2AndWritesNothing(t *testing.T) {
	scenario, faulty := file(t, "small.yaml", small), file(t, "wrong.yaml", wrong)
	for _, tc := range []struct {
		name string
		args []string
		says []string // on stderr
	}{
		{"no command", nil, []string{"cytofield --help"}},
		{"unknown command", []string{"rum"}, []string{"rum"}},
		{"no scenario", []string{"run"}, []string{"<scenario>"}},
		{"unknown scenario", []string{"run", "il3-niche"}, []string{"il3-niche: neither a file nor in the gallery", "il2-niche"}},
		{"missing file", []string{"run", "no/such.yaml"}, []string{"no/such.yaml: neither a file"}},
		{"directory", []string{"run", "."}, []string{"not a regular file"}},
		{"unknown flag", []string{"run", scenario, "--frames"}, []string{"--frames"}},
		{"device", []string{"run", scenario, "--device", "tpu"}, []string{"--device tpu", "auto", "cpu"}},
		{"device number", []string{"run", scenario, "--device", "gpu:first"}, []string{"--device gpu:first"}},
		{"negative device", []string{"run", scenario, "--device", "gpu:-1"}, []string{"--device gpu:-1"}},
		{"absent device", []string{"run", scenario, "--device", "gpu:99"}, []string{"--device cpu"}},
		{"until no time", []string{"run", scenario, "--until", "2 um"}, []string{"duration", "2 um"}},
		{"until the start", []string{"run", scenario, "--until", "0 s"}, []string{"duration"}},
		{"set without value", []string{"run", scenario, "--set", "duration"}, []string{"PATH=VALUE"}},
		{"set nowhere", []string{"run", scenario, "--set", "substrates.IL2.decay=1/h"}, []string{"IL2", "IL-2"}},
		{"several faults", []string{"run", faulty}, []string{
			faulty + ":4:11: duration", faulty + ":6:31: substrates.IL-2.diffusion", faulty + ":6:50: substrates.IL-2.decay", faulty + ":7:1: ", `"cell"`,
		}},
		{"several faults and a setting", []string{"check", faulty, "--set", "seed=-1"}, []string{faulty + ":4:11", faulty + ":6:31", "--set seed=-1"}},
		{"beyond the sub-voxel law", []string{"run", scenario, "--device", "cpu", "--set", "domain.voxel=5um", "--set", "cells.types.Treg.receptors.IL-2R.count=50000"},
			[]string{`"Treg"`, "beyond the sub-voxel law"}},
		{"strict", []string{"run", scenario, "--strict", "--device", "cpu"}, []string{"warning: ", "coarse", "1 warning and --strict"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			o := must(t, program.Wrong, tc.args...)
			contains(t, "stderr", o.err, tc.says...)
			if o.out != "" {
				t.Errorf("stdout has %q, want messages on stderr alone", o.out)
			}
			if files := tree(t, "."); len(files) > 0 {
				t.Errorf("wrote %v, want nothing", files)
			}
			absent(t, "out")
		})
	}
}

func TestCheckRefusesWhatRunRefuses(t *testing.T) {
	path := file(t, "small.yaml", small)
	o := must(t, program.Wrong, "check", path, "--strict")
	contains(t, "stdout", o.out, "A few cells", "warning: ")
	contains(t, "stderr", o.err, "1 warning and --strict")

	o = must(t, program.Wrong, "check", path, "--set", "domain.voxel=5um", "--set", "cells.types.Treg.receptors.IL-2R.count=50000")
	contains(t, "stdout", o.out, "A few cells")
	contains(t, "stderr", o.err, `cell type "Treg" takes up IL-2`, "beyond the sub-voxel law")
}

func TestAnExistingRunIsKeptWithoutForce(t *testing.T) {
	path, dir := file(t, "small.yaml", pictured), filepath.Join(t.TempDir(), "run")
	must(t, program.Done, "run", path, "--device", "cpu", "-o", dir)
	before := tree(t, dir)
	o := must(t, program.Wrong, "run", path, "--device", "cpu", "-o", dir)
	contains(t, "stderr", o.err, dir, "already holds files", "--force", "-o")
	after := tree(t, dir)
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s has changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files, want the %d from before", len(after), len(before))
	}

	must(t, program.Done, "run", path, "--device", "cpu", "-o", dir, "--force", "--until", "4 min")
	if m := manifestOf(t, dir); m.SimulatedTime != 240 {
		t.Errorf("with --force the directory holds a run of %g s, want 240", m.SimulatedTime)
	}
	if frames, _ := filepath.Glob(filepath.Join(dir, "frames", "IL-2-z-*.png")); len(frames) != 3 {
		t.Errorf("%d frames after --force, want the 3 of the new run and none of the old", len(frames))
	}
}

func TestForceSparesTheScenarioOfAPerson(t *testing.T) {
	path := file(t, "scenario.yaml", small)
	o := must(t, program.Wrong, "run", path, "--device", "cpu", "-o", filepath.Dir(path), "--force")
	contains(t, "stderr", o.err, "scenario.yaml", "--force")
	if contents(t, path) != small {
		t.Error("--force has replaced a scenario that no run wrote")
	}
}

// unstable steps far beyond the stability of forward Euler: 60 s where 2/ρ is
// below 2 s. The first step only adds, the second breaks.
func unstable(t *testing.T) string {
	return file(t, "unstable.yaml", strings.Replace(pictured, "output:\n  every: 2 min", "numerics: {scheme: ftcs, step: 60 s}\noutput:\n  every: 1 min", 1))
}

func TestAFailedRunExits1AndStaysReadable(t *testing.T) {
	devices := map[string]func(t *testing.T) string{
		"cpu": func(*testing.T) string { return "cpu" },
		"gpu": func(t *testing.T) string { return gpuFlag(t) },
	}
	for name, flag := range devices {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			o := must(t, program.Failed, "run", unstable(t), "--device", flag(t), "-o", dir)
			contains(t, "stderr", o.err, "cytofield: ", "density stays negative", "t = ", "µm")
			contains(t, "stdout", o.out, "failed")
			m := manifestOf(t, dir)
			if m.Status != record.Failed || !strings.Contains(m.Error, "negative") || m.SimulatedTime >= m.Duration {
				t.Errorf("run.json: status %s, error %q, %g of %g s", m.Status, m.Error, m.SimulatedTime, m.Duration)
			}
			readable(t, dir, m.SimulatedTime)
		})
	}
}

// readable fails the test unless every table parses and ends at the time, and
// every picture decodes.
func readable(t *testing.T, dir string, end float64) {
	t.Helper()
	for _, name := range []string{"series.csv", "ledger.csv", "cells.csv"} {
		times := tableOf(t, dir, name).column(t, "t_s")
		if len(times) == 0 || times[0] != 0 || times[len(times)-1] != end {
			t.Errorf("%s goes from %g to %g s in %d rows, want 0 to %g", name, times[0], times[len(times)-1], len(times), end)
		}
	}
	frames, _ := filepath.Glob(filepath.Join(dir, "frames", "*"))
	if len(frames) == 0 {
		t.Error("no frames")
	}
	for _, path := range frames {
		if _, err := png.Decode(strings.NewReader(contents(t, path))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	must(t, program.Done, "check", filepath.Join(dir, "scenario.yaml"))
}

func TestAnOutputThatCannotBeADirectoryExits2(t *testing.T) {
	blocked := file(t, "a-file", "mine")
	for _, dir := range []string{blocked, filepath.Join(blocked, "run")} {
		o := must(t, program.Wrong, "run", file(t, "small.yaml", small), "--device", "cpu", "-o", dir)
		contains(t, "stderr", o.err, "record: ", dir)
	}
	if contents(t, blocked) != "mine" {
		t.Error("the file in the way has changed")
	}
}

// TestFramesThatCannotBeKeptFailTheRun: planes wait beside the checkpoint for their
// common scale.
func TestFramesThatCannotBeKeptFailTheRun(t *testing.T) {
	path, dir := file(t, "small.yaml", pictured), filepath.Join(t.TempDir(), "run")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint"), []byte("in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := must(t, program.Failed, "run", path, "--device", "cpu", "-o", dir, "--force")
	contains(t, "stderr", o.err, "checkpoint")
	if m := manifestOf(t, dir); m.Status != record.Failed || !strings.Contains(m.Error, "checkpoint") {
		t.Errorf("run.json: status %s, error %q", m.Status, m.Error)
	}
}

// firstOutput waits until a run has recorded the start and one output more.
func firstOutput(t testing.TB, dir string) {
	t.Helper()
	for range 2000 {
		if text, err := os.ReadFile(filepath.Join(dir, "series.csv")); err == nil && bytes.Count(text, []byte("\n")) >= 3 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("no output within 10 s")
}

func TestAnInterruptedRunExits130AndStaysReadable(t *testing.T) {
	path, dir := file(t, "small.yaml", pictured), filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		firstOutput(t, dir)
		cancel()
	}()
	o := cytofieldWith(ctx, "run", path, "--device", "cpu", "-o", dir, "--until", "30 d", "--set", "output.frames[1].every=1 d")
	if o.status != program.Interrupted {
		t.Fatalf("exit status %d, want %d\n%s%s", o.status, program.Interrupted, o.out, o.err)
	}
	interrupted(t, dir)
	contains(t, "stderr", o.err, "interrupted")
	contains(t, "stdout", o.out, dir+": interrupted at ")
}

// late is a context that says it has ended only to who asks it after a time.
type late struct {
	context.Context
	end time.Time
}

func (l late) Err() error {
	if time.Now().After(l.end) {
		return context.Canceled
	}
	return nil
}

// TestAnInterruptAtTheEndOfASliceIsOne: a run looks up from its steps at intervals,
// and what ends a step then is the interval, not yet the interrupt.
func TestAnInterruptAtTheEndOfASliceIsOne(t *testing.T) {
	args := []string{"run", file(t, "small.yaml", small), "--device", "cpu", "-o", filepath.Join(t.TempDir(), "run"), "--until", "300 d", "--set", "output.every=1 h"}
	if o := cytofieldWith(late{t.Context(), time.Now().Add(progressInterval / 2)}, args...); o.status != program.Interrupted {
		t.Errorf("exit status %d, want %d\n%s", o.status, program.Interrupted, o.err)
	}
}

func interrupted(t *testing.T, dir string) {
	t.Helper()
	m := manifestOf(t, dir)
	if m.Status != record.Interrupted || m.Error != "" || m.SimulatedTime <= 0 || m.SimulatedTime >= m.Duration {
		t.Errorf("run.json: status %q, error %q, %g of %g s", m.Status, m.Error, m.SimulatedTime, m.Duration)
	}
	readable(t, dir, m.SimulatedTime)
}

func TestSIGINTInterruptsTheProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	folder := t.TempDir()
	binary, dir := filepath.Join(folder, "cytofield"), filepath.Join(folder, "run")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "egl", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(binary, "run", "il2-niche", "--device", "cpu", "-o", dir, "--until", "1 d")
	var stderr bytes.Buffer
	run.Stderr = &stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	firstOutput(t, dir)
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(20*time.Second, func() { run.Process.Kill() })
	defer late.Stop()
	run.Wait()
	if code := run.ProcessState.ExitCode(); code != program.Interrupted {
		t.Fatalf("exit status %d (%v), want %d\n%s", code, run.ProcessState, program.Interrupted, stderr.String())
	}
	interrupted(t, dir)
}
