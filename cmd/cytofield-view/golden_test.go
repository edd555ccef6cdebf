package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/golden"
	"github.com/cytofield/cytofield/tissue/scenario"
)

var update = golden.Flag()

// levels is what a picture may be off, of 255: shading and text of another Mesa.
const levels = 3

// The scripts of testdata draw the windows that are kept there.
func TestTheWindowLooksAsItDid(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.script")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".script"), func(t *testing.T) {
			folder := t.TempDir()
			played(t, "testdata/niche.yaml", script, folder)
			compare(t, folder)
		})
	}
}

// A run that was recorded is replayed in the windows that are kept.
func TestAReplayLooksAsItDid(t *testing.T) {
	script, err := filepath.Abs("testdata/replay/replay.script")
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := scenario.Load("testdata/niche.yaml", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	t.Run("from", func(t *testing.T) {
		t.Chdir(t.TempDir()) // the window names the directory
		recorded(t, "niche", decoded)
		played(t, "niche", script, folder)
	})
	compare(t, folder)
}

// recorded runs a scenario half way into a directory, as cytofield run does.
func recorded(t *testing.T, dir string, s *scenario.Scenario) {
	t.Helper()
	solver, err := cpu.NewSolver(s.Model, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	run, err := record.Create(dir, s.Model, record.Manifest{Duration: s.Model.Duration, Device: "a processor"}, false)
	if err != nil {
		t.Fatal(err)
	}
	simulation := engine.New(solver)
	simulation.Every(s.Output.Every, func(float64) error { return run.Record(solver, solver.Stats()) })
	if err := errors.Join(run.WriteFile("scenario.yaml", s.Resolved()), run.KeepFields(record.Fields(s.Output.Fields))); err != nil {
		t.Fatal(err)
	}
	if err := simulation.Advance(context.Background(), s.Model.Duration/2); err != nil {
		t.Fatal(err)
	}
	if err := run.Finish(record.Interrupted, solver.Time(), solver.Stats(), nil); err != nil {
		t.Fatal(err)
	}
}

// played does a script to what is opened, into a folder.
func played(t *testing.T, open, script, folder string) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var out, messages bytes.Buffer
	args := []string{open, "--offscreen", "--device", "gpu", "--script", script, "-o", folder}
	if status := execute(context.Background(), args, &out, &messages); status != program.Done {
		if os.Getenv("CYTOFIELD_REQUIRE_GPU") != "1" && status == program.Failed {
			t.Skip(messages.String())
		}
		t.Fatalf("exit status %d: %s", status, messages.String())
	}
}

// compare holds the pictures of a folder against those in testdata.
func compare(t *testing.T, folder string) {
	t.Helper()
	pictures, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil || len(pictures) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, path := range pictures {
		golden.Image(t, filepath.Base(path), picture(t, path), levels, *update)
	}
}

// picture reads one.
func picture(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
